package federation_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// meanwhile does something once, when somebody asks a peer for what stands
// below a path, before it answers.
func meanwhile(p *federationtest.Peer, prefix string, do func()) {
	var once sync.Once
	p.Fault(prefix, func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() {
			p.Fault(prefix, nil)
			do()
		})
		p.ServeHTTP(w, r)
	})
}

// mustSuspend suspends a host, as its keeper does.
func mustSuspend(t *testing.T, n *federationtest.Node, host string) {
	t.Helper()
	if err := suspend(t.Context(), n, host); err != nil {
		t.Errorf("suspend %s: %v", host, err)
	}
}

// TestCandidateDismissedMeanwhile: that the keeper dismisses a candidate while
// its node is asked who it is counts.
func TestCandidateDismissedMeanwhile(t *testing.T) {
	p, q := federationtest.NewPeer(t), federationtest.NewPeer(t)
	h := q.Hoster("lucioles")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Learn: ap.LearnFollow})
	meanwhile(q, "/.well-known/webfinger", func() {
		if err := n.DismissCandidate(t.Context(), h.ID); err != nil {
			t.Errorf("dismiss: %v", err)
		}
	})
	learn(t, n, p.Aggregator("ouest", h.ID))
	federationtest.Eventually(t, "the look at the candidate", func() bool {
		_, err := n.Store.Refresh(t.Context(), ap.IRI(h.ID))
		return candidate(t, n, h.ID).Hoster != "" && errors.Is(err, directory.ErrNotFound)
	})
	if f, ok := follows(t, n, n.ActorID("annuaire"), h.ID); ok {
		t.Errorf("followed all the same: %+v", f)
	}
}

// TestPublishWhileKeysChange: the document that a profile writes shows the key
// that its actor has by then.
func TestPublishWhileKeysChange(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	rotated := make(chan ap.IRI)
	go func() {
		done, err := n.RotateKeys(t.Context(), "chatdroite", false)
		if err != nil || len(done) != 1 {
			t.Errorf("got %+v, %v, want one key replaced", done, err)
			rotated <- ""
			return
		}
		rotated <- done[0].KeyID
	}()
	var want ap.IRI
	for i := 0; want == ""; i++ {
		h := directorytest.Hoster("chatdroite")
		h.Name = "Chat Droite " + string(rune('a'+i%26))
		if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: h}); err != nil {
			t.Fatal(err)
		}
		select {
		case want = <-rotated:
		default:
		}
	}
	_, o := document(t, n.ActorID("chatdroite"))
	key, _ := o["publicKey"].(map[string]any)
	if key["id"] != string(want) {
		t.Errorf("the document shows %v, want %s", key["id"], want)
	}
}
