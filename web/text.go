package web

import (
	"bytes"
	"html/template"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/idna"
	"golang.org/x/text/language"

	"matou/directory"
)

// said is a text of somebody else's in the language that it is written in.
type said struct {
	Text string
	HTML template.HTML // the same, formatted, where it may be
	Lang string        // "" where it is the page's own
}

// in gives t in the page's language where it has it.
func (l *locale) in(t directory.Text) said {
	words, of := t.In(l.language)
	return said{Text: plain(words), Lang: l.foreign(of)}
}

// markdownIn gives t as formatted text.
func (l *locale) markdownIn(t directory.Text) said {
	words, of := t.In(l.language)
	return said{HTML: markdown(words), Lang: l.foreign(of)}
}

// foreign gives the tag of a language that is not the page's, else "".
func (l *locale) foreign(of directory.Language) string {
	if of == l.language || of == "" {
		return ""
	}
	return tag(of).String()
}

// tag reads a language that somebody else wrote; "und" where it is none.
func tag(of directory.Language) language.Tag {
	t, err := language.Parse(string(of))
	if err != nil {
		return language.Und
	}
	return t
}

// plain cleans words of somebody else's: no control characters, and none of
// the invisible ones by which a name takes on the look of another or turns
// the text around it (Unicode UAX 9, UTS 39).
func plain(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.TrimSpace(lineBreaks.Replace(visible(s)))
}

// isPlain reports, for most words at a glance, that plain changes nothing.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

var lineBreaks = strings.NewReplacer("\n", " ", "\t", " ")

// visible is plain for texts of several lines.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r),
			r == '\u200b', r == '\u2060', r == '\ufeff', r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// articles stand before so many names that they tell nothing apart.
var articles = []string{"les ", "le ", "la ", "l'", "l’", "the "}

// initial is the letter that stands for a logo.
func initial(name string) string {
	name = plain(name)
	for _, a := range articles {
		if len(name) > len(a) && strings.EqualFold(name[:len(a)], a) {
			name = name[len(a):]
			break
		}
	}
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "·"
}

// notePolicy lets through what peers' notes are made of, without classes,
// styles and images.
var notePolicy = newPolicy("p", "br", "span", "del", "s", "pre", "blockquote", "code", "b",
	"strong", "u", "i", "em", "ul", "ol", "li")

// prosePolicy is notePolicy with the headings of a profile.
var prosePolicy = newPolicy("p", "br", "del", "s", "pre", "blockquote", "code", "b",
	"strong", "u", "i", "em", "ul", "ol", "li", "h3", "h4", "h5", "h6", "hr")

