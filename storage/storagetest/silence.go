package storagetest

import (
	"testing"
	"time"

	"matou/federation/ap"
)

func testSilences(t *testing.T, b *bench) {
	one := ap.Silence{Host: "a.example", Since: start, NoNameAt: start.Add(time.Hour), LastError: "no such host"}
	two := ap.Silence{Host: "b.example:8443", Since: start, DeadAt: start.Add(time.Hour), ProbeAt: start.Add(2 * time.Hour)}
	silences := func() map[string]ap.Silence {
		all := map[string]ap.Silence{}
		for _, s := range good[[]ap.Silence](t)(b.Silences(b.ctx)) {
			all[s.Host] = s
		}
		return all
	}
	b.apply(ap.Change{Silences: []ap.Silence{one, two}})
	equal(t, "as saved", silences(), map[string]ap.Silence{"a.example": one, "b.example:8443": two})
	one.DeadAt = start.Add(3 * time.Hour)
	b.apply(ap.Change{Silences: []ap.Silence{one}, RemoveSilences: []string{"b.example:8443", "c.example"}})
	b.reopen()
	equal(t, "replaced, and the other removed", silences(), map[string]ap.Silence{"a.example": one})
}

func testBacklog(t *testing.T, b *bench) {
	const other ap.IRI = "https://peer002.example/inbox"
	size := func() [2]int {
		lanes, deliveries := b.QueueSize()
		return [2]int{lanes, deliveries}
	}
	equal(t, "empty", size(), [2]int{})
	b.apply(sending(1, start, inbox, other))
	b.apply(sending(2, start, inbox))
	equal(t, "three for two", size(), [2]int{2, 3})
	later := start.Add(time.Hour)
	b.settle(ap.Outcome{Delivery: delivery(1, inbox, start), RetryAt: later, Error: "no answer"})
	failing := ap.Lane{Inbox: inbox, DueAt: later, Attempts: 1, FailingSince: start, LastError: "no answer"}
	all := good[[]ap.QueuedLane](t)(b.Lanes(b.ctx, "", ap.Page{Limit: 10}))
	equal(t, "all", all, []ap.QueuedLane{{Lane: failing, Waiting: 2}, {Lane: ap.Lane{Inbox: other, DueAt: start}, Waiting: 1}})
	equal(t, "one host", good[[]ap.QueuedLane](t)(b.Lanes(b.ctx, "peer002.example", ap.Page{Limit: 10})), all[1:])
	equal(t, "a page", good[[]ap.QueuedLane](t)(b.Lanes(b.ctx, "", ap.Page{Limit: 1})), all[:1])
	equal(t, "the next page", good[[]ap.QueuedLane](t)(b.Lanes(b.ctx, "", ap.Page{Limit: 1, After: string(inbox)})), all[1:])

	b.later(time.Minute)
	b.apply(ap.Change{RetryLanes: []ap.IRI{inbox, "https://nobody.example/inbox"}})
	failing.DueAt = start.Add(time.Minute)
	equal(t, "due now, with its tries", b.lanes(failing.DueAt), []ap.Lane{{Inbox: other, DueAt: start}, failing})
	b.apply(ap.Change{DropLanes: []ap.IRI{inbox, "https://nobody.example/inbox"}})
	equal(t, "dropped", b.waiting(inbox), []string(nil))
	equal(t, "one is left", size(), [2]int{1, 1})
	b.reopen()
	equal(t, "after a restart", size(), [2]int{1, 1})
	b.settle(ap.Outcome{Delivery: delivery(1, other, start), Done: true})
	equal(t, "none is left", size(), [2]int{})
	equal(t, "actors", good[int](t)(b.CountActors(b.ctx)), 0)
}
