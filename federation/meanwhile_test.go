package federation_test

import (
	"errors"
	"fmt"
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

// TestPublishWhileKeysChange: once followers were told of a new key, no profile
// that was on its way brings the old one back.
func TestPublishWhileKeysChange(t *testing.T) {
	p := federationtest.NewPeer(t)
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	alice := p.Actor("alice")
	send(t, n, alice, alice.Follow(n.ActorID("chatdroite")))
	p.AwaitType(t, "Accept")

	rotated := make(chan struct{})
	go func() {
		defer close(rotated)
		if _, err := n.RotateKeys(t.Context(), "chatdroite", false); err != nil {
			t.Errorf("rotate: %v", err)
		}
	}()
	publish := func(name string) {
		h := directorytest.Hoster("chatdroite")
		h.Name = name
		if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: h}); err != nil {
			t.Fatal(err)
		}
	}
	for i, done := 0, false; !done; i++ {
		publish(fmt.Sprintf("Chat Droite %d", i))
		select {
		case <-rotated:
			done = true
		default:
		}
	}
	publish("La fin")
	p.Await(t, "the last Update", func(r federationtest.Received) bool { return r.Object()["name"] == "La fin" })
	var keys []string
	for _, r := range p.Received() {
		key, _ := r.Object()["publicKey"].(map[string]any)
		if id, _ := key["id"].(string); r.Type == "Update" && (len(keys) == 0 || keys[len(keys)-1] != id) {
			keys = append(keys, id)
		}
	}
	if len(keys) != 2 && len(keys) != 1 {
		t.Errorf("followers were told of the keys %q, want each once", keys)
	}
}
