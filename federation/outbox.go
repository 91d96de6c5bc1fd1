package federation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// activityIRI is the id of the activity with that ULID.
func (n *Node) activityIRI(id string) ap.IRI { return n.iri("/ap/activities/" + id) }

// noteIRI is the id of the note with that ULID; the activity that creates the
// note has the same ULID, so that each is found from the other.
func (n *Node) noteIRI(id string) ap.IRI { return n.iri("/ap/notes/" + id) }

// How deliveries of one activity to many inboxes are spread over time.
const (
	spreadAbove    = 500         // inboxes
	spreadTogether = 200         // leave in one …
	spreadStep     = time.Second // … and the next ones so much later
)

// deliveries gives one delivery of an activity for each inbox, leaving out
// doubles, our own host and hosts that were given up. Their keys keep the order
// in which they are made. Many do not leave together: those that an activity
// reaches come to this node for what it names.
func (n *Node) deliveries(now time.Time, activity, signer ap.IRI, inboxes []ap.IRI) []ap.Delivery {
	own := n.nodeActor().Host()
	if len(inboxes) > spreadAbove {
		inboxes = slices.Clone(inboxes)
		rand.Shuffle(len(inboxes), func(i, j int) { inboxes[i], inboxes[j] = inboxes[j], inboxes[i] })
	}
	seen := make(map[ap.IRI]bool, len(inboxes))
	out := make([]ap.Delivery, 0, len(inboxes))
	for _, inbox := range inboxes {
		if inbox == "" || seen[inbox] || inbox.Host() == own || n.policy(inbox.Host()).suspended() || n.worker.Dead(inbox.Host()) {
			continue
		}
		seen[inbox] = true
		at := now
		if len(inboxes) > spreadAbove {
			at = at.Add(time.Duration(len(out)/spreadTogether) * spreadStep)
		}
		out = append(out, ap.Delivery{Key: n.newID(), Activity: activity, Inbox: inbox, Signer: signer, CreatedAt: at})
	}
	return out
}

// passing is how long an activity is kept that is of no interest once it was
// delivered: twice as long as any delivery is tried.
const passing = 8 * 24 * time.Hour

// send adds an activity to c: its document and its deliveries. With public it
// stands in the outbox of its actor too; else it is forgotten in time.
func (n *Node) send(c *ap.Change, actor ap.IRI, activity ap.Document, inboxes []ap.IRI, public bool) {
	activity = n.proven(actor, activity)
	activity.Local, activity.Public, activity.Owner = true, public, actor
	if !public {
		activity.ExpiresAt = n.now().Add(passing)
	}
	c.Documents = append(c.Documents, activity)
	c.Deliveries = append(c.Deliveries, n.deliveries(n.now(), activity.IRI, actor, inboxes)...)
	if public {
		c.Outbox = append(c.Outbox, ap.OutboxItem{Actor: actor, Key: ulidOf(activity.IRI), Activity: activity.IRI})
	}
}

// publish adds an activity for everyone to c: into the outbox of its actor and
// to all its followers, each inbox once (ActivityPub 7.1).
func (n *Node) publish(ctx context.Context, c *ap.Change, actor ap.IRI, activity ap.Document) error {
	inboxes, err := n.store.Inboxes(ctx, actor)
	if err != nil {
		return fmt.Errorf("find the inboxes of the followers: %w", err)
	}
	n.send(c, actor, activity, inboxes, true)
	return nil
}

// broadcastUpdate tells the followers of one of our actors that an object has
// changed. The Update itself does not stand in the outbox: the outbox shows
// what the actor said, each thing as it stands now.
func (n *Node) broadcastUpdate(ctx context.Context, c *ap.Change, actor ap.IRI, object ap.Document) error {
	update, err := activitystreams.Update(n.activityIRI(n.newID()), object, n.now())
	if err != nil {
		return fmt.Errorf("write the Update: %w", err)
	}
	inboxes, err := n.store.Inboxes(ctx, actor)
	if err != nil {
		return fmt.Errorf("find the inboxes of the followers: %w", err)
	}
	n.send(c, actor, update, inboxes, false)
	return nil
}

// ulidOf gives the last element of the path of one of our IRIs.
func ulidOf(iri ap.IRI) string {
	for i := len(iri) - 1; i >= 0; i-- {
		if iri[i] == '/' {
			return string(iri[i+1:])
		}
	}
	return string(iri)
}
