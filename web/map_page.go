package web

import (
	"context"
	"fmt"
	"slices"

	"matou/directory"
)

// territory is an area in a list, with the hosters that have their seat there.
type territory struct {
	Name    string
	Address string
	Count   int
	Hosters []navigation
}

// mapPage is the page of the map: the same as a list, then as a picture.
type mapPage struct {
	Maps    []*mapView
	Regions []territory
	Abroad  []territory
	Nowhere []navigation // hosters that do not say where they are
	Filters []filterView
	Clear   string
	List    string // the same hosters, as a list
	Total   int
	GeoJSON string
}

// homeMapView is the map of the first page, and the list of its links.
type homeMapView struct {
	Map     *mapView
	Regions []territory
	All     string // the page of the map
}

// showMap is the map of the hosters that answer a query.
func (s *Site) showMap(v *visit) (page, error) {
	if !s.drawn() {
		return page{}, fmt.Errorf("map: %w", directory.ErrNotFound)
	}
	l := v.language()
	q, err := s.ask(l, v.URL.Query())
	if err != nil {
		return page{}, err
	}
	all := q.onMap()
	marks, err := s.marks(v.Context(), l, all)
	if err != nil {
		return page{}, err
	}
	d := &drawing{site: s, l: l, marks: marks, query: all}
	view := mapPage{Total: len(marks), Clear: address(l, "map"), GeoJSON: s.apiAddress(l, "/api/v1/listings.geojson", all)}
	all.Offset, all.Limit = 0, directory.DefaultLimit
	view.List = listingsAddress(l, all)
	view.Filters = s.mapFilters(l, all)
	view.Regions = d.territories(directory.AreaRegion, "FR")
	view.Abroad = d.territories(directory.AreaCountry, "")
	for _, m := range marks {
		if m.area == "" {
			view.Nowhere = append(view.Nowhere, navigation{Text: m.name, Address: m.address})
		}
	}
	view.Maps = append(view.Maps, s.named(v.locale, d.france(), s.areaName(l, "FR")))
	if len(view.Abroad) > 0 {
		view.Maps = append(view.Maps, s.named(v.locale, d.europe(), v.locale.text("map.europe")))
	}
	return page{
		template: "map", title: v.locale.text("map.heading"), description: v.locale.text("map.lead"), data: view,
		unlisted: len(all.Filters) > 0 || all.Text != "",
	}, nil
}

// onMap is what a map shows of a question: all who answer it, wherever they are
// and whatever the day.
func (q question) onMap() directory.Query {
	all := q.withoutPlace()
	all.Day, all.Limit = directory.Date{}, directory.DefaultLimit
	return all
}

// mapFilters gives what narrows the map, and the map without it.
func (s *Site) mapFilters(l directory.Language, q directory.Query) []filterView {
	var all []filterView
	at := func(q directory.Query) string { return withQuery(address(l, "map"), q.Values()) }
	if q.Text != "" {
		other := q
		other.Text = ""
		all = append(all, filterView{Question: s.locales[l].text("filter.text"), Value: plain(q.Text), Without: at(other)})
	}
	for _, f := range s.facetOrder(q.Filters) {
		for _, value := range q.Filters[f] {
			all = append(all, filterView{Question: s.question(l, f), Value: s.words(l, f, value), Without: at(without(q, f, value))})
		}
	}
	return all
}

// territories gives the regions of a country, all of them, or the other
// countries where somebody has their seat, by name.
func (d *drawing) territories(kind directory.AreaKind, in directory.AreaCode) []territory {
	found := map[directory.AreaCode]*territory{}
	add := func(a directory.Area) *territory {
		if found[a.Code] == nil {
			name, _ := a.Name.In(d.l)
			found[a.Code] = &territory{Name: plain(name), Address: d.address(a.Code)}
		}
		return found[a.Code]
	}
	areas := d.site.options.Areas
	known := map[directory.AreaCode]directory.Area{} // of those that marks lie in: many lie in the same
	if in != "" {
		for _, c := range d.site.options.Atlas.Charts() {
			for _, o := range c.Outlines {
				if a, ok := areas.Area(o.Code); ok && a.Kind == kind && slices.Contains(a.Parent, in) {
					add(a)
				}
			}
		}
	}
	for _, m := range d.marks {
		if m.area == "" {
			continue
		}
		for _, code := range m.within {
			a, ok := known[code]
			if !ok {
				a, _ = areas.Area(code)
				known[code] = a
			}
			if a.Kind != kind || in != "" && !slices.Contains(a.Parent, in) || in == "" && a.Code == "FR" {
				continue
			}
			t := add(a)
			t.Count++
			t.Hosters = append(t.Hosters, navigation{Text: m.name, Address: m.address})
		}
	}
	all := make([]territory, 0, len(found))
	for _, t := range found {
		all = append(all, *t)
	}
	order := d.site.locales[d.l].alphabet
	slices.SortFunc(all, func(a, b territory) int { return order.compare(a.Name, b.Name) })
	return all
}

// homeMapView is the map of the first page; nil where nobody is listed.
func (s *Site) homeMapView(ctx context.Context, loc *locale, everything directory.Query) (*homeMapView, error) {
	l := loc.language
	marks, err := s.marks(ctx, l, everything)
	if err != nil || len(marks) == 0 {
		return nil, err
	}
	d := &drawing{site: s, l: l, marks: marks}
	return &homeMapView{
		Map: s.named(loc, d.france(), s.areaName(l, "FR")), Regions: d.territories(directory.AreaRegion, "FR"),
		All: address(l, "map"),
	}, nil
}
