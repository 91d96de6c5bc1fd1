package activitystreams

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestSanitiseHTML(t *testing.T) {
	const rel = ` rel="nofollow noopener noreferrer"`
	tests := []struct{ name, in, want string }{
		{"plain", `bonjour & <3`, `bonjour &amp; &lt;3`},
		{"script", `<p>a<script>alert(1)</script>b</p>`, `<p>ab</p>`},
		{"handlers", `<p onclick="x" style="position:fixed">a</p>`, `<p>a</p>`},
		{"pictures", `<p>a<img src="https://tiers.example/pixel.gif" onerror=x></p>`, `<p>a</p>`},
		{"javascript", `<a href="javascript:alert(1)">a</a>`, `a`},
		{"javascript, hidden", "<a href=\"java\nscript:alert(1)\">a</a>", `a`},
		{"data", `<a href="data:text/html,x">a</a>`, `a`},
		{"svg and math", `<svg><g onload=x></svg><math><mi xlink:href="x"></math>a`, `a`},
		{"headings", `<h1>Titre</h1><h6>petit</h6>`, `<p><strong>Titre</strong></p><p><strong>petit</strong></p>`},
		{"tables", `<table><tr><td>a</td></tr></table>`, `a`},
		{"lists", `<ol start="3" reversed><li value="2">a</li></ol>`, `<ol start="3" reversed=""><li value="2">a</li></ol>`},
		{"unbalanced", `</div></ul><p>a<strong>b`, `<p>a<strong>b</strong></p>`},
		{"classes", `<a href="https://a.example/" class="mention evil u-url">@a</a>`, `<a class="mention u-url" href="https://a.example/"` + rel + `>@a</a>`},
		{"invisible", `<a href="https://evil.example/"><span class="invisible">https://evil.example/</span><span class="ellipsis">bank</span></a>`,
			`<a href="https://evil.example/"` + rel + `><span>https://evil.example/</span><span class="ellipsis">bank</span></a>`},
		{"another address", `<a href="https://evil.example/x">https://bank.example/</a>`, `<a href="https://evil.example/x"` + rel + `>https://bank.example/ (evil.example)</a>`},
		{"another host", `<a href="https://evil.example/x">bank.example</a>`, `<a href="https://evil.example/x"` + rel + `>bank.example (evil.example)</a>`},
		{"words", `<a href="https://a.example/x" target="_blank">notre page</a>`, `<a href="https://a.example/x"` + rel + `>notre page</a>`},
		{"rel", `<a href="https://a.example/" rel="me tag opener">a</a>`, `<a href="https://a.example/" rel="nofollow noopener noreferrer tag me">a</a>`},
		{"turned text", "a\u202eb\u2066c", `abc`},
		{"relative", `<a href="/login?next=x">a</a>`, `a`},
		{"frames and forms", `<iframe src="x"></iframe><form action="x"><input><button>a</button></form>`, `a`},
		{"comments", `a<!-- b --><![CDATA[c]]>`, `a`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := SanitiseHTML(test.in)
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if again := SanitiseHTML(got); again != got {
				t.Errorf("a second time: %s", again)
			}
		})
	}
}

func TestHTMLFromMarkdown(t *testing.T) {
	const rel = ` rel="nofollow noopener noreferrer"`
	tests := []struct{ name, in, want string }{
		{"paragraphs", "un\n\ndeux", "<p>un</p>\n<p>deux</p>"},
		{"raw HTML is text that goes", "<script>alert(1)</script>\n\n<b>a</b> <i>b</i>", "<p>a b</p>"},
		{"heading", "# Titre", "<p><strong>Titre</strong></p>"},
		{"a link shows its host", "[ici](https://a.example/x)", `<p><a href="https://a.example/x"` + rel + `>ici (a.example)</a></p>`},
		{"a bare link", "voir https://a.example/x", `<p>voir <a href="https://a.example/x"` + rel + `>https://a.example/x</a></p>`},
		{"no script behind a link", "[ici](javascript:alert(1))", `<p>ici</p>`},
		{"struck out", "~~vieux~~", `<p><del>vieux</del></p>`},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := HTMLFromMarkdown(test.in); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPlainText(t *testing.T) {
	tests := []struct{ in, want string }{
		{`<p>un <b>deux</b></p><p>trois<br>quatre</p>`, "un deux\ntrois\nquatre"},
		{`a&amp;b &lt;c&gt;`, "a&b <c>"},
		{`a<script>b</script><style>c</style>d`, "ad"},
		{`<ul><li>un</li><li>deux</li></ul>`, "un\ndeux"},
		{``, ""},
	}
	for _, test := range tests {
		if got := PlainText(test.in); got != test.want {
			t.Errorf("PlainText(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// A text of the greatest size that is read stays quick.
func TestSanitiseIsBounded(t *testing.T) {
	for _, unit := range []string{"<b>", "<a href=https://a.example>", "<p><h1>", "<ul><li>", "<", "&", "</p>", "<span class=mention>", "<blockquote>"} {
		s := SanitiseHTML(strings.Repeat(unit, 300_000/len(unit)))
		checkSafe(t, s[:min(len(s), 100_000)])
	}
}

var allowedTags = strings.Fields("p br span a del s pre blockquote code b strong u i em ul ol li")

// checkSafe looks at sanitised HTML as a browser would.
func checkSafe(t *testing.T, s string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if !slices.Contains(allowedTags, token.Data) {
				t.Fatalf("<%s> in %q", token.Data, s)
			}
			for _, a := range token.Attr {
				checkAttribute(t, token.Data, a)
			}
		case html.CommentToken, html.DoctypeToken:
			t.Fatalf("a comment in %q", s)
		}
	}
}

func checkAttribute(t *testing.T, tag string, a html.Attribute) {
	t.Helper()
	switch a.Key {
	case "href":
		u, err := url.Parse(a.Val)
		if err != nil || !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
			t.Fatalf("a link to %q", a.Val)
		}
	case "class":
		for c := range strings.FieldsSeq(a.Val) {
			if !classes.MatchString(c) || c == "invisible" {
				t.Fatalf("class %q", c)
			}
		}
	case "rel", "start", "reversed", "value":
	default:
		t.Fatalf("<%s %s=%q>", tag, a.Key, a.Val)
	}
}

func FuzzSanitise(f *testing.F) {
	for _, s := range []string{
		`<p>a <a href="https://a.example/x" class="mention">@<span>a</span></a></p>`, `<math><mi><table><mglyph><style><img src=x onerror=alert(1)>`,
		`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`, `<a href="https://a.example"><a href="javascript:x">b.example</a></a>`,
		`<h1><p><h2>a</h1><pre>`, "<pre>\n\n\n a</pre>", `&lt;script&gt;`, `<a href="https://A.example">a.b</a>`, `<noscript><p title="</noscript><img src=x onerror=y>">`,
		`<ul><p><li><ul></p><blockquote><b><p><i></b></p>`, "<p\x00>\u202e<A HREF=HTTPS://a.example:99/%zz>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := SanitiseHTML(s)
		checkSafe(t, got)
		if again := SanitiseHTML(got); again != got && len(got) < maxHTML {
			t.Fatalf("not idempotent:\n%q\n%q\n%q", s, got, again)
		}
		checkSafe(t, HTMLFromMarkdown(s))
		PlainText(s)
	})
}
