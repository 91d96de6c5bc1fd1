package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/delivery"
)

func TestInOrderAndAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, func(context.Context, ap.Delivery, int) delivery.Result {
			time.Sleep(time.Second)
			return status(202)
		})
		inboxes := []ap.IRI{inboxOf("a.example"), inboxOf("b.example"), inboxOf("c.example")}
		began := time.Now()
		var want []ap.IRI
		for range 40 {
			want = append(want, b.queue(inboxes...))
		}
		time.Sleep(time.Minute)
		for _, inbox := range inboxes {
			if got := b.activities(inbox); !slices.Equal(got, want) {
				t.Errorf("%s got\n%v\nwant\n%v", inbox, got, want)
			}
			if n := b.left(inbox); n != 0 {
				t.Errorf("%d deliveries to %s are left", n, inbox)
			}
		}
		if last := b.seen()[119].at.Sub(began); last != 39*time.Second {
			t.Errorf("the last of 40 deliveries of a second each began after %s", last)
		}
		b.wantStats(delivery.Stats{Delivered: 120})
	})
}

func TestSchedule(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, always(status(503)))
		inbox := inboxOf("busy.example")
		b.queue(inbox)
		time.Sleep(7 * 24 * time.Hour)
		waits := []time.Duration{
			0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 8 * time.Hour, 24 * time.Hour, 48 * time.Hour,
		}
		tries := b.seen()
		if len(tries) != len(waits) {
			t.Fatalf("there were %d tries, want %d", len(tries), len(waits))
		}
		for i := 1; i < len(tries); i++ {
			got, want := tries[i].at.Sub(tries[i-1].at), waits[i]
			if got < want*8/10 || got > want*12/10 {
				t.Errorf("try %d came after %s, want %s, a fifth more or less", i+1, got, want)
			}
		}
		if n := b.left(inbox); n != 0 {
			t.Errorf("%d deliveries are left", n)
		}
		b.wantStats(delivery.Stats{Retried: 8, GivenUp: 1})
	})
}

func TestHowOftenEachAnswerIsTried(t *testing.T) {
	for code, want := range map[int]int{
		200: 1, 202: 1, 204: 1,
		400: 1, 404: 1, 405: 1, 410: 1, 413: 1, 415: 1, 422: 1, 501: 1, 402: 1, 451: 1,
		401: 3, 403: 3,
		302: 9, 408: 9, 425: 9, 429: 9, 500: 9, 502: 9, 503: 9, 504: 9,
	} {
		inBubble(t, func(t *testing.T, s *rim) {
			b := newBench(t, s, always(status(code)))
			b.queue(inboxOf("peer.example"))
			time.Sleep(7 * 24 * time.Hour)
			if got := len(b.seen()); got != want {
				t.Errorf("%d: %d tries, want %d", code, got, want)
			}
			if n := b.left(inboxOf("peer.example")); n != 0 {
				t.Errorf("%d: %d deliveries are left", code, n)
			}
		})
	}
}

func TestUnusableAddressIsNotTriedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, always(delivery.Classify(0, fmt.Errorf("inbox: %w", directory.ErrInvalid))))
		b.queue(inboxOf("peer.example"))
		time.Sleep(time.Hour)
		b.wantStats(delivery.Stats{GivenUp: 1})
	})
}

func TestRetryAfter(t *testing.T) {
	for after, want := range map[time.Duration][2]time.Duration{
		5 * time.Second:     {48 * time.Second, 72 * time.Second}, // the schedule is longer
		2 * time.Hour:       {2 * time.Hour, 2 * time.Hour},
		30 * 24 * time.Hour: {24 * time.Hour, 24 * time.Hour},
	} {
		inBubble(t, func(t *testing.T, s *rim) {
			b := newBench(t, s, func(_ context.Context, _ ap.Delivery, nth int) delivery.Result {
				if nth > 1 {
					return status(202)
				}
				r := status(429)
				r.After = after
				return r
			})
			b.queue(inboxOf("peer.example"))
			time.Sleep(48 * time.Hour)
			tries := b.seen()
			if len(tries) != 2 {
				t.Fatalf("Retry-After %s: %d tries, want 2", after, len(tries))
			}
			if wait := tries[1].at.Sub(tries[0].at); wait < want[0] || wait > want[1] {
				t.Errorf("Retry-After %s: tried again after %s, want %s to %s", after, wait, want[0], want[1])
			}
		})
	}
}

