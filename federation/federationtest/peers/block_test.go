package peers

import (
	"net/http"
	"testing"

	"matou/federation/ap"
)

// TestFedifyAndBlocks ends what stands between the two by the word of either.
func TestFedifyAndBlocks(t *testing.T) {
	t.Run("an actor of Fedify blocks our hoster and hears nothing more", func(t *testing.T) {
		t.Parallel()
		n, actor := hoster(t)
		p := startPeer(t, "rfc9421")
		p.follow(actor)
		p.say("say", map[string]any{"type": "Block", "actor": actor, "object": actor}, http.StatusAccepted)
		if got := followers(t, n, actor); got != 0 {
			t.Errorf("%d followers after the Block, want none", got)
		}
		idle(t, n)
		before := p.posts()
		announce(t, n, "Pour les autres")
		idle(t, n)
		if after := p.posts(); after != before {
			t.Errorf("%d activities came after the Block", after-before)
		}
		p.allVerified()
	})

	t.Run("our keeper suspends Fedify's host, whose Follow ends with a Reject", func(t *testing.T) {
		t.Parallel()
		n, actor := hoster(t)
		p := startPeer(t, "rfc9421")
		p.follow(actor)
		block := ap.DomainBlock{Domain: "localhost", Severity: ap.SeveritySuspend}
		if _, err := n.ApplyBlocks(t.Context(), []ap.DomainBlock{block}, false, ap.Decision{Verb: "block"}); err != nil {
			t.Fatal(err)
		}
		rejected := p.await("the Reject", func(h heard) bool { return h.Type == "Reject" && h.Actor == actor })
		if rejected.ObjectType != "Follow" {
			t.Errorf("Reject of a %s, want of the Follow", rejected.ObjectType)
		}
		if got := followers(t, n, actor); got != 0 {
			t.Errorf("%d followers after the suspension, want none", got)
		}
		idle(t, n)
		before := p.posts()
		announce(t, n, "Pour les autres")
		idle(t, n)
		if after := p.posts(); after != before {
			t.Errorf("%d activities went out after the suspension", after-before)
		}
		p.say("follow", map[string]any{"actor": actor}, http.StatusForbidden)
		p.allVerified()
	})
}
