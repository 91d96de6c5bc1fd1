package badger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// past says which entries of a listing's history are kept: those with the
// numbers from First to below Next.
type past struct {
	Hoster directory.ID `json:"hoster"`
	First  uint64       `json:"first"`
	Next   uint64       `json:"next"`
	Folded int          `json:"folded,omitempty"` // entries before First
	Since  time.Time    `json:"since"`            // of the very first entry
}

func historyKey(hoster directory.ID, n uint64) []byte {
	return join(kindHistory, hash(hoster), number(n))
}

// History gives the past of a listing, without entries where there is none.
func (s *Store) History(ctx context.Context, hoster directory.ID) (directory.History, error) {
	return read(ctx, s, func(t *tx) (directory.History, error) {
		p, entries, err := t.history(hoster)
		slices.Reverse(entries)
		return directory.History{Entries: entries, Folded: p.Folded, Since: p.Since}, err
	})
}

func (t *tx) past(hoster directory.ID) (past, error) {
	p, found, err := load(t, byHash(kindPast, hoster), func(p past) bool { return p.Hoster == hoster })
	if !found {
		p = past{Hoster: hoster}
	}
	return p, err
}

// history gives the entries of a listing, oldest first.
func (t *tx) history(hoster directory.ID) (past, []directory.HistoryEntry, error) {
	p, err := t.past(hoster)
	if err != nil || p.First == p.Next {
		return p, nil, err
	}
	entries, err := collect[directory.HistoryEntry](t, walk{prefix: join(kindHistory, hash(hoster))}, directory.MaxHistory)
	return p, entries, err
}

// saveHistory adds an entry, and folds the oldest away where there are too many.
func (t *tx) saveHistory(e directory.HistoryEntry) error {
	p, err := t.past(e.Hoster)
	if err != nil {
		return err
	}
	if err := t.save(historyKey(e.Hoster, p.Next), e); err != nil {
		return err
	}
	p.Next++
	if p.Since.IsZero() {
		p.Since = e.At
	}
	for ; p.Next-p.First > directory.MaxHistory; p.First++ {
		if err := t.Delete(historyKey(e.Hoster, p.First)); err != nil {
			return fmt.Errorf("fold history: %w", err)
		}
		p.Folded++
	}
	return t.save(byHash(kindPast, e.Hoster), p)
}

// forgetHistory removes all entries of a listing.
func (t *tx) forgetHistory(hoster directory.ID) error {
	p, err := t.past(hoster)
	if err != nil || p.Next == 0 {
		return err
	}
	for n := p.First; n < p.Next; n++ {
		if err := t.Delete(historyKey(hoster, n)); err != nil {
			return fmt.Errorf("forget history: %w", err)
		}
	}
	return t.Delete(byHash(kindPast, hoster))
}

// carryHistory makes the past of one listing that of another.
func (t *tx) carryHistory(c ap.HistoryCarry) error {
	if c.From == c.To {
		return nil
	}
	from, carried, err := t.history(c.From)
	if err != nil || from.Next == 0 {
		return err
	}
	to, own, err := t.history(c.To)
	if err != nil {
		return err
	}
	all := slices.Concat(carried, own)
	slices.SortStableFunc(all, func(a, b directory.HistoryEntry) int { return a.At.Compare(b.At) })
	if err := first(
		func() error { return t.forgetHistory(c.From) },
		func() error { return t.forgetHistory(c.To) },
	); err != nil {
		return err
	}
	for _, e := range all {
		e.Hoster = c.To
		if err := t.saveHistory(e); err != nil {
			return err
		}
	}
	p, err := t.past(c.To)
	if err != nil {
		return err
	}
	p.Folded += from.Folded + to.Folded
	for _, since := range []time.Time{from.Since, to.Since} {
		if !since.IsZero() && since.Before(p.Since) {
			p.Since = since
		}
	}
	return t.save(byHash(kindPast, c.To), p)
}
