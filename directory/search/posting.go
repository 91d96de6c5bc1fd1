package search

import (
	"math/bits"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// mostFew is up to how many listings a posting is a plain list: most words are
// said by one hoster only, and a bitmap takes hundreds of bytes.
const mostFew = 32

// posting is the listings that hold one word, or answer one value.
type posting struct {
	few  []uint32 // sorted; unused once many is there
	many *many
}

// many is a posting of many listings. As roaring's sets they are brought
// together with others; as plain bits they are counted, which every search does
// with each value of each facet.
type many struct {
	*roaring.Bitmap
	bits []uint64 // nil where it is not counted, or holds too little of all to be worth it
}

// worthBits is one listing in how many a posting must hold to be kept as bits
// too: with fewer, looking each of them up takes no longer than all words of
// bits, and memory stays bounded however many values people invent.
const worthBits = 64

func (p *posting) add(n uint32) {
	if p.many != nil {
		p.many.add(n)
		return
	}
	i, found := slices.BinarySearch(p.few, n)
	if found {
		return
	}
	if p.few = slices.Insert(p.few, i, n); len(p.few) > mostFew {
		p.many, p.few = &many{Bitmap: roaring.BitmapOf(p.few...)}, nil
	}
}

func (m *many) add(n uint32) {
	m.Add(n)
	if m.bits == nil {
		return
	}
	if word := int(n >> 6); word >= len(m.bits) {
		m.bits = append(m.bits, make([]uint64, word+1-len(m.bits))...)
	}
	m.bits[n>>6] |= 1 << (n & 63)
}

// weigh keeps the listings as bits where they are enough of so many in all.
func (p *posting) weigh(all int) {
	switch {
	case p.many == nil:
	case p.many.bits == nil && p.size() >= uint64(all)/worthBits:
		p.many.bits = p.many.ToDense()
	case p.many.bits != nil && p.size() < uint64(all)/worthBits/2:
		p.many.bits = nil
	}
}

// drop takes listings out, and reports whether none is left.
func (p *posting) drop(gone *roaring.Bitmap) bool {
	if p.many == nil {
		p.few = slices.DeleteFunc(p.few, gone.Contains)
		return len(p.few) == 0
	}
	p.many.AndNot(gone)
	if p.many.bits != nil {
		p.many.bits = p.many.ToDense()
	}
	return p.many.IsEmpty()
}

func (p *posting) size() uint64 {
	if p.many != nil {
		return p.many.GetCardinality()
	}
	return uint64(len(p.few))
}

// set gives the listings; the caller must not change them.
func (p *posting) set() *roaring.Bitmap {
	if p.many != nil {
		return p.many.Bitmap
	}
	return roaring.BitmapOf(p.few...)
}

// tally counts how many listings of one set are in postings.
type tally struct {
	set     *roaring.Bitmap
	size    uint64
	whole   bool     // set is everything: no posting holds more
	bits    []uint64 // set, one bit a number; made when first needed
	numbers []uint32 // set, where it is small; made when first needed
}

func (x *Index) tally(set *roaring.Bitmap) *tally {
	return &tally{set: set, size: set.GetCardinality(), whole: set == x.live && x.gone.IsEmpty()}
}

// in gives how many listings of the tally's set are in p. Whichever of the two
// is told in fewer steps is held against the bits of the other.
func (t *tally) in(p *posting) (n uint64) {
	switch {
	case p == nil || t.size == 0:
		return 0
	case t.whole:
		return p.size()
	case p.many == nil:
		for _, number := range p.few {
			n += lit(t.dense(), number)
		}
		return n
	case p.many.bits == nil && t.size < p.size()/16:
		return t.set.AndCardinality(p.many.Bitmap)
	case p.many.bits == nil:
		dense := t.dense()
		var buffer [512]uint32
		numbers := p.many.ManyIterator()
		for k := numbers.NextMany(buffer[:]); k > 0; k = numbers.NextMany(buffer[:]) {
			for _, number := range buffer[:k] {
				n += lit(dense, number)
			}
		}
		return n
	case t.size < uint64(len(p.many.bits)):
		if t.numbers == nil {
			t.numbers = t.set.ToArray()
		}
		for _, number := range t.numbers {
			n += lit(p.many.bits, number)
		}
		return n
	}
	return common(t.dense(), p.many.bits)
}

func (t *tally) dense() []uint64 {
	if t.bits == nil {
		t.bits = t.set.ToDense()
	}
	return t.bits
}

// lit gives 1 where a number is among bits, else 0.
func lit(bits []uint64, n uint32) uint64 {
	if word := int(n >> 6); word < len(bits) {
		return bits[word] >> (n & 63) & 1
	}
	return 0
}

// common gives how many numbers are among both of two sets of bits.
func common(a, b []uint64) uint64 {
	n := 0
	a = a[:min(len(a), len(b))]
	for i, word := range a {
		n += bits.OnesCount64(word & b[i])
	}
	return uint64(n)
}
