package badger

import (
	"context"
	"math"
	"slices"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/federation/ap"
)

// QueueSize counts the lanes and the deliveries that they hold; those of a
// Change that are still being spread count once they are.
func (s *Store) QueueSize() (lanes, deliveries int) {
	return s.lanes.size(), int(s.queued.Load())
}

// Lanes gives the lanes of a host ("": of all hosts) in the byte order of
// their inboxes.
func (s *Store) Lanes(ctx context.Context, host string, p ap.Page) ([]ap.QueuedLane, error) {
	return read(ctx, s, func(t *tx) ([]ap.QueuedLane, error) {
		inboxes := s.lanes.ids(func(inbox ap.IRI) bool {
			return string(inbox) > p.After && (host == "" || inbox.Host() == host)
		})
		slices.Sort(inboxes)
		var all []ap.QueuedLane
		for _, inbox := range inboxes[:min(len(inboxes), pageOf(p))] {
			l, found, err := t.lane(inbox)
			if err != nil {
				return nil, err
			}
			if !found {
				continue
			}
			keys, err := t.keys(l.from(), math.MaxInt)
			if err != nil {
				return nil, err
			}
			all = append(all, ap.QueuedLane{Lane: l.Lane, Waiting: len(keys)})
		}
		return all, nil
	})
}

// retryLane makes a lane due now.
func (t *tx) retryLane(inbox ap.IRI) error {
	l, found, err := t.lane(inbox)
	if err != nil || !found {
		return err
	}
	l.DueAt = t.now.UTC()
	return t.saveLane(l)
}

// dropDeliveries removes what a lane holds.
func (t *tx) dropDeliveries(inbox ap.IRI) error {
	l, found, err := t.lane(inbox)
	if err != nil || !found {
		return err
	}
	return t.emptyLane(l)
}

// CountActors counts the actors that are kept; it walks over them all.
func (s *Store) CountActors(ctx context.Context) (n int, err error) {
	err = s.view(ctx, func(t *tx) error {
		return t.visit(walk{prefix: []byte{kindActor}}, func([]byte, *badgerdb.Item) (bool, error) {
			n++
			return true, nil
		})
	})
	return n, err
}

// Bytes gives what the store takes on the disk.
func (s *Store) Bytes() int64 { return diskUse(s.dir) }
