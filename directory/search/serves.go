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
	for _, f := range areaFacets {
		values := slices.Clone(filters[f])
		for i, v := range values {
			values[i] = x.canonicalValue(f, v)
		}
		if len(values) > 0 {
			filters[f] = values
		}
	}
	return filters
}

func (x *Index) canonicalValue(f directory.Facet, v string) string {
	if f.OfAreas() {
		return x.code(v)
	}
	return v
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

// servingAround gives the listings that serve all of each of these areas.
func (x *Index) servingAround(around []string) []*roaring.Bitmap {
	var parts []*roaring.Bitmap
	for _, a := range around {
		if set, ok := x.whole.set(a); ok {
			parts = append(parts, set)
		}
	}
	return parts
}
