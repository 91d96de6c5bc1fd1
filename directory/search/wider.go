package search

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"matou/directory"
)

// The bounds of what is proposed where little was found.
const (
	mostFilters = 16 // filters and words that are tried without
	mostNear    = 3  // places nearby
	mostWider   = 2  // areas around one
)

// nearKilometres is how far the middles of two areas of a kind may lie apart to
// be near each other.
var nearKilometres = map[directory.AreaKind]float64{
	directory.AreaCommune: 40, directory.AreaEPCI: 60, directory.AreaDepartment: 150, directory.AreaRegion: 350,
}

// widening gathers relaxations of one query.
type widening struct {
	x     *Index
	s     *selection
	from  directory.Query
	total int
	seen  map[string]bool // by canonical query
	all   []directory.Relaxation
}

// offer adds a step where it finds more, and reports whether it does.
func (w *widening) offer(r directory.Relaxation) bool {
	r.Query.Offset = 0
	key := r.Query.Canonical()
	if w.seen[key] {
		return false
	}
	w.seen[key] = true
	if r.Total = w.s.total(r.Query); r.Total <= w.total {
		return false
	}
	w.all = append(w.all, r)
	return true
}

// wider gives the steps from q that find more than total.
func (s *selection) wider(q directory.Query, total int) []directory.Relaxation {
	w := &widening{x: s.x, s: s, from: q, total: total, seen: map[string]bool{q.Canonical(): true}}
	w.filters()
	w.words(s.read)
	w.areas(s.read)
	w.families(s.read)
	if len(w.all) == 0 && (len(q.Filters) > 0 || q.Text != "") {
		everything := q
		everything.Filters, everything.Text = nil, ""
		w.offer(directory.Relaxation{Kind: directory.RelaxEverything, Query: everything})
	}
	slices.SortStableFunc(w.all, func(a, b directory.Relaxation) int { return cmp.Compare(kindOrder(a.Kind), kindOrder(b.Kind)) })
	return w.all
}

func kindOrder(k directory.RelaxationKind) int {
	return slices.Index([]directory.RelaxationKind{
		directory.RelaxFilter, directory.RelaxWords, directory.RelaxArea, directory.RelaxNear, directory.RelaxFamily, directory.RelaxEverything,
	}, k)
}

// replaced gives values with other instead of one of them; "" puts nothing there.
func replaced(values []string, value, other string) []string {
	var all []string
	for _, v := range values {
		if v != value {
			all = append(all, v)
		}
	}
	if other != "" && !slices.Contains(all, other) {
		all = append(all, other)
		slices.Sort(all)
	}
	return all
}

// filtered gives q with other values of one facet.
func filtered(q directory.Query, f directory.Facet, values []string) directory.Query {
	q.Filters = maps.Clone(q.Filters)
	if q.Filters == nil {
		q.Filters = make(map[directory.Facet][]string)
	}
	if delete(q.Filters, f); len(values) > 0 {
		q.Filters[f] = values
	}
	return q
}

// filters drops each value of each facet, and the whole of a facet that has
// several.
func (w *widening) filters() {
	tried := 0
	for _, f := range directory.AllFacets() {
		values := w.from.Filters[f]
		for _, v := range values {
			if tried++; tried > mostFilters {
				return
			}
			w.offer(directory.Relaxation{Kind: directory.RelaxFilter, Facet: f, Value: v, Query: filtered(w.from, f, replaced(values, v, ""))})
		}
		if len(values) > 1 {
			w.offer(directory.Relaxation{Kind: directory.RelaxFilter, Facet: f, Value: strings.Join(values, ", "), Query: filtered(w.from, f, nil)})
		}
	}
}

// words drops what each part of the text asks for, or all of the text where it
// says nothing else.
func (w *widening) words(r *reading) {
	for i, p := range r.parts {
		if i >= mostFilters {
			return
		}
		if p.set == nil && !p.unheard {
			continue
		}
		q := w.from
		q.Text = r.without(p)
		w.offer(directory.Relaxation{Kind: directory.RelaxWords, Value: r.words(p), Query: q})
	}
}

// areas goes to the areas around those that q asks for, and to others nearby.
func (w *widening) areas(r *reading) {
	for _, f := range areaFacets {
		values := w.from.Filters[f]
		for _, v := range values[:min(len(values), mostFilters)] {
			w.around(f, v, func(other string) directory.Query { return filtered(w.from, f, replaced(values, v, other)) })
		}
	}
	for _, p := range r.parts {
		if p.area == nil {
			continue
		}
		f := directory.FacetServes
		w.around(f, string(p.area.Code), func(other string) directory.Query {
			q := filtered(w.from, f, replaced(w.from.Filters[f], "", other))
			q.Text = r.without(p)
			return q
		})
	}
}

