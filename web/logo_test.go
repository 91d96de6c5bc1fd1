package web

import (
	"net/http"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// album is pictures in memory, by the address that they came from.
type album map[string]string

func (a album) Logo(address string) (string, string) {
	if _, ok := a[address]; !ok {
		return "", ""
	}
	return "0123456789abcdef0123456789abcdef.png", "v1"
}

func (a album) Picture(name string) ([]byte, string, error) {
	if name != "0123456789abcdef0123456789abcdef.png" {
		return nil, "", nil
	}
	return []byte("\x89PNG"), "v1", nil
}

// TestLogosComeFromThisNode: a page shows the node's own picture, or a letter,
// and never the hoster's file.
func TestLogosComeFromThisNode(t *testing.T) {
	l, other := directorytest.Listing("Les Lucioles"), directorytest.Listing("La Meute")
	n := directoryNode(t, []directory.Listing{l, other}, nil)
	n.options.Logos = album{l.Hoster.Logo: ""}
	n.handler = routes(t, n.options)
	for _, address := range []string{"/h/les_lucioles@les-lucioles.example", "/hebergeurs"} {
		d := n.page(address)
		logos := d.classed("logo")
		if len(logos) != 1 || attribute(logos[0], "src") != "/logos/0123456789abcdef0123456789abcdef.png?v=v1" || !has(logos[0], "alt") {
			t.Errorf("%s: got %d logos", address, len(logos))
		}
		if strings.Contains(d.raw, l.Hoster.Logo) {
			t.Errorf("%s names the hoster's own file", address)
		}
	}
	if got := len(n.page("/h/" + handleOf(other)).classed("letter")); got != 1 {
		t.Errorf("got %d letters in the place of a logo, want 1", got)
	}
	for address, want := range map[string]string{
		"/logos/0123456789abcdef0123456789abcdef.png?v=v1": "public, max-age=31536000, immutable",
		"/logos/0123456789abcdef0123456789abcdef.png?v=v0": "public, max-age=3600",
	} {
		res := n.get(address)
		if got := res.Header.Get("Cache-Control"); res.StatusCode != http.StatusOK || got != want || res.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: got %d, %q, %q", address, res.StatusCode, got, res.Header.Get("Content-Type"))
		}
	}
	if got := n.get("/logos/nothing.png").StatusCode; got != http.StatusNotFound {
		t.Errorf("got %d for a picture that there is not", got)
	}
}

func TestKeyWordsCanBeReadOut(t *testing.T) {
	for _, c := range []struct {
		bytes []byte
		want  string
	}{ // the examples of arXiv:0901.4016
		{[]byte{127, 0, 0, 1}, "lusab-babad"},
		{[]byte{63, 84, 220, 193}, "gutih-tugad"},
		{[]byte{147, 67, 119, 2}, "natag-lisaf"},
	} {
		if got := proquints(c.bytes); got != c.want {
			t.Errorf("%v: got %q, want %q", c.bytes, got, c.want)
		}
	}
}
