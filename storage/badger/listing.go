package badger

import (
	"context"
	"encoding/binary"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
)

// position is the place of a listing in the feed. It stays when the listing is
// removed: the feed says so then.
type position struct {
	Sequence uint64 `json:"sequence"`
	Removed  bool   `json:"removed,omitempty"`
}

func feedKey(sequence uint64) []byte { return join(kindFeed, number(sequence)) }

// handleKey is the same for every way of writing a handle.
func handleKey(handle string) []byte {
	return byHash(kindHandle, strings.ToLower(strings.TrimPrefix(handle, "@")))
}

// Listing gives one listing, or directory.ErrNotFound.
func (s *Store) Listing(ctx context.Context, id directory.ID) (directory.Listing, error) {
	return read(ctx, s, func(t *tx) (directory.Listing, error) {
		l, found, err := t.listing(id)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return l, err
	})
}

func (t *tx) listing(id directory.ID) (directory.Listing, bool, error) {
	return load(t, byName(kindListing, id), func(l directory.Listing) bool { return l.Hoster.ID == id })
}

// Listed reports whether there is a listing, without reading it.
func (s *Store) Listed(ctx context.Context, id directory.ID) (bool, error) {
	return read(ctx, s, func(t *tx) (bool, error) { return t.has(byName(kindListing, id)) })
}

// orNotFound is err, or directory.ErrNotFound for none.
func orNotFound(err error) error {
	if err == nil {
		return directory.ErrNotFound
	}
	return err
}

// Listings gives at most limit listings after that ID, by ID.
func (s *Store) Listings(ctx context.Context, after directory.ID, limit int) ([]directory.Listing, error) {
	return read(ctx, s, func(t *tx) ([]directory.Listing, error) {
		w := walk{prefix: []byte{kindListing}, from: []byte(after), past: after != ""}
		return collect[directory.Listing](t, w, limit)
	})
}

// ListingChanges gives at most limit changes after that sequence, oldest first.
func (s *Store) ListingChanges(ctx context.Context, after uint64, limit int) ([]directory.ListingChange, error) {
	return read(ctx, s, func(t *tx) ([]directory.ListingChange, error) {
		if limit < 1 {
			return nil, nil
		}
		var all []directory.ListingChange
		w := walk{prefix: []byte{kindFeed}, from: number(after), past: true}
		err := t.visit(w, func(key []byte, item *badgerdb.Item) (bool, error) {
			id, err := item.ValueCopy(nil)
			if err != nil {
				return false, err
			}
			c := directory.ListingChange{Sequence: binary.BigEndian.Uint64(key[1:]), ID: directory.ID(id)}
			l, found, err := t.listing(c.ID)
			if found {
				c.Listing = &l
			}
			all = append(all, c)
			return len(all) < limit, err
		})
		return all, err
	})
}

// ListingsChanged gives a channel that holds a token once the feed has grown.
func (s *Store) ListingsChanged() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	s.watch.Lock()
	defer s.watch.Unlock()
	s.watchers[c] = true
	return c, func() {
		s.watch.Lock()
		defer s.watch.Unlock()
		delete(s.watchers, c)
	}
}

// wakeWatchers tells everyone who watches the feed; a token that nobody took
// yet stands for this change too.
func (s *Store) wakeWatchers() {
	s.watch.Lock()
	defer s.watch.Unlock()
	for c := range s.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// saveListing saves a listing and appends it to the feed.
func (t *tx) saveListing(l directory.Listing) error {
	id := l.Hoster.ID
	if l.File != nil {
		if open, err := t.openSite(l.File.Site); err != nil || !open {
			return err
		}
	}
	if err := t.dropHandle(id); err != nil {
		return err
	}
	if err := t.save(byName(kindListing, id), l); err != nil {
		return err
	}
	if l.Handle != "" {
		if err := t.Set(handleKey(l.Handle), []byte(id)); err != nil {
			return err
		}
	}
	return t.appendToFeed(id, false)
}

// removeListing removes a listing and says so in the feed; what is not listed
// changes nothing, or strangers could grow the feed.
func (t *tx) removeListing(id directory.ID) error {
	_, found, err := t.listing(id)
	if err != nil || !found {
		return err
	}
	if err := t.dropHandle(id); err != nil {
		return err
	}
	if err := t.Delete(byName(kindListing, id)); err != nil {
		return err
	}
	return t.appendToFeed(id, true)
}

// dropHandle removes what leads from the handle of a listing to it.
func (t *tx) dropHandle(id directory.ID) error {
	old, found, err := t.listing(id)
	if err != nil || !found || old.Handle == "" {
		return err
	}
	holder, found, err := t.raw(handleKey(old.Handle))
	if err != nil || !found || directory.ID(holder) != id {
		return err
	}
	return t.Delete(handleKey(old.Handle))
}

// appendToFeed moves a listing to the end of the feed.
func (t *tx) appendToFeed(id directory.ID, removed bool) error {
	key := byName(kindPosition, id)
	old, found, err := load(t, key, func(position) bool { return true })
	if err != nil {
		return err
	}
	if found {
		if err := t.Delete(feedKey(old.Sequence)); err != nil {
			return err
		}
	}
	t.sequence++
	t.listed = true
	if err := t.save(key, position{Sequence: t.sequence, Removed: removed}); err != nil {
		return err
	}
	return t.Set(feedKey(t.sequence), []byte(id))
}
