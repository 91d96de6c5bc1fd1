package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"matou/directory"
)

// fewResults is from how many hosters on nothing needs to be widened.
const fewResults = 5

// maxGains bounds how many filters are tried without, a search each.
const maxGains = 16

// listingsView is the page of the directory.
type listingsView struct {
	Action     string // where the forms lead
	Text       string
	Place      placeView
	Kept       []parameter // hidden fields that carry the filters through the form
	Total      int
	Cards      []card
	Filters    []filterView
	Presets    []presetView
	Facets     []facetView
	Wider      []filterView // filters whose removal helps most, when little is left
	Previous   string
	Next       string
	PageNumber int
	PageCount  int
	JSON       string
	GeoJSON    string
	Clear      string // the whole directory
	Contact    link   // a person of the directory
}

// parameter is a name and a value of an address.
type parameter struct{ Name, Value string }

// filterView is one filter that holds, and what goes without it.
type filterView struct {
	Question string
	Value    string
	Without  string // the same page without it
	Hides    int    // hosters that come back without it
	Aside    string // says so: some of them may have said nothing on it
}

// placeView is the place that distances are counted from.
type placeView struct {
	Asked   string // as typed
	Name    string // as found; "" where it was not
	Choices []navigation
	Remove  string
}

// question is a query as the address has it, with the place that it names.
type question struct {
	directory.Query
	point *directory.Point // where distances count from; nil: nowhere
	place placeView
}

// found is the query to search with.
func (q question) found() directory.Query {
	f := q.Query
	f.Near = q.point
	return f
}

// ask reads the query of an address and finds the place that it names.
func (s *Site) ask(l directory.Language, values url.Values) (question, error) {
	given := url.Values{}
	for name, all := range values {
		for _, v := range all {
			if v = strings.TrimSpace(v); v != "" {
				given.Add(name, v)
			}
		}
	}
	q, err := directory.ParseQuery(given)
	if err != nil {
		return question{}, fmt.Errorf("query: %w", err)
	}
	asked := question{Query: q, point: q.Near}
	if q.Near != nil {
		asked.place.Name = fmt.Sprintf("%.2f, %.2f", q.Near.Latitude, q.Near.Longitude)
		asked.place.Remove = listingsAddress(l, asked.withoutPlace())
	}
	asked.locate(s, l)
	return asked, nil
}

// locate finds q.Place, which is a code of an area, a postcode or a name. Of
// several places the first one counts and the others are offered.
func (q *question) locate(s *Site, l directory.Language) {
	if q.Place == "" || s.options.Areas == nil {
		return
	}
	found := s.options.Areas.Locate(q.Place)
	if a, ok := s.options.Areas.Area(directory.AreaCode(q.Place)); ok {
		found = []directory.Area{a}
	}
	q.place = placeView{Asked: plain(q.Place), Remove: listingsAddress(l, q.withoutPlace())}
	for i, a := range found {
		if i == 0 && a.Point != nil {
			q.point = a.Point
			q.place.Name = s.placeName(l, a)
			continue
		}
		other := q.withoutPlace()
		other.Place = string(a.Code)
		q.place.Choices = append(q.place.Choices, navigation{Text: s.placeName(l, a), Address: listingsAddress(l, other)})
	}
	if q.place.Name != "" && string(found[0].Code) == q.Place {
		q.place.Asked = q.place.Name
	}
}

// placeName tells a commune from another of its name by its department, or by
// the region or country where there is none.
func (s *Site) placeName(l directory.Language, a directory.Area) string {
	name, _ := a.Name.In(l)
	for _, kind := range []directory.AreaKind{directory.AreaDepartment, directory.AreaRegion, directory.AreaCountry} {
		for _, code := range a.Parent {
			if p, ok := s.options.Areas.Area(code); ok && p.Kind == kind {
				in, _ := p.Name.In(l)
				return plain(name + " (" + in + ")")
			}
		}
	}
	return plain(name)
}

func (q question) withoutPlace() directory.Query {
	other := q.Query
	other.Place, other.Near, other.Offset = "", nil, 0
	return other
}

// without gives q with one value of a facet less, from the first page.
func without(q directory.Query, f directory.Facet, value string) directory.Query {
	return withValues(q, f, slices.DeleteFunc(slices.Clone(q.Filters[f]), func(v string) bool { return v == value }))
}

// with gives q with one value of a facet more, from the first page.
func with(q directory.Query, f directory.Facet, value string) directory.Query {
	values := append(slices.Clone(q.Filters[f]), value)
	slices.Sort(values)
	return withValues(q, f, slices.Compact(values))
}

