package badger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/federation/ap"
	"matou/storage"
)

// The first byte of every record.
const (
	format     = 1 // JSON
	formatBody = 2 // of a Document: JSON without its body, a line feed, the body as it is
)

// maxRecord is how many bytes a record may have as it is written.
const maxRecord = 4 << 20

// usualRecord is how many bytes most records have at most.
const usualRecord = 512

// tx is one transaction: a view of the store at one moment and, for the
// writer, what it has changed since.
type tx struct {
	*badgerdb.Txn
	ctx context.Context
	now time.Time

	// What only the writer needs; it becomes the Store's when the transaction
	// was committed.
	sequence uint64 // of the newest change of the feed
	packs    uint64 // written, and to be spread
	listed   bool   // the feed has grown

	counted                map[ap.IRI]*counts // to be written at the end
	queued                 int                // deliveries more, or less
	dueLanes, dueRefreshes []dueChange
}

// view runs f on the store as it stands now.
func (s *Store) view(ctx context.Context, f func(t *tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.open.RLock()
	defer s.open.RUnlock()
	if s.closed {
		return storage.ErrClosed
	}
	version := s.versions.read()
	defer s.versions.release(version)
	txn := s.db.NewTransactionAt(version, false)
	defer txn.Discard()
	return f(&tx{Txn: txn, ctx: ctx, now: s.clock()})
}

// read gives what f finds in the store as it stands now.
func read[T any](ctx context.Context, s *Store, f func(t *tx) (T, error)) (T, error) {
	var v T
	err := s.view(ctx, func(t *tx) (err error) {
		v, err = f(t)
		return err
	})
	return v, err
}

// has reports whether there is a key, without reading its value.
func (t *tx) has(key []byte) (bool, error) {
	_, err := t.Get(key)
	if errors.Is(err, badgerdb.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read: %w", err)
	}
	return true, nil
}

// raw gives a copy of the value of a key, or false.
func (t *tx) raw(key []byte) ([]byte, bool, error) {
	item, err := t.Get(key)
	if errors.Is(err, badgerdb.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read: %w", err)
	}
	b, err := item.ValueCopy(nil)
	if err != nil {
		return nil, false, fmt.Errorf("read: %w", err)
	}
	return b, true, nil
}

// decode reads one record.
func decode(b []byte, v any) error {
	if len(b) == 0 {
		return fmt.Errorf("a record is empty; run matou doctor: %w", storage.ErrDamaged)
	}
	record, body, split := b[1:], []byte(nil), b[0] == formatBody
	if split {
		record, body, _ = bytes.Cut(record, []byte{'\n'})
	}
	d, isDocument := v.(*ap.Document)
	if b[0] != format && !(split && isDocument) {
		return fmt.Errorf("a record has format %d, which this version does not read: %w", b[0], storage.ErrNewer)
	}
	if err := json.Unmarshal(record, v); err != nil {
		return fmt.Errorf("a record cannot be read (%v); run matou doctor: %w", err, storage.ErrDamaged)
	}
	if len(body) > 0 {
		d.Body = bytes.Clone(body)
	}
	return nil
}

// encodeDocument writes a document with its body beside the JSON: bodies are
// most of what is kept, and within JSON they would take a third more.
func encodeDocument(d ap.Document) ([]byte, error) {
	body := d.Body
	d.Body = nil
	b, err := encodeBefore(d, 1+len(body))
	if err != nil {
		return nil, err
	}
	if len(b)+len(body) > maxRecord {
		return nil, tooBig(len(b) + len(body))
	}
	b[0] = formatBody
	return append(append(b, '\n'), body...), nil
}

func tooBig(n int) error {
	return fmt.Errorf("a record has %d KiB, at most %d are kept; divide it: %w", n>>10, maxRecord>>10, storage.ErrTooBig)
}

// encode writes one record. JSON of HTML is kept readable: no page is made
// of these bytes.
func encode(v any) ([]byte, error) { return encodeBefore(v, 0) }

// encodeBefore is encode that leaves room for what follows.
func encodeBefore(v any, room int) ([]byte, error) {
	b := bytes.NewBuffer(append(make([]byte, 0, usualRecord+room), format))
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	if b.Len() > maxRecord {
		return nil, tooBig(b.Len())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// load gives the record of a key, or false. The record must be the one meant:
// same guards against two ids with one hash.
func load[T any](t *tx, key []byte, same func(T) bool) (T, bool, error) {
	var v T
	b, found, err := t.raw(key)
	if err != nil || !found {
		return v, false, err
	}
	if err := decode(b, &v); err != nil {
		return v, false, err
	}
	if !same(v) {
		return v, false, fmt.Errorf("a record stands under the key of another; run matou doctor: %w", storage.ErrDamaged)
	}
	return v, true, nil
}

// must is load where a missing record is directory.ErrNotFound.
func must[T any](t *tx, key []byte, same func(T) bool) (T, error) {
	v, found, err := load(t, key, same)
	if err == nil && !found {
		err = directory.ErrNotFound
	}
	return v, err
}

// save writes a record, for good.
func (t *tx) save(key []byte, v any) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	return t.Set(key, b)
}

// saveUntil writes a record that may be forgotten after a time (never, for the
// zero time). Badger forgets by the clock of the machine and reads expired
// records now and then all the same: whoever reads such a record compares its
// own expiry with t.now.
func (t *tx) saveUntil(key []byte, v any, until time.Time) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	return t.setUntil(key, b, until)
}

// setUntil is saveUntil of a record that is written out.
func (t *tx) setUntil(key, b []byte, until time.Time) error {
	e := badgerdb.NewEntry(key, b)
	if !until.IsZero() {
		e = e.WithTTL(max(until.Sub(t.now), time.Second))
	}
	return t.SetEntry(e)
}

// mark writes the key of an index.
func (t *tx) mark(key []byte) error { return t.Set(key, nil) }

// walk visits the keys with a prefix in order (reversed: backwards), from the
// first at or after (reversed: before) prefix+from, until visit says stop. The
// writer may have one walk at a time: collect first, then change.
type walk struct {
	prefix   []byte
	from     []byte // nil: from where the walk begins
	past     bool   // leave out the key prefix+from itself
	backward bool
}

// visit calls f for each item; key is valid until the next one. Forward it asks
// for every version of a key and leaves the old and removed ones out itself:
// Badger would walk over the removed keys beyond the prefix too, in search of
// one that is not, and a queue leaves many.
func (t *tx) visit(w walk, f func(key []byte, item *badgerdb.Item) (more bool, err error)) error {
	it := t.NewIterator(badgerdb.IteratorOptions{Prefix: w.prefix, Reverse: w.backward, AllVersions: !w.backward})
	defer it.Close()
	start := append(bytes.Clone(w.prefix), w.from...)
	if w.backward && w.from == nil {
		start = append(start, bytes.Repeat([]byte{0xff}, 8)...)
	}
	var last []byte
	n := 0
	for it.Seek(start); it.ValidForPrefix(w.prefix); it.Next() {
		if n++; n%256 == 0 && t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		item := it.Item()
		key := item.Key()
		if bytes.Equal(key, last) {
			continue // an older version
		}
		last = append(last[:0], key...)
		if item.IsDeletedOrExpired() || w.past && bytes.Equal(key, start) {
			continue
		}
		if more, err := f(key, item); err != nil || !more {
			return err
		}
	}
	return nil
}

// value reads the record of an item.
func value[T any](item *badgerdb.Item) (T, error) {
	var v T
	err := item.Value(func(b []byte) error { return decode(b, &v) })
	return v, err
}

// collect gives at most limit records that a walk meets.
func collect[T any](t *tx, w walk, limit int) ([]T, error) {
	var all []T
	if limit < 1 {
		return nil, nil
	}
	err := t.visit(w, func(_ []byte, item *badgerdb.Item) (bool, error) {
		v, err := value[T](item)
		if err != nil {
			return false, err
		}
		all = append(all, v)
		return len(all) < limit, nil
	})
	return all, err
}

// keys gives at most limit keys that a walk meets, without the prefix.
func (t *tx) keys(w walk, limit int) ([][]byte, error) {
	var all [][]byte
	if limit < 1 {
		return nil, nil
	}
	err := t.visit(w, func(key []byte, _ *badgerdb.Item) (bool, error) {
		all = append(all, bytes.Clone(key[len(w.prefix):]))
		return len(all) < limit, nil
	})
	return all, err
}
