package badger

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/storage"
)

// migration brings the layout one version further. It may take as many
// transactions as it needs; it may be stopped anywhere, and is then run again
// from its beginning, so what it did before must not disturb it.
type migration func(ctx context.Context, db *badgerdb.DB) error

// migrations are all there ever were, in order: the layout has the version
// that is their number. A released one is never changed.
var migrations = []migration{
	// 0 to 1: the first layout. A store without a version is empty, or was
	// made before versions were written; either has nothing to move.
	func(context.Context, *badgerdb.DB) error { return nil },
}

// schemaKey holds the version of the layout.
var schemaKey = join(kindMeta, []byte("schema"))

// schema is what stands under schemaKey.
type schema struct {
	Version int `json:"version"`
}

// migrate runs the migrations that the store has not seen, and notes each.
func migrate(ctx context.Context, db *badgerdb.DB, log *slog.Logger, steps []migration) error {
	version, err := schemaVersion(db)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("the store has layout %d, this version of matou knows layouts up to %d; install the version that wrote it, or restore a backup made before: %w",
			version, len(steps), storage.ErrNewer)
	}
	for ; version < len(steps); version++ {
		begun := time.Now()
		if err := steps[version](ctx, db); err != nil {
			return fmt.Errorf("migrate the store from layout %d to %d: %w", version, version+1, err)
		}
		if err := setSchemaVersion(db, version+1); err != nil {
			return fmt.Errorf("migrate the store from layout %d to %d: %w", version, version+1, err)
		}
		log.InfoContext(ctx, "store migrated", "layout", version+1, "took", time.Since(begun))
	}
	return nil
}

// schemaVersion reads the version; 0 where none was written.
func schemaVersion(db *badgerdb.DB) (int, error) {
	var v schema
	err := db.View(func(txn *badgerdb.Txn) (err error) {
		v, _, err = load(&tx{Txn: txn}, schemaKey, func(schema) bool { return true })
		return err
	})
	return v.Version, err
}

func setSchemaVersion(db *badgerdb.DB, version int) error {
	return update(db, func(t *tx) error { return t.save(schemaKey, schema{Version: version}) })
}
