package main

import (
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
)

// TestToldCountsNotices: pages are told that a notice came, changed or went, and
// of nothing else.
func TestToldCountsNotices(t *testing.T) {
	s := &told{Store: openMemory(t)}
	l := directorytest.Listing("Les Lucioles")
	n := directorytest.Notice(l.Hoster)
	for _, step := range []struct {
		what   string
		change ap.Change
		want   uint64
	}{
		{"a listing", ap.Change{Listings: []directory.Listing{l}}, 0},
		{"a notice", ap.Change{Notices: []directory.Notice{n}}, 1},
		{"the same again", ap.Change{Notices: []directory.Notice{n}}, 2},
		{"its end", ap.Change{RemoveNotices: []directory.ID{n.ID}}, 3},
	} {
		if _, err := s.Apply(t.Context(), step.change); err != nil {
			t.Fatal(err)
		}
		if got := s.changes.Load(); got != step.want {
			t.Errorf("after %s: got %d, want %d", step.what, got, step.want)
		}
	}
}
