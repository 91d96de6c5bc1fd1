package badger

import (
	"context"
	"time"
	"unicode/utf8"

	"matou/federation/ap"
)

const (
	maxError         = 200  // bytes of Lane.LastError
	maxFollowersGone = 2000 // followers of one inbox that answered 410 which leave at once; more leave the next time
	maxLaneGone      = 8000 // deliveries of such a lane which leave at once
)

func deliveryKey(inbox ap.IRI, ulid string) []byte {
	return join(kindDelivery, hash(inbox), []byte(ulid))
}

// lane is a Lane as it is kept: it also knows where its deliveries begin, so
// that nobody walks over those that have left.
type lane struct {
	ap.Lane
	First string `json:"first"`
}

// DueLanes gives at most limit lanes due at now, earliest first, leaving out
// those that skip names; skip must not use the store.
func (s *Store) DueLanes(ctx context.Context, now time.Time, limit int, skip func(inbox ap.IRI) bool) ([]ap.Lane, error) {
	return read(ctx, s, func(t *tx) ([]ap.Lane, error) {
		var all []ap.Lane
		for _, inbox := range s.lanes.due(now, limit, skip) {
			l, found, err := t.lane(inbox)
			if err != nil {
				return nil, err
			}
			if found && !l.DueAt.After(now) {
				all = append(all, l.Lane)
			}
		}
		return all, nil
	})
}

// NextDue gives when the earliest lane is due; the zero time for an empty
// queue.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	return s.lanes.next(), ctx.Err()
}

// Deliveries gives the first deliveries of a lane, in order, at most limit.
func (s *Store) Deliveries(ctx context.Context, inbox ap.IRI, limit int) ([]ap.Delivery, error) {
	return read(ctx, s, func(t *tx) ([]ap.Delivery, error) {
		l, found, err := t.lane(inbox)
		if err != nil || !found {
			return nil, err
		}
		return collect[ap.Delivery](t, l.from(), limit)
	})
}

// from is the walk over the deliveries of a lane.
func (l lane) from() walk {
	return walk{prefix: byHash(kindDelivery, l.Inbox), from: []byte(l.First)}
}

func (t *tx) lane(inbox ap.IRI) (lane, bool, error) {
	return load(t, byHash(kindLane, inbox), func(l lane) bool { return l.Inbox == inbox })
}

// deliver adds a delivery to the lane of its inbox; a new lane is due at once.
func (t *tx) deliver(d ap.Delivery) error {
	if err := t.save(deliveryKey(d.Inbox, d.Key), d); err != nil {
		return err
	}
	t.queued++
	l, found, err := t.lane(d.Inbox)
	if err != nil || found && l.First <= d.Key {
		return err
	}
	if !found {
		l.Inbox, l.DueAt = d.Inbox, d.CreatedAt
	}
	l.First = d.Key
	return t.saveLane(l)
}

// saveLane writes a lane, and when it is due.
func (t *tx) saveLane(l lane) error {
	t.dueLanes = append(t.dueLanes, dueChange{id: l.Inbox, at: l.DueAt})
	return t.save(byHash(kindLane, l.Inbox), l)
}

// dropLane removes a lane that is empty.
func (t *tx) dropLane(inbox ap.IRI) error {
	t.dueLanes = append(t.dueLanes, dueChange{id: inbox, gone: true})
	return t.Delete(byHash(kindLane, inbox))
}

// settle records what became of one delivery; one that is not in the queue any
// more is passed over.
func (t *tx) settle(o ap.Outcome) error {
	inbox := o.Delivery.Inbox
	l, found, err := t.lane(inbox)
	if err != nil || !found {
		return err
	}
	if found, err = t.has(deliveryKey(inbox, o.Delivery.Key)); err != nil || !found {
		return err
	}
	switch {
	case o.Gone:
		return t.removeLane(l, o.Delivery.Signer)
	case l.First != o.Delivery.Key:
		return t.settleBehind(o)
	case !o.Done:
		return t.retry(l, o)
	}
	if err := t.unqueue(deliveryKey(inbox, o.Delivery.Key)); err != nil {
		return err
	}
	next, err := collect[ap.Delivery](t, l.from(), 1)
	if err != nil {
		return err
	}
	if len(next) == 0 {
		return t.dropLane(inbox)
	}
	return t.advance(l, o, next[0])
}

// settleBehind settles a delivery that is not the first of its lane: the state
// of the lane is that of the first, and stays.
func (t *tx) settleBehind(o ap.Outcome) error {
	if !o.Done {
		return nil
	}
	return t.unqueue(deliveryKey(o.Delivery.Inbox, o.Delivery.Key))
}

// retry counts a failed try of the first delivery.
func (t *tx) retry(l lane, o ap.Outcome) error {
	l.DueAt = o.RetryAt
	l.Attempts++
	if l.FailingSince.IsZero() {
		l.FailingSince = t.now.UTC()
	}
	l.LastError = shorten(o.Error)
	return t.saveLane(l)
}

// advance makes the lane due at once for its next delivery. An inbox that was
// given up on is still failing; one that took a delivery is not.
func (t *tx) advance(l lane, o ap.Outcome, next ap.Delivery) error {
	l.First = next.Key
	l.DueAt = next.CreatedAt
	l.Attempts = 0
	l.LastError = shorten(o.Error)
	if o.Error == "" {
		l.FailingSince = time.Time{}
	}
	return t.saveLane(l)
}

// removeLane removes a lane with all that it holds, and the followers of
// signer who received there.
func (t *tx) removeLane(l lane, signer ap.IRI) error {
	if err := t.emptyLane(l); err != nil {
		return err
	}
	return t.removeFollowersAt(signer, l.Inbox)
}

// emptyLane removes a lane with all that it holds, or its first deliveries
// where it holds many.
func (t *tx) emptyLane(l lane) error {
	w := walk{prefix: byHash(kindDelivery, l.Inbox), from: []byte(l.First)}
	keys, err := t.keys(w, maxLaneGone+1)
	if err != nil {
		return err
	}
	for _, key := range keys[:min(len(keys), maxLaneGone)] {
		if err := t.unqueue(join(kindDelivery, hash(l.Inbox), key)); err != nil {
			return err
		}
	}
	if len(keys) > maxLaneGone {
		l.First = string(keys[maxLaneGone])
		return t.saveLane(l)
	}
	return t.dropLane(l.Inbox)
}

// unqueue removes a delivery that is there.
func (t *tx) unqueue(key []byte) error {
	t.queued--
	return t.Delete(key)
}

// shorten cuts an error to what a lane keeps, between characters.
func shorten(s string) string {
	if len(s) <= maxError {
		return s
	}
	s = s[:maxError]
	for !utf8.ValidString(s) && len(s) > maxError-utf8.UTFMax {
		s = s[:len(s)-1]
	}
	return s
}
