package federation

import (
	"context"
	"fmt"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// receiveDelete takes back what an actor deleted: a note, or the actor itself
// with everything that this node keeps of it. A Tombstone stays for a while,
// so that a Create that comes late does not bring it back.
func (n *Node) receiveDelete(ctx context.Context, rec *received, c *ap.Change) error {
	id, _, err := rec.only()
	if err != nil {
		return err
	}
	switch {
	case id == rec.actor:
		return n.deleteActor(ctx, id, c)
	case id == "" || id.Host() != rec.actor.Host():
		return ignored("foreign_object")
	}
	if ok, err := n.stampDeleted(ctx, rec, id, c); err != nil || ok {
		return err
	}
	former := "Note"
	stored, err := n.store.Document(ctx, id)
	switch {
	case isNotFound(err):
		// It may come later. Only those whose notes are kept at all can leave
		// a Tombstone of what is not known.
		ok, err := n.follows(ctx, rec.actor)
		if err != nil {
			return err
		}
		if !ok {
			return ignored("unknown_object")
		}
	case err != nil:
		return err
	case stored.Tombstone:
		return ignored("deleted")
	case stored.Local || stored.Owner != rec.actor:
		return ignored("not_its_own")
	default:
		former = stored.Type
		if err := n.unrelay(ctx, id, c); err != nil {
			return err
		}
	}
	return n.bury(id, rec.actor, former, c)
}

// deleteActor adds to c the end of everything that is kept of an actor.
func (n *Node) deleteActor(ctx context.Context, id ap.IRI, c *ap.Change) error {
	known, err := n.store.Actor(ctx, id)
	if isNotFound(err) {
		return ignored("unknown_actor")
	}
	if err != nil {
		return err
	}
	for _, a := range n.locals() {
		c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: a.ID, Object: id}, ap.Edge{Actor: id, Object: a.ID})
	}
	c.RemoveActors = append(c.RemoveActors, id)
	n.in.keys.cache.forget(id)
	if err := n.withdraw(ctx, id, endedDeleted, c); err != nil {
		return err
	}
	return n.bury(id, id, known.Type, c)
}

// bury adds to c the Tombstone of a foreign object.
func (n *Node) bury(id, owner ap.IRI, former string, c *ap.Change) error {
	now := n.now()
	d, err := activitystreams.Tombstone(id, former, now)
	if err != nil {
		return fmt.Errorf("write a Tombstone: %w", err)
	}
	d.Local, d.Public, d.Tombstone = false, false, true
	d.Owner, d.UpdatedAt, d.ExpiresAt = owner, now, now.Add(tombstoneLife)
	d.FetchedAt, d.FetchedFrom = now, "inbox"
	c.Documents = append(c.Documents, d)
	return nil
}
