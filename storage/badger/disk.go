package badger

import (
	"fmt"
	"time"

	"matou/storage"
)

// Badger writes into files that it has mapped into memory, and made with
// holes: where the disk has no room for such a page the system kills the
// process. So nothing is written once less than this is left, which is enough
// for what was taken before: the memtables become tables, and tables merge.
const (
	roomToOpen  = 64 << 20
	roomToWrite = 128 << 20
)

// roomHolds is how long room to write is taken to be there still: nobody fills
// that much in so short a time.
const roomHolds = 10 * time.Millisecond

// room fails with storage.ErrFull where less than that is left for dir ("" is
// memory).
func room(dir string, want uint64) error {
	if dir == "" {
		return nil
	}
	left, known := available(dir)
	if !known || left >= want {
		return nil
	}
	return fmt.Errorf("the disk of %s has %d MiB left and matou needs %d; make room, a running node goes on by itself: %w",
		dir, left>>20, want>>20, storage.ErrFull)
}
