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
const snapshotMagic = "matou search 3\n"

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
		for _, f := range []float32{p.x, p.y, p.z} {
			e.number(uint64(math.Float32bits(f)))
		}
	}
	e.set(x.live)
	e.set(x.gone)
	for _, f := range directory.AllFacets() {
		e.posting(x.said[string(f)])
		e.sets(x.values[f])
	}
	e.sets(x.whole)
	e.sets(x.words)
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
	for key, p := range all {
		e.text(key)
		e.posting(p)
	}
}

// posting writes a plain list as its length and its steps; a bitmap as more
// than any of these.
func (e *encoder) posting(p *posting) {
	if p.many != nil {
		e.number(mostFew + 1)
		e.set(p.many.Bitmap)
		return
	}
	e.number(uint64(len(p.few)))
	last := uint32(0)
	for _, n := range p.few {
		e.number(uint64(n - last))
		last = n
	}
}

// column writes the areas, the combinations of them that somebody answers, and
// which of these each listing answers.
func (e *encoder) column(c *column) {
	e.texts(c.codes)
	ids := func(all []int32) {
		e.number(uint64(len(all)))
		for _, id := range all {
			e.number(uint64(id))
		}
	}
	e.number(uint64(len(c.combos)))
	for _, k := range c.combos {
		ids(k.values)
		ids(k.whole)
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
			p = place{d.coordinate(), d.coordinate(), d.coordinate(), true}
		}
		y.ids, y.places = append(y.ids, id), append(y.places, p)
		seed := uint64(0)
		if id != "" {
			y.numbers[id], seed = uint32(n), directory.Seed(string(id))
		}
		y.seeds = append(y.seeds, seed)
	}
	d.most, d.shelf = uint64(len(y.ids)), y.shelf
	y.live, y.gone = d.set(), d.set()
	for _, f := range directory.AllFacets() {
		d.fill(y.said[string(f)])
		y.values[f] = d.sets()
		y.said[string(f)].weigh(len(y.ids))
		for _, p := range y.values[f] {
			if !slices.Contains(areaFacets, f) {
				p.weigh(len(y.ids))
			}
		}
	}
	y.whole, y.words = d.sets(), d.sets()
	for _, f := range areaFacets {
		d.column(y.columns[f])
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
	x.live, x.gone, x.values, x.said, x.whole, x.words, x.shelf, x.columns = y.live, y.gone, y.values, y.said, y.whole, y.words, y.shelf, y.columns
	x.fresh = nil
	x.sorted.Store(nil)
	x.dictionary.Store(nil)
	x.changed()
}

// decoder reads the parts of a snapshot; bad once one is not there.
type decoder struct {
	left []byte
	most uint64 // numbers lie below it
	bad  bool

	shelf *shelf // for what is read
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
		key := d.shelf.key(string(d.bytes()))
		p := d.shelf.posting()
		d.fill(p)
		all[key] = p
	}
	return all
}

// fill reads an empty posting.
func (d *decoder) fill(p *posting) {
	n := d.number()
	switch {
	case n > mostFew:
		p.many = &many{Bitmap: d.set()}
		return
	case n == 1:
		p.few = p.first[:]
	default:
		p.few = make([]uint32, n)
	}
	last, sum := uint64(0), uint64(0)
	for i := range p.few {
		sum += d.number()
		d.bad = d.bad || i > 0 && sum <= last
		last = sum
		p.few[i] = uint32(sum)
	}
	d.bad = d.bad || n > 0 && last >= d.most
}

// coordinate reads one of a place.
func (d *decoder) coordinate() float32 { return math.Float32frombits(uint32(d.number())) }

// column fills an empty column.
func (d *decoder) column(c *column) {
	var known []int32
	for range d.count() {
		known = append(known, c.id(d.text()))
	}
	ids := func() []int32 {
		all := make([]int32, d.count())
		for i := range all {
			n := d.number()
			if n >= uint64(len(known)) {
				d.left, d.bad = nil, true
				return nil
			}
			all[i] = known[n]
		}
		return all
	}
	var combos []uint32
	for range d.count() {
		values, whole := ids(), ids()
		if len(values) == 0 {
			combos = append(combos, 0)
			continue
		}
		combos = append(combos, c.combine(values, whole))
	}
	c.of = make([]uint32, d.count())
	for n := range c.of {
		i := d.number()
		if i >= uint64(len(combos)) {
			d.bad = true
			return
		}
		c.of[n] = combos[i]
		c.combos[c.of[n]].listings++
	}
	c.settle()
}
