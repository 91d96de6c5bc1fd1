package delivery_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"matou/federation/ap"
	"matou/federation/delivery"
	"matou/storage/badger"
)

// rim carries calls out of a bubble of synctest to a real store outside of it,
// one at a time. Inside, the store's tickers would have to tick through every
// second of the days that a test lets pass; waiting for the outside keeps the
// bubble's time still.
type rim struct {
	store *badger.Store
	calls chan func()
	done  chan struct{}
	clock atomic.Int64 // the bubble's time at the call, in nanoseconds

	mu     sync.Mutex
	broken error // what the store fails with, if not nil
}

var _ delivery.Queue = (*rim)(nil)

// inBubble runs test in a bubble, with a store in memory outside of it.
func inBubble(t *testing.T, test func(t *testing.T, s *rim)) {
	t.Helper()
	s := &rim{calls: make(chan func()), done: make(chan struct{})}
	clock := func() time.Time { return time.Unix(0, s.clock.Load()) }
	store, err := badger.Open(badger.Options{InMemory: true, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	s.store = store
	go func() {
		for call := range s.calls {
			call()
			s.done <- struct{}{}
		}
	}()
	t.Cleanup(func() {
		close(s.calls)
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) { test(t, s) })
}

func (s *rim) do(call func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	s.clock.Store(time.Now().UnixNano())
	var err error
	s.calls <- func() { err = call() }
	<-s.done
	return err
}

// fail makes the store fail with err from now on; nil mends it.
func (s *rim) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

func (s *rim) DueLanes(_ context.Context, now time.Time, limit int, skip func(ap.IRI) bool) (lanes []ap.Lane, err error) {
	err = s.do(func() (err error) {
		lanes, err = s.store.DueLanes(context.Background(), now, limit, skip)
		return err
	})
	return lanes, err
}

func (s *rim) NextDue(context.Context) (next time.Time, err error) {
	err = s.do(func() (err error) {
		next, err = s.store.NextDue(context.Background())
		return err
	})
	return next, err
}

func (s *rim) Deliveries(_ context.Context, inbox ap.IRI, limit int) (all []ap.Delivery, err error) {
	err = s.do(func() (err error) {
		all, err = s.store.Deliveries(context.Background(), inbox, limit)
		return err
	})
	return all, err
}

func (s *rim) Settle(_ context.Context, outcomes []ap.Outcome) error {
	return s.do(func() error { return s.store.Settle(context.Background(), outcomes) })
}

func (s *rim) Document(_ context.Context, iri ap.IRI) (d ap.Document, err error) {
	err = s.do(func() (err error) {
		d, err = s.store.Document(context.Background(), iri)
		return err
	})
	return d, err
}

func (s *rim) Apply(c ap.Change) error {
	return s.do(func() error {
		_, err := s.store.Apply(context.Background(), c)
		return err
	})
}

// rimHosts is the store as delivery.Hosts.
type rimHosts struct{ *rim }

func (s rimHosts) Silences(context.Context) (all []ap.Silence, err error) {
	err = s.do(func() (err error) {
		all, err = s.store.Silences(context.Background())
		return err
	})
	return all, err
}

func (s rimHosts) Apply(_ context.Context, c ap.Change) (bool, error) { return true, s.rim.Apply(c) }
