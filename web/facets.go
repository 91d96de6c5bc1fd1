package web

import (
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"

	"matou/directory"
)

// facetShown is how many values of a facet stand in the page before "all".
const facetShown = 8

// unfolded are the questions that stand open from the start: what for, and how
// the people work. The others are a click away.
var unfolded = map[directory.Facet]bool{
	directory.FacetFamily: true, directory.FacetMaintenance: true, directory.FacetHours: true,
}

// facetView is one question of the directory with its answers as links.
type facetView struct {
	Name   string
	Label  string
	Open   bool // unfolded
	Values []valueView
	More   string // address that shows every value; "" where all are shown
	Hidden int    // values behind More
	Unsaid int    // hosters that say nothing on it
	Widens bool   // a value is chosen, and one more finds more
}

// valueView is one answer: a link that adds or removes it.
type valueView struct {
	Label   string
	Count   int
	Chosen  bool
	Address string
	Link    template.HTML // the whole link with its count, where the value is not chosen
}

// link writes a value that is not chosen. There are a hundred on a page, and a
// template takes five calls by reflection for each.
func (v *valueView) link() template.HTML {
	return template.HTML(`<a href="` + escapedHTML.Replace(v.Address) + `" rel="nofollow">` + escapedHTML.Replace(v.Label) +
		`</a> <span class="count">` + itoa(v.Count) + `</span>`)
}

// escapedHTML writes what stands in an element or an attribute as html/template does.
var escapedHTML = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// presetView is a named set of filters with its rule.
type presetView struct {
	Label   string
	Rule    []string
	Chosen  bool
	Address string // adds the set, or removes it where it holds
}

// facets makes the questions of a page; every value of the facet all is shown.
func (s *Site) facets(l directory.Language, q directory.Query, counts []directory.FacetCounts, all directory.Facet, carried basket) []facetView {
	var views []facetView
	for _, c := range counts {
		view := facetView{Name: string(c.Facet), Label: s.question(l, c.Facet), Unsaid: c.Unsaid, Open: c.Facet == all}
		for _, value := range c.Values {
			if value.Count == 0 && !value.Chosen {
				continue
			}
			if len(view.Values) >= facetShown && !value.Chosen && c.Facet != all {
				view.Hidden++
				continue
			}
			view.Values = append(view.Values, s.value(l, q, c.Facet, value, carried))
			view.Widens = view.Widens || value.Chosen
		}
		if len(view.Values) == 0 {
			continue
		}
		if view.Hidden > 0 {
			values := q.Values()
			values.Set("all", string(c.Facet))
			view.More = carried.carry(withQuery(address(l, "listings"), values) + "#facet-" + string(c.Facet))
		}
		view.Open = view.Open || view.Widens || unfolded[c.Facet]
		view.Widens = view.Widens && c.Facet != directory.FacetCriterion
		views = append(views, view)
	}
	return views
}

func (s *Site) value(l directory.Language, q directory.Query, f directory.Facet, c directory.ValueCount, carried basket) valueView {
	view := valueView{Label: s.words(l, f, c.Value), Count: c.Count, Chosen: c.Chosen}
	to := with(q, f, c.Value)
	if c.Chosen {
		to = without(q, f, c.Value)
	}
	view.Address = carried.carry(listingsAddress(l, to))
	if !view.Chosen {
		view.Link = view.link()
	}
	return view
}

// presets makes the named sets of filters. A set is chosen where all of its
// filters hold; each can also be taken off alone.
func (s *Site) presets(l directory.Language, q directory.Query, carried basket) []presetView {
	views := make([]presetView, 0, len(s.options.Vocabulary.Presets))
	for _, p := range s.options.Vocabulary.Presets {
		label, _ := p.Label.In(l)
		view := presetView{Label: label, Rule: s.rule(l, p), Chosen: len(p.Filters) > 0}
		added, removed := q, q
		for _, f := range s.facetOrder(p.Filters) {
			for _, value := range p.Filters[f] {
				view.Chosen = view.Chosen && slices.Contains(q.Filters[f], value)
				added, removed = with(added, f, value), without(removed, f, value)
			}
		}
		to := added
		if view.Chosen {
			to = removed
		}
		view.Address = carried.carry(listingsAddress(l, to))
		views = append(views, view)
	}
	return views
}

// facetOrder gives the facets of filters as the vocabulary orders them.
func (s *Site) facetOrder(filters map[directory.Facet][]string) []directory.Facet {
	var order []directory.Facet
	for _, label := range s.options.Vocabulary.Facets {
		if _, ok := filters[label.Facet]; ok {
			order = append(order, label.Facet)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(filters)) {
		if !slices.Contains(order, f) {
			order = append(order, f)
		}
	}
	return order
}

func sortedKeys(v url.Values) []string { return slices.Sorted(maps.Keys(v)) }
