package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// moveEvery is how often this node follows an actor to another home: once, and
// then no further for a week, whoever moves to whom.
const moveEvery = 7 * 24 * time.Hour

// movement is a Move that both sides vouch for.
type movement struct {
	from, to ap.Actor
}

// with gives ids, and the new home where there is one.
func (m *movement) with(ids []ap.IRI) []ap.IRI {
	if m == nil {
		return ids
	}
	return append(ids, m.to.ID)
}

// holdMove makes sure of both sides of a Move before anything is held back: the
// actor's own host says where it went, and the host of its new home says that
// it is the same (FEP-7628). Only what this node follows concerns it: the
// followers of ours that move send an Undo and a Follow themselves.
func (n *Node) holdMove(ctx context.Context, rec *received) (unlock func(), err error) {
	id, _, err := rec.only()
	if err != nil {
		return nil, err
	}
	target := rec.object.IRI("target")
	switch {
	case id != rec.actor:
		return nil, ignored("not_its_own")
	case target == "" || target == rec.actor:
		return nil, ignored("no_target")
	case target.Host() == n.config.Origin.Host:
		return nil, ignored("to_ours") // nobody follows itself
	case n.policy(target.Host()).silenced():
		return nil, ignored("target_blocked")
	}
	if err := n.mayMove(ctx, rec.actor, target); err != nil {
		return nil, err
	}
	if rec.move, err = n.vouched(ctx, rec.actor, target); err != nil {
		return nil, err
	}
	return n.lockActors(rec.actor, target), nil
}

// mayMove makes sure that this node follows an actor, and that neither it nor
// its new home moved lately.
func (n *Node) mayMove(ctx context.Context, from, to ap.IRI) error {
	followed := false
	for _, a := range n.locals() {
		f, ok, err := n.followOf(ctx, a.ID, from)
		if err != nil {
			return err
		}
		followed = followed || ok && f.State == ap.FollowAccepted
	}
	if !followed {
		return ignored("not_followed")
	}
	if err := n.welcome(ctx, to); err != nil {
		return err
	}
	var moves []ap.Move
	for _, id := range []ap.IRI{from, to} {
		m, err := n.store.Move(ctx, id)
		if err == nil {
			moves = append(moves, m)
		} else if !isNotFound(err) {
			return err
		}
	}
	before, err := n.store.MovesTo(ctx, from)
	if err != nil {
		return err
	}
	for _, m := range append(moves, before...) {
		if n.now().Sub(m.At) < moveEvery {
			return ignored("moved_lately")
		}
	}
	return nil
}

// welcome makes sure that a new home was not turned away before: a Move is no
// way around the keeper's no, the hoster's own, or keys that nobody vouched
// for.
func (n *Node) welcome(ctx context.Context, home ap.IRI) error {
	k, err := n.store.Candidate(ctx, home)
	if err != nil && !isNotFound(err) {
		return err
	}
	if k.State == ap.CandidateDismissed || k.State == ap.CandidateRefused {
		return ignored("turned_away")
	}
	if n.policy(home.Host()).silenced() {
		return ignored("target_blocked") // while both hosts were asked, it may be
	}
	for _, a := range n.locals() {
		f, ok, err := n.followOf(ctx, a.ID, home)
		if err != nil {
			return err
		}
		if ok && f.State == ap.FollowChanged {
			return ignored("keys_changed")
		}
		if ok && f.State == ap.FollowRejected {
			return ignored("turned_away") // it said no before; a keeper may ask again
		}
	}
	return nil
}

// vouched asks both hosts. A home that has moved on itself is none: nobody is
// followed along a chain.
func (n *Node) vouched(ctx context.Context, from, to ap.IRI) (*movement, error) {
	old, there, err := n.whereabouts(ctx, from)
	if err != nil {
		return nil, err
	}
	if there.MovedTo != to {
		return nil, ignored("not_moved")
	}
	return n.vouchedBy(ctx, old, to)
}

// vouchedBy asks the host of the new home alone.
func (n *Node) vouchedBy(ctx context.Context, from ap.Actor, to ap.IRI) (*movement, error) {
	home, here, err := n.whereabouts(ctx, to)
	if err != nil {
		return nil, err
	}
	switch {
	case !here.Names(from.ID):
		return nil, ignored("not_known_there")
	case here.MovedTo != "":
		return nil, ignored("moved_on")
	}
	return &movement{from: from, to: home}, nil
}

// whereabouts fetches an actor for what it says of its homes, within the
// budget of its host.
func (n *Node) whereabouts(ctx context.Context, id ap.IRI) (ap.Actor, activitystreams.Whereabouts, error) {
	none := activitystreams.Whereabouts{}
	leave, ok := n.in.keys.begin(id.Host(), n.clock())
	if !ok {
		return ap.Actor{}, none, ignored("busy")
	}
	defer leave()
	a, doc, err := n.readActor(ctx, id)
	if err != nil {
		n.log.InfoContext(ctx, "actor not fetched", "actor", string(id), "error", clip(err.Error()))
		return ap.Actor{}, none, ignored("not_fetched")
	}
	w, err := activitystreams.DecodeWhereabouts(doc.Body)
	if err != nil {
		return ap.Actor{}, none, ignored("no_actor")
	}
	return a, w, nil
}

// receiveMove goes after an actor that this node follows.
func (n *Node) receiveMove(ctx context.Context, rec *received, c *ap.Change) error {
	if err := n.mayMove(ctx, rec.move.from.ID, rec.move.to.ID); err != nil {
		return err
	}
	return n.goAfter(ctx, *rec.move, c)
}

