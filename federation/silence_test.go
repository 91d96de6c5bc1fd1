package federation_test

import (
	"testing"

	"matou/federation/ap"
	"matou/federation/federationtest"
)

// A host that is lost takes its followers and what waits for them with it, and
// nobody else's.
func TestForgetHost(t *testing.T) {
	lost, other := federationtest.NewPeer(t), federationtest.NewPeer(t)
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison", Idle: true})
	for _, p := range []*federationtest.Peer{lost, other} {
		for _, name := range []string{"ada", "bea"} {
			a := p.Actor(name)
			send(t, n, a, a.Follow(n.ActorID("maison")))
		}
	}
	if lanes, deliveries := n.Store.QueueSize(); lanes != 4 || deliveries != 4 {
		t.Fatalf("%d deliveries to %d inboxes wait, want an Accept for each", deliveries, lanes)
	}
	n.ForgetHost(t.Context(), lost.Host)
	all, err := n.Store.Followers(t.Context(), ap.IRI(n.ActorID("maison")), ap.Page{Limit: 10})
	if err != nil || len(all) != 2 || all[0].Actor.Host() != other.Host || all[1].Actor.Host() != other.Host {
		t.Errorf("followers are %v (%v), want the two of the other host", all, err)
	}
	if lanes, deliveries := n.Store.QueueSize(); lanes != 2 || deliveries != 2 {
		t.Errorf("%d deliveries to %d inboxes wait, want those of the other host", deliveries, lanes)
	}
}
