package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// place is a populated place of GeoNames.
type place struct {
	name, country, admin1, insee, feature string
	lat, lon                              float64
	population                            int
}

// better reports whether p rather than q is the middle of their commune: a
// seat of something, else the larger one.
func (p place) better(q place) bool {
	seat := func(p place) int {
		switch {
		case p.feature == "PPLX" || p.feature == "PPLL":
			return 0
		case strings.HasPrefix(p.feature, "PPLA") || p.feature == "PPLC":
			return 2
		}
		return 1
	}
	return cmp.Or(cmp.Compare(seat(p), seat(q)), cmp.Compare(p.population, q.population)) > 0
}

// The columns of GeoNames' cities500.txt.
const (
	columnName       = 1
	columnLatitude   = 4
	columnLongitude  = 5
	columnFeature    = 7
	columnCountry    = 8
	columnAdmin1     = 10
	columnAdmin4     = 13
	columnPopulation = 14
	columns          = 19
)

func readGeoNames() ([]place, error) {
	const file = "dist/cities500.txt"
	files, err := geonames.open(file)
	if err != nil {
		return nil, err
	}
	var places []place
	for i, row := range strings.Split(strings.TrimRight(string(files[file]), "\n"), "\n") {
		r := strings.Split(row, "\t")
		if len(r) != columns {
			return nil, fmt.Errorf("%s, line %d: %d columns, not %d", file, i+1, len(r), columns)
		}
		p := place{name: r[columnName], country: r[columnCountry], admin1: r[columnAdmin1], feature: r[columnFeature]}
		var errs [3]error
		p.lat, errs[0] = strconv.ParseFloat(r[columnLatitude], 64)
		p.lon, errs[1] = strconv.ParseFloat(r[columnLongitude], 64)
		p.population, errs[2] = strconv.Atoi(cmp.Or(r[columnPopulation], "0"))
		if err := cmp.Or(errs[0], errs[1], errs[2]); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", file, i+1, err)
		}
		switch p.country {
		case "FR", "GP", "MQ", "GF", "RE":
			p.insee = r[columnAdmin4]
		case "YT", "PM", "WF": // the code stands in another column
			p.insee = p.admin1
		}
		places = append(places, p)
	}
	return places, nil
}

// The smallest population of a place that is taken, by country: all where
// French is spoken, towns elsewhere.
var smallest = map[string]int{"BE": 0, "LU": 0, "MC": 0, "CH": 1000}

const smallestElsewhere = 15000

// europeRows: country, region where there is one, name, French name where it
// differs, latitude, longitude, population.
func europeRows(places []place, exonyms map[string]string) []string {
	countries := map[string]bool{}
	for c := range strings.FieldsSeq("AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM UA VA") {
		countries[c] = true
	}
	largest := map[string]place{}
	for _, p := range places {
		most, ok := smallest[p.country]
		if !ok {
			most = smallestElsewhere
		}
		section := p.feature == "PPLX" || p.feature == "PPLL"
		if !countries[p.country] || p.population < most || p.population == 0 || section {
			continue
		}
		key := p.country + p.admin1 + p.name
		if was, ok := largest[key]; !ok || p.population > was.population {
			largest[key] = p
		}
	}
	var rows []string
	for _, p := range largest {
		region := ""
		if p.country == "BE" {
			region = "BE-" + p.admin1
		}
		rows = append(rows, strings.Join([]string{
			p.country, region, p.name, exonyms[p.country+p.name],
			degrees(p.lat, 3), degrees(p.lon, 3), strconv.Itoa(p.population),
		}, "\t"))
	}
	slices.Sort(rows)
	return rows
}

// readHandMade gives the ISO code of each region by its code in the sources,
// and the French names of foreign towns by country and name.
func readHandMade() (regions, exonyms map[string]string, err error) {
	regions, exonyms = map[string]string{}, map[string]string{}
	rows, err := readTable("areas.tsv", 7)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		if r[5] != "" {
			regions[r[5]] = r[0]
		}
	}
	rows, err = readTable("exonyms.tsv", 3)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		exonyms[r[0]+r[1]] = r[2]
	}
	return regions, exonyms, nil
}

func readTable(name string, columns int) ([][]string, error) {
	raw, err := os.ReadFile(filepath.Join(dataDir, name))
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for i, row := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
		if strings.HasPrefix(row, "#") {
			continue
		}
		r := strings.Split(row, "\t")
		if len(r) != columns {
			return nil, fmt.Errorf("%s, line %d: %d columns, not %d", name, i+1, len(r), columns)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// fold makes two spellings of one name alike.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFD.String(name))
}
