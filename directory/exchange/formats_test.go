package exchange_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/exchange"
)

// samples are invented files with the oddities of the field, and where they
// are said to come from.
var samples = []struct {
	file, source string
	format       exchange.Format
}{
	{"librehost.json", "https://milbolz.example/librehost.json", exchange.FormatLibrehost},
	{"directory.json", "https://liste.example/directory.json", exchange.FormatLibrehosters},
	{"table.csv", "table.csv", exchange.FormatCSV},
	{"page.html", "https://galets.example/", exchange.FormatJSONLD},
	{"nodeinfo.json", "https://agenda.example/nodeinfo/2.1", exchange.FormatNodeInfo},
	{"nodeinfo-index.json", "https://agenda.example/.well-known/nodeinfo", exchange.FormatNodeInfo},
	{"peertube.json", "https://tube.example/api/v1/config/about", exchange.FormatPeerTube},
	{"xmpp.json", "https://chat.example/.well-known/xmpp-provider-v2.json", exchange.FormatXMPP},
	{"carbon.txt", "https://galets.example/carbon.txt", exchange.FormatCarbon},
	{"map.geojson", "https://carte.example/map.geojson", exchange.FormatGeoJSON},
	{"organization-clean.properties", "organization-clean.properties", exchange.FormatChatonsInfos},
}

// What each sample gives, and what is told of it; and that its format is seen.
func TestReadSamples(t *testing.T) {
	for _, s := range samples {
		t.Run(s.file, func(t *testing.T) {
			r, err := exchange.Read("", s.source, sample(t, s.file))
			if err != nil {
				t.Fatal(err)
			}
			if r.Format != s.format {
				t.Errorf("detected %q, want %q", r.Format, s.format)
			}
			warnings := sentences(r.Warnings)
			for _, f := range r.Hosters {
				if err := f.Hoster.Validate(); err != nil {
					t.Errorf("read what is not valid: %v", err)
				}
				warnings = append(warnings, sentences(f.Warnings)...)
			}
			for i := range r.Hosters {
				r.Hosters[i].Warnings = nil
			}
			golden(t, "read-"+strings.TrimSuffix(s.file, filepath.Ext(s.file))+".json", asJSON(t, map[string]any{
				"hosters": r.Hosters, "hints": r.Hints, "links": r.Links, "warnings": warnings,
			}))
		})
	}
}

// How each format looks that is written.
func TestExportSamples(t *testing.T) {
	l := listing("Chat Droite", &directory.Point{Latitude: 48.7322, Longitude: -3.459})
	l.Hoster.Name = "=Chat Droite" // a spreadsheet must not run it
	h := []directory.Hoster{l.Hoster}
	for name, write := range map[string]func() ([]byte, error){
		"export.json":           func() ([]byte, error) { return exchange.ExportJSON([]directory.Listing{l}) },
		"export.csv":            func() ([]byte, error) { return exchange.ExportCSV(h) },
		"export.jsonld":         func() ([]byte, error) { return exchange.ExportJSONLD(h) },
		"export.vcf":            func() ([]byte, error) { return exchange.ExportVCard(h), nil },
		"export-librehost.json": func() ([]byte, error) { return exchange.ExportLibrehost(l.Hoster, sample(t, "librehost.json")) },
		"export-directory.json": func() ([]byte, error) { return exchange.ExportLibrehosters([]directory.Listing{l}) },
	} {
		got, err := write()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, name, got)
	}
}

// The public JSON of a directory is read too, as far as it says things.
func TestReadEntries(t *testing.T) {
	raw := asJSON(t, map[string]any{"total": 2, "next": "https://annuaire.example/api/v1/listings?offset=1", "listings": []any{exchange.EntryOf(directorytest.Listing("Les Lucioles")), map[string]any{"name": 3}}})
	r, err := exchange.Read("", "https://annuaire.example/api/v1/listings", raw)
	if err != nil || len(r.Hosters) != 2 || r.Format != exchange.FormatJSON {
		t.Fatalf("got %+v, %v", r, err)
	}
	f := r.Hosters[0]
	if f.Hoster.Name != "Les Lucioles" || len(f.Hoster.Services) != 2 || f.Source != "https://les-lucioles.example/ap/actors/les_lucioles" || len(f.Warnings) > 0 {
		t.Errorf("got %+v", f)
	}
	if got := sentences(r.Warnings); len(got) != 1 || !strings.Contains(got[0], "one page of several") {
		t.Errorf("got %q", got)
	}
	if got := sentences(r.Hosters[1].Warnings); len(got) == 0 || !strings.Contains(got[0], "a JSON number cannot stand here") {
		t.Errorf("got %q", got)
	}
}

