package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// The odometer counts transactions, inside the store and beside it, in a file
// of 12 bytes: the number and its CRC-32. The file is written when the disk has
// the transaction. A store that comes back with fewer transactions than the
// file tells has lost some: Badger forgets, without a word, what follows a
// damaged place of its log, and tables that a manifest cut short does not name.
const odometerFile = "COMMITS"

// odometerKey holds the number of transactions inside the store.
var odometerKey = join(kindMeta, []byte("commits"))

func odometerPath(dir string) string { return filepath.Join(dir, odometerFile) }

// commits reads the number inside the store.
func commits(db *badgerdb.DB) (n uint64, err error) {
	err = db.View(func(txn *badgerdb.Txn) error {
		b, found, err := (&tx{Txn: txn}).raw(odometerKey)
		if found && len(b) == 8 {
			n = binary.BigEndian.Uint64(b)
		}
		return err
	})
	return n, err
}

// compareOdometer fails where transactions were lost.
func compareOdometer(db *badgerdb.DB, o Options) error {
	inside, err := commits(db)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(odometerPath(o.Dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return openError(o.Dir, err)
	case len(b) != 12 || crc32.ChecksumIEEE(b[:8]) != binary.BigEndian.Uint32(b[8:]):
		o.Log.Warn("the count of transactions beside the store cannot be read; nothing tells whether some were lost")
		return nil
	}
	beside := binary.BigEndian.Uint64(b)
	if inside < beside {
		return damaged(o.Dir, fmt.Sprintf("it holds %d transactions and %d had been written, so some were lost or it was copied while a node ran on it"+
			" (to go on with what is left all the same, remove the file %s)", inside, beside, odometerPath(o.Dir)))
	}
	return nil
}

// odometer is the open file; nil in memory.
type odometer struct{ file *os.File }

// openOdometer opens the file beside the store for writing.
func openOdometer(dir string) (*odometer, error) {
	if dir == "" {
		return nil, nil
	}
	f, err := os.OpenFile(odometerPath(dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, openError(dir, err)
	}
	return &odometer{file: f}, nil
}

// set writes the number of transactions that the disk has.
func (o *odometer) set(n uint64) error {
	if o == nil {
		return nil
	}
	b := number(n)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	_, err := o.file.WriteAt(b, 0)
	return err
}

func (o *odometer) close() error {
	if o == nil {
		return nil
	}
	return errors.Join(o.file.Sync(), o.file.Close())
}
