package badger

import (
	"context"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
)

func noticeOfKey(n directory.Notice) []byte {
	return join(kindNoticeOf, hash(n.Hoster), stamp(n.UpdatedAt), hash(n.ID))
}

func noticeTimeKey(n directory.Notice) []byte {
	return join(kindNoticeTime, stamp(n.UpdatedAt), hash(n.ID))
}

// Notice gives one notice, or directory.ErrNotFound.
func (s *Store) Notice(ctx context.Context, id directory.ID) (directory.Notice, error) {
	return read(ctx, s, func(t *tx) (directory.Notice, error) {
		return must(t, byHash(kindNotice, id), func(n directory.Notice) bool { return n.ID == id })
	})
}

// Notices gives a hoster's notices (every hoster's for ""), last updated first.
func (s *Store) Notices(ctx context.Context, hoster directory.ID, limit int) ([]directory.Notice, error) {
	return read(ctx, s, func(t *tx) ([]directory.Notice, error) {
		if limit < 1 {
			return nil, nil
		}
		w := walk{prefix: []byte{kindNoticeTime}, backward: true}
		if hoster != "" {
			w.prefix = byHash(kindNoticeOf, hoster)
		}
		var all []directory.Notice
		err := t.visit(w, func(key []byte, _ *badgerdb.Item) (bool, error) {
			id := key[len(key)-hashSize:]
			n, found, err := load(t, join(kindNotice, id), func(n directory.Notice) bool { return hoster == "" || n.Hoster == hoster })
			if found {
				all = append(all, n)
			}
			return len(all) < limit, err
		})
		return all, err
	})
}

// saveNotice replaces the notice of that id.
func (t *tx) saveNotice(n directory.Notice) error {
	if err := t.removeNotice(n.ID); err != nil {
		return err
	}
	return first(
		func() error { return t.save(byHash(kindNotice, n.ID), n) },
		func() error { return t.mark(noticeOfKey(n)) },
		func() error { return t.mark(noticeTimeKey(n)) },
	)
}

// removeNotice removes a notice, where it stands.
func (t *tx) removeNotice(id directory.ID) error {
	n, found, err := load(t, byHash(kindNotice, id), func(n directory.Notice) bool { return n.ID == id })
	if err != nil || !found {
		return err
	}
	return first(
		func() error { return t.Delete(noticeOfKey(n)) },
		func() error { return t.Delete(noticeTimeKey(n)) },
		func() error { return t.Delete(byHash(kindNotice, id)) },
	)
}
