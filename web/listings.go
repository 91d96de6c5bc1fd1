package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"matou/directory"
)

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
	Facets     template.HTML // the questions; "" where there is nothing to choose
	Wider      []widerView   // what finds more, where little is left
	Read       []readingView // what the words were understood as
	Named      bool          // distances count from a place among the words
	Previous   string
	Next       string
	PageNumber int
	PageCount  int
	JSON       string
	GeoJSON    string
	OnMap      string // the same hosters on the map; "" where there is none
	Clear      string // the whole directory
	Contact    link   // a person of the directory
	Field      placeField
	Basket     []basketItem
	Compare    string // those of the basket side by side
}

// basketItem is a hoster that was put aside to be compared.
type basketItem struct{ Name, Without string }

// parameter is a name and a value of an address.
type parameter struct{ Name, Value string }

// filterView is one filter that holds, and what goes without it.
type filterView struct {
	Question string
	Value    string
	Without  string // the same page without it
	Hides    int    // hosters that come back without it
	Aside    string // says so
	Unsaid   string // says how many of them have said nothing on it, which is not a no
}

// placeView is the place that distances are counted from.
type placeView struct {
	Asked   string // as typed
	Name    string // as found; "" where it was not
	Choices []navigation
	Remove  string
	code    directory.AreaCode // of what was found, where it may stand in an address
}

// question is a query as the address has it, with the place that it names.
type question struct {
	directory.Query
	point *directory.Point // where distances count from; nil: nowhere
	place placeView
	every bool // each area is told, and not those alone that one step leads to
}

// found is the query to search with.
func (q question) found() directory.Query {
	f := q.Query
	f.Near, f.Steps = q.point, !q.every
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
	if q.place.Name != "" {
		q.place.code = s.coarse(found[0])
		if string(found[0].Code) == q.Place {
			q.place.Asked = q.place.Name
		}
	}
}

// placeName tells a commune from another of its name by its department, or by
// the region or country where there is none.
func (s *Site) placeName(l directory.Language, a directory.Area) string {
	name, _ := a.Name.In(l)
	if a.Kind == directory.AreaEPCI {
		name = withoutKind(name)
	}
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

// withoutKind leaves off what kind of inter-municipality a name is of: people say
// "Lannion-Trégor Communauté", not "CA Lannion-Trégor Communauté".
func withoutKind(name string) string {
	for _, kind := range []string{"CA ", "CC ", "CU "} {
		if rest, ok := strings.CutPrefix(name, kind); ok {
			return rest
		}
	}
	return name
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
	carried := readBasket(v.URL.Query())
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
		Kept:    kept(q.Query, carried),
		Field:   placeField{Words: q.place.Asked, Code: q.place.code},
		Facets:  s.facets(v.locale, q.Query, found.Facets, directory.Facet(v.URL.Query().Get("all")), carried),
		Presets: s.presets(l, q.Query, carried),
		Clear:   carried.carry(address(l, "listings")),
		JSON:    s.apiAddress(l, "/api/v1/listings", q.Query),
		GeoJSON: s.apiAddress(l, "/api/v1/listings.geojson", q.Query),
		Contact: outward(s.options.Aggregator.Contact),
	}
	if s.drawn() {
		view.OnMap = withQuery(address(l, "map"), q.onMap().Values())
	}
	if view.Cards, err = s.cards(v, found.Hits); err != nil {
		return page{}, err
	}
	s.comparing(l, q.Query, carried, view.Cards)
	if err = s.fillBasket(v, q.Query, carried, &view); err != nil {
		return page{}, err
	}
	view.Filters = s.filters(v.locale, q.Query, found.Held, carried)
	view.Wider = s.steps(v.locale, q.Query, found.Wider, carried)
	view.Read = s.readings(v.locale, q.Query, found.Read, carried)
	view.Named = q.point == nil && found.Near != nil
	view.turn(l, q.Query, carried)
	return page{
		template: "listings", title: v.locale.text("listings.title"),
		description: v.locale.text("listings.lead"), data: view,
		unlisted: len(q.Filters) > 0 || q.Text != "" || q.point != nil || q.Offset > 0 || len(carried) > 0,
	}, nil
}

// kept gives the filters as fields of a form, without what the form asks.
func kept(q directory.Query, carried basket) []parameter {
	q.Text, q.Place, q.Near, q.Offset = "", "", nil, 0
	values := q.Values()
	if len(carried) > 0 {
		values["h"] = carried
	}
	return fields(values)
}

// comparing gives each card the link that puts its hoster aside, or takes it
// back: the same page, with one more in its address.
func (s *Site) comparing(l directory.Language, q directory.Query, carried basket, cards []card) {
	here := listingsAddress(l, q) + "#compare"
	for i := range cards {
		handle := strings.TrimPrefix(cards[i].Handle, "@")
		cards[i].Compared = slices.Contains(carried, strings.ToLower(handle))
		if cards[i].Compared || len(carried) < mostCompared {
			cards[i].Compare = carried.with(handle).carry(here)
		}
	}
}

// fillBasket shows what was put aside.
func (s *Site) fillBasket(v *visit, q directory.Query, carried basket, view *listingsView) error {
	for _, handle := range carried {
		listing, err := s.options.Directory.ListingByHandle(v.Context(), handle)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("put aside: %w", err)
		}
		view.Basket = append(view.Basket, basketItem{
			Name: plain(listing.Hoster.Name), Without: basket(removed(carried, handle)).carry(listingsAddress(v.language(), q)),
		})
	}
	if len(view.Basket) > 0 {
		view.Compare = carried.carry(address(v.language(), "compare"))
	}
	return nil
}

// turn sets the links to the pages before and after.
func (view *listingsView) turn(l directory.Language, q directory.Query, carried basket) {
	view.PageNumber = q.Offset/q.Limit + 1
	view.PageCount = (view.Total + q.Limit - 1) / q.Limit
	other := q
	if q.Offset > 0 {
		other.Offset = max(0, q.Offset-q.Limit)
		view.Previous = carried.carry(listingsAddress(l, other))
	}
	if q.Offset+q.Limit < view.Total {
		other.Offset = q.Offset + q.Limit
		view.Next = carried.carry(listingsAddress(l, other))
	}
}

// filters gives what narrows q, and how many hosters each of them hides.
func (s *Site) filters(l *locale, q directory.Query, held []directory.Held, carried basket) []filterView {
	all := make([]filterView, 0, len(held))
	for _, h := range held {
		if h.Facet == "" {
			other := q
			other.Text, other.Offset = "", 0
			all = append(all, filterView{
				Question: l.text("filter.text"), Value: plain(q.Text), Hides: h.Hides,
				Without: carried.carry(listingsAddress(l.language, other)), Aside: l.text("filter.hides", h.Hides),
			})
			continue
		}
		view := filterView{
			Question: s.question(l.language, h.Facet), Value: s.words(l.language, h.Facet, h.Value), Hides: h.Hides,
			Without: carried.carry(listingsAddress(l.language, without(q, h.Facet, h.Value))), Aside: l.text("filter.hides", h.Hides),
		}
		if h.Unsaid > 0 {
			view.Unsaid = l.text("filter.unsaid", h.Unsaid)
		}
		all = append(all, view)
	}
	return all
}
