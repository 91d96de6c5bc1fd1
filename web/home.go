package web

import (
	"fmt"
	"html/template"

	"matou/directory"
)

// homeView is the first page of a directory.
type homeView struct {
	Summary  said
	Action   string        // that answers the question
	Listings string        // the whole directory
	Needs    template.HTML // to choose from
	Places   bool          // a place can be asked
	Place    placeField
	Map      template.HTML // "" where there is none
	Today    []card
	Count    int
	News     []noticeView
	Products template.HTML // to choose from; "" where there are none
	Handle   string
	Name     string // of the directory
	Contact  link   // who runs it
}

// familyView is the needs of a family, to choose one from.
type familyView struct {
	Label string
	Needs []parameter // id, words
}

// emptyView is the first page of a node on which nothing was written yet.
type emptyView struct {
	Host   string
	Hoster bool
}

// showHome is the directory's first page, or the node's own hoster's, or what
// to do where there is neither.
func (s *Site) showHome(v *visit) (page, error) {
	if s.options.Aggregator != nil {
		return s.showDirectoryHome(v)
	}
	p, err := s.ownPage(v)
	if isMissing(err) {
		return s.emptyPage(v), nil
	}
	return p, err
}

// emptyPage says what to do on a node on which nothing was written yet.
func (s *Site) emptyPage(v *visit) page {
	return page{
		template: "empty", title: v.locale.text("empty.title"), unlisted: true,
		data: emptyView{Host: s.host(), Hoster: s.options.Hoster != ""},
	}
}

func (s *Site) showDirectoryHome(v *visit) (page, error) {
	l := v.language()
	everything, err := directory.ParseQuery(nil)
	if err != nil {
		return page{}, fmt.Errorf("query: %w", err)
	}
	three := everything
	three.Limit, three.OnlyHits = 3, true
	found, err := s.search(v.Context(), three)
	if err != nil {
		return page{}, err
	}
	view := homeView{
		Summary: v.locale.in(s.options.Aggregator.Summary), Action: address(l, "found"), Listings: address(l, "listings"),
		Places: s.options.Areas != nil, Count: found.Total,
		Handle: s.aggregatorHandle(),
		Name:   plain(s.options.Aggregator.Name), Contact: outward(s.options.Aggregator.Contact),
	}
	if view.Today, err = s.cards(v, found.Hits); err != nil {
		return page{}, err
	}
	if view.News, err = s.noticesOfAll(v, 5); err != nil {
		return page{}, err
	}
	part, err := s.homePart(v, everything)
	if err != nil {
		return page{}, err
	}
	view.Map, view.Needs, view.Products = part.mapped, part.needs, part.products
	return page{template: "home", description: v.locale.text("home.title"), data: view}, nil
}

// families gives the needs that somebody listed here meets, by family: no
// question is offered that nobody answers.
func (s *Site) families(l directory.Language, needs directory.FacetCounts) []familyView {
	met := map[string]bool{}
	for value := range needs.Values() {
		met[value.Value] = value.Count > 0
	}
	var families []familyView
	for _, f := range s.options.Vocabulary.Families {
		label, _ := f.Label.In(l)
		family := familyView{Label: label}
		for _, n := range f.Needs {
			if met[string(n.ID)] {
				words, _ := n.Label.In(l)
				family.Needs = append(family.Needs, parameter{string(n.ID), words})
			}
		}
		if len(family.Needs) > 0 {
			families = append(families, family)
		}
	}
	return families
}

// aggregatorHandle is the "@name@host" by which the directory is followed.
func (s *Site) aggregatorHandle() string {
	if s.options.Aggregator == nil {
		return ""
	}
	return "@" + s.options.Aggregator.Handle + "@" + s.host()
}
