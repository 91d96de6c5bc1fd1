package activitystreams

import (
	"bytes"
	stdhtml "html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"matou/directory"
)

// How much of a foreign text is read: bytes, and tags, since markup that is
// nested thousands deep costs far more than its length.
const (
	maxHTML = 100_000
	maxTags = 2000
)

// policy keeps the elements that the fediverse renders. Headings pass here and
// become paragraphs after.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "span", "del", "s", "pre", "blockquote", "code", "b", "strong", "u", "i", "em",
		"ul", "li", "h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^[a-z ]{0,80}$`)).OnElements("a")
	p.AllowAttrs("class").OnElements("a", "span")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^-?[0-9]{1,6}$`)).OnElements("ol")
	p.AllowAttrs("reversed").Matching(regexp.MustCompile(`^(reversed)?$`)).OnElements("ol")
	p.AllowAttrs("value").Matching(regexp.MustCompile(`^-?[0-9]{1,6}$`)).OnElements("li")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	return p
})

// classes are those that may stay; invisible is not one of them, since it
// hides what a link really is.
var classes = regexp.MustCompile(`^((h|p|u|dt|e)-[a-z-]{1,40}|mention|hashtag|ellipsis)$`)

// markdown renders without raw HTML: what a hoster writes is text.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Strikethrough))
})

// HTMLFromMarkdown gives sanitised HTML. Every link shows the host it leads to.
// A text of more marks than anybody writes stays as it is.
func HTMLFromMarkdown(md string) string {
	md = cutBytes(md, maxHTML)
	if isWords(md) {
		return paragraph(md)
	}
	return format(md)
}

// format is HTMLFromMarkdown for a text of any form.
func format(md string) string {
	if directory.IsIntricate(md) {
		return paragraph(md)
	}
	var b bytes.Buffer
	if err := markdown().Convert([]byte(md), &b); err != nil {
		return paragraph(md)
	}
	// As sanitising writes a quotation mark: it need not come by again for that.
	return sanitise(strings.ReplaceAll(strings.TrimSpace(b.String()), "&quot;", "&#34;"), true)
}

// isWords reports whether a Markdown text is one line without any mark, as many
// notices are: a paragraph of it is what formatting and sanitising would make.
func isWords(md string) bool {
	last := ' '
	for at, r := range md {
		switch {
		case unicode.IsLetter(r) && !invisible(r):
		case at == 0, r == ' ' && last == ' ':
			return false
		case r != ' ' && (r < '0' || r > '9') && !strings.ContainsRune(".,;:?!'\"()’«»…–—-%", r):
			return false
		}
		last = r
	}
	return last != ' ' && !strings.Contains(md, "www.")
}

// SanitiseHTML keeps what the fediverse renders and nothing that runs, loads
// or hides: an allow-list of elements, links to http, https and mailto only,
// headings as strong paragraphs, balanced. A link whose words look like
// another address shows its real host. It is idempotent.
func SanitiseHTML(s string) string { return sanitise(cutBytes(s, maxHTML), false) }

// sanitise repeats its step until nothing changes, which is nearly always at
// once; markup that never settles is reduced to its words.
func sanitise(s string, everyHost bool) string {
	if strings.Count(s, "<") > maxTags {
		return paragraph(PlainText(s))
	}
	for range 6 {
		next := sanitiseOnce(s, everyHost)
		if next == s {
			return s
		}
		s = next
	}
	return paragraph(PlainText(s))
}

func sanitiseOnce(s string, everyHost bool) string {
	if strings.IndexByte(s, '<') < 0 { // words alone
		return escape(strings.TrimSpace(seen(stdhtml.UnescapeString(s))))
	}
	s = seen(s)
	nodes, err := fragment(policy().Sanitize(s))
	if err != nil {
		return paragraph(stdhtml.UnescapeString(s))
	}
	var b strings.Builder
	for _, n := range nodes {
		tidy(n, everyHost)
		if err := html.Render(&b, n); err != nil {
			return paragraph(stdhtml.UnescapeString(s))
		}
	}
	return strings.TrimSpace(b.String())
}

// seen takes what cannot be seen out of a text of several lines.
func seen(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && invisible(r) || r == '\r' {
			return -1
		}
		return r
	}, s)
}

func fragment(s string) ([]*html.Node, error) {
	return html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
}

// tidy goes through a tree that holds allowed elements only.
func tidy(n *html.Node, everyHost bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		tidy(c, everyHost)
	}
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		heading(n)
	case atom.A, atom.Span:
		tidyAttributes(n)
		if n.DataAtom == atom.A {
			showHost(n, everyHost)
		}
	}
}

// heading makes <p><strong>…</strong></p> of a heading.
func heading(n *html.Node) {
	n.Data, n.DataAtom, n.Attr = "p", atom.P, nil
	strong := &html.Node{Type: html.ElementNode, Data: "strong", DataAtom: atom.Strong}
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		strong.AppendChild(c)
	}
	n.AppendChild(strong)
}

// tidyAttributes keeps known classes, and writes rel as every link of ours has it.
func tidyAttributes(n *html.Node) {
	var kept []html.Attribute
	rel := []string{"nofollow", "noopener", "noreferrer"}
	for _, a := range n.Attr {
		switch a.Key {
		case "href":
			kept = append(kept, a)
		case "class":
			names := slices.DeleteFunc(strings.Fields(a.Val), func(c string) bool { return !classes.MatchString(c) })
			if len(names) > 0 {
				kept = append(kept, html.Attribute{Key: "class", Val: strings.Join(names, " ")})
			}
		case "rel":
			for _, r := range []string{"tag", "me"} {
				if slices.Contains(strings.Fields(a.Val), r) {
					rel = append(rel, r)
				}
			}
		}
	}
	if n.DataAtom == atom.A {
		kept = append(kept, html.Attribute{Key: "rel", Val: strings.Join(rel, " ")})
	}
	n.Attr = kept
}

// showHost puts the host of a link behind its words where they hide it.
func showHost(a *html.Node, every bool) {
	i := slices.IndexFunc(a.Attr, func(x html.Attribute) bool { return x.Key == "href" })
	if i < 0 {
		return
	}
	u, err := url.Parse(a.Attr[i].Val)
	if err != nil || u.Hostname() == "" {
		return
	}
	host, shown := strings.ToLower(u.Hostname()), textOf(a)
	if strings.Contains(strings.ToLower(shown), host) || !every && !looksLikeAddress(shown) {
		return
	}
	a.AppendChild(&html.Node{Type: html.TextNode, Data: " (" + host + ")"})
}

// looksLikeAddress reports whether words could be taken for where a link leads.
func looksLikeAddress(s string) bool {
	for f := range strings.FieldsSeq(s) {
		before, after, dot := strings.Cut(strings.Trim(f, ".,;:!?()…"), ".")
		if strings.Contains(f, "://") || dot && before != "" && len(after) > 1 && !strings.HasPrefix(after, ".") {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}

// PlainText gives the words of HTML, one line a paragraph.
func PlainText(s string) string {
	if !strings.ContainsAny(s, "<&\r") { // words alone
		return lines(cutBytes(s, maxHTML))
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(cutBytes(s, maxHTML)))
	for skip := ""; ; {
		switch z.Next() {
		case html.ErrorToken:
			return lines(b.String())
		case html.TextToken:
			if skip == "" {
				b.WriteString(string(z.Text()))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			skip = plainTag(&b, z.Token(), skip)
		}
	}
}

// lines gives the lines of a text that are not empty, with one space between
// words.
func lines(s string) string {
	var all []string
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			all = append(all, l)
		}
	}
	return strings.Join(all, "\n")
}

// plainTag breaks the line where a tag does, and tells what is not for reading.
func plainTag(b *strings.Builder, t html.Token, skip string) string {
	switch t.DataAtom {
	case atom.P, atom.Br, atom.Li, atom.Ul, atom.Ol, atom.Blockquote, atom.Pre, atom.Div,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Tr:
		b.WriteByte('\n')
	case atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Iframe, atom.Noscript:
		switch {
		case t.Type == html.StartTagToken && skip == "":
			return t.Data
		case t.Type == html.EndTagToken && skip == t.Data:
			return ""
		}
	}
	return skip
}

// escape makes text of ours safe in HTML.
func escape(s string) string { return html.EscapeString(s) }

// paragraph is one paragraph of plain text, "" for none.
func paragraph(s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return "<p>" + strings.ReplaceAll(escape(strings.TrimSpace(s)), "\n", "<br>") + "</p>"
}

// anchor is a link of ours, with the words that show where it leads.
func anchor(href, words string) string {
	return `<a href="` + escape(href) + `" rel="me nofollow noopener noreferrer" target="_blank">` + escape(words) + `</a>`
}

// cutBytes cuts s to limit bytes at the start of a character.
func cutBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

// blocks splits sanitised HTML at its outermost elements.
func blocks(s string) []string {
	nodes, err := fragment(s)
	if err != nil {
		return nil
	}
	var all []string
	for _, n := range nodes {
		var b strings.Builder
		if html.Render(&b, n) == nil {
			all = append(all, b.String())
		}
	}
	return all
}