// movedOn gives where an actor went whose document says so and whose Move did
// not come (FEP-7628 lets peers notice it by themselves); nil for one that
// lives where it is, and where a Move would be ignored.
func (n *Node) movedOn(ctx context.Context, actor ap.Actor, doc ap.Document) (*movement, error) {
	there, err := activitystreams.DecodeWhereabouts(doc.Body)
	to := there.MovedTo
	if err != nil || to == "" || to == actor.ID || to.Host() == n.config.Origin.Host || n.policy(to.Host()).silenced() {
		return nil, nil //nolint:nilerr,nilnil // it moved nowhere that counts
	}
	if err = n.mayMove(ctx, actor.ID, to); err == nil {
		var m *movement
		if m, err = n.vouchedBy(ctx, actor, to); err == nil {
			return m, nil
		}
	}
	var why ignored
	if errors.As(err, &why) {
		return nil, nil //nolint:nilnil // as above
	}
	return nil, err
}

// goAfterStill is goAfter where nothing that was decided while the hosts were
// asked stands against it.
func (n *Node) goAfterStill(ctx context.Context, moving movement, c *ap.Change) error {
	err := n.mayMove(ctx, moving.from.ID, moving.to.ID)
	var why ignored
	if errors.As(err, &why) {
		return nil
	}
	if err != nil {
		return err
	}
	return n.goAfter(ctx, moving, c)
}

// goAfter adds to c that this node goes after an actor. The directory shows
// the old listing until it has read the new one (see arrive), so that nobody is
// missing meanwhile; what is not listed is left at once.
func (n *Node) goAfter(ctx context.Context, moving movement, c *ap.Change) error {
	from, to := moving.from, moving.to
	m := ap.Move{From: from.ID, To: to.ID, At: n.now()}
	listing, err := n.listingAfter(ctx, directory.ID(from.ID), c)
	switch {
	case err == nil:
		m.FromHandle = listing.Handle
	case isNotFound(err):
		m.DoneAt = m.At
	default:
		return err
	}
	for _, a := range n.locals() {
		f, ok, err := n.followOf(ctx, a.ID, from.ID)
		if err != nil {
			return err
		}
		if a.MovedTo != "" || !ok || f.State != ap.FollowAccepted {
			continue
		}
		if err := n.followTo(ctx, a, to, c); err != nil {
			return err
		}
		if a.Kind == ap.KindAggregator && !m.Done() {
			continue
		}
		if err := n.leave(f, c); err != nil {
			return err
		}
		if err := n.learnThere(ctx, from.ID, to.ID, c); err != nil {
			return err
		}
	}
	c.Moves = append(c.Moves, m)
	n.log.InfoContext(ctx, "an actor moves: its new home is asked", "actor", string(from.ID), "target", string(to.ID))
	return nil
}

// listingAfter gives a listing as it stands once c is applied, or
// directory.ErrNotFound.
func (n *Node) listingAfter(ctx context.Context, id directory.ID, c *ap.Change) (directory.Listing, error) {
	if slices.Contains(c.RemoveListings, id) {
		return directory.Listing{}, directory.ErrNotFound
	}
	for _, l := range c.Listings {
		if l.Hoster.ID == id {
			return l, nil
		}
	}
	return n.store.Listing(ctx, id)
}

// learnThere adds to c that what the keeper said of a directory holds for it
// in its new home.
func (n *Node) learnThere(ctx context.Context, from, to ap.IRI, c *ap.Change) error {
	s, err := n.store.Source(ctx, from)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	c.RemoveSources = append(c.RemoveSources, from)
	c.Sources = append(c.Sources, ap.Source{Aggregator: to, Learn: s.Learn})
	return nil
}

// followTo adds to c that one of our actors follows the new home of another.
// Where it does already, the profile is read anew, and the move with it.
func (n *Node) followTo(ctx context.Context, who ap.LocalActor, home ap.Actor, c *ap.Change) error {
	f, ok, err := n.followOf(ctx, who.ID, home.ID)
	if err != nil {
		return err
	}
	if ok && f.State == ap.FollowAccepted {
		n.refreshSoon(home.ID, "move", c)
		return nil
	}
	if ok && f.State == ap.FollowPending {
		return nil
	}
	doc, err := activitystreams.Follow(n.activityIRI(n.newID()), who.ID, home.ID, n.now())
	if err != nil {
		return fmt.Errorf("write the Follow: %w", err)
	}
	c.Follows = append(c.Follows, ap.Follow{
		ID: doc.IRI, Actor: who.ID, Object: home.ID, State: ap.FollowPending,
		Inbox: home.Inbox, SharedInbox: home.SharedInbox, Raw: doc.Body, At: n.now(),
	})
	known, err := n.store.KnowsActor(ctx, home.ID)
	if err != nil {
		return err
	}
	if !known {
		c.Actors = append(c.Actors, home)
	}
	n.send(c, who.ID, doc, []ap.IRI{home.Inbox}, false)
	return nil
}

// leave adds to c the end of a Follow of ours, and the Undo that says so.
func (n *Node) leave(f ap.Follow, c *ap.Change) error {
	undo, err := activitystreams.Undo(n.activityIRI(n.newID()), f.Actor, f.Raw, []ap.IRI{f.Object}, nil, n.now())
	if err != nil {
		return fmt.Errorf("write the Undo: %w", err)
	}
	c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: f.Actor, Object: f.Object})
	n.send(c, f.Actor, undo, []ap.IRI{f.Inbox}, false)
	return nil
}

// lockActors is lockActor for several at once, always in one order.
func (n *Node) lockActors(ids ...ap.IRI) (unlock func()) {
	var order []uint64
	for _, id := range ids {
		order = append(order, n.in.stripe(id))
	}
	slices.Sort(order)
	order = slices.Compact(order)
	for _, s := range order {
		n.in.actors[s].Lock()
	}
	return func() {
		for _, s := range order {
			n.in.actors[s].Unlock()
		}
	}
}
