package storagetest

import (
	"errors"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

func reportOf(n int, host string) ap.Report {
	return ap.Report{
		Key: ulid(n), Reporter: ap.IRI("https://" + host + "/actor"), Host: host, Objects: []ap.IRI{us},
		Content: "réclame", At: start, LastAt: start, Times: 1,
	}
}

func testReports(t *testing.T, b *bench) {
	keys := func(all []ap.Report, err error) (out []string) {
		t.Helper()
		for _, r := range good[[]ap.Report](t)(all, err) {
			out = append(out, r.Key)
		}
		return out
	}
	b.apply(ap.Change{Reports: []ap.Report{reportOf(1, "a.example"), reportOf(2, "b.example"), reportOf(3, "a.example")}})
	again := reportOf(1, "a.example")
	again.Times, again.LastAt = 2, start.Add(time.Minute)
	b.apply(ap.Change{Reports: []ap.Report{again}})
	equal(t, "replaced", good[ap.Report](t)(b.Report(b.ctx, ulid(1))), again)
	equal(t, "newest first", keys(b.Reports(b.ctx, ap.Page{Limit: 2})), []string{ulid(3), ulid(2)})
	equal(t, "the next page", keys(b.Reports(b.ctx, ap.Page{Limit: 2, After: ulid(2)})), []string{ulid(1)})
	equal(t, "open of one host", len(keys(b.OpenReports(b.ctx, "a.example", 10))), 2)
	equal(t, "open of every host", len(keys(b.OpenReports(b.ctx, "", 10))), 3)
	equal(t, "no more than asked for", len(keys(b.OpenReports(b.ctx, "", 2))), 2)
	equal(t, "open of nobody", len(keys(b.OpenReports(b.ctx, "c.example", 10))), 0)

	closed := reportOf(3, "a.example")
	closed.ClosedAt, closed.Note, closed.ExpiresAt = start, "vu", start.Add(time.Hour)
	b.apply(ap.Change{Reports: []ap.Report{closed}})
	equal(t, "open of one host once one is closed", keys(b.OpenReports(b.ctx, "a.example", 10)), []string{ulid(1)})
	b.reopen()
	equal(t, "closed", good[ap.Report](t)(b.Report(b.ctx, ulid(3))), closed)

	b.later(2 * time.Hour)
	equal(t, "once it has expired", keys(b.Reports(b.ctx, ap.Page{Limit: 10})), []string{ulid(2), ulid(1)})
	b.apply(ap.Change{RemoveReports: []string{ulid(1), ulid(9)}})
	for _, n := range []int{1, 3, 9} {
		if _, err := b.Report(b.ctx, ulid(n)); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("report %d: got %v, want not found", n, err)
		}
	}
	equal(t, "left open", keys(b.OpenReports(b.ctx, "", 10)), []string{ulid(2)})
}
