package geo

import (
	"errors"
	"math"
	"slices"
	"testing"

	"matou/directory"
)

func atlas(t *testing.T) *Atlas {
	t.Helper()
	a, err := LoadAtlas()
	if err != nil {
		t.Fatalf("load the atlas: %v", err)
	}
	return a
}

// TestEveryRegionHasAnOutline: what a visitor can choose on the map is what the
// gazetteer knows.
func TestEveryRegionHasAnOutline(t *testing.T) {
	a, g := atlas(t), gazetteer(t)
	drawn := map[directory.AreaCode]bool{}
	for _, c := range a.Charts() {
		for _, o := range c.Outlines {
			drawn[o.Code] = true
			if known, ok := g.Area(o.Code); !ok || known.Code != o.Code {
				t.Errorf("chart %s: %s is no code of today", c.Name, o.Code)
			}
			if b := o.Box; b.Width <= 0 || b.Height <= 0 {
				t.Errorf("chart %s: %s has the box %v", c.Name, o.Code, b)
			}
		}
	}
	far := []directory.AreaCode{"FR-PM", "FR-BL", "FR-MF", "FR-TF", "FR-WF", "FR-PF", "FR-NC", "FR-CP", "FR-6AE"} // named beside the map
	for _, x := range g.areas {
		region := x.kind == directory.AreaRegion || x.kind == directory.AreaDepartment
		if region && !drawn[x.code] && !slices.Contains(far, x.code) {
			t.Errorf("no outline of %s", x.code)
		}
	}
	for _, code := range []directory.AreaCode{"FR", "BE", "CH", "LU", "DE", "ES", "IT"} {
		if _, ok := a.Chart("europe").Outline(code); !ok {
			t.Errorf("no outline of %s in Europe", code)
		}
	}
}

// TestTownsLieInTheirRegions: projection, scale and outlines agree.
func TestTownsLieInTheirRegions(t *testing.T) {
	a := atlas(t)
	for _, test := range []struct {
		chart, in string
		point     directory.Point
	}{
		{"france", "FR-BRE", directory.Point{Latitude: 48.117, Longitude: -1.678}},
		{"france", "FR-20R", directory.Point{Latitude: 41.926, Longitude: 8.737}},
		{"france", "FR-GES", directory.Point{Latitude: 48.573, Longitude: 7.752}},
		{"france", "FR-59", directory.Point{Latitude: 50.629, Longitude: 3.057}},
		{"FR-974", "FR-974", directory.Point{Latitude: -20.882, Longitude: 55.450}},
		{"FR-973", "FR-973", directory.Point{Latitude: 4.937, Longitude: -52.326}},
		{"BE", "BE-BRU", directory.Point{Latitude: 50.850, Longitude: 4.352}},
		{"CH", "CH", directory.Point{Latitude: 46.204, Longitude: 6.143}},
		{"europe", "DE", directory.Point{Latitude: 52.52, Longitude: 13.40}},
	} {
		c := a.Chart(test.chart)
		x, y, ok := c.Place(test.point)
		o, found := c.Outline(directory.AreaCode(test.in))
		b := o.Box
		if !ok || !found || x < b.Left-3 || x > b.Left+b.Width+3 || y < b.Top-3 || y > b.Top+b.Height+3 {
			t.Errorf("%s: %v is at %.0f, %.0f of %s (%t), outside %v", test.in, test.point, x, y, test.chart, ok, b)
		}
	}
	if _, _, ok := a.Chart("france").Place(directory.Point{Latitude: 50.85, Longitude: 14.4}); ok {
		t.Error("Dresden is on the map of France")
	}
}

// TestChartsKeepDistances: a hundred kilometres are as long anywhere on the map
// of France, within a hundredth.
func TestChartsKeepDistances(t *testing.T) {
	c := atlas(t).Chart("france")
	length := func(p, q directory.Point) float64 {
		px, py, _ := c.Place(p)
		qx, qy, _ := c.Place(q)
		return math.Hypot(qx-px, qy-py) / p.Kilometres(q)
	}
	north := length(directory.Point{Latitude: 50.63, Longitude: 3.06}, directory.Point{Latitude: 49.89, Longitude: 2.30})
	south := length(directory.Point{Latitude: 43.6, Longitude: 1.44}, directory.Point{Latitude: 43.3, Longitude: 5.37})
	if math.Abs(north/south-1) > 0.01 {
		t.Errorf("a kilometre has %.3f units in the north and %.3f in the south", north, south)
	}
}

func TestBoxOf(t *testing.T) {
	for path, want := range map[string]Box{
		"M10 20l5-6 7 8z":              {10, 14, 12, 8},
		"M10 20l5-6-1 8zM0 3l1 1 1 0z": {0, 3, 15, 19},
	} {
		if got, err := boxOf(path); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", path, got, err, want)
		}
	}
	for _, path := range []string{"", "z", "M1"} {
		if got, err := boxOf(path); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%q: got %v, %v, want ErrInvalid", path, got, err)
		}
	}
}
