package badger

import (
	"math"
	"sync"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// versions counts the states of the store: the newest that the disk has whole,
// and the older ones that somebody still reads, whose values must stay.
//
// Badger can count them itself. Whoever reads then waits until what is being
// written meanwhile is on the disk, although it reads what was there before,
// and passes one goroutine of the engine's twice.
type versions struct {
	mu      sync.Mutex
	newest  uint64
	readers map[uint64]int
}

// read gives the newest version, which stays until it is released.
func (v *versions) read() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.readers[v.newest]++
	return v.newest
}

// release ends one read.
func (v *versions) release(version uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.readers[version]--; v.readers[version] == 0 {
		delete(v.readers, version)
	}
}

// advance makes a version that the disk has the newest, and gives the oldest
// that is still read: what was replaced before it can go.
func (v *versions) advance(version uint64) (oldest uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.newest, oldest = version, version
	for read := range v.readers {
		oldest = min(oldest, read)
	}
	return oldest
}

// update commits what f changes, in a database that nobody else uses yet.
func update(db *badgerdb.DB, f func(t *tx) error) error {
	txn := db.NewTransactionAt(math.MaxUint64, true)
	defer txn.Discard()
	if err := f(&tx{Txn: txn}); err != nil {
		return err
	}
	return txn.CommitAt(db.MaxVersion()+1, nil)
}
