package geo

import (
	"fmt"
	"math"
	"strconv"
	"sync"

	"matou/directory"
)

// Chart is a map of some areas, flat: points of the globe have places on it in
// its own units, from the upper left corner.
type Chart struct {
	Name          string // "france", "FR-974", "europe" …
	Width, Height float64
	Outlines      []Outline // by code

	projection Projection
	scale      float64 // units for a radian
	left, top  float64 // of the chart, in units from the origin of the projection
}

// Outline is the shape of an area on a chart.
type Outline struct {
	Code directory.AreaCode
	Path string // data of an SVG path, in the units of the chart
	Box  Box
}

// Box is a part of a chart.
type Box struct{ Left, Top, Width, Height float64 }

// Projection is Lambert's conformal conic one of a sphere, between two
// parallels, in degrees. At the equator it is not defined.
type Projection struct{ South, North, Meridian float64 }

// Point gives the place of p in radians, x to the east and y to the south.
func (j Projection) Point(p directory.Point) (x, y float64) {
	const degree = math.Pi / 180
	tangent := func(latitude float64) float64 { return math.Tan(math.Pi/4 + latitude*degree/2) }
	n := math.Sin(j.South * degree)
	if j.South != j.North {
		n = math.Log(math.Cos(j.South*degree)/math.Cos(j.North*degree)) / math.Log(tangent(j.North)/tangent(j.South))
	}
	f := math.Cos(j.South*degree) * math.Pow(tangent(j.South), n) / n
	radius := f / math.Pow(tangent(p.Latitude), n)
	theta := n * (p.Longitude - j.Meridian) * degree
	return radius * math.Sin(theta), radius * math.Cos(theta)
}

// Place gives where p is on the chart, or false where it is outside.
func (c *Chart) Place(p directory.Point) (x, y float64, ok bool) {
	x, y = c.projection.Point(p)
	x, y = x*c.scale-c.left, y*c.scale-c.top
	return x, y, x >= 0 && y >= 0 && x <= c.Width && y <= c.Height
}

// Outline gives the shape of that area, or false.
func (c *Chart) Outline(code directory.AreaCode) (Outline, bool) {
	for _, o := range c.Outlines {
		if o.Code == code {
			return o, true
		}
	}
	return Outline{}, false
}

// Within gives b with a margin around it, as far as the chart goes.
func (c *Chart) Within(b Box, margin float64) Box {
	left, top := max(0, b.Left-margin), max(0, b.Top-margin)
	return Box{
		Left: left, Top: top,
		Width: min(c.Width, b.Left+b.Width+margin) - left, Height: min(c.Height, b.Top+b.Height+margin) - top,
	}
}

// Atlas is the charts that are embedded. It is safe for concurrent use: nothing
// in it changes. Make one with LoadAtlas.
type Atlas struct{ charts []*Chart }

// LoadAtlas gives the atlas. The first call parses the embedded data, in some
// milliseconds; every call gives the same one.
func LoadAtlas() (*Atlas, error) { return loadAtlas() }

var loadAtlas = sync.OnceValues(parseAtlas)

// Charts gives them all, in the order of the data: metropolitan France, its
// overseas regions, its neighbours, Europe.
func (a *Atlas) Charts() []*Chart { return a.charts }

// Chart gives the one of that name, or nil.
func (a *Atlas) Chart(name string) *Chart {
	for _, c := range a.charts {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func parseAtlas() (*Atlas, error) {
	a := &Atlas{}
	err := eachRow("charts.tsv", 9, func(r []string) error {
		var v [8]float64
		for i := range v {
			var err error
			if v[i], err = strconv.ParseFloat(r[i+1], 64); err != nil {
				return err
			}
		}
		a.charts = append(a.charts, &Chart{
			Name: r[0], projection: Projection{v[0], v[1], v[2]}, scale: v[3], left: v[4], top: v[5], Width: v[6], Height: v[7],
		})
		return nil
	})
	if err == nil {
		err = eachRow("outlines.tsv.gz", 3, a.addOutline)
	}
	if err != nil {
		return nil, fmt.Errorf("geo data: %w", err)
	}
	return a, nil
}

func (a *Atlas) addOutline(r []string) error {
	c := a.Chart(r[0])
	if c == nil {
		return fmt.Errorf("no chart %s", r[0])
	}
	box, err := boxOf(r[2])
	if err != nil {
		return fmt.Errorf("outline of %s: %w", r[1], err)
	}
	c.Outlines = append(c.Outlines, Outline{Code: directory.AreaCode(r[1]), Path: r[2], Box: box})
	return nil
}

// boxOf measures a path of "M x y l dx dy …z", as the data have it: whole
// numbers, one absolute point a ring.
func boxOf(path string) (Box, error) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	var x, y float64
	var pair [2]float64
	absolute, second := false, false
	for i := 0; i < len(path); {
		switch path[i] {
		case 'M', 'l':
			absolute = path[i] == 'M'
			i++
			continue
		case 'z', ' ':
			i++
			continue
		}
		end := i + 1
		for end < len(path) && path[end] >= '0' && path[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(path[i:end])
		if err != nil {
			return Box{}, err
		}
		i = end
		if !second {
			pair[0], second = float64(n), true
			continue
		}
		pair[1], second = float64(n), false
		if absolute {
			x, y = pair[0], pair[1]
		} else {
			x, y = x+pair[0], y+pair[1]
		}
		left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
	}
	if left > right {
		return Box{}, fmt.Errorf("no point in %.20q: %w", path, directory.ErrInvalid)
	}
	return Box{left, top, right - left, bottom - top}, nil
}
