package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"matou/federation/ap"
)

// lanes gives the lanes due at a time.
func (b *bench) lanes(at time.Time) []ap.Lane {
	b.t.Helper()
	return good[[]ap.Lane](b.t)(b.DueLanes(b.ctx, at, 100, nil))
}

// waiting gives the keys of the deliveries to an inbox.
func (b *bench) waiting(inbox ap.IRI) []string {
	b.t.Helper()
	var keys []string
	for _, d := range good[[]ap.Delivery](b.t)(b.Deliveries(b.ctx, inbox, 100)) {
		keys = append(keys, d.Key)
	}
	return keys
}

// next gives when the earliest lane is due.
func (b *bench) next() time.Time {
	b.t.Helper()
	return good[time.Time](b.t)(b.NextDue(b.ctx))
}

const inbox ap.IRI = "https://peer001.example/inbox"

func testLane(t *testing.T, b *bench) {
	equal(t, "an empty queue", b.next(), time.Time{})
	second, third := start.Add(time.Second), start.Add(2*time.Second)
	b.apply(sending(1, start, inbox))
	b.apply(sending(3, third, inbox))
	b.apply(sending(2, second, inbox))
	equal(t, "in the order of their keys", b.waiting(inbox), []string{ulid(1), ulid(2), ulid(3)})
	equal(t, "one", good[[]ap.Delivery](t)(b.Deliveries(b.ctx, inbox, 1)), []ap.Delivery{delivery(1, inbox, start)})
	equal(t, "the lane", b.lanes(start), []ap.Lane{{Inbox: inbox, DueAt: start}})
	equal(t, "next", b.next(), start)

	b.settle(ap.Outcome{Delivery: delivery(1, inbox, start), Done: true})
	equal(t, "after the first", b.waiting(inbox), []string{ulid(2), ulid(3)})
	equal(t, "due at once for the second", b.lanes(second), []ap.Lane{{Inbox: inbox, DueAt: second}})
	b.settle(ap.Outcome{Delivery: delivery(2, inbox, start), Done: true})
	b.settle(ap.Outcome{Delivery: delivery(3, inbox, start), Done: true})
	equal(t, "after the last", b.waiting(inbox), []string(nil))
	equal(t, "no lane is left", b.lanes(start.Add(time.Hour)), []ap.Lane(nil))
	equal(t, "nor a time", b.next(), time.Time{})
}

func testRetry(t *testing.T, b *bench) {
	b.apply(sending(1, start, inbox))
	b.apply(sending(2, start, inbox))
	failed := ap.Outcome{Delivery: delivery(1, inbox, start), RetryAt: start.Add(time.Minute), Error: strings.Repeat("é", 150)}
	b.settle(failed)
	equal(t, "not due yet", b.lanes(start.Add(time.Minute-1)), []ap.Lane(nil))
	equal(t, "next", b.next(), start.Add(time.Minute))
	want := ap.Lane{Inbox: inbox, DueAt: start.Add(time.Minute), Attempts: 1, FailingSince: start, LastError: strings.Repeat("é", 100)}
	equal(t, "due", b.lanes(start.Add(time.Minute)), []ap.Lane{want})

	b.apply(sending(3, start, inbox))
	equal(t, "one that joins does not hurry it", b.next(), start.Add(time.Minute))

	b.later(time.Minute)
	failed.RetryAt, failed.Error = start.Add(time.Hour), "timeout"
	b.settle(failed)
	want = ap.Lane{Inbox: inbox, DueAt: start.Add(time.Hour), Attempts: 2, FailingSince: start, LastError: "timeout"}
	equal(t, "a second time", b.lanes(start.Add(time.Hour)), []ap.Lane{want})

	b.settle(ap.Outcome{Delivery: delivery(1, inbox, start), Done: true, Error: "given up"})
	want = ap.Lane{Inbox: inbox, DueAt: start, FailingSince: start, LastError: "given up"}
	equal(t, "given up: the next begins anew, the lane still fails", b.lanes(start), []ap.Lane{want})
	b.settle(ap.Outcome{Delivery: delivery(2, inbox, start), Done: true})
	equal(t, "delivered: it does not", b.lanes(start), []ap.Lane{{Inbox: inbox, DueAt: start}})
}

