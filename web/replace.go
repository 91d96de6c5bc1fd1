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
	Action string
	Places bool
	Field  placeField
	Place  placeView
	Total  int
	Cards  []card
	All    string // the same hosters in the directory, to narrow further
	Others []navigation
}

// replaceNeed is one use of the product, and the free programs for it.
type replaceNeed struct {
	Label    string
	Address  string
	Software []navigation // leads to those who run it, where somebody does
}

// replacingView is the page of all the products that people leave, by the
// family of what they are used for.
type replacingView struct{ Families []productFamily }

type productFamily struct {
	Label    string
	Anchor   string
	Products []navigation
}

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

// products gives a link for each product, under the family of its first need.
func (s *Site) products(l directory.Language) []productFamily {
	vocabulary := &s.options.Vocabulary
	var families []productFamily
	placed := map[string]bool{}
	for _, f := range vocabulary.Families {
		label, _ := f.Label.In(l)
		family := productFamily{Label: label, Anchor: string(f.ID)}
		for _, r := range vocabulary.Replacements {
			if !placed[r.ID] && len(r.Needs) > 0 && slices.Contains(vocabulary.FamiliesOf(r.Needs[0]), f.ID) {
				placed[r.ID] = true
				family.Products = append(family.Products, navigation{Text: r.Name, Address: address(l, "replace", r.ID)})
			}
		}
		if len(family.Products) > 0 {
			families = append(families, family)
		}
	}
	return families
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

// showReplacement leads from a product to what it is used for, from there to
// the free programs, and to the hosters that run them: near a place where one
// was given.
func (s *Site) showReplacement(v *visit) (page, error) {
	l := v.language()
	r, ok := s.options.Vocabulary.Replacement(v.variable("slug"))
	if !ok {
		return page{}, fmt.Errorf("replacement: %w", directory.ErrNotFound)
	}
	asked := map[string][]string{string(directory.FacetReplaces): {r.ID}}
	if place := s.placeField(l, v.URL.Query().Get(fieldPlace)); place.Code != "" {
		asked[fieldPlace] = []string{string(place.Code)}
	}
	q, err := s.ask(l, asked)
	if err != nil {
		return page{}, err
	}
	asks := q.found()
	asks.Count = []directory.Facet{directory.FacetSoftware}
	found, err := s.search(v.Context(), asks)
	if err != nil {
		return page{}, err
	}
	view := replaceView{
		Name: r.Name, Total: found.Total, Action: address(l, "replace", r.ID), Place: q.place,
		Places: s.options.Areas != nil, Field: s.placeField(l, q.Place),
		All: listingsAddress(l, q.Query), Needs: s.replaceNeeds(l, r, q.Query, countsOf(found, directory.FacetSoftware)),
	}
	view.Place.Remove = view.Action
	err = s.eachListing(v.Context(), found.Hits, func(listing directory.Listing, hit directory.Hit) error {
		c, err := s.card(v, listing, hit.Kilometres)
		c.Here = s.standIns(l, listing, r)
		view.Cards = append(view.Cards, c)
		return err
	})
	if err != nil {
		return page{}, err
	}
	for _, other := range s.neighbours(r) {
		view.Others = append(view.Others, navigation{Text: other.Name, Address: address(l, "replace", other.ID)})
	}
	title := v.locale.text("replace.title", r.Name)
	return page{template: "replace", title: title, description: title, data: view, unlisted: q.Place != ""}, nil
}

// replaceNeeds gives each use of a product with the free programs for it; those
// that somebody listed here runs lead to them.
func (s *Site) replaceNeeds(l directory.Language, r directory.Replacement, q directory.Query, software directory.FacetCounts) []replaceNeed {
	run := map[string]bool{}
	for value := range software.Values() {
		run[value.Value] = value.Count > 0
	}
	var all []replaceNeed
	for _, id := range r.Needs {
		n, ok := s.options.Vocabulary.Need(id)
		if !ok {
			continue
		}
		label, _ := n.Label.In(l)
		need := replaceNeed{Label: label, Address: listingsAddress(l, with(withValues(q, directory.FacetReplaces, nil), directory.FacetNeed, string(id)))}
		for _, name := range n.Software {
			program := navigation{Text: name}
			if key := directory.SoftwareKey(name); run[key] {
				program.Address = listingsAddress(l, with(withValues(q, directory.FacetReplaces, nil), directory.FacetSoftware, key))
			}
			need.Software = append(need.Software, program)
		}
		all = append(all, need)
	}
	return all
}

// standIns names the services of a hoster that can stand instead of a product,
// with the program behind each.
func (s *Site) standIns(l directory.Language, listing directory.Listing, r directory.Replacement) []navigation {
	var all []navigation
	for _, service := range listing.Hoster.Services {
		needs := s.options.Vocabulary.Needs(service)
		if service.Level == directory.LevelOver || !slices.ContainsFunc(r.Needs, func(n directory.NeedID) bool { return slices.Contains(needs, n) }) {
			continue
		}
		words := plain(service.Name)
		if program := plain(service.Software.Name); program != "" && program != words {
			words += " (" + program + ")"
		}
		all = append(all, navigation{Text: words, Address: address(l, "service", handleOf(listing), service.Slug)})
	}
	return all
}
