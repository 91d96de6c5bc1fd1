package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
	"matou/directory/search"
	"matou/federation/ap"
	"matou/web"
)

// apiExamples are asked of the directory of fixtures, and answered in the
// document as they are answered there.
var apiExamples = []struct{ words, address string }{
	{"Who offers writing together, near Lannion, with paid people?", "/api/v1/listings?need=write-together&place=Lannion&paid=yes&limit=1&lang=en"},
	{"What happened to an entry?", "/api/v1/listings/les_lucioles@les-lucioles.example/history?lang=en"},
	{"Which territory is that?", "/api/v1/areas/FR-22?lang=en"},
	{"What is said of a parameter that cannot be read?", "/api/v1/listings?capacity=roomy&lang=en"},
}

// apiLines is how many lines of an answer are shown.
const apiLines = 48

// fixtureSite is a directory of invented hosters, on a day that does not pass.
func fixtureSite(t *testing.T) http.Handler {
	t.Helper()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	listings := append(directorytest.Listings(40, 1), directorytest.Listing("Les Lucioles"))
	l := listings[40]
	before := l
	before.Hoster.Prices, before.Hoster.Services = nil, before.Hoster.Services[1:]
	c := ap.Change{Listings: listings, History: []directory.HistoryEntry{directory.Enters(before, now.AddDate(0, -2, 0), directory.VoiceFile)}}
	if e, some := directory.Changes(before, l, now.AddDate(0, -1, 0), directory.VoiceHoster); some {
		c.History = append(c.History, e)
	}
	s := openMemory(t)
	apply(t, s, c)
	areas, err := geo.Load()
	if err != nil {
		t.Fatal(err)
	}
	v := directory.LoadVocabulary()
	index := search.New(&v, areas)
	index.PutAll(listings)
	site, err := web.New(web.Options{
		Origin: &url.URL{Scheme: "https", Host: "annuaire.example"}, Directory: &shownDirectory{records: s, index: index, changes: func() uint64 { return 1 }, told: func() uint64 { return 1 }},
		Vocabulary: v, Areas: areas, Aggregator: &web.Aggregator{Handle: "annuaire", Name: "Annuaire du Ponant"},
		Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := mux.NewRouter()
	site.Routes(r)
	return r
}

// described is what docs/api.md takes from the description.
type described struct {
	Paths map[string]struct {
		Get struct {
			Summary     string
			Description string
			Parameters  []struct {
				Ref  string `json:"$ref"`
				Name string
				In   string
			}
			Responses map[string]struct {
				Content map[string]any
			}
		}
	}
	Components struct {
		Parameters map[string]struct {
			Name, Description string
			Schema            struct {
				Type    any
				Enum    []string
				Default any
				Items   *struct{ Enum []string }
			}
		}
	}
}

func askFixture(t *testing.T, h http.Handler, address string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil))
	return w.Body.Bytes()
}

func apiDocument(t *testing.T) []byte {
	t.Helper()
	intro, err := os.ReadFile("testdata/docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	site := fixtureSite(t)
	var d described
	if err := json.Unmarshal(askFixture(t, site, "/api/v1/openapi.json"), &d); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(intro, []byte("<!-- described -->\n")))
	b.WriteString("## Paths\n\n| path | | answers |\n|---|---|---|\n")
	for _, path := range sortedKeys(d.Paths) {
		get := d.Paths[path].Get
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", path, cell(strings.TrimSpace(get.Summary+". "+get.Description)), strings.Join(sortedKeys(get.Responses["200"].Content), ", "))
	}
	b.WriteString("\n## Parameters of a search\n\nThose of `/api/v1/listings`; `/api/v1/facets` and the files take the same questions.\n\n| parameter | | values |\n|---|---|---|\n")
	for _, p := range d.Paths["/api/v1/listings"].Get.Parameters {
		one, ok := d.Components.Parameters[strings.TrimPrefix(p.Ref, "#/components/parameters/")]
		if !ok {
			t.Fatalf("no parameter %q", p.Ref)
		}
		values := one.Schema.Enum
		if one.Schema.Items != nil {
			values = one.Schema.Items.Enum
		}
		for i, v := range values {
			values[i] = "`" + v + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", one.Name, cell(one.Description), strings.Join(values, ", "))
	}
	b.WriteString("\n## Examples\n\nThe hosters are invented; the answers are real ones, cut where they are long.\n")
	for _, example := range apiExamples {
		var answer bytes.Buffer
		if err := json.Indent(&answer, askFixture(t, site, example.address), "", "  "); err != nil {
			t.Fatalf("%s: %v", example.address, err)
		}
		lines := strings.Split(strings.TrimSpace(answer.String()), "\n")
		if len(lines) > apiLines {
			lines = append(lines[:apiLines], "  …")
		}
		fmt.Fprintf(&b, "\n%s\n\n```\n$ curl 'https://annuaire.example%s'\n%s\n```\n", example.words, example.address, strings.Join(lines, "\n"))
	}
	return b.Bytes()
}
