package search_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
	"matou/directory/search"
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

// A directory in which values are kept as bits, too, counts as plain reading
// does: also after many have gone, after others have taken their numbers, and
// after a snapshot.
func TestManyAreCountedAsPlainReading(t *testing.T) {
	v := directory.LoadVocabulary()
	listings := directorytest.Listings(600, 3)
	x := index(listings[:400]...)
	for _, l := range listings[:300] {
		x.Remove(l.Hoster.ID)
	}
	x.PutAll(listings[400:])
	var all []found
	for _, l := range listings[300:] {
		all = append(all, found{l, directory.Terms(l, &v, nil)})
	}
	var file bytes.Buffer
	if err := x.Save(&file, "", 1); err != nil {
		t.Fatal(err)
	}
	again := search.New(&v, nil)
	if _, err := again.Load(file.Bytes(), ""); err != nil {
		t.Fatal(err)
	}
	for _, q := range []map[directory.Facet][]string{
		filters("paid", "no"),
		filters("serves", "FR", "capacity", "open", "maintenance", "mixed", "maintenance", "volunteer"),
	} {
		for name, x := range map[string]*search.Index{"as it came about": x, "from its snapshot": again} {
			for _, c := range x.Search(directory.Query{Filters: q, Day: today}).Facets {
				if err := compareCounts(c, all, q); err != nil {
					t.Errorf("%s, %v: %v", name, q, err)
				}
			}
		}
	}
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
	for v := range c.Values() {
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

// compareSteps holds the areas that one step leads to against all of them: the
// chosen ones, what lies directly in them, and what lies in one other at most.
func compareSteps(t *rapid.T, x *search.Index, areas directory.Areas, chosen []directory.AreaCode) {
	q := directory.Query{Count: []directory.Facet{directory.FacetServes}, Filters: map[directory.Facet][]string{}}
	for _, c := range chosen {
		q.Filters[directory.FacetServes] = append(q.Filters[directory.FacetServes], string(c))
	}
	above := func(a directory.AreaCode) []directory.AreaCode {
		return slices.DeleteFunc(slices.Clone(areas.Ancestors(a)), func(b directory.AreaCode) bool { return a == b })
	}
	directly := func(a, in directory.AreaCode) bool {
		return slices.Contains(above(a), in) && !slices.ContainsFunc(above(a), func(b directory.AreaCode) bool { return slices.Contains(above(b), in) })
	}
	var want []directory.ValueCount
	for value := range x.Search(q).Facets[0].Values() {
		a := directory.AreaCode(value.Value)
		if value.Chosen || len(above(a)) <= 1 || slices.ContainsFunc(chosen, func(in directory.AreaCode) bool { return directly(a, in) }) {
			want = append(want, value)
		}
	}
	q.Steps = true
	if got := slices.Collect(x.Search(q).Facets[0].Values()); !slices.Equal(got, want) {
		t.Fatalf("one step from %v: got %v, want %v", chosen, got, want)
	}
}

// around are areas that lie in one another, overlap, or are neighbours.
var around = []directory.AreaCode{
	"insee:22113", "insee:22162", "siren:200065928", "FR-22", "FR-29", "FR-35", "FR-BRE", "FR", "insee:35238", "insee:35047", "insee:35051", "FR-44", "FR-75C", "BE",
}

// Areas are counted by combinations: each area once, however a hoster names
// what lies in it or around it.
func TestAreasAreCountedOnce(t *testing.T) {
	v := directory.LoadVocabulary()
	areas, err := geo.Load()
	if err != nil {
		t.Fatal(err)
	}
	within := func(a, b directory.AreaCode) bool { return slices.Contains(areas.Ancestors(a), b) }
	rapid.Check(t, func(t *rapid.T) {
		x := search.New(&v, areas)
		all := directorytest.Listings(rapid.IntRange(0, 30).Draw(t, "listings"), 1)
		for i := range all {
			all[i].Hoster.Serves = rapid.SliceOfNDistinct(rapid.SampledFrom(around), 0, 5, rapid.ID).Draw(t, "serves")
		}
		x.PutAll(all)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			if i := rapid.IntRange(0, 30).Draw(t, "which"); i < len(all) {
				all[i].Hoster.Serves = rapid.SliceOfNDistinct(rapid.SampledFrom(around), 0, 5, rapid.ID).Draw(t, "serves")
				x.Search(directory.Query{})
				x.Put(all[i])
			}
		}
		filters := map[directory.Facet][]string{}
		if rapid.Bool().Draw(t, "filtered") {
			filters[directory.FacetPaid] = []string{"no"}
		}
		chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(around), 0, 2, rapid.ID).Draw(t, "chosen")
		compareSteps(t, x, areas, chosen)
		for _, c := range x.Search(directory.Query{Filters: filters}).Facets {
			if c.Facet != directory.FacetServes {
				continue
			}
			for value := range c.Values() {
				want := 0
				for _, l := range all {
					paid := slices.Contains(directory.Terms(l, &v, areas)[directory.FacetPaid], "no")
					if (len(filters) == 0 || paid) && slices.ContainsFunc(l.Hoster.Serves, func(s directory.AreaCode) bool {
						return within(s, directory.AreaCode(value.Value)) || within(directory.AreaCode(value.Value), s)
					}) {
						want++
					}
				}
				if value.Count != want {
					t.Fatalf("%s: got %d, want %d", value.Value, value.Count, want)
				}
			}
		}
	})
}

