package web

import (
	"fmt"
	"net/http"
	"slices"

	"matou/directory"
)

// replaceView is the page on what can stand instead of a product.
type replaceView struct {
	Name   string
	Needs  []replaceNeed
	Total  int
	Cards  []card
	All    string // the same hosters in the directory, to narrow further
	Others []navigation
}

// replaceNeed is one use of the product, and the free programs for it.
type replaceNeed struct {
	Label    string
	Address  string
	Software []string
}

// replacingView is the page of all the products that people leave.
type replacingView struct{ Products []navigation }

// showReplacements lists the products, or leads to the one that was chosen
// from the list of the first page.
func (s *Site) showReplacements(v *visit) (page, error) {
	if slug := v.URL.Query().Get("product"); slug != "" {
		return page{moved: address(v.language(), "replace", slug), status: http.StatusFound}, nil
	}
	title := v.locale.text("replacing.title")
	return page{template: "replacing", title: title, description: v.locale.text("home.leave_words"),
		data: replacingView{s.products(v.language())}}, nil
}

// products gives a link for each product.
func (s *Site) products(l directory.Language) []navigation {
	links := make([]navigation, 0, len(s.options.Vocabulary.Replacements))
	for _, r := range s.options.Vocabulary.Replacements {
		links = append(links, navigation{Text: r.Name, Address: address(l, "replace", r.ID)})
	}
	return links
}

// neighbours gives the other products that are used for one of the same needs.
func (s *Site) neighbours(r directory.Replacement) []directory.Replacement {
	var near []directory.Replacement
	for _, other := range s.options.Vocabulary.Replacements {
		shared := slices.ContainsFunc(other.Needs, func(n directory.NeedID) bool { return slices.Contains(r.Needs, n) })
		if other.ID != r.ID && shared {
			near = append(near, other)
		}
	}
	return near
}

func (s *Site) showReplacement(v *visit) (page, error) {
	l := v.language()
	vocabulary := s.options.Vocabulary
	slug := v.variable("slug")
	at := slices.IndexFunc(vocabulary.Replacements, func(r directory.Replacement) bool { return r.ID == slug })
	if at < 0 {
		return page{}, fmt.Errorf("replacement: %w", directory.ErrNotFound)
	}
	r := vocabulary.Replacements[at]
	q, err := s.ask(l, map[string][]string{string(directory.FacetReplaces): {r.ID}})
	if err != nil {
		return page{}, err
	}
	found, err := s.search(v.Context(), q.found())
	if err != nil {
		return page{}, err
	}
	view := replaceView{Name: r.Name, Total: found.Total, All: listingsAddress(l, q.Query)}
	if view.Cards, err = s.cards(v, found.Hits); err != nil {
		return page{}, err
	}
	for _, f := range vocabulary.Families {
		for _, n := range f.Needs {
			if !slices.Contains(r.Needs, n.ID) {
				continue
			}
			label, _ := n.Label.In(l)
			view.Needs = append(view.Needs, replaceNeed{
				Label: label, Software: n.Software,
				Address: listingsAddress(l, with(withValues(q.Query, directory.FacetReplaces, nil),
					directory.FacetNeed, string(n.ID))),
			})
		}
	}
	for _, other := range s.neighbours(r) {
		view.Others = append(view.Others, navigation{Text: other.Name, Address: address(l, "replace", other.ID)})
	}
	title := v.locale.text("replace.title", r.Name)
	return page{template: "replace", title: title, description: title, data: view}, nil
}
