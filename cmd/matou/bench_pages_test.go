package main

import (
	"bufio"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
	"matou/federation/ap"
	"matou/storage/badger"
)

// The sizes of the measurement of pages.
const (
	pageListings = 10_000
	pageNotices  = 1000 // one hoster in ten has one that is not over
	pageVisitors = 4    // at once, each asking for one page after another: more than the cores can serve
	pageRequests = 2000 // of each kind
	pageRate     = 500  // pages a second for each core: what two cores are to give at least, shared between them
)

// BenchmarkPages measures the pages of a directory of ten thousand hosters
// alone: make bench shows them beside the rest.
func BenchmarkPages(b *testing.B) {
	if b.N > 1 {
		b.Skip("one round is one whole measurement: run it with -benchtime 1x")
	}
	r := &report{b: b}
	fmt.Println()
	reportPages(b, r)
}

// reportPages adds the rows of pages to a report: on one core, what each kind
// costs, how long one visitor waits, and how long each of several who ask for
// more than it can give; on two, which the visitors have to share with the node,
// the same and how many come.
func reportPages(b *testing.B, r *report) {
	node := newProcess(b, roleAggregator)
	listed := crowdNode(b, filepath.Join(node.dir, "data"))
	kinds := pageKinds(listed)
	for cores := 1; cores <= 2; cores++ {
		node.environ = []string{"GOMAXPROCS=" + strconv.Itoa(cores)}
		node.start()
		awaitCrowd(b, node)
		for _, k := range kinds {
			k.visit(b, node, 1, len(k.paths)) // once, so that what is made when it is first needed is there
			alone, m := k.visit(b, node, 1, pageRequests), k.visit(b, node, pageVisitors, pageRequests)
			asked := k.paced(b, node, pageRate*cores, pageRequests)
			what := fmt.Sprintf("%s, %d listings, %d core", k.name, pageListings, cores)
			r.row(what+", of the node's processor a page", m.work, "ms", 0, 0)
			r.row(what+", p99, one visitor", alone.p99, "ms", 0, 15)
			r.row(fmt.Sprintf("%s, p99, %d pages a second asked", what, pageRate*cores), asked, "ms", 0, 15)
			r.row(what+", p99, 4 at once", m.p99, "ms", 0, 15)
			wanted := 0.0
			if cores == 2 && k.name == "directory" {
				wanted = 1000
			}
			r.row(what+", pages", m.rate, "/s", 0, wanted)
		}
		r.row(fmt.Sprintf("directory node: resident memory, %d core", cores), resident(b, node, "VmRSS"), "MiB", 0, 0)
		node.kill()
	}
}

