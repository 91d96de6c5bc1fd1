package main

import (
	"context"

	"matou/directory"
	"matou/directory/search"
)

// matou is the index under measure.
type matou struct{ index *search.Index }

func newMatou(v *directory.Vocabulary, areas directory.Areas) *matou {
	return &matou{search.New(v, areas)}
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
	a := answer{total: r.Total}
	for _, f := range r.Facets {
		for _, v := range f.Values {
			if v.Count > 0 && f.Facet != directory.FacetServes {
				a.values++
			}
		}
	}
	return a, nil
}

func (*matou) close() error { return nil }
