package geo

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"matou/directory"
)

// name is a key of the index of names. Before the index is made, key is the
// name as it is written.
type name struct {
	key   string
	ref   ref
	named bool // the place bears this name, in full or without its article
}

// ref points at a commune, a town or an area.
type ref struct {
	kind  refKind
	index int32
}

type refKind uint8

// The kinds of refs, smallest places first.
const (
	ofCommune refKind = iota
	ofTown
	ofArea
)

// index makes the index of names: communes of today and former ones, with and
// without their article, towns, and larger areas.
func (g *Gazetteer) index(merged []name) {
	all := make([]name, 0, 2*len(g.communes))
	for i, c := range g.communes {
		all = append(all, name{c.name, ref{ofCommune, int32(i)}, true})
	}
	all = append(all, merged...)
	for i, t := range g.towns {
		all = append(all, name{t.name, ref{ofTown, int32(i)}, true})
		if t.french != "" {
			all = append(all, name{t.french, ref{ofTown, int32(i)}, false})
		}
	}
	for i, a := range g.areas {
		r := ref{ofArea, int32(i)}
		switch {
		case a.kind == directory.AreaEPCI:
			all = append(all, name{withoutKind(a.french), r, false})
		case a.code == "FR-75C": // the same as the commune
		default:
			all = append(all, name{a.french, r, true})
		}
		if a.english != "" {
			all = append(all, name{a.english, r, true})
		}
	}
	keys := make([]byte, 0, 16*len(all)) // one text behind all keys, rather than one each
	ends := make([]int, len(all))
	for i := range all {
		keys = appendFolded(keys, all[i].key)
		ends[i] = len(keys)
	}
	text, start := string(keys), 0
	for i := range len(ends) {
		all[i].key, start = text[start:ends[i]], ends[i]
		if bare := withoutArticle(all[i].key); bare != all[i].key {
			all = append(all, name{bare, all[i].ref, all[i].named})
		}
	}
	slices.SortFunc(all, func(a, b name) int { return strings.Compare(a.key, b.key) })
	g.names = all
}

// withoutKind takes "CC du", "CA" and their like off the name of an
// inter-municipality.
func withoutKind(s string) string {
	kind, rest, ok := strings.Cut(s, " ")
	if !ok || kind != "CC" && kind != "CA" && kind != "CU" {
		return s
	}
	for _, link := range []string{"du ", "de la ", "de l'", "des ", "de ", "d'"} {
		if after, ok := strings.CutPrefix(rest, link); ok {
			return after
		}
	}
	return rest
}

// withoutArticle takes the article off a folded name.
func withoutArticle(key string) string {
	for _, article := range []string{"le ", "la ", "les ", "l "} {
		if after, ok := strings.CutPrefix(key, article); ok && after != "" {
			return after
		}
	}
	return key
}

const (
	mostText   = 200 // bytes of a question
	mostPlaces = 10
)

// Locate finds the places that a visitor may mean by a postcode ("22300"), the
// name of a commune, a larger town of Europe, a department, a region or a
// country, or by both ("22300 Lannion", "1000 Bruxelles", "Saint-Denis 93").
// Case, accents, hyphens and "St" for "Saint" do not matter, and the beginning
// of a name is enough. Places of exactly that name come first, then the more
// populous of those that the same words may mean; at most ten. Population
// orders homonymous places, never hosters.
//
// A town outside France has no code here: its Area has the Kind commune and
// the Code of the region or country that holds it.
func (g *Gazetteer) Locate(text string) []directory.Area {
	if len(text) > mostText {
		return nil
	}
	words, code, short := question(text)
	var found *best
	switch {
	case words == "" && code != "":
		found = g.byPostcode(code, code)
	case words == "" && short != "":
		// What is only begun, or a postcode of another country.
		found = g.byPostcode(pad(short, '0'), pad(short, '9'))
	case words == "":
		return nil
	case code != "":
		found = g.byName(words, func(r ref) bool { return g.hasPostcode(r, code) })
		if len(found.places) == 0 {
			found = g.byName(words, nil)
		}
		if len(found.places) == 0 {
			found = g.byPostcode(code, code)
		}
	case short != "":
		found = g.byName(words+" "+short, nil) // "paris 11"
		if len(found.places) == 0 {
			found = g.byName(words, func(r ref) bool { return g.inDepartment(r, short) })
		}
		if len(found.places) == 0 {
			found = g.byName(words, nil)
		}
	default:
		found = g.byName(words, nil)
	}
	areas := make([]directory.Area, 0, len(found.places))
	for _, p := range found.places {
		areas = append(areas, g.of(p.ref))
	}
	return areas
}

