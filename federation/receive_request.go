package federation

import (
	"context"
	"fmt"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// requests gives what the activities that ask for a stamp do here. They are no
// types of ActivityStreams, so that go-fed's vocabulary cannot dispatch them:
// the delegate does, as soon as they are authentic.
func (n *Node) requests() map[string]effect {
	return map[string]effect{
		activitystreams.TypeQuoteRequest:   {hold: n.holdRequest, change: n.receiveQuoteRequest},
		activitystreams.TypeFeatureRequest: {hold: n.holdRequest, change: n.receiveFeatureRequest},
	}
}

// holdRequest reads a request, and holds back others for the same target: two
// must not make two stamps of one, and none must undo a revocation.
func (n *Node) holdRequest(_ context.Context, rec *received) (unlock func(), err error) {
	r, err := activitystreams.StampRequestOf(rec.object)
	if err != nil {
		return nil, ignored("incomplete")
	}
	switch {
	case r.Instrument.Host() != rec.actor.Host() || r.Instrument == rec.actor:
		return nil, ignored("foreign_object")
	case r.Embedded != nil && !carriesItsOwn(r):
		return nil, ignored("not_its_own")
	}
	rec.asks = r
	actor, target := n.lockActor(rec.actor), n.lockThread(r.Object)
	return func() { target(); actor() }, nil
}

// carriesItsOwn reports whether what a request carries is its actor's, and, of
// a note, says that it quotes what the request is about. The note is not
// fetched: whoever wants to know whether it quotes with permission compares it
// with the stamp.
func carriesItsOwn(r activitystreams.StampRequest) bool {
	if r.Embedded.ID() != r.Instrument || r.Embedded.IRI("attributedTo") != r.Actor {
		return false
	}
	quoted := r.Embedded.Quoted()
	return quoted == "" || quoted == r.Object
}

// receiveQuoteRequest answers whether a note of ours may be quoted (FEP-044f).
func (n *Node) receiveQuoteRequest(ctx context.Context, rec *received, c *ap.Change) error {
	note, err := n.ownDocument(ctx, rec.asks.Object)
	if isNotFound(err) || err == nil && (note.Tombstone || note.Type != "Note") {
		return ignored("not_ours")
	}
	if err != nil {
		return err
	}
	author, err := n.localObject(note.Owner)
	if err != nil {
		return err
	}
	return n.answerRequest(ctx, rec, ap.Stamp{Kind: ap.StampQuote, Actor: author.ID}, !n.config.NoQuotes, c)
}

// receiveFeatureRequest answers whether an actor of ours may stand in a
// collection of recommendations (FEP-7aa9).
func (n *Node) receiveFeatureRequest(ctx context.Context, rec *received, c *ap.Change) error {
	a, err := n.localObject(rec.asks.Object)
	if err != nil {
		return err
	}
	if ok, err := n.published(ctx, a.ID); err != nil {
		return err
	} else if !ok {
		return ignored("not_published")
	}
	may, err := n.featurable(ctx, a)
	if err != nil {
		return err
	}
	return n.answerRequest(ctx, rec, ap.Stamp{Kind: ap.StampFeature, Actor: a.ID}, may && a.MovedTo == "", c)
}

// answerRequest adds to c the answer to a request: yes with a stamp, the same
// one however often it is asked for; no where the keeper does not allow it,
// where it was taken back before, and where there are too many.
func (n *Node) answerRequest(ctx context.Context, rec *received, s ap.Stamp, may bool, c *ap.Change) error {
	r := rec.asks
	inbox := rec.sender.Inbox
	if inbox == "" || inbox.Host() != rec.actor.Host() {
		return ignored("foreign_inbox") // a victim's: it would be flooded in our name
	}
	known, err := n.store.StampFor(ctx, r.Instrument, r.Object)
	switch {
	case isNotFound(err):
		s.Domain = domainOf(rec.actor.Host())
		if may {
			if may, err = n.hasRoom(ctx, s); err != nil {
				return err
			}
		}
	case err != nil:
		return err
	default:
		may = may && known.Holds() && !known.Remote
	}
	if !may {
		no, err := activitystreams.RejectStamp(n.activityIRI(n.newID()), s.Actor, r, n.now())
		if err != nil {
			return fmt.Errorf("write the answer to a %s: %w", rec.kind, err)
		}
		n.send(c, s.Actor, no, []ap.IRI{inbox}, false)
		return nil
	}
	if known.ID != "" {
		s = known
	} else if s, err = n.stamp(s, rec, c); err != nil {
		return err
	}
	yes, err := activitystreams.AcceptStamp(n.activityIRI(n.newID()), s.Actor, r, s.ID, n.now())
	if err != nil {
		return fmt.Errorf("write the answer to a %s: %w", rec.kind, err)
	}
	n.send(c, s.Actor, yes, []ap.IRI{inbox}, false)
	return nil
}

// hasRoom reports whether one more stamp may be given.
func (n *Node) hasRoom(ctx context.Context, s ap.Stamp) (bool, error) {
	given, err := n.store.StampCount(ctx, string(s.Actor))
	if err != nil || given >= mostStamps {
		return false, err
	}
	asked, err := n.store.StampCount(ctx, s.Domain)
	return asked < mostStampsOfOne, err
}

// stamp adds a stamp to c, with the document that everybody can check.
func (n *Node) stamp(s ap.Stamp, rec *received, c *ap.Change) (ap.Stamp, error) {
	s.ID = n.stampIRI(rec.asks.Instrument, rec.asks.Object)
	s.Interacting, s.Target, s.Requester = rec.asks.Instrument, rec.asks.Object, rec.actor
	s.Inbox, s.At = rec.sender.Inbox, n.now()
	doc, err := activitystreams.Stamp(s)
	if err != nil {
		return ap.Stamp{}, fmt.Errorf("write a stamp: %w", err)
	}
	c.Stamps, c.Documents = append(c.Stamps, s), append(c.Documents, doc)
	return s, nil
}
