package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// How an aggregator keeps in step with the hosters' own nodes.
const (
	refreshEvery   = 7 * 24 * time.Hour // without news (FEP-5feb asks for regular revalidation)
	refreshAtOnce  = 4                  // profiles fetched at the same time
	maxServices    = 200                // of one hoster
	maxPages       = 20                 // of one collection
	firstNotes     = 20                 // read from the outbox of a newly listed hoster
	refreshTimeout = 2 * time.Minute    // for one hoster in all
)

// refreshBackoff is the wait after the nth failed try; the last one repeats.
var refreshBackoff = []time.Duration{
	30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour,
}

// refreshSoon adds to c that an actor's profile is to be fetched from its
// origin now.
func (n *Node) refreshSoon(actor ap.IRI, reason string, c *ap.Change) {
	c.Refreshes = append(c.Refreshes, ap.Refresh{Actor: actor, DueAt: n.clock().UTC(), Reason: reason})
}

// runRefreshes fetches what is due until ctx ends.
func (n *Node) runRefreshes(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := n.store.DueRefreshes(ctx, n.clock(), 4*refreshAtOnce)
		if err != nil {
			return fmt.Errorf("look for profiles to refresh: %w", err)
		}
		if len(due) == 0 {
			if err := n.awaitRefresh(ctx); err != nil {
				return err
			}
			continue
		}
		g := errgroup.Group{}
		g.SetLimit(refreshAtOnce)
		for _, r := range due {
			g.Go(func() error { return n.refreshOrRetry(ctx, r) })
		}
		if err := g.Wait(); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return ctx.Err()
}

// awaitRefresh sleeps until something is due.
func (n *Node) awaitRefresh(ctx context.Context) error {
	wait := time.Hour
	next, err := n.store.NextRefresh(ctx)
	if err != nil {
		return fmt.Errorf("look for the next profile to refresh: %w", err)
	}
	if !next.IsZero() {
		wait = min(wait, max(next.Sub(n.clock()), 10*time.Millisecond))
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-n.stir:
	case <-t.C:
	}
	return nil
}

// refreshOrRetry carries a refresh out, or says when to try again. Its own
// error is the store's: nothing that a peer does can stop the loop.
func (n *Node) refreshOrRetry(ctx context.Context, r ap.Refresh) error {
	fetchCtx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	err := n.refresh(fetchCtx, r)
	var stored *storeError
	switch {
	case err == nil || ctx.Err() != nil:
		return nil
	case errors.As(err, &stored):
		return err
	}
	n.log.WarnContext(ctx, "refresh put off", "actor", string(r.Actor), "attempts", r.Attempts+1, "error", err.Error())
	next := ap.Refresh{
		Actor: r.Actor, Attempts: r.Attempts + 1, Reason: "retry", Error: clip(err.Error()),
		DueAt: n.clock().UTC().Add(refreshBackoff[min(r.Attempts, len(refreshBackoff)-1)]),
	}
	if r.Reason == ap.ReasonRebuild {
		next.Reason = r.Reason
	}
	defer n.lockActor(r.Actor)()
	c := ap.Change{RefreshesDone: []ap.RefreshDone{{Actor: r.Actor, TakenDueAt: r.DueAt, Next: &next}}}
	if err := n.loseHandle(ctx, r, err, &c); err != nil {
		return err
	}
	_, err = n.apply(ctx, c)
	return err
}

// storeError marks an error of our own store, which the loop must not take for
// a peer's.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