func withValues(q directory.Query, f directory.Facet, values []string) directory.Query {
	filters := make(map[directory.Facet][]string, len(q.Filters)+1)
	for name, v := range q.Filters {
		filters[name] = v
	}
	if delete(filters, f); len(values) > 0 {
		filters[f] = values
	}
	q.Filters, q.Offset = filters, 0
	return q
}

func (s *Site) showListings(v *visit) (page, error) {
	l := v.language()
	q, err := s.ask(l, v.URL.Query())
	if err != nil {
		return page{}, err
	}
	q.Day = directory.Date{} // nobody sends around a day on which somebody comes first
	found, err := s.search(v.Context(), q.found())
	if err != nil {
		return page{}, err
	}
	if q.Offset > 0 && len(found.Hits) == 0 && found.Total > 0 {
		first := q.Query // the directory has shrunk since the address was kept
		first.Offset = 0
		return page{moved: listingsAddress(l, first), status: http.StatusFound}, nil
	}
	view := listingsView{
		Action: address(l, "listings"), Text: q.Text, Place: q.place, Total: found.Total,
		Kept:    kept(q.Query),
		Facets:  s.facets(l, q.Query, found.Facets, directory.Facet(v.URL.Query().Get("all"))),
		Presets: s.presets(l, q.Query),
		Clear:   address(l, "listings"),
		JSON:    s.apiAddress(l, "/api/v1/listings", q.Query),
		GeoJSON: s.apiAddress(l, "/api/v1/listings.geojson", q.Query),
		Contact: outward(s.options.Aggregator.Contact),
	}
	if view.Cards, err = s.cards(v, found.Hits); err != nil {
		return page{}, err
	}
	if view.Filters, err = s.filters(v, q.Query, found.Total); err != nil {
		return page{}, err
	}
	if found.Total < fewResults {
		view.Wider = wider(view.Filters)
	}
	view.turn(l, q.Query)
	return page{
		template: "listings", title: v.locale.text("listings.title"),
		description: v.locale.text("listings.lead"), data: view,
		unlisted: len(q.Filters) > 0 || q.Text != "" || q.point != nil || q.Offset > 0,
	}, nil
}

// kept gives the filters as fields of a form, without what the form asks.
func kept(q directory.Query) []parameter {
	q.Text, q.Place, q.Near, q.Offset = "", "", nil, 0
	values := q.Values()
	var fields []parameter
	for _, f := range sortedKeys(values) {
		for _, v := range values[f] {
			fields = append(fields, parameter{f, v})
		}
	}
	return fields
}

// turn sets the links to the pages before and after.
func (view *listingsView) turn(l directory.Language, q directory.Query) {
	view.PageNumber = q.Offset/q.Limit + 1
	view.PageCount = (view.Total + q.Limit - 1) / q.Limit
	other := q
	if q.Offset > 0 {
		other.Offset = max(0, q.Offset-q.Limit)
		view.Previous = listingsAddress(l, other)
	}
	if q.Offset+q.Limit < view.Total {
		other.Offset = q.Offset + q.Limit
		view.Next = listingsAddress(l, other)
	}
}

// filters gives what narrows q, and how many hosters each of them hides.
func (s *Site) filters(v *visit, q directory.Query, total int) ([]filterView, error) {
	l := v.language()
	var all []filterView
	var queries []directory.Query
	if q.Text != "" {
		other := q
		other.Text, other.Offset = "", 0
		queries = append(queries, other)
		all = append(all, filterView{Question: v.locale.text("filter.text"), Value: plain(q.Text)})
	}
	for _, f := range s.facetOrder(q.Filters) {
		for _, value := range q.Filters[f] {
			queries = append(queries, without(q, f, value))
			all = append(all, filterView{Question: s.question(l, f), Value: s.words(l, f, value)})
		}
	}
	for i, other := range queries {
		all[i].Without = listingsAddress(l, other)
		if i >= maxGains {
			continue
		}
		other.Limit = 1
		r, err := s.search(v.Context(), other)
		if err != nil {
			return nil, err
		}
		all[i].Hides = max(0, r.Total-total)
		words := "filter.hides"
		if i == 0 && q.Text != "" {
			words = "filter.hides_text"
		}
		all[i].Aside = v.locale.text(words, all[i].Hides)
	}
	return all, nil
}

// wider gives the filters whose removal brings most, at most four.
func wider(filters []filterView) []filterView {
	helping := slices.DeleteFunc(slices.Clone(filters), func(f filterView) bool { return f.Hides == 0 })
	slices.SortStableFunc(helping, func(a, b filterView) int { return cmp.Compare(b.Hides, a.Hides) })
	return helping[:min(4, len(helping))]
}
