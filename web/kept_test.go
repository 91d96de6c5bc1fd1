package web

import (
	"net/http"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// TestKeptPartsChangeNothing: a page is the same, byte by byte, whether its
// parts were drawn before or not, in both languages, and after a listing, a
// notice or a logo has changed.
func TestKeptPartsChangeNothing(t *testing.T) {
	var listings []directory.Listing
	for _, name := range []string{"Les Lucioles", "Le Nuage & Cie", "L'Atelier <Ouvert>", "La Petite"} {
		listings = append(listings, directorytest.Listing(name))
	}
	n := mappedNode(t, listings, nil)
	addresses := []string{
		"/?lang=fr", "/en/", "/hebergeurs", "/en/hosters", "/hebergeurs?q=lucioles&place=Lannion", "/en/hosters?need=mail&h=la-petite@la-petite.example",
		"/hebergeurs?seat=FR&audience=individual&all=serves", "/en/hosters?place=FR-22&audience=individual&audience=small-organisation",
	}
	compare := func(when string) {
		t.Helper()
		s, err := New(n.options)
		if err != nil {
			t.Fatal(err)
		}
		cold := *n
		cold.handler = routed(s)
		for range 2 { // drawn before, of another page or of this one
			for _, address := range addresses {
				got, _ := n.file(address, http.StatusOK)
				want, _ := cold.file(address, http.StatusOK)
				if got != want {
					t.Fatalf("%s, %s: got\n%s\nwant\n%s", when, address, got, want)
				}
			}
		}
	}
	compare("at first")
	compare("once more")

	changed := listings[1]
	changed.Hoster.Name, changed.Hoster.State = "Le Nuage Renommé", directory.StatePaused
	n.records.listings[changed.Hoster.ID] = changed
	n.records.index.Put(changed)
	n.records.changes++
	compare("after a listing has changed")
	if body, _ := n.file("/hebergeurs", http.StatusOK); !strings.Contains(body, "Le Nuage Renommé") || strings.Contains(body, "Le Nuage &amp; Cie") {
		t.Errorf("the page shows what the listing said before:\n%s", body)
	}

	notice := directorytest.Notice(listings[0].Hoster)
	n.records.notices = []directory.Notice{notice}
	n.records.told++
	compare("after a notice has come")
	if body, _ := n.file("/hebergeurs", http.StatusOK); !strings.Contains(body, notice.Title) {
		t.Errorf("the page does not tell the notice:\n%s", body)
	}

	n.records.index.Remove(changed.Hoster.ID)
	delete(n.records.listings, changed.Hoster.ID)
	n.records.changes++
	compare("after a hoster has left")
}

// TestRecentIsBounded: what is asked for stays, and never more than allowed is kept.
func TestRecentIsBounded(t *testing.T) {
	r := newRecent[int, int](10)
	r.Add(-1, 7)
	for i := range 1000 {
		r.Add(i, i)
		if v, ok := r.Get(-1); !ok || v != 7 {
			t.Fatalf("after %d: got %d, %t, want what is asked for all the time", i, v, ok)
		}
		if got := len(r.young) + len(r.old); got > 10 {
			t.Fatalf("after %d: got %d kept, want 10 at the most", i, got)
		}
	}
	if _, ok := r.Get(3); ok {
		t.Error("got what nobody asked for since long ago")
	}
}
