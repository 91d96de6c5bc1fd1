package web

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"matou/directory"
	"matou/directory/geo"
)

// A map is drawn here as one SVG, from outlines that the node carries: nothing
// is asked of anybody, and no script moves it. It shows what the list beside it
// says in words, by the same links; the list comes first for those who do not
// see it.

// mapView is a map as a page draws it.
type mapView struct {
	ID            string // of its parts in the page
	Title         string
	Words         string // what it shows, for those who do not see it
	Width, Height float64
	Panels        []mapPanel
}

// mapPanel is one chart, or a part of it, at its place on the map.
type mapPanel struct {
	Left, Top, Width, Height float64
	View                     string // viewBox, in the units of the chart
	Label                    string // under it; "" for none
	LabelX, LabelY           float64
	Shapes                   []mapShape
	Pins                     []mapPin
}

// mapShape is one area.
type mapShape struct {
	Path, Label, Address string
	Class                string // "here", "some" where somebody has their seat, "aside" of what is only around
}

// mapPin is one hoster, or several that stand close together.
type mapPin struct {
	X, Y, Radius   float64
	Label, Address string
	Several        int // 0 for one
	TextY, Size    float64
}

// mark is a hoster to be put on a map.
type mark struct {
	name, address string
	at            *directory.Point // nil: it does not say where it is
	area          directory.AreaCode
	within        []directory.AreaCode // it, and what it lies in
}

// marks gives the listed hosters that answer a query, as far as one map goes.
func (s *Site) marks(ctx context.Context, l directory.Language, q directory.Query) ([]mark, error) {
	var all []mark
	q.Limit, q.OnlyHits = directory.MaxLimit, true
	for q.Offset = 0; q.Offset < mapLimit; q.Offset += q.Limit {
		found, err := s.search(ctx, q)
		if err != nil {
			return nil, err
		}
		err = s.eachListing(ctx, found.Hits, func(listing directory.Listing, _ directory.Hit) error {
			all = append(all, s.mark(l, listing))
			return nil
		})
		if err != nil {
			return nil, err
		}
		if q.Offset+q.Limit >= found.Total {
			break
		}
	}
	return all, nil
}

// mark places a hoster where it says that it is, else in the middle of the
// territory that it names, unless that is so large that the place would mislead.
func (s *Site) mark(l directory.Language, listing directory.Listing) mark {
	h := listing.Hoster
	name := plain(h.Name)
	if listing.File != nil {
		name = s.locales[l].text("from_file.on_map", name)
	}
	m := mark{name: name, address: hosterAddress(l, listing.Handle), at: h.Seat.Point, area: cmp.Or(h.Seat.Area, h.Seat.Country)}
	if s.options.Areas == nil {
		return m
	}
	if a, ok := s.options.Areas.Area(h.Seat.Area); ok && m.at == nil && a.Kind != directory.AreaRegion && a.Kind != directory.AreaCountry {
		m.at = a.Point
	}
	if m.area == "" && m.at != nil {
		if a, ok := s.options.Areas.Nearest(*m.at); ok {
			m.area = a.Code
		}
	}
	if m.area != "" {
		m.within = s.options.Areas.Ancestors(m.area)
	}
	return m
}

// isIn reports whether a mark lies in an area.
func (m *mark) isIn(area directory.AreaCode) bool {
	return slices.Contains(m.within, area)
}

// areaAddress is the page of a territory.
func areaAddress(l directory.Language, code directory.AreaCode) string {
	return address(l, "area", string(code))
}

// overseas are the charts beside that of metropolitan France.
var overseas = []string{"FR-971", "FR-972", "FR-973", "FR-974", "FR-976"}

// pinsAcross is the width of a map in radii of a pin.
const pinsAcross = 62

// Sizes on the map of France, in the units of its chart.
const (
	insetWidth  = 330
	insetHeight = 330
	insetGap    = 72
	insetLabel  = 70 // for a line of words under it
)

// drawing makes one map.
type drawing struct {
	site  *Site
	l     directory.Language
	marks []mark
	query directory.Query    // what the links keep of the filters that hold
	here  directory.AreaCode // the area that the page is of; "": none
	drawn directory.AreaCode // it, or the smallest around it that has an outline
}

