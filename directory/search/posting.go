package search

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// mostFew is up to how many listings a posting is a plain list: most words are
// said by one hoster only, and a bitmap takes hundreds of bytes.
const mostFew = 32

// posting is the listings that hold one word.
type posting struct {
	few  []uint32 // sorted; unused once many is there
	many *roaring.Bitmap
}

func (p *posting) add(n uint32) {
	if p.many != nil {
		p.many.Add(n)
		return
	}
	i, found := slices.BinarySearch(p.few, n)
	if found {
		return
	}
	if p.few = slices.Insert(p.few, i, n); len(p.few) > mostFew {
		p.many, p.few = roaring.BitmapOf(p.few...), nil
	}
}

// drop takes listings out, and reports whether none is left.
func (p *posting) drop(gone *roaring.Bitmap) bool {
	if p.many != nil {
		p.many.AndNot(gone)
		return p.many.IsEmpty()
	}
	p.few = slices.DeleteFunc(p.few, gone.Contains)
	return len(p.few) == 0
}

// set gives the listings; the caller must not change them.
func (p *posting) set() *roaring.Bitmap {
	if p.many != nil {
		return p.many
	}
	return roaring.BitmapOf(p.few...)
}
