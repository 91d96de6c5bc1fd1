package federation

import (
	"context"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// receiveAdd takes the word of a directory that ours follows that it lists a
// hoster now. Only the id of the hoster is read: who that is, and whether it
// wants to be listed here, its own node says.
func (n *Node) receiveAdd(ctx context.Context, rec *received, c *ap.Change) error {
	hoster, learn, err := n.proposal(ctx, rec)
	if err != nil {
		return err
	}
	taken, err := n.propose(ctx, proposal{rec.actor, learn, hoster, false}, c)
	if err == nil && !taken {
		return ignored("nothing_new")
	}
	return err
}

// receiveRemove takes the word of such a directory that it lists a hoster no
// more. What we list stays: that is between the hoster and us.
func (n *Node) receiveRemove(ctx context.Context, rec *received, c *ap.Change) error {
	hoster, _, err := n.proposal(ctx, rec)
	if err != nil {
		return err
	}
	k, err := n.store.Candidate(ctx, hoster)
	if err != nil && !isNotFound(err) {
		return err
	}
	if s, ok := k.Source(rec.actor); err != nil || !ok || !s.WithdrawnAt.IsZero() {
		return ignored("not_proposed")
	}
	c.Proposals = append(c.Proposals, ap.Proposal{Aggregator: rec.actor, Hoster: hoster, At: n.now(), Withdrawn: true})
	return nil
}

// proposal reads whom an Add or Remove names, and makes sure that its actor is
// a directory that ours follows and speaks of its own listing: on any other
// collection nobody can add anything here.
func (n *Node) proposal(ctx context.Context, rec *received) (hoster ap.IRI, learn ap.Learn, err error) {
	ok, err := n.follows(ctx, rec.actor)
	if err != nil {
		return "", "", err
	}
	if !ok {
		return "", "", ignored("not_followed")
	}
	from, err := n.store.Actor(ctx, rec.actor)
	if err != nil && !isNotFound(err) {
		return "", "", err
	}
	if from.Listing == "" || rec.object.IRI("target") != from.Listing {
		return "", "", ignored("foreign_collection")
	}
	if learn, err = n.learns(ctx, rec.actor); err != nil {
		return "", "", err
	}
	id, _, err := rec.only()
	if err != nil {
		return "", "", err
	}
	if hoster, err = activitystreams.ParseIRI(string(id), n.config.Development); err != nil {
		return "", "", ignored("no_object")
	}
	return hoster, learn, nil
}
