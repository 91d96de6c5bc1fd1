package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"matou/directory"
	"matou/directory/geo"
)

// The shapes come from Natural Earth, as a Go module carries it; mapshaper
// makes them plain. Neither is a part of matou.
const (
	naturalEarth       = "github.com/sams96/rgeo@v1.2.0"
	naturalEarthSHA256 = "a407488a8aace3ce36f619d96a8acde503e5a39184685f9b8c1ce25b072fd929" // of the module's zip
	mapshaper          = "mapshaper@0.7.70"
)

// chart is one map to be made.
type chart struct {
	name       string
	projection geo.Projection
	width      float64 // of what it shows, in its units
	keep       string  // share of the points that stay
	smallest   float64 // ring, in square units; the largest of an area stays
	clip       string  // west,south,east,north; "": nothing is cut off
	corners    []directory.Point

	code func(f feature) directory.AreaCode // "": the feature is not on it
	from string                             // file of the module
}

// charts gives the maps: what is far away has a map of its own.
func charts(g *geo.Gazetteer) []chart {
	province := func(wanted func(directory.Area) bool) func(feature) directory.AreaCode {
		return func(f feature) directory.AreaCode {
			a, ok := g.Area(directory.AreaCode(f.text("iso_3166_2")))
			if !ok || !wanted(a) {
				return ""
			}
			return a.Code
		}
	}
	all := []chart{{
		name: "france", projection: geo.Projection{South: 44, North: 49, Meridian: 3}, width: 2000, keep: "15%", smallest: 12, from: "Provinces10",
		code: province(func(a directory.Area) bool {
			return a.Kind == directory.AreaDepartment && slices.Contains(a.Parent, "FR")
		}),
	}}
	for _, code := range []directory.AreaCode{"FR-971", "FR-972", "FR-973", "FR-974", "FR-976"} {
		a, _ := g.Area(code)
		all = append(all, chart{
			name: string(code), projection: geo.Projection{South: a.Point.Latitude, North: a.Point.Latitude, Meridian: a.Point.Longitude},
			width: 400, keep: "35%", smallest: 8, from: "Provinces10",
			code: province(func(a directory.Area) bool { return a.Code == code }),
		})
	}
	belgian := map[byte]directory.AreaCode{'V': "BE-VLG", 'W': "BE-WAL", 'B': "BE-BRU"}
	all = append(all, chart{
		name: "BE", projection: geo.Projection{South: 49.8, North: 51.2, Meridian: 4.4}, width: 1000, keep: "15%", smallest: 8, from: "Provinces10",
		code: func(f feature) directory.AreaCode {
			if part, ok := strings.CutPrefix(f.text("iso_3166_2"), "BE-"); ok {
				return belgian[part[0]]
			}
			return ""
		},
	})
	country := func(f feature) directory.AreaCode {
		a, ok := g.Area(directory.AreaCode(f.text("ISO_A2_EH")))
		if !ok || a.Kind != directory.AreaCountry {
			return ""
		}
		return a.Code
	}
	for _, code := range []directory.AreaCode{"CH", "LU"} {
		a, _ := g.Area(code)
		all = append(all, chart{
			name: string(code), projection: geo.Projection{South: a.Point.Latitude - 0.5, North: a.Point.Latitude + 0.5, Meridian: a.Point.Longitude},
			width: 800, keep: "20%", smallest: 8, from: "Countries10",
			code: func(f feature) directory.AreaCode {
				if country(f) == code {
					return code
				}
				return ""
			},
		})
	}
	return append(all, chart{
		name: "europe", projection: geo.Projection{South: 40, North: 60, Meridian: 10}, width: 1000, keep: "2.5%", smallest: 16, from: "Countries10",
		clip: "-30,30,75,76", code: country,
		corners: []directory.Point{{Latitude: 36, Longitude: -10}, {Latitude: 65, Longitude: -14}, {Latitude: 70.5, Longitude: 20}, {Latitude: 34.8, Longitude: 26}, {Latitude: 50, Longitude: 33}, {Latitude: 34.3, Longitude: 33.5}},
	})
}

// feature is one area of a GeoJSON file (RFC 7946 3.2).
type feature struct {
	Type       string                     `json:"type"`
	Properties map[string]json.RawMessage `json:"properties"`
	Geometry   json.RawMessage            `json:"geometry"`
}

