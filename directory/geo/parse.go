package geo

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"matou/directory"
)

//go:embed data/*.tsv.gz data/areas.tsv data/charts.tsv
var data embed.FS

// middle sums points.
type middle struct{ latitude, longitude, n float64 }

func (m *middle) add(latitude, longitude float64) {
	m.latitude, m.longitude, m.n = m.latitude+latitude, m.longitude+longitude, m.n+1
}

// point is nil where nothing was added.
func (m middle) point() *directory.Point {
	if m.n == 0 {
		return nil
	}
	return &directory.Point{Latitude: m.latitude / m.n, Longitude: m.longitude / m.n}
}

// parser fills a gazetteer from the embedded tables.
type parser struct {
	g           *Gazetteer
	departments map[string]int32 // by INSEE code
	epci        map[string]int32 // by SIREN
	within      map[int32][]directory.AreaCode
	mergedNames []name
}

func parse() (*Gazetteer, error) {
	p := &parser{
		g:           &Gazetteer{byCode: map[directory.AreaCode]int32{}},
		departments: map[string]int32{},
		epci:        map[string]int32{},
		within:      map[int32][]directory.AreaCode{},
	}
	for _, table := range []struct {
		file    string
		columns int
		add     func(r []string) error
	}{
		{"areas.tsv", 7, p.addArea},
		{"departments.tsv.gz", 4, p.addDepartment},
		{"epci.tsv.gz", 2, p.addEPCI},
		{"communes.tsv.gz", 10, p.addCommune},
		{"former.tsv.gz", 3, p.addFormer},
		{"europe.tsv.gz", 7, p.addTown},
	} {
		if err := eachRow(table.file, table.columns, table.add); err != nil {
			return nil, fmt.Errorf("geo data: %w", err)
		}
	}
	for i, codes := range p.within {
		p.g.areas[i].parents = codes
	}
	slices.SortFunc(p.g.postcodes, func(a, b postcode) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.commune, b.commune))
	})
	p.g.index(p.mergedNames)
	return p.g, nil
}

// eachRow reads a table of the data. The row is only good until the next one;
// its strings stay.
func eachRow(file string, columns int, add func(r []string) error) error {
	raw, err := data.ReadFile("data/" + file)
	if err != nil {
		return err
	}
	if strings.HasSuffix(file, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if raw, err = io.ReadAll(z); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	text := string(raw)
	row := make([]string, columns)
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		for i := range columns {
			row[i], line, _ = strings.Cut(line, "\t")
		}
		if err := add(row); err != nil {
			return fmt.Errorf("%s, line %d: %w", file, n, err)
		}
	}
	return nil
}

func (p *parser) put(a area, aliases ...string) int32 {
	i := int32(len(p.g.areas))
	p.g.areas = append(p.g.areas, a)
	p.g.byCode[a.code] = i
	for _, alias := range aliases {
		p.g.byCode[directory.AreaCode(alias)] = i
	}
	return i
}

func codesOf(s string) []directory.AreaCode {
	var codes []directory.AreaCode
	for _, c := range strings.Fields(s) {
		codes = append(codes, directory.AreaCode(c))
	}
	return codes
}

// addArea: code, kind, parents, French, English, code in the sources ("d971"
// for a department), other codes.
func (p *parser) addArea(r []string) error {
	i := p.put(area{code: directory.AreaCode(r[0]), kind: directory.AreaKind(r[1]), parents: codesOf(r[2]), french: r[3], english: r[4]}, strings.Fields(r[6])...)
	if insee, ok := strings.CutPrefix(r[5], "d"); ok {
		p.departments[insee] = i
	}
	return nil
}

// addDepartment: INSEE code, code, name, parents.
func (p *parser) addDepartment(r []string) error {
	a := area{code: directory.AreaCode(r[1]), kind: directory.AreaDepartment, french: r[2], parents: codesOf(r[3])}
	p.departments[r[0]] = p.put(a, "FR-"+r[0])
	return nil
}

// lyon is the metropolis that has the powers of a department and a code of
// ISO 3166-2 of its own.
const lyon, lyonISO = "200046977", "FR-69M"

// addEPCI: SIREN, name.
func (p *parser) addEPCI(r []string) error {
	var aliases []string
	if r[0] == lyon {
		aliases = []string{lyonISO}
	}
	p.epci[r[0]] = p.put(area{code: directory.AreaCode(sirenPrefix + r[0]), kind: directory.AreaEPCI, french: r[1]}, aliases...)
	return nil
}

