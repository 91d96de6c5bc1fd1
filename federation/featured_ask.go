package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// featuredAs is what was learnt of a hoster for the featured collections, when
// its profile was read.
type featuredAs struct {
	may    bool            // its policy lets this directory ask it
	stamps map[ap.IRI]bool // of those that were looked at, whether they stand
}

// lookAtStamps reads a hoster's policy in its document, and looks at the
// stamps that it gave, each at its origin: those that came since the last time
// before they count, all others as often as the profile is read (FEP-7aa9,
// "Verification"). Where a new one cannot be looked at now that is an error,
// so that it is tried again soon; an old one counts until then.
func (n *Node) lookAtStamps(ctx context.Context, actor ap.Actor, doc ap.Document) (featuredAs, error) {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return featuredAs{}, nil
	}
	f := featuredAs{may: activitystreams.MayFeature(doc.Body, agg.ID), stamps: map[ap.IRI]bool{}}
	items, err := n.store.FeaturedIn(ctx, actor.ID)
	if err != nil {
		return featuredAs{}, &storeError{err}
	}
	for _, i := range items {
		if i.Standing != ap.StandingAnswered && i.Standing != ap.StandingFeatured {
			continue
		}
		err := n.lookAtStamp(ctx, i)
		switch {
		case err == nil, !isPassing(err), isGone(err):
			f.stamps[i.Stamp] = err == nil
		case i.Standing == ap.StandingAnswered:
			return featuredAs{}, fmt.Errorf("look at a stamp: %w", err)
		}
	}
	return f, nil
}

// lookAtStamp makes sure that the stamp of an item stands at its origin, and
// says what the item needs: that this collection may feature this actor.
func (n *Node) lookAtStamp(ctx context.Context, i ap.FeaturedItem) error {
	d, err := n.fetchDocument(ctx, i.Stamp)
	if err != nil {
		return err
	}
	s, err := activitystreams.DecodeStamp(d.Body)
	if err != nil {
		return err
	}
	if s.Type != string(ap.StampFeature) || s.Interacting != i.Collection || s.Target != i.Actor || s.Actor != "" && s.Actor != i.Actor {
		return fmt.Errorf("%s permits something else: %w", i.Stamp, directory.ErrForbidden)
	}
	return nil
}

// feature adds to c what follows for the featured collections when a hoster is
// listed as it is now: it leaves those where it does not belong any more or
// which it does not permit any more, stands in those that it permits, and is
// asked for its consent to the others, where it may be asked at all.
func (n *Node) feature(ctx context.Context, a ap.Actor, h directory.Hoster, f featuredAs, c *ap.Change) error {
	agg, ok := n.localKind(ap.KindAggregator)
	regions, err := n.regions()
	if err != nil || !ok || regions == nil {
		return err
	}
	have, err := n.store.FeaturedIn(ctx, a.ID)
	if err != nil {
		return err
	}
	wanted := n.regionsOf(h, regions.Areas)
	for _, i := range have {
		at := slices.Index(wanted, i.Collection)
		if at < 0 {
			c.RemoveFeaturedItems = append(c.RemoveFeaturedItems, ap.FeaturedEdge{Collection: i.Collection, Actor: i.Actor})
			if err := n.unshow(ctx, agg, i, a.Inbox, c); err != nil {
				return err
			}
			continue
		}
		if i.Standing != ap.StandingAsked || n.now().Sub(i.At) < askFeaturedAgain {
			wanted = slices.Delete(wanted, at, at+1)
		}
		if stands, looked := f.stamps[i.Stamp]; looked {
			if err := n.settleStamp(ctx, agg, i, stands, a.Inbox, c); err != nil {
				return err
			}
		}
	}
	if !f.may {
		return nil
	}
	for _, collection := range wanted {
		if err := n.askToFeature(agg, a, collection, c); err != nil {
			return err
		}
	}
	return nil
}

// settleStamp adds to c what follows from a look at the stamp of an item.
func (n *Node) settleStamp(ctx context.Context, agg ap.LocalActor, i ap.FeaturedItem, stands bool, inbox ap.IRI, c *ap.Change) error {
	switch {
	case stands && i.Standing == ap.StandingAnswered:
		return n.show(ctx, agg, i, inbox, c)
	case stands && i.Standing == ap.StandingFeatured:
		i.CheckedAt = n.now()
		c.FeaturedItems = append(c.FeaturedItems, i)
		return nil
	case i.Standing == ap.StandingAnswered || i.Standing == ap.StandingFeatured:
		return n.takeBack(ctx, agg, i, inbox, c)
	}
	return nil
}

