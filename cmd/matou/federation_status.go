package main

import (
	"context"
	"fmt"
	"time"

	"matou/federation"
	"matou/federation/ap"
)

// federationStatusCommand is matou federation status.
type federationStatusCommand struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// federationStatus tells how the node gets on with others.
var federationStatus = verb[nothing, federation.Status]{"federation/status", func(ctx context.Context, n *node, _ nothing) (federation.Status, error) {
	return n.federation.Status(ctx)
}}

// Run prints how the node gets on with others.
func (s *federationStatusCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		status, err := federationStatus.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if s.JSON {
			return t.json(status)
		}
		t.status(status, g.running(), time.Now())
		return nil
	})
}

// status prints a Status in a few lines, and what to look at below them.
func (t *terminal) status(s federation.Status, running bool, now time.Time) {
	row := func(what, text string, args ...any) {
		t.printf("%-12s %s\n", what, fmt.Sprintf(text, args...))
	}
	row("queue", "%s for %s", number(s.Deliveries, "delivery", "deliveries"), number(s.Lanes, "inbox", "inboxes"))
	row("hosts", "%d silent, %d of them given up", s.SilentHosts, s.Dead)
	switch {
	case s.Refreshes > 0:
		row("profiles", "%d to be fetched now", s.Refreshes)
	case s.NextFetch.IsZero():
		row("profiles", "none to be fetched")
	default:
		row("profiles", "none to be fetched before %s", moment(s.NextFetch))
	}
	if running {
		d, r := s.Delivery, s.Received
		row("delivered", "%d since the start; %d tried again, %d given up, %d gone; %d under way, %s left alone for a while",
			d.Delivered, d.Retried, d.GivenUp, d.Gone, d.InFlight, number(d.CircuitsOpen, "host", "hosts"))
		row("received", "%d taken since the start; %d of no concern, %d of unknown types, %d again", r.Applied, r.Ignored, r.Unknown, r.Duplicate)
		row("refused", "%d not authentic, %d not readable, %d too many, %d for faults of this node", r.Refused, r.Malformed, r.Limited, r.Failed)
		if s.SkewHosts > 0 {
			row("clock", "%+.0f s beside the median of %s", s.Skew, number(s.SkewHosts, "host", "hosts"))
		}
	} else {
		row("node", "not running: what waits leaves when it is started")
	}
	t.silent(s, now)
	t.failing(s, now)
	if skew := time.Duration(s.Skew * float64(time.Second)); skew.Abs() > maxSkew {
		t.printf("\nthe clock is off: peers refuse what is signed by it; let it be kept right (chrony, systemd-timesyncd)\n")
	}
}

// silent lists hosts that do not answer.
func (t *terminal) silent(s federation.Status, now time.Time) {
	if len(s.Silent) == 0 {
		return
	}
	t.printf("\nhosts that do not answer:\n")
	for _, one := range s.Silent {
		state := "tried again"
		if !one.DeadAt.IsZero() {
			state = "given up, tried next on " + one.ProbeAt.Local().Format(time.DateOnly)
		}
		t.printf("  %-6s %s  %s: %s\n", ago(now, one.Since), printable(one.Host), state, printable(one.LastError))
	}
	if more := s.SilentHosts - len(s.Silent); more > 0 {
		t.printf("  and %d more\n", more)
	}
}

// failing lists inboxes of which the last try failed.
func (t *terminal) failing(s federation.Status, now time.Time) {
	if len(s.Failing) == 0 {
		return
	}
	t.printf("\ninboxes that take nothing:\n")
	for _, l := range s.Failing {
		t.lane(l, now)
	}
	if more := s.FailingLanes - len(s.Failing); more > 0 {
		t.printf("  and %d more: see matou federation queue list\n", more)
	}
}

// lane prints one row of the queue.
func (t *terminal) lane(l ap.QueuedLane, now time.Time) {
	t.printf("  %s\n", printable(string(l.Inbox)))
	next := "next now"
	if l.DueAt.After(now) {
		next = "next in " + short(l.DueAt.Sub(now))
	}
	if l.FailingSince.IsZero() {
		t.printf("         %s, %s\n", number(l.Waiting, "waits", "wait"), next)
		return
	}
	t.printf("         %s, failing for %s, %s, %s: %s\n", number(l.Waiting, "waits", "wait"),
		ago(now, l.FailingSince), number(l.Attempts, "try", "tries"), next, printable(l.LastError))
}

// number writes "1 inbox", "2 inboxes".
func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// moment writes a time for a person at this machine.
func moment(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }

// ago writes how long something has lasted.
func ago(now, since time.Time) string { return short(now.Sub(since)) }

// short writes a span in its greatest unit: "3d", "5h", "2m", "40s".
func short(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", max(d, 0)/time.Second)
}
