package web

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// TestBadgeSaysItInWords: what a badge tells is a text, whatever its colour.
func TestBadgeSaysItInWords(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles & <Cie>")
	for i := range h.Services {
		h.Services[i].Level = directory.LevelOK
	}
	incident := everyNotice(h)[:1]
	listing := directorytest.Listing("Les Lucioles")
	for _, c := range []struct {
		n             *node
		address, want string
	}{
		{hosterNode(t, &h, nil), "/badge.svg", "Les Lucioles & <Cie> : aucun souci signalé"},
		{hosterNode(t, &h, incident), "/badge.svg", "Les Lucioles & <Cie> : un souci en ce moment"},
		{hosterNode(t, &h, incident), "/etat/badge.svg", "Les Lucioles & <Cie> : un souci en ce moment"},
		{hosterNode(t, &h, incident), "/en/status/badge.svg", "Les Lucioles & <Cie> : trouble at the moment"},
		{directoryNode(t, []directory.Listing{listing}, everyNotice(listing.Hoster)), "/h/les_lucioles@les-lucioles.example/etat/badge.svg", "Les Lucioles : un souci en ce moment"},
	} {
		raw := c.n.body(c.address, "image/svg+xml")
		var svg struct {
			XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
			Label   string   `xml:"aria-label,attr"`
			Title   string   `xml:"title"`
			Texts   []string `xml:"g>text"`
		}
		if err := xml.Unmarshal(raw, &svg); err != nil {
			t.Fatalf("%s: %v: %s", c.address, err, raw)
		}
		if svg.Label != c.want || svg.Title != c.want || strings.Join(svg.Texts, " : ") != c.want {
			t.Errorf("%s: got %q, %q, %q, want %q", c.address, svg.Label, svg.Title, svg.Texts, c.want)
		}
		if strings.Contains(string(raw), "<script") || strings.Contains(string(raw), "href") {
			t.Errorf("%s: the picture leads elsewhere: %s", c.address, raw)
		}
	}
}

// TestSnippetShowsTheBadge: what people copy is what they get.
func TestSnippetShowsTheBadge(t *testing.T) {
	h := directorytest.Hoster(`Les "Lucioles"`)
	n := hosterNode(t, &h, nil)
	snippet := words(n.page("/etat").all("textarea")[0])
	d := parse(t, &http.Response{Body: io.NopCloser(strings.NewReader(snippet))})
	img := d.all("img")
	if len(img) != 1 || len(d.all("a")) != 1 || len(d.all("script")) > 0 {
		t.Fatalf("got %s", snippet)
	}
	if got, want := attribute(img[0], "alt"), `Les "Lucioles" : état des services`; squeeze(got) != want {
		t.Errorf("got alt %q, want %q", got, want)
	}
	n.body(strings.TrimPrefix(attribute(img[0], "src"), "https://les-lucioles.example"), "image/svg+xml")
}
