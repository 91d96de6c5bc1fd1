package badger

import (
	"context"
	"slices"
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

// settle records what became of deliveries of one lane, one after another;
// those that are not in the queue any more are passed over.
func (t *tx) settle(outcomes []ap.Outcome) error {
	l, found, err := t.lane(outcomes[0].Delivery.Inbox)
	if err != nil || !found {
		return err
	}
	before := l
	waiting, err := t.keys(l.from(), len(outcomes)+1)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		key := deliveryKey(l.Inbox, o.Delivery.Key)
		at := slices.IndexFunc(waiting, func(key []byte) bool { return string(key) == o.Delivery.Key })
		if at < 0 {
			if found, err = t.has(key); err != nil {
				return err
			}
			if !found {
				continue
			}
		}
		switch {
		case o.Gone:
			if err = t.removeLane(before, o.Delivery.Signer); err != nil || i+1 == len(outcomes) {
				return err
			}
			return t.settle(outcomes[i+1:])
		case o.Done:
			if err = t.unqueue(key); err != nil {
				return err
			}
			if at == 0 {
				l.advance(o)
			}
			if at >= 0 {
				waiting = slices.Delete(waiting, at, at+1)
			}
		case at == 0:
			l.retry(o, t.now)
		}
	}
	switch {
	case l == before: // none was the first: the state of the lane is that of the first
		return nil
	case len(waiting) == 0:
		return t.dropLane(l.Inbox)
	}
	return t.lead(l, string(waiting[0]))
}

// lead saves a lane that begins with a delivery, and is due for it at once
// where it has no time yet.
func (t *tx) lead(l lane, first string) error {
	if l.First = first; !l.DueAt.IsZero() {
		return t.saveLane(l)
	}
	next, err := must(t, deliveryKey(l.Inbox, first), func(d ap.Delivery) bool { return d.Inbox == l.Inbox })
	if err != nil {
		return err
	}
	l.DueAt = next.CreatedAt
	return t.saveLane(l)
}

// retry counts a failed try of the first delivery.
func (l *lane) retry(o ap.Outcome, now time.Time) {
	l.DueAt = o.RetryAt
	l.Attempts++
	if l.FailingSince.IsZero() {
		l.FailingSince = now.UTC()
	}
	l.LastError = shorten(o.Error)
}

// advance leaves the first delivery behind; the lane has no time until lead
// gives it one. An inbox that was given up on is still failing; one that took
// a delivery is not.
func (l *lane) advance(o ap.Outcome) {
	l.DueAt = time.Time{}
	l.Attempts = 0
	l.LastError = shorten(o.Error)
	if o.Error == "" {
		l.FailingSince = time.Time{}
	}
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
