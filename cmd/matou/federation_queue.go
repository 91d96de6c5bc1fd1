package main

import (
	"context"
	"time"

	"matou/federation/ap"
)

// federationQueueCommands are matou federation queue ….
type federationQueueCommands struct {
	List  queueListCommand  `cmd:"" default:"withargs" help:"List the inboxes that something waits for."`
	Retry queueRetryCommand `cmd:"" help:"Try now what waits for a host."`
	Drop  queueDropCommand  `cmd:"" help:"Throw away what waits for a host: it will never hear of it."`
}

// queueListCommand is matou federation queue list.
type queueListCommand struct {
	Host string `arg:"" optional:"" help:"Only those of this host."`
	JSON bool   `name:"json" help:"Print them as JSON."`
}

// queueRetryCommand is matou federation queue retry.
type queueRetryCommand struct {
	Host string `arg:"" help:"The host, as matou federation queue lists it."`
}

// queueDropCommand is matou federation queue drop.
type queueDropCommand struct {
	Host string `arg:"" help:"The host, as matou federation queue lists it."`
}

// hostName names a host, "" for all of them.
type hostName struct {
	Host string `json:"host"`
}

// touched tells how many lanes a verb touched.
type touched struct {
	Lanes int `json:"lanes"`
}

// The verbs of the queue.
var (
	listQueue = verb[hostName, []ap.QueuedLane]{"federation/queue/list", func(ctx context.Context, n *node, h hostName) ([]ap.QueuedLane, error) {
		return n.federation.Queued(ctx, h.Host)
	}}
	retryQueue = verb[hostName, touched]{"federation/queue/retry", func(ctx context.Context, n *node, h hostName) (touched, error) {
		lanes, err := n.federation.RetryHost(ctx, h.Host)
		return touched{lanes}, err
	}}
	dropQueue = verb[hostName, touched]{"federation/queue/drop", func(ctx context.Context, n *node, h hostName) (touched, error) {
		lanes, err := n.federation.DropHost(ctx, h.Host)
		return touched{lanes}, err
	}}
)

// Run lists what waits.
func (q *queueListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listQueue.call(ctx, g, hostName{q.Host})
		if err != nil {
			return err
		}
		if q.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("nothing waits\n")
		}
		for _, l := range all {
			t.lane(l, time.Now())
		}
		return nil
	})
}

// Run makes the lanes of a host due.
func (q *queueRetryCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		done, err := retryQueue.call(ctx, g, hostName{q.Host})
		if err != nil {
			return err
		}
		if done.Lanes == 0 {
			t.printf("nothing waits for %s\n", printable(q.Host))
			return nil
		}
		t.printf("what waits for %s of %s is due now\n", number(done.Lanes, "inbox", "inboxes"), printable(q.Host))
		t.asSoonAsItRuns(g)
		return nil
	})
}

// Run drops what waits for a host.
func (q *queueDropCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		done, err := dropQueue.call(ctx, g, hostName{q.Host})
		if err != nil {
			return err
		}
		if done.Lanes == 0 {
			t.printf("nothing waits for %s\n", printable(q.Host))
			return nil
		}
		t.printf("what waited for %s is thrown away; its followers stay\n", printable(q.Host))
		return nil
	})
}

// asSoonAsItRuns says when what is due is tried.
func (t *terminal) asSoonAsItRuns(g *target) {
	if !g.running() {
		t.printf("the node is not running: it is tried when matou serve is started\n")
	}
}