func newPolicy(elements ...string) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(elements...)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$`)).OnElements("span", "p")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	return p
}

// foreignHTML gives the HTML of a peer's note, cleaned once more on its way
// out, with the true host behind each link.
func foreignHTML(s string) template.HTML {
	return template.HTML(nameHosts(visible(notePolicy.Sanitize(s))))
}

// markdown renders what a hoster wrote in its profile or notice. HTML in it is
// dropped; its headings stand under the page's own. What has more marks than
// anybody writes is shown as it stands.
func markdown(s string) template.HTML {
	if kept, ok := proses.Get(s); ok {
		return kept
	}
	drawn := drawMarkdown(s)
	if len(s) <= longProse {
		proses.Add(s, drawn)
	}
	return drawn
}

// proses keeps the last texts that were formatted, none of them long.
var proses = newRecent[string, template.HTML](mostProses)

const (
	mostProses = 512
	longProse  = 4 << 10 // bytes
)

func drawMarkdown(s string) template.HTML {
	if directory.IsIntricate(s) {
		return template.HTML("<p>" + template.HTMLEscapeString(visible(s)) + "</p>")
	}
	var b bytes.Buffer
	if err := prose.Convert([]byte(s), &b); err != nil {
		return template.HTML(template.HTMLEscapeString(s))
	}
	return template.HTML(nameHosts(visible(prosePolicy.Sanitize(b.String()))))
}

var prose = goldmark.New(goldmark.WithParserOptions(
	parser.WithASTTransformers(util.Prioritized(lowerHeadings{}, 100)),
))

// lowerHeadings moves headings below the h2 of a section.
type lowerHeadings struct{}

func (lowerHeadings) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker gives no error
		if h, ok := n.(*ast.Heading); ok && entering {
			h.Level = min(h.Level+2, 6)
		}
		return ast.WalkContinue, nil
	})
}

// nameHosts writes the host behind each link whose words do not begin with it,
// so that a link cannot pass for another, and keeps opener and referrer from
// where it leads.
func nameHosts(s string) string {
	body := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		return template.HTMLEscapeString(s)
	}
	var b strings.Builder
	for _, n := range nodes {
		body.AppendChild(n)
	}
	for n := range body.Descendants() {
		if n.DataAtom == atom.A {
			nameHost(n)
		}
	}
	for n := range body.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return template.HTMLEscapeString(s)
		}
	}
	return b.String()
}

func nameHost(a *html.Node) {
	var address string
	kept := a.Attr[:0]
	for _, attr := range a.Attr {
		if attr.Key == "href" {
			address = attr.Val
			kept = append(kept, attr)
		}
	}
	kept = append(kept, html.Attribute{Key: "rel", Val: "nofollow noopener"})
	a.Attr = kept
	host := realHost(address)
	if host == "" {
		return
	}
	shown := strings.ToLower(words(a))
	for _, prefix := range []string{"https://", "http://", "www."} {
		shown = strings.TrimPrefix(shown, prefix)
	}
	bare := strings.TrimPrefix(host, "www.")
	if rest, ok := strings.CutPrefix(shown, bare); ok && (rest == "" || strings.HasPrefix(rest, "/")) {
		return
	}
	if a.Parent != nil {
		a.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: " (" + host + ")"}, a.NextSibling)
	}
}

// words gives the text inside a node.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// realHost gives the DNS name of an address in ASCII, so that no foreign
// letter passes for a Latin one, and the port where it has one; "" where there
// is no name.
func realHost(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return ""
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	return host
}

// link is an address outside of this site, safe to put in a page.
type link struct {
	URL  template.URL // "" where the address is none that a page may hold
	Host string       // the true host with the start of the path, or the mailbox or number itself
}

// schemes are those that a link may have: all but the first four open a
// program of the visitor's.
var schemes = map[string]bool{
	"http": true, "https": true, "mailto": true, "tel": true,
	"xmpp": true, "irc": true, "ircs": true, "matrix": true,
}

// outward checks an address that somebody else wrote.
func outward(address string) link {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || !schemes[strings.ToLower(u.Scheme)] || u.User != nil && u.Scheme != "xmpp" {
		return link{}
	}
	switch u.Scheme {
	case "http", "https":
		host := realHost(address)
		if host == "" {
			return link{}
		}
		return link{URL: template.URL(u.String()), Host: host + shortPath(u)}
	case "mailto":
		return mailbox(u.Opaque)
	}
	where := u.Host
	if where == "" {
		where = u.Opaque
	}
	return link{URL: template.URL(u.String()), Host: plain(where)}
}

// shortPath gives the start of a path, to tell links to one host apart.
func shortPath(u *url.URL) string {
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	if len(path) > 40 {
		return path[:39] + "…"
	}
	return path
}

// mailbox makes a link to a mail address.
func mailbox(address string) link {
	a, err := mail.ParseAddress(address)
	if err != nil {
		return link{}
	}
	return link{URL: template.URL("mailto:" + strings.ReplaceAll(url.PathEscape(a.Address), "%40", "@")), Host: plain(a.Address)}
}

// telephone makes a link to a number.
func telephone(number string) link {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	if len(digits) < 3 {
		return link{}
	}
	return link{URL: template.URL("tel:" + digits), Host: plain(number)}
}

func itoa(n int) string { return strconv.Itoa(n) }
