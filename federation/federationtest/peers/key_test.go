package peers

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"matou/federation"
	"matou/federation/federationtest"
)

// TestFedifyAndNewKeys replaces the keys of either side.
func TestFedifyAndNewKeys(t *testing.T) {
	t.Run("Fedify takes what our new key signs after the Update that the old one signed", func(t *testing.T) {
		t.Parallel()
		n, actor := hoster(t)
		p := startPeer(t, "rfc9421")
		p.follow(actor)
		changed := rotate(t, n)[1] // the node's own key comes first
		p.await("the Update", func(h heard) bool { return h.Type == "Update" && h.Object == actor })
		announce(t, n, "D'une nouvelle main")
		p.await("the notice", func(h heard) bool { return h.Type == "Create" && h.Actor == actor })
		signers := map[string]string{}
		for _, s := range p.journal().Received {
			if kind, ok := s.Activity["type"].(string); ok && s.Status == http.StatusAccepted {
				signers[kind] = s.Check.KeyID
			}
		}
		if signers["Update"] != actor+"#main-key" || signers["Create"] != string(changed.KeyID) {
			t.Errorf("taken as signed by %q, want the Update by #main-key and the Create by %s", signers, changed.KeyID)
		}
		p.allVerified()
	})

	t.Run("Fedify reads the proofs of our directory's new key", func(t *testing.T) {
		t.Parallel()
		h, hosterID := hoster(t)
		n, us := directoryOf(t, h, federationtest.Options{})
		p := startPeer(t, "rfc9421")
		p.follow(us)
		rotate(t, n)
		p.await("the Update", func(h heard) bool { return h.Type == "Update" && h.Object == us })
		announce(t, h, "Atelier du samedi")
		p.await("the Announce", func(a heard) bool { return a.Type == "Announce" && a.Actor == us })
		p.proofsHold("Announce")
		if got := p.read(hosterID, false).ID; got != hosterID {
			t.Errorf("the hoster is read as %q, want %s", got, hosterID)
		}
		p.allVerified()
	})

	t.Run("our node takes Fedify's new key from the Update that the old one signed", func(t *testing.T) {
		t.Parallel()
		n, actor := hoster(t)
		p := startPeer(t, "rfc9421")
		p.follow(actor)
		p.say("rotate", map[string]any{"tell": actor}, http.StatusAccepted)
		p.say("unfollow", map[string]any{"actor": actor}, http.StatusAccepted)
		if got := followers(t, n, actor); got != 0 {
			t.Errorf("%d followers after the Undo, want none", got)
		}
	})

	t.Run("our node asks for Fedify's new key where no Update came", func(t *testing.T) {
		t.Parallel()
		var ahead atomic.Int64
		n, actor := hosterWith(t, federationtest.Options{Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
		p := startPeer(t, "rfc9421")
		p.follow(actor)
		p.control("rotate", map[string]any{}, nil)
		ahead.Store(int64(6 * time.Minute)) // a key is asked for again at most every five
		p.say("unfollow", map[string]any{"actor": actor}, http.StatusAccepted)
		if got := followers(t, n, actor); got != 0 {
			t.Errorf("%d followers after the Undo, want none", got)
		}
	})
}

func rotate(t *testing.T, n *federationtest.Node) []federation.Rotation {
	t.Helper()
	done, err := n.RotateKeys(t.Context(), "", false)
	if err != nil || len(done) != 2 {
		t.Fatalf("%d keys replaced, %v; want those of the node and of its one role", len(done), err)
	}
	return done
}
