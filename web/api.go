package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/exchange"
)

// routeAPI adds the directory as JSON.
func (s *Site) routeAPI(r *mux.Router) {
	for path, h := range map[string]apiHandler{
		"/api/v1/listings":          s.answerListings,
		"/api/v1/listings.geojson":  s.answerGeoJSON,
		"/api/v1/listings/{handle}": s.answerListing,
	} {
		r.Handle(path, guard(s.answer(h))).Methods(http.MethodGet, http.MethodHead)
		r.Handle(path, guard(http.HandlerFunc(allowOrigin))).Methods(http.MethodOptions)
	}
}

// apiHandler gives the value to encode and its media type.
type apiHandler func(r *http.Request, l directory.Language) (any, string, error)

// answer encodes what h gives, for pages of any site.
func (s *Site) answer(h apiHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l, said := s.asked(r)
		if !said {
			l = s.preferred(r)
		}
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Expose-Headers", "ETag, Link")
		header.Set("Vary", "Accept-Language")
		value, kind, err := h(r, l)
		if err == nil {
			var body []byte
			if body, err = json.Marshal(value); err == nil {
				header.Set("Content-Type", kind)
				header.Set("Content-Language", string(l))
				header.Set("Cache-Control", "public, max-age=60")
				serve(w, r, append(body, '\n'))
				return
			}
		}
		var elsewhere *movedError
		if errors.As(err, &elsewhere) {
			header.Set("Location", elsewhere.to)
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
		status, key := statusOf(err)
		if status == http.StatusInternalServerError && r.Context().Err() == nil {
			s.log.ErrorContext(r.Context(), "answer failed", "path", r.URL.Path, "error", err)
		}
		s.problem(w, l, status, key, fieldOf(err))
	}
}

// allowOrigin answers the question that a browser asks before it fetches for
// a page of another site (Fetch, CORS-preflight).
func allowOrigin(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "If-None-Match, Accept-Language")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// listingsAnswer is the answer of /api/v1/listings.
type listingsAnswer struct {
	Total    int             `json:"total"`
	Offset   int             `json:"offset"`
	Limit    int             `json:"limit"`
	Order    string          `json:"order"`           // "distance" or "daily"
	Day      directory.Date  `json:"day"`             // seeds the daily order
	Place    *placeAnswer    `json:"place,omitempty"` // from where distances are
	Listings []listingAnswer `json:"listings"`
	Facets   []facetAnswer   `json:"facets"`
	Next     string          `json:"next,omitempty"` // address of the next page
	Page     string          `json:"page"`           // the same for people
}

type placeAnswer struct {
	Name string `json:"name"`
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
	Values []valueAnswer   `json:"values"`
}

type valueAnswer struct {
	Value  string `json:"value"`
	Label  string `json:"label"`
	Count  int    `json:"count"`
	Chosen bool   `json:"chosen"`
}

func (s *Site) answerListings(r *http.Request, l directory.Language) (any, string, error) {
	q, err := s.ask(l, r.URL.Query())
	if err != nil {
		return nil, "", err
	}
	if q.Day.IsZero() {
		q.Day = s.today()
	}
	found, err := s.search(r.Context(), q.found())
	if err != nil {
		return nil, "", err
	}
	a := listingsAnswer{
		Total: found.Total, Offset: q.Offset, Limit: q.Limit, Order: "daily", Day: q.Day,
		Listings: []listingAnswer{}, Facets: []facetAnswer{},
		Page: s.absolute(listingsAddress(l, q.Query)),
	}
	if q.point != nil {
		a.Order = "distance"
		a.Place = &placeAnswer{Name: q.place.Name, Point: *q.point}
	}
	if q.Offset+q.Limit < found.Total {
		next := q.Query
		next.Offset += q.Limit
		a.Next = s.absolute(s.apiAddress(l, "/api/v1/listings", next))
	}
	err = s.eachListing(r.Context(), found.Hits, func(listing directory.Listing, hit directory.Hit) error {
		one := s.listingAnswer(l, listing)
		if hit.Kilometres >= 0 {
			one.Kilometres = &hit.Kilometres
		}
		a.Listings = append(a.Listings, one)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	for _, c := range found.Facets {
		a.Facets = append(a.Facets, s.facetAnswer(l, c))
	}
	return a, "application/json", nil
}

// mapLimit bounds the points of one GeoJSON answer.
const mapLimit = 2000

// answerGeoJSON gives every listing found that says where it is, whatever page
// was asked for.
func (s *Site) answerGeoJSON(r *http.Request, l directory.Language) (any, string, error) {
	q, err := s.ask(l, r.URL.Query())
	if err != nil {
		return nil, "", err
	}
	var listings []directory.Listing
	q.Limit = 200
	for q.Offset = 0; q.Offset < mapLimit; q.Offset += q.Limit {
		found, err := s.search(r.Context(), q.found())
		if err != nil {
			return nil, "", err
		}
		err = s.eachListing(r.Context(), found.Hits, func(listing directory.Listing, _ directory.Hit) error {
			listings = append(listings, listing)
			return nil
		})
		if err != nil {
			return nil, "", err
		}
		if q.Offset+q.Limit >= found.Total {
			break
		}
	}
	return json.RawMessage(exchange.GeoJSON(listings, l)), "application/geo+json", nil
}

func (s *Site) listingAnswer(l directory.Language, listing directory.Listing) listingAnswer {
	return listingAnswer{Entry: exchange.EntryOf(listing), Here: s.absolute(hosterAddress(l, listing.Handle))}
}

func (s *Site) facetAnswer(l directory.Language, c directory.FacetCounts) facetAnswer {
	f := facetAnswer{Facet: c.Facet, Label: s.question(l, c.Facet), Unsaid: c.Unsaid, Values: []valueAnswer{}}
	for _, v := range c.Values {
		f.Values = append(f.Values, valueAnswer{v.Value, s.words(l, c.Facet, v.Value), v.Count, v.Chosen})
	}
	return f
}

func (s *Site) answerListing(r *http.Request, l directory.Language) (any, string, error) {
	listing, err := s.options.Directory.ListingByHandle(r.Context(), mux.Vars(r)["handle"])
	if err != nil {
		return nil, "", fmt.Errorf("listing: %w", err)
	}
	if movedFrom(mux.Vars(r)["handle"], listing) {
		return nil, "", &movedError{withQuery(s.listingAPI(listing), r.URL.Query())}
	}
	return s.listingAnswer(l, listing), "application/json", nil
}

// movedError says where the answer is now.
type movedError struct{ to string }

// Error names the address.
func (e *movedError) Error() string { return "moved to " + e.to }

// apiAddress is the address of the JSON that answers q.
func (s *Site) apiAddress(l directory.Language, path string, q directory.Query) string {
	values := q.Values()
	if values == nil {
		values = url.Values{}
	}
	values.Set("lang", string(l))
	return withQuery(path, values)
}

// listingAPI is the address of the JSON of one listing.
func (s *Site) listingAPI(l directory.Listing) string {
	return "/api/v1/listings/" + url.PathEscape(handleOf(l))
}

// fieldOf gives the parameter that could not be read, where err names one.
func fieldOf(err error) string {
	var field *directory.FieldError
	if errors.As(err, &field) {
		return field.Field
	}
	return ""
}
