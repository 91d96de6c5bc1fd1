package web

import (
	"strings"

	"matou/directory"
)

// widerView is one step away from a search that found little.
type widerView struct {
	Words   string
	Count   string // in words: what it finds in all
	Address string
}

// readingView is what some words of a search were understood as.
type readingView struct {
	Words   string
	Meaning string
	Count   string
	Address string // the same as filters; "" where nothing here holds the words
}

// steps makes the steps that the search proposes.
func (s *Site) steps(l *locale, q directory.Query, all []directory.Relaxation, carried basket) []widerView {
	views := make([]widerView, 0, len(all))
	for _, r := range all {
		view := widerView{Count: l.text("listings.found", r.Total), Address: s.proposed(l, q, r.Query, carried)}
		value, instead := s.eachWords(l, r.Facet, r.Value), s.eachWords(l, r.Facet, r.Instead)
		switch r.Kind {
		case directory.RelaxArea:
			view.Words = l.text("wider.area", instead, value)
		case directory.RelaxNear:
			view.Words = l.text("wider.near", instead, value)
		case directory.RelaxFamily:
			view.Words = l.text("wider.family", s.words(l.language, directory.FacetFamily, r.Instead), value)
		case directory.RelaxEverything:
			view.Words = l.text("listings.everything")
		default:
			view.Words = l.text("wider.without", value)
		}
		views = append(views, view)
	}
	return views
}

// eachWords gives the words of a value, or of several with commas between; of
// no facet, those that were typed.
func (s *Site) eachWords(l *locale, f directory.Facet, value string) string {
	if f == "" || value == "" {
		return plain(value)
	}
	var names []string
	for v := range strings.SplitSeq(value, ", ") {
		names = append(names, s.words(l.language, f, v))
	}
	return l.list(names)
}

// proposed is the address of a search that was made out of q: its place is
// named as that of q is, and not by the point that stands for it.
func (s *Site) proposed(l *locale, q, to directory.Query, carried basket) string {
	to.Near, to.Day, to.Limit = q.Near, directory.Date{}, q.Limit
	return carried.carry(listingsAddress(l.language, to))
}

// readings says what the words of a search were understood as, each with the
// filters that say the same.
func (s *Site) readings(l *locale, q directory.Query, all []directory.Reading, carried basket) []readingView {
	var views []readingView
	for _, r := range all {
		view := readingView{Words: plain(r.Words)}
		if r.Facet == "" {
			view.Meaning = l.text("reading.unheard")
		} else {
			view.Meaning = l.text("reading.means", s.question(l.language, r.Facet), s.eachWords(l, r.Facet, strings.Join(r.Values, ", ")))
		}
		if r.Offer != nil && r.Total > 0 {
			view.Address, view.Count = s.proposed(l, q, *r.Offer, carried), l.text("listings.found", r.Total)
		}
		views = append(views, view)
	}
	return views
}
