package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/search"
	"matou/federation/ap"
)

// watchedFeed notes from where on a feed is read.
type watchedFeed struct {
	listingFeed
	mu    sync.Mutex
	first uint64 // the least that was asked after
}

func (w *watchedFeed) ListingChanges(ctx context.Context, after uint64, limit int) ([]directory.ListingChange, error) {
	w.mu.Lock()
	w.first = min(w.first, after)
	w.mu.Unlock()
	return w.listingFeed.ListingChanges(ctx, after, limit)
}

// A node that starts again takes its index up where it left it: it reads what
// has changed meanwhile, and nothing else. A snapshot of another directory, or
// of other words, is not taken.
func TestFeederTakesTheIndexUp(t *testing.T) {
	s := openMemory(t)
	listings := directorytest.Listings(60, 7)
	apply(t, s, ap.Change{Listings: listings[:50]})
	v := directory.LoadVocabulary()
	path := filepath.Join(t.TempDir(), snapshotName)
	run := func(feed listingFeed, key string, want int) *search.Index {
		t.Helper()
		f := &feeder{
			feed: feed, index: search.New(&v, nil), log: slog.New(slog.DiscardHandler),
			snapshot: &snapshot{path: path, key: key},
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- f.run(ctx) }()
		awaitLen(t, f.index, want)
		for !f.ready.Load() {
			awaitLen(t, f.index, want)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		return f.index
	}
	run(s, "a", 50)
	apply(t, s, ap.Change{Listings: listings[49:], RemoveListings: []directory.ID{listings[0].Hoster.ID, listings[1].Hoster.ID}})
	for _, c := range []struct {
		key   string
		whole bool // the feed is read from its beginning
	}{{"a", false}, {"b", true}, {"b", false}} {
		w := &watchedFeed{listingFeed: s, first: 1 << 60}
		x := run(w, c.key, 58)
		if (w.first == 0) != c.whole {
			t.Errorf("key %s: got the feed from %d on, want all of it: %t", c.key, w.first, c.whole)
		}
		fresh := search.New(&v, nil)
		fresh.PutAll(listings[2:])
		q := directory.Query{Text: "nuage", Limit: directory.MaxLimit}
		if got, want := x.Search(q), fresh.Search(q); !reflect.DeepEqual(got, want) {
			t.Errorf("key %s: got %+v, want %+v", c.key, got, want)
		}
	}
	empty := openMemory(t)
	apply(t, empty, ap.Change{Listings: listings[:1]})
	run(empty, "b", 1)
}
