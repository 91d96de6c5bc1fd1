package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

const (
	inARow        = 16 // deliveries of one lane before others have their turn
	settleTimeout = 10 * time.Second
)

// report is what a turn of a lane tells the loop.
type report struct {
	inbox       ap.IRI
	host        string
	answered    bool  // the host answered
	unreachable bool  // its last try had no answer
	more        bool  // deliveries are left that may go at once
	err         error // of the queue: nothing can be settled
}

// turn delivers what a lane holds, in order, while it succeeds. Tries end with
// ctx, which outlives stop by the grace; a try that was cut off stays queued as
// if it had not been made.
func (w *Worker) turn(ctx context.Context, stop <-chan struct{}, l ap.Lane) report {
	rep := report{inbox: l.Inbox, host: l.Inbox.Host()}
	queued, err := w.queue.Deliveries(ctx, l.Inbox, inARow+1)
	if err != nil {
		rep.err = err
		return rep
	}
	fate := w.silences.fateOf(rep.host, time.Now())
	if fate == drain {
		rep.more, rep.err = len(queued) > inARow, w.giveUp(ctx, queued)
		return rep
	}
	for i, d := range queued {
		if i == inARow || stopped(stop) {
			rep.more = true
			return rep
		}
		result, err := w.try(ctx, d)
		if err != nil {
			rep.err = err
			return rep
		}
		if ctx.Err() != nil && (result.Verdict == Retry || result.Verdict == Refused) {
			return rep
		}
		rep.unreachable = result.Unreachable
		rep.answered = rep.answered || result.Answered
		w.heed(ctx, rep.host, result)
		if fate == probe {
			if result.Unreachable || result.Down {
				rep.more, rep.err = len(queued) > inARow, w.giveUp(ctx, queued)
				return rep
			}
			fate = deliver
		}
		o := outcome(l, d, result, time.Now())
		behind := outdatedBehind(l, o, result, queued[i+1:])
		if rep.err = w.settle(ctx, append([]ap.Outcome{o}, behind...), result); rep.err != nil {
			return rep
		}
		if o.Gone || result.Verdict == Retry || result.Verdict == Refused {
			rep.more = o.Done && !o.Gone && i+1+len(behind) < len(queued)
			return rep
		}
		l.Attempts = 0
		if o.Error == "" {
			l.FailingSince = time.Time{}
		}
	}
	return rep
}

// giveUp gives deliveries to a host up that was given up itself.
func (w *Worker) giveUp(ctx context.Context, all []ap.Delivery) error {
	outcomes := make([]ap.Outcome, len(all))
	for i, d := range all {
		outcomes[i] = ap.Outcome{Delivery: d, Done: true, Error: givenUpReason}
	}
	if len(outcomes) == 0 {
		return nil
	}
	return w.settle(ctx, outcomes, Result{Verdict: GiveUp})
}

// outdatedBehind gives up, with a delivery whose last try had no answer, those
// that wait behind it and are as old: each would only fail for days in its turn.
func outdatedBehind(l ap.Lane, o ap.Outcome, r Result, rest []ap.Delivery) []ap.Outcome {
	var all []ap.Outcome
	if !o.Done || !r.Unreachable {
		return nil
	}
	for _, d := range rest {
		if !outdated(l, d, time.Now()) {
			break
		}
		all = append(all, ap.Outcome{Delivery: d, Done: true, Error: o.Error})
	}
	return all
}

// try makes one try of d. The error is the store's.
func (w *Worker) try(ctx context.Context, d ap.Delivery) (Result, error) {
	document, err := w.documents(ctx, d.Activity)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return Result{Verdict: GiveUp, Reason: "the activity is kept no more"}, nil
	}
	if err != nil {
		return Result{}, err
	}
	w.inFlight.Add(1)
	defer w.inFlight.Add(-1)
	return w.post(ctx, d, document.Body), nil
}

// settle records outcomes, the first of which has that result, also when the
// worker is being stopped: what a peer took must not be sent to it again.
func (w *Worker) settle(ctx context.Context, outcomes []ap.Outcome, r Result) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := w.queue.Settle(ctx, outcomes); err != nil {
		return err
	}
	for _, o := range outcomes {
		attributes := []any{
			slog.String("host", o.Delivery.Inbox.Host()), slog.String("activity", string(o.Delivery.Activity)), slog.String("reason", o.Error),
		}
		switch {
		case o.Gone:
			w.gone.Add(1)
			w.log.InfoContext(ctx, "inbox gone", attributes...)
		case !o.Done:
			w.retried.Add(1)
			w.log.DebugContext(ctx, "delivery to be retried", attributes...)
		case o.Error == "" && r.Verdict == Delivered:
			w.delivered.Add(1)
			w.latency.add(time.Since(o.Delivery.CreatedAt))
		default:
			w.givenUp.Add(1)
			w.log.InfoContext(ctx, "delivery given up", attributes...)
		}
	}
	return nil
}

func stopped(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}
