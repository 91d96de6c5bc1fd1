package search

import (
	"maps"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// Whoever says that it serves Brittany serves each of its communes, and is
// found under each; under Brittany one also finds those who serve a part of
// it. The terms of FacetServes hold the second; the sets of Index.whole, the
// first.

// chain is the areas around others, and those others.
type chain struct {
	around []string // nearest first
	values []string // sorted
}

// code gives the one code of an area that the gazetteer knows by several:
// "FR-75C" for "FR-75".
func (x *Index) code(a string) string {
	if x.areas != nil {
		if known, ok := x.areas.Area(directory.AreaCode(a)); ok && known.Code != "" {
			return string(known.Code)
		}
	}
	return a
}

// canonical gives filters with the one code of each area in them.
func (x *Index) canonical(filters map[directory.Facet][]string) map[directory.Facet][]string {
	filters = maps.Clone(filters)
	for _, f := range []directory.Facet{directory.FacetServes, directory.FacetSeat, directory.FacetData} {
		values := slices.Clone(filters[f])
		for i, v := range values {
			values[i] = x.code(v)
		}
		if len(values) > 0 {
			filters[f] = values
		}
	}
	return filters
}

// around gives the areas that value lies in, nearest first, without itself.
func (x *Index) around(value string) []string {
	if x.areas == nil {
		country, _, divided := strings.Cut(value, "-")
		if !divided {
			return nil
		}
		return []string{country}
	}
	var all []string
	for _, a := range x.areas.Ancestors(directory.AreaCode(value)) {
		if string(a) != value {
			all = append(all, string(a))
		}
	}
	return all
}

// chains puts together the values that lie in the same areas, so that each
// search meets those who serve all of Brittany once and not once a commune.
func (x *Index) chains(values []string) []chain {
	var all []chain
	at := make(map[string]int)
	for _, v := range values {
		around := slices.DeleteFunc(x.around(v), func(a string) bool { return x.whole[a] == nil })
		key := strings.Join(around, " ")
		i, ok := at[key]
		if !ok {
			i = len(all)
			at[key] = i
			all = append(all, chain{around: around})
		}
		all[i].values = append(all[i].values, v)
	}
	return all
}

// servingAround gives the listings that serve all of one of these areas.
func (x *Index) servingAround(around []string) *roaring.Bitmap {
	var parts []*roaring.Bitmap
	for _, a := range around {
		if set := x.whole[a]; set != nil {
			parts = append(parts, set)
		}
	}
	return roaring.FastOr(parts...)
}

// countServes tells, by alphabet of the codes, how many listings of base serve
// each area.
func (s *selection) countServes(base *tally, tell func(string, uint64)) {
	counts := make(map[string]uint64, len(s.keys.values[directory.FacetServes]))
	inside := s.x.values[directory.FacetServes]
	for _, c := range s.keys.chains {
		around := roaring.And(base.set, s.x.servingAround(c.around))
		outer := around.GetCardinality()
		for _, v := range c.values {
			n := base.in(inside[v])
			if outer > 0 {
				n += outer - around.AndCardinality(inside[v])
			}
			counts[v] = n
		}
	}
	for _, v := range s.keys.values[directory.FacetServes] {
		tell(v, counts[v])
	}
}
