package storagetest

import (
	"errors"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

func testMoves(t *testing.T, b *bench) {
	to := func(home ap.IRI) (froms []ap.IRI) {
		t.Helper()
		for _, m := range good[[]ap.Move](t)(b.MovesTo(b.ctx, home)) {
			froms = append(froms, m.From)
		}
		return froms
	}
	m := ap.Move{From: peer(1), To: peer(2), FromHandle: "@hoster@peer001.example", At: start}
	beside := ap.Move{From: peer(3), To: peer(2), At: start, DoneAt: start}
	b.apply(ap.Change{Moves: []ap.Move{m, beside}})
	equal(t, "by who moved", good[ap.Move](t)(b.Move(b.ctx, peer(1))), m)
	equal(t, "by handle, in any letters", good[ap.Move](t)(b.MoveByHandle(b.ctx, "Hoster@peer001.EXAMPLE")), m)
	equal(t, "who moved there", len(to(peer(2))), 2)

	m.ToHandle, m.DoneAt = "@hoster@peer002.example", start.Add(time.Hour)
	b.apply(ap.Change{Moves: []ap.Move{m}})
	b.reopen()
	equal(t, "done", good[ap.Move](t)(b.MoveByHandle(b.ctx, "@hoster@peer001.example")), m)

	m.To, m.FromHandle = peer(4), ""
	b.apply(ap.Change{Moves: []ap.Move{m}})
	equal(t, "moved on", good[ap.Move](t)(b.Move(b.ctx, peer(1))), m)
	equal(t, "who is left where it was", to(peer(2)), []ap.IRI{peer(3)})
	equal(t, "who is there", to(peer(4)), []ap.IRI{peer(1)})
	gone := map[string]error{"a handle that leads nowhere": second(b.MoveByHandle(b.ctx, "@hoster@peer001.example"))}

	b.apply(ap.Change{RemoveMoves: []ap.IRI{peer(1), peer(9)}})
	gone["one that was removed"] = second(b.Move(b.ctx, peer(1)))
	gone["one that never moved"] = second(b.Move(b.ctx, peer(9)))
	for name, err := range gone {
		if !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	equal(t, "nobody", len(to(peer(4))), 0)
}
