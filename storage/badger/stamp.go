package badger

import (
	"context"

	"matou/directory"
	"matou/federation/ap"
)

// stampCount is how many stamps an actor has given, or a domain was given,
// revoked ones too.
type stampCount struct {
	Of     string `json:"of"` // id of the actor, or domain
	Stamps int    `json:"stamps"`
}

// countedUnder gives the counts that a stamp belongs to.
func countedUnder(v ap.Stamp) []string {
	if v.Domain == "" {
		return []string{string(v.Actor)}
	}
	return []string{string(v.Actor), v.Domain}
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

// StampCount gives how many stamps were given by the actor of that id, or to
// that domain: one key is read.
func (s *Store) StampCount(ctx context.Context, of string) (int, error) {
	return read(ctx, s, func(t *tx) (int, error) {
		c, err := t.stampCount(of)
		return c.Stamps, err
	})
}

func (t *tx) stampCount(of string) (stampCount, error) {
	c, _, err := load(t, byHash(kindStampCount, of), func(c stampCount) bool { return c.Of == of })
	return c, err
}

// countStamp counts n more, or less, of a stamp.
func (t *tx) countStamp(v ap.Stamp, n int) error {
	for _, of := range countedUnder(v) {
		c, err := t.stampCount(of)
		if err != nil {
			return err
		}
		c.Of = of
		if c.Stamps += n; c.Stamps == 0 {
			err = t.Delete(byHash(kindStampCount, of))
		} else {
			err = t.save(byHash(kindStampCount, of), c)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
		func() error { return t.countStamp(v, 1) },
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
		func() error { return t.countStamp(v, -1) },
	)
}
