package geo

import (
	"cmp"
	"slices"
	"strings"

	"matou/directory"
)

// Named gives the place of exactly that name, or of that French postcode or
// number of a department, and how many people live there. Of several places of
// one name it is the most populous; of the communes of one postcode, too, and
// others gives the rest of them. False: there is none.
func (g *Gazetteer) Named(text string) (place directory.Area, others []directory.Area, people int64, ok bool) {
	if len(text) > mostText {
		return place, nil, 0, false
	}
	words, code, short := question(text)
	switch {
	case words == "" && code != "" && short == "":
		found := g.byPostcode(code, code).places
		if len(found) == 0 {
			return place, nil, 0, false
		}
		for _, p := range found[1:] {
			others = append(others, g.of(p.ref))
		}
		return g.of(found[0].ref), others, found[0].population, true
	case words == "" && code == "" && short != "":
		i, ok := g.byCode[directory.AreaCode("FR-"+strings.ToUpper(short))]
		if !ok {
			return place, nil, 0, false
		}
		return g.ofArea(i), nil, g.areas[i].population, true
	case code != "" || short != "" || words == "":
		return place, nil, 0, false
	}
	found := &best{g: g}
	for _, key := range []string{words, abbreviation(words)} {
		if key != "" {
			g.exactly(key, found)
		}
	}
	if len(found.places) == 0 {
		return place, nil, 0, false
	}
	abroad := func(p candidate) int {
		if p.ref.kind == ofTown {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(found.places, func(p, q candidate) int {
		return cmp.Or(cmp.Compare(abroad(p), abroad(q)), cmp.Compare(q.population, p.population))
	})
	return g.of(found.places[0].ref), nil, found.places[0].population, true
}

// exactly adds the places of a folded name.
func (g *Gazetteer) exactly(key string, found *best) {
	i, _ := slices.BinarySearchFunc(g.names, key, func(n name, key string) int { return strings.Compare(n.key, key) })
	for ; i < len(g.names) && g.names[i].key == key; i++ {
		found.add(g.names[i].ref, 0)
	}
}

// Alike gives the most populous of the places of at least so many people whose
// name, in small letters without accents, a visitor may have meant; false
// where none is.
func (g *Gazetteer) Alike(people int64, meant func(name string) bool) (directory.Area, bool) {
	most, at := people-1, -1
	for i := range g.names {
		if p := g.population(g.names[i].ref); p > most && meant(g.names[i].key) {
			most, at = p, i
		}
	}
	if at < 0 {
		return directory.Area{}, false
	}
	return g.of(g.names[at].ref), true
}
