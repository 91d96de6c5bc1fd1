package federation

import (
	"context"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// holdUpdate reads what an Update carries, or fetches what it only names,
// before anything is held back: its sender says how long that takes.
func (n *Node) holdUpdate(ctx context.Context, rec *received) (unlock func(), err error) {
	id, embedded, err := rec.only()
	switch {
	case err != nil:
		return nil, err
	case id == rec.actor:
		rec.self, err = n.sentActor(ctx, rec, embedded)
	case id.Host() == rec.actor.Host() && (embedded == nil || embedded.Type() == "Note"):
		if err = n.listed(ctx, rec.actor); err == nil {
			rec.note, err = n.noteOf(ctx, rec)
		}
	}
	if err != nil {
		return nil, err
	}
	return n.lockActor(rec.actor), nil
}

// receiveUpdate takes what an actor changed of itself or of its own notes; a
// hoster that changed anything else of its own is read anew.
func (n *Node) receiveUpdate(ctx context.Context, rec *received, c *ap.Change) error {
	id, _, err := rec.only()
	if err != nil {
		return err
	}
	if id == rec.actor {
		return n.updateActor(ctx, *rec.self, c)
	}
	if id.Host() != rec.actor.Host() {
		return ignored("foreign_object")
	}
	if rec.note != nil {
		return n.updateNote(ctx, rec, c)
	}
	ok, err := n.follows(ctx, rec.actor)
	if err != nil {
		return err
	}
	if !ok {
		return ignored("not_followed")
	}
	n.refreshSoon(rec.actor, "update", c)
	return nil
}

// updateActor takes an actor's new word on itself. Consent that is taken back
// counts at once (FEP-5feb); everything else of a hoster is read from its
// origin, with its services.
func (n *Node) updateActor(ctx context.Context, a ap.Actor, c *ap.Change) error {
	known, err := n.store.Actor(ctx, a.ID)
	if isNotFound(err) {
		return ignored("unknown_actor")
	}
	if err != nil {
		return err
	}
	now := n.now()
	a.UpdatedAt, a.FetchedAt = notAhead(a.UpdatedAt, now), now
	if !a.UpdatedAt.IsZero() && a.UpdatedAt.Before(known.UpdatedAt) {
		return ignored("older")
	}
	if len(a.Keys) == 0 {
		a.Keys = known.Keys
	}
	inherit(known, &a)
	c.Actors = append(c.Actors, a)
	n.in.keys.cache.forget(a.ID)
	if !consents(a) {
		return n.withdraw(ctx, a.ID, "consent taken back", c)
	}
	ok, err := n.follows(ctx, a.ID)
	if ok {
		n.refreshSoon(a.ID, "update", c)
	}
	return err
}

// sentActor reads the actor that an Update of its own carries; one that is
// only named is fetched, within the budget of its host.
func (n *Node) sentActor(ctx context.Context, rec *received, embedded activitystreams.Object) (*ap.Actor, error) {
	if len(embedded) <= 2 { // an id and a type are a name
		leave, ok := n.in.keys.begin(rec.actor.Host(), n.clock())
		if !ok {
			return nil, ignored("busy")
		}
		defer leave()
		a, _, err := n.readActor(ctx, rec.actor)
		if err != nil {
			n.log.InfoContext(ctx, "actor not fetched", "actor", string(rec.actor), "error", clip(err.Error()))
			return nil, ignored("not_fetched")
		}
		return &a, nil
	}
	body, err := embeddedBytes(rec.member, embedded)
	if err != nil {
		return nil, err
	}
	a, err := activitystreams.DecodeActor(body)
	if err != nil || a.ID != rec.actor {
		return nil, ignored("no_actor")
	}
	return &a, nil
}

// updateNote takes the new wording of a note by its author, where it is newer
// than the one that is kept. One that never came is taken as it stands now.
func (n *Node) updateNote(ctx context.Context, rec *received, c *ap.Change) error {
	if err := n.listed(ctx, rec.actor); err != nil {
		return err
	}
	note := rec.note
	stored, err := n.store.Document(ctx, note.doc.IRI)
	switch {
	case isNotFound(err):
	case err != nil:
		return err
	case stored.Tombstone && stored.Owner != rec.actor && !stored.Local: // a neighbour's word
	case stored.Tombstone:
		return ignored("deleted")
	case stored.Owner != rec.actor:
		return ignored("not_its_own")
	case !note.doc.UpdatedAt.After(stored.UpdatedAt):
		return ignored("older")
	}
	return n.relay(ctx, note.view, note.doc, rec.actor, c)
}
