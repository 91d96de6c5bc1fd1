package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
)

// crowd makes the listings, always the same ones.
type crowd struct {
	vocabulary *directory.Vocabulary
	areas      directory.Areas
	places     []directory.Area
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

// questions are words, three filters and a distance, all facets to be counted.
var questions = []question{
	ask("FR-BRE", directory.FacetCapacity, "open", directory.FacetMaintenance, "mixed volunteer"),
	ask("FR", directory.FacetCapacity, "open", directory.FacetMaintenance, "volunteer"),
	ask("FR-35", directory.FacetForm, "association informal", directory.FacetPaid, "yes"),
	ask("FR-ARA", directory.FacetLanguage, "fr", directory.FacetAudience, "individual"),
	ask("FR-OCC", directory.FacetOpenTo, "anyone members", directory.FacetHours, "evening weekend"),
}

func ask(area string, f directory.Facet, values string, g directory.Facet, others string) question {
	q := question{word: "nuage", need: "file-storage", near: directory.Point{Latitude: 48.1, Longitude: -1.7}}
	q.filters = map[directory.Facet][]string{directory.FacetServes: {area}, f: strings.Fields(values), g: strings.Fields(others)}
	if area != "FR" {
		q.around = []string{"FR"}
	}
	if area == "FR-35" {
		q.around = append(q.around, "FR-BRE")
	}
	return q
}

// answer is what an engine answers, as it gives it: how many hits, and all
// values with their counts.
type answer struct {
	total  int
	counts func(tell func(f directory.Facet, value string, n int))
}

// sum is what is compared between engines. Areas served are left out of the
// counts: only matou counts a hoster under each part of what it serves.
type sum struct {
	total  int
	counts uint64 // the sum of a hash of each value of each facet and its count
}

func (a answer) sum() sum {
	s := sum{total: a.total}
	var line []byte
	h := fnv.New64a()
	a.counts(func(f directory.Facet, value string, n int) {
		if n == 0 || f == directory.FacetServes {
			return
		}
		line = append(append(append(append(line[:0], f...), ' '), value...), ' ')
		h.Reset()
		_, _ = h.Write(strconv.AppendInt(line, int64(n), 10))
		s.counts += h.Sum64()
	})
	return s
}

// fill puts n listings into an engine, and gives how long the engine took.
func (c *crowd) fill(ctx context.Context, e engine, n int) (time.Duration, error) {
	var took time.Duration
	timed := func(do func() error) error {
		begin := time.Now()
		err := do()
		took += time.Since(begin)
		return err
	}
	var batch []document
	number := 0
	for l := range directorytest.Crowd(n, 5, c.places) {
		batch = append(batch, c.document(number, l))
		if number++; len(batch) < 1_000 && number < n {
			continue
		}
		if err := errors.Join(ctx.Err(), timed(func() error { return e.add(ctx, batch) })); err != nil {
			return 0, err
		}
		batch = batch[:0]
	}
	err := timed(func() error { return e.ready(ctx) })
	return took, err
}

func (c *crowd) document(number int, l directory.Listing) document {
	h := l.Hoster
	d := document{number: number, listing: l, terms: directory.Terms(l, c.vocabulary, c.areas)}
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
		if a, ok := c.areas.Area(h.Seat.Area); ok {
			d.point = a.Point
		}
	}
	return d
}

// communes gives those of metropolitan France, as places for the crowd.
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
