package federation

import (
	"context"
	"slices"
	"time"

	"matou/federation/ap"
	"matou/federation/delivery"
)

// Status tells how a node gets on with others. What a node counts since its
// start is zero where it does not run.
type Status struct {
	Lanes        int             `json:"lanes"`        // inboxes that something waits for
	Deliveries   int             `json:"deliveries"`   // what waits
	Failing      []ap.QueuedLane `json:"failing"`      // lanes of which the last try failed, longest first; 50 at most
	FailingLanes int             `json:"failingLanes"` // all of them
	SilentHosts  int             `json:"silentHosts"`  // all hosts to which nothing can be delivered
	Silent       []ap.Silence    `json:"silent"`       // hosts to which nothing can be delivered, longest first; 50 at most
	Dead         int             `json:"dead"`         // those of them that were given up, all counted
	Delivery     delivery.Stats  `json:"delivery"`
	Received     ReceiveStats    `json:"received"`
	Refreshes    int             `json:"refreshes"`          // profiles that are due to be fetched
	NextFetch    time.Time       `json:"nextFetch,omitzero"` // when the next one is due
	Skew         float64         `json:"skewSeconds"`        // how far our clock is ahead of others'
	SkewHosts    int             `json:"skewHosts"`          // of how many hosts that is the median
}

const (
	statusRows    = 50
	mostDueTold   = 1000
	mostLanes     = 5000 // listed to a keeper
	lanesTogether = 200  // changed in one transaction
)

// Status gives a snapshot.
func (n *Node) Status(ctx context.Context) (Status, error) {
	var s Status
	s.Lanes, s.Deliveries = n.store.QueueSize()
	s.Delivery, s.Received = n.Stats(), n.ReceiveStats()
	lanes, err := n.Queued(ctx, "")
	if err != nil {
		return Status{}, err
	}
	for _, l := range lanes {
		if !l.FailingSince.IsZero() {
			s.Failing = append(s.Failing, l)
		}
	}
	slices.SortFunc(s.Failing, func(a, b ap.QueuedLane) int { return a.FailingSince.Compare(b.FailingSince) })
	s.FailingLanes = len(s.Failing)
	s.Failing = s.Failing[:min(len(s.Failing), statusRows)]
	if s.Silent, err = n.store.Silences(ctx); err != nil {
		return Status{}, err
	}
	for _, one := range s.Silent {
		if !one.DeadAt.IsZero() {
			s.Dead++
		}
	}
	slices.SortFunc(s.Silent, func(a, b ap.Silence) int { return a.Since.Compare(b.Since) })
	s.SilentHosts = len(s.Silent)
	s.Silent = s.Silent[:min(len(s.Silent), statusRows)]
	due, err := n.store.DueRefreshes(ctx, n.clock(), mostDueTold)
	if err != nil {
		return Status{}, err
	}
	s.Refreshes = len(due)
	if s.NextFetch, err = n.store.NextRefresh(ctx); err != nil {
		return Status{}, err
	}
	fetched := n.client.Stats()
	s.Skew, s.SkewHosts = fetched.Skew.Seconds(), fetched.SkewOf
	return s, nil
}

// Queued gives the lanes of a host ("": of all), by inbox, 5,000 at most.
func (n *Node) Queued(ctx context.Context, host string) ([]ap.QueuedLane, error) {
	var all []ap.QueuedLane
	for len(all) < mostLanes {
		p := ap.Page{Limit: 200}
		if len(all) > 0 {
			p.After = string(all[len(all)-1].Inbox)
		}
		page, err := n.store.Lanes(ctx, host, p)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
	}
	return all, nil
}

// RetryHost makes everything that waits for a host due now, and gives the
// number of its inboxes.
func (n *Node) RetryHost(ctx context.Context, host string) (lanes int, err error) {
	return n.changeLanes(ctx, host, func(c *ap.Change, inboxes []ap.IRI) { c.RetryLanes = inboxes })
}

// DropHost throws away what waits for a host, and gives the number of its
// inboxes.
func (n *Node) DropHost(ctx context.Context, host string) (lanes int, err error) {
	return n.changeLanes(ctx, host, func(c *ap.Change, inboxes []ap.IRI) { c.DropLanes = inboxes })
}

func (n *Node) changeLanes(ctx context.Context, host string, change func(*ap.Change, []ap.IRI)) (int, error) {
	all, err := n.Queued(ctx, host)
	if err != nil {
		return 0, err
	}
	var inboxes []ap.IRI
	for _, l := range all {
		inboxes = append(inboxes, l.Inbox)
	}
	for at := 0; at < len(inboxes); at += lanesTogether {
		var c ap.Change
		change(&c, inboxes[at:min(at+lanesTogether, len(inboxes))])
		if _, err := n.store.Apply(ctx, c); err != nil {
			return at, err
		}
	}
	n.worker.Wake()
	return len(inboxes), nil
}
