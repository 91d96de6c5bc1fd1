package federation

import (
	"context"
	"fmt"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of the listing of another directory.
const (
	maxListingPages = 50   // documents
	maxListed       = 2000 // hosters that are read; what follows is left out
	mostItems       = 200  // of one document: as many as are read
	proposedAtOnce  = 100  // in one Change
)

// source gives what is kept of an aggregator to learn from; a fresh record
// where there is none.
func (n *Node) source(ctx context.Context, aggregator ap.IRI) (ap.Source, error) {
	s, err := n.store.Source(ctx, aggregator)
	if isNotFound(err) {
		return ap.Source{Aggregator: aggregator}, nil
	}
	return s, err
}

// learns gives what this node does with the hosters that an aggregator lists.
func (n *Node) learns(ctx context.Context, aggregator ap.IRI) (ap.Learn, error) {
	s, err := n.source(ctx, aggregator)
	switch {
	case err != nil:
		return "", err
	case s.Learn != "":
		return s.Learn, nil
	case n.config.Aggregator != nil && n.config.Aggregator.Learn != "":
		return n.config.Aggregator.Learn, nil
	}
	return ap.LearnPropose, nil
}

// LearnFrom says what is to be done with the hosters that a followed aggregator
// lists, and walks its listing anew. Errors: directory.ErrNotFound where it is
// not followed, directory.ErrInvalid where it is no aggregator.
func (n *Node) LearnFrom(ctx context.Context, handle string, learn ap.Learn) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return fmt.Errorf("this node keeps no directory: %w", directory.ErrForbidden)
	}
	f, err := n.followedBy(ctx, agg.ID, handle)
	if err != nil {
		return err
	}
	a, err := n.store.Actor(ctx, f.Object)
	if err != nil && !isNotFound(err) {
		return err
	}
	if a.Listing == "" {
		return fmt.Errorf("%s is no directory: there is nothing to learn from it: %w", handle, directory.ErrInvalid)
	}
	defer n.lockActor(f.Object)()
	s, err := n.source(ctx, f.Object)
	if err != nil {
		return err
	}
	s.Learn = learn
	c := ap.Change{Sources: []ap.Source{s}}
	if f.State == ap.FollowAccepted && learn != ap.LearnIgnore {
		n.refreshSoon(f.Object, "update", &c)
	}
	_, err = n.apply(ctx, c)
	return err
}

// learnFrom walks the listing of another directory and brings the candidates
// that it proposes up to date: those that it added, and, where all of it could
// be read, those that it lists no more.
func (n *Node) learnFrom(ctx context.Context, r ap.Refresh, agg ap.LocalActor, from ap.Actor) error {
	hosters, whole, err := n.fetchListing(ctx, from)
	if err != nil {
		return fmt.Errorf("fetch the listing: %w", err)
	}
	defer n.lockActor(r.Actor)()
	if f, ok, err := n.followOf(ctx, agg.ID, r.Actor); err != nil {
		return &storeError{err}
	} else if !ok || f.State != ap.FollowAccepted {
		return n.doneRefreshing(ctx, r, nil, ap.Change{})
	}
	c, err := n.learned(ctx, from.ID, hosters, whole)
	if err != nil {
		return &storeError{err}
	}
	if listed, err := n.store.Listed(ctx, directory.ID(from.ID)); err != nil {
		return &storeError{err}
	} else if listed { // it was a hoster before
		if err := n.withdraw(ctx, from.ID, "a directory now", &c); err != nil {
			return &storeError{err}
		}
	}
	s, err := n.source(ctx, from.ID)
	if err != nil {
		return &storeError{err}
	}
	s.WalkedAt = n.now()
	c.Sources = append(c.Sources, s)
	if whole {
		if err := n.noteMembers(ctx, from, hosters, &c); err != nil {
			return &storeError{err}
		}
	}
	next := ap.Refresh{Actor: r.Actor, DueAt: n.clock().UTC().Add(refreshEvery), Reason: "weekly"}
	return n.doneRefreshing(ctx, r, &next, c)
}

// learned applies what a walk has found, and gives the rest, which is to be
// applied with the end of the walk.
func (n *Node) learned(ctx context.Context, from ap.IRI, hosters []ap.IRI, whole bool) (c ap.Change, err error) {
	learn, err := n.learns(ctx, from)
	if err != nil {
		return c, err
	}
	listed := make(map[ap.IRI]bool, len(hosters))
	for _, h := range hosters {
		listed[h] = true
		if _, err := n.propose(ctx, proposal{from, learn, h, true}, &c); err != nil {
			return c, err
		}
		if len(c.Proposals) >= proposedAtOnce {
			if _, err := n.apply(ctx, c); err != nil {
				return c, err
			}
			c = ap.Change{}
		}
	}
	if !whole {
		return c, nil
	}
	for page := (ap.Page{Limit: 200}); ; {
		before, err := n.store.ProposedBy(ctx, from, page)
		if err != nil {
			return c, err
		}
		for _, h := range before {
			page.After = string(h)
			if !listed[h] {
				c.Proposals = append(c.Proposals, ap.Proposal{Aggregator: from, Hoster: h, At: n.now(), Withdrawn: true})
			}
		}
		if len(before) < page.Limit {
			return c, nil
		}
	}
}

// fetchListing reads the listing of another directory: ids, and nothing else
// that may stand there. All of it must be on the directory's own host; whole is
// false where there was more of it than is read.
func (n *Node) fetchListing(ctx context.Context, from ap.Actor) (hosters []ap.IRI, whole bool, err error) {
	seen := map[ap.IRI]bool{}
	next, cut := from.Listing, false
	for page := 0; next != "" && page < maxListingPages; page++ {
		if seen[next] || next.Host() != from.ID.Host() {
			return hosters, false, nil
		}
		seen[next] = true
		d, err := n.fetchDocument(ctx, next)
		if err != nil {
			return nil, false, err
		}
		col, err := activitystreams.DecodeCollection(d.Body)
		if err != nil {
			return nil, false, err
		}
		cut = cut || len(col.Items) >= mostItems
		for _, item := range col.Items {
			id, err := activitystreams.ParseIRI(string(item.IRI), n.config.Development)
			if err != nil || seen[id] {
				continue
			}
			if len(hosters) >= maxListed {
				return hosters, false, nil
			}
			seen[id] = true
			hosters = append(hosters, id)
		}
		if next = col.Next; next == "" && len(col.Items) == 0 {
			next = col.First
		}
	}
	return hosters, next == "" && !cut, nil
}
