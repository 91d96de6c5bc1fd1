package search

import (
	"cmp"
	"container/heap"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// place is a point as a vector of length one from the middle of the Earth, to a
// metre. Chords between such points grow with the distances on the ground, and
// take no trigonometry. It is small, for a search goes through those of all that
// it finds.
type place struct {
	x, y, z float32
	known   bool
}

func placeOf(p directory.Point) place {
	const radian = math.Pi / 180
	sinLat, cosLat := math.Sincos(p.Latitude * radian)
	sinLon, cosLon := math.Sincos(p.Longitude * radian)
	return place{float32(cosLat * cosLon), float32(cosLat * sinLon), float32(sinLat), true}
}

// chord gives the square of the straight line from p to q, which is 0 to 4;
// more than any where either is not known.
func (p place) chord(q place) float64 {
	if !p.known || !q.known {
		return unknown
	}
	x, y, z := float64(p.x-q.x), float64(p.y-q.y), float64(p.z-q.z)
	return x*x + y*y + z*z
}

const unknown = 5

// kilometres gives the distance on the ground of a chord; -1: not known.
func kilometres(chord float64) float64 {
	const earthRadius = 6371.0088 // as directory.Point.Kilometres
	if chord >= unknown {
		return -1
	}
	return 2 * earthRadius * math.Asin(min(1, math.Sqrt(chord)/2))
}

// placed is a hit and its place in the order.
type placed struct {
	chord   float64
	shuffle uint64
	number  uint32
}

// page holds the first hits seen so far, the last of them on top, so that a
// page is found without putting everything else in order (container/heap).
type page struct {
	hits []placed
	ids  []directory.ID // by number
}

func (p *page) compare(a, b placed) int {
	switch {
	case a.chord != b.chord:
		return cmp.Compare(a.chord, b.chord)
	case a.shuffle != b.shuffle:
		return cmp.Compare(a.shuffle, b.shuffle)
	}
	return cmp.Compare(p.ids[a.number], p.ids[b.number])
}

func (p *page) Len() int           { return len(p.hits) }
func (p *page) Less(i, j int) bool { return p.compare(p.hits[i], p.hits[j]) > 0 }
func (p *page) Swap(i, j int)      { p.hits[i], p.hits[j] = p.hits[j], p.hits[i] }
func (p *page) Push(h any)         { p.hits = append(p.hits, h.(placed)) }
func (p *page) Pop() any {
	last := p.hits[len(p.hits)-1]
	p.hits = p.hits[:len(p.hits)-1]
	return last
}

// hits gives the page of found that q asks for: by distance where there is a
// place to count from, those whose place is not known last; then in the order
// of the day.
func (x *Index) hits(found *roaring.Bitmap, q directory.Query, near *directory.Point) []directory.Hit {
	limit := q.Limit
	if limit <= 0 {
		limit = directory.DefaultLimit
	}
	offset, total := max(q.Offset, 0), int(found.GetCardinality())
	if offset >= total {
		return nil
	}
	wanted := min(offset+limit, total)
	seed := directory.Seed(q.Day.String() + "|" + q.Canonical())
	var from place
	if near != nil {
		from = placeOf(*near)
	}
	first := &page{hits: make([]placed, 0, wanted), ids: x.ids}
	var buffer [1024]uint32
	numbers := found.ManyIterator()
	for k := numbers.NextMany(buffer[:]); k > 0; k = numbers.NextMany(buffer[:]) {
		for _, n := range buffer[:k] {
			h := placed{chord: unknown, number: n}
			if from.known {
				h.chord = from.chord(x.places[n])
			}
			if len(first.hits) == wanted && h.chord > first.hits[0].chord {
				continue
			}
			h.shuffle = directory.Stir(seed ^ x.seeds[n])
			switch {
			case len(first.hits) < wanted:
				heap.Push(first, h)
			case first.compare(h, first.hits[0]) < 0:
				first.hits[0] = h
				heap.Fix(first, 0)
			}
		}
	}
	slices.SortFunc(first.hits, first.compare)
	var hits []directory.Hit
	for _, h := range first.hits[offset:] {
		hits = append(hits, directory.Hit{ID: x.ids[h.number], Kilometres: kilometres(h.chord)})
	}
	return hits
}