// takeBack adds to c that a hoster takes back that a collection features it.
func (n *Node) takeBack(ctx context.Context, agg ap.LocalActor, i ap.FeaturedItem, inbox ap.IRI, c *ap.Change) error {
	if err := n.unshow(ctx, agg, i, inbox, c); err != nil {
		return err
	}
	i.Standing, i.At = ap.StandingWithdrawn, n.now()
	c.FeaturedItems = append(c.FeaturedItems, i)
	return nil
}

// askToFeature adds to c the question to a hoster whether a collection may
// feature it (FEP-7aa9, "Obtaining consent").
func (n *Node) askToFeature(agg ap.LocalActor, a ap.Actor, collection ap.IRI, c *ap.Change) error {
	doc, err := activitystreams.FeatureRequest(n.activityIRI(n.newID()), agg.ID, a.ID, collection, n.now())
	if err != nil {
		return fmt.Errorf("write a FeatureRequest: %w", err)
	}
	c.FeaturedItems = append(c.FeaturedItems, ap.FeaturedItem{
		Collection: collection, Actor: a.ID, ActorType: a.Type, Request: doc.IRI, Standing: ap.StandingAsked, At: n.now(),
	})
	n.send(c, agg.ID, doc, []ap.IRI{a.Inbox}, false)
	return nil
}

// featuredAnswer finds the item of an actor that its Accept or Reject is
// about: whichever FeatureRequest of ours it names by id, embedded or not.
func (n *Node) featuredAnswer(ctx context.Context, rec *received) (ap.FeaturedItem, bool, error) {
	items, err := n.store.FeaturedIn(ctx, rec.actor)
	if err != nil {
		return ap.FeaturedItem{}, false, err
	}
	named := rec.object.IRIs("object")
	for _, i := range items {
		if i.Request != "" && slices.Contains(named, i.Request) {
			return i, true, nil
		}
	}
	return ap.FeaturedItem{}, false, nil
}

// permitted takes a hoster's yes to a FeatureRequest: the stamp that it names
// is looked at before it counts.
func (n *Node) permitted(rec *received, i ap.FeaturedItem, c *ap.Change) error {
	result := rec.object.IRI("result")
	switch {
	case i.Standing != ap.StandingAsked:
		return ignored("not_pending")
	case result == "" || result.Host() != rec.actor.Host():
		return ignored("no_stamp")
	}
	if _, err := activitystreams.ParseIRI(string(result), n.config.Development); err != nil {
		return ignored("no_stamp")
	}
	i.Standing, i.Stamp, i.At = ap.StandingAnswered, result, n.now()
	c.FeaturedItems = append(c.FeaturedItems, i)
	n.refreshSoon(rec.actor, "stamp", c)
	return nil
}

// declined takes a hoster's no to a FeatureRequest, at once or after a yes.
func (n *Node) declined(ctx context.Context, rec *received, i ap.FeaturedItem, c *ap.Change) error {
	switch i.Standing {
	case ap.StandingAsked:
		i.Standing, i.At = ap.StandingRefused, n.now()
		c.FeaturedItems = append(c.FeaturedItems, i)
		return nil
	case ap.StandingAnswered, ap.StandingFeatured:
		agg, ok := n.localKind(ap.KindAggregator)
		if !ok {
			return ignored("no_aggregator")
		}
		return n.takeBack(ctx, agg, i, rec.sender.Inbox, c)
	}
	return ignored("not_pending")
}

// stampDeleted takes the Delete of a stamp by the hoster that gave it, and
// reports false where id is no stamp of this hoster's (FEP-7aa9, "Revocation").
func (n *Node) stampDeleted(ctx context.Context, rec *received, id ap.IRI, c *ap.Change) (bool, error) {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok || id == "" {
		return false, nil
	}
	items, err := n.store.FeaturedIn(ctx, rec.actor)
	if err != nil {
		return false, err
	}
	found := false
	for _, i := range items {
		if i.Stamp == id && i.Standing != ap.StandingWithdrawn {
			found = true
			if err := n.takeBack(ctx, agg, i, rec.sender.Inbox, c); err != nil {
				return false, err
			}
		}
	}
	return found, nil
}

// unfeatureAll adds to c that a hoster, which is not listed any more, leaves
// every collection. It is not told: it may be gone itself.
func (n *Node) unfeatureAll(ctx context.Context, actor ap.IRI, c *ap.Change) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return nil
	}
	items, err := n.store.FeaturedIn(ctx, actor)
	if err != nil {
		return err
	}
	for _, i := range items {
		c.RemoveFeaturedItems = append(c.RemoveFeaturedItems, ap.FeaturedEdge{Collection: i.Collection, Actor: i.Actor})
		if err := n.unshow(ctx, agg, i, "", c); err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
	}
	return nil
}
