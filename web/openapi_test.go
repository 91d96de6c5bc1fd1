package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/directorytest"
)

// description is web/openapi.json as it stands.
func description(t *testing.T) map[string]any {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// specification is web/openapi.json as an independent validator reads it.
func specification(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpenAPIIsValid(t *testing.T) {
	if err := specification(t).Validate(t.Context(), openapi3.IsOpenAPI31OrLater()); err != nil {
		t.Error(err)
	}
}

// Every path under /api/ that is answered is described, and every path that is
// described is answered.
func TestOpenAPIKnowsEveryRoute(t *testing.T) {
	n := directoryNode(t, nil, nil)
	site, err := New(n.options)
	if err != nil {
		t.Fatal(err)
	}
	r := mux.NewRouter()
	site.Routes(r)
	answered := map[string]bool{}
	err = r.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		if err != nil || !strings.HasPrefix(path, "/api/v1/") {
			return nil //nolint:nilerr // a route without a path is none of the interface
		}
		methods, err := route.GetMethods()
		for _, m := range methods {
			answered[m+" "+path] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for path, item := range specification(t).Paths.Map() {
		for method := range item.Operations() {
			described[method+" "+path] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(described)), slices.Sorted(maps.Keys(answered)); !slices.Equal(got, want) {
		t.Errorf("described:\n%s\nanswered:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// caller asks a node by its description, and holds request and answer to it.
type caller struct {
	*node
	doc   *openapi3.T
	asked map[string]bool // "GET /path 200"
}

// call asks one address; the request must be as the description has it where
// the answer is to be none of the client's faults.
func (c *caller) call(method, path string, vars map[string]string, query url.Values, header http.Header) *http.Response {
	c.Helper()
	item := c.doc.Paths.Value(path)
	operation := item.GetOperation(method)
	described := method
	if operation == nil { // what a method that is not there is answered stands with GET
		operation, described = item.Get, http.MethodGet
	}
	address := path
	for name, value := range vars {
		address = strings.ReplaceAll(address, "{"+name+"}", url.PathEscape(value))
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req := httptest.NewRequest(method, address, nil)
	maps.Copy(req.Header, header)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, req)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.Fatal(err)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	status := fmt.Sprintf("%s %s %d", described, path, res.StatusCode)
	c.asked[status] = true

	plain := httptest.NewRequest(method, address, nil)
	input := &openapi3filter.RequestValidationInput{
		Request: plain, PathParams: vars, QueryParams: query,
		Route:   &routers.Route{Spec: c.doc, Path: path, PathItem: item, Method: described, Operation: operation},
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if res.StatusCode < 400 || res.StatusCode == http.StatusInternalServerError {
		if err := openapi3filter.ValidateRequest(c.Context(), input); err != nil {
			c.Errorf("%s %s: the request is not as described: %v", method, address, err)
		}
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: res.StatusCode, Header: res.Header, Options: input.Options,
	}
	answer.SetBodyBytes(body)
	if method == http.MethodHead && len(body) > 0 {
		c.Errorf("HEAD %s: got a body of %d bytes", address, len(body))
	}
	if err := openapi3filter.ValidateResponse(c.Context(), answer); err != nil {
		c.Errorf("%s %s: the answer %d is not as described: %v\n%.300s", method, address, res.StatusCode, err, body)
	}
	return res
}

func newCaller(t *testing.T) *caller {
	for kind, decode := range map[string]openapi3filter.BodyDecoder{
		"application/geo+json": openapi3filter.JSONBodyDecoder, "application/ld+json": openapi3filter.JSONBodyDecoder,
		"text/csv": openapi3filter.FileBodyDecoder, "text/vcard": openapi3filter.FileBodyDecoder,
	} {
		openapi3filter.RegisterBodyDecoder(kind, decode)
	}
	n := directoryNode(t, nil, nil)
	n.records.history = somePast()
	n.records.moved = map[string]string{"lucioles@before.example": "les_lucioles@les-lucioles.example"}
	return &caller{node: n, doc: specification(t), asked: map[string]bool{}}
}

// values gives the examples of the parameters of one place of an operation.
func values(o *openapi3.Operation, in string) map[string][]string {
	all := map[string][]string{}
	for _, p := range o.Parameters {
		if p.Value.In != in {
			continue
		}
		switch v := p.Value.Example.(type) {
		case []any:
			all[p.Value.Name] = nil
			for _, one := range v {
				all[p.Value.Name] = append(all[p.Value.Name], fmt.Sprint(one))
			}
		case nil:
		default:
			all[p.Value.Name] = []string{fmt.Sprint(v)}
		}
	}
	return all
}

// unreadable are values that no parameter of that name takes.
func unreadable(p *openapi3.Parameter) string {
	schema := p.Schema.Value
	if schema.Items != nil {
		schema = schema.Items.Value
	}
	switch {
	case len(schema.Enum) > 0, p.Name == "near", p.Name == "day", p.Name == "cursor":
		return "no-such-value"
	case schema.Min != nil:
		return "-1"
	case schema.MaxLength != nil:
		return strings.Repeat("x", int(*schema.MaxLength)+1)
	}
	return ""
}

// TestOpenAPI asks every path by every method, with every parameter, into every
// status that the description has, and holds each answer to it.
func TestOpenAPI(t *testing.T) {
	c := newCaller(t)
	for path, item := range c.doc.Paths.Map() {
		for method, o := range item.Operations() {
			vars := map[string]string{}
			for name, value := range values(o, "path") {
				vars[name] = value[0]
			}
			query := values(o, "query")
			required := url.Values{}
			for _, p := range o.Parameters {
				if p.Value.Required && p.Value.In == "query" {
					required[p.Value.Name] = query[p.Value.Name]
				}
			}
			first := c.call(method, path, vars, required, nil)
			if method == http.MethodOptions {
				continue
			}
			c.call(method, path, vars, required, http.Header{"If-None-Match": {first.Header.Get("ETag")}})
			for _, p := range o.Parameters {
				name := p.Value.Name
				if p.Value.In != "query" {
					continue
				}
				if example, ok := query[name]; ok {
					q := maps.Clone(required)
					q[name] = example
					c.call(method, path, vars, q, nil)
				}
				bad := maps.Clone(required)
				if bad[name] = []string{unreadable(p.Value)}; bad.Get(name) == "" || method != http.MethodGet {
					continue
				}
				res := c.call(method, path, vars, bad, nil)
				var said problem
				if err := json.NewDecoder(res.Body).Decode(&said); err != nil || res.StatusCode != http.StatusBadRequest || said.Parameter != name || said.Reason == "" {
					t.Errorf("%s %s: got %d %+v, %v, want 400 that names the parameter", path, bad.Encode(), res.StatusCode, said, err)
				}
			}
			if method != http.MethodGet {
				continue
			}
			c.call(method, path, vars, required, http.Header{"Accept": {"text/html, image/png"}})
			c.call(http.MethodDelete, path, vars, required, nil)
			switch {
			case vars["handle"] != "":
				c.call(method, path, map[string]string{"handle": "nobody@x.example"}, required, nil)
				c.call(method, path, map[string]string{"handle": "lucioles@before.example"}, required, nil)
			case vars["code"] != "":
				c.call(method, path, map[string]string{"code": "XX-1"}, required, nil)
			}
		}
	}
	c.failing()
	for path, item := range c.doc.Paths.Map() {
		for method, o := range item.Operations() {
			for status := range o.Responses.Map() {
				if at := method + " " + path + " " + status; !c.asked[at] {
					t.Errorf("described, and never answered: %s", at)
				}
			}
		}
	}
}

// failing asks every path of a node whose store fails, and of those that need
// no store that which makes them fail.
func (c *caller) failing() {
	c.records.broken = io.ErrUnexpectedEOF
	for path, item := range c.doc.Paths.Map() {
		if item.Get.Responses.Value("500") == nil {
			continue
		}
		vars := map[string]string{}
		for name, value := range values(item.Get, "path") {
			vars[name] = value[0]
		}
		c.call(http.MethodGet, path, vars, nil, nil)
	}
}

// What is not described is passed over, so that addresses can be shared.
func TestAPIPassesOverWhatIsNotDescribed(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for path := range specification(t).Paths.Map() {
		if strings.Contains(path, "{") || path == "/api/v1/areas" {
			continue
		}
		plain, strange := n.get(path, "Accept", "*/*"), n.get(path+"?utm_source=x&sort=size", "Accept", "*/*")
		if strange.StatusCode != http.StatusOK || strange.Header.Get("ETag") != plain.Header.Get("ETag") {
			t.Errorf("%s: a parameter that is not described changes the answer", path)
		}
	}
}

// Pages by cursor neither repeat nor leave out a listing that stays, while
// others come and go between them.
func TestCursorStaysWhileTheDirectoryChanges(t *testing.T) {
	for _, query := range []string{"?limit=3", "?limit=7&place=Lannion", "?limit=1&maintenance=volunteer"} {
		n := directoryNode(t, nil, nil)
		crowd := directorytest.Listings(120, 9)
		stays := map[string]bool{}
		all, _ := answer[listingsJSON](n, "/api/v1/listings"+strings.Replace(query, "limit=", "limit=200&was=", 1))
		for _, l := range all.Listings {
			stays[l.ID] = true
		}
		seen := map[string]int{}
		for address, i := "/api/v1/listings"+query, 0; address != ""; i++ {
			a, res := answer[listingsJSON](n, address)
			for _, l := range a.Listings {
				seen[l.ID]++
			}
			if a.Next != "" && !strings.Contains(res.Header.Get("Link"), a.Next) {
				t.Errorf("%s: got Link %q, want the next page", address, res.Header.Get("Link"))
			}
			address = strings.TrimPrefix(a.Next, "https://annuaire.example")
			for _, l := range crowd[min(4*i, len(crowd)):min(4*i+4, len(crowd))] { // some come
				if !stays[string(l.Hoster.ID)] {
					n.records.listings[l.Hoster.ID] = l
					n.records.index.Put(l)
				}
			}
			if len(a.Listings) > 0 { // the very last one seen goes
				gone := directory.ID(a.Listings[len(a.Listings)-1].ID)
				n.records.index.Remove(gone)
				delete(n.records.listings, gone)
			}
		}
		for id := range stays {
			if seen[id] != 1 {
				t.Errorf("%s: %s came %d times, want once", query, id, seen[id])
			}
		}
		for id, times := range seen {
			if times != 1 {
				t.Errorf("%s: %s came %d times, want once", query, id, times)
			}
		}
	}
}

// A cursor is good for the question that it was given with.
func TestCursorIsOfOneQuestion(t *testing.T) {
	n := directoryNode(t, nil, nil)
	a, _ := answer[listingsJSON](n, "/api/v1/listings?limit=3")
	other := strings.TrimPrefix(a.Next, "https://annuaire.example") + "&paid=yes"
	if res := n.get(other, "Accept", "application/json"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("%s: got status %d, want 400", other, res.StatusCode)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add(cursor{Day: directory.Date{Year: 2026, Month: 3, Day: 1}, ID: "https://a.example/actor", Kilometres: 3, Offset: 20}.String())
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCursor(s)
		if err != nil {
			return
		}
		if again, err := parseCursor(c.String()); err != nil || again != c {
			t.Errorf("got %+v, %v, want %+v", again, err, c)
		}
	})
}
