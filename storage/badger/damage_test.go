package badger

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matou/directory"
	"matou/federation/ap"
	"matou/storage"
)

const written = 60 // pieces

// closedStore makes a store of one table that was closed in order.
func closedStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= written; n++ {
		if _, err := s.Apply(t.Context(), piece(1, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// copyOf copies a store that was closed.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// the gives the only file of a store with such an ending.
func the(t *testing.T, dir, ending string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+ending))
	if err != nil || len(names) != 1 {
		t.Fatalf("files *%s: %v, %v; want one", ending, names, err)
	}
	return names[0]
}

// flip turns one bit of a file around.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x10
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	i, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return i.Size()
}

// refused opens a store that must be refused as damaged.
func refused(t *testing.T, what, dir string) {
	t.Helper()
	s, err := Open(Options{Dir: dir})
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, storage.ErrDamaged) || !strings.Contains(err.Error(), "restore a backup") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: got %v, want ErrDamaged and what to do in one line", what, err)
	}
}

func TestDamagedTable(t *testing.T) {
	base := closedStore(t)
	n := size(t, the(t, base, ".sst"))
	for _, at := range []int64{0, n / 3, n / 2, n - 200, n - 30, n - 4, n - 1} {
		dir := copyOf(t, base)
		flip(t, the(t, dir, ".sst"), at)
		refused(t, fmt.Sprintf("bit flipped at %d of %d", at, n), dir)
	}
	for _, left := range []int64{0, 3, 4, 100, n / 2, n - 1} {
		dir := copyOf(t, base)
		if err := os.Truncate(the(t, dir, ".sst"), left); err != nil {
			t.Fatal(err)
		}
		refused(t, fmt.Sprintf("cut to %d of %d", left, n), dir)
	}
	dir := copyOf(t, base)
	if err := os.Remove(the(t, dir, ".sst")); err != nil {
		t.Fatal(err)
	}
	refused(t, "removed", dir)
}

// complete opens a store, where it opens, and fails the test if anything in it
// is missing.
func complete(t *testing.T, what, dir string) {
	t.Helper()
	s, err := Open(Options{Dir: dir})
	if err != nil {
		if !errors.Is(err, storage.ErrDamaged) {
			t.Errorf("%s: got %v, want ErrDamaged", what, err)
		}
		return
	}
	defer s.Close()
	r, err := s.Check(t.Context())
	if err != nil || len(r.Problems) > 0 || r.Counts["documents"] != 2*written {
		t.Errorf("%s: opened with %d documents, %v, %v; want all %d or ErrDamaged", what, r.Counts["documents"], r.Problems, err, 2*written)
	}
}

func TestDamagedManifest(t *testing.T) {
	base := closedStore(t)
	n := size(t, filepath.Join(base, "MANIFEST"))
	table, err := os.ReadFile(the(t, base, ".sst"))
	if err != nil {
		t.Fatal(err)
	}
	keptWhole := func(what, dir string) {
		t.Helper()
		for _, path := range []string{filepath.Join(dir, "000001.sst"), filepath.Join(dir, orphanDir, "000001.sst")} {
			if b, err := os.ReadFile(path); err == nil && bytes.Equal(b, table) {
				return
			}
		}
		t.Errorf("%s: the table was removed", what)
	}
	for at := range n {
		dir := copyOf(t, base)
		flip(t, filepath.Join(dir, "MANIFEST"), at)
		what := fmt.Sprintf("MANIFEST flipped at %d of %d", at, n)
		complete(t, what, dir)
		keptWhole(what, dir)

		dir = copyOf(t, base)
		if err := os.Truncate(filepath.Join(dir, "MANIFEST"), at); err != nil {
			t.Fatal(err)
		}
		what = fmt.Sprintf("MANIFEST cut to %d of %d", at, n)
		refused(t, what, dir)
		keptWhole(what, dir)
	}
	dir := copyOf(t, base)
	if err := os.Remove(filepath.Join(dir, "MANIFEST")); err != nil {
		t.Fatal(err)
	}
	refused(t, "MANIFEST removed", dir)
	keptWhole("MANIFEST removed", dir)

	dir = copyOf(t, base)
	if err := errors.Join(os.Remove(filepath.Join(dir, "MANIFEST")), os.Remove(filepath.Join(dir, "COMMITS"))); err != nil {
		t.Fatal(err)
	}
	refused(t, "MANIFEST and COMMITS removed", dir)
	keptWhole("MANIFEST and COMMITS removed", dir)
}

