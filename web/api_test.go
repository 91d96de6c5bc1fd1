package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// answer reads the JSON of an address that must answer 200.
func answer[T any](n *node, address string) (T, *http.Response) {
	n.Helper()
	var v T
	res := n.get(address, "Accept", "application/json")
	if res.StatusCode != http.StatusOK {
		n.Fatalf("%s: got status %d, want 200", address, res.StatusCode)
	}
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		n.Fatalf("%s: %v", address, err)
	}
	return v, res
}

// listingsJSON is what others read of the answer.
type listingsJSON struct {
	Total, Offset, Limit int
	Order, Day, Next     string
	Place                *struct {
		Name                string
		Latitude, Longitude float64
	}
	Listings []struct {
		ID, Handle, Name, Here string
		Kilometres             *float64
	}
	Facets []struct {
		Facet, Label string
		Unsaid       int
		Values       []struct {
			Value, Label string
			Count        int
			Chosen       bool
		}
	}
}

func TestJSONSaysTheSameAsThePage(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, query := range []string{"", "?maintenance=volunteer", "?place=Lannion", "?q=pad", "?limit=5&offset=5"} {
		a, res := answer[listingsJSON](n, "/api/v1/listings"+query)
		d := n.page("/hebergeurs" + query)
		if got, want := a.Total, found(t, d); got != want {
			t.Errorf("%s: got total %d, want %d", query, got, want)
		}
		var names []string
		for _, l := range a.Listings {
			names = append(names, squeeze(l.Name))
			if !strings.HasPrefix(l.Here, "https://annuaire.example/h/") {
				t.Errorf("%s: got page %q", query, l.Here)
			}
		}
		if got, want := strings.Join(names, "|"), strings.Join(d.names(), "|"); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
		for name, want := range map[string]string{"Content-Type": "application/json", "Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=60"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: got %s %q, want %q", query, name, got, want)
			}
		}
	}
}

func TestJSONPages(t *testing.T) {
	n := directoryNode(t, nil, nil)
	seen := map[string]bool{}
	for address := "/api/v1/listings?limit=10"; address != ""; {
		a, _ := answer[listingsJSON](n, address)
		for _, l := range a.Listings {
			seen[l.ID] = true
		}
		address = strings.TrimPrefix(a.Next, "https://annuaire.example")
	}
	if len(seen) != 41 {
		t.Errorf("got %d listings over all pages, want 41", len(seen))
	}
}

func TestJSONFacetsHaveWordsInTheLanguageAsked(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for lang, want := range map[string]string{"fr": "des bénévoles", "en": "volunteers"} {
		a, _ := answer[listingsJSON](n, "/api/v1/listings?lang="+lang)
		got := ""
		for _, f := range a.Facets {
			for _, v := range f.Values {
				if f.Facet == "maintenance" && v.Value == "volunteer" {
					got = v.Label
				}
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
}

// The departments of hosters are counted for who asks for each area, on this page
// and on the next.
func TestJSONTellsEachAreaToWhoAsks(t *testing.T) {
	n := mappedNode(t, nil, nil)
	told := func(address string) (department, region int, next string) {
		a, _ := answer[listingsJSON](n, address)
		for _, f := range a.Facets {
			for _, v := range f.Values {
				switch {
				case f.Facet == "seat" && v.Value == "FR-29":
					department = v.Count
				case f.Facet == "seat" && v.Value == "FR-BRE":
					region = v.Count
				}
			}
		}
		return department, region, strings.TrimPrefix(a.Next, "https://annuaire.example")
	}
	for _, path := range []string{"/api/v1/facets", "/api/v1/listings"} {
		if department, region, _ := told(path); department != 0 || region == 0 {
			t.Errorf("%s: got %d in the department and %d in its region, want the region only", path, department, region)
		}
		department, region, next := told(path + "?areas=all")
		if department == 0 || region < department {
			t.Errorf("%s, each area: got %d in the department and %d in its region, want both", path, department, region)
		}
		if path == "/api/v1/facets" {
			continue
		}
		if again, _, _ := told(next); again != department {
			t.Errorf("next page: got %d in the department, want %d as before", again, department)
		}
	}
	if res := n.get("/api/v1/facets?areas=some"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("areas=some: got status %d, want 400", res.StatusCode)
	}
}

func TestOneListingAsJSON(t *testing.T) {
	n := directoryNode(t, nil, nil)
	d := n.page("/h/les_lucioles@les-lucioles.example")
	at := ""
	for _, a := range d.all("a") {
		if attribute(a, "type") == "application/json" {
			at = attribute(a, "href")
		}
	}
	l, _ := answer[struct{ ID, Name, Handle, Source string }](n, at)
	if l.Name != "Les Lucioles" || l.Handle != "@les_lucioles@les-lucioles.example" || l.Source == "" {
		t.Errorf("got %+v", l)
	}
}

func TestGeoJSONHoldsEveryPlaceFound(t *testing.T) {
	n := directoryNode(t, nil, nil)
	want := 0
	for _, l := range n.records.listings {
		if l.Hoster.Seat.Point != nil {
			want++
		}
	}
	c, res := answer[struct {
		Type     string
		Features []struct {
			Geometry struct{ Coordinates [2]float64 }
		}
	}](n, "/api/v1/listings.geojson?limit=3&offset=3")
	if c.Type != "FeatureCollection" || len(c.Features) != want {
		t.Errorf("got %s of %d, want FeatureCollection of %d", c.Type, len(c.Features), want)
	}
	if got := res.Header.Get("Content-Type"); got != "application/geo+json" {
		t.Errorf("got type %q", got)
	}
}

func TestProblemsOfTheAPI(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, c := range []struct {
		method, address string
		want            int
		parameter       string
	}{
		{"GET", "/api/v1/listings?limit=0", 400, "limit"},
		{"GET", "/api/v1/listings?capacity=roomy", 400, "capacity"},
		{"GET", "/api/v1/listings/nobody@x.example", 404, ""},
		{"GET", "/api/v1/nothing", 404, ""},
		{"DELETE", "/api/v1/listings", 405, ""},
	} {
		res := n.ask(c.method, c.address, "Accept", "application/json")
		var p struct {
			Title, Detail, Parameter string
			Status                   int
		}
		if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
			t.Errorf("%s: %v", c.address, err)
		}
		if res.StatusCode != c.want || p.Status != c.want || p.Parameter != c.parameter || p.Title == "" {
			t.Errorf("%s %s: got %d %+v, want %d %q", c.method, c.address, res.StatusCode, p, c.want, c.parameter)
		}
		if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: got type %q", c.address, got)
		}
	}
}

func TestOtherSitesMayAsk(t *testing.T) {
	n := directoryNode(t, nil, nil)
	res := n.ask(http.MethodOptions, "/api/v1/listings", "Origin", "https://other.example", "Access-Control-Request-Method", "GET")
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("got %d %v", res.StatusCode, res.Header)
	}
}

func TestNewRefusesHalfANode(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for name, change := range map[string]func(*Options){
		"no origin":    func(o *Options) { o.Origin = nil },
		"no directory": func(o *Options) { o.Directory = nil },
		"no profile":   func(o *Options) { o.Hoster, o.Own = "x", nil },
	} {
		o := n.options
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func BenchmarkDirectoryPage(b *testing.B) {
	t := &testing.T{}
	n := directoryNode(t, nil, nil)
	for b.Loop() {
		if res := n.get("/hebergeurs"); res.StatusCode != http.StatusOK {
			b.Fatal(res.Status)
		}
	}
}