// france draws metropolitan France by region, and its overseas regions beside.
func (d *drawing) france() *mapView {
	main := d.site.options.Atlas.Chart("france")
	m := &mapView{ID: "map-france", Width: main.Width, Height: main.Height + insetHeight + insetLabel + insetGap}
	shapes := func(a directory.Area) bool { return a.Kind == directory.AreaRegion }
	radius := main.Width / pinsAcross
	m.Panels = append(m.Panels, d.panel(main, geo.Box{Width: main.Width, Height: main.Height}, shapes, radius))
	left := 0.0
	for _, name := range overseas {
		c := d.site.options.Atlas.Chart(name)
		scale := min(insetWidth/c.Width, insetHeight/c.Height)
		p := d.panel(c, geo.Box{Width: c.Width, Height: c.Height}, shapes, radius/scale)
		p.Left, p.Top, p.Width, p.Height = left, main.Height+insetGap/2, insetWidth, insetHeight
		p.Label = d.site.areaName(d.l, directory.AreaCode(name))
		p.LabelX, p.LabelY = left+insetWidth/2, p.Top+insetHeight+insetLabel-10
		m.Panels = append(m.Panels, p)
		left += insetWidth + insetGap
	}
	m.Width = max(m.Width, left-insetGap)
	return m
}

// europe draws the countries.
func (d *drawing) europe() *mapView {
	c := d.site.options.Atlas.Chart("europe")
	return d.alone("map-europe", c, geo.Box{Width: c.Width, Height: c.Height}, func(directory.Area) bool { return true })
}

// alone makes a map of one part of one chart.
func (d *drawing) alone(id string, c *geo.Chart, view geo.Box, shown func(directory.Area) bool) *mapView {
	p := d.panel(c, view, shown, max(view.Width, view.Height)/pinsAcross)
	p.Width, p.Height = view.Width, view.Height
	return &mapView{ID: id, Width: view.Width, Height: view.Height, Panels: []mapPanel{p}}
}

// area draws the surroundings of an area, or gives nil where no chart shows it.
func (d *drawing) area(a directory.Area) *mapView {
	atlas, areas := d.site.options.Atlas, d.site.options.Areas
	d.here, d.drawn = a.Code, a.Code
	everything := func(directory.Area) bool { return true }
	if a.Code == "FR" {
		m := d.france()
		m.ID = "map-area"
		return m
	}
	if c := atlas.Chart(string(a.Code)); c != nil {
		return d.alone("map-area", c, geo.Box{Width: c.Width, Height: c.Height}, everything)
	}
	for _, code := range append([]directory.AreaCode{a.Code}, a.Parent...) {
		for _, c := range atlas.Charts() {
			o, ok := c.Outline(code)
			if !ok {
				continue
			}
			if c.Name != "france" {
				view := geo.Box{Width: c.Width, Height: c.Height}
				if c.Name == "europe" {
					view = c.Within(o.Box, max(60, (o.Box.Width+o.Box.Height)/4))
				}
				return d.alone("map-area", c, view, everything)
			}
			shown, _ := areas.Area(code)
			d.drawn = code
			margin := 24.0
			if shown.Kind == directory.AreaDepartment {
				margin = (o.Box.Width + o.Box.Height) / 6
			}
			return d.alone("map-area", c, c.Within(o.Box, margin), func(x directory.Area) bool { return x.Kind == directory.AreaDepartment })
		}
	}
	return nil
}

// panel draws what a part of a chart shows, large areas first, so that what
// lies inside another is on top.
func (d *drawing) panel(c *geo.Chart, view geo.Box, shown func(directory.Area) bool, radius float64) mapPanel {
	p := mapPanel{Width: view.Width, Height: view.Height, View: fmt.Sprintf("%.0f %.0f %.0f %.0f", view.Left, view.Top, view.Width, view.Height)}
	outlines := slices.Clone(c.Outlines)
	slices.SortStableFunc(outlines, func(a, b geo.Outline) int {
		return cmp.Compare(b.Box.Width*b.Box.Height, a.Box.Width*a.Box.Height)
	})
	for _, o := range outlines {
		a, ok := d.site.options.Areas.Area(o.Code)
		if !ok || !shown(a) || !overlap(o.Box, view) {
			continue
		}
		p.Shapes = append(p.Shapes, d.shape(a, o))
	}
	p.Pins = d.pins(c, view, radius)
	return p
}

