// Package judges holds what matou writes of hosters against independent readers
// of each format: jsonld.js and the types of schema.org (schema-dts, checked by
// TypeScript), check-geojson (RFC 7946), csv-parse (RFC 4180), ical.js (RFC 6350).
package judges

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/exchange"
)

// exhibit is a document that is shown to the judges.
type exhibit struct {
	Format string `json:"format"`
	Text   string `json:"text"`
}

// verdict is what an independent reader makes of it.
type verdict struct {
	Error string   `json:"error"`
	Names []string `json:"names"`
}

func judge(t *testing.T, exhibits []exhibit) []verdict {
	t.Helper()
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join("node_modules", "typescript"))
	}
	if err != nil {
		const what = "needs Node 20 and the npm packages of directory/exchange/judges: run make test, or npm ci there"
		if os.Getenv("CI") == "true" {
			t.Fatal(what)
		}
		t.Skip(what)
	}
	in, err := json.Marshal(exhibits)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "node", "judge.mjs")
	var complaints bytes.Buffer
	c.Stdin, c.Stderr = bytes.NewReader(in), &complaints
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaints.String())
	}
	var all []verdict
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(exhibits) {
		t.Fatalf("got %s, %v; want a verdict for each", out, err)
	}
	return all
}

// Others read what we write, and find every hoster in it by its name.
func TestOthersReadWhatWeWrite(t *testing.T) {
	listings := append(directorytest.Listings(30, 5), directorytest.Listing("Les Lucioles"))
	for i := range listings { // a map holds those who say where they are
		listings[i].Hoster.Seat.Point = &directory.Point{Latitude: 48.5, Longitude: -3}
	}
	awkward := directorytest.Listing("Chat, \"Droite\"; é\\n, fin")
	awkward.Hoster.Seat.Point = &directory.Point{Latitude: -21.1, Longitude: 55.5}
	awkward.Hoster.Summary = directory.Text{"fr": "Une ligne,\r\nune autre ; et \"trois\".\n"}
	listings = append(listings, awkward)
	var hosters []directory.Hoster
	var names []string
	for _, l := range listings {
		hosters, names = append(hosters, l.Hoster), append(names, l.Hoster.Name)
	}
	slices.Sort(names)
	exhibits := []exhibit{
		written(t, "jsonld")(exchange.ExportJSONLD(hosters)),
		written(t, "csv")(exchange.ExportCSV(hosters)),
		written(t, "vcard")(exchange.ExportVCard(hosters), nil),
		written(t, "geojson")(exchange.GeoJSON(listings, "fr"), nil),
	}
	for i, v := range judge(t, exhibits) {
		slices.Sort(v.Names)
		if got := slices.Compact(v.Names); v.Error != "" || !slices.Equal(got, names) {
			t.Errorf("%s: got %s%.600q, want every hoster once: %.600q", exhibits[i].Format, v.Error, got, names)
		}
	}
}

func written(t *testing.T, format string) func([]byte, error) exhibit {
	return func(raw []byte, err error) exhibit {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return exhibit{format, string(raw)}
	}
}

// What is wrong is found: a judge that lets all pass proves nothing.
func TestJudgesRefuse(t *testing.T) {
	for i, v := range judge(t, []exhibit{
		{"jsonld", `{"@context":"https://schema.org","@graph":[{"@type":"Organization","name":"A","openedOn":"2020"}]}`},
		{"jsonld", `{"@context":"https://elsewhere.example/","@graph":[]}`},
		{"geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"A"},"geometry":{"type":"Point","coordinates":["1",2]}}]}`},
		{"csv", "name,website\r\n\"A,b\r\n"},
		{"vcard", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n"},
	}) {
		if v.Error == "" || strings.Contains(v.Error, "is not a function") {
			t.Errorf("exhibit %d: got %+v, want it refused", i, v)
		}
	}
}
