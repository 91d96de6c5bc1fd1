package peers

import (
	"net/http"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestFedifyFollowsARegion: a region of a directory is followed as anybody is.
// What its hosters say comes, and nothing of anybody else, until it is followed
// no more.
func TestFedifyFollowsARegion(t *testing.T) {
	places, err := geo.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Regions: func() (*federation.Regions, error) {
		return &federation.Regions{Areas: places}, nil
	}})
	west, hosterID := hosterIn(t, d, "insee:22113") // Lannion
	south, _ := hosterIn(t, d, "insee:34172")       // Montpellier
	region, elsewhere := d.ActorID("bretagne"), d.ActorID("occitanie")
	p := startPeer(t, "rfc9421")

	if found := p.read(region, false); found.ID != region || found.Type != "Service" || found.Name != "Bretagne · Annuaire d'essai" {
		t.Errorf("read as %+v, want the Service %s", found, region)
	}
	p.follow(region)

	title := "Atelier à Lannion"
	note := string(announce(t, west, title).ID)
	announced := p.await("the Announce", func(h heard) bool { return h.Type == "Announce" && h.Object == note })
	if announced.Actor != region || announced.ObjectType != "Note" {
		t.Errorf("announced as %+v, want the Note by %s", announced, region)
	}
	if read := p.read(note, false); read.Author != hosterID {
		t.Errorf("the note is read at its hoster's as %+v, want of %s", read, hosterID)
	}
	if err := west.DeleteNotice(t.Context(), directory.ID(note)); err != nil {
		t.Fatal(err)
	}
	p.await("the Undo", func(h heard) bool { return h.Type == "Undo" && h.Actor == region })

	quiet := func(what string, n *federationtest.Node, by string) {
		t.Helper()
		before, said := p.posts(), outbox(t, d, by)
		announce(t, n, "Pour les autres")
		federationtest.Eventually(t, "the Announce by "+by, func() bool { return outbox(t, d, by) == said+1 })
		idle(t, d)
		if after := p.posts(); after != before {
			t.Errorf("%d activities came %s", after-before, what)
		}
	}
	quiet("of another region", south, elsewhere)
	p.say("unfollow", map[string]any{"actor": region}, http.StatusAccepted)
	if got := followers(t, d, region); got != 0 {
		t.Errorf("%d followers after the Undo, want none", got)
	}
	quiet("after the Undo", west, region)
	p.allVerified()
}

// hosterIn starts a hoster with its seat in an area, listed by a directory.
func hosterIn(t *testing.T, d *federationtest.Node, area directory.AreaCode) (*federationtest.Node, string) {
	t.Helper()
	n, id := hoster(t)
	h, err := n.Hoster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.Seat, h.Serves = directory.Place{Area: area}, nil
	if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: h}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Follow(t.Context(), "@"+directorytest.Hoster("Chat Droite").Handle+"@"+n.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the listing", func() bool {
		listed, err := d.Store.Listed(t.Context(), directory.ID(id))
		return err == nil && listed
	})
	return n, id
}

// outbox counts what an actor of ours has said.
func outbox(t *testing.T, n *federationtest.Node, actor string) int {
	t.Helper()
	_, _, count, err := n.Store.Count(t.Context(), ap.IRI(actor))
	if err != nil {
		t.Fatal(err)
	}
	return count
}