// around offers what lies around an area, and near it.
func (w *widening) around(f directory.Facet, value string, with func(string) directory.Query) {
	code := w.x.code(value)
	offered := 0
	for _, outer := range w.x.around(code) {
		if offered < mostWider && w.offer(directory.Relaxation{Kind: directory.RelaxArea, Facet: f, Value: value, Instead: outer, Query: with(outer)}) {
			offered++
		}
	}
	offered = 0
	for _, other := range w.x.near(f, code) {
		if offered < mostNear && w.offer(directory.Relaxation{Kind: directory.RelaxNear, Facet: f, Value: value, Instead: other, Query: with(other)}) {
			offered++
		}
	}
}

// mostTried is how many places nearby are searched for hosters.
const mostTried = 12

// near gives the areas of a kind that listings name under f, the nearest first.
func (x *Index) near(f directory.Facet, code string) []string {
	if x.areas == nil {
		return nil
	}
	from, ok := x.areas.Area(directory.AreaCode(code))
	if !ok || from.Point == nil {
		return nil
	}
	type neighbour struct {
		code       string
		kilometres float64
	}
	var all []neighbour
	for _, v := range x.columns[f].names {
		if v == code || kindOf(v) != kindOf(code) {
			continue
		}
		a, ok := x.areas.Area(directory.AreaCode(v))
		if !ok || a.Kind != from.Kind || a.Point == nil {
			continue
		}
		if d := a.Point.Kilometres(*from.Point); d <= nearKilometres[a.Kind] {
			all = append(all, neighbour{v, d})
		}
	}
	slices.SortFunc(all, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(a.kilometres, b.kilometres), cmp.Compare(a.code, b.code))
	})
	var codes []string
	for _, n := range all[:min(len(all), mostTried)] {
		codes = append(codes, n.code)
	}
	return codes
}

// kindOf gives the scheme of a code: "insee", "siren", or "" of ISO 3166.
func kindOf(code string) string {
	scheme, _, ok := strings.Cut(code, ":")
	if !ok {
		return ""
	}
	return scheme
}

// families goes from needs, products and programs to the families of services
// around them.
func (w *widening) families(r *reading) {
	v := w.x.vocabulary
	of := func(f directory.Facet, values []string) []string {
		var all []string
		for _, value := range values {
			switch f {
			case directory.FacetNeed:
				for _, family := range v.FamiliesOf(directory.NeedID(value)) {
					all = append(all, string(family))
				}
			case directory.FacetReplaces:
				product, _ := v.Replacement(value)
				for _, n := range product.Needs {
					for _, family := range v.FamiliesOf(n) {
						all = append(all, string(family))
					}
				}
			case directory.FacetSoftware:
				for _, n := range v.Needs(directory.Service{Software: directory.Software{Name: value}}) {
					for _, family := range v.FamiliesOf(n) {
						all = append(all, string(family))
					}
				}
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	for _, f := range []directory.Facet{directory.FacetNeed, directory.FacetReplaces, directory.FacetSoftware} {
		values := w.from.Filters[f]
		for _, value := range values[:min(len(values), mostFilters)] {
			for _, family := range of(f, []string{value}) {
				q := filtered(w.from, f, replaced(values, value, ""))
				q = filtered(q, directory.FacetFamily, replaced(q.Filters[directory.FacetFamily], "", family))
				w.offer(directory.Relaxation{Kind: directory.RelaxFamily, Facet: f, Value: value, Instead: family, Query: q})
			}
		}
	}
	for _, p := range r.parts {
		for _, family := range of(p.facet, p.values) {
			q := filtered(w.from, directory.FacetFamily, replaced(w.from.Filters[directory.FacetFamily], "", family))
			q.Text = r.without(p)
			w.offer(directory.Relaxation{Kind: directory.RelaxFamily, Facet: p.facet, Value: r.words(p), Instead: family, Query: q})
		}
	}
}

// readings tells what the words of the text were understood as.
func (s *selection) readings(q directory.Query) []directory.Reading {
	var all []directory.Reading
	for _, p := range s.read.parts {
		if p.facet == "" && !p.unheard {
			continue
		}
		r := directory.Reading{Words: s.read.words(p), Facet: p.facet, Values: slices.Clone(p.values), Narrows: p.set != nil}
		if p.facet != "" && len(all) < mostFilters {
			offer := q
			offer.Text, offer.Offset = s.read.without(p), 0
			values := slices.Clone(q.Filters[p.facet])
			for _, v := range p.values {
				values = replaced(values, "", v)
			}
			offer = filtered(offer, p.facet, values)
			r.Offer, r.Total = &offer, s.total(offer)
		}
		all = append(all, r)
	}
	return all
}
