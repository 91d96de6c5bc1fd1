package search_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/directorytest"
)

// asked facets are those that the property filters by; each value here occurs
// in invented listings, or near them.
var asked = map[directory.Facet][]string{
	directory.FacetFamily:      {"collaborative-work", "communication", "web-tools", "file-sharing"},
	directory.FacetNeed:        {"write-together", "mail", "chat", "file-storage", "learning"},
	directory.FacetReplaces:    {"google-docs", "gmail", "doodle", "zoom"},
	directory.FacetSoftware:    {"nextcloud", "etherpad", "bidouille", "absent"},
	directory.FacetAccount:     {"full", "read", "nothing"},
	directory.FacetOpenTo:      {"anyone", "members", "clients", "no-one"},
	directory.FacetCapacity:    {"open", "waiting-list", "full"},
	directory.FacetServes:      {"FR", "BE", "FR-BRE", "FR-35", "FR-01"},
	directory.FacetSeat:        {"FR", "FR-35", "BE-BRU"},
	directory.FacetForm:        {"association", "informal", "company"},
	directory.FacetAudience:    {"individual", "large-organisation"},
	directory.FacetMaintenance: {"volunteer", "paid", "mixed"},
	directory.FacetPaid:        {"yes", "no"},
	directory.FacetHours:       {"office", "evening", "weekend"},
	directory.FacetOnCall:      {"yes", "no"},
	directory.FacetAllowance:   {"3.5", "7", "36", "none"},
	directory.FacetLanguage:    {"fr", "en", "br"},
	directory.FacetCollective:  {"chatons", "librehosters"},
	directory.FacetCriterion:   {"work-described", "rest-respected", "meets-people", "prices-published"},
}

// found is one listing as the plain reading of the contract sees it.
type found struct {
	listing directory.Listing
	terms   map[directory.Facet][]string
}

// passes reports whether f lets the listing through, facet by facet.
func (l found) passes(f directory.Facet, chosen []string) bool {
	if f == directory.FacetCriterion {
		for _, v := range chosen {
			if !slices.Contains(l.terms[f], v) {
				return false
			}
		}
		return true
	}
	return len(chosen) == 0 || slices.ContainsFunc(chosen, func(v string) bool {
		if slices.Contains(l.terms[f], v) {
			return true
		}
		if f != directory.FacetServes || len(v) < 3 {
			return false
		}
		return slices.Contains(l.listing.Hoster.Serves, directory.AreaCode(v[:2])) // all of its country
	})
}

// count gives how many listings the filters let through, f's own replaced.
func count(all []found, filters map[directory.Facet][]string, f directory.Facet, chosen []string) int {
	n := 0
	for _, l := range all {
		ok := l.passes(f, chosen)
		for g, values := range filters {
			ok = ok && (g == f || l.passes(g, values))
		}
		if ok {
			n++
		}
	}
	return n
}

func TestSearchIsAsPlainReading(t *testing.T) {
	v := directory.LoadVocabulary()
	rapid.Check(t, func(t *rapid.T) {
		listings := directorytest.Listings(rapid.IntRange(0, 40).Draw(t, "listings"), rapid.Uint64().Draw(t, "seed"))
		x := index(listings...)
		var all []found
		for i, l := range listings {
			switch {
			case rapid.IntRange(0, 9).Draw(t, "change") == 0:
				x.Remove(l.Hoster.ID)
				continue
			case i > 0 && rapid.IntRange(0, 5).Draw(t, "replace") == 0:
				id := l.Hoster.ID
				l.Hoster = listings[i-1].Hoster
				l.Hoster.ID = id
				x.Put(l)
			}
			all = append(all, found{l, directory.Terms(l, &v, nil)})
		}
		filters := make(map[directory.Facet][]string)
		for range rapid.IntRange(0, 4).Draw(t, "filters") {
			f := rapid.SampledFrom(directory.AllFacets()).Draw(t, "facet")
			if asked[f] != nil {
				filters[f] = rapid.SliceOfNDistinct(rapid.SampledFrom(asked[f]), 1, 3, rapid.ID).Draw(t, "values")
			}
		}
		r := x.Search(directory.Query{Filters: filters, Day: today, Limit: 200})
		if want := count(all, filters, "", nil); r.Total != want || len(r.Hits) != want {
			t.Fatalf("hits of %v: got %d of %d, want %d", filters, len(r.Hits), r.Total, want)
		}
		for _, hit := range r.Hits {
			i := slices.IndexFunc(all, func(l found) bool { return l.listing.Hoster.ID == hit.ID })
			if i < 0 || count(all[i:i+1], filters, "", nil) != 1 {
				t.Fatalf("hit %s: got one that %v does not let through", hit.ID, filters)
			}
		}
		for _, c := range r.Facets {
			if err := compareCounts(c, all, filters); err != nil {
				t.Fatalf("%v: %v", filters, err)
			}
		}
	})
}

// compareCounts compares the counts of one facet with plain counting, for
// every value that a listing names or that the answer holds.
func compareCounts(c directory.FacetCounts, all []found, filters map[directory.Facet][]string) error {
	f, chosen := c.Facet, filters[c.Facet]
	values, unsaid := make(map[string]bool), 0
	for i, l := range all {
		for _, v := range l.terms[f] {
			values[v] = true
		}
		kept := []string(nil)
		if f == directory.FacetCriterion {
			kept = chosen
		}
		if _, said := l.terms[f]; !said && count(all[i:i+1], filters, f, kept) == 1 {
			unsaid++
		}
	}
	got := make(map[string]int)
	for _, v := range c.Values {
		if v.Chosen != slices.Contains(chosen, v.Value) {
			return fmt.Errorf("%s %s: got chosen %t", f, v.Value, v.Chosen)
		}
		if _, again := got[v.Value]; again {
			return fmt.Errorf("%s %s: got it twice", f, v.Value)
		}
		got[v.Value], values[v.Value] = v.Count, true
	}
	for v := range values {
		with := []string{v}
		if f == directory.FacetCriterion {
			with = append(with, chosen...)
		}
		if want := count(all, filters, f, with); got[v] != want {
			return fmt.Errorf("%s %s: got %d, want %d", f, v, got[v], want)
		}
	}
	for _, v := range chosen {
		if _, ok := got[v]; !ok {
			return fmt.Errorf("%s %s: got no count, want one, for it is chosen", f, v)
		}
	}
	if c.Unsaid != unsaid {
		return fmt.Errorf("%s: got %d unsaid, want %d", f, c.Unsaid, unsaid)
	}
	return nil
}