// refresh fetches one hoster's profile and services from their origin and
// brings its listing up to date.
func (n *Node) refresh(ctx context.Context, r ap.Refresh) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return n.doneRefreshing(ctx, r, nil, ap.Change{})
	}
	if n.policy(r.Actor.Host()).silenced() {
		return n.refreshSilenced(ctx, r)
	}
	if k, ok, err := n.considered(ctx, agg.ID, r.Actor); err != nil {
		return &storeError{err}
	} else if ok {
		return n.consider(ctx, r, agg, k)
	}
	actor, doc, err := n.fetchActor(ctx, r.Actor)
	if isGone(err) {
		return n.buryActor(ctx, r, agg)
	}
	if err != nil {
		return fmt.Errorf("fetch the profile: %w", err)
	}
	if actor.Listing != "" && consents(actor) {
		return n.learnFrom(ctx, r, agg, actor)
	}
	var f fetched
	if actor.Services != "" && consents(actor) {
		if f, err = n.fetchHoster(ctx, actor, doc, r.Reason == ap.ReasonRebuild); err != nil {
			return err
		}
	}
	moving, err := n.movedOn(ctx, actor, doc)
	if err != nil {
		return &storeError{err}
	}
	comers, err := n.comers(ctx, r.Actor)
	if err != nil {
		return &storeError{err}
	}
	defer n.lockActors(moving.with(append(comers, r.Actor))...)()
	defer n.policies.hold()()
	if n.policy(r.Actor.Host()).silenced() {
		f.listing = nil
	}
	if latest, err := n.store.Actor(ctx, r.Actor); err == nil &&
		(latest.UpdatedAt.After(actor.UpdatedAt) || consents(actor) && !consents(latest)) {
		return errOvertaken
	}
	follow, err := n.store.Follow(ctx, agg.ID, r.Actor)
	if isNotFound(err) || err == nil && follow.State != ap.FollowAccepted {
		return n.doneRefreshing(ctx, r, nil, ap.Change{})
	}
	if err != nil {
		return &storeError{err}
	}
	var c ap.Change
	if f.listing == nil {
		if err := n.withdraw(ctx, r.Actor, "no consent to be found", &c); err != nil {
			return &storeError{err}
		}
		if actor.Services != "" {
			if err := n.spokeAgainst(ctx, r.Actor, &c); err != nil {
				return &storeError{err}
			}
		}
	} else if err := n.listAnew(ctx, r, actor, f, &c); err != nil {
		return &storeError{err}
	}
	if err := n.arrive(ctx, agg, doc, comers, &c); err != nil {
		return &storeError{err}
	}
	if moving != nil {
		if err := n.goAfterStill(ctx, *moving, &c); err != nil {
			return &storeError{err}
		}
	}
	next := ap.Refresh{Actor: r.Actor, DueAt: n.clock().UTC().Add(refreshEvery), Reason: "weekly"}
	return n.doneRefreshing(ctx, r, &next, c)
}

// errOvertaken says that the actor has sent a newer word while the older one
// was being fetched.
var errOvertaken = errors.New("the profile changed while it was fetched")

// fetched is what was read from a hoster's node.
type fetched struct {
	listing *directory.Listing // nil: not to be listed
	docs    []ap.Document      // its services
	notes   []authored         // what it said lately; only of a hoster that is not listed yet, or is rebuilt
	actor   ap.Document
	feature featuredAs // for the featured collections
}

// fetchHoster reads the services of an actor and makes the listing of it all.
// What is to be rebuilt is read as far as it goes, or not at all: what cannot be
// read now must not be forgotten.
func (n *Node) fetchHoster(ctx context.Context, actor ap.Actor, doc ap.Document, rebuild bool) (fetched, error) {
	if err := n.checkHandle(ctx, actor); err != nil {
		return fetched{}, err
	}
	docs, err := n.fetchServices(ctx, actor)
	if err != nil {
		return fetched{}, fmt.Errorf("fetch the services: %w", err)
	}
	bodies := make([][]byte, len(docs))
	for i, d := range docs {
		bodies[i] = d.Body
	}
	hoster, warnings, err := activitystreams.DecodeHoster(doc.Body, bodies)
	if err != nil {
		return fetched{}, fmt.Errorf("read the profile: %w", err)
	}
	f := fetched{docs: docs, actor: doc, listing: &directory.Listing{
		Hoster: hoster, Handle: "@" + actor.Username + "@" + actor.ID.Host(), URL: actor.URL,
		Origin: doc.FetchedFrom, FetchedAt: n.clock().UTC(),
	}}
	if len(warnings) > 0 {
		n.log.InfoContext(ctx, "profile understood in part", "actor", string(actor.ID), "left_out", len(warnings), "first", clip(warnings[0]))
	}
	if rebuild {
		if f.notes, err = n.fetchNotes(ctx, actor, maxPages); err != nil {
			return fetched{}, fmt.Errorf("fetch the notices: %w", err)
		}
		return f, nil
	}
	if f.feature, err = n.lookAtStamps(ctx, actor, doc); err != nil {
		return fetched{}, err
	}
	listed, err := n.store.Listed(ctx, directory.ID(actor.ID))
	if err != nil {
		return fetched{}, &storeError{err}
	}
	if listed {
		return f, nil
	}
	// A help, not a duty: what cannot be read is left out.
	if f.notes, err = n.fetchNotes(ctx, actor, 1); err != nil {
		n.log.InfoContext(ctx, "outbox not read", "actor", string(actor.ID), "error", clip(err.Error()))
	}
	return f, nil
}

