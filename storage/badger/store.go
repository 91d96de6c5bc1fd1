package badger

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"
	lru "github.com/hashicorp/golang-lru/v2"

	"matou/directory"
	"matou/federation/ap"
	"matou/storage"
)

// Options say where the store is, and what it is given.
type Options struct {
	Dir      string           // made where it is missing; "" with InMemory
	InMemory bool             // keeps nothing after Close
	Log      *slog.Logger     // nil: silent
	Clock    func() time.Time // nil: time.Now

	steps []migration // nil: migrations
}

// Store is one open store, a storage.Engine. Make it with Open.
type Store struct {
	db    *badgerdb.DB
	dir   string // "" in memory
	log   *slog.Logger
	clock func() time.Time

	open   sync.RWMutex // held for reading while the database is touched, for writing to close
	closed bool

	ops     chan *op      // to the writer
	written chan struct{} // closed when the writer has ended
	stop    context.CancelFunc

	// The writer's own; nobody else touches them.
	sequence uint64
	commits  uint64
	odometer *odometer
	broken   error     // the disk failed a write: what it holds is not known any more
	roomSeen time.Time // when there was room to write

	versions         versions // moved by the writer alone
	lanes, refreshes *schedule
	queued           atomic.Int64 // deliveries

	shared *lru.Cache[directory.ID, sharedListing]

	watch    sync.Mutex
	watchers map[chan struct{}]bool
}

var _ storage.Engine = (*Store)(nil)

// Open opens the store at Options.Dir, or makes it, and brings it to the layout
// of this version. It fails with storage.ErrLocked, ErrDamaged, ErrFull or
// ErrNewer, fs.ErrPermission, or directory.ErrInvalid where Dir is no
// directory, each with a sentence that says what to do.
func Open(o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.steps == nil {
		o.steps = migrations
	}
	db, err := openDB(o)
	if err != nil {
		return nil, err
	}
	shared, _ := lru.New[directory.ID, sharedListing](mostShared) // fails for sizes below one only
	ctx, stop := context.WithCancel(context.Background())
	s := &Store{
		db: db, dir: o.Dir, log: o.Log, clock: o.Clock, stop: stop,
		ops: make(chan *op, maxBatch), written: make(chan struct{}),
		versions: versions{readers: map[uint64]int{}},
		lanes:    newSchedule(), refreshes: newSchedule(), watchers: map[chan struct{}]bool{},
		shared: shared,
	}
	if err := s.prepare(ctx, o.steps); err != nil {
		stop()
		return nil, errors.Join(closeAfter(db, err), s.odometer.close())
	}
	go s.write()
	go s.collectGarbage(ctx)
	return s, nil
}

// prepare migrates the layout and finishes what the last run left half done.
func (s *Store) prepare(ctx context.Context, steps []migration) error {
	if err := migrate(ctx, s.db, s.log, steps); err != nil {
		return err
	}
	s.db.SetDiscardTs(s.versions.advance(s.db.MaxVersion()))
	var err error
	if s.commits, err = commits(s.db); err != nil {
		return err
	}
	if s.odometer, err = openOdometer(s.dir); err != nil {
		return err
	}
	var packs uint64
	err = s.view(ctx, func(t *tx) error {
		if s.sequence, err = t.newest(kindFeed); err != nil {
			return err
		}
		if packs, err = t.newest(kindPack); err != nil {
			return err
		}
		return s.schedule(t)
	})
	if err != nil {
		return err
	}
	return s.spread(packs)
}

// schedule reads when every lane and refresh is due, and counts what the lanes
// hold.
func (s *Store) schedule(t *tx) error {
	err := t.visit(walk{prefix: []byte{kindLane}}, func(_ []byte, item *badgerdb.Item) (bool, error) {
		l, err := value[lane](item)
		s.lanes.apply([]dueChange{{id: l.Inbox, at: l.DueAt}})
		return true, err
	})
	if err != nil {
		return err
	}
	err = t.visit(walk{prefix: []byte{kindDelivery}}, func([]byte, *badgerdb.Item) (bool, error) {
		s.queued.Add(1)
		return true, nil
	})
	if err != nil {
		return err
	}
	return t.visit(walk{prefix: []byte{kindRefresh}}, func(_ []byte, item *badgerdb.Item) (bool, error) {
		r, err := value[ap.Refresh](item)
		s.refreshes.apply([]dueChange{{id: r.Actor, at: r.DueAt}})
		return true, err
	})
}

// Close waits for the writes that were accepted, then closes the database.
func (s *Store) Close() error {
	s.open.Lock()
	if s.closed {
		s.open.Unlock()
		return nil
	}
	s.closed = true
	close(s.ops)
	s.open.Unlock()
	s.stop()
	<-s.written
	return errors.Join(s.db.Close(), s.odometer.close())
}

// collectGarbage gives the room of replaced values back, once an hour. Only
// values above 1 MiB live in the value log: mostly there is nothing to do.
func (s *Store) collectGarbage(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.collectOnce()
		}
	}
}

// collectOnce rewrites at most one file of the value log.
func (s *Store) collectOnce() {
	s.open.RLock()
	defer s.open.RUnlock()
	if s.closed || s.dir == "" {
		return
	}
	if err := s.db.RunValueLogGC(0.5); err == nil {
		s.log.Debug("value log collected")
	}
}
