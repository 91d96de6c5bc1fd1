package federation_test

import (
	"testing"

	"matou/federation/federationtest"
)

// TestPurgeTells: who is suspended and purged at once is told that the Follow
// is over, and those who follow the directory that the listing is.
func TestPurgeTells(t *testing.T) {
	p, q := federationtest.NewPeer(t), federationtest.NewPeer(t)
	h, reader := p.Hoster("chatdroite"), q.Actor("lectrice")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	us := n.ActorID("annuaire")
	list(t, n, h)
	send(t, n, reader, reader.Follow(us))

	t.Run("those who follow the directory", func(t *testing.T) {
		purge(t, n, p.Host, true)
		left := q.Await(t, "the Remove", func(r federationtest.Received) bool { return r.Type == "Remove" && r.ObjectID() == h.ID })
		if left.Verified != nil || left.Activity["target"] != us+"/listing" {
			t.Errorf("told %s (%v)", left.Raw, left.Verified)
		}
	})

	t.Run("who is suspended", func(t *testing.T) {
		list(t, n, h)
		p.Forget()
		p.Fault("/users/chatdroite/inbox", federationtest.Status(503)) // it is away just now
		mustSuspend(t, n, p.Host)
		purge(t, n, p.Host, true)
		if left := purge(t, n, p.Host, false); left.Total() != 0 {
			t.Errorf("left: %+v", left)
		}
		p.Fault("/users/chatdroite/inbox", nil)
		if _, err := n.RetryHost(t.Context(), p.Host); err != nil {
			t.Fatal(err)
		}
		if undo := p.AwaitType(t, "Undo"); undo.Actor != us || undo.Verified != nil {
			t.Errorf("told %s (%v)", undo.Raw, undo.Verified)
		}
		if _, ok := follows(t, n, us, h.ID); ok {
			t.Error("it is followed still")
		}
	})
}
