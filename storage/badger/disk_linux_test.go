package badger

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"matou/federation/ap"
	"matou/storage"
)

// TestOpenForbidden opens a directory as somebody who may not.
func TestOpenForbidden(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		// As nobody, in this thread alone; it ends with the goroutine.
		runtime.LockOSThread()
		if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer syscall.Setfsuid(0)
	}
	_, err := Open(Options{Dir: dir})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "chown") {
		t.Errorf("got %v, want fs.ErrPermission and what to do", err)
	}
}

// TestFullDisk fills a small disk of its own.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: mounts a small disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=192m"); err != nil {
		t.Skip("needs root: mounting a small disk was refused: " + err.Error())
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	s, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	noise := rand.NewChaCha8([32]byte{}) // does not compress
	note := func(n int) ap.Change {
		body := make([]byte, 200<<10)
		if _, err := noise.Read(body); err != nil {
			t.Fatal(err)
		}
		return ap.Change{Documents: []ap.Document{{IRI: ap.IRI(fmt.Sprint("https://x.example/", n)), Body: body}}}
	}
	n := 0
	for ; err == nil && n < 2000; n++ {
		_, err = s.Apply(t.Context(), note(n))
	}
	full := n - 1
	if !errors.Is(err, storage.ErrFull) || !strings.Contains(err.Error(), "make room") {
		t.Fatalf("after %d: got %v, want ErrFull and what to do", full, err)
	}
	if _, err := s.Document(t.Context(), note(full).Documents[0].IRI); err == nil {
		t.Error("what was refused is there")
	}
	for i := range full {
		if _, err := s.Document(t.Context(), note(i).Documents[0].IRI); err != nil {
			t.Fatalf("document %d of %d: %v", i, full, err)
		}
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=512m"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), note(full)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}

	left, _ := available(dir)
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, left-20<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, storage.ErrFull) {
		t.Errorf("Open on a full disk: got %v, want ErrFull", err)
	}
	if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
		t.Fatal(err)
	}
	s, err = Open(Options{Dir: dir})
	if err != nil {
		t.Fatalf("Open with room again: %v", err)
	}
	defer s.Close()
	if r, err := s.Check(t.Context()); err != nil || len(r.Problems) > 0 || r.Counts["documents"] != full+1 {
		t.Errorf("Check: %d documents, %v, %v; want %d", r.Counts["documents"], r.Problems, err, full+1)
	}
}
