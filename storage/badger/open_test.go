package badger

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matou/directory"
	"matou/storage"
)

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	s, err := Open(Options{Dir: taken})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, c := range map[string]struct {
		dir  string
		is   error
		says string
	}{
		"another process":   {taken, storage.ErrLocked, "stop the node"},
		"a file":            {file, directory.ErrInvalid, "is not a directory"},
		"below a file":      {filepath.Join(file, "below"), directory.ErrInvalid, "is not a directory"},
		"no directory":      {"", directory.ErrInvalid, "must name a directory"},
		"a name not usable": {"/proc/matou", nil, "/proc/matou"},
	} {
		s, err := Open(Options{Dir: c.dir})
		if err == nil {
			s.Close()
			t.Errorf("%s: it was opened", name)
			continue
		}
		if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want %v and %q in one line", name, err, c.is, c.says)
		}
	}
}

func TestOpenMakesTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on the way")
	e, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Errorf("Close twice: %v", err)
	}
	if i, err := os.Stat(dir); err != nil || i.Mode().Perm() != 0o700 {
		t.Errorf("the directory holds keys, and is %v, %v; want drwx------", i.Mode(), err)
	}
}

func TestLogger(t *testing.T) {
	var b bytes.Buffer
	l := logger{slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	l.Infof("a detail\n")
	l.Debugf("a detail")
	l.Warningf("table %d is odd\n", 7)
	l.Errorf("disk %q", "x")
	got := b.String()
	if strings.Contains(got, "detail") || !strings.Contains(got, `warning="table 7 is odd"`) || strings.Count(got, "level=WARN") != 2 {
		t.Errorf("logged %q, want the two warnings alone, without their line feed", got)
	}
}
