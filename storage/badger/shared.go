package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
)

// mostShared bounds the listings that are kept decoded: pages show the same
// ones again and again, and reading the JSON of one costs more than all the
// rest of finding it.
const mostShared = 2048

// sharedListing is a listing as it stood in one version of the store.
type sharedListing struct {
	version uint64 // of its record
	listing directory.Listing
}

// SharedListing is Listing for many readers: what it gives is the same for all
// of them, and must not be changed.
func (s *Store) SharedListing(ctx context.Context, id directory.ID) (directory.Listing, error) {
	return read(ctx, s, func(t *tx) (directory.Listing, error) { return s.sharedListing(t, id) })
}

// ListingVersion gives a number that is another once the listing is, as long as
// the store is open, or directory.ErrNotFound.
func (s *Store) ListingVersion(ctx context.Context, id directory.ID) (uint64, error) {
	return read(ctx, s, func(t *tx) (uint64, error) {
		item, err := t.record(id)
		if err != nil {
			return 0, err
		}
		return item.Version(), nil
	})
}

// ListingByHandle gives the SharedListing of "name@host", or
// directory.ErrNotFound.
func (s *Store) ListingByHandle(ctx context.Context, handle string) (directory.Listing, error) {
	return read(ctx, s, func(t *tx) (directory.Listing, error) {
		id, found, err := t.raw(handleKey(handle))
		if err != nil || !found {
			return directory.Listing{}, orNotFound(err)
		}
		return s.sharedListing(t, directory.ID(id))
	})
}

// sharedListing decodes the record where it is another than the one kept.
func (s *Store) sharedListing(t *tx, id directory.ID) (directory.Listing, error) {
	item, err := t.record(id)
	if err != nil {
		return directory.Listing{}, err
	}
	if kept, ok := s.shared.Get(id); ok && kept.version == item.Version() {
		return kept.listing, nil
	}
	l, found, err := t.listing(id)
	if err != nil || !found {
		return directory.Listing{}, orNotFound(err)
	}
	s.shared.Add(id, sharedListing{version: item.Version(), listing: l})
	return l, nil
}

// record finds the record of a listing, without reading it.
func (t *tx) record(id directory.ID) (*badgerdb.Item, error) {
	item, err := t.Get(byName(kindListing, id))
	switch {
	case errors.Is(err, badgerdb.ErrKeyNotFound):
		return nil, directory.ErrNotFound
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	}
	return item, nil
}
