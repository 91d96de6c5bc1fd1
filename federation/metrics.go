package federation

import (
	"context"
	"maps"
	"sync"
	"time"

	"matou/federation/ap"
	"matou/federation/delivery"
	"matou/federation/fetch"
)

// What becomes of a received activity, as metrics name it.
const (
	resultApplied   = "applied"
	resultIgnored   = "ignored"
	resultUnknown   = "unknown"
	resultDuplicate = "duplicate"
	resultRefused   = "refused"
	resultMalformed = "malformed"
	resultLimited   = "limited"
	resultFailed    = "failed"
)

// typeLabel gives the type of an activity as a label: one of a closed list,
// "other", or "unread" where the type was not even looked at.
func typeLabel(kind string) string {
	switch kind {
	case "Accept", "Add", "Announce", "Block", "Create", "Delete", "Flag", "Follow", "Like",
		"Move", "Reject", "Remove", "Undo", "Update":
		return kind
	case "":
		return "unread"
	}
	return "other"
}

// tally counts by one or two labels, each of a closed list.
type tally struct {
	mu     sync.Mutex
	counts map[[2]string]uint64
}

func (t *tally) add(first, second string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[[2]string]uint64{}
	}
	t.counts[[2]string{first, second}]++
}

func (t *tally) snapshot() map[[2]string]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

// Metrics are the counts since the start that Status leaves out, and gauges of
// what is kept.
type Metrics struct {
	Inbox        map[[2]string]uint64 // activities received, by type and result
	Refusals     map[string]uint64    // those that were not authentic, by reason
	ReadsLimited uint64               // documents not given to an address that asked too often
	Fetch        fetch.Stats
	Delivery     delivery.Stats
	Latency      delivery.Latency
	Lanes        int
	Deliveries   int
	Followers    int // of all our actors
	Following    int
	Silent, Dead int // hosts
	Actors       int // of other nodes, counted at most once a minute
	Refreshes    int // due, counted up to 1,000
}

// Metrics gives a snapshot. It reads a few records and walks over none.
func (n *Node) Metrics(ctx context.Context) (Metrics, error) {
	m := Metrics{
		Inbox: n.in.tally.snapshot(), Refusals: map[string]uint64{}, ReadsLimited: n.in.counts.readsLimited.Load(),
		Fetch: n.client.Stats(), Delivery: n.worker.Stats(), Latency: n.worker.Latency(),
	}
	for labels, count := range n.in.refusals.snapshot() {
		m.Refusals[labels[0]] = count
	}
	m.Lanes, m.Deliveries = n.store.QueueSize()
	for _, kind := range []ap.LocalKind{ap.KindHoster, ap.KindAggregator} {
		a, ok := n.localKind(kind)
		if !ok {
			continue
		}
		followers, following, _, err := n.store.Count(ctx, a.ID)
		if err != nil {
			return Metrics{}, err
		}
		m.Followers += followers
		m.Following += following
	}
	m.Silent, m.Dead = n.worker.Silent()
	due, err := n.store.DueRefreshes(ctx, n.clock(), mostDueTold)
	if err != nil {
		return Metrics{}, err
	}
	m.Refreshes = len(due)
	m.Actors, err = n.actorCount.of(ctx, n.store)
	return m, err
}

// actorCount remembers for a while how many actors are kept: counting them
// walks over them all.
type actorCount struct {
	mu    sync.Mutex
	at    time.Time
	count int
}

func (a *actorCount) of(ctx context.Context, store Backlog) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if !a.at.IsZero() && now.Sub(a.at) < time.Minute {
		return a.count, nil
	}
	count, err := store.CountActors(ctx)
	if err == nil {
		a.at, a.count = now, count
	}
	return count, err
}

// Working reports whether what Run does is being done.
func (n *Node) Working() bool { return n.worker.Running() && n.refreshing.Load() }
