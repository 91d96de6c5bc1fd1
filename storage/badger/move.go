package badger

import (
	"context"

	"matou/directory"
	"matou/federation/ap"
)

// mostMovesTo bounds how many actors are said to have moved to one.
const mostMovesTo = 100

func moveToKey(m ap.Move) []byte { return join(kindMoveTo, hash(m.To), []byte(m.From)) }

// moveHandleKey is nil where the old listing had no handle.
func moveHandleKey(m ap.Move) []byte {
	if m.FromHandle == "" {
		return nil
	}
	return join(kindMoveHandle, handleKey(m.FromHandle)[1:])
}

// Move gives where an actor moved, or directory.ErrNotFound.
func (s *Store) Move(ctx context.Context, from ap.IRI) (ap.Move, error) {
	return read(ctx, s, func(t *tx) (ap.Move, error) {
		return must(t, byHash(kindMove, from), func(m ap.Move) bool { return m.From == from })
	})
}

// MoveByHandle finds where the hoster that was listed as "name@host" or
// "@name@host", in any letter case, moved, or directory.ErrNotFound.
func (s *Store) MoveByHandle(ctx context.Context, handle string) (ap.Move, error) {
	return read(ctx, s, func(t *tx) (ap.Move, error) {
		from, found, err := t.raw(join(kindMoveHandle, handleKey(handle)[1:]))
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		if err != nil {
			return ap.Move{}, err
		}
		return must(t, byHash(kindMove, string(from)), func(m ap.Move) bool { return m.From == ap.IRI(from) })
	})
}

// MovesTo gives who moved to an actor, at most 100 of them.
func (s *Store) MovesTo(ctx context.Context, to ap.IRI) ([]ap.Move, error) {
	return read(ctx, s, func(t *tx) ([]ap.Move, error) {
		froms, err := t.keys(walk{prefix: byHash(kindMoveTo, to)}, mostMovesTo)
		if err != nil {
			return nil, err
		}
		var all []ap.Move
		for _, from := range froms {
			m, err := must(t, byHash(kindMove, string(from)), func(m ap.Move) bool { return m.To == to })
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
		return all, nil
	})
}

// saveMove replaces the move of that actor.
func (t *tx) saveMove(m ap.Move) error {
	if err := t.removeMove(m.From); err != nil {
		return err
	}
	if key := moveHandleKey(m); key != nil {
		if err := t.Set(key, []byte(m.From)); err != nil {
			return err
		}
	}
	return first(
		func() error { return t.save(byHash(kindMove, m.From), m) },
		func() error { return t.mark(moveToKey(m)) },
	)
}

// removeMove removes a move, where it stands.
func (t *tx) removeMove(from ap.IRI) error {
	m, found, err := load(t, byHash(kindMove, from), func(m ap.Move) bool { return m.From == from })
	if err != nil || !found {
		return err
	}
	if key := moveHandleKey(m); key != nil {
		if err := t.Delete(key); err != nil {
			return err
		}
	}
	return first(
		func() error { return t.Delete(moveToKey(m)) },
		func() error { return t.Delete(byHash(kindMove, from)) },
	)
}
