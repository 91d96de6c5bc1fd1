package search

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// ErrSnapshot says that a snapshot is not whole, or was made for something
// else: by another version, or of another vocabulary.
var ErrSnapshot = errors.New("search: snapshot does not fit")

// snapshotMagic begins a snapshot. It changes with the form of snapshots and
// with what the index reads in a listing.
const snapshotMagic = "matou search 1\n"

// Save writes a snapshot of the index: what reading every listing anew would
// give, in a form that is read a hundred times faster. key says what the index
// was made by and of; after is the change of the directory that it stands at.
// Both come back from Load. Nothing is put or removed meanwhile.
func (x *Index) Save(w io.Writer, key string, after uint64) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	b := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<20)
	e := &encoder{w: b}
	e.text(snapshotMagic)
	e.text(key)
	e.number(after)
	e.number(uint64(len(x.ids)))
	for n, id := range x.ids {
		e.text(string(id))
		p := x.places[n]
		if !p.known {
			e.number(0)
			continue
		}
		e.number(1)
		for _, f := range []float64{p.x, p.y, p.z} {
			e.number(math.Float64bits(f))
		}
	}
	e.set(x.live)
	e.set(x.gone)
	for _, f := range directory.AllFacets() {
		e.set(x.said[f])
		e.sets(x.values[f])
	}
	e.sets(x.whole)
	e.number(uint64(len(x.words)))
	for word, p := range x.words {
		e.text(word)
		e.posting(p)
	}
	for _, f := range areaFacets {
		e.column(x.columns[f])
	}
	if e.err == nil {
		e.err = b.Flush()
	}
	if e.err == nil {
		_, e.err = w.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32()))
	}
	if e.err != nil {
		return fmt.Errorf("write the search snapshot: %w", e.err)
	}
	return nil
}

// encoder writes the parts of a snapshot until one cannot be written.
type encoder struct {
	w   *bufio.Writer
	err error
	buf []byte
}

func (e *encoder) bytes(b []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(b)
	}
}

func (e *encoder) number(n uint64) {
	e.buf = binary.AppendUvarint(e.buf[:0], n)
	e.bytes(e.buf)
}

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

func (e *encoder) texts(all []string) {
	e.number(uint64(len(all)))
	for _, s := range all {
		e.text(s)
	}
}

func (e *encoder) set(s *roaring.Bitmap) {
	e.number(s.GetSerializedSizeInBytes())
	if e.err == nil {
		_, e.err = s.WriteTo(e.w)
	}
}

func (e *encoder) sets(all sets) {
	e.number(uint64(len(all)))
	for key, s := range all {
		e.text(key)
		e.set(s)
	}
}

// posting writes a plain list as its length and its steps; a bitmap as 0.
func (e *encoder) posting(p *posting) {
	if p.many != nil {
		e.number(0)
		e.set(p.many)
		return
	}
	e.number(uint64(len(p.few)))
	last := uint32(0)
	for _, n := range p.few {
		e.number(uint64(n - last))
		last = n
	}
}

func (e *encoder) column(c *column) {
	e.number(uint64(len(c.combos)))
	for _, k := range c.combos {
		e.text(k.key)
		e.number(uint64(k.listings))
		e.texts(k.values)
		e.texts(k.whole)
	}
	e.number(uint64(len(c.of)))
	for _, i := range c.of {
		e.number(uint64(i))
	}
}

