package federation

import (
	"context"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// receiveAccept takes the yes of an actor that we asked to follow. Nobody else
// can say it, and it counts only while the question stands.
func (n *Node) receiveAccept(ctx context.Context, rec *received, c *ap.Change) error {
	if i, ok, err := n.featuredAnswer(ctx, rec); err != nil {
		return err
	} else if ok {
		return n.permitted(rec, i, c)
	}
	f, err := n.answered(ctx, rec)
	if err != nil {
		return err
	}
	if f.State != ap.FollowPending {
		return ignored("not_pending")
	}
	f.State = ap.FollowAccepted
	c.Follows = append(c.Follows, f)
	return n.accepted(ctx, f, c)
}

// receiveReject takes the no of an actor that we asked to follow, at once or
// after it had said yes: then its listing goes with the Follow.
func (n *Node) receiveReject(ctx context.Context, rec *received, c *ap.Change) error {
	if i, ok, err := n.featuredAnswer(ctx, rec); err != nil {
		return err
	} else if ok {
		return n.declined(ctx, rec, i, c)
	}
	f, err := n.answered(ctx, rec)
	if err != nil {
		return err
	}
	switch f.State {
	case ap.FollowPending:
		f.State = ap.FollowRejected
		c.Follows = append(c.Follows, f)
		return n.spokeAgainst(ctx, f.Object, c)
	case ap.FollowAccepted:
		c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: f.Actor, Object: f.Object})
		if err := n.ended(ctx, f, ap.CandidateRefused, c); err != nil {
			return err
		}
		return n.withdraw(ctx, f.Object, "rejected by the hoster", c)
	}
	return ignored("not_pending")
}

// answered finds the Follow of ours that an Accept or Reject is about. Peers
// name it by its id, embed it with or without its id, or in a list; whatever
// the form, it is the Follow of the answering actor by one of ours.
func (n *Node) answered(ctx context.Context, rec *received) (ap.Follow, error) {
	for _, a := range n.locals() {
		f, ok, err := n.followOf(ctx, a.ID, rec.actor)
		if err != nil {
			return ap.Follow{}, err
		}
		if ok && namesFollow(rec.object, f) {
			return f, nil
		}
	}
	return ap.Follow{}, ignored("no_such_follow")
}

// namesFollow reports whether the object of an activity is a Follow: by its
// id, or embedded with the same two ends.
func namesFollow(activity activitystreams.Object, f ap.Follow) bool {
	for _, id := range activity.IRIs("object") {
		if id == f.ID {
			return true
		}
	}
	for _, o := range activity.Children("object", 4) {
		if o.Type() == "Follow" && o.IRI("actor") == f.Actor && o.IRI("object") == f.Object {
			return true
		}
	}
	return false
}