// addCommune: code, name, postcodes, EPCI, department, city, latitude,
// longitude, quality, population.
func (p *parser) addCommune(r []string) error {
	c := commune{code: r[0], name: r[1], city: r[5], area: -1, department: -1, quality: none}
	population, err := strconv.Atoi(r[9])
	if err != nil {
		return err
	}
	c.population = int32(population)
	if r[8] != string(none) {
		if c.latitude, c.longitude, err = coordinates(r[6], r[7]); err != nil {
			return err
		}
		c.quality = r[8][0]
	}
	if i, ok := p.departments[r[4]]; ok {
		c.department, c.area = i, i
	}
	if i, ok := p.epci[r[3]]; ok {
		c.area = i
		p.narrow(i, c.department)
	}
	if c.city == "" {
		p.count(c)
	}
	at := int32(len(p.g.communes))
	p.g.communes = append(p.g.communes, c)
	for _, code := range strings.Fields(r[2]) {
		n, err := strconv.ParseUint(code, 10, 32)
		if err != nil {
			return err
		}
		p.g.postcodes = append(p.g.postcodes, postcode{uint32(n), at})
	}
	return nil
}

func coordinates(lat, lon string) (float64, float64, error) {
	latitude, err := strconv.ParseFloat(lat, 64)
	if err != nil {
		return 0, 0, err
	}
	longitude, err := strconv.ParseFloat(lon, 64)
	return latitude, longitude, err
}

// narrow keeps of the areas that an inter-municipality lies in those that hold
// the department of each of its communes.
func (p *parser) narrow(epci, department int32) {
	if department < 0 {
		return
	}
	d := &p.g.areas[department]
	was, seen := p.within[epci]
	if seen && len(was) > 0 && was[0] == d.code {
		return
	}
	codes := append([]directory.AreaCode{d.code}, d.parents...)
	if seen {
		codes = slices.DeleteFunc(slices.Clone(was), func(c directory.AreaCode) bool { return !slices.Contains(codes, c) })
	}
	p.within[epci] = codes
}

// count adds a commune to the areas that it lies in.
func (p *parser) count(c commune) {
	add := func(i int32) {
		a := &p.g.areas[i]
		a.population += int64(c.population)
		// The middle of France is that of its mainland and Corsica.
		if c.quality != none && (a.kind != directory.AreaCountry || c.code < "97") {
			a.middle.add(c.latitude, c.longitude)
		}
	}
	if c.area >= 0 && c.area != c.department {
		add(c.area)
	}
	if c.department >= 0 {
		add(c.department)
		for _, code := range p.g.areas[c.department].parents {
			add(p.g.byCode[code])
		}
	}
}

// addFormer: code, name, code of the commune of today.
func (p *parser) addFormer(r []string) error {
	i, ok := p.g.commune(r[2])
	if !ok {
		return fmt.Errorf("no commune %s", r[2])
	}
	if n := len(p.g.former); p.g.communes[i].code != r[0] && (n == 0 || p.g.former[n-1].code != r[0]) {
		p.g.former = append(p.g.former, former{r[0], i})
	}
	if r[1] != "" {
		p.mergedNames = append(p.mergedNames, name{r[1], ref{ofCommune, i}, true})
	}
	return nil
}

// addTown: country, region, name, French name, latitude, longitude, population.
func (p *parser) addTown(r []string) error {
	i, ok := p.g.byCode[directory.AreaCode(cmp.Or(r[1], r[0]))]
	if !ok {
		return fmt.Errorf("no area %s", cmp.Or(r[1], r[0]))
	}
	population, err := strconv.Atoi(r[6])
	if err != nil {
		return err
	}
	t := town{name: r[2], french: r[3], area: i, population: int32(population)}
	if t.latitude, t.longitude, err = coordinates(r[4], r[5]); err != nil {
		return err
	}
	p.g.towns = append(p.g.towns, t)
	for _, code := range append([]directory.AreaCode{p.g.areas[i].code}, p.g.areas[i].parents...) {
		in := &p.g.areas[p.g.byCode[code]]
		in.middle.add(t.latitude, t.longitude)
		in.population += int64(t.population)
	}
	return nil
}
