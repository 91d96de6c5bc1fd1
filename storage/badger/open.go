package badger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"matou/directory"
	"matou/storage"
)

// engineOptions are for a machine of 512 MiB that mostly idles: Badger's own
// defaults reach 3 GB while many records are written. One goroutine writes, so
// that there are no conflicts to detect.
func engineOptions(o Options) badgerdb.Options {
	return badgerdb.DefaultOptions(o.Dir).
		WithInMemory(o.InMemory).
		WithSyncWrites(!o.InMemory).
		WithMemTableSize(16 << 20).
		WithNumMemtables(3).
		WithBlockCacheSize(32 << 20).
		WithIndexCacheSize(16 << 20).
		WithValueLogFileSize(128 << 20).
		WithNumCompactors(2).
		WithCompression(options.Snappy).
		WithMetricsEnabled(false).
		WithDetectConflicts(false).
		WithLogger(logger{o.Log})
}

// openDB opens the database itself, once everything was looked at that Badger
// would answer by ending the process, or by removing files.
func openDB(o Options) (*badgerdb.DB, error) {
	if o.InMemory {
		return badgerdb.OpenManaged(engineOptions(o).WithDir("").WithValueDir(""))
	}
	if err := usable(o.Dir); err != nil {
		return nil, err
	}
	if err := room(o.Dir, roomToOpen); err != nil {
		return nil, err
	}
	orphans, err := inspect(o)
	if err != nil {
		return nil, err
	}
	db, err := badgerdb.OpenManaged(engineOptions(o))
	if err != nil {
		return nil, openError(o.Dir, err)
	}
	if err := compareOdometer(db, o); err != nil {
		return nil, closeAfter(db, err)
	}
	forget(orphans)
	return db, nil
}

// usable makes the directory where it is missing, and tells why it cannot be
// used.
func usable(dir string) error {
	if dir == "" {
		return directory.Invalid("storage", "must name a directory")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		if errors.Is(err, syscall.ENOTDIR) {
			return directory.Invalid("storage", "%s is not a directory; name one, or one that can be made", dir)
		}
		return openError(dir, err)
	}
	probe, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return openError(dir, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()), unlocked(dir))
}

// openError puts what went wrong in one sentence. What no system call refused
// is damage. Badger passes the text of errors on, and not the errors.
func openError(dir string, err error) error {
	text := err.Error()
	var number syscall.Errno
	switch {
	case errors.Is(err, fs.ErrPermission) || strings.Contains(text, "permission denied"):
		return fmt.Errorf("%s cannot be written by uid %d; give it the directory (chown -R), or run matou as its owner: %w", dir, os.Getuid(), fs.ErrPermission)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the disk of %s is mounted read-only; mount it for writing, or name another directory: %w", dir, err)
	case errors.Is(err, syscall.ENOSPC) || strings.Contains(text, "no space left"):
		return fmt.Errorf("the disk of %s is full; make room and start the node again: %w", dir, storage.ErrFull)
	case strings.Contains(text, "Cannot acquire directory lock"):
		return locked(dir)
	case errors.As(err, &number) || strings.Contains(text, "too many open files"):
		return fmt.Errorf("%s: %w", dir, err)
	}
	return damaged(dir, text)
}

// damaged says that something on the disk is not as it was written.
func damaged(dir, what string) error {
	return fmt.Errorf("the store in %s is damaged: %s; move the directory away and restore a backup: %w", dir, what, storage.ErrDamaged)
}

// locked says that somebody else has the store.
func locked(dir string) error {
	return fmt.Errorf("%s is in use by another process; stop the node that runs on it, or let it do what you want by the command line: %w", dir, storage.ErrLocked)
}

// closeAfter closes what an error leaves open.
func closeAfter(db *badgerdb.DB, err error) error {
	return errors.Join(err, db.Close())
}
