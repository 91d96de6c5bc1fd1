package badger

import (
	"context"
	"time"
	"unicode/utf8"

	badgerdb "github.com/dgraph-io/badger/v4"

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

func laneDueKey(l ap.Lane) []byte {
	return join(kindLaneDue, stamp(l.DueAt), hash(l.Inbox))
}

// DueLanes gives at most limit lanes due at now, earliest first, leaving out
// those that skip names.
func (s *Store) DueLanes(ctx context.Context, now time.Time, limit int, skip func(inbox ap.IRI) bool) ([]ap.Lane, error) {
	return read(s, ctx, func(t *tx) ([]ap.Lane, error) {
		if limit < 1 {
			return nil, nil
		}
		var all []ap.Lane
		err := t.visit(walk{prefix: []byte{kindLaneDue}}, func(key []byte, _ *badgerdb.Item) (bool, error) {
			if stampTime(key[1:]).After(now) {
				return false, nil
			}
			l, found, err := load(t, join(kindLane, key[1+timeSize:]), func(ap.Lane) bool { return true })
			if err != nil {
				return false, err
			}
			if found && (skip == nil || !skip(l.Inbox)) {
				all = append(all, l)
			}
			return len(all) < limit, nil
		})
		return all, err
	})
}

// NextDue gives when the earliest lane is due; the zero time for an empty
// queue.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	return read(s, ctx, func(t *tx) (time.Time, error) { return t.nextDue(kindLaneDue) })
}

// Deliveries gives the first deliveries of a lane, in order, at most limit.
func (s *Store) Deliveries(ctx context.Context, inbox ap.IRI, limit int) ([]ap.Delivery, error) {
	return read(s, ctx, func(t *tx) ([]ap.Delivery, error) {
		return collect[ap.Delivery](t, walk{prefix: byHash(kindDelivery, inbox)}, limit)
	})
}

func (t *tx) lane(inbox ap.IRI) (ap.Lane, bool, error) {
	return load(t, byHash(kindLane, inbox), func(l ap.Lane) bool { return l.Inbox == inbox })
}

// deliver adds a delivery to the lane of its inbox; a new lane is due at once.
func (t *tx) deliver(d ap.Delivery) error {
	if err := t.save(deliveryKey(d.Inbox, d.Key), d); err != nil {
		return err
	}
	_, found, err := t.lane(d.Inbox)
	if err != nil || found {
		return err
	}
	return t.saveLane(ap.Lane{Inbox: d.Inbox, DueAt: d.CreatedAt})
}

// saveLane writes a lane and its place among those that are due.
func (t *tx) saveLane(l ap.Lane) error {
	if err := t.save(byHash(kindLane, l.Inbox), l); err != nil {
		return err
	}
	return t.mark(laneDueKey(l))
}

// settle records what became of one delivery; one that is not in the queue any
// more is passed over.
func (t *tx) settle(o ap.Outcome) error {
	inbox := o.Delivery.Inbox
	lane, found, err := t.lane(inbox)
	if err != nil || !found {
		return err
	}
	if _, found, err = t.raw(deliveryKey(inbox, o.Delivery.Key)); err != nil || !found {
		return err
	}
	if o.Gone {
		return t.removeLane(lane, o.Delivery.Signer)
	}
	front, err := collect[ap.Delivery](t, walk{prefix: byHash(kindDelivery, inbox)}, 2)
	if err != nil {
		return err
	}
	if front[0].Key != o.Delivery.Key {
		return t.settleBehind(o)
	}
	if err := t.Delete(laneDueKey(lane)); err != nil {
		return err
	}
	if !o.Done {
		return t.retry(lane, o)
	}
	if err := t.Delete(deliveryKey(inbox, o.Delivery.Key)); err != nil {
		return err
	}
	if len(front) == 1 {
		return t.Delete(byHash(kindLane, inbox))
	}
	return t.advance(lane, o, front[1])
}

// settleBehind settles a delivery that is not the first of its lane: the state
// of the lane is that of the first, and stays.
func (t *tx) settleBehind(o ap.Outcome) error {
	if !o.Done {
		return nil
	}
	return t.Delete(deliveryKey(o.Delivery.Inbox, o.Delivery.Key))
}

// retry counts a failed try of the first delivery.
func (t *tx) retry(l ap.Lane, o ap.Outcome) error {
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
func (t *tx) advance(l ap.Lane, o ap.Outcome, next ap.Delivery) error {
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
func (t *tx) removeLane(l ap.Lane, signer ap.IRI) error {
	prefix := byHash(kindDelivery, l.Inbox)
	keys, err := t.keys(walk{prefix: prefix}, maxLaneGone)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := t.Delete(append(prefix[:len(prefix):len(prefix)], k...)); err != nil {
			return err
		}
	}
	if len(keys) < maxLaneGone {
		if err := first(
			func() error { return t.Delete(laneDueKey(l)) },
			func() error { return t.Delete(byHash(kindLane, l.Inbox)) },
		); err != nil {
			return err
		}
	}
	return t.removeFollowersAt(signer, l.Inbox)
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