// TestOrphan leaves a table that the manifest does not name beside a store that
// lacks nothing, as a crash does: it opens, and the table goes.
func TestOrphan(t *testing.T) {
	dir := closedStore(t)
	if err := os.WriteFile(filepath.Join(dir, "000777.sst"), []byte("half a table"), 0o600); err != nil {
		t.Fatal(err)
	}
	complete(t, "an orphan", dir)
	for _, path := range []string{"000777.sst", orphanDir} {
		if _, err := os.Stat(filepath.Join(dir, path)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
}

func TestDamagedRest(t *testing.T) {
	base := closedStore(t)
	for _, name := range []string{"KEYREGISTRY", "000001.vlog", "DISCARD", "COMMITS"} {
		n := size(t, filepath.Join(base, name))
		for _, at := range []int64{0, n / 2, n - 1} {
			dir := copyOf(t, base)
			flip(t, filepath.Join(dir, name), at)
			complete(t, fmt.Sprintf("%s flipped at %d of %d", name, at, n), dir)

			dir = copyOf(t, base)
			if err := os.Truncate(filepath.Join(dir, name), at); err != nil {
				t.Fatal(err)
			}
			complete(t, fmt.Sprintf("%s cut to %d of %d", name, at, n), dir)
		}
	}
	dir := copyOf(t, base)
	flip(t, filepath.Join(dir, "COMMITS"), 3)
	var log bytes.Buffer
	s, err := Open(Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil || !strings.Contains(log.String(), "cannot be read") {
		t.Errorf("COMMITS flipped: got %v and the log %q, want a warning", err, log.String())
	}
	if err == nil {
		s.Close()
	}
}

// TestDamagedLog damages the write-ahead log of a store whose process was
// killed: Badger opens it, and has forgotten what follows the damage.
func TestDamagedLog(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"flipped":  func(t *testing.T, path string) { flip(t, path, 30_000) },
		"cut":      func(t *testing.T, path string) { cut(t, path, 30_000) },
		"emptied":  func(t *testing.T, path string) { cut(t, path, 0) },
		"only one": func(t *testing.T, path string) { flip(t, path, 300) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			killed(t, dir, 30)
			damage(t, the(t, dir, ".mem"))
			refused(t, "damaged log", dir)

			// As the sentence says: without the file what is left opens.
			if err := os.Remove(odometerPath(dir)); err != nil {
				t.Fatal(err)
			}
			s, err := Open(Options{Dir: dir})
			if err != nil {
				t.Fatalf("without COMMITS: %v", err)
			}
			defer s.Close()
			if _, err := s.Check(t.Context()); err != nil {
				t.Errorf("Check: %v", err)
			}
			if applied, err := s.Apply(t.Context(), piece(9, 1)); err != nil || !applied {
				t.Errorf("Apply: got %t, %v, want true", applied, err)
			}
		})
	}
}

func cut(t *testing.T, path string, left int64) {
	t.Helper()
	if err := os.Truncate(path, left); err != nil {
		t.Fatal(err)
	}
}

// TestCheckFinds contradicts a store by hand, in every way that Check knows.
func TestCheckFinds(t *testing.T) {
	c := piece(1, 1)
	c.Refreshes = []ap.Refresh{{Actor: "https://w1.example/actor"}}
	c.Notices = []directory.Notice{{ID: "https://w1.example/note", Hoster: "https://w1.example/actor"}}
	c.Listings[0].Handle = "@one@w1.example"
	lane := ap.Lane{Inbox: c.Deliveries[0].Inbox, DueAt: c.Deliveries[0].CreatedAt}
	first := feedKey(1)
	for name, damage := range map[string]struct {
		kind string
		harm func(t *tx) error
	}{
		"a lane without its deliveries":     {"lane", func(t *tx) error { return t.Delete(deliveryKey(lane.Inbox, c.Deliveries[0].Key)) }},
		"a delivery before the first":       {"lane", func(t *tx) error { return t.save(deliveryKey(lane.Inbox, "0"), c.Deliveries[0]) }},
		"a delivery without its lane":       {"delivery", func(t *tx) error { return t.Delete(byHash(kindLane, lane.Inbox)) }},
		"a delivery without its document":   {"delivery", func(t *tx) error { return t.Delete(byHash(kindDocument, c.Documents[0].IRI)) }},
		"a follow that is not delivered":    {"follow", func(t *tx) error { return t.Delete(inboxKey(c.Follows[0])) }},
		"a follow from nowhere":             {"follow", func(t *tx) error { return t.Delete(followKey(c.Follows[0].Actor, c.Follows[0].Object)) }},
		"a follow that is not listed":       {"follow", func(t *tx) error { return t.Delete(followingKey(c.Follows[0].Actor, c.Follows[0].Object)) }},
		"a count that is wrong":             {"count", func(t *tx) error { return t.count(c.Follows[0].Object, 1, 0, 0) }},
		"a count that is missing":           {"count", func(t *tx) error { return t.Delete(byHash(kindCounts, c.Follows[0].Object)) }},
		"a listing outside the feed":        {"listing", func(t *tx) error { return t.Delete(first) }},
		"a listing without a position":      {"listing", func(t *tx) error { return t.Delete(byName(kindPosition, c.Listings[0].Hoster.ID)) }},
		"a listing without its record":      {"listing", func(t *tx) error { return t.Delete(byName(kindListing, c.Listings[0].Hoster.ID)) }},
		"a listing without its handle":      {"listing", func(t *tx) error { return t.Delete(handleKey(c.Listings[0].Handle)) }},
		"a handle of nobody":                {"listing", func(t *tx) error { return t.Set(handleKey("x@y.example"), []byte("https://nobody.example/")) }},
		"a refresh under another's key":     {"refresh", func(t *tx) error { return t.save(byHash(kindRefresh, "x"), c.Refreshes[0]) }},
		"a notice outside the lists":        {"notice", func(t *tx) error { return t.Delete(noticeTimeKey(c.Notices[0])) }},
		"a notice without its record":       {"notice", func(t *tx) error { return t.Delete(byHash(kindNotice, c.Notices[0].ID)) }},
		"a record under another's key":      {"host", func(t *tx) error { return t.save(byHash(kindHost, "a.example"), ap.Host{Name: "b.example"}) }},
		"a record that cannot be read":      {"actor", func(t *tx) error { return t.Set(byHash(kindActor, "x"), []byte("\x01{")) }},
		"a record of another format":        {"actor", func(t *tx) error { return t.Set(byHash(kindActor, "x"), []byte("\x09{}")) }},
		"a key that nothing known explains": {"record", func(t *tx) error { return t.Set([]byte("?"), nil) }},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(Options{InMemory: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Apply(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if r, err := s.Check(t.Context()); err != nil || len(r.Problems) > 0 {
				t.Fatalf("before: %v, %v", r.Problems, err)
			}
			w, err := s.begin()
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(damage.harm(w), s.end(w)); err != nil {
				t.Fatal(err)
			}
			r, err := s.Check(t.Context())
			if err != nil {
				t.Fatalf("Check: %v", err)
			}
			for _, p := range r.Problems {
				if p.Kind == damage.kind {
					return
				}
			}
			t.Errorf("got %v, want a problem of the kind %s", r.Problems, damage.kind)
		})
	}
}
