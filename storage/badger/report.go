package badger

import (
	"context"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/federation/ap"
)

func openReportKey(r ap.Report) []byte {
	return join(kindOpenReport, hash(r.Host), []byte(r.Key))
}

// Report gives the report of that key, or directory.ErrNotFound; one that has
// expired is not there any more.
func (s *Store) Report(ctx context.Context, key string) (ap.Report, error) {
	return read(ctx, s, func(t *tx) (ap.Report, error) {
		r, found, err := t.loadReport(key)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return r, err
	})
}

func (t *tx) loadReport(key string) (ap.Report, bool, error) {
	r, found, err := load(t, byName(kindReport, key), func(r ap.Report) bool { return r.Key == key })
	if err != nil || !found || t.expired(r.ExpiresAt) {
		return ap.Report{}, false, err
	}
	return r, true, nil
}

// Reports gives reports, open and closed, newest first; the cursor is the key
// of the last one.
func (s *Store) Reports(ctx context.Context, p ap.Page) ([]ap.Report, error) {
	return read(ctx, s, func(t *tx) ([]ap.Report, error) {
		w := walk{prefix: []byte{kindReport}, backward: true}
		if p.After != "" {
			w.from, w.past = []byte(p.After), true
		}
		var all []ap.Report
		limit := pageOf(p)
		err := t.visit(w, func(_ []byte, item *badgerdb.Item) (bool, error) {
			r, err := value[ap.Report](item)
			if err == nil && !t.expired(r.ExpiresAt) {
				all = append(all, r)
			}
			return len(all) < limit, err
		})
		return all, err
	})
}

// OpenReports gives at most limit open reports of a host ("": of every host),
// in no order that means anything.
func (s *Store) OpenReports(ctx context.Context, host string, limit int) ([]ap.Report, error) {
	return read(ctx, s, func(t *tx) ([]ap.Report, error) {
		w := walk{prefix: []byte{kindOpenReport}}
		if host != "" {
			w.prefix = byHash(kindOpenReport, host)
		}
		keys, err := t.keys(w, limit)
		if err != nil {
			return nil, err
		}
		var all []ap.Report
		for _, k := range keys {
			r, found, err := t.loadReport(string(k[1+hashSize-len(w.prefix):]))
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

// saveReport replaces the report of that key; only open ones are noted under
// their host.
func (t *tx) saveReport(r ap.Report) error {
	if err := t.removeReport(r.Key); err != nil {
		return err
	}
	if r.Open() {
		if err := t.mark(openReportKey(r)); err != nil {
			return err
		}
	}
	return t.saveUntil(byName(kindReport, r.Key), r, r.ExpiresAt)
}

// removeReport removes a report, where it stands.
func (t *tx) removeReport(key string) error {
	r, found, err := load(t, byName(kindReport, key), func(r ap.Report) bool { return r.Key == key })
	if err != nil || !found {
		return err
	}
	return first(
		func() error { return t.Delete(openReportKey(r)) },
		func() error { return t.Delete(byName(kindReport, key)) },
	)
}
