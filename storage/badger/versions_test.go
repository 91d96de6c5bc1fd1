package badger

import (
	"fmt"
	"testing"

	"matou/federation/ap"
)

// TestVersions: what a reader began with stays as it was, whatever is written
// meanwhile, and a later reader sees what was written. The engine may drop
// only what nobody reads any more.
func TestVersions(t *testing.T) {
	s, err := Open(Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	keep := func(inbox string) {
		t.Helper()
		if _, err := s.Apply(t.Context(), ap.Change{Actors: []ap.Actor{{ID: "https://a.example/u", Inbox: ap.IRI(inbox)}}}); err != nil {
			t.Fatal(err)
		}
	}
	inbox := func(x *tx) ap.IRI {
		a, _, err := load(x, byHash(kindActor, "https://a.example/u"), func(ap.Actor) bool { return true })
		if err != nil {
			t.Error(err)
		}
		return a.Inbox
	}
	keep("https://a.example/0")
	err = s.view(t.Context(), func(x *tx) error {
		for i := range 5 {
			keep(fmt.Sprintf("https://a.example/%d", i+1))
		}
		if got := inbox(x); got != "https://a.example/0" {
			t.Errorf("a reader sees %s, which was written after it began", got)
		}
		if oldest := s.versions.advance(s.versions.newest); oldest >= s.versions.newest {
			t.Errorf("what the reader sees may be dropped: the oldest version read is %d of %d", oldest, s.versions.newest)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.view(t.Context(), func(x *tx) error {
		if got := inbox(x); got != "https://a.example/5" {
			t.Errorf("a later reader sees %s", got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if oldest := s.versions.advance(s.versions.newest); oldest != s.versions.newest || len(s.versions.readers) > 0 {
		t.Errorf("nobody reads, and %d of %d is held for %v", oldest, s.versions.newest, s.versions.readers)
	}
}