// What waits behind a delivery that fails must not overtake it, and comes when
// it is done or given up.
func TestOrderOutlivesFailures(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		inbox := inboxOf("peer.example")
		first := ap.IRI("https://hoster.example/ap/activities/0001")
		b := newBench(t, s, func(_ context.Context, d ap.Delivery, nth int) delivery.Result {
			switch {
			case d.Activity == first && nth < 4:
				return status(500)
			case d.Activity == first:
				return status(202)
			case d.Activity == first[:len(first)-1]+"2":
				return status(400)
			}
			return status(202)
		})
		var want []ap.IRI
		for range 4 {
			want = append(want, b.queue(inbox))
		}
		time.Sleep(time.Hour)
		if got := b.activities(inbox); !slices.Equal(got, want) {
			t.Errorf("the inbox saw %v, want %v", got, want)
		}
		tries := b.seen()
		if len(tries) != 7 || tries[3].activity != first || !tries[6].at.Equal(tries[3].at) {
			t.Errorf("tries are %v", tries)
		}
		b.wantStats(delivery.Stats{Delivered: 3, Retried: 3, GivenUp: 1})
	})
}

func TestGoneTakesTheLaneWithIt(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, always(status(410)))
		inbox := inboxOf("gone.example")
		b.halt()
		b.queue(inbox)
		b.queue(inbox)
		b.start(always(status(410)))
		time.Sleep(time.Hour)
		if n, left := len(b.seen()), b.left(inbox); n != 1 || left != 0 {
			t.Errorf("%d tries, and %d deliveries left; want 1 and 0", n, left)
		}
		b.wantStats(delivery.Stats{Gone: 1})
	})
}

func TestActivityNoLongerKept(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, always(status(202)))
		b.halt()
		lost := b.queue(inboxOf("peer.example"))
		kept := b.queue(inboxOf("peer.example"))
		if err := s.Apply(ap.Change{RemoveDocuments: []ap.IRI{lost}}); err != nil {
			t.Fatal(err)
		}
		b.start(always(status(202)))
		time.Sleep(time.Minute)
		if got := b.activities(inboxOf("peer.example")); !slices.Equal(got, []ap.IRI{kept}) {
			t.Errorf("the inbox saw %v, want %v", got, kept)
		}
		b.wantStats(delivery.Stats{Delivered: 1, GivenUp: 1})
	})
}

// A host with hundreds of inboxes, all slow, must not keep the others waiting,
// nor see more than two tries at once.
func TestSlowHostStarvesNobody(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, func(_ context.Context, d ap.Delivery, _ int) delivery.Result {
			if d.Inbox.Host() == "slow.example" {
				time.Sleep(30 * time.Second)
			} else {
				time.Sleep(100 * time.Millisecond)
			}
			return status(202)
		})
		var inboxes []ap.IRI
		for i := range 400 {
			inboxes = append(inboxes, ap.IRI(fmt.Sprintf("https://slow.example/%d/inbox", i)))
		}
		b.queue(inboxes...)
		time.Sleep(time.Second)
		inboxes = nil
		for i := range 100 {
			inboxes = append(inboxes, inboxOf(fmt.Sprintf("h%d.example", i)))
		}
		began := time.Now()
		b.queue(inboxes...)
		time.Sleep(20 * time.Second)
		done := 0
		for _, t := range b.seen() {
			if t.inbox.Host() != "slow.example" && t.at.Sub(began) < 5*time.Second {
				done++
			}
		}
		if done != 100 {
			t.Errorf("%d of 100 other hosts were served within 5 s", done)
		}
		if got := b.atOnce("slow.example"); got != 2 {
			t.Errorf("the slow host saw %d tries at once, want 2", got)
		}
		if got := b.atOnce(""); got > 32 || got < 30 {
			t.Errorf("there were %d tries at once, want about 32", got)
		}
		time.Sleep(5 * time.Hour)
		b.wantStats(delivery.Stats{Delivered: 500})
	})
}

