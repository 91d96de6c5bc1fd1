package badger

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/federation/ap"
	"matou/storage"
)

// maxBatch is how many operations may share one transaction, and how many more
// may wait behind it.
const maxBatch = 256

// settleAtOnce is how many outcomes make one operation.
const settleAtOnce = 200

// op is one operation on its way to the writer: a Change or some outcomes.
type op struct {
	change   *ap.Change
	outcomes []ap.Outcome
	taken    atomic.Bool // by the writer, or by the caller who gave up: whoever is first
	applied  bool
	done     chan error
}

// run evaluates the operation.
func (o *op) run(t *tx) (err error) {
	if o.change != nil {
		o.applied, err = t.apply(o.change)
		return err
	}
	for _, outcome := range o.outcomes {
		if err := t.settle(outcome); err != nil {
			return err
		}
	}
	return nil
}

// Apply applies the Change by the rules of ap.Change. Within one Change the
// lists are taken in the order in which the type declares them: what is both
// saved and removed is removed.
func (s *Store) Apply(ctx context.Context, c ap.Change) (bool, error) {
	if err := valid(c); err != nil {
		return false, fmt.Errorf("apply change: %w", err)
	}
	o := &op{change: &c, done: make(chan error, 1)}
	if err := s.submit(ctx, o); err != nil {
		return false, fmt.Errorf("apply change: %w", err)
	}
	return o.applied, nil
}

// Settle records what became of deliveries; the outcomes are independent of
// one another, and each is recorded whole.
func (s *Store) Settle(ctx context.Context, outcomes []ap.Outcome) error {
	for len(outcomes) > 0 {
		n := min(len(outcomes), settleAtOnce)
		if err := s.settleTogether(ctx, outcomes[:n]); err != nil {
			return fmt.Errorf("settle deliveries: %w", err)
		}
		outcomes = outcomes[n:]
	}
	return nil
}

// settleTogether records outcomes in one transaction, or in as many as it
// takes: inboxes that are gone may take much with them.
func (s *Store) settleTogether(ctx context.Context, outcomes []ap.Outcome) error {
	err := s.submit(ctx, &op{outcomes: outcomes, done: make(chan error, 1)})
	if half := len(outcomes) / 2; half > 0 && errors.Is(err, storage.ErrTooBig) {
		if err := s.settleTogether(ctx, outcomes[:half]); err != nil {
			return err
		}
		return s.settleTogether(ctx, outcomes[half:])
	}
	return err
}

// submit hands an operation to the writer and waits for the disk. When ctx
// ends while the operation still waits it is withdrawn; once the writer has it
// the answer comes in a moment, and is worth waiting for.
func (s *Store) submit(ctx context.Context, o *op) error {
	if err := s.enqueue(ctx, o); err != nil {
		return err
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		if o.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		return <-o.done
	}
}

// enqueue waits for a place in the queue of the writer.
func (s *Store) enqueue(ctx context.Context, o *op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.open.RLock()
	defer s.open.RUnlock()
	if s.closed {
		return storage.ErrClosed
	}
	select {
	case s.ops <- o:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write is the writer: it takes what has gathered, commits it with one sync,
// and begins again. Before it takes anything it lets those who are ready bring
// what they have, for as long as more comes: a commit costs the same for many.
func (s *Store) write() {
	defer close(s.written)
	for first := range s.ops {
		for waiting := -1; len(s.ops) > waiting; {
			waiting = len(s.ops)
			runtime.Gosched()
		}
		batch := take(nil, first)
		for more := true; more && len(batch) < maxBatch; {
			select {
			case o, ok := <-s.ops:
				if more = ok; ok {
					batch = take(batch, o)
				}
			default:
				more = false
			}
		}
		for len(batch) > 0 {
			batch = batch[s.commit(batch):]
		}
	}
}

// take adds an operation that its caller has not withdrawn.
func take(batch []*op, o *op) []*op {
	if o.taken.CompareAndSwap(false, true) {
		return append(batch, o)
	}
	return batch
}

// commit commits as much of the batch, from its beginning, as one transaction
// holds, answers it, and tells how much that was. An operation that fails is
// left out with its error, and what came before it is evaluated again: a
// transaction cannot be taken half back.
func (s *Store) commit(batch []*op) int {
	if err := s.writable(); err != nil {
		return answer(batch, err)
	}
	t, err := s.begin()
	if err != nil {
		return answer(batch, err)
	}
	defer t.Discard()
	for i, o := range batch {
		err := o.run(t)
		if err == nil {
			continue
		}
		t.Discard()
		if i > 0 {
			return s.commit(batch[:i])
		}
		return answer(batch[:1], explain(err))
	}
	if err := s.end(t); err != nil {
		if half := len(batch) / 2; half > 0 && errors.Is(err, badgerdb.ErrTxnTooBig) { // no room for the counts
			t.Discard()
			return s.commit(batch[:half])
		}
		return answer(batch, explain(err))
	}
	if t.packs > 0 {
		if err := s.spread(t.packs); err != nil {
			// What the callers asked for is on the disk, in packs; the next
			// start spreads the rest.
			s.failed(err)
		}
	}
	if t.listed {
		s.wakeWatchers()
	}
	return answer(batch, nil)
}

// begin starts a transaction of the writer.
func (s *Store) begin() (*tx, error) {
	t := &tx{
		Txn: s.db.NewTransactionAt(s.versions.newest, true), ctx: context.Background(), now: s.clock(),
		sequence: s.sequence,
	}
	if err := t.Set(odometerKey, number(s.commits+1)); err != nil {
		t.Discard()
		return nil, err
	}
	return t, nil
}

// end commits a transaction of the writer, and counts it.
func (s *Store) end(t *tx) error {
	if err := t.saveCounts(); err != nil {
		return err
	}
	version := s.versions.newest + 1
	if err := t.CommitAt(version, nil); err != nil {
		s.failed(err)
		return err
	}
	s.db.SetDiscardTs(s.versions.advance(version))
	s.sequence = t.sequence
	s.lanes.apply(t.dueLanes)
	s.queued.Add(int64(t.queued))
	s.refreshes.apply(t.dueRefreshes)
	s.commits++
	if err := s.odometer.set(s.commits); err != nil {
		s.log.Warn("counting a transaction beside the store failed", "error", err)
	}
	return nil
}

// writable tells why nothing may be written.
func (s *Store) writable() error {
	if s.broken != nil {
		return s.broken
	}
	if now := time.Now(); now.Sub(s.roomSeen) > roomHolds {
		if err := room(s.dir, roomToWrite); err != nil {
			return err
		}
		s.roomSeen = now
	}
	return nil
}

// failed remembers that a commit failed: what the disk holds of it is not
// known, so that nothing may be built on it before the log was read again.
func (s *Store) failed(err error) {
	s.log.Error("writing to the store failed; nothing more is written until the node is started again", "error", err)
	s.broken = fmt.Errorf("an earlier write failed; start the node again: %w", err)
}

// answer tells the callers.
func answer(batch []*op, err error) int {
	for _, o := range batch {
		o.done <- err
	}
	return len(batch)
}

// explain gives the errors of the engine their common names.
func explain(err error) error {
	if errors.Is(err, badgerdb.ErrTxnTooBig) {
		return fmt.Errorf("a transaction holds about 2 MiB and 26,000 keys; divide the change: %w", storage.ErrTooBig)
	}
	return err
}
