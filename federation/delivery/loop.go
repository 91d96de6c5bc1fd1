package delivery

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"matou/federation/ap"
)

const (
	lanesAtOnce = 256              // lanes taken from the queue at once
	lookAgain   = 10 * time.Second // where a lane that is due is held back, and hides when the next one is …
	lookCost    = time.Millisecond // … and this longer for each of them, so that many cost no more than few
	queuePause  = 5 * time.Second  // after an error of the queue
)

// loop chooses which lanes have their turn. It belongs to the goroutine of Run;
// turns run in goroutines of their own, one a lane.
type loop struct {
	*Worker
	tries   context.Context // of the tries
	stop    <-chan struct{}
	reports chan report

	busy     map[ap.IRI]bool // lanes that have their turn
	hosts    map[string]int  // how many of them each host has
	ready    []ap.Lane       // due lanes that wait for a turn, in order
	held     map[string]bool // hosts of which the last look passed over a lane that is due
	passed   int             // how many lanes it passed over
	reopens  time.Time       // when the first of them may be tried again; zero: none has to wait
	circuits circuits
	look     bool      // the queue may hold lanes that could start now
	pause    time.Time // no look before this
}

func newLoop(tries context.Context, w *Worker, stop <-chan struct{}) *loop {
	return &loop{
		Worker:   w,
		tries:    tries,
		stop:     stop,
		reports:  make(chan report, w.options.Concurrency), // a turn never waits to report
		busy:     map[ap.IRI]bool{},
		hosts:    map[string]int{},
		circuits: newCircuits(),
		look:     true,
	}
}

// fill starts turns while there is room and something to start, and gives a
// channel that tells when to look again; nil where a report or Wake will.
func (l *loop) fill(ctx context.Context) <-chan time.Time {
	now := time.Now()
	l.revive(ctx)
	for len(l.busy) < l.options.Concurrency {
		if l.startReady(now) {
			continue
		}
		if !l.look || now.Before(l.pause) {
			break
		}
		if err := l.lookForDue(ctx, now); err != nil {
			l.queueFailed(ctx, err)
			break
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil
	case now.Before(l.pause):
		return time.After(time.Until(l.pause))
	case len(l.busy) == l.options.Concurrency:
		return nil
	}
	return l.nextLook(ctx, now)
}

// revive takes back what is held against hosts that have spoken to us.
func (l *loop) revive(ctx context.Context) {
	all := l.silences.takeRevived()
	if len(all) == 0 {
		return
	}
	for _, host := range all {
		l.circuits.answered(host)
	}
	l.keep(ctx, ap.Change{RemoveSilences: all})
	if l.options.Revived != nil {
		for _, host := range all {
			l.options.Revived(ctx, host)
		}
	}
	l.look = true
}

// startReady starts the first ready lane whose host has room.
func (l *loop) startReady(now time.Time) bool {
	i := slices.IndexFunc(l.ready, func(lane ap.Lane) bool {
		tries, _ := l.room(lane.Inbox.Host(), now)
		return tries > 0
	})
	if i < 0 {
		return false
	}
	lane := l.ready[i]
	l.ready = slices.Delete(l.ready, i, i+1)
	l.busy[lane.Inbox] = true
	l.hosts[lane.Inbox.Host()]++
	go func() { l.reports <- l.turn(l.tries, l.stop, lane) }()
	return true
}

// room gives how many more turns a host may have now.
func (l *loop) room(host string, now time.Time) (tries int, until time.Time) {
	switch l.silences.fateOf(host, now) {
	case drain:
		return l.options.PerHost - l.hosts[host], time.Time{}
	case probe:
		return 1 - l.hosts[host], time.Time{}
	}
	tries, until = l.circuits.room(host, l.options.PerHost, now)
	return tries - l.hosts[host], until
}

// lookForDue takes due lanes from the queue that could start, and notes which
// hosts it passed over, so that their reports make it look again.
func (l *loop) lookForDue(ctx context.Context, now time.Time) error {
	l.held, l.passed, l.reopens = map[string]bool{}, 0, time.Time{}
	waiting := make(map[ap.IRI]bool, len(l.ready))
	for _, lane := range l.ready {
		waiting[lane.Inbox] = true
	}
	lanes, err := l.queue.DueLanes(ctx, now, lanesAtOnce, func(inbox ap.IRI) bool {
		if waiting[inbox] {
			return true
		}
		host := inbox.Host()
		tries, until := l.room(host, now)
		if tries > 0 && !l.busy[inbox] {
			return false
		}
		l.held[host] = true
		l.passed++
		if !until.IsZero() && (l.reopens.IsZero() || until.Before(l.reopens)) {
			l.reopens = until
		}
		return true
	})
	if err != nil {
		return err
	}
	l.ready = append(l.ready, lanes...)
	l.look = len(lanes) == lanesAtOnce
	return nil
}

// nextLook gives a channel for the time when something becomes due, or may be
// tried again.
func (l *loop) nextLook(ctx context.Context, now time.Time) <-chan time.Time {
	next, err := l.queue.NextDue(ctx)
	if err != nil {
		l.queueFailed(ctx, err)
		return time.After(queuePause)
	}
	if !next.IsZero() && !next.After(now) {
		next = now.Add(lookAgain + time.Duration(l.passed)*lookCost)
	}
	if !l.reopens.IsZero() && (next.IsZero() || l.reopens.Before(next)) {
		next = l.reopens
	}
	if next.IsZero() {
		return nil
	}
	return time.After(time.Until(next))
}

// settle takes what a turn reports.
func (l *loop) settle(rep report) {
	delete(l.busy, rep.inbox)
	if l.hosts[rep.host]--; l.hosts[rep.host] == 0 {
		delete(l.hosts, rep.host)
	}
	now := time.Now()
	if rep.answered {
		l.circuits.answered(rep.host)
	}
	if rep.unreachable && l.circuits.failed(rep.host, now) {
		l.log.Info("host not tried for a while", slog.String("host", rep.host), slog.Duration("wait", circuitOpen))
		l.ready = slices.DeleteFunc(l.ready, func(lane ap.Lane) bool { return lane.Inbox.Host() == rep.host })
	}
	if rep.answered || rep.unreachable {
		l.circuitsOpen.Store(int64(l.circuits.open()))
	}
	if rep.err != nil {
		l.queueFailed(l.tries, rep.err)
	}
	waits := slices.ContainsFunc(l.ready, func(lane ap.Lane) bool { return lane.Inbox.Host() == rep.host })
	if rep.more || rep.err != nil || l.held[rep.host] && !waits {
		l.look = true
	}
}

// queueFailed keeps the worker from asking a broken store again and again, and
// above all from sending again what it could not settle.
func (l *loop) queueFailed(ctx context.Context, err error) {
	if ctx.Err() != nil { // the worker is being stopped
		return
	}
	l.pause, l.look = time.Now().Add(queuePause), true
	l.log.ErrorContext(ctx, "delivery queue unavailable", slog.String("error", err.Error()))
}
