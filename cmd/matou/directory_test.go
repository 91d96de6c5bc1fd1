package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/search"
	"matou/federation/ap"
	"matou/storage/badger"
)

func openMemory(t *testing.T) *badger.Store {
	t.Helper()
	s, err := badger.Open(badger.Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func apply(t *testing.T, s *badger.Store, c ap.Change) {
	t.Helper()
	if _, err := s.Apply(context.Background(), c); err != nil {
		t.Fatal(err)
	}
}

// What is listed, changed and removed in the store is so in the index: what
// stood there before the feeder began, more than one batch of it, and what
// comes while it runs.
func TestFeeder(t *testing.T) {
	s := openMemory(t)
	listings := directorytest.Listings(feedBatch+20, 7)
	for i := 0; i < len(listings); i += 100 {
		apply(t, s, ap.Change{Listings: listings[i:min(i+100, len(listings))]})
	}
	v := directory.LoadVocabulary()
	f := &feeder{feed: s, index: search.New(&v, nil), log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.run(ctx) }()
	awaitLen(t, f.index, len(listings))
	if !f.ready.Load() {
		t.Error("got not ready, want ready once the index has caught up")
	}
	apply(t, s, ap.Change{RemoveListings: []directory.ID{listings[0].Hoster.ID, listings[1].Hoster.ID}})
	awaitLen(t, f.index, len(listings)-2)
	apply(t, s, ap.Change{Listings: listings[:1]})
	awaitLen(t, f.index, len(listings)-1)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("got %v, want nil after the end of ctx", err)
	}
}

func awaitLen(t *testing.T, x *search.Index, want int) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); x.Len() != want; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("got %d listings in the index, want %d", x.Len(), want)
		}
	}
}

// brokenFeed fails a number of times before it gives a listing.
type brokenFeed struct{ failures int }

func (b *brokenFeed) ListingChanges(_ context.Context, after uint64, _ int) ([]directory.ListingChange, error) {
	if b.failures > 0 {
		b.failures--
		return nil, errors.New("disk on fire")
	}
	if after > 0 {
		return nil, nil
	}
	l := directorytest.Listings(1, 1)[0]
	return []directory.ListingChange{{Sequence: 1, ID: l.Hoster.ID, Listing: &l}}, nil
}

func (*brokenFeed) ListingsChanged() (<-chan struct{}, func()) { return nil, func() {} }

// A feed that fails is asked again: the index is not behind for ever.
func TestFeederRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := directory.LoadVocabulary()
		f := &feeder{feed: &brokenFeed{failures: 3}, index: search.New(&v, nil), log: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithTimeout(context.Background(), 5*feedRetry)
		defer cancel()
		if err := f.run(ctx); err != nil {
			t.Fatal(err)
		}
		if got := f.index.Len(); got != 1 {
			t.Errorf("got %d listings after the feed had mended, want 1", got)
		}
	})
}

// Notices of hosters that are not listed are not shown, but for the node's
// own; deleted ones are gone.
func TestShownNotices(t *testing.T) {
	s := openMemory(t)
	ctx := context.Background()
	listing := directorytest.Listings(1, 3)[0]
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	notice := func(hoster directory.ID, name string) directory.Notice {
		return directory.Notice{
			ID: directory.ID("https://a.example/ap/notes/" + name), Hoster: hoster, Kind: directory.NoticeIncident,
			Stage: directory.Investigating, Title: name, Language: "fr", PublishedAt: now, UpdatedAt: now,
		}
	}
	const own, stranger = "https://own.example/ap/actors/own", "https://b.example/ap/actors/b"
	gone := ap.IRI("https://a.example/ap/notes/gone")
	apply(t, s, ap.Change{
		Listings:  []directory.Listing{listing},
		Notices:   []directory.Notice{notice(listing.Hoster.ID, "listed"), notice(own, "own"), notice(stranger, "stranger")},
		Documents: []ap.Document{{IRI: gone, Type: "Tombstone", Tombstone: true, UpdatedAt: now, ExpiresAt: time.Now().Add(time.Hour)}},
	})
	d := &shownDirectory{records: s, own: own}
	all, err := d.Notices(ctx, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Title != "listed" {
		t.Errorf("got %d notices, want the listed hoster's alone: %+v", len(all), all)
	}
	for name, want := range map[string]error{"listed": nil, "own": nil, "stranger": directory.ErrNotFound, "nothing": directory.ErrNotFound, "gone": directory.ErrGone} {
		if _, err := d.Notice(ctx, directory.ID("https://a.example/ap/notes/"+name)); !errors.Is(err, want) {
			t.Errorf("notice %s: got %v, want %v", name, err, want)
		}
	}
}