// TestStepsFindWhatTheySay holds every number that an answer tells of other
// queries against those queries themselves.
func TestStepsFindWhatTheySay(t *testing.T) {
	v := directory.LoadVocabulary()
	areas, err := geo.Load()
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"", "nextcloud", "pad rennes", "visio sans compte", "mail 35000", "xyzzy", "xyzzy pad", "brest", "google drive lyon", "racines", "peertube bretagne forge"}
	kinds := make(map[directory.RelaxationKind]int)
	check := func(t *rapid.T) {
		x := search.New(&v, areas)
		all := directorytest.Listings(rapid.IntRange(0, 60).Draw(t, "listings"), rapid.Uint64().Draw(t, "seed"))
		for i := range all {
			if rapid.Bool().Draw(t, "village") {
				all[i].Hoster.Serves = []directory.AreaCode{rapid.SampledFrom(around).Draw(t, "serves")}
			}
		}
		x.PutAll(all)
		for range rapid.IntRange(0, 4).Draw(t, "removed") {
			if len(all) > 0 {
				x.Remove(rapid.SampledFrom(all).Draw(t, "gone").Hoster.ID)
			}
		}
		q := directory.Query{Text: rapid.SampledFrom(texts).Draw(t, "text"), Filters: make(map[directory.Facet][]string), Day: today}
		for range rapid.IntRange(0, 4).Draw(t, "filters") {
			f := rapid.SampledFrom(directory.AllFacets()).Draw(t, "facet")
			if asked[f] != nil {
				q.Filters[f] = rapid.SliceOfNDistinct(rapid.SampledFrom(asked[f]), 1, 2, rapid.ID).Draw(t, "values")
				slices.Sort(q.Filters[f])
			}
		}
		if rapid.Bool().Draw(t, "there") {
			q.Filters[directory.FacetServes] = []string{string(rapid.SampledFrom(around).Draw(t, "area"))}
		}
		r := x.Search(q)
		if r.Total >= directory.Few && len(r.Wider) > 0 {
			t.Fatalf("%d hits: got %d steps, want none", r.Total, len(r.Wider))
		}
		if r.Total == 0 && x.Len() > 0 && len(r.Wider) == 0 {
			t.Fatalf("%v: got a dead end, want a step", q)
		}
		for _, w := range r.Wider {
			kinds[w.Kind]++
			if got := x.Search(w.Query).Total; got != w.Total || got <= r.Total {
				t.Fatalf("%v: step %+v finds %d, want what it says and more than %d", q, w, got, r.Total)
			}
		}
		for _, w := range r.Read {
			if w.Offer != nil && x.Search(*w.Offer).Total != w.Total {
				t.Fatalf("%v: offer %+v finds %d, want what it says", q, w, x.Search(*w.Offer).Total)
			}
		}
		for _, h := range r.Held {
			without := q
			if h.Facet == "" {
				without.Text = ""
			} else {
				without.Filters = maps.Clone(q.Filters)
				without.Filters[h.Facet] = slices.DeleteFunc(slices.Clone(q.Filters[h.Facet]), func(v string) bool { return v == h.Value })
			}
			if got := x.Search(without).Total; max(0, got-r.Total) != h.Hides || h.Unsaid > h.Hides {
				t.Fatalf("%v: %+v is said to hide as many, and %d come back", q, h, got-r.Total)
			}
		}
	}
	all := []directory.RelaxationKind{directory.RelaxFilter, directory.RelaxWords, directory.RelaxArea, directory.RelaxNear, directory.RelaxFamily}
	missing := func(k directory.RelaxationKind) bool { return kinds[k] == 0 }
	for range 20 { // a rare kind may wait for some hundred queries
		if rapid.Check(t, check); !slices.ContainsFunc(all, missing) {
			return
		}
	}
	t.Errorf("steps that were taken: %v, want each of %v", kinds, all)
}
