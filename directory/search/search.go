// Package search finds listings: an index in memory of everything that a
// directory knows, as sets of listings (roaring bitmaps), one for each value of
// each facet and one for each word. It is rebuilt from storage when a node
// starts, and follows storage's change feed.
//
// Nothing is ranked. Hits come by distance where a place is given, else in the
// day's neutral order (directory.Shuffle); a word matches or does not.
package search

import (
	"maps"
	"runtime"
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
	lexicon    *lexicon
	towns      []string // names of places that are understood by their names alone, folded and sorted

	mu      sync.RWMutex
	ids     []directory.ID // by number; "" for one that nobody has
	seeds   []uint64       // of the ids, for the order of the day
	places  []place
	numbers map[directory.ID]uint32
	free    []uint32
	live    *roaring.Bitmap          // the numbers of what can be found
	gone    *roaring.Bitmap          // numbers that nobody has any more, and that sets may still hold
	values  map[directory.Facet]sets // listings under each value
	said    sets                     // listings that answer a facet, by its name
	whole   sets                     // listings that serve all of an area, by its code
	words   sets
	shelf   *shelf                      // of what is in sets
	fresh   []string                    // words that came after the dictionary was made
	columns map[directory.Facet]*column // of the facets whose values are areas

	// What searches need of the keys above in order; made by the next search
	// that needs it where it is nil.
	sorted     atomic.Pointer[map[directory.Facet]values] // nil after a value came or went
	dictionary atomic.Pointer[dictionary]                 // nil after words went
	counted    [2]atomic.Pointer[[]directory.FacetCounts] // of the whole directory, and with Query.Steps; nil after any change
}

// sets are listings by a key.
type sets map[string]*posting

// set gives the listings of a key; false where there are none.
func (s sets) set(key string) (*roaring.Bitmap, bool) {
	p, ok := s[key]
	if !ok {
		return nil, false
	}
	return p.set(), true
}

// values are those of a facet whose values are no areas, in order.
type values struct {
	names    []string
	listings []*posting // nil: nobody gives it
}

// areaFacets are those whose values are areas.
var areaFacets = []directory.Facet{directory.FacetServes, directory.FacetSeat, directory.FacetData}

// New makes an empty index. The vocabulary must not be changed afterwards;
// areas may be nil.
func New(v *directory.Vocabulary, areas directory.Areas) *Index {
	x := &Index{
		vocabulary: v, areas: areas,
		lexicon: newLexicon(v),
		numbers: make(map[directory.ID]uint32),
		live:    roaring.New(),
		gone:    roaring.New(),
		values:  make(map[directory.Facet]sets),
		said:    make(sets),
		whole:   make(sets),
		words:   make(sets),
		shelf:   newShelf(),
		columns: make(map[directory.Facet]*column),
	}
	if g, ok := areas.(namer); ok {
		g.Alike(townPeople, func(name string) bool { x.towns = append(x.towns, name); return false })
		slices.Sort(x.towns)
	}
	for _, f := range directory.AllFacets() {
		x.values[f], x.said[string(f)] = make(sets), new(posting)
	}
	for _, f := range areaFacets {
		x.columns[f] = newColumn(x.around)
	}
	return x
}

// Put adds l, or replaces the listing of the same hoster. A hoster that does
// not consent to be found (FEP-5feb), or that has closed, is taken out.
func (x *Index) Put(l directory.Listing) { x.PutAll([]directory.Listing{l}) }

// PutAll is Put for many listings at once: they are read on all processors.
// Of two of the same hoster the last one stays.
func (x *Index) PutAll(all []directory.Listing) {
	read := make([]entry, len(all))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		readers.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(all); i = next.Add(1) - 1 {
				read[i] = x.entry(all[i])
			}
		})
	}
	readers.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range read {
		x.put(&read[i])
	}
	x.settle()
}

// settle ends a change.
func (x *Index) settle() {
	for _, c := range x.columns {
		c.settle()
	}
	x.sweep(false)
}

// entry is what the index keeps of one listing.
type entry struct {
	id    directory.ID
	found bool // it may be
	seed  uint64
	place place
	terms map[directory.Facet][]string
	whole []string
	words []string
}

func (x *Index) entry(l directory.Listing) entry {
	h := l.Hoster
	e := entry{id: h.ID}
	// What a file tells claims no consent: the directory's keeper answers for it.
	agreed := l.File != nil || h.Discoverable && h.Indexable
	if h.ID == "" || !agreed || h.State == directory.StateClosed {
		return e
	}
	e.found, e.seed, e.place = true, directory.Seed(string(h.ID)), x.place(h.Seat)
	e.terms, e.words = directory.Terms(l, x.vocabulary, x.areas), wordsOf(h)
	for _, a := range h.Serves {
		e.whole = append(e.whole, x.code(string(a)))
	}
	slices.Sort(e.whole)
	e.whole = slices.Compact(e.whole)
	return e
}

