package search

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// mostFew is up to how many listings a posting is a plain list: most words are
// said by one hoster only, and a bitmap takes hundreds of bytes.
const mostFew = 32

// posting is the listings that hold one word, or answer one value.
type posting struct {
	few   []uint32 // sorted; unused once many is there
	many  *many
	first [1]uint32 // room for few while it is one
}

// many is a posting of many listings. As roaring's sets they are brought
// together with others; as plain bits they are counted, which every search does
// with each value of each facet.
type many struct {
	*roaring.Bitmap
	bits []uint64 // nil where it is not counted, or holds too little of all to be worth it
}

// shelf holds postings and their keys side by side, many of them in one piece:
// each of hundreds of thousands by itself would be looked at one by one
// whenever the collector of garbage comes by, while searches wait.
type shelf struct {
	block []posting  // not used yet
	free  []*posting // not used any more
	text  *strings.Builder
}

// The size of a piece, in postings and in bytes of keys. A piece is kept while
// anything in it is used, so that it must not be too large.
const (
	shelfPostings = 64
	shelfText     = 1 << 10
)

func newShelf() *shelf { return &shelf{text: new(strings.Builder)} }

// posting gives an empty posting.
func (h *shelf) posting() *posting {
	if last := len(h.free) - 1; last >= 0 {
		p := h.free[last]
		h.free = h.free[:last]
		return p
	}
	if len(h.block) == 0 {
		h.block = make([]posting, shelfPostings)
	}
	p := &h.block[0]
	h.block = h.block[1:]
	return p
}

// empty takes back a posting that nothing refers to any more.
func (h *shelf) empty(p *posting) {
	*p = posting{}
	h.free = append(h.free, p)
}

// key gives a key that keeps nothing else in memory, as the part of a text
// would keep all of it.
func (h *shelf) key(s string) string {
	if h.text.Len()+len(s) > h.text.Cap() {
		h.text = new(strings.Builder)
		h.text.Grow(max(len(s), shelfText))
	}
	h.text.WriteString(s)
	all := h.text.String()
	return all[len(all)-len(s):]
}

// add adds a listing under a key, and reports whether it is the first there. It
// gives the key as it is kept.
func (h *shelf) add(s sets, key string, n uint32) (p *posting, kept string, came bool) {
	p = s[key]
	if p == nil {
		p, kept, came = h.posting(), h.key(key), true
		s[kept] = p
	}
	p.add(n)
	return p, kept, came
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
	if p.few == nil {
		p.first[0], p.few = n, p.first[:]
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
	set   *roaring.Bitmap
	size  uint64
	whole bool     // set is everything: no posting holds more
	ready bool     // bits and spots are there: they are made when first needed
	bits  []uint64 // set, one bit a number
	spots []spot   // the words of bits that are not zero, where these are few
}

// spot is one word of many.
type spot struct {
	at   uint32
	bits uint64
}

var spareTallies = newStock[tally](mostTallies)

// tally begins to count a set. Its bits serve another search once this one has
// ended.
func (s *selection) tally(set *roaring.Bitmap) *tally {
	t := spareTallies.take()
	t.set, t.size, t.ready = set, set.GetCardinality(), false
	t.whole = set == s.x.live && s.x.gone.IsEmpty()
	s.tallies = append(s.tallies, t)
	return t
}

// end gives back what the selection counted with.
func (s *selection) end() {
	for _, t := range s.tallies {
		t.set = nil
		spareTallies.give(t)
	}
	s.tallies, s.held, s.wide = nil, nil, nil
}

// in gives how many listings of the tally's set are in p. Whichever of the two
// is told in fewer steps is held against the bits of the other.
func (t *tally) in(p *posting) (n uint64) {
	switch {
	case p == nil || t.size == 0:
		return 0
	case t.whole:
		return p.size()
	}
	t.prepare()
	switch {
	case p.many == nil:
		for _, number := range p.few {
			n += lit(t.bits, number)
		}
		return n
	case p.many.bits == nil && t.size < p.size()/16:
		return t.set.AndCardinality(p.many.Bitmap)
	case p.many.bits == nil:
		var buffer [512]uint32
		numbers := p.many.ManyIterator()
		for k := numbers.NextMany(buffer[:]); k > 0; k = numbers.NextMany(buffer[:]) {
			for _, number := range buffer[:k] {
				n += lit(t.bits, number)
			}
		}
		return n
	case len(t.spots) > 0:
		return within(p.many.bits, t.spots)
	}
	return common(t.bits, p.many.bits)
}

// prepare makes the bits of the set.
func (t *tally) prepare() {
	if t.ready {
		return
	}
	t.ready = true
	t.bits, t.spots = zeros(t.bits, int(t.set.DenseSize())), t.spots[:0]
	t.set.WriteDenseTo(t.bits)
	if t.size >= uint64(len(t.bits)) {
		return
	}
	most := len(t.bits) / 2
	for at, word := range t.bits {
		if word == 0 {
			continue
		}
		if len(t.spots) == most {
			t.spots = t.spots[:0]
			return
		}
		t.spots = append(t.spots, spot{uint32(at), word})
	}
}

// lit gives 1 where a number is among bits, else 0.
func lit(bits []uint64, n uint32) uint64 {
	if word := int(n >> 6); word < len(bits) {
		return bits[word] >> (n & 63) & 1
	}
	return 0
}

// within gives how many numbers of a few words are among bits.
func within(all []uint64, spots []spot) uint64 {
	n := 0
	for _, s := range spots {
		if int(s.at) >= len(all) {
			break
		}
		n += bits.OnesCount64(s.bits & all[s.at])
	}
	return uint64(n)
}

// common gives how many numbers are among both of two sets of bits.
func common(a, b []uint64) uint64 {
	least := min(len(a), len(b))
	a, b = a[:least], b[:least]
	var n, m int
	for len(a) >= 4 && len(b) >= 4 {
		n += bits.OnesCount64(a[0]&b[0]) + bits.OnesCount64(a[1]&b[1])
		m += bits.OnesCount64(a[2]&b[2]) + bits.OnesCount64(a[3]&b[3])
		a, b = a[4:], b[4:]
	}
	for i, word := range a {
		n += bits.OnesCount64(word & b[i])
	}
	return uint64(n + m)
}
