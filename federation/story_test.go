package federation_test

import (
	"testing"

	"matou/directory"
	"matou/federation/federationtest"
)

// TestStory tells what matou is for, with two whole nodes and a person on a
// third of another make: a hoster's own node, a directory that lists it with
// its consent, and somebody who follows the directory and so hears of an
// incident.
func TestStory(t *testing.T) {
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	hoster := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	dir := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	h := publish(t, hoster, "chatdroite")
	if !h.Discoverable || !h.Indexable {
		t.Fatal("the fixture does not consent to be listed")
	}

	send(t, dir, alice, alice.Follow(dir.ActorID("annuaire")))
	if got := p.AwaitType(t, "Accept"); got.Verified != nil || got.Actor != dir.ActorID("annuaire") {
		t.Errorf("the Accept is by %s: %v", got.Actor, got.Verified)
	}

	if _, err := dir.Follow(t.Context(), "@chatdroite@"+hoster.Host); err != nil {
		t.Fatal(err)
	}
	id := hoster.ActorID("chatdroite")
	federationtest.Eventually(t, "the listing", func() bool { return isListed(t, dir, id) })
	l, err := dir.Store.Listing(t.Context(), directory.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	if l.Hoster.Name != h.Name || len(l.Hoster.Services) != len(h.Services) || l.Handle != "@chatdroite@"+hoster.Host {
		t.Errorf("listing of %q with %d services under %q; want %q with %d", l.Hoster.Name, len(l.Hoster.Services), l.Handle, h.Name, len(h.Services))
	}

	notice := openNotice(t, hoster, "Panne de courant")
	announce := p.AwaitType(t, "Announce")
	if announce.Verified != nil || announce.ObjectID() != string(notice.ID) {
		t.Errorf("announced: %s (%v), want %s", announce.ObjectID(), announce.Verified, notice.ID)
	}
	if got := notices(t, dir, id); len(got) != 1 || got[0].Title != "Panne de courant" {
		t.Errorf("the directory shows %+v", got)
	}

	if err := hoster.DeleteNotice(t.Context(), notice.ID); err != nil {
		t.Fatal(err)
	}
	if undo := p.AwaitType(t, "Undo"); undo.Verified != nil {
		t.Errorf("the Undo: %v", undo.Verified)
	}
	if got := notices(t, dir, id); len(got) != 0 {
		t.Errorf("the directory still shows %+v", got)
	}
}
