package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"matou/directory"
	"matou/directory/directorytest"
)

// payloads are what a hoster that means harm may write anywhere.
var payloads = []string{
	`"><script>alert(1)</script>`,
	`<img src=x onerror=alert(1)>`,
	`javascript:alert(1)`,
	` JaVaScRiPt:alert(1)`,
	`data:text/html,<script>alert(1)</script>`,
	`https://evil.example/"onmouseover="alert(1)`,
	`</title></textarea><svg onload=alert(1)>`,
	"\u202egnp.exe\u200b",
	`[x](javascript:alert(1)) <iframe src="https://evil.example">`,
	`{{.}} ${alert(1)}`,
}

// poison gives v with every text in it made p.
func poison(v reflect.Value, p string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(p)
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), p)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i), p)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), p)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, reflect.ValueOf(p).Convert(v.Type().Elem()))
		}
	}
}

func TestNothingThatAHosterWritesRuns(t *testing.T) {
	for _, p := range payloads {
		l := directorytest.Listing("Les Lucioles")
		id := l.Hoster.ID
		notices := everyNotice(l.Hoster)
		poison(reflect.ValueOf(&l).Elem(), p)
		l.Handle, l.Hoster.ID = "@evil@evil.example", id
		for i := range notices {
			kind, stage, note := notices[i].Kind, notices[i].Stage, notices[i].ID
			poison(reflect.ValueOf(&notices[i]).Elem(), p)
			notices[i].Kind, notices[i].Stage, notices[i].ID, notices[i].Hoster, notices[i].HTML = kind, stage, note, id, i%2 == 0
		}
		n := directoryNode(t, []directory.Listing{l}, notices)
		for _, address := range []string{
			"/", "/hebergeurs", "/h/evil@evil.example", "/en/h/evil@evil.example", "/nouvelles",
			"/nouvelle?id=" + url.QueryEscape(string(notices[0].ID)), "/nouvelle?id=" + url.QueryEscape(string(notices[1].ID)),
			"/hebergeurs?q=" + url.QueryEscape(`"><script>alert(1)</script>`), "/hebergeurs?place=" + url.QueryEscape(`"><img src=x onerror=1>`),
		} {
			res := n.get(address)
			if res.StatusCode != http.StatusOK {
				t.Errorf("%q at %s: got status %d", p, address, res.StatusCode)
				continue
			}
			d := parse(t, res)
			checkHarmless(t, address+" with "+p, d)
			if i := strings.IndexAny(d.raw, "\u202e\u200b"); i >= 0 {
				t.Errorf("%s: invisible letters are let through: %s", address, d.raw[max(0, i-80):i])
			}
		}
		h := l.Hoster
		own := hosterNode(t, &h, nil)
		checkHarmless(t, "own page with "+p, own.page("/"))
	}
}

// checkHarmless checks that a page holds nothing that runs or loads.
func checkHarmless(t *testing.T, where string, d document) {
	t.Helper()
	for e := range d.Descendants() {
		if e.Type != html.ElementNode {
			continue
		}
		switch e.Data {
		case "script", "iframe", "svg", "object", "embed", "style", "base", "math":
			t.Errorf("%s: <%s>", where, e.Data)
		case "img":
			if !strings.HasPrefix(attribute(e, "src"), "/static/") {
				t.Errorf("%s: picture from %q", where, attribute(e, "src"))
			}
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
				t.Errorf("%s: <%s %s=%q>", where, e.Data, a.Key, a.Val)
			}
			if a.Key == "href" || a.Key == "src" || a.Key == "action" {
				if u, err := url.Parse(a.Val); err != nil || u.Scheme != "" && !schemes[u.Scheme] {
					t.Errorf("%s: <%s %s=%q>", where, e.Data, a.Key, a.Val)
				}
			}
		}
	}
}

