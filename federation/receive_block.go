package federation

import (
	"context"

	"matou/federation/ap"
)

// receiveBlock ends what stands between an actor and the one of ours that it
// blocks, in both directions: it wants to hear nothing more, and it does not
// want to be listed.
func (n *Node) receiveBlock(ctx context.Context, rec *received, c *ap.Change) error {
	id, _, err := rec.only()
	if err != nil {
		return err
	}
	ours, err := n.localObject(id)
	if err != nil {
		return err
	}
	_, follower, err := n.followOf(ctx, rec.actor, ours.ID)
	if err != nil {
		return err
	}
	f, followed, err := n.followOf(ctx, ours.ID, rec.actor)
	if err != nil {
		return err
	}
	if follower {
		c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: rec.actor, Object: ours.ID})
	}
	if !followed {
		if !follower {
			return ignored("no_such_follow")
		}
		return nil
	}
	c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: ours.ID, Object: rec.actor})
	if err := n.ended(ctx, f, ap.CandidateRefused, c); err != nil {
		return err
	}
	return n.withdraw(ctx, rec.actor, "blocked by the hoster", c)
}