// testSettledTogether settles several deliveries of a lane at once, which is as
// if they had been settled one by one.
func testSettledTogether(t *testing.T, b *bench) {
	other := ap.IRI("https://peer002.example/inbox")
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	of := func(n int) ap.Outcome { return ap.Outcome{Delivery: delivery(n, inbox, start), Done: true} }
	for n := 1; n <= 9; n++ {
		b.apply(sending(n, at(n), inbox))
	}
	b.apply(sending(1, start, other))
	settle := func(outcomes ...ap.Outcome) {
		t.Helper()
		if err := b.Settle(b.ctx, outcomes); err != nil {
			t.Fatalf("Settle: %v", err)
		}
	}
	b.settle(ap.Outcome{Delivery: delivery(1, inbox, start), RetryAt: start, Error: "no answer"})

	settle(of(1), of(2), ap.Outcome{Delivery: delivery(1, other, start), Done: true})
	equal(t, "two taken", b.waiting(inbox), []string{ulid(3), ulid(4), ulid(5), ulid(6), ulid(7), ulid(8), ulid(9)})
	equal(t, "the lane is due for the third and fails no more, the other's is gone", b.lanes(at(99)), []ap.Lane{{Inbox: inbox, DueAt: at(3)}})

	failed := ap.Outcome{Delivery: delivery(4, inbox, start), RetryAt: at(60), Error: "answered 500"}
	settle(of(3), failed)
	failing := ap.Lane{Inbox: inbox, DueAt: at(60), Attempts: 1, FailingSince: start, LastError: "answered 500"}
	equal(t, "one taken and the next one not", b.lanes(at(99)), []ap.Lane{failing})

	settle(of(5), of(9))
	equal(t, "those behind the first", b.waiting(inbox), []string{ulid(4), ulid(6), ulid(7), ulid(8)})
	equal(t, "leave the lane as it was", b.lanes(at(99)), []ap.Lane{failing})

	given := of(4)
	given.Error = "given up"
	settle(given, of(4), of(6))
	equal(t, "given up, then one taken", b.lanes(at(99)), []ap.Lane{{Inbox: inbox, DueAt: at(7)}})
	given = of(7)
	given.Error = "given up"
	settle(given, of(8))
	equal(t, "nothing is left", b.lanes(at(99)), []ap.Lane(nil))

	for n := 11; n <= 13; n++ {
		b.apply(sending(n, at(n), inbox))
	}
	gone := of(12)
	gone.Done, gone.Gone = false, true
	settle(of(11), gone, of(13))
	equal(t, "gone", b.waiting(inbox), []string(nil))
	equal(t, "with its lane", b.lanes(at(99)), []ap.Lane(nil))
}

func testGone(t *testing.T, b *bench) {
	other := ap.IRI("https://peer002.example/inbox")
	at := func(n int, object, shared ap.IRI, state ap.FollowState) ap.Follow {
		f := follow(peer(n), object, state)
		f.SharedInbox = shared
		return f
	}
	b.apply(ap.Change{Follows: []ap.Follow{
		at(1, us, inbox, ap.FollowAccepted), at(2, us, inbox, ap.FollowPending), at(3, us, other, ap.FollowAccepted), at(4, local, inbox, ap.FollowAccepted),
	}})
	b.apply(sending(1, start, inbox, other))
	b.apply(sending(2, start, inbox))
	b.counted("before", 2, 0, 0)
	b.settle(ap.Outcome{Delivery: delivery(1, inbox, start), Gone: true})
	equal(t, "its deliveries", b.waiting(inbox), []string(nil))
	equal(t, "the other's", b.waiting(other), []string{ulid(1)})
	equal(t, "lanes", b.lanes(start), []ap.Lane{{Inbox: other, DueAt: start}})
	b.counted("after", 1, 0, 0)
	left := good[[]ap.Follow](t)(b.Followers(b.ctx, us, ap.Page{Limit: 10}))
	equal(t, "followers left", left, []ap.Follow{at(3, us, other, ap.FollowAccepted)})
	equal(t, "another's followers", len(good[[]ap.Follow](t)(b.Followers(b.ctx, local, ap.Page{Limit: 10}))), 1)
}

func testDueLanes(t *testing.T, b *bench) {
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	to := func(n int) ap.IRI { return peer(n) + "/inbox" }
	for _, n := range []int{5, 1, 4, 2, 3} {
		b.apply(sending(n, at(n), to(n)))
	}
	for _, c := range []struct {
		name  string
		now   time.Time
		limit int
		skip  []ap.IRI
		want  []ap.IRI
	}{
		{"all", at(9), 9, nil, []ap.IRI{to(1), to(2), to(3), to(4), to(5)}},
		{"up to now", at(3), 9, nil, []ap.IRI{to(1), to(2), to(3)}},
		{"at most", at(9), 2, nil, []ap.IRI{to(1), to(2)}},
		{"but those skipped", at(9), 2, []ap.IRI{to(1), to(3)}, []ap.IRI{to(2), to(4)}},
		{"none yet", start, 9, nil, nil},
		{"none wanted", at(9), 0, nil, nil},
	} {
		var got []ap.IRI
		for _, l := range good[[]ap.Lane](t)(b.DueLanes(b.ctx, c.now, c.limit, func(i ap.IRI) bool { return slices.Contains(c.skip, i) })) {
			got = append(got, l.Inbox)
		}
		equal(t, c.name, got, c.want)
	}
}

func testLate(t *testing.T, b *bench) {
	b.apply(sending(1, start, inbox))
	b.apply(sending(2, start, inbox))
	gone := delivery(9, inbox, start)
	nowhere := delivery(1, "https://nowhere.example/inbox", start)
	if err := b.Settle(b.ctx, []ap.Outcome{
		{Delivery: gone, Done: true}, {Delivery: gone, RetryAt: start.Add(time.Hour)}, {Delivery: gone, Gone: true},
		{Delivery: nowhere, Done: true}, {Delivery: nowhere, Gone: true},
		{Delivery: delivery(1, inbox, start), Done: true}, {Delivery: delivery(1, inbox, start), RetryAt: start.Add(time.Hour)},
	}); err != nil {
		t.Fatalf("Settle: %v", err)
	}
	equal(t, "left", b.waiting(inbox), []string{ulid(2)})
	equal(t, "the lane is untouched by them", b.lanes(start), []ap.Lane{{Inbox: inbox, DueAt: start}})
	if err := b.Settle(b.ctx, nil); err != nil {
		t.Errorf("no outcomes: %v", err)
	}
}