// crowdNode puts a crowd into the data of a node that does not run.
func crowdNode(b *testing.B, dir string) []directory.Listing {
	b.Helper()
	areas, err := geo.Load()
	if err != nil {
		b.Fatal(err)
	}
	store, err := badger.Open(badger.Options{Dir: filepath.Join(dir, "badger"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	listed := slices.Collect(directorytest.Crowd(pageListings, 5, benchCommunes(areas)))
	for batch := range slices.Chunk(listed, 500) {
		c := ap.Change{Listings: batch}
		for i, l := range batch {
			if i%(pageListings/pageNotices) == 0 {
				n := directorytest.Notice(l.Hoster)
				c.Notices = append(c.Notices, n)
			}
		}
		if _, err := store.Apply(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	return listed
}

// benchCommunes gives places all over metropolitan France.
func benchCommunes(areas directory.Areas) []directory.Area {
	var all []directory.Area
	for department := 1; department <= 95; department++ {
		for i := 1; i < 800; i += 7 {
			if a, ok := areas.Area(directory.AreaCode(fmt.Sprintf("insee:%02d%03d", department, i))); ok {
				all = append(all, a)
			}
		}
	}
	return all
}

func awaitCrowd(b *testing.B, node *process) {
	within(b, time.Minute, "the whole crowd listed", func() bool {
		var listing struct{ Total int }
		show(b, node.url+"/api/v1/listings?limit=1", &listing)
		return listing.Total > pageListings*9/10
	})
}

// pageKind is one kind of page, by many addresses that ask for other things.
type pageKind struct {
	name  string
	paths []string
}

// pageKinds are those that visitors ask for most: no answer that was kept from
// one address serves the others.
func pageKinds(listed []directory.Listing) []pageKind {
	var hosters []string
	for i, l := range listed[:len(listed)/10] {
		hosters = append(hosters, []string{"/h/", "/en/h/"}[i%2]+strings.TrimPrefix(l.Handle, "@"))
	}
	return []pageKind{
		{"home", []string{"/?lang=fr", "/en/"}},
		{"directory", directoryPaths()},
		{"hoster", hosters},
	}
}

// directoryPaths are the searches of four hundred visitors: needs, presets,
// words, places, further pages, in both languages.
func directoryPaths() []string {
	needs := []string{"mail", "write-together", "video-meeting", "website", "poll-date", "calendar", "social-network"}
	texts := []string{"", "", "fichiers", "courrier", "visio", "", "nextcloud"}
	places := []string{"", "", "Rennes", "35000", "", "Lyon", "insee:44109"}
	facets := []url.Values{
		{}, {"audience": {"individual"}}, {"paid": {"yes"}}, {"maintenance": {"mixed", "volunteer"}, "capacity": {"open"}},
		{"audience": {"small-organisation"}, "form": {"association", "cooperative"}}, {"seat": {"insee:53"}},
	}
	var all []string
	for i := range 400 {
		v := url.Values{}
		for f, values := range facets[i%len(facets)] {
			v[f] = values
		}
		if i%5 != 0 {
			v.Set("need", needs[i/2%len(needs)])
		}
		if text := texts[i/3%len(texts)]; text != "" {
			v.Set("q", text)
		}
		if place := places[i/4%len(places)]; place != "" {
			v.Set("place", place)
		}
		if i%11 == 0 {
			v = url.Values{"offset": {strconv.Itoa(20 * (1 + i%9))}}
		}
		path := []string{"/hebergeurs", "/en/hosters"}[i%2]
		if len(v) > 0 {
			path += "?" + v.Encode()
		}
		all = append(all, path)
	}
	return all
}

// pageMeasure is what visits came to.
type pageMeasure struct {
	rate float64 // pages a second
	p99  float64 // milliseconds from asking to the last byte
	work float64 // milliseconds of the node's processor for each page
}

// visit has so many visitors ask for n pages of the kind together.
func (k pageKind) visit(b *testing.B, node *process, visitors, n int) pageMeasure {
	b.Helper()
	before, begin := processorTime(b, node.cmd.Process.Pid), time.Now()
	p99 := k.ask(b, node, visitors, n, func(int) time.Time { return time.Now() })
	return pageMeasure{
		rate: float64(n) / time.Since(begin).Seconds(),
		p99:  p99,
		work: 1000 * (processorTime(b, node.cmd.Process.Pid) - before) / float64(n),
	}
}

// pagedVisitors are as many as may wait at once where pages are asked for at
// their own times.
const pagedVisitors = 64

// paced asks for n pages of the kind at so many a second, at times as strangers
// choose them (exponentially distributed), whether those before have come or
// not. It gives the milliseconds that 99 in a hundred wait less than, from when
// they wanted their page.
func (k pageKind) paced(b *testing.B, node *process, perSecond, n int) float64 {
	b.Helper()
	times, chance := make([]time.Time, n), rand.New(rand.NewPCG(1, 2))
	at := time.Now().Add(100 * time.Millisecond)
	for i := range times {
		at = at.Add(time.Duration(chance.ExpFloat64() * float64(time.Second) / float64(perSecond)))
		times[i] = at
	}
	return k.ask(b, node, pagedVisitors, n, func(i int) time.Time {
		time.Sleep(time.Until(times[i]))
		return times[i]
	})
}

// ask has visitors ask for n pages of the kind together, each at the time that
// due waits for and gives, and gives the milliseconds that 99 in a hundred took.
func (k pageKind) ask(b *testing.B, node *process, visitors, n int, due func(i int) time.Time) float64 {
	b.Helper()
	var mu sync.Mutex
	var spans []time.Duration
	var next atomic.Int64
	var asking sync.WaitGroup
	for range visitors {
		asking.Go(func() {
			conn, err := net.Dial("tcp", node.host)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
				path := k.paths[i%len(k.paths)]
				begin := due(i)
				status, err := roundTrip(conn, in, shot("GET "+path+" HTTP/1.1\r\nHost: "+node.host+"\r\nAccept: text/html\r\nAccept-Language: fr\r\n\r\n"))
				if err != nil || status != http.StatusOK {
					b.Errorf("%s: answered %d, %v", path, status, err)
					return
				}
				took := time.Since(begin)
				mu.Lock()
				spans = append(spans, took)
				mu.Unlock()
			}
		})
	}
	asking.Wait()
	if len(spans) < n {
		b.Fatalf("%s: %d of %d pages came", k.name, len(spans), n)
	}
	slices.Sort(spans)
	return float64(spans[n*99/100].Microseconds()) / 1000
}

// BenchmarkPage answers the same pages inside this process, where they can be
// profiled: go test ./cmd/matou -run '^$' -bench 'Page/directory' -cpuprofile cpu.out
func BenchmarkPage(b *testing.B) {
	p := newProcess(b, roleAggregator)
	listed := crowdNode(b, filepath.Join(p.dir, "data"))
	cfg, err := loadConfig(filepath.Join(p.dir, "matou.toml"), nil)
	if err != nil {
		b.Fatal(err)
	}
	n, err := openNode(b.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	h, err := newHouse(n)
	if err != nil {
		b.Fatal(err)
	}
	if err := h.feeder.catchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	routes := h.routes()
	for _, k := range pageKinds(listed) {
		b.Run(k.name, func(b *testing.B) {
			b.ReportAllocs()
			before := processorTime(b, os.Getpid())
			for i := range b.N {
				path := k.paths[i%len(k.paths)]
				w := &unread{head: http.Header{}, status: http.StatusOK}
				routes.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				if w.status != http.StatusOK {
					b.Fatalf("%s: answered %d", path, w.status)
				}
			}
			b.ReportMetric(1000*(processorTime(b, os.Getpid())-before)/float64(b.N), "ms-processor/op")
		})
	}
}

// unread is an answer that nobody reads, so that only what the node leaves
// behind counts as garbage.
type unread struct {
	head   http.Header
	status int
}

func (u *unread) Header() http.Header         { return u.head }
func (u *unread) WriteHeader(status int)      { u.status = status }
func (u *unread) Write(b []byte) (int, error) { return len(b), nil }
