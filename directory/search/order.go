package search

import (
	"bytes"
	"cmp"
	"container/heap"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// placed is a hit and its place in the order.
type placed struct {
	id         directory.ID
	kilometres float64 // +Inf: not known
	shuffle    [32]byte
}

func compare(a, b placed) int {
	return cmp.Or(
		cmp.Compare(a.kilometres, b.kilometres),
		bytes.Compare(a.shuffle[:], b.shuffle[:]),
		cmp.Compare(a.id, b.id),
	)
}

// page holds the first hits seen so far, the last of them on top, so that a
// page is found without putting everything else in order (container/heap).
type page []placed

func (p page) Len() int           { return len(p) }
func (p page) Less(i, j int) bool { return compare(p[i], p[j]) > 0 }
func (p page) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *page) Push(h any)        { *p = append(*p, h.(placed)) }
func (p *page) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// hits gives the page of found that q asks for: by distance where q gives a
// place, those whose place is not known last; then in the order of the day.
func (x *Index) hits(found *roaring.Bitmap, q directory.Query) []directory.Hit {
	limit := q.Limit
	if limit <= 0 {
		limit = directory.DefaultLimit
	}
	offset, total := max(q.Offset, 0), int(found.GetCardinality())
	if offset >= total {
		return nil
	}
	wanted := min(offset+limit, total)
	shuffle := directory.Shuffler(q.Day, q.Canonical())
	first := make(page, 0, wanted)
	for it := found.Iterator(); it.HasNext(); {
		e := x.entries[it.Next()]
		h := placed{id: e.id, kilometres: distance(q.Near, e.point)}
		if len(first) == wanted && h.kilometres > first[0].kilometres {
			continue
		}
		h.shuffle = shuffle(e.id)
		if len(first) < wanted {
			heap.Push(&first, h)
		} else if compare(h, first[0]) < 0 {
			first[0] = h
			heap.Fix(&first, 0)
		}
	}
	slices.SortFunc(first, compare)
	var hits []directory.Hit
	for _, h := range first[offset:] {
		if math.IsInf(h.kilometres, 1) {
			h.kilometres = -1
		}
		hits = append(hits, directory.Hit{ID: h.id, Kilometres: h.kilometres})
	}
	return hits
}

// distance is infinite where either place is not known.
func distance(a, b *directory.Point) float64 {
	if a == nil || b == nil {
		return math.Inf(1)
	}
	return a.Kilometres(*b)
}
