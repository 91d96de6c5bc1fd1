package federation

import (
	"context"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

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

// arrive adds to c the end of the moves of comers, now that the profile of
// their new home was read: each old listing gives way to the new one, in the
// same Change, and keeps since when it is listed; the old Follow is undone. A
// new home that does not want to be listed speaks for the old one too. The
// caller holds the locks of all of them.
func (n *Node) arrive(ctx context.Context, agg ap.LocalActor, home ap.Document, comers []ap.IRI, c *ap.Change) error {
	says, err := activitystreams.DecodeWhereabouts(home.Body)
	if err != nil {
		return err
	}
	for _, from := range comers {
		m, err := n.store.Move(ctx, from)
		if err != nil && !isNotFound(err) {
			return err
		}
		if err != nil || m.Done() || m.To != home.IRI {
			continue
		}
		if err := n.endMove(ctx, agg, m, says.Names(from), c); err != nil {
			return err
		}
	}
	return n.stayed(ctx, home.IRI, says, c)
}

// endMove adds to c that a move is over. Where the new home does not name the
// old one any more, the old one stays as it is.
func (n *Node) endMove(ctx context.Context, agg ap.LocalActor, m ap.Move, named bool, c *ap.Change) error {
	m.DoneAt = n.now()
	if !named {
		m.FromHandle = ""
		c.Moves = append(c.Moves, m)
		return nil
	}
	old, err := n.store.Listing(ctx, directory.ID(m.From))
	if err != nil && !isNotFound(err) {
		return err
	}
	for i := range c.Listings {
		l := &c.Listings[i]
		if l.Hoster.ID != directory.ID(m.To) {
			continue
		}
		m.ToHandle = l.Handle
		if !old.ListedAt.IsZero() {
			n.carryPast(directory.ID(m.From), l.Hoster.ID, c)
		}
		if !old.ListedAt.IsZero() && old.ListedAt.Before(l.ListedAt) {
			l.ListedAt = old.ListedAt
		}
	}
	c.Moves = append(c.Moves, m)
	if err := n.withdraw(ctx, m.From, endedMoved, c); err != nil {
		return err
	}
	f, ok, err := n.followOf(ctx, agg.ID, m.From)
	if err != nil || !ok {
		return err
	}
	return n.leave(f, c)
}

// stayed adds to c what follows for the move of an actor whose own document was
// read: one that took it back stays, and one that is listed again is led away
// no more. When it last moved is remembered all the same.
func (n *Node) stayed(ctx context.Context, id ap.IRI, says activitystreams.Whereabouts, c *ap.Change) error {
	m, err := n.store.Move(ctx, id)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	back := m.Done() && len(c.Listings) > 0 && m.FromHandle != ""
	if !back && (m.Done() || says.MovedTo == m.To) {
		return nil
	}
	if !m.Done() {
		m.DoneAt = n.now()
	}
	m.FromHandle = ""
	c.Moves = append(c.Moves, m)
	return nil
}
