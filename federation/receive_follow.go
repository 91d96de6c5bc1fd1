package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of followers.
const (
	mostFollowers = 100_000  // of one actor of this node
	maxFollowRaw  = 16 << 10 // bytes of a Follow that are sent back as they came
)

// receiveFollow takes a follower, and says so at once: whoever publishes here
// publishes for everyone. A Follow that comes again is accepted again, since
// the answer may have been lost (ActivityPub 7.5).
func (n *Node) receiveFollow(ctx context.Context, rec *received, c *ap.Change) error {
	id, _, err := rec.only()
	if err != nil {
		return err
	}
	target, err := n.localObject(id)
	if err != nil {
		return err
	}
	published, err := n.published(ctx, target.ID)
	if err != nil {
		return err
	}
	if !published {
		return ignored("not_published") // nobody could check our answer
	}
	follower := rec.sender
	if follower.Inbox == "" || follower.Inbox.Host() != rec.actor.Host() {
		return ignored("foreign_inbox") // a victim's: it would be flooded in our name
	}
	if follower.SharedInbox.Host() != rec.actor.Host() {
		follower.SharedInbox = ""
	}
	raw, err := followBytes(rec, target.ID)
	if err != nil {
		return err
	}
	full, err := n.full(ctx, target, rec.actor)
	if err != nil {
		return err
	}
	if full || target.Kind == ap.KindNode || target.MovedTo != "" {
		// The node's own actor publishes nothing, nor does one that moved away.
		// A plain no leaves no request hanging at the other end.
		return n.answerFollow(activitystreams.Reject, target.ID, follower, raw, c)
	}
	c.Follows = append(c.Follows, ap.Follow{
		ID: rec.id, Actor: rec.actor, Object: target.ID, State: ap.FollowAccepted,
		Inbox: follower.Inbox, SharedInbox: follower.SharedInbox, Raw: raw, At: n.now(),
	})
	known, err := n.store.KnowsActor(ctx, rec.actor)
	if err != nil {
		return err
	}
	if !known {
		c.Actors = append(c.Actors, follower)
	}
	return n.answerFollow(activitystreams.Accept, target.ID, follower, raw, c)
}

// full reports whether an actor has as many followers as this node keeps, or
// as many of one host, the asking one not among them.
func (n *Node) full(ctx context.Context, target ap.LocalActor, asking ap.IRI) (bool, error) {
	most := n.limits.limits.Followers // of one host; below zero: no limit
	total, _, _, err := n.store.Count(ctx, target.ID)
	if err != nil || total < mostFollowers && (total < most || most < 0) {
		return false, err
	}
	_, known, err := n.followOf(ctx, asking, target.ID)
	if err != nil || known || total >= mostFollowers {
		return !known, err
	}
	here, err := n.store.CountFollowersAt(ctx, target.ID, originOf(asking), most)
	return here >= most, err
}

// originOf gives what the ids of a host's actors begin with.
func originOf(actor ap.IRI) string {
	scheme, rest, _ := strings.Cut(string(actor), "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host + "/"
}

// answerFollow adds to c the answer to a Follow, which carries it as it came.
func (n *Node) answerFollow(
	answer followAnswer, target ap.IRI, follower ap.Actor, raw []byte, c *ap.Change,
) error {
	doc, err := answer(n.activityIRI(n.newID()), target, raw, follower.ID, n.now())
	if err != nil {
		return fmt.Errorf("write the answer to a Follow: %w", err)
	}
	n.send(c, target, doc, []ap.IRI{follower.Inbox}, false)
	return nil
}

// followBytes gives a Follow as it came, or its essence where it is too long
// to be kept and sent back.
func followBytes(rec *received, target ap.IRI) ([]byte, error) {
	if len(rec.raw) <= maxFollowRaw {
		return rec.raw, nil
	}
	return json.Marshal(map[string]any{"id": rec.id, "type": "Follow", "actor": rec.actor, "object": target})
}

// followAnswer writes an Accept or a Reject.
type followAnswer func(id, actor ap.IRI, follow []byte, to ap.IRI, at time.Time) (ap.Document, error)
