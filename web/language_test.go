package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"matou/directory"
)

// breton is the start of a translation.
const breton = `
[language]
name = "Brezhoneg"
[nav]
listings = "Roll"
[home]
title = "Herberc'hierien tost deoc'h."
[work]
volunteers = { one = "{0} den a-youl vat", two = "{0} zen a-youl vat", few = "{0} den a-youl vat (3)", many = "{0} a dud", other = "{0} den a-youl vat (all)" }
`

// TestOneFileMoreIsOneLanguageMore: a site in a third language needs a file and
// nothing else; what the file leaves out is said in English.
func TestOneFileMoreIsOneLanguageMore(t *testing.T) {
	n := directoryNode(t, nil, nil)
	n.options.Languages = fstest.MapFS{"br.toml": {Data: []byte(breton)}}
	n.handler = routes(t, n.options)
	if to := n.get("/", "Accept-Language", "br, fr;q=0.5").Header.Get("Location"); to != "/br/" {
		t.Errorf("who asks for Breton is sent to %q, want /br/", to)
	}
	if to := n.get("/br").Header.Get("Location"); to != "/br/" {
		t.Errorf("/br leads to %q, want /br/", to)
	}
	home := n.page("/br/")
	if got := attribute(home.all("html")[0], "lang"); got != "br" {
		t.Errorf("got lang %q, want br", got)
	}
	for _, want := range []string{"Herberc'hierien tost deoc'h.", "Roll", "Latest news from the hosters"} {
		if !strings.Contains(home.words(), want) {
			t.Errorf("the home does not say %q: %.300s", want, home.words())
		}
	}
	if got := home.link(t, "Roll"); got != "/br/hosters" {
		t.Errorf("the directory in Breton is at %q, want /br/hosters", got)
	}
	for _, from := range []string{"/hebergeurs?q=pad", "/en/hosters?q=pad"} {
		if got := n.page(from).link(t, "Brezhoneg"); got != "/br/hosters?q=pad" {
			t.Errorf("%s leads to %q in Breton", from, got)
		}
	}
	if res := n.fill("/br/find", url.Values{"place": {"Lannion"}, "step": {"people"}}); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/br/find?") {
		t.Errorf("a place leads to %d %q", res.StatusCode, res.Header.Get("Location"))
	}
	for _, address := range []string{"/br/hosters", "/br/h/les_lucioles@les-lucioles.example", "/br/legal", "/br/news/feed.atom", "/br/nowhere"} {
		res := n.get(address)
		want := http.StatusOK
		if strings.HasSuffix(address, "nowhere") {
			want = http.StatusNotFound
		}
		if res.StatusCode != want {
			t.Errorf("%s: got %d, want %d", address, res.StatusCode, want)
		}
	}
}

// TestPluralFormsOfAFile: a language counts as it counts.
func TestPluralFormsOfAFile(t *testing.T) {
	l, err := parseLocale("br", breton)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "1 den a-youl vat", 2: "2 zen a-youl vat", 3: "3 den a-youl vat (3)", 5: "5 den a-youl vat (all)"} {
		if got := l.text("work.volunteers", n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// TestFilesOfLanguagesAreReadStrictly: a file that cannot be what it should be
// stops the node with words on what is wrong; sentences that no page says do not.
func TestFilesOfLanguagesAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"", "", "no file such as br.toml"},
		{"no-such-language.toml", "", "must be the tag of a language"},
		{"BR.toml", "", "must be the tag of a language"},
		{"br.toml", "[home]\ntitle = 3", "home.title"},
		{"br.toml", "[home]\ntitle = \"{3}\"", "home.title"},
		{"br.toml", strings.Repeat("# long\n", maxLocale/6), "must not be longer"},
		{"br.toml", "[home]\nsaid_of_old = \"x\"", ""},
		{"fr.toml", "[home]\ntitle = \"Chez nous.\"", ""},
	} {
		n := directoryNode(t, []directory.Listing{}, nil)
		files := fstest.MapFS{}
		if c.name != "" {
			files[c.name] = &fstest.MapFile{Data: []byte(c.file)}
		}
		n.options.Languages = files
		_, err := New(n.options)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s %.40q: got %v, want %q", c.name, c.file, err, c.want)
		}
		if c.name == "fr.toml" {
			n.handler = routes(t, n.options)
			if got := n.page("/?lang=fr").words(); !strings.Contains(got, "Chez nous.") || !strings.Contains(got, "Dernières nouvelles") {
				t.Errorf("a sentence of the keepers' own does not stand among ours: %.200s", got)
			}
		}
	}
}
