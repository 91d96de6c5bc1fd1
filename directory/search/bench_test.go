package search_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
)

// BenchmarkSearch measures whole answers, with every facet counted, and tells
// the times that half and 99 in a hundred of them stay under.
func BenchmarkSearch(b *testing.B) {
	near := &directory.Point{Latitude: 48.1, Longitude: -1.7}
	filters := func(all ...string) map[directory.Facet][]string {
		m := make(map[directory.Facet][]string)
		for i := 0; i < len(all); i += 2 {
			m[directory.Facet(all[i])] = append(m[directory.Facet(all[i])], all[i+1])
		}
		return m
	}
	queries := []struct {
		name string
		q    directory.Query
	}{
		{"everything", directory.Query{}},
		{"text", directory.Query{Text: "partager des fichiers"}},
		{"slip", directory.Query{Text: "nexcloud"}},
		{"text+3", directory.Query{Text: "nuage", Filters: filters("serves", "FR-BRE", "capacity", "open", "maintenance", "volunteer", "maintenance", "mixed")}},
		{"near+3", directory.Query{Near: near, Filters: filters("need", "file-storage", "hours", "office", "criterion", "rest-respected")}},
	}
	for _, n := range []int{1_000, 10_000} {
		x := index(directorytest.Listings(n, 5)...)
		for _, c := range queries {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				var times []time.Duration
				c.q.Day = today
				for b.Loop() {
					begin := time.Now()
					x.Search(c.q)
					times = append(times, time.Since(begin))
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
				b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
			})
		}
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
