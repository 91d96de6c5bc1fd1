package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"matou/directory"
)

type bleveEngine struct {
	index  bleve.Index
	folder string
}

func newBleve(context.Context) (engine, error) {
	folder, err := os.MkdirTemp("", "yardstick-bleve")
	if err != nil {
		return nil, err
	}
	words := bleve.NewTextFieldMapping()
	words.Analyzer, words.Store = fr.AnalyzerName, false
	value := bleve.NewTextFieldMapping()
	value.Analyzer, value.Store = keyword.Name, false
	place := bleve.NewGeoPointFieldMapping()
	place.Store = false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("words", words)
	doc.AddFieldMappingsAt("whole", value)
	doc.AddFieldMappingsAt("place", place)
	for _, f := range directory.AllFacets() {
		doc.AddFieldMappingsAt("f_"+string(f), value)
	}
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	index, err := bleve.New(filepath.Join(folder, "index"), m)
	return &bleveEngine{index, folder}, err
}

func (*bleveEngine) name() string { return "bleve" }

func (b *bleveEngine) add(_ context.Context, all []document) error {
	batch := b.index.NewBatch()
	for _, d := range all {
		doc := map[string]any{"words": d.text, "whole": d.whole}
		if d.point != nil {
			doc["place"] = map[string]any{"lat": d.point.Latitude, "lon": d.point.Longitude}
		}
		for f, values := range d.terms {
			doc["f_"+string(f)] = values
		}
		if err := batch.Index(strconv.Itoa(d.number), doc); err != nil {
			return err
		}
	}
	return b.index.Batch(batch)
}

func (*bleveEngine) ready(context.Context) error { return nil }

// where gives the query with one facet free.
func (q question) where(free directory.Facet) query.Query {
	term := func(field, value string) query.Query {
		t := bleve.NewTermQuery(value)
		t.SetField(field)
		return t
	}
	match := bleve.NewMatchQuery(q.word)
	match.SetField("words")
	all := []query.Query{bleve.NewDisjunctionQuery(match, term("f_need", q.need))}
	for f, values := range q.filters {
		if f == free {
			continue
		}
		var some []query.Query
		for _, v := range values {
			some = append(some, term("f_"+string(f), v))
		}
		if f == directory.FacetServes {
			for _, v := range q.around {
				some = append(some, term("whole", v))
			}
		}
		all = append(all, bleve.NewDisjunctionQuery(some...))
	}
	return bleve.NewConjunctionQuery(all...)
}

const everyValue = 100_000

func (b *bleveEngine) ask(_ context.Context, q question) (answer, error) {
	request := bleve.NewSearchRequestOptions(q.where(""), 20, 0, false)
	byDistance, err := search.NewSortGeoDistance("place", "km", q.near.Longitude, q.near.Latitude, false)
	if err != nil {
		return answer{}, err
	}
	request.SortByCustom(search.SortOrder{byDistance})
	for _, f := range directory.AllFacets() {
		if q.filters[f] == nil {
			request.AddFacet(string(f), bleve.NewFacetRequest("f_"+string(f), everyValue))
		}
	}
	found, err := b.index.Search(request)
	if err != nil {
		return answer{}, err
	}
	results := []*bleve.SearchResult{found}
	for f := range q.filters {
		request := bleve.NewSearchRequestOptions(q.where(f), 0, 0, false)
		request.AddFacet(string(f), bleve.NewFacetRequest("f_"+string(f), everyValue))
		r, err := b.index.Search(request)
		if err != nil {
			return answer{}, fmt.Errorf("without %s: %w", f, err)
		}
		results = append(results, r)
	}
	return answer{int(found.Total), func(tell func(directory.Facet, string, int)) {
		for _, r := range results {
			for name, f := range r.Facets {
				for _, t := range f.Terms.Terms() {
					tell(directory.Facet(name), t.Term, t.Count)
				}
			}
		}
	}}, nil
}

func (b *bleveEngine) size(context.Context) (int64, error) {
	var bytes int64
	err := filepath.WalkDir(b.folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) { // merged into another one meanwhile
			return nil
		}
		bytes += info.Size()
		return err
	})
	return bytes, err
}

func (b *bleveEngine) close() error {
	if err := b.index.Close(); err != nil {
		return err
	}
	return os.RemoveAll(b.folder)
}