func testManyDeliveries(t *testing.T, b *bench) {
	const many = 10_000
	var to []ap.IRI
	for i := range many {
		to = append(to, ap.IRI(fmt.Sprintf("https://a-peer-with-a-name-%05d.example/ap/actors/somebody/inbox", i)))
	}
	b.apply(sending(1, start, to[7]))
	b.apply(sending(2, start, to...))
	lanes := good[[]ap.Lane](t)(b.DueLanes(b.ctx, start, 2*many, nil))
	equal(t, "lanes", len(lanes), many)
	for _, i := range []int{0, 199, 200, many - 1} {
		equal(t, "deliveries", b.waiting(to[i]), []string{ulid(2)})
	}
	equal(t, "in order", b.waiting(to[7]), []string{ulid(1), ulid(2)})
	var done []ap.Outcome
	for i := range many {
		done = append(done, ap.Outcome{Delivery: delivery(2, to[i], start), Done: true})
	}
	if err := b.Settle(b.ctx, done); err != nil {
		t.Fatalf("Settle: %v", err)
	}
	equal(t, "lanes left", b.lanes(start), []ap.Lane{{Inbox: to[7], DueAt: start}})
}

func testRefreshes(t *testing.T, b *bench) {
	due := func(n int, after time.Duration) ap.Refresh {
		return ap.Refresh{Actor: peer(n), DueAt: start.Add(after), Reason: "weekly"}
	}
	equal(t, "none", good[time.Time](t)(b.NextRefresh(b.ctx)), time.Time{})
	b.apply(ap.Change{Refreshes: []ap.Refresh{due(1, 3*time.Hour), due(2, time.Hour), due(3, 2*time.Hour)}})
	b.apply(ap.Change{Refreshes: []ap.Refresh{due(1, time.Minute)}})
	equal(t, "next", good[time.Time](t)(b.NextRefresh(b.ctx)), start.Add(time.Minute))
	got := good[[]ap.Refresh](t)(b.DueRefreshes(b.ctx, start.Add(time.Hour), 10))
	equal(t, "due", got, []ap.Refresh{due(1, time.Minute), due(2, time.Hour)})
	got = good[[]ap.Refresh](t)(b.DueRefreshes(b.ctx, start.Add(100*time.Hour), 2))
	equal(t, "at most", got, []ap.Refresh{due(1, time.Minute), due(2, time.Hour)})
}

func testRefreshDone(t *testing.T, b *bench) {
	taken := ap.Refresh{Actor: peer(1), DueAt: start, Reason: "update"}
	next := ap.Refresh{Actor: peer(1), DueAt: start.Add(time.Hour), Attempts: 1, Reason: "retry"}
	due := func() []ap.Refresh {
		return good[[]ap.Refresh](t)(b.DueRefreshes(b.ctx, start.Add(100*time.Hour), 10))
	}
	b.apply(ap.Change{Refreshes: []ap.Refresh{taken}})
	b.apply(ap.Change{RefreshesDone: []ap.RefreshDone{{Actor: peer(1), TakenDueAt: start, Next: &next}}})
	equal(t, "carried out, and again later", due(), []ap.Refresh{next})
	b.apply(ap.Change{RefreshesDone: []ap.RefreshDone{{Actor: peer(1), TakenDueAt: start}}})
	equal(t, "changed meanwhile", due(), []ap.Refresh{next})
	b.apply(ap.Change{RefreshesDone: []ap.RefreshDone{{Actor: peer(1), TakenDueAt: next.DueAt.In(time.FixedZone("", 3600))}}})
	equal(t, "carried out", due(), []ap.Refresh(nil))
	b.apply(ap.Change{RefreshesDone: []ap.RefreshDone{{Actor: peer(1), TakenDueAt: next.DueAt, Next: &next}}})
	equal(t, "removed meanwhile", due(), []ap.Refresh(nil))

	// What is asked for while one is carried out is not lost, however often and
	// however near: clocks have a grain.
	b.apply(ap.Change{Refreshes: []ap.Refresh{taken}})
	for range 3 {
		b.apply(ap.Change{Refreshes: []ap.Refresh{taken}})
		b.apply(ap.Change{RefreshesDone: []ap.RefreshDone{{Actor: peer(1), TakenDueAt: start, Next: &next}}})
	}
	again := due()
	if len(again) != 1 || again[0].DueAt.After(start) || again[0].DueAt.Before(start.Add(-time.Millisecond)) || again[0].Reason != "update" {
		t.Errorf("asked for in the same moment: got %+v, want it due about %s", again, start)
	}
}