func (f feature) text(name string) string {
	var s string
	_ = json.Unmarshal(f.Properties[name], &s) // a number is no name
	return s
}

type collection struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

// buildOutlines writes the charts and the outlines of the areas on them. The
// tables of the gazetteer must be there already.
func buildOutlines() error {
	g, err := geo.Load()
	if err != nil {
		return err
	}
	files, err := openNaturalEarth("Provinces10", "Countries10")
	if err != nil {
		return err
	}
	if err := installMapshaper(); err != nil {
		return err
	}
	var rows []string
	table := []string{"# chart, parallels and meridian of its projection, units for a radian, left, top, width, height: written by go run ./directory/geo/build"}
	for _, c := range charts(g) {
		shapes, err := c.shapes(g, files[c.from])
		if err != nil {
			return fmt.Errorf("chart %s: %w", c.name, err)
		}
		head, outlines := c.draw(shapes)
		table, rows = append(table, head), append(rows, outlines...)
	}
	if err := os.WriteFile(filepath.Join(dataDir, "charts.tsv"), []byte(strings.Join(table, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	return write("outlines.tsv.gz", rows)
}

// openNaturalEarth reads files of the module after checking its zip.
func openNaturalEarth(names ...string) (map[string][]feature, error) {
	out, err := exec.Command("go", "mod", "download", "-json", naturalEarth).Output()
	if err != nil {
		return nil, fmt.Errorf("module %s: %w", naturalEarth, err)
	}
	var module struct{ Zip string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, fmt.Errorf("module %s: %w", naturalEarth, err)
	}
	raw, err := os.ReadFile(module.Zip)
	if err != nil {
		return nil, err
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(raw)); got != naturalEarthSHA256 {
		return nil, fmt.Errorf("module %s: SHA-256 is %s, not the pinned %s", naturalEarth, got, naturalEarthSHA256)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	files := map[string][]feature{}
	for _, name := range names {
		f, err := z.Open(naturalEarth + "/data/" + name + ".gz")
		if err != nil {
			return nil, err
		}
		unzipped, err := gzip.NewReader(f)
		if err != nil {
			return nil, err
		}
		var all collection
		if err := json.NewDecoder(unzipped).Decode(&all); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = all.Features
	}
	return files, nil
}

func installMapshaper() error {
	dir := filepath.Join(cacheDir, "mapshaper")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "mapshaper")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	c := exec.Command("npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", dir, mapshaper)
	c.Stderr = os.Stderr
	return c.Run()
}

// shapes gives the plain shapes of a chart: of each area by its code, and, of
// departments, of their regions, whose borders are the same lines.
func (c chart) shapes(g *geo.Gazetteer, features []feature) (map[string][]feature, error) {
	var chosen collection
	chosen.Type = "FeatureCollection"
	for _, f := range features {
		code := c.code(f)
		if code == "" {
			continue
		}
		region := directory.AreaCode("")
		if a, _ := g.Area(code); a.Kind == directory.AreaDepartment {
			region = a.Parent[slices.IndexFunc(a.Parent, func(p directory.AreaCode) bool { r, _ := g.Area(p); return r.Kind == directory.AreaRegion })]
		}
		f.Properties = map[string]json.RawMessage{"code": quoted(code), "region": quoted(region)}
		chosen.Features = append(chosen.Features, f)
	}
	dir := filepath.Join(cacheDir, "outlines")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(chosen)
	if err != nil {
		return nil, err
	}
	in := filepath.Join(dir, "in.json")
	if err := os.WriteFile(in, raw, 0o644); err != nil {
		return nil, err
	}
	args := []string{in}
	if c.clip != "" {
		args = append(args, "-clip", "bbox="+c.clip)
	}
	args = append(args, "-simplify", "weighted", c.keep, "keep-shapes", "-dissolve", "code", "copy-fields=region", "-o", filepath.Join(dir, "code.json"), "format=geojson", "precision=0.00001",
		"-dissolve", "region", "-o", filepath.Join(dir, "region.json"), "format=geojson", "precision=0.00001")
	run := exec.Command(filepath.Join(cacheDir, "mapshaper", "node_modules", ".bin", "mapshaper"), args...)
	run.Stderr = io.Discard
	if err := run.Run(); err != nil {
		return nil, fmt.Errorf("mapshaper: %w", err)
	}
	shapes := map[string][]feature{}
	for _, by := range []string{"code", "region"} {
		raw, err := os.ReadFile(filepath.Join(dir, by+".json"))
		if err != nil {
			return nil, err
		}
		var all collection
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, err
		}
		for _, f := range all.Features {
			if code := f.text(by); code != "" {
				shapes[code] = append(shapes[code], f)
			}
		}
	}
	return shapes, nil
}

func quoted(code directory.AreaCode) json.RawMessage {
	return json.RawMessage(strconv.Quote(string(code)))
}

type ring [][2]float64

// area is that of a ring, by the shoelace formula.
func (r ring) area() float64 {
	sum := 0.0
	for i := range r {
		j := (i + 1) % len(r)
		sum += r[i][0]*r[j][1] - r[j][0]*r[i][1]
	}
	return math.Abs(sum) / 2
}

// draw gives the row of a chart and those of its outlines.
func (c chart) draw(shapes map[string][]feature) (head string, rows []string) {
	projected := map[string][]ring{}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for code, features := range shapes {
		for _, f := range features {
			for _, r := range ringsOf(f) {
				for i, p := range r {
					x, y := c.projection.Point(directory.Point{Longitude: p[0], Latitude: p[1]})
					r[i] = [2]float64{x, y}
					left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
				}
				projected[code] = append(projected[code], r)
			}
		}
	}
	if len(c.corners) > 0 {
		left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
		for _, p := range c.corners {
			x, y := c.projection.Point(p)
			left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
		}
	}
	scale := math.Round(c.width / (right - left))
	const margin = 6
	left, top = math.Floor(left*scale)-margin, math.Floor(top*scale)-margin
	width, height := math.Ceil(right*scale)+margin-left, math.Ceil(bottom*scale)+margin-top
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	head = strings.Join([]string{
		c.name, number(c.projection.South), number(c.projection.North), number(c.projection.Meridian),
		number(scale), number(left), number(top), number(width), number(height),
	}, "\t")
	for _, code := range slices.Sorted(maps.Keys(projected)) {
		path := c.path(projected[code], scale, left, top, width, height)
		if path == "" {
			log.Printf("chart %s: %s is too small to be drawn", c.name, code)
			continue
		}
		rows = append(rows, strings.Join([]string{c.name, code, path}, "\t"))
	}
	return head, rows
}

// path writes rings as SVG, in whole units: small ones are left out, and of
// those only the largest stays where all are small.
func (c chart) path(rings []ring, scale, left, top, width, height float64) string {
	for _, r := range rings {
		for i := range r {
			r[i] = [2]float64{math.Round(r[i][0]*scale - left), math.Round(r[i][1]*scale - top)}
		}
	}
	slices.SortStableFunc(rings, func(a, b ring) int { return cmp.Compare(b.area(), a.area()) })
	var b strings.Builder
	for i, r := range rings {
		inside := slices.ContainsFunc(r, func(p [2]float64) bool { return p[0] >= 0 && p[1] >= 0 && p[0] <= width && p[1] <= height })
		if !inside || r.area() == 0 || i > 0 && r.area() < c.smallest {
			continue
		}
		r = slices.Compact(r)
		if r[0] == r[len(r)-1] {
			r = r[:len(r)-1]
		}
		fmt.Fprintf(&b, "M%v %vl", r[0][0], r[0][1])
		for j := 1; j < len(r); j++ {
			x, y := r[j][0]-r[j-1][0], r[j][1]-r[j-1][1]
			if j > 1 && x >= 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%v", x)
			if y >= 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%v", y)
		}
		b.WriteByte('z')
	}
	return b.String()
}

// ringsOf gives the outer rings of a shape: holes are other areas, which are
// drawn themselves.
func ringsOf(f feature) []ring {
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if json.Unmarshal(f.Geometry, &g) != nil {
		return nil
	}
	var polygons [][]ring
	switch g.Type {
	case "Polygon":
		var one []ring
		if json.Unmarshal(g.Coordinates, &one) == nil {
			polygons = [][]ring{one}
		}
	case "MultiPolygon":
		_ = json.Unmarshal(g.Coordinates, &polygons) // none where it is something else
	}
	var rings []ring
	for _, p := range polygons {
		if len(p) > 0 {
			rings = append(rings, p[0])
		}
	}
	return rings
}
