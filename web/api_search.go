package web

import (
	"net/http"
	"net/url"

	"matou/directory"
	"matou/directory/exchange"
)

// listingsAnswer is the answer of /api/v1/listings.
type listingsAnswer struct {
	Listings []listingAnswer `json:"listings"`
	Offset   int             `json:"offset"`
	Limit    int             `json:"limit"`
	Day      directory.Date  `json:"day"`            // seeds the daily order
	Next     string          `json:"next,omitempty"` // address of the next page
	facetsAnswer
}

func (a listingsAnswer) next() string { return a.Next }

// facetsAnswer is the answer of /api/v1/facets: all of a search but who it finds.
type facetsAnswer struct {
	Total  int           `json:"total"`
	Order  string        `json:"order"`           // "distance" or "daily"
	Place  *centreAnswer `json:"place,omitempty"` // from where distances are
	Facets []facetAnswer `json:"facets"`
	Held   []heldAnswer  `json:"held"`  // what each filter hides
	Wider  []widerAnswer `json:"wider"` // what finds more, where little is found
	Page   string        `json:"page"`  // the same for people
}

type centreAnswer struct {
	Name string `json:"name,omitempty"`
	directory.Point
}

// listingAnswer is the public JSON of a listing with its page on this node.
type listingAnswer struct {
	exchange.Entry
	Here       string   `json:"here"`
	Kilometres *float64 `json:"kilometres,omitempty"`
}

type facetAnswer struct {
	Facet  directory.Facet `json:"facet"`
	Label  string          `json:"label"`
	Unsaid int             `json:"unsaid"` // listings that say nothing on it
	Values []choiceAnswer  `json:"values"`
}

type choiceAnswer struct {
	Value  string `json:"value"`
	Label  string `json:"label"`
	Count  int    `json:"count"`
	Chosen bool   `json:"chosen"`
}

type heldAnswer struct {
	Facet  directory.Facet `json:"facet,omitempty"` // left out for the words
	Value  string          `json:"value,omitempty"`
	Hides  int             `json:"hides"`
	Unsaid int             `json:"unsaid"` // of those, how many say nothing on it
}

type widerAnswer struct {
	Kind  directory.RelaxationKind `json:"kind"`
	Words string                   `json:"words"`
	Total int                      `json:"total"`
	Page  string                   `json:"page"` // for people; the same parameters work here
}

func (s *Site) answerListings(r *http.Request, l directory.Language) (any, string, error) {
	q, err := s.askPage(l, r.URL.Query())
	if err != nil {
		return nil, "", err
	}
	found, err := s.searchPage(r.Context(), &q)
	if err != nil {
		return nil, "", err
	}
	a := listingsAnswer{
		Listings: []listingAnswer{}, Offset: q.Offset, Limit: q.Limit, Day: q.Day,
		Next: s.nextPage("/api/v1/listings", l, q, found), facetsAnswer: s.facetsAnswer(l, q.question, found),
	}
	err = s.eachListing(r.Context(), found.Hits, func(listing directory.Listing, hit directory.Hit) error {
		one := s.listingAnswer(l, listing)
		if hit.Kilometres >= 0 {
			one.Kilometres = &hit.Kilometres
		}
		a.Listings = append(a.Listings, one)
		return nil
	})
	return a, jsonType, err
}

// askAPI reads the query of an address, and which areas are to be told.
func (s *Site) askAPI(l directory.Language, values url.Values) (question, error) {
	q, err := s.ask(l, values)
	if err != nil {
		return question{}, err
	}
	switch values.Get("areas") {
	case "", "steps":
	case "all":
		q.every = true
	default:
		return question{}, directory.Invalid("areas", "must be steps or all")
	}
	return q, nil
}

func (s *Site) answerFacets(r *http.Request, l directory.Language) (any, string, error) {
	q, err := s.askAPI(l, r.URL.Query())
	if err != nil {
		return nil, "", err
	}
	q.Offset, q.Limit = 0, 1
	found, err := s.search(r.Context(), q.found())
	return s.facetsAnswer(l, q, found), jsonType, err
}

func (s *Site) facetsAnswer(l directory.Language, q question, found directory.Result) facetsAnswer {
	page := q.Query
	page.Offset, page.Limit, page.Day = 0, 0, directory.Date{}
	a := facetsAnswer{
		Total: found.Total, Order: "daily", Facets: []facetAnswer{}, Held: []heldAnswer{}, Wider: []widerAnswer{},
		Page: s.absolute(listingsAddress(l, page)),
	}
	if found.Near != nil {
		a.Order = "distance"
		a.Place = &centreAnswer{Name: q.place.Name, Point: *found.Near}
	}
	for _, c := range found.Facets {
		a.Facets = append(a.Facets, s.facetAnswer(l, c))
	}
	for _, h := range found.Held {
		a.Held = append(a.Held, heldAnswer{h.Facet, h.Value, h.Hides, h.Unsaid})
	}
	for i, step := range s.steps(s.locales[l], page, found.Wider, nil) {
		a.Wider = append(a.Wider, widerAnswer{found.Wider[i].Kind, step.Words, found.Wider[i].Total, s.absolute(step.Address)})
	}
	return a
}

func (s *Site) facetAnswer(l directory.Language, c directory.FacetCounts) facetAnswer {
	f := facetAnswer{Facet: c.Facet, Label: s.question(l, c.Facet), Unsaid: c.Unsaid, Values: []choiceAnswer{}}
	for v := range c.Values() {
		f.Values = append(f.Values, choiceAnswer{v.Value, s.words(l, c.Facet, v.Value), v.Count, v.Chosen})
	}
	return f
}

func (s *Site) listingAnswer(l directory.Language, listing directory.Listing) listingAnswer {
	return listingAnswer{Entry: exchange.EntryOf(listing), Here: s.absolute(hosterAddress(l, listing.Handle))}
}
