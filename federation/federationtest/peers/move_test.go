package peers

import (
	"net/http"
	"slices"
	"testing"

	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestFedifyAndMoves moves actors of either side, each to a home that names
// the old one.
func TestFedifyAndMoves(t *testing.T) {
	t.Run("a hoster moves to another node and its follower on Fedify can go after it", func(t *testing.T) {
		t.Parallel()
		ctx := t.Context()
		handle := directorytest.Hoster("Chat Droite").Handle
		before, from := hoster(t)
		after, to := hoster(t)
		p := startPeer(t, "rfc9421")
		p.follow(from)
		if _, err := after.AddAlias(ctx, "", "@"+handle+"@"+before.Host); err != nil {
			t.Fatal(err)
		}
		if _, err := before.Move(ctx, "", "@"+handle+"@"+after.Host); err != nil {
			t.Fatal(err)
		}
		moved := p.await("the Move", func(h heard) bool { return h.Type == "Move" })
		if moved.Actor != from || moved.Object != from || moved.Target != to {
			t.Errorf("Move read as %+v, want of %s to %s", moved, from, to)
		}
		if old := p.read(from, false); old.Successor != to {
			t.Errorf("the old home names %q as the new one, want %s", old.Successor, to)
		}
		if home := p.read(to, false); !slices.Contains(home.Aliases, from) {
			t.Errorf("the new home is known as %q, want also as %s", home.Aliases, from)
		}
		p.follow(to)
		announce(t, after, "Nous avons emménagé")
		p.await("the first notice from there", func(h heard) bool { return h.Type == "Create" && h.Actor == to })
		p.say("unfollow", map[string]any{"actor": from}, http.StatusAccepted)
		p.say("follow", map[string]any{"actor": from}, http.StatusAccepted)
		p.await("the no of the old home", func(h heard) bool { return h.Type == "Reject" && h.Actor == from })
		p.allVerified()
	})

	t.Run("an actor of Fedify moves and our directory goes after it", func(t *testing.T) {
		t.Parallel()
		ctx := t.Context()
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "bretagne"})
		us := ap.IRI(n.ActorID("bretagne"))
		p := startPeer(t, "rfc9421")
		from, to := ap.IRI(p.actor("lectrice")), ap.IRI(p.actor("lectrice-ailleurs"))
		if _, err := n.Follow(ctx, "@lectrice@"+from.Host()); err != nil {
			t.Fatal(err)
		}
		accepted := func(who ap.IRI) func() bool {
			return func() bool {
				f, err := n.Store.Follow(ctx, us, who)
				return err == nil && f.State == ap.FollowAccepted
			}
		}
		federationtest.Eventually(t, "Fedify's Accept", accepted(from))
		p.say("move", map[string]any{"tell": string(us)}, http.StatusAccepted)
		federationtest.Eventually(t, "the Accept of the new home", accepted(to))
		p.await("our Undo of the old Follow", func(h heard) bool { return h.Type == "Undo" && h.ObjectType == "Follow" })
		if _, err := n.Store.Follow(ctx, us, from); err == nil {
			t.Error("the old home is followed still")
		}
		p.allVerified()
	})
}
