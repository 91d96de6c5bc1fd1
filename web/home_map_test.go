package web

import (
	"net/http"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// TestHomeMapFollowsChanges: the map of the first page is that of what is listed
// now, in both languages.
func TestHomeMapFollowsChanges(t *testing.T) {
	here := directorytest.Listing("Les Lucioles")
	n := mappedNode(t, []directory.Listing{here}, nil)
	drawn := func(address string) string {
		body, kind := n.file(address, http.StatusOK)
		_, after, ok := strings.Cut(body, `class="mapped"`)
		if !ok {
			t.Fatalf("%s: there is no map (%s)", address, kind)
		}
		after, _, _ = strings.Cut(after, "</section>")
		return after
	}
	for range 2 {
		for _, address := range []string{"/?lang=fr", "/en/"} {
			if got := drawn(address); !strings.Contains(got, here.Hoster.Name) {
				t.Errorf("%s: got a map without the only hoster: %s", address, got)
			}
		}
	}
	here.Hoster.Name = "Les Vers Luisants"
	n.records.listings[here.Hoster.ID] = here
	n.records.index.Put(here)
	n.records.changes++
	for _, address := range []string{"/?lang=fr", "/en/"} {
		if got := drawn(address); !strings.Contains(got, here.Hoster.Name) {
			t.Errorf("%s: got the map of before the change: %s", address, got)
		}
	}
}