func TestUnconfirmed(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for said, want := range map[string]bool{"": false, "2026-02-01": false, "2025-02-02": false, "2025-01-31": true, "2011-01-01": true} {
		var f exchange.Found
		if said != "" {
			f.SaidAt, _ = time.Parse(time.DateOnly, said)
		}
		if got := f.Unconfirmed(now); got != want {
			t.Errorf("said %q: got %t, want %t", said, got, want)
		}
	}
}

// A tree of other formats: a directory.json leads to librehost.json files, an
// index of NodeInfo to a document on its own host.
func TestTreeOfOtherFormats(t *testing.T) {
	const root = "https://liste.example/directory.json"
	got, asked := walk(t, root, exchange.DefaultLimits, map[string]string{
		root:                                     string(sample(t, "directory.json")),
		"https://milbolz.example/librehost.json": string(sample(t, "librehost.json")),
	})
	if len(asked) != 2 || len(got.Hosters) != 1 || got.Hosters[0].Hoster.Name != "Mil Bolz" || got.Hosters[0].Source != asked[1] || got.Organizations != nil {
		t.Errorf("asked %q, got %+v", asked, got)
	}
	const index = "https://agenda.example/.well-known/nodeinfo"
	got, asked = walk(t, index, exchange.DefaultLimits, map[string]string{
		index:                                 string(sample(t, "nodeinfo-index.json")),
		"https://agenda.example/nodeinfo/2.0": string(sample(t, "nodeinfo.json")),
	})
	if len(asked) != 2 || len(got.Hints) == 0 || got.Hints[0].Value != "mobilizon" {
		t.Errorf("asked %q, got %+v", asked, got)
	}
}

// A walk gives what a directory needs of each hoster: its words, where and
// when they were read, how old they are, and what was wrong with them.
func TestTreeFound(t *testing.T) {
	const root, a, b = "https://f.example/f.properties", "https://a.example/a.properties", "https://b.example/b.properties"
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	tree := exchange.NewTree(root, exchange.DefaultLimits)
	files := map[string]string{
		root: properties("federation", []string{a, b}),
		a:    "file.class=organization\nfile.datetime=2024-01-01T00:00:00\norganization.name=A\norganization.type=CLUB\n",
		b:    "file.class=organization\norganization.name=B\n",
	}
	for address, ok := tree.Next(); ok; address, ok = tree.Next() {
		tree.AddAt(address, []byte(files[address]), at)
	}
	r := tree.Result()
	if r.Collective == nil || r.Collective.Name != "X" || len(r.Hosters) != 2 {
		t.Fatalf("got %+v", r)
	}
	f := r.Hosters[0]
	if f.Source != a || !f.ReadAt.Equal(at) || f.Format != exchange.FormatChatonsInfos || !f.Unconfirmed(at) || len(f.Warnings) != 1 || r.Hosters[1].Unconfirmed(at) {
		t.Errorf("got %+v", r.Hosters)
	}
}

// Foreign documents that mean to take time, room or more than they may.
func TestReadIsBounded(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	tests := []struct {
		name   string
		format exchange.Format
		raw    string
		want   string // in the error
	}{
		{"ten megabytes", exchange.FormatCSV, strings.Repeat("name,website\n", 800_000), "is longer than 8 MiB"},
		{"deep JSON", exchange.FormatLibrehost, `{"name":` + deep, "levels deep"},
		{"deep JSON in a page", exchange.FormatJSONLD, `<script type="application/ld+json">` + deep + `</script>`, "levels deep"},
		{"many values", exchange.FormatJSONLD, "[" + strings.Repeat("1,", 600_000) + "1]", "values"},
		{"many features", exchange.FormatGeoJSON, `{"type":"FeatureCollection","features":[` + strings.Repeat("{},", 10_000) + "{}]}", "features"},
		{"many listings", exchange.FormatJSON, `{"listings":[` + strings.Repeat("{},", 10_000) + "{}]}", "listings"},
		{"many rows", exchange.FormatCSV, "name,website\n" + strings.Repeat("a,\n", 50_001), "rows"},
		{"many hosters", exchange.FormatCSV, "name,website\n" + many(10_001), "10000 hosters"},
		{"UTF-16", exchange.FormatCSV, "\xff\xfen\x00a\x00", "UTF-16"},
		{"Latin-1 JSON", exchange.FormatLibrehost, "{\"name\": \"\xe9t\xe9\"}", "is not UTF-8"},
		{"cut off", exchange.FormatLibrehost, "{\n\"name\": \"a\",\n", "line 3: is JSON that ends too early"},
		{"more after the end", exchange.FormatLibrehost, "{}{}", "goes on after the end"},
		{"no JSON", exchange.FormatLibrehost, "{\n\n  name: a}", "line 3: is no JSON"},
		{"many columns", exchange.FormatCSV, "name" + strings.Repeat(",x", 300), "may name 300"},
		{"no column", exchange.FormatCSV, "a,b\n1,2\n", "no column “name”"},
		{"written only", exchange.FormatVCard, "BEGIN:VCARD", "written only"},
		{"unknown", "", "hello", "--format"},
		{"empty", "", "\ufeff \n", "is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			began := time.Now()
			_, err := exchange.Read(test.format, "f", []byte(test.raw))
			if !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "h%d,https://h%d.example/\n", i, i)
	}
	return b.String()
}

