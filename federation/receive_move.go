package federation

import (
	"context"
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
	home, here, err := n.whereabouts(ctx, to)
	if err != nil {
		return nil, err
	}
	switch {
	case !here.Names(from):
		return nil, ignored("not_known_there")
	case here.MovedTo != "":
		return nil, ignored("moved_on")
	}
	return &movement{from: old, to: home}, nil
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

// receiveMove goes after an actor that this node follows. The directory shows
// the old listing until it has read the new one (see arrive), so that nobody
// is missing meanwhile.
func (n *Node) receiveMove(ctx context.Context, rec *received, c *ap.Change) error {
	from, to := rec.move.from, rec.move.to
	if err := n.mayMove(ctx, from.ID, to.ID); err != nil {
		return err
	}
	m := ap.Move{From: from.ID, To: to.ID, At: n.now()}
	if l, err := n.store.Listing(ctx, directory.ID(from.ID)); err == nil {
		m.FromHandle = l.Handle
	} else if !isNotFound(err) {
		return err
	}
	for _, a := range n.locals() {
		if a.MovedTo != "" {
			continue
		}
		f, ok, err := n.followOf(ctx, a.ID, from.ID)
		if err != nil {
			return err
		}
		if !ok || f.State != ap.FollowAccepted {
			continue
		}
		if err := n.followTo(ctx, a, to, c); err != nil {
			return err
		}
		if a.Kind != ap.KindAggregator { // nothing of it is shown
			if err := n.leave(f, c); err != nil {
				return err
			}
			m.DoneAt = m.At
		}
	}
	if _, ok := n.localKind(ap.KindAggregator); ok {
		m.DoneAt = time.Time{}
	}
	c.Moves = append(c.Moves, m)
	n.log.InfoContext(ctx, "a hoster moves: its new home is asked", "actor", string(from.ID), "target", string(to.ID))
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
	if _, err := n.store.Actor(ctx, home.ID); isNotFound(err) {
		c.Actors = append(c.Actors, home)
	} else if err != nil {
		return err
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

// comers gives who is on its way to an actor: whose Move was received, and
// whose new home was not read yet.
func (n *Node) comers(ctx context.Context, home ap.IRI) ([]ap.IRI, error) {
	moves, err := n.store.MovesTo(ctx, home)
	var all []ap.IRI
	for _, m := range moves {
		if !m.Done() {
			all = append(all, m.From)
		}
	}
	return all, err
}

// arrive adds to c the end of a move, now that the profile at the new home was
// read: the old listing gives way to the new one, in the same Change, and
// keeps since when it is listed; the old Follow is undone. A new home that
// does not want to be listed speaks for the old one too. The caller holds the
// locks of all of them.
func (n *Node) arrive(ctx context.Context, agg ap.LocalActor, home ap.IRI, c *ap.Change) error {
	moves, err := n.store.MovesTo(ctx, home)
	if err != nil {
		return err
	}
	for _, m := range moves {
		if m.Done() {
			continue
		}
		m.DoneAt = n.now()
		old, err := n.store.Listing(ctx, directory.ID(m.From))
		if err != nil && !isNotFound(err) {
			return err
		}
		for i := range c.Listings {
			l := &c.Listings[i]
			if l.Hoster.ID != directory.ID(home) {
				continue
			}
			m.ToHandle = l.Handle
			if !old.ListedAt.IsZero() && old.ListedAt.Before(l.ListedAt) {
				l.ListedAt = old.ListedAt
			}
		}
		if err := n.withdraw(ctx, m.From, "moved", c); err != nil {
			return err
		}
		f, ok, err := n.followOf(ctx, agg.ID, m.From)
		if err != nil {
			return err
		}
		if ok {
			if err := n.leave(f, c); err != nil {
				return err
			}
		}
		c.Moves = append(c.Moves, m)
	}
	// One that came back is led away no more.
	if _, err := n.store.Move(ctx, home); err == nil && len(c.Listings) > 0 {
		c.RemoveMoves = append(c.RemoveMoves, home)
	} else if err != nil && !isNotFound(err) {
		return err
	}
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
