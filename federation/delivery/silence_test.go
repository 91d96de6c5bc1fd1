package delivery_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"matou/federation/ap"
	"matou/federation/delivery"
)

const day = 24 * time.Hour

// nowhere is what comes of a host whose name leads nowhere.
func nowhere() delivery.Result {
	return delivery.Classify(0, fmt.Errorf("dial: %w", &net.DNSError{Err: "no such host", Name: "gone.example", IsNotFound: true}))
}

// daily publishes once a day to the inboxes, for so many days.
func (b *bench) daily(days int, inboxes ...ap.IRI) {
	b.t.Helper()
	for range days {
		b.queue(inboxes...)
		time.Sleep(day)
	}
}

// after counts the tries at a host from a time on.
func (b *bench) after(host string, from time.Time) int {
	n := 0
	for _, t := range b.seen() {
		if t.inbox.Host() == host && !t.at.Before(from) {
			n++
		}
	}
	return n
}

// silences gives what the store keeps.
func (b *bench) silences() []ap.Silence {
	b.t.Helper()
	all, err := rimHosts{b.store}.Silences(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// lostHosts gives the hosts that were to be forgotten.
func (b *bench) lostHosts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lost)
}

// A host that has not answered for a week is tried once a week, whatever is
// published meanwhile, also after a restart, until it answers.
func TestDeadHost(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		back := time.Now().Add(40 * day)
		answer := func(_ context.Context, d ap.Delivery, _ int) delivery.Result {
			if d.Inbox.Host() == "dead.example" && time.Now().Before(back) {
				return silent()
			}
			return status(202)
		}
		b := newBench(t, s, answer)
		dead, alive := inboxOf("dead.example"), inboxOf("alive.example")
		b.daily(10, dead, alive)
		silent, given := b.worker.Silent()
		if silent != 1 || given != 1 || !b.worker.Dead("dead.example") || b.worker.Dead("alive.example") {
			t.Fatalf("%d silent, %d given up, want the one", silent, given)
		}
		if got := b.silences(); len(got) != 1 || got[0].DeadAt.Sub(got[0].Since) < 7*day || got[0].LastError == "" {
			t.Errorf("kept is %+v", got)
		}
		from := time.Now()
		b.daily(10, dead, alive)
		b.halt()
		b.start(answer)
		b.daily(10, dead, alive)
		if got := b.after("dead.example", from); got < 2 || got > 3 {
			t.Errorf("%d tries in twenty days, want one a week", got)
		}
		if got := b.left(dead); got > 0 {
			t.Errorf("%d deliveries wait for a host that was given up", got)
		}
		b.daily(20, dead, alive) // it comes back on the tenth of these
		if silent, _ := b.worker.Silent(); silent != 0 || len(b.silences()) != 0 {
			t.Errorf("%d hosts are silent, want none", silent)
		}
		from = time.Now()
		b.daily(3, dead, alive)
		if got := b.after("dead.example", from); got != 3 {
			t.Errorf("%d deliveries to the host that is back, want 3", got)
		}
	})
}

// A host that was given up is tried again as soon as it speaks; one that only
// speaks is not tried at each word.
func TestHeardHost(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		var up atomic.Bool
		b := newBench(t, s, func(_ context.Context, d ap.Delivery, _ int) delivery.Result {
			if d.Inbox.Host() == "mute.example" && !up.Load() {
				return silent()
			}
			return status(202)
		})
		mute, alive := inboxOf("mute.example"), inboxOf("alive.example")
		b.daily(9, mute, alive)
		if !b.worker.Dead("mute.example") {
			t.Fatal("the host was not given up")
		}
		b.worker.Heard("mute.example")
		time.Sleep(time.Minute)
		if b.worker.Dead("mute.example") || len(b.silences()) != 0 {
			t.Error("the host was heard, and is given up")
		}
		b.queue(mute)
		from := time.Now()
		for range 1000 {
			b.worker.Heard("mute.example")
			time.Sleep(time.Second)
		}
		if got := b.after("mute.example", from); got > 5 {
			t.Errorf("%d tries in a quarter of an hour of words, want those of the schedule", got)
		}
		up.Store(true)
		time.Sleep(2 * time.Hour)
		b.worker.Heard("mute.example")
		time.Sleep(time.Second)
		if got := b.left(mute); got > 0 {
			t.Errorf("%d deliveries wait for a host that was heard", got)
		}
	})
}

// A host whose name leads nowhere for a month is forgotten.
func TestLostHost(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, func(_ context.Context, d ap.Delivery, _ int) delivery.Result {
			switch d.Inbox.Host() {
			case "gone.example":
				return nowhere()
			case "down.example":
				return silent()
			}
			return status(202)
		})
		to := []ap.IRI{inboxOf("gone.example"), inboxOf("down.example"), inboxOf("alive.example")}
		b.daily(29, to...)
		if lost := b.lostHosts(); len(lost) > 0 {
			t.Fatalf("%v are lost after 29 days", lost)
		}
		b.daily(10, to...)
		if lost := slices.Compact(b.lostHosts()); !slices.Equal(lost, []string{"gone.example"}) {
			t.Errorf("%v are lost, want the one without a name", lost)
		}
	})
}

// Where nobody answers for weeks it is this node that is away: nobody is given
// up for that.
func TestNodeAway(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, always(nowhere()))
		b.daily(40, inboxOf("a.example"), inboxOf("b.example"))
		if silent, dead := b.worker.Silent(); silent != 2 || dead != 0 || len(b.lostHosts()) > 0 {
			t.Errorf("%d silent, %d given up, %v lost, want two silent ones", silent, dead, b.lostHosts())
		}
	})
}

// A host that answers with its own faults only is given up too.
func TestBrokenHost(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, func(_ context.Context, d ap.Delivery, _ int) delivery.Result {
			switch d.Inbox.Host() {
			case "broken.example":
				return status(502)
			case "busy.example":
				return status(429)
			}
			return status(202)
		})
		b.daily(10, inboxOf("broken.example"), inboxOf("busy.example"), inboxOf("alive.example"))
		if !b.worker.Dead("broken.example") || b.worker.Dead("busy.example") {
			t.Errorf("given up: broken %t, busy %t; want the broken one", b.worker.Dead("broken.example"), b.worker.Dead("busy.example"))
		}
	})
}

func TestLatency(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, func(_ context.Context, _ ap.Delivery, nth int) delivery.Result {
			if nth == 1 {
				return status(503)
			}
			return status(202)
		})
		b.queue(inboxOf("a.example"))
		time.Sleep(time.Hour)
		l := b.worker.Latency()
		if l.Count != 1 || l.Sum < 48 || l.Sum > 72 {
			t.Fatalf("%d deliveries took %f s, want one of about a minute", l.Count, l.Sum)
		}
		for i, bound := range l.Bounds {
			if got := l.Counts[i] == 1; got != (l.Sum <= bound) {
				t.Errorf("at most %f s: %d", bound, l.Counts[i])
			}
		}
	})
}
