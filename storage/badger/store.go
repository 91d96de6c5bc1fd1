// Package badger keeps what a node knows in an embedded Badger database.
package badger

import (
	"log/slog"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/storage"
)

// Options say where the store is, and what it is given.
type Options struct {
	Dir      string           // made where it is missing; "" with InMemory
	InMemory bool             // keeps nothing after Close
	Log      *slog.Logger     // nil: silent
	Clock    func() time.Time // nil: time.Now
}

// Store is one open store. Make it with Open.
type Store struct {
	storage.Engine // replaced method by method
	db             *badgerdb.DB
}

// Open opens the store at Options.Dir, or makes it.
func Open(o Options) (*Store, error) { return nil, nil }
