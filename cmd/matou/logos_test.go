package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"log/slog"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/storage/badger"
	"matou/web/logo"
)

// TestLogosAreFetchedInTheNodesOwnTime: once for each address, not again until
// it is due, never faster for a hoster that changes its mind, and dropped with
// the listing.
func TestLogosAreFetchedInTheNodesOwnTime(t *testing.T) {
	store, err := badger.Open(badger.Options{InMemory: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	cache, err := logo.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	now, asked := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), []string{}
	broken := errors.New("no answer")
	k := &logoKeeper{
		feed: store, cache: cache, clock: func() time.Time { return now }, log: slog.New(slog.DiscardHandler),
		fetch: func(_ context.Context, address, accept string, most int64) ([]byte, error) {
			asked = append(asked, address)
			if accept != logo.Accept || most != logo.MaxFetched {
				t.Errorf("got asked for %q, %d bytes", accept, most)
			}
			return picture.Bytes(), broken
		},
		wanted: map[directory.ID]string{}, tried: map[directory.ID]time.Time{}, failed: map[string]time.Time{},
	}
	l := directorytest.Listing("Les Lucioles")
	change := func(c ap.Change) {
		t.Helper()
		if _, err := store.Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	pass := func(what string, later time.Duration, want int) {
		t.Helper()
		now, asked = now.Add(later), nil
		if err := k.keepUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(asked) != want {
			t.Errorf("%s: asked for %q, want %d", what, asked, want)
		}
	}
	pass("nobody is listed", 0, 0)
	change(ap.Change{Listings: []directory.Listing{l}})
	pass("a hoster is listed, and does not answer", time.Minute, 1)
	pass("soon after", time.Hour, 0)
	broken = nil
	pass("a day later", logoRetry, 1)
	if name, _ := cache.Logo(l.Hoster.Logo); name == "" {
		t.Error("the picture is not kept")
	}
	pass("a day later again", 24*time.Hour, 0)
	pass("a week later", logoFresh, 1)
	before := l.Hoster.Logo
	l.Hoster.Logo = "https://les-lucioles.example/other.png"
	change(ap.Change{Listings: []directory.Listing{l}})
	pass("another address, at once", time.Minute, 0)
	if name, _ := cache.Logo(before); name != "" {
		t.Error("a picture that nobody names is kept")
	}
	pass("another address, an hour later", logoPause, 1)
	change(ap.Change{RemoveListings: []directory.ID{l.Hoster.ID}})
	pass("the hoster has left", 2*logoFresh, 0)
	if name, _ := cache.Logo(l.Hoster.Logo); name != "" {
		t.Error("the picture of a hoster that left is kept")
	}
}
