package search_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
	"matou/directory/search"
)

// communes gives the communes of metropolitan France, as places for a crowd.
func communes(areas directory.Areas) []directory.Area {
	var all []directory.Area
	for department := 1; department <= 95; department++ {
		for i := 1; i < 800; i++ {
			if a, ok := areas.Area(directory.AreaCode(fmt.Sprintf("insee:%02d%03d", department, i))); ok {
				all = append(all, a)
			}
		}
	}
	return all
}

// crowd makes an index of n listings that are spread over the communes of
// France, and says how long reading them into it took, without making them.
func crowd(b *testing.B, n int) (*search.Index, time.Duration) {
	b.Helper()
	areas, err := geo.Load()
	if err != nil {
		b.Fatal(err)
	}
	v := directory.LoadVocabulary()
	x := search.New(&v, areas)
	var took time.Duration
	var batch []directory.Listing
	put := func() {
		begin := time.Now()
		x.PutAll(batch)
		took += time.Since(begin)
		batch = batch[:0]
	}
	for l := range directorytest.Crowd(n, 5, communes(areas)) {
		if batch = append(batch, l); len(batch) == 2_000 {
			put()
		}
	}
	put()
	return x, took
}

// sizes are how many listings the benchmarks hold: MATOU_SEARCH_SIZES, or few.
func sizes(b *testing.B) []int {
	b.Helper()
	var all []int
	for _, s := range strings.Fields(os.Getenv("MATOU_SEARCH_SIZES")) {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, n)
	}
	if all == nil {
		return []int{1_000, 10_000}
	}
	return all
}

// questions are what the benchmarks ask.
var questions = []struct {
	name string
	q    directory.Query
}{
	{"everything", directory.Query{}},
	{"text", directory.Query{Text: "partager des fichiers"}},
	{"words", directory.Query{Text: "nextcloud pour une asso à Rennes"}},
	{"slip", directory.Query{Text: "nexcloud"}},
	{"few", directory.Query{Text: "lufi bigbluebutton à Lannion", Filters: filters("hours", "weekend", "paid", "yes")}},
	// what the aims are set for: words, three filters, distance, all counts
	{"text+3+near", directory.Query{Text: "nuage", Near: &directory.Point{Latitude: 48.1, Longitude: -1.7}, Filters: filters("serves", "FR-BRE", "capacity", "open", "maintenance", "volunteer", "maintenance", "mixed")}},
	{"wide text+3+near", directory.Query{Text: "fichiers", Near: &directory.Point{Latitude: 48.1, Longitude: -1.7}, Filters: filters("serves", "FR", "capacity", "open", "maintenance", "volunteer")}},
}

func filters(all ...string) map[directory.Facet][]string {
	m := make(map[directory.Facet][]string)
	for i := 0; i < len(all); i += 2 {
		m[directory.Facet(all[i])] = append(m[directory.Facet(all[i])], all[i+1])
	}
	return m
}

// BenchmarkSearch measures whole answers, with every facet counted, and tells
// the times that half and 99 in a hundred of them stay under, how long the
// index took to make, and what it holds in memory.
func BenchmarkSearch(b *testing.B) {
	for _, n := range sizes(b) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		x, took := crowd(b, n)
		runtime.GC()
		runtime.ReadMemStats(&after)
		for _, c := range questions {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				var times, worked []time.Duration
				runtime.LockOSThread() // a search runs on one thread
				defer runtime.UnlockOSThread()
				c.q.Day = today
				total := x.Search(c.q).Total // the order of the keys is made once
				for b.Loop() {
					begin, before := time.Now(), processorTime(b)
					x.Search(c.q)
					times, worked = append(times, time.Since(begin)), append(worked, processorTime(b)-before)
				}
				slices.Sort(times)
				slices.Sort(worked)
				b.ReportMetric(float64(worked[len(worked)/2].Microseconds()), "p50-cpu-µs")
				b.ReportMetric(float64(worked[len(worked)*99/100].Microseconds()), "p99-cpu-µs")
				b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
				b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
				b.ReportMetric(float64(total), "hits")
				b.ReportMetric(took.Seconds(), "made-s")
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
			})
		}
		runtime.KeepAlive(x)
	}
}

// processorTime gives how long this thread has run: what a search costs, also
// on a machine that does other things meanwhile.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// BenchmarkStart measures how long an index takes until it answers its first
// question, from a snapshot in memory.
func BenchmarkStart(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			x, _ := crowd(b, n)
			var file bytes.Buffer
			if err := x.Save(&file, "", 1); err != nil {
				b.Fatal(err)
			}
			areas, err := geo.Load()
			if err != nil {
				b.Fatal(err)
			}
			v := directory.LoadVocabulary()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			begin := processorTime(b)
			for b.Loop() {
				y := search.New(&v, areas)
				if _, err := y.Load(file.Bytes(), ""); err != nil {
					b.Fatal(err)
				}
				y.Search(questions[len(questions)-1].q)
			}
			b.ReportMetric(float64((processorTime(b)-begin).Milliseconds())/float64(b.N), "cpu-ms")
			b.ReportMetric(float64(file.Len())/(1<<20), "MiB")
		})
	}
}

// BenchmarkReplace measures what the change of one profile costs in a large
// directory.
func BenchmarkReplace(b *testing.B) {
	listings := directorytest.Listings(10_000, 5)
	x := index(listings...)
	for i := 0; b.Loop(); i++ {
		x.Put(listings[i%len(listings)])
	}
}
