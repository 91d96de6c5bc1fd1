package badger

import (
	"context"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/federation/ap"
)

func refreshDueKey(r ap.Refresh) []byte {
	return join(kindRefreshDue, stamp(r.DueAt), hash(r.Actor))
}

// DueRefreshes gives at most limit refreshes due at now, earliest first.
func (s *Store) DueRefreshes(ctx context.Context, now time.Time, limit int) ([]ap.Refresh, error) {
	return read(s, ctx, func(t *tx) ([]ap.Refresh, error) {
		hashes, err := t.due(kindRefreshDue, now, limit)
		if err != nil {
			return nil, err
		}
		var all []ap.Refresh
		for _, h := range hashes {
			r, found, err := load(t, join(kindRefresh, h), func(ap.Refresh) bool { return true })
			if err != nil {
				return nil, err
			}
			if found {
				all = append(all, r)
			}
		}
		return all, nil
	})
}

// NextRefresh gives when the earliest refresh is due; the zero time for none.
func (s *Store) NextRefresh(ctx context.Context) (time.Time, error) {
	return read(s, ctx, func(t *tx) (time.Time, error) { return t.nextDue(kindRefreshDue) })
}

// due gives the hashes of an index by time up to now, earliest first.
func (t *tx) due(kind byte, now time.Time, limit int) ([][]byte, error) {
	var all [][]byte
	if limit < 1 {
		return nil, nil
	}
	err := t.visit(walk{prefix: []byte{kind}}, func(key []byte, _ *badgerdb.Item) (bool, error) {
		if stampTime(key[1:]).After(now) {
			return false, nil
		}
		all = append(all, append([]byte(nil), key[1+timeSize:]...))
		return len(all) < limit, nil
	})
	return all, err
}

// nextDue gives the first time of an index by time, or the zero time.
func (t *tx) nextDue(kind byte) (at time.Time, err error) {
	err = t.visit(walk{prefix: []byte{kind}}, func(key []byte, _ *badgerdb.Item) (bool, error) {
		at = stampTime(key[1:])
		return false, nil
	})
	return at, err
}

// saveRefresh replaces the refresh of that actor.
func (t *tx) saveRefresh(r ap.Refresh) error {
	if err := t.removeRefresh(r.Actor); err != nil {
		return err
	}
	if err := t.save(byHash(kindRefresh, r.Actor), r); err != nil {
		return err
	}
	return t.mark(refreshDueKey(r))
}

func (t *tx) refresh(actor ap.IRI) (ap.Refresh, bool, error) {
	return load(t, byHash(kindRefresh, actor), func(r ap.Refresh) bool { return r.Actor == actor })
}

// removeRefresh removes the refresh of an actor, where there is one.
func (t *tx) removeRefresh(actor ap.IRI) error {
	old, found, err := t.refresh(actor)
	if err != nil || !found {
		return err
	}
	if err := t.Delete(refreshDueKey(old)); err != nil {
		return err
	}
	return t.Delete(byHash(kindRefresh, actor))
}

// settleRefresh settles a refresh that was carried out, unless another came
// meanwhile.
func (t *tx) settleRefresh(d ap.RefreshDone) error {
	old, found, err := t.refresh(d.Actor)
	if err != nil || !found || !old.DueAt.Equal(d.TakenDueAt) {
		return err
	}
	if d.Next == nil {
		return t.removeRefresh(d.Actor)
	}
	return t.saveRefresh(*d.Next)
}
