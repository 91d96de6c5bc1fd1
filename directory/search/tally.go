package search

import "github.com/RoaringBitmap/roaring/v2"

// sparse is up to how many listings a set is looked through one by one: where
// roaring keeps it as a list of numbers and not as bits.
const sparse = 4096

// tally counts how many listings of one set are in others. A search asks it of
// hundreds of sets, most of them small: looking each of their listings up in
// bits costs a fraction of walking two sorted lists side by side.
type tally struct {
	set    *roaring.Bitmap
	size   uint64
	whole  bool     // set is everything: no other set holds more
	bits   []uint64 // set, one bit a number; made when first needed
	buffer []uint32
}

func (x *Index) tally(set *roaring.Bitmap) *tally {
	return &tally{set: set, size: set.GetCardinality(), whole: set == x.live && x.gone.IsEmpty()}
}

// in gives how many listings of the tally's set are in another.
func (t *tally) in(other *roaring.Bitmap) uint64 {
	n := other.GetCardinality()
	switch {
	case t.whole:
		return n
	case n == 0 || t.size == 0:
		return 0
	case n > sparse || t.size < n/16:
		return t.set.AndCardinality(other)
	}
	if t.bits == nil {
		t.bits, t.buffer = t.set.ToDense(), make([]uint32, 512)
	}
	var found uint64
	numbers := other.ManyIterator()
	for k := numbers.NextMany(t.buffer); k > 0; k = numbers.NextMany(t.buffer) {
		for _, number := range t.buffer[:k] {
			if word := int(number >> 6); word < len(t.bits) {
				found += t.bits[word] >> (number & 63) & 1
			}
		}
	}
	return found
}
