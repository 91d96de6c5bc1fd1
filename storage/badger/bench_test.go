package badger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Open(Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// incoming is what one received activity changes.
func incoming(n int64) ap.Change {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	id := ap.IRI(fmt.Sprintf("https://peer%d.example/activities/%d", n%50, n))
	return ap.Change{
		Activity:  &ap.Activity{ID: id, Type: "Create", Actor: "https://peer.example/actor", ReceivedAt: at},
		Documents: []ap.Document{{IRI: id + "/object", Type: "Note", Body: make([]byte, 2000), UpdatedAt: at}},
	}
}

// BenchmarkApply measures durable Changes, from one goroutine and from many.
func BenchmarkApply(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := benchStore(b)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if _, err := s.Apply(context.Background(), incoming(n)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
			b.ReportMetric(float64(s.commits)/float64(b.N), "syncs/change")
		})
	}
}

// BenchmarkDocument measures reads of single records, in random order.
func BenchmarkDocument(b *testing.B) {
	s := benchStore(b)
	const all = 5000
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for n := w; n < all; n += 16 {
				if _, err := s.Apply(context.Background(), incoming(int64(n))); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Document(context.Background(), incoming(rand.Int64N(all)).Documents[0].IRI); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

// BenchmarkInboxes measures the fan-out of one activity: 5,000 followers on 500
// inboxes.
func BenchmarkInboxes(b *testing.B) {
	s := benchStore(b)
	for n := range 50 {
		var c ap.Change
		for i := range 100 {
			actor := ap.IRI(fmt.Sprintf("https://peer%d.example/actors/%d", n*10+i%10, i))
			c.Follows = append(c.Follows, ap.Follow{
				ID: actor, Actor: actor, Object: "https://hoster.example/actor", State: ap.FollowAccepted,
				Inbox: actor + "/inbox", SharedInbox: ap.IRI(fmt.Sprintf("https://peer%d.example/inbox", n*10+i%10)),
			})
		}
		if _, err := s.Apply(context.Background(), c); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for range b.N {
		all, err := s.Inboxes(context.Background(), "https://hoster.example/actor")
		if err != nil || len(all) != 500 {
			b.Fatalf("got %d, %v, want 500", len(all), err)
		}
	}
}

// BenchmarkQueue measures one delivery from Apply to Settle, with all that a
// queue leaves behind: the earliest lane is asked for each time.
func BenchmarkQueue(b *testing.B) {
	s := benchStore(b)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ctx := context.Background()
	for n := range b.N {
		at = at.Add(time.Second)
		d := ap.Delivery{Key: fmt.Sprintf("%026d", n), Activity: "https://hoster.example/a", Inbox: ap.IRI(fmt.Sprintf("https://peer%d.example/inbox", n)), Signer: "https://hoster.example/actor", CreatedAt: at}
		if _, err := s.Apply(ctx, ap.Change{Deliveries: []ap.Delivery{d}}); err != nil {
			b.Fatal(err)
		}
		lanes, err := s.DueLanes(ctx, at, 10, nil)
		if err != nil || len(lanes) != 1 {
			b.Fatalf("lanes: %v, %v", lanes, err)
		}
		if err := s.Settle(ctx, []ap.Outcome{{Delivery: d, Done: true}}); err != nil {
			b.Fatal(err)
		}
		if next, err := s.NextDue(ctx); err != nil || !next.IsZero() {
			b.Fatalf("next: %v, %v", next, err)
		}
	}
}

// BenchmarkManyDeliveries measures one Change with 10,000 deliveries.
func BenchmarkManyDeliveries(b *testing.B) {
	s := benchStore(b)
	for n := range b.N {
		c := ap.Change{Listings: []directory.Listing{}}
		for i := range 10_000 {
			c.Deliveries = append(c.Deliveries, ap.Delivery{
				Key: fmt.Sprintf("%013d%013d", n, i), Activity: "https://hoster.example/ap/activities/01J00000000000000000000000", Signer: "https://hoster.example/ap/actors/chatdroite",
				Inbox: ap.IRI(fmt.Sprintf("https://peer%05d.example/ap/actors/somebody/inbox", i)),
			})
		}
		if _, err := s.Apply(context.Background(), c); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMostDeliveries finds how many deliveries one Change may hold.
func TestMostDeliveries(t *testing.T) {
	s, err := Open(Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fits := func(n int) bool {
		var all []ap.Delivery
		for i := range n {
			all = append(all, ap.Delivery{
				Key: fmt.Sprintf("%026d", i), Activity: "https://hoster.example/ap/activities/01J00000000000000000000000", Signer: "https://hoster.example/ap/actors/chatdroite",
				Inbox: ap.IRI(fmt.Sprintf("https://peer%06d.example/ap/actors/somebody/inbox", i)),
			})
		}
		w, err := s.begin()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Discard()
		return w.enqueue(all) == nil
	}
	low, high := 1, 100_000
	for high-low > 100 {
		if mid := (low + high) / 2; fits(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	t.Logf("one Change holds %d deliveries", low)
	if low < 10_000 {
		t.Errorf("one Change holds %d deliveries, want at least 10,000", low)
	}
}
