package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"matou/federation/ap"
)

// Post sends the body of d to its inbox, signed anew, and says what came of
// it. It ends soon after ctx.
type Post func(ctx context.Context, d ap.Delivery, body []byte) Result

// Documents gives the document of an activity, or directory.ErrNotFound or
// ErrGone where it is not to be sent any more.
type Documents func(ctx context.Context, iri ap.IRI) (ap.Document, error)

// Options of a Worker. Each zero value stands for its default.
type Options struct {
	Concurrency int           // tries at once; 32
	PerHost     int           // tries at once on one host; 2
	Grace       time.Duration // how long tries may go on after Run's context ends; 5 s
	Log         *slog.Logger  // nil: silent
	Hosts       Hosts         // nil: which hosts do not answer is forgotten at the end
	// Lost is told of a host whose name has led nowhere for thirty days, and
	// Revived of one that was silent and has spoken to us. Each may be nil.
	Lost, Revived func(ctx context.Context, host string)
}

// Stats are counts since the worker was made, and what it does now.
type Stats struct {
	Delivered    uint64 `json:"delivered"`
	Retried      uint64 `json:"retried"`
	GivenUp      uint64 `json:"givenUp"`
	Gone         uint64 `json:"gone"`
	InFlight     int    `json:"inFlight"`     // tries being made
	CircuitsOpen int    `json:"circuitsOpen"` // hosts that are not, or hardly, tried for a while
}

// Worker delivers what is in a Queue: in order within a lane, many lanes at
// once, few of one host, and none of a host that has stopped to answer until
// half an hour has passed. A delivery leaves the queue once it is settled, so a
// crash can repeat one and lose none.
type Worker struct {
	queue     Queue
	documents Documents
	post      Post
	options   Options
	log       *slog.Logger
	wake      chan struct{}
	silences  *silences
	latency   latency
	running   atomic.Bool

	delivered, retried, givenUp, gone atomic.Uint64
	inFlight, circuitsOpen            atomic.Int64
}

// New makes a Worker; Run starts it.
func New(queue Queue, documents Documents, post Post, o Options) *Worker {
	if o.Concurrency < 1 {
		o.Concurrency = 32
	}
	if o.PerHost < 1 {
		o.PerHost = 2
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{queue: queue, documents: documents, post: post, options: o, log: o.Log, wake: make(chan struct{}, 1), silences: newSilences()}
}

// Wake tells the worker that something was queued. It never waits.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Stats gives a snapshot.
func (w *Worker) Stats() Stats {
	return Stats{
		Delivered:    w.delivered.Load(),
		Retried:      w.retried.Load(),
		GivenUp:      w.givenUp.Load(),
		Gone:         w.gone.Load(),
		InFlight:     int(w.inFlight.Load()),
		CircuitsOpen: int(w.circuitsOpen.Load()),
	}
}

// Running reports whether Run runs.
func (w *Worker) Running() bool { return w.running.Load() }

// remember takes over which hosts were silent before the start.
func (w *Worker) remember(ctx context.Context) error {
	if w.options.Hosts == nil {
		return nil
	}
	all, err := w.options.Hosts.Silences(ctx)
	if err != nil {
		return fmt.Errorf("read which hosts do not answer: %w", err)
	}
	w.silences.load(all)
	return nil
}

// Run delivers until ctx ends, and gives nil. Tries that are being made then
// have the grace to end; what is not settled stays queued. Errors of the queue
// are logged and tried again. Run runs once at a time.
func (w *Worker) Run(ctx context.Context) error {
	tries, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if err := w.remember(ctx); err != nil {
		return err
	}
	w.running.Store(true)
	defer w.running.Store(false)
	l := newLoop(tries, w, ctx.Done())
	for ctx.Err() == nil {
		timer := l.fill(ctx)
		select {
		case <-ctx.Done():
		case rep := <-l.reports:
			l.settle(rep)
		case <-w.wake:
			l.look = true
		case <-timer:
			l.look = true
		}
	}
	grace := time.After(w.options.Grace)
	for len(l.busy) > 0 {
		select {
		case rep := <-l.reports:
			l.settle(rep)
		case <-grace:
			cancel()
		}
	}
	return nil
}
