package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"matou/federation/ap"
	"matou/federation/delivery"
)

// try is one try that a peer saw.
type try struct {
	at       time.Time
	inbox    ap.IRI
	activity ap.IRI
}

// bench is a worker on a real store in memory, and the peers that it delivers
// to. It lives in a bubble of synctest: days pass in no time.
type bench struct {
	t      *testing.T
	store  *rim
	worker *delivery.Worker
	stop   context.CancelFunc
	ended  chan struct{}

	mu    sync.Mutex
	tries []try
	most  map[string]int // tries at once, by host; "" for all
	now   map[string]int
	sent  int
	lost  []string
}

// answers is what peers say to the nth try of a delivery.
type answers func(ctx context.Context, d ap.Delivery, nth int) delivery.Result

func status(code int) delivery.Result { return delivery.Classify(code, nil) }

func always(r delivery.Result) answers {
	return func(context.Context, ap.Delivery, int) delivery.Result { return r }
}

// silent is a host that does not answer.
func silent() delivery.Result { return delivery.Classify(0, errors.New("connection refused")) }

func newBench(t *testing.T, s *rim, answer answers) *bench {
	t.Helper()
	b := &bench{t: t, store: s, most: map[string]int{}, now: map[string]int{}}
	b.start(answer)
	t.Cleanup(b.halt)
	return b
}

// start runs a worker, as after a start of the node.
func (b *bench) start(answer answers) {
	ctx, stop := context.WithCancel(context.Background())
	b.stop, b.ended = stop, make(chan struct{})
	b.worker = delivery.New(b.store, b.store.Document, b.post(answer), delivery.Options{
		Hosts: rimHosts{b.store},
		Lost: func(_ context.Context, host string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.lost = append(b.lost, host)
		},
		Revived: func(_ context.Context, host string) {
			if err := b.store.Apply(ap.Change{RetryLanes: []ap.IRI{inboxOf(host)}}); err != nil {
				b.t.Error(err)
			}
		},
	})
	go func(w *delivery.Worker, ended chan struct{}) {
		defer close(ended)
		if err := w.Run(ctx); err != nil {
			b.t.Errorf("Run: %v", err)
		}
	}(b.worker, b.ended)
}

func (b *bench) halt() {
	b.stop()
	<-b.ended
}

func (b *bench) post(answer answers) delivery.Post {
	return func(ctx context.Context, d ap.Delivery, body []byte) delivery.Result {
		if want := "body of " + string(d.Activity); string(body) != want {
			b.t.Errorf("body is %q, want %q", body, want)
		}
		b.mu.Lock()
		nth := 1
		for _, t := range b.tries {
			if t.inbox == d.Inbox && t.activity == d.Activity {
				nth++
			}
		}
		b.tries = append(b.tries, try{time.Now(), d.Inbox, d.Activity})
		for _, host := range []string{d.Inbox.Host(), ""} {
			b.now[host]++
			b.most[host] = max(b.most[host], b.now[host])
		}
		b.mu.Unlock()
		r := answer(ctx, d, nth)
		b.mu.Lock()
		b.now[d.Inbox.Host()]--
		b.now[""]--
		b.mu.Unlock()
		return r
	}
}

// queue queues one activity for each of the inboxes.
func (b *bench) queue(inboxes ...ap.IRI) ap.IRI {
	b.t.Helper()
	b.sent++
	iri := ap.IRI(fmt.Sprintf("https://hoster.example/ap/activities/%04d", b.sent))
	c := ap.Change{Documents: []ap.Document{{
		IRI: iri, Type: "Create", Owner: "https://hoster.example/ap/actors/zoe", Local: true,
		Body: []byte("body of " + string(iri)), UpdatedAt: time.Now(), FetchedAt: time.Now(),
	}}}
	for _, inbox := range inboxes {
		c.Deliveries = append(c.Deliveries, ap.Delivery{
			Key: fmt.Sprintf("%026d", b.sent), Activity: iri, Inbox: inbox,
			Signer: "https://hoster.example/ap/actors/zoe", CreatedAt: time.Now(),
		})
	}
	if err := b.store.Apply(c); err != nil {
		b.t.Fatal(err)
	}
	b.worker.Wake()
	return iri
}

// seen gives the tries so far.
func (b *bench) seen() []try {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]try(nil), b.tries...)
}

// left gives how many deliveries an inbox still waits for.
func (b *bench) left(inbox ap.IRI) int {
	b.t.Helper()
	all, err := b.store.Deliveries(b.t.Context(), inbox, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(all)
}

func inboxOf(host string) ap.IRI { return ap.IRI("https://" + host + "/inbox") }

// activities gives what an inbox saw, in order, repetitions left out.
func (b *bench) activities(inbox ap.IRI) []ap.IRI {
	var all []ap.IRI
	for _, t := range b.seen() {
		if t.inbox == inbox && !slices.Contains(all, t.activity) {
			all = append(all, t.activity)
		}
	}
	return all
}

// atOnce gives how many tries a host saw at once; "" is for all.
func (b *bench) atOnce(host string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.most[host]
}

// wantStats fails the test where the counts are others.
func (b *bench) wantStats(want delivery.Stats) {
	b.t.Helper()
	if got := b.worker.Stats(); got != want {
		b.t.Errorf("stats are %+v, want %+v", got, want)
	}
}
