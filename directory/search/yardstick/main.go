// Command yardstick asks one question of three engines in turn, over the same
// invented listings: the search index of matou, bleve, and PostgreSQL. Each
// answers with a page of hits by distance, how many there are, and what each
// value of each facet would give if that facet were free.
//
// It is a module of its own, so that matou itself depends on neither. Both
// yardsticks are set up as their manuals advise: bleve on disk (scorch) with
// fields of keywords and a French analyser, PostgreSQL with GIN indexes over
// arrays and a tsvector, in memory as far as it goes and without syncing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
)

// engine is one way of answering.
type engine interface {
	name() string
	// add takes a batch of listings with the values of their facets.
	add(ctx context.Context, all []document) error
	// ready is called once, after the last batch.
	ready(ctx context.Context) error
	// ask answers q.
	ask(ctx context.Context, q question) (answer, error)
	close() error
}

// document is a listing as every engine gets it.
type document struct {
	number  int
	listing directory.Listing
	terms   map[directory.Facet][]string
	whole   []string // areas served wholly
	text    string   // its own words
	point   *directory.Point
}

// question is a query with its text already understood: listings that answer
// the need or say the word. matou is asked the words.
type question struct {
	word, need string
	filters    map[directory.Facet][]string
	around     []string // the areas around the one asked for
	near       directory.Point
}

// answer is compared between engines.
type answer struct {
	total  int
	values int // of all facets, with a count
}

func main() {
	n := flag.Int("n", 100_000, "how many listings")
	rounds := flag.Int("rounds", 50, "how often each engine is asked")
	flag.Parse()
	if err := run(context.Background(), *n, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "yardstick:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, n, rounds int) error {
	areas, err := geo.Load()
	if err != nil {
		return err
	}
	v := directory.LoadVocabulary()
	postgres, err := newPostgres(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = postgres.close() }()
	bleve, err := newBleve()
	if err != nil {
		return err
	}
	defer func() { _ = bleve.close() }()
	engines := []engine{newMatou(&v, areas), bleve, postgres}
	made := make([]time.Duration, len(engines))
	add := func(batch []document) error {
		for i, e := range engines {
			begin := time.Now()
			if err := e.add(ctx, batch); err != nil {
				return fmt.Errorf("%s: %w", e.name(), err)
			}
			made[i] += time.Since(begin)
		}
		return nil
	}
	var batch []document
	for l := range directorytest.Crowd(n, 5, communes(areas)) {
		batch = append(batch, newDocument(len(batch), l, &v, areas))
		batch[len(batch)-1].number += total
		if len(batch) == 1_000 {
			if err := add(batch); err != nil {
				return err
			}
			total += len(batch)
			batch = batch[:0]
		}
	}
	if err := add(batch); err != nil {
		return err
	}
	for i, e := range engines {
		begin := time.Now()
		if err := e.ready(ctx); err != nil {
			return fmt.Errorf("%s: %w", e.name(), err)
		}
		made[i] += time.Since(begin)
	}
	return compare(ctx, n, rounds, engines, made)
}

var total int // documents added so far

func newDocument(i int, l directory.Listing, v *directory.Vocabulary, areas directory.Areas) document {
	h := l.Hoster
	d := document{number: i, listing: l, terms: directory.Terms(l, v, areas)}
	for _, a := range h.Serves {
		d.whole = append(d.whole, string(a))
	}
	words := []string{h.Name, h.Seat.Name}
	for _, t := range []directory.Text{h.Summary, h.Description} {
		for _, s := range t {
			words = append(words, s)
		}
	}
	for _, s := range h.Services {
		words = append(words, s.Name, s.Software.Name)
	}
	d.text = strings.Join(words, " ")
	if d.point = h.Seat.Point; d.point == nil {
		if a, ok := areas.Area(h.Seat.Area); ok {
			d.point = a.Point
		}
	}
	return d
}

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

var asked = question{
	word: "nuage", need: "file-storage", around: []string{"FR"},
	filters: map[directory.Facet][]string{
		directory.FacetServes: {"FR-BRE"}, directory.FacetCapacity: {"open"}, directory.FacetMaintenance: {"mixed", "volunteer"},
	},
	near: directory.Point{Latitude: 48.1, Longitude: -1.7},
}

// compare asks the engines in turn, so that what else the machine does weighs
// on all of them alike.
func compare(ctx context.Context, n, rounds int, engines []engine, made []time.Duration) error {
	times := make([][]time.Duration, len(engines))
	answers := make([]answer, len(engines))
	for round := range rounds + 3 { // the first three warm up
		for i, e := range engines {
			begin := time.Now()
			a, err := e.ask(ctx, asked)
			if err != nil {
				return fmt.Errorf("%s: %w", e.name(), err)
			}
			if answers[i] = a; round >= 3 {
				times[i] = append(times[i], time.Since(begin))
			}
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%d listings, %d rounds, %d processors, load %s\n", n, rounds, runtime.NumCPU(), strings.TrimSpace(string(load)))
	fmt.Printf("%-12s %10s %10s %8s %8s %8s %10s\n", "", "p50 ms", "p99 ms", "times", "hits", "values", "made in s")
	for i, e := range engines {
		slices.Sort(times[i])
		at := func(percent int) float64 { return float64(times[i][len(times[i])*percent/100].Microseconds()) / 1000 }
		half := times[0][len(times[0])/2]
		fmt.Printf("%-12s %10.2f %10.2f %8.1f %8d %8d %10.1f\n", e.name(), at(50), at(99),
			float64(times[i][len(times[i])/2])/float64(half), answers[i].total, answers[i].values, made[i].Seconds())
	}
	for i := range answers {
		if answers[i] != answers[0] {
			return fmt.Errorf("%s answers otherwise than %s", engines[i].name(), engines[0].name())
		}
	}
	return nil
}