// fetchServices reads the services collection of an actor. What stands in it
// in full is taken as it is, since the collection comes from its origin; what
// is only named is fetched. Everything must be on the actor's own host.
func (n *Node) fetchServices(ctx context.Context, actor ap.Actor) ([]ap.Document, error) {
	var docs []ap.Document
	seen := map[ap.IRI]bool{}
	for page, next := 0, actor.Services; next != "" && page < maxPages && len(docs) < maxServices; page++ {
		if seen[next] || next.Host() != actor.ID.Host() {
			break
		}
		seen[next] = true
		d, err := n.fetchDocument(ctx, next)
		if err != nil {
			return nil, err
		}
		col, err := activitystreams.DecodeCollection(d.Body)
		if err != nil {
			return nil, err
		}
		for _, item := range col.Items {
			if seen[item.IRI] || item.IRI.Host() != actor.ID.Host() || len(docs) >= maxServices {
				continue
			}
			seen[item.IRI] = true
			s, err := n.serviceDocument(ctx, actor, item, d)
			if err != nil {
				return nil, err
			}
			docs = append(docs, s)
		}
		if next = col.Next; next == "" {
			next = col.First
		}
	}
	return docs, nil
}

// serviceDocument gives one service of a collection as a document of its own.
func (n *Node) serviceDocument(ctx context.Context, actor ap.Actor, item activitystreams.Item, col ap.Document) (ap.Document, error) {
	if len(item.Raw) > 0 {
		return ap.Document{
			IRI: item.IRI, Type: activitystreams.TypeService, Owner: actor.ID, Body: item.Raw, Public: true,
			UpdatedAt: col.FetchedAt, FetchedAt: col.FetchedAt, FetchedFrom: col.FetchedFrom,
		}, nil
	}
	d, err := n.fetchDocument(ctx, item.IRI)
	d.Owner = actor.ID
	return d, err
}

// list adds to c the listing as fetched, and, the first time, the notices that
// the hoster has open.
func (n *Node) list(ctx context.Context, actor ap.Actor, f fetched, c *ap.Change) error {
	l := *f.listing
	l.ListedAt = n.clock().UTC()
	var before *directory.Listing
	old, err := n.store.Listing(ctx, l.Hoster.ID)
	switch {
	case err == nil:
		l.ListedAt, before = old.ListedAt, &old
	case !isNotFound(err):
		return err
	default:
		if err := n.tellListing(ctx, actor.ID, true, c); err != nil {
			return err
		}
	}
	if l.LearnedFrom, err = n.learnedFrom(ctx, actor.ID); err != nil {
		return err
	}
	n.enlist(before, l, c)
	if err := n.takeOver(ctx, l, c); err != nil {
		return err
	}
	if _, err := n.ensureAreas(ctx, l.Hoster); err != nil {
		return err
	}
	if err := n.keepServices(ctx, actor.ID, l.Hoster.Services, f.docs, c); err != nil {
		return err
	}
	if err := n.feature(ctx, actor, l.Hoster, f.feature, c); err != nil {
		return err
	}
	actor.Handle = bareHandle(l.Handle)
	c.Actors = append(c.Actors, actor)
	for i := len(f.notes) - 1; i >= 0; i-- { // oldest first: roots before replies
		if err := n.keepNote(ctx, f.notes[i], actor.ID, c); err != nil {
			return err
		}
	}
	return nil
}

// keepServices adds to c the documents of the services that are listed. Others
// in the collection are not the hoster's own; nor is what is kept already as
// somebody else's, on a host that several share.
func (n *Node) keepServices(ctx context.Context, hoster ap.IRI, listed []directory.Service, docs []ap.Document, c *ap.Change) error {
	for _, d := range docs {
		if !slices.ContainsFunc(listed, func(s directory.Service) bool { return s.ID == directory.ID(d.IRI) }) {
			continue
		}
		stored, err := n.store.Document(ctx, d.IRI)
		switch {
		case isNotFound(err) || err == nil && stored.Owner == hoster:
			c.Documents = append(c.Documents, d)
		case err != nil:
			return err
		}
	}
	return nil
}

// buryActor ends what we have of an actor whose own host says that it is
// deleted.
func (n *Node) buryActor(ctx context.Context, r ap.Refresh, agg ap.LocalActor) error {
	defer n.lockActor(r.Actor)()
	c := ap.Change{
		RemoveFollows: []ap.Edge{{Actor: agg.ID, Object: r.Actor}},
		RemoveActors:  []ap.IRI{r.Actor},
	}
	if err := n.withdraw(ctx, r.Actor, endedGone, &c); err != nil {
		return &storeError{err}
	}
	return n.doneRefreshing(ctx, r, nil, c)
}

// doneRefreshing applies c and settles the refresh with it.
func (n *Node) doneRefreshing(ctx context.Context, r ap.Refresh, next *ap.Refresh, c ap.Change) error {
	c.RefreshesDone = append(c.RefreshesDone, ap.RefreshDone{Actor: r.Actor, TakenDueAt: r.DueAt, Next: next})
	if _, err := n.apply(ctx, c); err != nil {
		return &storeError{err}
	}
	return nil
}
