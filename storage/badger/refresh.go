package badger

import (
	"context"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// DueRefreshes gives at most limit refreshes due at now, earliest first.
func (s *Store) DueRefreshes(ctx context.Context, now time.Time, limit int) ([]ap.Refresh, error) {
	return read(ctx, s, func(t *tx) ([]ap.Refresh, error) {
		var all []ap.Refresh
		for _, actor := range s.refreshes.due(now, limit, nil) {
			r, found, err := t.refresh(actor)
			if err != nil {
				return nil, err
			}
			if found && !r.DueAt.After(now) {
				all = append(all, r)
			}
		}
		return all, nil
	})
}

// NextRefresh gives when the earliest refresh is due; the zero time for none.
func (s *Store) NextRefresh(ctx context.Context) (time.Time, error) {
	return s.refreshes.next(), ctx.Err()
}

// Refresh gives what is due of an actor, or directory.ErrNotFound.
func (s *Store) Refresh(ctx context.Context, actor ap.IRI) (ap.Refresh, error) {
	return read(ctx, s, func(t *tx) (ap.Refresh, error) {
		r, found, err := t.refresh(actor)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return r, err
	})
}

// sameMoment is less than what lies between two askings that a clock surely
// tells apart.
const sameMoment = time.Millisecond

// askRefresh makes a refresh due. One that is to rebuild what is kept still
// does so, whatever else asks for the same actor. Its time tells whoever carries
// out the one before that another came meanwhile, so it is never the same.
func (t *tx) askRefresh(r ap.Refresh) error {
	old, found, err := t.refresh(r.Actor)
	if err != nil {
		return err
	}
	if found && old.Reason == ap.ReasonRebuild {
		r.Reason = ap.ReasonRebuild
	}
	if since := r.DueAt.Sub(old.DueAt); found && since >= 0 && since < sameMoment {
		r.DueAt = old.DueAt.Add(-1)
	}
	return t.saveRefresh(r)
}

// saveRefresh replaces the refresh of that actor.
func (t *tx) saveRefresh(r ap.Refresh) error {
	t.dueRefreshes = append(t.dueRefreshes, dueChange{id: r.Actor, at: r.DueAt})
	return t.save(byHash(kindRefresh, r.Actor), r)
}

func (t *tx) refresh(actor ap.IRI) (ap.Refresh, bool, error) {
	return load(t, byHash(kindRefresh, actor), func(r ap.Refresh) bool { return r.Actor == actor })
}

// removeRefresh removes the refresh of an actor.
func (t *tx) removeRefresh(actor ap.IRI) error {
	t.dueRefreshes = append(t.dueRefreshes, dueChange{id: actor, gone: true})
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
