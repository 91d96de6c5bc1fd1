package federation_test

import (
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
	"matou/storage/badger"
)

// announced gives which actors of the directory announced a note to one inbox.
func (f *featuring) announced(kind, path, object string) []string {
	var by []string
	for _, r := range f.peer.Received() {
		about := r.ObjectID()
		if inner, ok := r.Activity["object"].(map[string]any); ok && kind == "Undo" {
			about, _ = inner["object"].(string)
		}
		if r.Type == kind && r.Path == path && about == object {
			by = append(by, strings.TrimPrefix(r.Actor, f.n.ActorID("")))
		}
	}
	slices.Sort(by)
	return by
}

// TestAreas: a region and its country can be followed as soon as a hoster of
// theirs is listed; each announces what that hoster says, once, and takes it
// back; one that has lost its last hoster is still there.
func TestAreas(t *testing.T) {
	f := newFeaturing(t, "")
	region := f.n.ActorID("bretagne")
	if got := getAs(t, region, activityType); got.status != 404 {
		t.Errorf("an area without any hoster: %d, want 404", got.status)
	}
	h := f.hoster("chatdroite", "FR-22", []any{"FR-OCC"}, false)
	list(t, f.n, h)
	for _, name := range []string{"bretagne", "france", "occitanie"} {
		a := getAs(t, f.n.ActorID(name), activityType).object(t)
		if a["type"] != "Service" || a["preferredUsername"] != name || a["publicKey"] == nil || a["assertionMethod"] == nil {
			t.Errorf("the actor of %s: %v", name, a)
		}
		finger := getAs(t, f.n.URL+"/.well-known/webfinger?resource=acct:"+name+"@"+f.n.Host, "application/jrd+json").object(t)
		if finger["subject"] != "acct:"+name+"@"+f.n.Host {
			t.Errorf("WebFinger of %s: %v", name, finger)
		}
	}
	if got := getAs(t, f.n.ActorID("luxembourg"), activityType); got.status != 404 {
		t.Errorf("Luxembourg, where nobody is: %d, want 404", got.status)
	}
	bob := f.peer.Actor("bob")
	send(t, f.n, bob, bob.Follow(region))
	f.peer.Await(t, "the Accept of the region", func(r federationtest.Received) bool {
		return r.Type == "Accept" && r.Actor == region && r.Verified == nil
	})
	send(t, f.n, f.alice, f.alice.Follow(f.n.ActorID("france")))

	note := h.Incident("Panne", "Coupure.")
	id := note["id"].(string)
	send(t, f.n, h, h.Create(note))
	all := []string{"annuaire", "bretagne", "france"} // nobody follows Occitanie
	federationtest.Eventually(t, "three Announces", func() bool { return len(f.announced("Announce", "/inbox", id)) >= 3 })
	send(t, f.n, h, h.Update(note))
	for _, name := range []string{"bretagne", "france", "occitanie"} {
		if got := getAs(t, f.n.ActorID(name)+"/outbox", activityType).object(t)["totalItems"]; got != 1.0 {
			t.Errorf("the outbox of %s has %v items, want 1", name, got)
		}
	}
	if got := getAs(t, region+"/followers", activityType).object(t)["totalItems"]; got != 1.0 {
		t.Errorf("the region has %v followers, want 1", got)
	}
	if got := f.announced("Announce", "/inbox", id); !slices.Equal(got, all) {
		t.Errorf("announced by %v, want %v", got, all)
	}

	send(t, f.n, h, h.Delete(id))
	federationtest.Eventually(t, "three Undos", func() bool { return len(f.announced("Undo", "/inbox", id)) >= 3 })
	if got := f.announced("Undo", "/inbox", id); !slices.Equal(got, all) {
		t.Errorf("undone by %v, want %v", got, all)
	}
	if got := getAs(t, region+"/outbox", activityType).object(t)["totalItems"]; got != 0.0 {
		t.Errorf("the outbox of the region has %v items after the Delete, want 0", got)
	}

	if err := f.n.Unfollow(t.Context(), "@chatdroite@"+f.peer.Host); err != nil {
		t.Fatal(err)
	}
	carol := f.peer.Actor("carol")
	send(t, f.n, carol, carol.Follow(region))
	if got, ok := follows(t, f.n, carol.ID, region); !ok || got.State != ap.FollowAccepted {
		t.Errorf("the empty region is followed: %+v, %t", got, ok)
	}
}