// Five tries without an answer keep a host from being tried for half an hour;
// then one at a time tells whether it is back.
func TestCircuit(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		began := time.Now()
		back := began.Add(70 * time.Minute)
		b := newBench(t, s, func(_ context.Context, d ap.Delivery, _ int) delivery.Result {
			time.Sleep(time.Second)
			if d.Inbox.Host() == "down.example" && time.Now().Before(back) {
				return silent()
			}
			return status(202)
		})
		var inboxes []ap.IRI
		for i := range 50 {
			inboxes = append(inboxes, ap.IRI(fmt.Sprintf("https://down.example/%d/inbox", i)))
		}
		b.queue(inboxes...)
		b.queue(inboxOf("up.example"))
		time.Sleep(25 * time.Minute)
		if n := len(b.seen()); n > 8 {
			t.Errorf("%d tries in the first 25 minutes, want few", n)
		}
		if got := b.worker.Stats().CircuitsOpen; got != 1 {
			t.Errorf("%d circuits are open, want 1", got)
		}
		if got := b.worker.Stats().Delivered; got != 1 {
			t.Errorf("%d deliveries, want that to the other host", got)
		}
		time.Sleep(10 * time.Minute)
		probes := 0
		for _, t := range b.seen() {
			if at := t.at.Sub(began); at > 29*time.Minute && at < 35*time.Minute {
				probes++
			}
		}
		if probes != 1 {
			t.Errorf("%d tries once half an hour has passed, want 1", probes)
		}
		time.Sleep(5 * time.Hour)
		b.wantStats(delivery.Stats{Delivered: 51, Retried: b.worker.Stats().Retried})
		if got := b.atOnce("down.example"); got > 2 {
			t.Errorf("the host saw %d tries at once, want 2 at most", got)
		}
	})
}

// A lane whose host stays dead gives up what has grown old with its first
// delivery, but not what came in since.
func TestDeadLaneIsGivenUpTogether(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, always(silent()))
		inbox := inboxOf("dead.example")
		for range 30 {
			b.queue(inbox)
		}
		time.Sleep(72 * time.Hour)
		b.queue(inbox)
		time.Sleep(72 * time.Hour)
		if n := b.left(inbox); n != 1 {
			t.Errorf("%d deliveries are left, want the last one", n)
		}
		if got := len(b.seen()); got > 30 {
			t.Errorf("the dead host was tried %d times", got)
		}
	})
}

// A stop lets tries end, and what is not settled is delivered after the next
// start: nothing is lost.
func TestRestartLosesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		answer := func(ctx context.Context, d ap.Delivery, _ int) delivery.Result {
			wait := 3 * time.Second
			if d.Inbox.Host() == "h0.example" {
				wait = time.Minute // longer than the grace
			}
			select {
			case <-time.After(wait):
				return status(202)
			case <-ctx.Done():
				return delivery.Classify(0, ctx.Err())
			}
		}
		b := newBench(t, s, answer)
		var inboxes []ap.IRI
		for i := range 50 {
			inboxes = append(inboxes, inboxOf(fmt.Sprintf("h%d.example", i)))
		}
		var want []ap.IRI
		for range 3 {
			want = append(want, b.queue(inboxes...))
		}
		time.Sleep(4 * time.Second)
		began := time.Now()
		b.halt()
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("the stop took %s", took)
		}
		before := b.worker.Stats()
		if before.InFlight != 0 || before.Retried != 0 || before.GivenUp != 0 {
			t.Errorf("stats after the stop are %+v", before)
		}
		b.start(answer)
		time.Sleep(time.Hour)
		if after := b.worker.Stats(); before.Delivered+after.Delivered != 150 {
			t.Errorf("%d and %d were delivered, want 150 in all", before.Delivered, after.Delivered)
		}
		for i, inbox := range inboxes {
			if got := b.activities(inbox); !slices.Equal(got, want) {
				t.Errorf("%s got %v, want %v", inbox, got, want)
			}
			seen := 0
			for _, t := range b.seen() {
				if t.inbox == inbox {
					seen++
				}
			}
			if i > 0 && seen != 3 {
				t.Errorf("%s saw %d tries, want 3: what it took was sent again", inbox, seen)
			}
		}
	})
}

// While the store fails nothing is sent: it could not be settled, and would be
// sent again and again.
func TestBrokenStore(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, func(context.Context, ap.Delivery, int) delivery.Result {
			s.fail(errors.New("disk full"))
			return status(202)
		})
		b.queue(inboxOf("peer.example"))
		time.Sleep(10 * time.Minute)
		if n := len(b.seen()); n != 1 {
			t.Errorf("%d tries while the store was broken, want 1", n)
		}
		b.halt()
		s.fail(nil)
		b.start(always(status(202)))
		time.Sleep(time.Minute)
		b.wantStats(delivery.Stats{Delivered: 1})
	})
}

// What is queued while its lane has its turn must not wait for a timer.
func TestQueuedDuringATurn(t *testing.T) {
	inBubble(t, func(t *testing.T, s *rim) {
		b := newBench(t, s, func(context.Context, ap.Delivery, int) delivery.Result {
			time.Sleep(2 * time.Second)
			return status(202)
		})
		b.queue(inboxOf("peer.example"))
		time.Sleep(time.Second)
		b.queue(inboxOf("peer.example"))
		time.Sleep(4 * time.Second)
		b.wantStats(delivery.Stats{Delivered: 2})
	})
}
