package search

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// shortestSlip is the length in letters from which a word may hold a slip.
const shortestSlip = 5

// Search answers q: the listings that hold every word of its text and pass
// every facet, a page of them in order, and what each value of each facet of
// the vocabulary would give.
//
// A value of a facet is told where it would give something or is chosen; the
// values of FacetCriterion tell what adding them would leave. An area under
// FacetServes finds those who serve it, or a part of it, or all of an area
// around it.
func (x *Index) Search(q directory.Query) directory.Result {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s := selection{x: x, keys: x.order(), chosen: x.canonical(q.Filters)}
	s.text = x.matching(q.Text)
	s.passing = make(map[directory.Facet]*roaring.Bitmap, len(s.chosen))
	for f, values := range s.chosen {
		if len(values) > 0 && x.values[f] != nil {
			s.passing[f] = x.passing(f, values)
		}
	}
	found := s.without("")
	s.held = x.tally(found)
	r := directory.Result{Total: int(found.GetCardinality()), Hits: x.hits(found, q)}
	for _, l := range x.vocabulary.Facets {
		r.Facets = append(r.Facets, s.count(l.Facet))
	}
	return r
}

// matching gives the listings that hold every word of a text, or nil where it
// asks nothing.
func (x *Index) matching(text string) *roaring.Bitmap {
	words := x.asked(text)
	if len(words) == 0 {
		return nil
	}
	var found *roaring.Bitmap
	for i, w := range words {
		match := x.word(w, i == len(words)-1)
		if found == nil {
			found = match
		} else {
			found = roaring.And(found, match)
		}
	}
	return found
}

// asked gives the words of a text that narrow a search. Where people wrote
// only words that ask, those that name something here do.
func (x *Index) asked(text string) []string {
	all := slices.DeleteFunc(split(text), func(w string) bool { return grammar[w] })
	words := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return asking[w] })
	if len(words) > 0 {
		return words
	}
	return slices.DeleteFunc(all, func(w string) bool { return x.words[stem(w)] == nil })
}

// word gives the listings that hold w: as it is; or, for the last word, which
// may not be written to its end, beginning so; or, where there is none, with
// one slip.
func (x *Index) word(w string, last bool) *roaring.Bitmap {
	found := roaring.New()
	if set := x.words[stem(w)]; set != nil {
		found = set
	}
	dictionary := x.order().words
	if last && len(w) >= 2 {
		parts := []*roaring.Bitmap{found}
		for i := sort.SearchStrings(dictionary, w); i < len(dictionary) && strings.HasPrefix(dictionary[i], w); i++ {
			parts = append(parts, x.words[dictionary[i]])
		}
		found = roaring.FastOr(parts...)
	}
	if !found.IsEmpty() || utf8.RuneCountInString(w) < shortestSlip {
		return found
	}
	var parts []*roaring.Bitmap
	for _, known := range dictionary {
		if diff := len(known) - len(w); diff >= -5 && diff <= 4 && (oneSlip(w, known) || oneSlip(stem(w), known)) {
			parts = append(parts, x.words[known])
		}
	}
	return roaring.FastOr(parts...)
}

// passing gives the listings that pass the chosen values of f.
func (x *Index) passing(f directory.Facet, values []string) *roaring.Bitmap {
	parts := make([]*roaring.Bitmap, 0, len(values))
	for _, v := range values {
		set := x.values[f][v]
		if set == nil {
			set = roaring.New()
		}
		parts = append(parts, set)
		if f == directory.FacetServes {
			parts = append(parts, x.servingAround(x.around(v)))
		}
	}
	if f == directory.FacetCriterion {
		return roaring.FastAnd(parts...)
	}
	return roaring.FastOr(parts...)
}

// selection is one query being answered.
type selection struct {
	x       *Index
	keys    *sorted
	chosen  map[directory.Facet][]string
	text    *roaring.Bitmap // nil: no text
	passing map[directory.Facet]*roaring.Bitmap
	held    *tally // of what is found where every facet holds
}

// without gives what is found where facet f is free; for "", what is found.
func (s *selection) without(f directory.Facet) *roaring.Bitmap {
	var parts []*roaring.Bitmap
	if s.text != nil {
		parts = append(parts, s.text)
	}
	for g, set := range s.passing {
		if g != f || f == directory.FacetCriterion {
			parts = append(parts, set)
		}
	}
	switch len(parts) {
	case 0:
		return s.x.all
	case 1:
		return parts[0]
	}
	return roaring.FastAnd(parts...)
}

// free gives the tally of what is found where facet f is free.
func (s *selection) free(f directory.Facet) *tally {
	if s.passing[f] == nil || f == directory.FacetCriterion {
		return s.held
	}
	return s.x.tally(s.without(f))
}

// count tells what each value of f would give.
func (s *selection) count(f directory.Facet) directory.FacetCounts {
	base := s.free(f)
	answered := base.in(s.x.said[f])
	counts := directory.FacetCounts{Facet: f, Unsaid: int(base.size - answered)}
	tell := func(value string, n uint64) {
		chosen := slices.Contains(s.chosen[f], value)
		if n > 0 || chosen {
			counts.Values = append(counts.Values, directory.ValueCount{Value: value, Count: int(n), Chosen: chosen})
		}
	}
	if f == directory.FacetServes {
		s.countServes(base, tell)
	} else {
		for _, value := range s.keys.values[f] {
			n := uint64(0)
			if set := s.x.values[f][value]; set != nil && answered > 0 {
				n = base.in(set)
			}
			tell(value, n)
		}
	}
	for _, value := range s.chosen[f] { // chosen, and named by no listing
		known := slices.ContainsFunc(counts.Values, func(c directory.ValueCount) bool { return c.Value == value })
		if !known {
			tell(value, s.chosenCount(f, base, value))
		}
	}
	return counts
}

// chosenCount counts a value that no listing names: nobody, or under
// FacetServes those who serve an area around it.
func (s *selection) chosenCount(f directory.Facet, base *tally, value string) uint64 {
	return base.in(s.x.passing(f, []string{value}))
}
