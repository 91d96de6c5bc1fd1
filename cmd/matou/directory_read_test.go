package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// hostileTree serves a federation's file that does all that a stranger's file
// can do, and good.properties, which is right.
func hostileTree(t *testing.T) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	mux := http.NewServeMux()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	file := func(name, text string) {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	}
	var root strings.Builder
	root.WriteString("file.class = federation\nfederation.name = Hostile\n")
	subs := map[string]string{
		"self": s.URL + "/federation.properties", "good": s.URL + "/good.properties", "loop": s.URL + "/loop.properties",
		"huge": s.URL + "/huge.properties", "latin": s.URL + "/latin.properties", "wide": s.URL + "/wide.properties",
		"private": "http://10.0.0.1/a.properties", "meta": "http://169.254.169.254/latest", "local": "file:///etc/passwd",
		"away": s.URL + "/private/x.properties",
	}
	for key, sub := range subs {
		fmt.Fprintf(&root, "subs.%s = %s\n", key, sub)
	}
	for i := range 4500 { // with comments the file stays within what one may have
		fmt.Fprintf(&root, "subs.n%d = %s/n/%d\n", i, s.URL, i)
	}
	file("federation.properties", root.String())
	file("good.properties", "file.class = organization\norganization.name = Les Lucioles\norganization.website = "+s.URL+"/\n")
	file("loop.properties", "file.class = organization\norganization.name = Loop\nsubs.up = "+s.URL+"/federation.properties\nsubs.me = "+s.URL+"/loop.properties\n")
	file("latin.properties", "file.class = organization\norganization.name = \xe9t\xe9\n")
	file("wide.properties", "\xff\xfef\x00i\x00l\x00e\x00")
	mux.HandleFunc("/huge.properties", func(w http.ResponseWriter, _ *http.Request) {
		for range 10 << 10 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	})
	file("robots.txt", "User-agent: *\nDisallow: /private/\n")
	return s.URL + "/federation.properties", asked
}

const directoryConfig = `origin = "http://127.0.0.1:8420"
development = true
roles = ["aggregator"]
[aggregator]
handle = "annuaire"
name = "Annuaire"
`

// A tree that goes in circles, names thousands, is too long, is not text and
// leads to private addresses ends within its bounds, with a report, and changes
// nothing that was there.
func TestHostileTreeChangesNothing(t *testing.T) {
	c, err := loadConfig(writeFile(t, "matou.toml", directoryConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := openNode(t.Context(), c, newLog(c, &terminal{errOut: io.Discard}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	address, asked := hostileTree(t)
	reading, result, err := newSiteReader(c).read(t.Context(), directory.SiteFile{Address: address})
	if err != nil {
		t.Fatalf("read: %v, want what can be read of it", err)
	}
	if !reading.Partial {
		t.Error("got the whole tree, want it told that there is more than is read")
	}
	if got, most := asked.Load(), int64(siteLimits.Files+1); got > most {
		t.Errorf("got %d requests, want at most %d", got, most)
	}
	if len(result.Failures) == 0 || len(result.Warnings) == 0 {
		t.Errorf("got %d failures and %d warnings, want a report of both", len(result.Failures), len(result.Warnings))
	}
	names := map[string]bool{}
	for _, e := range reading.Entries {
		names[e.Hoster.Name] = true
	}
	if !names["Les Lucioles"] || len(names) > 2 {
		t.Errorf("got %v, want the one that is right, and at most the one that goes in a circle", names)
	}
	for _, f := range result.Failures {
		if strings.HasPrefix(f.URL, "file:") {
			t.Errorf("got %s asked for, want no file of this machine", f.URL)
		}
	}

	before := directory.Listing{
		Hoster: directory.Hoster{Handle: "stays", Name: "Stays"},
		Handle: "stays.example", Origin: "http://gone.example/stays.properties", FetchedAt: time.Now(),
		File: &directory.FromFile{Site: "stays.example", Source: address},
	}
	before.Hoster.ID = directory.SiteID(c.origin.String(), "stays.example")
	if _, err := n.store.Apply(t.Context(), ap.Change{Listings: []directory.Listing{before}}); err != nil {
		t.Fatal(err)
	}
	plan, err := n.federation.ApplySites(t.Context(), reading, ap.Decision{Verb: "list from a file"})
	if err != nil {
		t.Fatal(err)
	}
	listed, err := n.store.Listed(t.Context(), before.Hoster.ID)
	if err != nil || !listed || len(plan.Gone) != 0 {
		t.Errorf("got listed %t (%v), gone %v; want what was there to stay", listed, err, plan.Gone)
	}
}

// A file that names ten thousand hosters is longer than any may be: it is
// refused whole, in words, and none of them is asked for anything.
func TestFileOfTenThousandIsRefused(t *testing.T) {
	c, err := loadConfig(writeFile(t, "matou.toml", directoryConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		asked.Add(1)
		_, _ = io.WriteString(w, "file.class = federation\nfederation.name = Hostile\n")
		for i := range 10_000 {
			_, _ = fmt.Fprintf(w, "subs.n%d = http://%s/n/%d\n", i, r.Host, i)
		}
	}))
	defer s.Close()
	reading, _, err := newSiteReader(c).read(t.Context(), directory.SiteFile{Address: s.URL + "/federation.properties"})
	if err == nil || !strings.Contains(err.Error(), "longer than 256 KiB") {
		t.Errorf("got %d entries and %v, want it refused for its length", len(reading.Entries), err)
	}
	if asked.Load() != 1 {
		t.Errorf("got %d requests, want one for the file and none for what it names", asked.Load())
	}
}
