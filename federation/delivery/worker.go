package delivery

import (
	"context"
	"log/slog"
	"time"

	"matou/federation/ap"
)

// Verdict is what an answer means for a delivery.
type Verdict int

// The verdicts.
const (
	Retry     Verdict = iota // try again later
	Refused                  // 401 or 403: try again, but give up soon
	Delivered                // the inbox took it
	GiveUp                   // the inbox will never take it
	Gone                     // the inbox is gone, and everyone behind it
)

// Result is the outcome of one try.
type Result struct {
	Verdict     Verdict
	After       time.Duration // Retry-After of the answer; 0 without
	Unreachable bool          // there was no answer at all
	Reason      string        // not delivered: why
}

// Classify says what the status of an answer, or the error in its place,
// means for a delivery.
func Classify(status int, err error) Result { return Result{} }

// Post sends the body of d to its inbox, signed anew, and says what came of it.
type Post func(ctx context.Context, d ap.Delivery, body []byte) Result

// Documents gives the document of an activity; directory.ErrNotFound where it
// is kept no more.
type Documents func(ctx context.Context, iri ap.IRI) (ap.Document, error)

// Options of a Worker. Each zero value means its default.
type Options struct {
	Concurrency int           // tries at once; 32
	PerHost     int           // tries at once on one host; 2
	Grace       time.Duration // how long tries may go on after Run's context ends; 5 s
	Log         *slog.Logger
}

// Stats are counts since the worker was made, and what it does now.
type Stats struct {
	Delivered, Retried, GivenUp, Gone uint64
	InFlight                          int
	CircuitsOpen                      int
}

// Worker delivers what is in a Queue.
type Worker struct{}

// New makes a Worker; Run starts it.
func New(queue Queue, documents Documents, post Post, o Options) *Worker { return &Worker{} }

// Run delivers until ctx ends.
func (w *Worker) Run(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

// Wake tells the worker that something was queued.
func (w *Worker) Wake() {}

// Stats gives a snapshot.
func (w *Worker) Stats() Stats { return Stats{} }
