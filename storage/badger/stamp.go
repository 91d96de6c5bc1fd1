package badger

import (
	"context"

	"matou/directory"
	"matou/federation/ap"
)

// stampCount is how many stamps an actor has given, revoked ones too.
type stampCount struct {
	Actor  ap.IRI `json:"actor"`
	Stamps int    `json:"stamps"`
}

func stampPairKey(interacting, target ap.IRI) []byte {
	return join(kindStampPair, hash(interacting), hash(target))
}

// Stamp gives the stamp of that id, or directory.ErrNotFound.
func (s *Store) Stamp(ctx context.Context, id ap.IRI) (ap.Stamp, error) {
	return read(ctx, s, func(t *tx) (ap.Stamp, error) {
		return must(t, byHash(kindStamp, id), func(v ap.Stamp) bool { return v.ID == id })
	})
}

// StampFor gives the stamp of a pair, revoked or not, or directory.ErrNotFound.
func (s *Store) StampFor(ctx context.Context, interacting, target ap.IRI) (ap.Stamp, error) {
	return read(ctx, s, func(t *tx) (ap.Stamp, error) {
		id, found, err := t.raw(stampPairKey(interacting, target))
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		if err != nil {
			return ap.Stamp{}, err
		}
		return must(t, byHash(kindStamp, string(id)), func(v ap.Stamp) bool {
			return v.Interacting == interacting && v.Target == target
		})
	})
}

// Stamps gives all stamps, in the order of the hashes of their ids; the cursor
// is the id of the last one.
func (s *Store) Stamps(ctx context.Context, p ap.Page) ([]ap.Stamp, error) {
	return read(ctx, s, func(t *tx) ([]ap.Stamp, error) {
		w := walk{prefix: []byte{kindStamp}}
		if p.After != "" {
			w.from, w.past = hash(p.After), true
		}
		return collect[ap.Stamp](t, w, pageOf(p))
	})
}

// StampCount gives how many stamps an actor has given: one key is read.
func (s *Store) StampCount(ctx context.Context, actor ap.IRI) (int, error) {
	return read(ctx, s, func(t *tx) (int, error) {
		c, err := t.stampCount(actor)
		return c.Stamps, err
	})
}

func (t *tx) stampCount(actor ap.IRI) (stampCount, error) {
	c, _, err := load(t, byHash(kindStampCount, actor), func(c stampCount) bool { return c.Actor == actor })
	return c, err
}

func (t *tx) countStamp(actor ap.IRI, n int) error {
	c, err := t.stampCount(actor)
	if err != nil {
		return err
	}
	c.Actor = actor
	if c.Stamps += n; c.Stamps == 0 {
		return t.Delete(byHash(kindStampCount, actor))
	}
	return t.save(byHash(kindStampCount, actor), c)
}

// saveStamp replaces the stamp of that id, and whichever stood for its pair.
func (t *tx) saveStamp(v ap.Stamp) error {
	if err := t.removeStamp(v.ID); err != nil {
		return err
	}
	pair := stampPairKey(v.Interacting, v.Target)
	if old, found, err := t.raw(pair); err != nil {
		return err
	} else if found {
		if err := t.removeStamp(ap.IRI(old)); err != nil {
			return err
		}
	}
	return first(
		func() error { return t.save(byHash(kindStamp, v.ID), v) },
		func() error { return t.Set(pair, []byte(v.ID)) },
		func() error { return t.countStamp(v.Actor, 1) },
	)
}

// removeStamp removes a stamp, where it stands.
func (t *tx) removeStamp(id ap.IRI) error {
	v, found, err := load(t, byHash(kindStamp, id), func(v ap.Stamp) bool { return v.ID == id })
	if err != nil || !found {
		return err
	}
	return first(
		func() error { return t.Delete(stampPairKey(v.Interacting, v.Target)) },
		func() error { return t.Delete(byHash(kindStamp, id)) },
		func() error { return t.countStamp(v.Actor, -1) },
	)
}
