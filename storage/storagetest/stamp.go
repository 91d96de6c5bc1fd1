package storagetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// stampOf is our stamp on a note of ours for the nth note of a peer, with the
// document that it stands as.
func stampOf(n int, at time.Time) ap.Change {
	s := ap.Stamp{
		ID: ap.IRI(fmt.Sprintf("https://hoster.example/ap/stamps/%03d", n)), Kind: ap.StampQuote, Actor: us,
		Interacting: peer(n) + "/notes/1", Target: us + "/notes/1", Requester: peer(n), Domain: "peer.example",
		Inbox: peer(n) + "/inbox", At: at,
	}
	return ap.Change{Stamps: []ap.Stamp{s}, Documents: []ap.Document{document(s.ID, "stamp", at)}}
}

func testStamps(t *testing.T, b *bench) {
	first := stampOf(1, start).Stamps[0]
	for n := range 25 {
		b.apply(stampOf(n, start))
	}
	equal(t, "by id", good[ap.Stamp](t)(b.Stamp(b.ctx, first.ID)), first)
	equal(t, "by pair", good[ap.Stamp](t)(b.StampFor(b.ctx, first.Interacting, first.Target)), first)
	for name, err := range map[string]error{
		"another id":   second(b.Stamp(b.ctx, us)),
		"another pair": second(b.StampFor(b.ctx, first.Target, first.Interacting)),
	} {
		if !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}

	revoked := first
	revoked.RevokedAt = start.Add(time.Hour)
	gone := document(first.ID, "gone", start.Add(time.Hour))
	gone.Tombstone = true
	b.apply(ap.Change{Stamps: []ap.Stamp{revoked}, Documents: []ap.Document{gone}})
	equal(t, "revoked", good[ap.Stamp](t)(b.StampFor(b.ctx, first.Interacting, first.Target)), revoked)
	equal(t, "given by the actor", good[int](t)(b.StampCount(b.ctx, string(us))), 25)
	equal(t, "given to the domain", good[int](t)(b.StampCount(b.ctx, "peer.example")), 25)
	equal(t, "given by nobody", good[int](t)(b.StampCount(b.ctx, string(local))), 0)

	// Somebody else's stamp, for the same pair of another time.
	received := ap.Stamp{ID: peer(1) + "/stamps/1", Kind: ap.StampFeature, Actor: peer(1), Interacting: us, Target: peer(1), Requester: us, At: start, Remote: true}
	later := received
	later.ID = peer(1) + "/stamps/2"
	b.apply(ap.Change{Stamps: []ap.Stamp{received}})
	b.apply(ap.Change{Stamps: []ap.Stamp{later}})
	equal(t, "the later one of a pair", good[ap.Stamp](t)(b.StampFor(b.ctx, us, peer(1))), later)
	if _, err := b.Stamp(b.ctx, received.ID); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("the one before: got %v, want not found", err)
	}

	b.reopen()
	seen := map[ap.IRI]bool{}
	p := ap.Page{Limit: 10}
	for _, want := range []int{10, 10, 6, 0} {
		all := good[[]ap.Stamp](t)(b.Stamps(b.ctx, p))
		equal(t, fmt.Sprintf("page after %q", p.After), len(all), want)
		for _, s := range all {
			seen[s.ID] = true
		}
		p.After = string(last(all).ID)
	}
	equal(t, "each once", len(seen), 26)

	b.apply(ap.Change{RemoveStamps: []ap.IRI{first.ID, later.ID, us}, RemoveDocuments: []ap.IRI{first.ID}})
	equal(t, "one less", good[int](t)(b.StampCount(b.ctx, "peer.example")), 24)
	equal(t, "none left", good[int](t)(b.StampCount(b.ctx, string(peer(1)))), 0)

	c, _, err := b.HostRecords(b.ctx, "peer002.example", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	given := stampOf(2, start).Stamps[0].ID
	equal(t, "stamps of a host that is purged", c.RemoveStamps, []ap.IRI{given})
	equal(t, "their documents", c.RemoveDocuments, []ap.IRI{given})
	b.apply(c)
	equal(t, "left", good[int](t)(b.StampCount(b.ctx, "peer.example")), 23)
}

// second gives the error of a call alone.
func second[T any](_ T, err error) error { return err }
