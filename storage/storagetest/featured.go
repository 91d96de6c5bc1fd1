package storagetest

import (
	"errors"
	"fmt"
	"testing"

	"matou/directory"
	"matou/federation/ap"
)

func collectionIRI(n int) ap.IRI {
	return ap.IRI(fmt.Sprintf("https://hoster.example/ap/collections/%03d", n))
}

func testFeatured(t *testing.T, b *bench) {
	item := func(collection, actor int, s ap.Standing) ap.FeaturedItem {
		return ap.FeaturedItem{
			Collection: collectionIRI(collection), Actor: peer(actor), ActorType: "Organization",
			Request: activityIRI(actor), Standing: s, At: start,
		}
	}
	if _, err := b.FeaturedItem(b.ctx, collectionIRI(1), peer(1)); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("an item that is not there: %v, want not found", err)
	}
	var c ap.Change
	for i := range 25 {
		c.FeaturedItems = append(c.FeaturedItems, item(1, 24-i, ap.StandingAsked))
	}
	c.FeaturedItems = append(c.FeaturedItems, item(2, 3, ap.StandingRefused), item(3, 3, ap.StandingWithdrawn))
	b.apply(c)
	answered := item(1, 3, ap.StandingAnswered)
	answered.Stamp = peer(3) + "/stamps/1"
	b.apply(ap.Change{FeaturedItems: []ap.FeaturedItem{answered}})
	equal(t, "replaced", good[ap.FeaturedItem](t)(b.FeaturedItem(b.ctx, collectionIRI(1), peer(3))), answered)
	equal(t, "of one actor", good[[]ap.FeaturedItem](t)(b.FeaturedIn(b.ctx, peer(3))),
		[]ap.FeaturedItem{answered, item(2, 3, ap.StandingRefused), item(3, 3, ap.StandingWithdrawn)})

	var seen []ap.IRI
	p := ap.Page{Limit: 10}
	for _, want := range []int{10, 10, 5, 0} {
		all := good[[]ap.FeaturedItem](t)(b.FeaturedItems(b.ctx, collectionIRI(1), p))
		equal(t, fmt.Sprintf("page after %q", p.After), len(all), want)
		for _, i := range all {
			seen = append(seen, i.Actor)
		}
		p.After = string(last(all).Actor)
	}
	for i, actor := range seen {
		equal(t, "in the order of actors", actor, peer(i))
	}

	b.apply(ap.Change{
		FeaturedItems:       []ap.FeaturedItem{item(1, 4, ap.StandingRefused)},
		RemoveFeaturedItems: []ap.FeaturedEdge{{Collection: collectionIRI(1), Actor: peer(4)}, {Collection: collectionIRI(9), Actor: peer(4)}},
	})
	if _, err := b.FeaturedItem(b.ctx, collectionIRI(1), peer(4)); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("an item that was removed: %v, want not found", err)
	}
	equal(t, "of an actor without any", len(good[[]ap.FeaturedItem](t)(b.FeaturedIn(b.ctx, peer(4)))), 0)
	equal(t, "collections", len(good[[]ap.IRI](t)(b.FeaturedCollections(b.ctx))), 3)
	b.reopen()
	equal(t, "after a restart", len(good[[]ap.FeaturedItem](t)(b.FeaturedItems(b.ctx, collectionIRI(1), ap.Page{Limit: 200}))), 24)
}