func TestLinksOfOthersShowWhereTheyLead(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<a href="https://bank.example/">https://bank.example/</a>`,
			`<a href="https://bank.example/" rel="nofollow noopener">https://bank.example/</a>`},
		{`<a href="https://evil.example/">bank.example</a>`,
			`<a href="https://evil.example/" rel="nofollow noopener">bank.example</a> (evil.example)`},
		{`<a href="https://evil.example/">evil.example.bank.example</a>`,
			`<a href="https://evil.example/" rel="nofollow noopener">evil.example.bank.example</a> (evil.example)`},
		{`<a href="https://evil.example/" class="u-url" target="_blank"><span class="invisible">https://</span>see</a>`,
			`<a href="https://evil.example/" rel="nofollow noopener"><span>https://</span>see</a> (evil.example)`},
		{`<a href="https://аррӏе.example/">apple.example</a>`,
			`<a href="https://%D0%B0%D1%80%D1%80%D3%8F%D0%B5.example/" rel="nofollow noopener">apple.example</a> (xn--80ak6aa92e.example)`},
		{`<a href="javascript:alert(1)">x</a>`, `x`},
		{`<p style="position:fixed" lang="br">demat</p><h1>big</h1><img src="https://x.example/t.png">`, `<p lang="br">demat</p>big`},
	} {
		if got := string(foreignHTML(c.in)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestMarkdownOfAProfile(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Nous sommes *neuf*.", "<p>Nous sommes <em>neuf</em>.</p>\n"},
		{"# Titre\n\n- un\n- deux", "<h3>Titre</h3>\n<ul>\n<li>un</li>\n<li>deux</li>\n</ul>\n"},
		{"<script>alert(1)</script>\n\nbonjour <b onclick=x>vous</b>", "\n<p>bonjour vous</p>\n"},
		{"![suivi](https://x.example/t.png)", "<p></p>\n"},
		{"[ici](https://x.example/a)", `<p><a href="https://x.example/a" rel="nofollow noopener">ici</a> (x.example)</p>` + "\n"},
	} {
		if got := string(markdown(c.in)); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestOutward(t *testing.T) {
	for _, c := range []struct{ in, wantURL, wantWords string }{
		{"https://pad.example/p/un", "https://pad.example/p/un", "pad.example/p/un"},
		{"https://pad.example/", "https://pad.example/", "pad.example"},
		{"http://bücher.example", "http://b%C3%BCcher.example", "xn--bcher-kva.example"},
		{"xmpp:salon@salons.example?join", "xmpp:salon@salons.example?join", "salon@salons.example"},
		{"mailto:a@b.example", "mailto:a@b.example", "a@b.example"},
		{"mailto:a@b.example?bcc=c@d.example", "mailto:a@b.example", "a@b.example"},
		{"https://bank.example@evil.example/", "", ""},
		{"javascript:alert(1)", "", ""},
		{"//evil.example", "", ""},
		{"pad.example", "", ""},
		{"", "", ""},
	} {
		if got := outward(c.in); string(got.URL) != c.wantURL || got.Host != c.wantWords {
			t.Errorf("%q: got %q, %q; want %q, %q", c.in, got.URL, got.Host, c.wantURL, c.wantWords)
		}
	}
	if got := mailbox("x@y.example\nBcc: z@y.example"); got.URL != "" {
		t.Errorf("a mailbox of two lines: got %q", got.URL)
	}
	if got := telephone("+33 (0)2 96<script>"); string(got.URL) != "tel:+330296" {
		t.Errorf("got %q", got.URL)
	}
}

// Texts that would take seconds to format are shown as they stand.
func TestIntricateMarkdown(t *testing.T) {
	for _, marks := range []string{"[a](", ">", "<b>"} {
		got := string(markdown(strings.Repeat(marks, 5000)))
		want := "<p>" + strings.Repeat(html.EscapeString(marks), 5000) + "</p>"
		if got != want {
			t.Errorf("%s: got %.60q, want %.60q", marks, got, want)
		}
	}
}

func FuzzForeignHTML(f *testing.F) {
	for _, p := range payloads {
		f.Add(p)
	}
	f.Add(`<p><a href="https://x.example">x</a><math><mtext></form><form><mglyph><style></math><img src onerror=1>`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, out := range []string{string(foreignHTML(s)), string(markdown(s))} {
			d, err := html.Parse(strings.NewReader(out))
			if err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			checkHarmless(t, out, document{d, out})
		}
	})
}
