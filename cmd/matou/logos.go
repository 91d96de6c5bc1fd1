package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"matou/directory"
	"matou/web/logo"
)

const (
	logoFresh = 7 * 24 * time.Hour // a picture is fetched again after this
	logoRetry = 24 * time.Hour     // one that could not be, after this
	logoPause = time.Hour          // between two of one hoster, whatever it says meanwhile
	logoPace  = time.Second        // between any two
)

// fetchPicture fetches a file of one of some media types, bounded.
type fetchPicture func(ctx context.Context, address, accept string, most int64) ([]byte, error)

// logoKeeper fetches the logos of the hosters that this node shows, in its own
// time: what visitors do has no part in it.
type logoKeeper struct {
	feed  listingFeed
	own   func(ctx context.Context) (directory.Hoster, error) // nil without that role
	fetch fetchPicture
	cache *logo.Cache
	clock func() time.Time
	log   *slog.Logger

	after  uint64
	wanted map[directory.ID]string    // the address that each hoster names
	tried  map[directory.ID]time.Time // when something was last fetched for it
	failed map[string]time.Time       // when an address last gave nothing
}

// newLogoKeeper opens the folder of pictures of a node. The folder is no part
// of a backup: it fills again.
func newLogoKeeper(n *node) (*logoKeeper, error) {
	cache, err := logo.OpenCache(filepath.Join(n.config.dataDir(), "logos"))
	if err != nil {
		return nil, err
	}
	k := &logoKeeper{
		feed: n.store, fetch: n.federation.Picture, cache: cache, clock: time.Now, log: n.log,
		wanted: map[directory.ID]string{}, tried: map[directory.ID]time.Time{}, failed: map[string]time.Time{},
	}
	if n.config.has(roleHoster) {
		k.own = n.federation.Hoster
	}
	return k, nil
}

// run keeps the pictures in step with the listings until ctx ends.
func (k *logoKeeper) run(ctx context.Context) error {
	changed, cancel := k.feed.ListingsChanged()
	defer cancel()
	look := time.NewTicker(time.Minute)
	defer look.Stop()
	for {
		if err := k.keepUp(ctx); err != nil && ctx.Err() == nil {
			k.log.ErrorContext(ctx, "logos are behind", slog.String("reason", err.Error()))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-look.C:
		}
	}
}

// keepUp learns which pictures are wanted, drops the others, and fetches what
// is due.
func (k *logoKeeper) keepUp(ctx context.Context) error {
	if err := k.learn(ctx); err != nil {
		return err
	}
	addresses := make([]string, 0, len(k.wanted))
	for _, a := range k.wanted {
		addresses = append(addresses, a)
	}
	if err := k.cache.Sweep(addresses); err != nil {
		return err
	}
	for id, address := range k.wanted {
		if !k.due(id, address) {
			continue
		}
		k.keep(ctx, id, address)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(logoPace):
		}
	}
	return nil
}

// learn reads which hosters are listed now, and which logos they name.
func (k *logoKeeper) learn(ctx context.Context) error {
	for {
		changes, err := k.feed.ListingChanges(ctx, k.after, feedBatch)
		if err != nil {
			return fmt.Errorf("read the changed listings: %w", err)
		}
		for _, c := range changes {
			address := ""
			if c.Listing != nil {
				address = c.Listing.Hoster.Logo
			}
			k.want(c.ID, address)
			k.after = c.Sequence
		}
		if len(changes) < feedBatch {
			break
		}
	}
	if k.own == nil {
		return nil
	}
	h, err := k.own(ctx)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the node's own profile: %w", err)
	}
	k.want("", h.Logo) // under no id: it may be listed here too
	return nil
}

// want notes which logo a hoster names; "" is none.
func (k *logoKeeper) want(id directory.ID, address string) {
	if before := k.wanted[id]; before != address {
		delete(k.failed, before)
	}
	if address == "" {
		delete(k.wanted, id)
		delete(k.tried, id)
		return
	}
	k.wanted[id] = address
}

// due reports whether a picture is to be fetched now.
func (k *logoKeeper) due(id directory.ID, address string) bool {
	now := k.clock()
	return now.Sub(k.cache.FetchedAt(address)) >= logoFresh &&
		now.Sub(k.failed[address]) >= logoRetry && now.Sub(k.tried[id]) >= logoPause
}

// keep fetches one picture. What is none leaves the letter in its place, or
// the picture that was there.
func (k *logoKeeper) keep(ctx context.Context, id directory.ID, address string) {
	k.tried[id] = k.clock()
	raw, err := k.fetch(ctx, address, logo.Accept, logo.MaxFetched)
	if err == nil {
		err = k.cache.Keep(address, raw, k.clock())
	}
	if err == nil {
		delete(k.failed, address)
		return
	}
	if ctx.Err() == nil {
		k.failed[address] = k.clock()
		k.log.InfoContext(ctx, "logo not kept", slog.String("hoster", string(id)), slog.String("reason", err.Error()))
	}
}