// question parts what was typed into folded words, a French postcode, and any
// shorter number: the department, or a postcode of another country.
func question(text string) (words, code, short string) {
	var rest []string
	for _, w := range strings.Fields(fold(text)) {
		number := strings.Trim(w, "0123456789") == ""
		switch {
		case number && len(w) == 5:
			code = w
		case number && len(w) < 5, w == "2a", w == "2b":
			short = w
		default:
			rest = append(rest, w)
		}
	}
	return strings.Join(rest, " "), code, short
}

// pad fills a number up to the five digits of a postcode.
func pad(number string, digit byte) string {
	for len(number) < 5 {
		number += string(digit)
	}
	return number
}

func (g *Gazetteer) of(r ref) directory.Area {
	switch r.kind {
	case ofCommune:
		return g.ofCommune(r.index)
	case ofTown:
		return g.ofTown(r.index)
	}
	return g.ofArea(r.index)
}

// byPostcode finds the communes whose postcode lies between two; the districts
// of a city before the city.
func (g *Gazetteer) byPostcode(from, to string) *best {
	found := &best{g: g}
	low, err := strconv.ParseUint(from, 10, 32)
	high, err2 := strconv.ParseUint(to, 10, 32)
	if err != nil || err2 != nil {
		return found
	}
	i, _ := slices.BinarySearchFunc(g.postcodes, uint32(low), func(p postcode, code uint32) int { return cmp.Compare(p.code, code) })
	for ; i < len(g.postcodes) && g.postcodes[i].code <= uint32(high); i++ {
		p := g.postcodes[i]
		farness := 1
		if low == high && g.communes[p.commune].city != "" {
			farness = 0
		}
		found.add(ref{ofCommune, p.commune}, farness)
	}
	return found
}

func (g *Gazetteer) hasPostcode(r ref, code string) bool {
	n, err := strconv.ParseUint(code, 10, 32)
	if err != nil || r.kind != ofCommune {
		return false
	}
	_, ok := slices.BinarySearchFunc(g.postcodes, postcode{uint32(n), r.index}, func(p, q postcode) int {
		return cmp.Or(cmp.Compare(p.code, q.code), cmp.Compare(p.commune, q.commune))
	})
	return ok
}

func (g *Gazetteer) inDepartment(r ref, insee string) bool {
	return r.kind == ofCommune && strings.HasPrefix(g.communes[r.index].code, strings.ToUpper(insee))
}

// byName finds the places whose name begins with the words, and that pass.
func (g *Gazetteer) byName(words string, pass func(ref) bool) *best {
	found := &best{g: g}
	for _, prefix := range []string{words, abbreviation(words)} {
		if prefix == "" {
			continue
		}
		i, _ := slices.BinarySearchFunc(g.names, prefix, func(n name, key string) int { return strings.Compare(n.key, key) })
		for ; i < len(g.names) && strings.HasPrefix(g.names[i].key, prefix); i++ {
			n := &g.names[i]
			if pass != nil && !pass(n.ref) {
				continue
			}
			farness := 2
			if n.key == words {
				farness = 1
				if n.named {
					farness = 0
				}
			}
			found.add(n.ref, farness)
		}
	}
	return found
}

// abbreviation spells out "st" or "ste" at the end of the words, where it may
// also be the beginning of another word; "" elsewhere.
func abbreviation(words string) string {
	for _, a := range []struct{ short, full string }{{"st", "saint"}, {"ste", "sainte"}} {
		if before, ok := strings.CutSuffix(words, a.short); ok && (before == "" || strings.HasSuffix(before, " ")) {
			return before + a.full
		}
	}
	return ""
}

// best holds the ten best places found so far, best first.
type best struct {
	g      *Gazetteer
	places []candidate
}

type candidate struct {
	ref        ref
	farness    int // of its name from what was asked
	population int64
}

func (b *best) add(r ref, farness int) {
	c := candidate{r, farness, b.g.population(r)}
	if len(b.places) == mostPlaces && b.compare(c, b.places[mostPlaces-1]) >= 0 {
		return
	}
	if i := slices.IndexFunc(b.places, func(p candidate) bool { return p.ref == r }); i >= 0 {
		if b.places[i].farness <= farness {
			return
		}
		b.places = slices.Delete(b.places, i, i+1)
	}
	i, _ := slices.BinarySearchFunc(b.places, c, b.compare)
	b.places = slices.Insert(b.places, i, c)
	b.places = b.places[:min(len(b.places), mostPlaces)]
}

func (b *best) compare(p, q candidate) int {
	return cmp.Or(
		cmp.Compare(p.farness, q.farness),
		cmp.Compare(q.population, p.population),
		cmp.Compare(p.ref.kind, q.ref.kind),
		cmp.Compare(p.ref.index, q.ref.index),
	)
}

func (g *Gazetteer) population(r ref) int64 {
	switch r.kind {
	case ofCommune:
		return int64(g.communes[r.index].population)
	case ofTown:
		return int64(g.towns[r.index].population)
	}
	return g.areas[r.index].population
}
