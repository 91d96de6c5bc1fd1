package federation

import (
	"context"
	"fmt"
	"slices"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// featureOwn adds to c what follows for the featured collections when this
// node's own hoster is listed in this node's directory: nothing is asked over
// the network, but it gives the same stamps as to anybody, so that peers check
// its items as they check all others.
func (n *Node) featureOwn(ctx context.Context, h directory.Hoster, c *ap.Change) error {
	agg, ok := n.localKind(ap.KindAggregator)
	regions, err := n.regions()
	if err != nil || !ok || regions == nil {
		return err
	}
	have, err := n.store.FeaturedIn(ctx, ap.IRI(h.ID))
	if err != nil {
		return err
	}
	wanted := n.regionsOf(h, regions.Areas)
	if n.config.NoFeatures {
		wanted = nil
	}
	for _, i := range have {
		if at := slices.Index(wanted, i.Collection); at >= 0 {
			wanted = slices.Delete(wanted, at, at+1)
			continue
		}
		c.RemoveFeaturedItems = append(c.RemoveFeaturedItems, ap.FeaturedEdge{Collection: i.Collection, Actor: i.Actor})
		if err := n.unshow(ctx, agg, i, "", c); err != nil {
			return err
		}
	}
	for _, collection := range wanted {
		s, err := n.ownStamp(ctx, agg.ID, collection, ap.IRI(h.ID), c)
		if err != nil {
			return err
		}
		if !s.Holds() {
			continue
		}
		i := ap.FeaturedItem{Collection: collection, Actor: s.Target, ActorType: "Organization", Stamp: s.ID}
		if err := n.show(ctx, agg, i, "", c); err != nil {
			return err
		}
	}
	return nil
}

// ownStamp gives the stamp by which our hoster permits our collection to
// feature it, and adds it to c where it is new. One that was revoked stays so.
func (n *Node) ownStamp(ctx context.Context, agg, collection, hoster ap.IRI, c *ap.Change) (ap.Stamp, error) {
	s, err := n.store.Stamp(ctx, n.stampIRI(collection, hoster))
	if err == nil || !isNotFound(err) {
		return s, err
	}
	s = ap.Stamp{
		ID: n.stampIRI(collection, hoster), Kind: ap.StampFeature, Actor: hoster,
		Interacting: collection, Target: hoster, Requester: agg, At: n.now(),
	}
	doc, err := activitystreams.Stamp(s)
	if err != nil {
		return ap.Stamp{}, fmt.Errorf("write a stamp: %w", err)
	}
	c.Stamps, c.Documents = append(c.Stamps, s), append(c.Documents, doc)
	return s, nil
}

// ownStampRevoked adds to c what follows when our hoster takes back a stamp
// that it gave to a collection of ours.
func (n *Node) ownStampRevoked(ctx context.Context, s ap.Stamp, c *ap.Change) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok || s.Requester != agg.ID {
		return nil
	}
	i, err := n.store.FeaturedItem(ctx, s.Interacting, s.Target)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return n.takeBack(ctx, agg, i, "", c)
}
