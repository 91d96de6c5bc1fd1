package search

import (
	"cmp"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// Search answers q: the listings that hold every word of its text and pass
// every facet, a page of them in order, and what each value of each facet of
// the vocabulary would give.
//
// Words that name a need, a product that people want to leave, or a place are
// understood as such (Result.Read); a word is found with one slip, or where it
// is only begun, if no listing holds it as it is; and a word that no listing
// holds at all does not narrow a text that says something else.
//
// A value of a facet is told where it would give something or is chosen; the
// values of FacetCriterion tell what adding them would leave. An area under
// FacetServes finds those who serve it, or a part of it, or all of an area
// around it.
func (x *Index) Search(q directory.Query) directory.Result {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s := x.selection(q)
	defer s.end()
	found := s.without("")
	s.held = s.tally(found)
	r := directory.Result{Total: int(found.GetCardinality()), Near: q.Near}
	if r.Near == nil {
		r.Near = s.read.near
	}
	r.Hits = x.hits(found, q, r.Near)
	if q.OnlyHits {
		return r
	}
	r.Facets = s.counts(q)
	r.Read = s.readings(q)
	r.Held = s.holding(q)
	if r.Total < directory.Few {
		r.Wider = s.wider(q, r.Total)
	}
	return r
}

// selection begins to answer q.
func (x *Index) selection(q directory.Query) *selection {
	s := &selection{x: x, chosen: x.canonical(q.Filters), read: x.read(q.Text)}
	s.passing = make(map[directory.Facet]*roaring.Bitmap, len(s.chosen))
	for f, values := range s.chosen {
		if len(values) > 0 && x.values[f] != nil {
			s.passing[f] = x.passing(f, values)
		}
	}
	return s
}

// total gives how many listings another query finds. What it has in common with
// s is not worked out again.
func (s *selection) total(q directory.Query) int {
	other := &selection{x: s.x, read: s.read, chosen: s.x.canonical(q.Filters), passing: make(map[directory.Facet]*roaring.Bitmap)}
	if q.Text != s.read.text {
		other.read = s.x.read(q.Text)
	}
	for f, values := range other.chosen {
		switch {
		case len(values) == 0 || s.x.values[f] == nil:
		case s.passing[f] != nil && slices.Equal(values, s.chosen[f]):
			other.passing[f] = s.passing[f]
		default:
			other.passing[f] = s.x.passing(f, values)
		}
	}
	return other.size()
}

// passing gives the listings that pass the chosen values of f.
func (x *Index) passing(f directory.Facet, values []string) *roaring.Bitmap {
	if f != directory.FacetCriterion {
		return x.any(f, values)
	}
	parts := make([]*roaring.Bitmap, 0, len(values))
	for _, v := range values {
		set, ok := x.values[f].set(v)
		if !ok {
			return roaring.New()
		}
		parts = append(parts, set)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return roaring.FastAnd(parts...)
}

// selection is one query being answered.
type selection struct {
	x       *Index
	read    *reading
	chosen  map[directory.Facet][]string
	passing map[directory.Facet]*roaring.Bitmap
	held    *tally                     // of what is found where every facet holds
	wide    map[directory.Facet]*tally // of what is found where one is free
	tallies []*tally
}

// asking gives s with other values of one facet.
func (s *selection) asking(f directory.Facet, values []string) *selection {
	other := &selection{x: s.x, read: s.read, chosen: s.chosen, passing: maps.Clone(s.passing)}
	if delete(other.passing, f); len(values) > 0 && s.x.values[f] != nil {
		other.passing[f] = s.x.passing(f, values)
	}
	return other
}

// without gives what is found where facet f is free; for "", what is found. It
// is not to be changed.
func (s *selection) without(f directory.Facet) *roaring.Bitmap {
	parts := s.parts(f)
	if len(parts) == 1 {
		return parts[0]
	}
	return roaring.FastAnd(parts...)
}

// size gives how many listings are found.
func (s *selection) size() int {
	parts := s.parts("")
	switch last := len(parts) - 1; last {
	case 0:
		return int(parts[0].GetCardinality())
	case 1:
		return int(parts[0].AndCardinality(parts[1]))
	default:
		return int(roaring.FastAnd(parts[:last]...).AndCardinality(parts[last]))
	}
}

// parts gives the sets that what is found where facet f is free has to be in,
// one at least, the smallest first: each step from one to the next has no more
// to do than the one before it.
func (s *selection) parts(f directory.Facet) []*roaring.Bitmap {
	parts := make([]*roaring.Bitmap, 0, len(s.passing)+2)
	if s.read.set != nil {
		parts = append(parts, s.read.set)
	}
	for g, set := range s.passing {
		if g != f || f == directory.FacetCriterion {
			parts = append(parts, set)
		}
	}
	if len(parts) == 0 || !s.x.gone.IsEmpty() {
		parts = append(parts, s.x.live)
	}
	slices.SortFunc(parts, func(a, b *roaring.Bitmap) int { return int(a.GetCardinality()) - int(b.GetCardinality()) })
	return parts
}

// free gives the tally of what is found where facet f is free.
func (s *selection) free(f directory.Facet) *tally {
	if s.passing[f] == nil || f == directory.FacetCriterion {
		return s.held
	}
	if s.wide[f] == nil {
		if s.wide == nil {
			s.wide = make(map[directory.Facet]*tally)
		}
		s.wide[f] = s.tally(s.without(f))
	}
	return s.wide[f]
}

// except gives the tally of what is found without one value of facet f.
func (s *selection) except(f directory.Facet, value string) *tally {
	left := replaced(s.chosen[f], value, "")
	if len(left) == 0 && f != directory.FacetCriterion {
		return s.free(f)
	}
	return s.tally(s.asking(f, left).without(""))
}

// counts tells what each value of the facets that q asks for would give. What it
// says of the whole directory is kept until a listing changes: every visit
// begins there.
func (s *selection) counts(q directory.Query) []directory.FacetCounts {
	wanted := func(f directory.Facet) bool { return q.Count == nil || slices.Contains(q.Count, f) }
	whole := s.held.whole && len(s.chosen) == 0
	counted := &s.x.counted[flag(q.Steps)]
	if kept := counted.Load(); whole && kept != nil {
		return slices.DeleteFunc(slices.Clone(*kept), func(c directory.FacetCounts) bool { return !wanted(c.Facet) })
	}
	all := make([]directory.FacetCounts, 0, len(s.x.vocabulary.Facets))
	for _, l := range s.x.vocabulary.Facets {
		if wanted(l.Facet) {
			all = append(all, s.count(l.Facet, q.Steps))
		}
	}
	if whole && q.Count == nil {
		kept := slices.Clone(all)
		counted.Store(&kept)
	}
	return all
}

// count tells what each value of f would give; of areas, those that one step
// leads to, or each.
func (s *selection) count(f directory.Facet, oneStep bool) directory.FacetCounts {
	base, chosen := s.free(f), s.chosen[f]
	answered := base.in(s.x.said[string(f)])
	counts := directory.FacetCounts{Facet: f, Chosen: chosen, Unsaid: int(base.size - answered)}
	if c := s.x.columns[f]; c != nil {
		counts.Names = c.names
		var only *steps
		if oneStep {
			only = &steps{chosen}
		}
		if answered > 0 {
			counts.Told = c.count(base.set, only)
		}
	} else {
		all := s.x.order()[f]
		counts.Names = all.names
		counts.Told = make([]directory.Told, 0, len(all.names))
		for i, listings := range all.listings {
			if n := base.in(listings); n > 0 {
				counts.Told = append(counts.Told, directory.Told{Name: int32(i), Count: int32(n)})
			}
		}
	}
	for i := range chosen {
		s.tellChosen(&counts, base, i)
	}
	return counts
}

// tellChosen tells one of the chosen values, also where it gives nothing.
func (s *selection) tellChosen(counts *directory.FacetCounts, base *tally, which int) {
	name := counts.Chosen[which]
	at, given := len(counts.Names), false
	if s.x.columns[counts.Facet] != nil { // areas are told by their codes
		at, given = slices.BinarySearch(counts.Names, name)
	} else if i := slices.Index(counts.Names, name); i >= 0 {
		at, given = i, true
	}
	i, told := slices.BinarySearchFunc(counts.Told, int32(at), func(t directory.Told, at int32) int {
		if t.Name < 0 { // another one that nobody gives
			return cmp.Compare(counts.Chosen[-1-t.Name], name)
		}
		return cmp.Compare(t.Name, at)
	})
	if told && given {
		return
	}
	n := base.set.AndCardinality(s.x.passing(counts.Facet, []string{name}))
	one := directory.Told{Name: int32(at), Count: int32(n)}
	if !given {
		one.Name = int32(-1 - which)
	}
	counts.Told = slices.Insert(counts.Told, i, one)
}

// holding tells what each filter and the text hide.
func (s *selection) holding(q directory.Query) []directory.Held {
	var all []directory.Held
	for _, f := range directory.AllFacets() {
		said := s.x.said[string(f)]
		for _, v := range q.Filters[f] {
			wide := s.except(f, s.x.canonicalValue(f, v))
			h := directory.Held{Facet: f, Value: v}
			if wide.size > s.held.size { // of several values of one facet, fewer find less
				h.Hides = int(wide.size - s.held.size)
				h.Unsaid = h.Hides - int(wide.in(said)-s.held.in(said))
			}
			all = append(all, h)
		}
	}
	if q.Text != "" {
		free := &selection{x: s.x, read: &reading{}, passing: s.passing}
		all = append(all, directory.Held{Value: q.Text, Hides: free.size() - int(s.held.size)})
	}
	return all
}