func overlap(a, b geo.Box) bool {
	return a.Left < b.Left+b.Width && b.Left < a.Left+a.Width && a.Top < b.Top+b.Height && b.Top < a.Top+a.Height
}

// shape makes one area, with the number of hosters that have their seat there.
func (d *drawing) shape(a directory.Area, o geo.Outline) mapShape {
	seated := 0
	for i := range d.marks {
		if d.marks[i].isIn(a.Code) {
			seated++
		}
	}
	name, _ := a.Name.In(d.l)
	shape := mapShape{Path: o.Path, Address: d.address(a.Code)}
	shape.Label = d.site.locales[d.l].text("map.seated", seated, plain(name))
	inside := slices.Contains(a.Parent, d.here)
	switch {
	case a.Code == d.drawn && d.drawn != "":
		shape.Class = "here"
	case d.here != "" && !inside:
		shape.Class = "aside"
	case seated > 0:
		shape.Class = "some"
	}
	return shape
}

// address leads to an area, with the filters that hold.
func (d *drawing) address(code directory.AreaCode) string {
	q := d.query
	q.Offset, q.Limit = 0, directory.DefaultLimit
	return withQuery(areaAddress(d.l, code), q.Values())
}

// pins puts the marks on a part of a chart; those that would lie on each other
// become one.
func (d *drawing) pins(c *geo.Chart, view geo.Box, radius float64) []mapPin {
	type group struct {
		x, y  float64
		marks []mark
	}
	var groups []group
	for _, m := range d.marks {
		if m.at == nil || c.Name == "france" && !m.isIn("FR") || d.here != "" && !m.isIn(d.here) {
			continue // of an area, its own: what stands beside it is on another page
		}
		x, y, ok := c.Place(*m.at)
		if !ok || x < view.Left || y < view.Top || x > view.Left+view.Width || y > view.Top+view.Height {
			continue
		}
		near := slices.IndexFunc(groups, func(g group) bool { return math.Hypot(g.x-x, g.y-y) < 2.7*radius })
		if near < 0 {
			groups = append(groups, group{x: x, y: y, marks: []mark{m}})
			continue
		}
		groups[near].marks = append(groups[near].marks, m)
	}
	pins := make([]mapPin, 0, len(groups))
	for _, g := range groups {
		pins = append(pins, d.pin(math.Round(g.x), math.Round(g.y), math.Round(radius), g.marks))
	}
	return pins
}

// pin is one hoster, or a group that leads to the smallest area around it.
func (d *drawing) pin(x, y, radius float64, marks []mark) mapPin {
	p := mapPin{X: x, Y: y, Radius: radius, Label: marks[0].name, Address: marks[0].address}
	if len(marks) == 1 {
		return p
	}
	names := make([]string, 0, len(marks))
	for _, m := range marks {
		names = append(names, m.name)
	}
	const most = 8
	if more := len(names) - most; more > 0 {
		names = append(names[:most], d.site.locales[d.l].text("map.more", more))
	}
	p.Several, p.Radius = len(marks), math.Round(radius*1.25)
	p.Size = math.Round(radius * 1.6)
	p.TextY = math.Round(y + radius*0.55)
	p.Label = strings.Join(names, ", ")
	p.Address = d.address(d.around(marks))
	return p
}

// around gives the smallest area with a page that holds all of some marks.
func (d *drawing) around(marks []mark) directory.AreaCode {
	areas := d.site.options.Areas
	for _, code := range marks[0].within {
		a, ok := areas.Area(code)
		all := !slices.ContainsFunc(marks, func(m mark) bool { return !m.isIn(code) })
		if ok && all && a.Kind != directory.AreaCommune {
			return code
		}
	}
	return "FR"
}

// drawn reports whether this node can draw maps.
func (s *Site) drawn() bool { return s.options.Atlas != nil && s.options.Areas != nil }

// named gives a map its words.
func (s *Site) named(l *locale, m *mapView, of string) *mapView {
	if m != nil {
		m.Title, m.Words = l.text("map.title", of), l.text("map.words")
	}
	return m
}
