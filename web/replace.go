package web

import (
	"fmt"
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
	for _, other := range vocabulary.Replacements {
		if other.ID != r.ID {
			view.Others = append(view.Others, navigation{Text: other.Name, Address: address(l, "replace", other.ID)})
		}
	}
	title := v.locale.text("replace.title", r.Name)
	return page{template: "replace", title: title, description: title, data: view}, nil
}
