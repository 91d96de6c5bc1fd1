package main

import (
	"context"
	"sync/atomic"

	"matou/federation/ap"
	"matou/storage/badger"
)

// told is the store, which counts what changes of notices: pages keep what
// stands in them as long as nothing has.
type told struct {
	*badger.Store
	changes atomic.Uint64
}

// Apply is the store's.
func (t *told) Apply(ctx context.Context, c ap.Change) (bool, error) {
	if len(c.Notices)+len(c.RemoveNotices) > 0 {
		defer t.changes.Add(1) // also where it failed: the disk may have it
	}
	return t.Store.Apply(ctx, c)
}