// TestAreasEndWithFollowers: what ends for the followers of a directory ends
// for those of its areas: an Undo by id, a deleted account, a blocked host.
func TestAreasEndWithFollowers(t *testing.T) {
	f := newFeaturing(t, "")
	h := f.hoster("chatdroite", "FR-22", nil, false)
	list(t, f.n, h)
	region := f.n.ActorID("bretagne")
	bob := f.peer.Actor("bob")
	follow := bob.Follow(region)
	send(t, f.n, bob, follow)
	send(t, f.n, bob, bob.Activity("Undo", follow["id"]))
	if _, ok := follows(t, f.n, bob.ID, region); ok {
		t.Error("a Follow of the region is not undone by its id")
	}
	send(t, f.n, bob, bob.Follow(region))
	send(t, f.n, bob, bob.Delete(bob.ID))
	if _, ok := follows(t, f.n, bob.ID, region); ok {
		t.Error("a deleted account follows the region still")
	}
	other := federationtest.NewPeer(t)
	eve := other.Actor("eve")
	send(t, f.n, eve, eve.Follow(region))
	if _, err := f.n.ApplyBlocks(t.Context(), []ap.DomainBlock{{Domain: other.Host, Severity: ap.SeveritySuspend}}, false, ap.Decision{}); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the end of a suspended host's Follow", func() bool { _, ok := follows(t, f.n, eve.ID, region); return !ok })
}

// TestAreaKeysAreMadeOnce: a node that starts again, and one that takes the
// keys of another, speak of an area by the same keys.
func TestAreaKeysAreMadeOnce(t *testing.T) {
	pem := func(n *federationtest.Node) string {
		t.Helper()
		return getAs(t, n.ActorID("bretagne"), activityType).object(t)["publicKey"].(map[string]any)["publicKeyPem"].(string)
	}
	address := ""
	o := federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire", Regions: loadRegions, Dir: t.TempDir()}
	var first string
	var actors []ap.LocalActor
	t.Run("first", func(t *testing.T) {
		n := federationtest.NewNode(t, o)
		settle(t, n, "FR-22")
		first, actors, address = pem(n), n.Secrets(), n.Host
	})
	o.Address = address
	t.Run("again", func(t *testing.T) {
		n := federationtest.NewNode(t, o)
		settle(t, n, "FR-BRE")
		if pem(n) != first {
			t.Error("the region has a new key after a start")
		}
	})
	t.Run("elsewhere", func(t *testing.T) {
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Regions: loadRegions, Address: address})
		if err := n.TakeSecrets(t.Context(), actors, true); err != nil {
			t.Fatal(err)
		}
		if pem(n) != first {
			t.Error("the region has another key on the node that took the keys")
		}
	})
}

// settle gives a node's hoster its seat in an area, and no other.
func settle(t *testing.T, n *federationtest.Node, area directory.AreaCode) {
	t.Helper()
	h, err := n.Hoster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.Seat, h.Serves = directory.Place{Area: area}, nil
	if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: h}); err != nil {
		t.Fatal(err)
	}
}

// TestHandleOfAnAreaIsTaken: a node does not start as a hoster under the name
// by which people follow a region.
func TestHandleOfAnAreaIsTaken(t *testing.T) {
	store, err := badger.Open(badger.Options{InMemory: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	config := federation.Config{
		Origin: &url.URL{Scheme: "https", Host: "annuaire.example"}, Software: "test", Hoster: "chatdroite", Regions: loadRegions,
		Aggregator: &federation.Aggregator{Handle: "annuaire", Name: "Annuaire d'essai", Language: "fr"},
	}
	n, err := federation.New(t.Context(), config, store, store, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h := directorytest.Hoster("chatdroite")
	h.Seat.Area = "FR-22"
	if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: h}); err != nil {
		t.Fatal(err)
	}
	if name, ok := n.AreaHandle("FR-BRE"); !ok || name != "bretagne" {
		t.Fatalf("the region is followed as %q, %t", name, ok)
	}
	if area, ok := n.AreaOf("Bretagne"); !ok || area != "FR-BRE" {
		t.Errorf("bretagne is the name of %q, %t", area, ok)
	}
	config.Hoster = "bretagne"
	if _, err := federation.New(t.Context(), config, store, store, slog.New(slog.DiscardHandler)); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
}
