package badger

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// options for a machine of 512 MiB that mostly idles: Badger's own defaults
// reach 3 GB while many records are written. One goroutine writes, so that
// there are no conflicts to detect.
func engineOptions(o Options) badgerdb.Options {
	b := badgerdb.DefaultOptions(o.Dir).
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
	return b
}

// openDB opens the database itself.
func openDB(o Options) (*badgerdb.DB, error) {
	if o.InMemory {
		return badgerdb.Open(engineOptions(o).WithDir("").WithValueDir(""))
	}
	return badgerdb.Open(engineOptions(o))
}

// closeAfter closes what an error leaves open.
func closeAfter(db *badgerdb.DB, err error) error {
	return errors.Join(err, db.Close())
}

// logger passes what Badger says on: what it counts as information is of
// interest to those who debug only.
type logger struct{ log *slog.Logger }

func (l logger) Errorf(format string, args ...any) {
	l.log.Warn("storage engine", "error", line(format, args))
}

func (l logger) Warningf(format string, args ...any) {
	l.log.Warn("storage engine", "warning", line(format, args))
}

func (l logger) Infof(format string, args ...any) {
	l.log.Debug("storage engine", "detail", line(format, args))
}

func (l logger) Debugf(format string, args ...any) {
	l.log.Debug("storage engine", "detail", line(format, args))
}

func line(format string, args []any) string {
	return strings.TrimSpace(fmt.Sprintf(format, args...))
}