// Load fills an empty index from a snapshot, and gives the change of the
// directory that it stands at; ErrSnapshot where it does not fit, and then the
// index is as it was.
func (x *Index) Load(snapshot []byte, key string) (after uint64, err error) {
	body := len(snapshot) - 4
	if body < 0 || crc32.Checksum(snapshot[:body], crc32.MakeTable(crc32.Castagnoli)) != binary.BigEndian.Uint32(snapshot[body:]) {
		return 0, fmt.Errorf("not whole: %w", ErrSnapshot)
	}
	d := &decoder{left: snapshot[:body]}
	if d.text() != snapshotMagic || d.text() != key {
		return 0, fmt.Errorf("of another version or vocabulary: %w", ErrSnapshot)
	}
	after = d.number()
	y := New(x.vocabulary, x.areas)
	for n := range d.count() {
		id := directory.ID(d.text())
		var p place
		if d.number() == 1 {
			p = place{math.Float64frombits(d.number()), math.Float64frombits(d.number()), math.Float64frombits(d.number()), true}
		}
		y.ids, y.places = append(y.ids, id), append(y.places, p)
		seed := uint64(0)
		if id != "" {
			y.numbers[id], seed = uint32(n), directory.Seed(string(id))
		}
		y.seeds = append(y.seeds, seed)
	}
	d.most = uint64(len(y.ids))
	y.live, y.gone = d.set(), d.set()
	for _, f := range directory.AllFacets() {
		y.said[f], y.values[f] = d.set(), d.sets()
	}
	y.whole = d.sets()
	for range d.count() {
		word := d.text()
		y.words[word] = d.posting()
	}
	for _, f := range areaFacets {
		y.columns[f] = d.column()
	}
	for _, c := range y.columns {
		d.bad = d.bad || len(c.of) < len(y.ids)
	}
	for n, id := range y.ids {
		if id == "" && !y.gone.Contains(uint32(n)) {
			y.free = append(y.free, uint32(n))
		}
	}
	if d.bad || len(d.left) > 0 || y.live.GetCardinality() != uint64(len(y.numbers)) {
		return 0, fmt.Errorf("does not add up: %w", ErrSnapshot)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.become(y)
	return after, nil
}

// Clear takes every listing out.
func (x *Index) Clear() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.become(New(x.vocabulary, x.areas))
}

// become takes over what another index of the same vocabulary holds.
func (x *Index) become(y *Index) {
	x.ids, x.seeds, x.places, x.numbers, x.free = y.ids, y.seeds, y.places, y.numbers, y.free
	x.live, x.gone, x.values, x.said, x.whole, x.words, x.columns = y.live, y.gone, y.values, y.said, y.whole, y.words, y.columns
	x.sorted.Store(nil)
	x.dictionary.Store(nil)
	x.counted.Store(nil)
}

// decoder reads the parts of a snapshot; bad once one is not there.
type decoder struct {
	left []byte
	most uint64 // numbers lie below it
	bad  bool
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.left)
	if size <= 0 {
		d.left, d.bad = nil, true
		return 0
	}
	d.left = d.left[size:]
	return n
}

// count reads how many parts follow, each of a byte at least.
func (d *decoder) count() int {
	n := d.number()
	if n > uint64(len(d.left)) {
		d.left, d.bad = nil, true
		return 0
	}
	return int(n)
}

func (d *decoder) bytes() []byte {
	n := d.count()
	b := d.left[:n]
	d.left = d.left[n:]
	return b
}

func (d *decoder) text() string { return string(d.bytes()) }

func (d *decoder) texts() []string {
	var all []string
	for range d.count() {
		all = append(all, d.text())
	}
	return all
}

func (d *decoder) set() *roaring.Bitmap {
	s := roaring.New()
	if _, err := s.ReadFrom(bytes.NewReader(d.bytes())); err != nil {
		d.left, d.bad = nil, true
		return roaring.New()
	}
	if !s.IsEmpty() && (s.Validate() != nil || uint64(s.Maximum()) >= d.most) {
		d.bad = true
		return roaring.New()
	}
	return s
}

func (d *decoder) sets() sets {
	n := d.count()
	all := make(sets, n)
	for range n {
		key := d.text()
		all[key] = d.set()
	}
	return all
}

func (d *decoder) posting() *posting {
	n := d.count()
	if n == 0 {
		return &posting{many: d.set()}
	}
	p := &posting{few: make([]uint32, 0, min(n, mostFew))}
	last := uint32(0)
	for range n {
		last += uint32(d.number())
		p.few = append(p.few, last)
	}
	d.bad = d.bad || !slices.IsSorted(p.few) || uint64(last) >= d.most
	return p
}

func (d *decoder) column() *column {
	c := newColumn()
	c.combos = c.combos[:0]
	for i := range d.count() {
		k := combo{key: d.text(), listings: int(d.number()), values: d.texts(), whole: d.texts()}
		c.combos = append(c.combos, k)
		switch {
		case i == 0:
		case k.listings == 0:
			c.free = append(c.free, uint32(i))
		default:
			c.at[k.key] = uint32(i)
		}
	}
	d.bad = d.bad || len(c.combos) == 0
	for range d.count() {
		i := d.number()
		if i >= uint64(len(c.combos)) {
			d.bad = true
			return c
		}
		c.of = append(c.of, uint32(i))
	}
	return c
}
