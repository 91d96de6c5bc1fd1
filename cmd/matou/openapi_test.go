package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// served is a running directory, held to the description that it serves.
type served struct {
	testing.TB
	node *process
	doc  *openapi3.T
	seen map[string]int // answers, by their status
}

// read asks over the loopback address, follows nothing, and gives the answer
// with its body.
func (s *served) read(method, address string, header http.Header) (*http.Response, []byte) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.node.url+address, http.NoBody)
	if err != nil {
		s.Fatal(err)
	}
	maps.Copy(req.Header, header)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return res, body
}

// hold asks one address of a path, and holds the answer to the description.
func (s *served) hold(method, where string, vars map[string]string, query url.Values, header http.Header) *http.Response {
	s.Helper()
	item, described := s.doc.Paths.Value(where), method
	operation := item.GetOperation(method)
	if operation == nil { // what a method that is not there is answered stands with GET
		operation, described = item.Get, http.MethodGet
	}
	address := where
	for name, value := range vars {
		address = strings.ReplaceAll(address, "{"+name+"}", url.PathEscape(value))
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	res, body := s.read(method, address, header)
	s.seen[fmt.Sprint(res.StatusCode)]++
	input := &openapi3filter.RequestValidationInput{
		Request: res.Request, PathParams: vars, QueryParams: query,
		Route: &routers.Route{Spec: s.doc, Path: where, PathItem: item, Method: described, Operation: operation},
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: res.StatusCode, Header: res.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	answer.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(s.Context(), answer); err != nil {
		s.Errorf("%s %s: the answer %d is not as described: %v\n%.300s", method, address, res.StatusCode, err, body)
	}
	return res
}

// A directory that runs answers as the description says that it serves itself:
// over a connection, with all that stands between the handlers and the network.
func TestServedInterfaceIsAsDescribed(t *testing.T) {
	if testing.Short() {
		t.Skip("starts two nodes: not with -short")
	}
	for kind, decode := range map[string]openapi3filter.BodyDecoder{
		"application/geo+json": openapi3filter.JSONBodyDecoder, "application/ld+json": openapi3filter.JSONBodyDecoder,
		"text/csv": openapi3filter.FileBodyDecoder, "text/vcard": openapi3filter.FileBodyDecoder,
	} {
		openapi3filter.RegisterBodyDecoder(kind, decode)
	}
	hoster, directory := newProcess(t, roleHoster), newProcess(t, roleAggregator)
	profile, err := demoFiles.ReadFile("demo/traboule/profile.toml") // says much of itself
	if err != nil {
		t.Fatal(err)
	}
	hoster.start()
	directory.start()
	hoster.write("profile.toml", string(profile))
	hoster.run("hoster", "publish")
	directory.run("follow", "@chatdroite@"+hoster.host)
	within(t, 30*time.Second, "the hoster's listing", func() bool {
		n, err := countListings(t.Context(), directory.url)
		return err == nil && n == 1
	})

	s := &served{TB: t, node: directory, seen: map[string]int{}}
	res, raw := s.read(http.MethodGet, "/api/v1/openapi.json", nil)
	if s.doc, err = openapi3.NewLoader().LoadFromData(raw); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the description: got %d, %v", res.StatusCode, err)
	}
	for where, item := range s.doc.Paths.Map() {
		for method, o := range item.Operations() {
			s.each(method, where, o, "chatdroite@"+hoster.host)
		}
	}
	for _, status := range []string{"200", "204", "304", "400", "404", "405", "406"} {
		if s.seen[status] == 0 {
			t.Errorf("no answer with the status %s among %v: it was to be asked for", status, s.seen)
		}
	}
}

// each asks one path by one method: plainly, for what it has already, with each
// parameter, and wrongly.
func (s *served) each(method, where string, o *openapi3.Operation, handle string) {
	vars, query := map[string]string{}, url.Values{}
	var asked []*openapi3.Parameter
	for _, p := range o.Parameters {
		switch v := p.Value; {
		case v.In == "path" && v.Name == "handle":
			vars[v.Name] = handle
		case v.In == "path":
			vars[v.Name] = fmt.Sprint(v.Example)
		case v.In == "query" && v.Required:
			query.Set(v.Name, fmt.Sprint(v.Example))
		case v.In == "query" && v.Example != nil:
			asked = append(asked, v)
		}
	}
	first := s.hold(method, where, vars, query, nil)
	if method == http.MethodOptions {
		return
	}
	if first.StatusCode != http.StatusOK {
		s.Errorf("%s %s: got %d, want it answered", method, where, first.StatusCode)
	}
	if again := s.hold(method, where, vars, query, http.Header{"If-None-Match": {first.Header.Get("ETag")}}); again.StatusCode != http.StatusNotModified {
		s.Errorf("%s %s: got %d for what is there already, want 304", method, where, again.StatusCode)
	}
	for _, p := range asked {
		q := maps.Clone(query)
		if several, ok := p.Example.([]any); ok {
			for _, one := range several {
				q.Add(p.Name, fmt.Sprint(one))
			}
		} else {
			q.Set(p.Name, fmt.Sprint(p.Example))
		}
		s.hold(method, where, vars, q, nil)
	}
	if method != http.MethodGet {
		return
	}
	s.hold(http.MethodDelete, where, vars, query, nil)
	s.hold(method, where, vars, query, http.Header{"Accept": {"image/png"}})
	if slices.Contains([]string{"/api/v1/listings", "/api/v1/facets"}, where) {
		s.hold(method, where, vars, url.Values{"near": {"no-such-place"}}, nil)
	}
	if parameter := path.Base(where); strings.HasPrefix(parameter, "{") {
		s.hold(method, where, map[string]string{strings.Trim(parameter, "{}"): "nobody@x.example"}, query, nil)
	}
}
