package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/exchange"
)

// routeAPI adds the directory as JSON and as files, as openapi.json says.
func (s *Site) routeAPI(r *mux.Router) {
	for path, h := range s.apiHandlers() {
		r.Handle(path, guard(s.answer(h))).Methods(http.MethodGet, http.MethodHead)
		r.Handle(path, guard(http.HandlerFunc(allowOrigin))).Methods(http.MethodOptions)
	}
}

// apiHandlers are all that answers under /api/v1, by the paths of openapi.json.
func (s *Site) apiHandlers() map[string]apiHandler {
	all := map[string]apiHandler{
		openAPIPath:                         s.answerDescription,
		"/api/v1/listings":                  s.answerListings,
		"/api/v1/listings/{handle}":         s.answerListing,
		"/api/v1/listings/{handle}/history": s.answerHistory,
		"/api/v1/facets":                    s.answerFacets,
		"/api/v1/criteria":                  s.answerCriteria,
		"/api/v1/needs":                     s.answerNeeds,
		"/api/v1/presets":                   s.answerPresets,
		"/api/v1/replacements":              s.answerReplacements,
		"/api/v1/listings.geojson":          s.answerGeoJSON,
		"/api/v1/listings.csv":              fileAnswer(s.foundFile("text/csv; charset=utf-8; header=present", exchange.ExportListingsCSV)),
		"/api/v1/listings.jsonld": fileAnswer(s.foundFile("application/ld+json", func(all []directory.Listing) ([]byte, error) {
			return exchange.ExportJSONLD(hostersOf(all))
		})),
		"/api/v1/listings.vcf": fileAnswer(s.foundFile("text/vcard; charset=utf-8", func(all []directory.Listing) ([]byte, error) {
			return exchange.ExportVCard(hostersOf(all)), nil
		})),
		exportPath: fileAnswer(s.exportPage),
	}
	if s.options.Areas != nil {
		all["/api/v1/areas"] = s.answerAreas
		all["/api/v1/areas/{code}"] = s.answerArea
	}
	return all
}

// fileAnswer is a file of machine_directory.go as an answer of the interface.
func fileAnswer(f machineFile) apiHandler {
	return func(r *http.Request, _ directory.Language) (any, string, error) {
		body, kind, err := f(r)
		return body, kind, err
	}
}

// apiHandler gives the value to encode, or the bytes to send, and its media
// type.
type apiHandler func(r *http.Request, l directory.Language) (any, string, error)

// answer sends what h gives, for pages of any site.
func (s *Site) answer(h apiHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l, said := s.asked(r)
		if !said {
			l = s.preferred(r)
		}
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Expose-Headers", "ETag, Link")
		header.Set("Vary", "Accept, Accept-Language")
		value, kind, err := h(r, l)
		var body []byte
		if err == nil {
			body, err = s.encode(r, value, kind)
		}
		if err != nil {
			s.failAPI(w, r, l, err)
			return
		}
		if a, ok := value.(interface{ next() string }); ok && a.next() != "" {
			header.Set("Link", "<"+a.next()+`>; rel="next"`)
		}
		header.Set("Content-Type", kind)
		header.Set("Content-Language", string(l))
		header.Set("Cache-Control", "public, max-age=60")
		serve(w, r, body)
	}
}

// encode writes a value as JSON, where the peer takes JSON; what a path names by
// its ending is sent as it is, whatever the peer says that it takes.
func (s *Site) encode(r *http.Request, value any, kind string) ([]byte, error) {
	if body, ok := value.([]byte); ok {
		return body, nil
	}
	if kind == jsonType && !takesJSON(r) {
		return nil, errNotAcceptable
	}
	body, err := json.Marshal(value)
	return append(body, '\n'), err
}

const jsonType = "application/json"

// errNotAcceptable says that the peer takes nothing that there is to give.
var errNotAcceptable = errors.New("not acceptable")

// takesJSON reports whether a peer takes JSON (RFC 9110 12.5.1).
func takesJSON(r *http.Request) bool {
	said := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(said) == "" {
		return true
	}
	for part := range strings.SplitSeq(said, ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		if q, err := strconv.ParseFloat(parameters["q"], 64); err == nil && q == 0 {
			continue
		}
		if kind == "*/*" || kind == "application/*" || strings.HasSuffix(kind, "json") {
			return true
		}
	}
	return false
}

// failAPI answers err as a problem document, or leads to where the answer is.
func (s *Site) failAPI(w http.ResponseWriter, r *http.Request, l directory.Language, err error) {
	var elsewhere *movedError
	if errors.As(err, &elsewhere) {
		w.Header().Set("Location", elsewhere.to)
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	status, key := statusOf(err)
	if errors.Is(err, errNotAcceptable) {
		status, key = http.StatusNotAcceptable, "unacceptable"
	}
	if status == http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.ErrorContext(r.Context(), "answer failed", "path", r.URL.Path, "error", err)
	}
	s.problem(w, l, status, key, err)
}

// allowOrigin answers the question that a browser asks before it fetches for
// a page of another site (Fetch, CORS-preflight).
func allowOrigin(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "If-None-Match, Accept, Accept-Language")
	h.Set("Allow", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
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
	q.Limit, q.OnlyHits = directory.MaxLimit, true
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

func (s *Site) answerListing(r *http.Request, l directory.Language) (any, string, error) {
	listing, err := s.options.Directory.ListingByHandle(r.Context(), mux.Vars(r)["handle"])
	if err != nil {
		return nil, "", fmt.Errorf("listing: %w", err)
	}
	if movedFrom(mux.Vars(r)["handle"], listing) {
		return nil, "", &movedError{withQuery(s.listingAPI(listing), r.URL.Query())}
	}
	return s.listingAnswer(l, listing), jsonType, nil
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
