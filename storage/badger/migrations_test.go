package badger

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/storage"
)

// fixture writes a store by hand, as a version before the first would have:
// the names of hosts under "h", no version anywhere.
func fixture(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	db, err := openDB(Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = update(db, func(t *tx) error {
		for _, name := range []string{"a.example", "b.example", "c.example"} {
			if err := t.Set([]byte("h"+name), []byte(`{"name":"`+name+`"}`)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// moveHosts brings the hosts of the fixture to the first layout, one
// transaction each, and fails before the given one.
func moveHosts(failBefore string, moved *[]string) migration {
	return func(ctx context.Context, db *badgerdb.DB) error {
		for {
			done := false
			err := update(db, func(t *tx) error {
				t.ctx = ctx
				names, err := t.keys(walk{prefix: []byte("h")}, 1)
				if err != nil || len(names) == 0 {
					done = true
					return err
				}
				name := string(names[0])
				if name == failBefore {
					return errors.New("the power failed")
				}
				*moved = append(*moved, name)
				return errors.Join(
					t.save(byHash(kindHost, name), map[string]string{"name": name}),
					t.Delete([]byte("h"+name)))
			})
			if err != nil || done {
				return err
			}
		}
	}
}

func TestMigrate(t *testing.T) {
	dir := fixture(t)
	var moved []string
	var second int
	later := func(context.Context, *badgerdb.DB) error { second++; return nil }

	if _, err := Open(Options{Dir: dir, steps: []migration{moveHosts("c.example", &moved), later}}); err == nil || !strings.Contains(err.Error(), "from layout 0 to 1: the power failed") {
		t.Fatalf("interrupted: got %v", err)
	}
	if second != 0 {
		t.Error("the second migration ran although the first failed")
	}
	s, err := Open(Options{Dir: dir, steps: []migration{moveHosts("", &moved), later}})
	if err != nil {
		t.Fatalf("resumed: %v", err)
	}
	if got := strings.Join(moved, " "); got != "a.example b.example c.example" {
		t.Errorf("moved %s, want each once", got)
	}
	for _, name := range []string{"a.example", "b.example", "c.example"} {
		if h, err := s.Host(t.Context(), name); err != nil || h.Name != name {
			t.Errorf("Host(%s) after the migration: %v, %v", name, h, err)
		}
	}
	if r, err := s.Check(t.Context()); err != nil || r.Schema != 2 || len(r.Problems) > 0 {
		t.Errorf("Check: layout %d, %v, %v; want 2 and no problems", r.Schema, r.Problems, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, err = Open(Options{Dir: dir, steps: []migration{moveHosts("", &moved), later}})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if len(moved) != 3 || second != 1 {
		t.Errorf("migrations ran again: %d moved, second ran %d times", len(moved), second)
	}

	_, err = Open(Options{Dir: dir})
	if !errors.Is(err, storage.ErrNewer) || !strings.Contains(err.Error(), "layout 2") || !strings.Contains(err.Error(), "install the version that wrote it") {
		t.Errorf("a newer layout: got %v, want ErrNewer and what to do", err)
	}
	if _, err := Open(Options{Dir: dir}); errors.Is(err, storage.ErrLocked) {
		t.Error("a refused store stays locked")
	}
}

func TestNewStoreHasTheNewestLayout(t *testing.T) {
	s, err := Open(Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := s.Check(t.Context())
	if err != nil || r.Schema != len(migrations) {
		t.Errorf("layout %d, %v, want %d", r.Schema, err, len(migrations))
	}
	if _, err := s.Host(t.Context(), "x.example"); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("Host: %v", err)
	}
}