func (x *Index) put(e *entry) {
	x.remove(e.id)
	if !e.found {
		return
	}
	x.changed()
	n := x.number(e)
	x.live.Add(n)
	all := len(x.ids)
	for f, values := range e.terms {
		said := x.said[string(f)]
		said.add(n)
		said.weigh(all)
		for _, v := range values {
			p, _, came := x.shelf.add(x.values[f], v, n)
			if x.columns[f] != nil {
				continue
			}
			p.weigh(all)
			if came {
				x.sorted.Store(nil)
			}
		}
	}
	for _, a := range e.whole {
		x.shelf.add(x.whole, a, n)
	}
	for _, f := range areaFacets {
		whole := e.whole
		if f != directory.FacetServes {
			whole = nil
		}
		x.columns[f].put(n, e.terms[f], whole)
	}
	for _, w := range e.words {
		if _, kept, came := x.shelf.add(x.words, w, n); came {
			x.fresh = append(x.fresh, kept)
		}
	}
}

// changed forgets what was counted.
func (x *Index) changed() {
	for i := range x.counted {
		x.counted[i].Store(nil)
	}
}

// Remove takes the hoster's listing out; it does nothing where there is none.
func (x *Index) Remove(id directory.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
	x.settle()
}

// Len gives how many listings can be found.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.numbers)
}

// number gives a number to a hoster that has none.
func (x *Index) number(e *entry) uint32 {
	n := uint32(len(x.ids))
	if last := len(x.free) - 1; last >= 0 {
		n, x.free = x.free[last], x.free[:last]
		x.ids[n], x.seeds[n], x.places[n] = e.id, e.seed, e.place
	} else {
		x.ids, x.seeds, x.places = append(x.ids, e.id), append(x.seeds, e.seed), append(x.places, e.place)
	}
	x.numbers[e.id] = n
	return n
}

// remove takes a number out of use. The sets that hold it are not looked for:
// nothing that is not live is ever found, and sweep takes many out at once.
func (x *Index) remove(id directory.ID) {
	n, ok := x.numbers[id]
	if !ok {
		return
	}
	x.changed()
	delete(x.numbers, id)
	x.ids[n], x.places[n] = "", place{}
	x.live.Remove(n)
	x.gone.Add(n)
	for _, c := range x.columns {
		c.remove(n)
	}
}

// leastSweep is how many numbers may have gone before any are looked for.
const leastSweep = 256

// sweep takes the numbers that have gone out of every set, once there are many
// or at once, so that they can be given anew.
func (x *Index) sweep(atOnce bool) {
	many := x.gone.GetCardinality() > leastSweep+uint64(len(x.numbers))/16
	if x.gone.IsEmpty() || !many && !atOnce {
		return
	}
	clean := func(s sets) {
		for key, p := range s {
			if p.drop(x.gone) {
				delete(s, key)
				x.shelf.empty(p)
			}
		}
	}
	for f, said := range x.said {
		said.drop(x.gone)
		clean(x.values[directory.Facet(f)])
	}
	clean(x.whole)
	clean(x.words)
	x.sorted.Store(nil)
	x.dictionary.Store(nil)
	x.fresh = nil
	x.free = append(x.free, x.gone.ToArray()...)
	x.gone = roaring.New()
}

// place gives where a hoster is: as it says, else the middle of its commune
// or inter-municipality. The middle of anything larger would mislead.
func (x *Index) place(seat directory.Place) place {
	if seat.Point != nil {
		return placeOf(*seat.Point)
	}
	if x.areas == nil || seat.Area == "" {
		return place{}
	}
	a, ok := x.areas.Area(seat.Area)
	if !ok || a.Point == nil || a.Kind != directory.AreaCommune && a.Kind != directory.AreaEPCI {
		return place{}
	}
	return placeOf(*a.Point)
}

// order gives the values of the facets in order, making them anew where they
// have changed. The caller holds at least the reading lock, so that they cannot
// change meanwhile.
func (x *Index) order() map[directory.Facet]values {
	if s := x.sorted.Load(); s != nil {
		return *s
	}
	s := make(map[directory.Facet]values)
	for f, given := range x.values {
		if x.columns[f] != nil {
			continue
		}
		all := values{names: x.naturalOrder(f, given)}
		for _, name := range all.names {
			all.listings = append(all.listings, given[name])
		}
		s[f] = all
	}
	x.sorted.Store(&s)
	return s
}

// dictionary holds the words of all listings in order, but for those that came
// after the first so many of Index.fresh.
type dictionary struct {
	words []string
	fresh int
}

// known gives the words of all listings in order. Those that have come since it
// was last asked are put in: with each profile come some.
func (x *Index) known() []string {
	d := x.dictionary.Load()
	switch {
	case d == nil:
		d = &dictionary{slices.Sorted(maps.Keys(x.words)), len(x.fresh)}
	case d.fresh == len(x.fresh):
		return d.words
	default:
		d = &dictionary{merged(d.words, slices.Sorted(slices.Values(x.fresh[d.fresh:]))), len(x.fresh)}
	}
	x.dictionary.Store(d)
	return d.words
}

// merged gives two sorted lists as one.
func merged(a, b []string) []string {
	all := make([]string, 0, len(a)+len(b))
	for _, w := range b {
		n, _ := slices.BinarySearch(a, w)
		all, a = append(append(all, a[:n]...), w), a[n:]
	}
	return append(all, a...)
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
