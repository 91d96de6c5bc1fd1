// Package search finds listings: an index in memory of everything that a
// directory knows, as sets of listings (roaring bitmaps), one for each value of
// each facet and one for each word. It is rebuilt from storage when a node
// starts, and follows storage's change feed.
//
// Nothing is ranked. Hits come by distance where a place is given, else in the
// day's neutral order (directory.Shuffle); a word matches or does not.
package search

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// Index answers queries. Any number of goroutines may search while others put
// and remove; a search sees each listing either as it was or as it became.
type Index struct {
	vocabulary *directory.Vocabulary
	areas      directory.Areas // nil: only the forms of codes are known
	needWords  map[directory.NeedID][]string

	mu      sync.RWMutex
	entries []entry // by number; a free number has an empty ID
	numbers map[directory.ID]uint32
	free    []uint32
	all     *roaring.Bitmap
	values  map[directory.Facet]sets            // listings under each value
	said    map[directory.Facet]*roaring.Bitmap // listings that answer a facet
	whole   sets                                // listings that serve all of an area, by its code
	words   sets

	// sorted is what searches need of the keys above in order; nil after a
	// key came or went, and then made by the next search.
	sorted atomic.Pointer[sorted]
}

// entry is what the order of hits needs of a listing.
type entry struct {
	id    directory.ID
	point *directory.Point // nil: the hoster gives no place
}

// sets are listings, as their numbers, by a key.
type sets map[string]*roaring.Bitmap

// sorted holds keys of an Index in order.
type sorted struct {
	words  []string
	values map[directory.Facet][]string // of the facets whose values only the listings name
	chains []chain
}

// New makes an empty index. The vocabulary must not be changed afterwards;
// areas may be nil.
func New(v *directory.Vocabulary, areas directory.Areas) *Index {
	x := &Index{
		vocabulary: v, areas: areas,
		needWords: needWords(v),
		numbers:   make(map[directory.ID]uint32),
		all:       roaring.New(),
		values:    make(map[directory.Facet]sets),
		said:      make(map[directory.Facet]*roaring.Bitmap),
		whole:     make(sets),
		words:     make(sets),
	}
	for _, f := range directory.AllFacets() {
		x.values[f], x.said[f] = make(sets), roaring.New()
	}
	return x
}

// Put adds l, or replaces the listing of the same hoster. A hoster that does
// not consent to be found (FEP-5feb), or that has closed, is taken out.
func (x *Index) Put(l directory.Listing) {
	h := l.Hoster
	if h.ID == "" || !h.Discoverable || !h.Indexable || h.State == directory.StateClosed {
		x.Remove(h.ID)
		return
	}
	terms := directory.Terms(l, x.vocabulary, x.areas)
	words := x.wordsOf(h)
	e := entry{h.ID, x.point(h.Seat)}

	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(h.ID)
	n := x.number(h.ID)
	x.entries[n] = e
	x.all.Add(n)
	for f, values := range terms {
		x.said[f].Add(n)
		for _, v := range values {
			x.add(x.values[f], v, n)
		}
	}
	for _, a := range h.Serves {
		x.add(x.whole, x.code(string(a)), n)
	}
	for _, w := range words {
		x.add(x.words, w, n)
	}
}

// Remove takes the hoster's listing out; it does nothing where there is none.
func (x *Index) Remove(id directory.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

// Len gives how many listings can be found.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.numbers)
}

// number gives a number to a hoster that has none.
func (x *Index) number(id directory.ID) uint32 {
	n := uint32(len(x.entries))
	if last := len(x.free) - 1; last >= 0 {
		n, x.free = x.free[last], x.free[:last]
	} else {
		x.entries = append(x.entries, entry{})
	}
	x.numbers[id] = n
	return n
}

// remove looks through every set rather than keep, for each listing, which
// ones it is in: that costs a millisecond at ten thousand listings, and
// profiles change seldom.
func (x *Index) remove(id directory.ID) {
	n, ok := x.numbers[id]
	if !ok {
		return
	}
	delete(x.numbers, id)
	x.entries[n] = entry{}
	x.free = append(x.free, n)
	x.all.Remove(n)
	for _, f := range directory.AllFacets() {
		x.said[f].Remove(n)
		x.drop(x.values[f], n)
	}
	x.drop(x.whole, n)
	x.drop(x.words, n)
}

func (x *Index) add(s sets, key string, n uint32) {
	set := s[key]
	if set == nil {
		set = roaring.New()
		s[key] = set
		x.sorted.Store(nil)
	}
	set.Add(n)
}

func (x *Index) drop(s sets, n uint32) {
	for key, set := range s {
		if set.CheckedRemove(n) && set.IsEmpty() {
			delete(s, key)
			x.sorted.Store(nil)
		}
	}
}

// point gives where a hoster is: as it says, else the middle of its commune
// or inter-municipality. The middle of anything larger would mislead.
func (x *Index) point(seat directory.Place) *directory.Point {
	if seat.Point != nil {
		p := *seat.Point
		return &p
	}
	if x.areas == nil || seat.Area == "" {
		return nil
	}
	a, ok := x.areas.Area(seat.Area)
	if !ok || a.Kind != directory.AreaCommune && a.Kind != directory.AreaEPCI {
		return nil
	}
	return a.Point
}

// order gives the keys in order, making them anew where they have changed. The
// caller holds at least the reading lock, so that they cannot change meanwhile.
func (x *Index) order() *sorted {
	if s := x.sorted.Load(); s != nil {
		return s
	}
	s := &sorted{words: keys(x.words), values: make(map[directory.Facet][]string)}
	for f, values := range x.values {
		s.values[f] = x.naturalOrder(f, values)
	}
	s.chains = x.chains(s.values[directory.FacetServes])
	x.sorted.Store(s)
	return s
}

func keys(s sets) []string {
	all := make([]string, 0, len(s))
	for k := range s {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// naturalOrder gives the values of f in the order of the vocabulary, or by
// alphabet where the vocabulary has none; never by how many listings they have.
func (x *Index) naturalOrder(f directory.Facet, values sets) []string {
	v := x.vocabulary
	listed := f.FixedValues()
	switch f {
	case directory.FacetFamily:
		for _, family := range v.Families {
			listed = append(listed, string(family.ID))
		}
	case directory.FacetNeed:
		for _, family := range v.Families {
			for _, n := range family.Needs {
				listed = append(listed, string(n.ID))
			}
		}
	case directory.FacetReplaces:
		for _, r := range v.Replacements {
			listed = append(listed, r.ID)
		}
	case directory.FacetCriterion:
		for _, c := range v.Criteria {
			listed = append(listed, string(c.ID))
		}
	}
	if listed == nil {
		return keys(values)
	}
	return listed
}
