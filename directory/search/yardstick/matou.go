package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"

	"matou/directory"
	"matou/directory/search"
)

// matou is the index under measure.
type matou struct {
	crowd  *crowd
	index  *search.Index
	before uint64 // bytes in use before the index was there
}

func (c *crowd) newMatou(context.Context) (engine, error) {
	return &matou{c, search.New(c.vocabulary, c.areas), inUse()}, nil
}

func (*matou) name() string { return "matou" }

func (m *matou) add(_ context.Context, all []document) error {
	listings := make([]directory.Listing, len(all))
	for i, d := range all {
		listings[i] = d.listing
	}
	m.index.PutAll(listings)
	return nil
}

func (*matou) ready(context.Context) error { return nil }

func (m *matou) ask(_ context.Context, q question) (answer, error) {
	r := m.index.Search(directory.Query{Text: q.word, Filters: q.filters, Near: &q.near})
	return answer{r.Total, func(tell func(directory.Facet, string, int)) {
		for _, f := range r.Facets {
			for v := range f.Values() {
				tell(f.Facet, v.Value, v.Count)
			}
		}
	}}, nil
}

func (m *matou) size(context.Context) (int64, error) { return int64(inUse() - m.before), nil }

func inUse() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// start tells how long the index takes from a snapshot to its first answer.
func (m *matou) start() error {
	var file bytes.Buffer
	if err := m.index.Save(&file, "", 1); err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin, before := time.Now(), processorTime()
	x := search.New(m.crowd.vocabulary, m.crowd.areas)
	if _, err := x.Load(file.Bytes(), ""); err != nil {
		return err
	}
	x.Search(directory.Query{Text: questions[0].word, Filters: questions[0].filters})
	fmt.Printf("%-12s %9d from a snapshot of %d MiB to the first answer: %.2f s, of the processor's time %.2f s\n",
		"", x.Len(), file.Len()>>20, time.Since(begin).Seconds(), (processorTime() - before).Seconds())
	return nil
}

func (*matou) close() error { return nil }
