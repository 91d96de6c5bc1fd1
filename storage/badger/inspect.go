package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
)

// orphanDir keeps the tables that the manifest does not name. Badger removes
// such tables when it opens: a crash leaves them while their contents stand
// elsewhere, but a manifest that was cut short names none at all.
const orphanDir = "orphans"

// inspect verifies every table before Badger maps it, for it ends the process
// where one is cut short and answers "not found" from one that was changed. It
// gives the tables that were saved from removal.
func inspect(o Options) (orphans []string, err error) {
	found, err := tablesIn(o.Dir)
	if err != nil {
		return nil, openError(o.Dir, err)
	}
	named, err := tablesNamed(o)
	if err != nil {
		return nil, damaged(o.Dir, err.Error())
	}
	size := 0
	for id, t := range named {
		n, err := verifyTable(table.NewFilename(id, o.Dir), id, t.Compression)
		if err != nil {
			return nil, damaged(o.Dir, fmt.Sprintf("table %06d.sst: %v", id, err))
		}
		size += n
	}
	if size > 4<<20 {
		debug.FreeOSMemory() // what reading everything took
	}
	for id := range found {
		if _, ok := named[id]; ok {
			continue
		}
		kept, err := keepOrphan(o.Dir, id)
		if err != nil {
			return nil, openError(o.Dir, err)
		}
		orphans = append(orphans, kept)
	}
	if _, err := os.Stat(odometerPath(o.Dir)); len(orphans) > 0 && errors.Is(err, fs.ErrNotExist) {
		forget(orphans)
		return nil, damaged(o.Dir, "there are tables that MANIFEST does not name, and COMMITS is missing")
	}
	return orphans, nil
}

// tablesIn gives the tables in a directory, by number.
func tablesIn(dir string) (map[uint64]bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	found := map[uint64]bool{}
	for _, e := range entries {
		if id, ok := table.ParseFileID(e.Name()); ok {
			found[id] = true
		}
	}
	return found, nil
}

// tablesNamed gives the tables that the manifest names.
func tablesNamed(o Options) (map[uint64]badgerdb.TableManifest, error) {
	f, err := os.Open(filepath.Join(o.Dir, badgerdb.ManifestFilename))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a new store; else its tables are orphans
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, _, err := badgerdb.ReplayManifestFile(f, 0, engineOptions(o))
	if err != nil {
		return nil, fmt.Errorf("MANIFEST: %w", err)
	}
	return m.Tables, nil
}

// verifyTable reads a whole table and verifies its checksums; it gives its
// size.
func verifyTable(path string, id uint64, c options.CompressionType) (size int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("its blocks are not as they were written")
		}
	}()
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, errors.New("it is missing")
	}
	if err != nil {
		return 0, err
	}
	if !footerFits(data) {
		return 0, errors.New("it was cut short")
	}
	t, err := table.OpenInMemoryTable(data, id, &table.Options{Compression: c, BlockSize: 4 << 10})
	if err != nil {
		return 0, err
	}
	return len(data), t.VerifyChecksum()
}

// footerFits checks the lengths at the end of a table: index, its length (4
// bytes), checksum, its length (4 bytes).
func footerFits(data []byte) bool {
	left := int64(len(data))
	for range 2 {
		if left < 4 {
			return false
		}
		left -= 4 + int64(binary.BigEndian.Uint32(data[left-4:left]))
		if left < 0 {
			return false
		}
	}
	return true
}

// keepOrphan keeps a table from being removed, under a second name.
func keepOrphan(dir string, id uint64) (string, error) {
	if err := os.MkdirAll(filepath.Join(dir, orphanDir), 0o700); err != nil {
		return "", err
	}
	kept := filepath.Join(dir, orphanDir, fmt.Sprintf("%06d.sst", id))
	if err := os.Link(table.NewFilename(id, dir), kept); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return kept, nil
}

// forget removes orphans whose contents proved to stand elsewhere.
func forget(orphans []string) {
	for _, path := range orphans {
		_ = os.Remove(path)
		_ = os.Remove(filepath.Dir(path)) // once it is empty
	}
}
