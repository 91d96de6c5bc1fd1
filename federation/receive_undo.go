package federation

import (
	"context"

	"matou/federation/ap"
)

// receiveUndo takes back a Follow of ours that its own actor undoes. The
// Follow is found among what is kept, by its id or by its two ends; it is
// never fetched, because most peers do not serve it. What else may be undone
// (an Announce, a Like) had no effect here.
func (n *Node) receiveUndo(ctx context.Context, rec *received, c *ap.Change) error {
	id, embedded, err := rec.only()
	if err != nil {
		return err
	}
	if embedded != nil {
		if by := embedded.IRI("actor"); by != "" && by != rec.actor {
			return ignored("not_its_own")
		}
		if kind := embedded.Type(); kind != "" && kind != "Follow" {
			return ignored("undo_of_other")
		}
	}
	if embedded != nil && embedded.IRI("object") != "" {
		target, err := n.localObject(embedded.IRI("object"))
		if err != nil {
			return err
		}
		_, ok, err := n.followOf(ctx, rec.actor, target.ID)
		if err != nil {
			return err
		}
		if !ok {
			return ignored("no_such_follow")
		}
		c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: rec.actor, Object: target.ID})
		return nil
	}
	for _, a := range n.locals() {
		f, ok, err := n.followOf(ctx, rec.actor, a.ID)
		if err != nil {
			return err
		}
		if ok && id != "" && f.ID == id {
			c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: rec.actor, Object: a.ID})
			return nil
		}
	}
	return ignored("no_such_follow")
}