// A federation of ten thousand hosters, files full of nonsense and services in
// a circle end with a report.
func TestTreeOfAStranger(t *testing.T) {
	const root = "https://f.example/f.properties"
	var b strings.Builder
	b.WriteString("file.class=federation\n")
	for i := range 4_999 {
		fmt.Fprintf(&b, "subs.s%d=https://h%d.example/o\n", i, i)
	}
	tree := exchange.NewTree(root, exchange.DefaultLimits)
	nonsense := []byte("file.class=organization\norganization.name=O\nsubs.a=" + root + "\n" + strings.Repeat("nonsense\n", 1_000))
	asked := 0
	for address, ok := tree.Next(); ok; address, ok = tree.Next() {
		if asked++; address == root {
			tree.Add(address, []byte(b.String()))
			continue
		}
		tree.Add(address, nonsense)
	}
	r := tree.Result()
	if asked != 500 || len(r.Hosters) != 499 {
		t.Errorf("asked for %d files, got %d hosters", asked, len(r.Hosters))
	}
	if len(r.Warnings) > 110*500 {
		t.Errorf("got %d warnings: nobody reads them", len(r.Warnings))
	}
	if got := strings.Join(sentences(r.Warnings[len(r.Warnings)-500:]), "\n"); !strings.Contains(got, "there are 901 more things to look at") {
		t.Errorf("the report does not say how much it leaves out: %.300s", got)
	}
}

// fuzzRead holds a reader to what every one must keep: no bytes break it, and
// what it gives is valid, bounded and its own.
func fuzzRead(f *testing.F, format exchange.Format) {
	f.Helper()
	for _, s := range samples {
		if s.format != format {
			continue
		}
		raw, err := readSample(s.file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	if format == exchange.FormatJSON {
		raw, err := exchange.ExportJSON([]directory.Listing{directorytest.Listing("Les Lucioles")})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = exchange.Detect("f", raw)
		r, err := exchange.Read(format, "https://f.example/f", raw)
		if err != nil {
			if !errors.Is(err, directory.ErrInvalid) {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		for _, found := range r.Hosters {
			h := found.Hoster
			if strings.TrimSpace(h.Name) == "" {
				h.Name = "Chat"
			}
			if h.Validate() != nil {
				t.Fatalf("read what is not valid from %q: %v", raw, h.Validate())
			}
			if merged, _ := exchange.Fit(exchange.Merge(directorytest.Hoster("Les Lucioles"), h), ""); merged.Validate() != nil {
				t.Fatalf("merged to what is not valid: %v", merged.Validate())
			}
		}
		for _, h := range r.Hints {
			if h.Source == "" || h.Value == "" || len([]rune(h.Value)) > directory.MaxText || strings.ContainsAny(h.Value, "\u202e\x00") {
				t.Fatalf("got the hint %+v", h)
			}
		}
	})
}

func FuzzReadLibrehost(f *testing.F)    { fuzzRead(f, exchange.FormatLibrehost) }
func FuzzReadLibrehosters(f *testing.F) { fuzzRead(f, exchange.FormatLibrehosters) }
func FuzzReadJSON(f *testing.F)         { fuzzRead(f, exchange.FormatJSON) }
func FuzzReadCSV(f *testing.F)          { fuzzRead(f, exchange.FormatCSV) }
func FuzzReadJSONLD(f *testing.F)       { fuzzRead(f, exchange.FormatJSONLD) }
func FuzzReadNodeInfo(f *testing.F)     { fuzzRead(f, exchange.FormatNodeInfo) }
func FuzzReadPeerTube(f *testing.F)     { fuzzRead(f, exchange.FormatPeerTube) }
func FuzzReadXMPP(f *testing.F)         { fuzzRead(f, exchange.FormatXMPP) }
func FuzzReadCarbon(f *testing.F)       { fuzzRead(f, exchange.FormatCarbon) }
func FuzzReadGeoJSON(f *testing.F)      { fuzzRead(f, exchange.FormatGeoJSON) }
