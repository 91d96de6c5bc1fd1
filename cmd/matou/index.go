package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"matou/directory"
	"matou/directory/search"
)

// listingFeed is what the search index is fed from.
type listingFeed interface {
	// ListingChanges gives the changes after a sequence number, oldest first;
	// from 0 on they make the whole directory.
	ListingChanges(ctx context.Context, after uint64, limit int) ([]directory.ListingChange, error)
	// ListingsChanged tells that there are new changes.
	ListingsChanged() (<-chan struct{}, func())
}

// feeder keeps the search index in step with the store. It is the index's
// only writer.
type feeder struct {
	feed   listingFeed
	index  *search.Index
	bonds  *bonds      // nil: what others say is not told
	lists  memberLists // nil: there are none
	listed listed      // where the listings are that lists tell of
	log    *slog.Logger
	ready  atomic.Bool // the index has caught up once
	after  uint64
	shown  atomic.Uint64 // after, once the index has it

	snapshot *snapshot // where the index is kept while the node does not run; nil: nowhere
}

const (
	feedBatch = 500
	feedRetry = 2 * time.Second // after a failed read of the feed
)

// run feeds the index until ctx ends.
func (f *feeder) run(ctx context.Context) error {
	changed, cancel := f.feed.ListingsChanged()
	defer cancel()
	if err := f.resume(ctx); err != nil && !errors.Is(err, context.Canceled) {
		f.log.InfoContext(ctx, "search index is made anew", slog.String("reason", err.Error()))
	}
	defer f.keep(context.WithoutCancel(ctx))
	retry, save := time.NewTimer(0), time.NewTicker(snapshotEvery)
	defer retry.Stop()
	defer save.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-save.C:
			f.keep(ctx)
			continue
		case <-changed:
		case <-retry.C:
		}
		err := f.catchUp(ctx)
		if err != nil && !errors.Is(err, context.Canceled) {
			f.log.ErrorContext(ctx, "search index is behind", slog.String("reason", err.Error()))
			retry.Reset(feedRetry)
		}
	}
}

// catchUp applies every change that the index has not seen.
func (f *feeder) catchUp(ctx context.Context) error {
	if err := f.relist(ctx); err != nil {
		return err
	}
	for {
		changes, err := f.feed.ListingChanges(ctx, f.after, feedBatch)
		if err != nil {
			return fmt.Errorf("read the changed listings: %w", err)
		}
		var changed []directory.Listing // each hoster is once in a batch
		for _, c := range changes {
			if c.Listing == nil {
				f.index.Remove(c.ID)
				f.bonds.remove(c.ID)
			} else {
				f.bonds.put(c.Listing.Hoster)
				changed = append(changed, f.bonds.complete(*c.Listing))
			}
			f.after = c.Sequence
		}
		f.index.PutAll(changed)
		f.shown.Store(f.after)
		if len(changes) < feedBatch {
			f.ready.Store(true)
			return nil
		}
	}
}
