// Package geo knows territories: the communes, inter-municipalities (EPCI),
// departments and regions of France, the regions of Belgium, the countries of
// Europe and their larger towns. Its data are embedded, so that no question of
// a visitor leaves the node; data/SOURCES.md says where they come from.
//
// Codes are those of directory.AreaCode, by ISO 3166-2 as it is in force:
// Paris is FR-75C, Corsica FR-20R, Guadeloupe FR-971 (department and region
// in one), New Caledonia FR-NC. Older and other codes that people still write
// (FR-75, FR-COR, FR-GP, GP; the INSEE codes of communes that have merged)
// are understood everywhere and give the area of today.
package geo

import (
	"slices"
	"strings"
	"sync"

	"matou/directory"
)

// Gazetteer answers questions on territories. It implements directory.Areas
// and is safe for concurrent use: nothing in it changes. Make one with Load.
type Gazetteer struct {
	communes  []commune // sorted by code
	towns     []town    // outside France
	areas     []area    // all that is larger than a commune
	byCode    map[directory.AreaCode]int32
	former    []former // sorted by code
	postcodes []postcode
	names     []name // sorted by key
}

// commune is a French commune, or one of the municipal districts of Paris,
// Lyon and Marseille.
type commune struct {
	code, name string
	city       string // INSEE code, of a district
	area       int32  // the smallest area that holds it; -1: none is known
	department int32
	latitude   float64
	longitude  float64
	quality    byte // as in data/SOURCES.md
	population int32
}

// town is a place outside France; it has no code of its own.
type town struct {
	name, french string
	area         int32
	latitude     float64
	longitude    float64
	population   int32
}

// area is a territory larger than a commune.
type area struct {
	code       directory.AreaCode
	kind       directory.AreaKind
	parents    []directory.AreaCode
	french     string
	english    string // "" where it is the same
	middle     middle
	population int64
}

// former is the INSEE code of a commune that has merged.
type former struct {
	code   string
	merged int32 // index of the commune of today
}

type postcode struct {
	code    uint32
	commune int32
}

// Load gives the gazetteer. The first call parses the embedded data, which
// takes about a tenth of a second; every call gives the same one. A node that
// holds no directory never calls it.
func Load() (*Gazetteer, error) { return load() }

var load = sync.OnceValues(parse)

const (
	inseePrefix = "insee:"
	sirenPrefix = "siren:"
)

// Area gives the territory of that code, or false. An older code gives the
// area of today, with its code.
func (g *Gazetteer) Area(code directory.AreaCode) (directory.Area, bool) {
	if insee, ok := strings.CutPrefix(string(code), inseePrefix); ok {
		i, ok := g.commune(insee)
		if !ok {
			return directory.Area{}, false
		}
		return g.ofCommune(i), true
	}
	i, ok := g.byCode[code]
	if !ok {
		return directory.Area{}, false
	}
	return g.ofArea(i), true
}

// Ancestors gives the code itself and every area it lies in, nearest first:
// commune (of a municipal district: its city), inter-municipality, department,
// region, country. An older code gives the code of today. A code that is not
// known gives itself and, where it has the form of ISO 3166-2, its country.
func (g *Gazetteer) Ancestors(code directory.AreaCode) []directory.AreaCode {
	if insee, ok := strings.CutPrefix(string(code), inseePrefix); ok {
		if i, ok := g.commune(insee); ok {
			return g.above(i)
		}
		return []directory.AreaCode{code}
	}
	if i, ok := g.byCode[code]; ok {
		return append([]directory.AreaCode{g.areas[i].code}, g.areas[i].parents...)
	}
	if country, part, ok := strings.Cut(string(code), "-"); ok && len(country) == 2 && part != "" && strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return []directory.AreaCode{code, directory.AreaCode(country)}
	}
	return []directory.AreaCode{code}
}

// Estimated reports whether the coordinates of a commune are those of its
// surroundings, a few kilometres off at most times, since its own are not in
// the data. It is false for every other code.
func (g *Gazetteer) Estimated(code directory.AreaCode) bool {
	insee, ok := strings.CutPrefix(string(code), inseePrefix)
	if !ok {
		return false
	}
	i, ok := g.commune(insee)
	return ok && g.communes[i].quality != 'e' && g.communes[i].quality != none
}

const none = '-' // the quality of coordinates that are not known

// commune finds a commune by INSEE code, of today or former.
func (g *Gazetteer) commune(insee string) (int32, bool) {
	i, ok := slices.BinarySearchFunc(g.communes, insee, func(c commune, code string) int { return strings.Compare(c.code, code) })
	if ok {
		return int32(i), true
	}
	i, ok = slices.BinarySearchFunc(g.former, insee, func(f former, code string) int { return strings.Compare(f.code, code) })
	if ok {
		return g.former[i].merged, true
	}
	return 0, false
}

// above gives the codes of a commune and of what it lies in.
func (g *Gazetteer) above(i int32) []directory.AreaCode {
	c := &g.communes[i]
	codes := []directory.AreaCode{directory.AreaCode(inseePrefix + c.code)}
	if c.city != "" {
		codes = append(codes, directory.AreaCode(inseePrefix+c.city))
	}
	if c.area >= 0 && c.area != c.department {
		codes = append(codes, g.areas[c.area].code)
	}
	if c.department >= 0 {
		codes = append(codes, g.areas[c.department].code)
		codes = append(codes, g.areas[c.department].parents...)
	}
	return codes
}

func (g *Gazetteer) ofCommune(i int32) directory.Area {
	c := &g.communes[i]
	codes := g.above(i)
	a := directory.Area{Code: codes[0], Kind: directory.AreaCommune, Name: directory.Text{"fr": c.name}, Parent: codes[1:]}
	if c.quality != none {
		a.Point = &directory.Point{Latitude: c.latitude, Longitude: c.longitude}
	}
	return a
}

func (g *Gazetteer) ofArea(i int32) directory.Area {
	x := &g.areas[i]
	a := directory.Area{Code: x.code, Kind: x.kind, Name: directory.Text{"fr": x.french}, Parent: slices.Clone(x.parents), Point: x.middle.point()}
	if x.english != "" {
		a.Name["en"] = x.english
	}
	return a
}

// ofTown gives a town outside France the code of the smallest area that holds
// it, since it has none of its own.
func (g *Gazetteer) ofTown(i int32) directory.Area {
	t := &g.towns[i]
	in := &g.areas[t.area]
	a := directory.Area{
		Code: in.code, Kind: directory.AreaCommune, Name: directory.Text{"en": t.name}, Parent: slices.Clone(in.parents),
		Point: &directory.Point{Latitude: t.latitude, Longitude: t.longitude},
	}
	a.Name["fr"] = t.name
	if t.french != "" {
		a.Name["fr"] = t.french
	}
	return a
}
