package search_test

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/search"
)

// needed are the fields without which there is no listing; every other one may
// be left unsaid.
var needed = []string{"ID", "Handle", "Name", "Discoverable", "Indexable"}

// answers gives every field of a hoster, and of its services, that says
// something.
func answers(v reflect.Value) (all []reflect.Value) {
	for i := range v.NumField() {
		f := v.Field(i)
		if slices.Contains(needed, v.Type().Field(i).Name) || f.IsZero() {
			continue
		}
		all = append(all, f)
		switch {
		case f.Kind() == reflect.Struct && f.Type().PkgPath() == "matou/directory":
			all = append(all, answers(f)...)
		case f.Type() == reflect.TypeFor[[]directory.Service]():
			for j := range f.Len() {
				all = append(all, answers(f.Index(j))...)
			}
		}
	}
	return all
}

func orderOf(x *search.Index, q directory.Query) (ids []directory.ID) {
	for _, hit := range x.Search(q).Hits {
		ids = append(ids, hit.ID)
	}
	return ids
}

func indexOf(listings []directory.Listing) *search.Index {
	v := directory.LoadVocabulary()
	x := search.New(&v, nil)
	for _, l := range listings {
		x.Put(l)
	}
	return x
}

// What is not said never counts against anyone: whatever hosters leave unsaid,
// all of them are found where nothing is asked, in the same order.
func TestAbsenceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "listings")
		seed := rapid.Uint64Range(0, 1000).Draw(t, "seed")
		day := directory.Date{Year: 2026, Month: 3, Day: rapid.IntRange(1, 28).Draw(t, "day")}
		q := directory.Query{Day: day, Limit: 50}
		before := orderOf(indexOf(directorytest.Listings(n, seed)), q)
		listings := directorytest.Listings(n, seed)
		for range rapid.IntRange(1, 30).Draw(t, "answers taken back") {
			l := &listings[rapid.IntRange(0, n-1).Draw(t, "of")]
			if said := answers(reflect.ValueOf(&l.Hoster).Elem()); len(said) > 0 {
				said[rapid.IntRange(0, len(said)-1).Draw(t, "answer")].SetZero()
			}
		}
		after := orderOf(indexOf(listings), q)
		after = slices.DeleteFunc(after, func(id directory.ID) bool { return !slices.Contains(before, id) }) // closed ones that say so no more
		if !slices.Equal(after, before) {
			t.Fatalf("after answers were taken back: got %v, want %v", after, before)
		}
	})
}

// Nothing is put in order by how large a hoster is, how long it is up, or how
// many follow it; no address can ask for that either.
func TestNothingIsSortedBySize(t *testing.T) {
	listings := directorytest.Listings(40, 7)
	q := directory.Query{Day: directory.Date{Year: 2026, Month: 3, Day: 2}, Limit: 50}
	before := orderOf(indexOf(listings), q)
	for i := range listings {
		h := &listings[i].Hoster
		h.Work.PaidPeople, h.Work.Volunteers, h.Work.CanRepair = new(40-i), new(i*10), new(i)
		h.Statements = h.Statements[:min(len(h.Statements), i%3)]
		for j := range h.Services {
			h.Services[j].Holds = directory.Holds{Accounts: new(1 + i*1000), People: new(1 + i), Gigabytes: new(float64(1 + i))}
			h.Services[j].Allowance = &directory.Allowance{DaysPerYear: float64(1 + i)}
		}
		for k := range i {
			h.Services = append(h.Services, directory.Service{Slug: fmt.Sprintf("more-%d", k), Name: "Un de plus"})
		}
	}
	if got := orderOf(indexOf(listings), q); !slices.Equal(got, before) {
		t.Errorf("other sizes: got %v, want the same order as before %v", got, before)
	}
	plain, err := directory.ParseQuery(url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	for _, parameter := range []string{"sort", "order", "sort_by", "orderby", "size", "uptime", "followers"} {
		asked, err := directory.ParseQuery(url.Values{parameter: {"size"}})
		if err != nil || !reflect.DeepEqual(asked, plain) {
			t.Errorf("%s=size: got %+v (%v), want a query that asks nothing", parameter, asked, err)
		}
	}
}
