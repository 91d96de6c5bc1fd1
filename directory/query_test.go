package directory_test

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"matou/directory"
)

func TestParseQuery(t *testing.T) {
	plain := directory.Query{Limit: directory.DefaultLimit}
	for address, want := range map[string]directory.Query{
		"":                          plain,
		"utm_source=x&lang=fr&q=":   plain,
		"q=+agenda%0A+partag%C3%A9": {Text: "agenda partagé", Limit: directory.DefaultLimit},
		"place=22300&near=48.73,-3.46&page=3": {
			Place: "22300", Near: &directory.Point{Latitude: 48.73, Longitude: -3.46}, Offset: 40, Limit: directory.DefaultLimit,
		},
		"page=2&limit=50": {Offset: 50, Limit: 50},
		"offset=7&page=2": {Offset: 7, Limit: directory.DefaultLimit},
		"day=2026-03-01":  {Day: directory.Date{Year: 2026, Month: time.March, Day: 1}, Limit: directory.DefaultLimit},
		"need=mail&need=chat&need=mail&need=&paid=yes": {
			Filters: map[directory.Facet][]string{"need": {"chat", "mail"}, "paid": {"yes"}}, Limit: directory.DefaultLimit,
		},
	} {
		v, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := directory.ParseQuery(v); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v; want %+v", address, got, err, want)
		}
	}
}

func TestParseQueryRefusals(t *testing.T) {
	for address, want := range map[string][]string{
		"paid=maybe":                {"paid"},
		"hours=office&hours=night":  {"hours"},
		"near=48.1":                 {"near"},
		"near=NaN,0":                {"near"},
		"near=91,0":                 {"near"},
		"near=0,-180.5":             {"near"},
		"limit=0":                   {"limit"},
		"limit=201":                 {"limit"},
		"offset=-1":                 {"offset"},
		"page=0":                    {"page"},
		"page=99999999999999999999": {"page"},
		"day=2026-13-01":            {"day"},
		"day=2026":                  {"day"},
		"q=%ff":                     {"q"},
		"q=a%00b":                   {"q"},
		"need=%1b":                  {"need"},
		"limit=x&day=y&need=" + string(bytes.Repeat([]byte("a"), 101)): {"limit", "day", "need"},
		"q=" + string(bytes.Repeat([]byte("a"), 201)):                  {"q"},
	} {
		v, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := directory.ParseQuery(v); !slices.Equal(fields(err), want) {
			t.Errorf("%q: got %v, want %v", address, err, want)
		}
	}
	many := url.Values{}
	for i := range 60 {
		many.Add("software", fmt.Sprint("p", i))
	}
	if _, err := directory.ParseQuery(many); !slices.Equal(fields(err), []string{"software"}) {
		t.Errorf("60 filters: got %v, want them refused", err)
	}
}

// queries gives any query that an address can ask.
func queries() *rapid.Generator[directory.Query] {
	return rapid.Custom(func(t *rapid.T) directory.Query {
		v := url.Values{
			"q":     {rapid.StringN(0, 40, 120).Draw(t, "q")},
			"place": {rapid.StringN(0, 20, 80).Draw(t, "place")},
		}
		if rapid.Bool().Draw(t, "near") {
			v.Set("near", fmt.Sprintf("%g,%g", rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")))
		}
		if rapid.Bool().Draw(t, "day") {
			v.Set("day", time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0).UTC().Format("2006-01-02"))
		}
		v.Set("limit", fmt.Sprint(rapid.IntRange(1, 200).Draw(t, "limit")))
		v.Set("page", fmt.Sprint(rapid.IntRange(1, 500).Draw(t, "page")))
		for _, f := range rapid.SliceOfN(rapid.SampledFrom(directory.AllFacets()), 0, 4).Draw(t, "facets") {
			values := rapid.StringN(1, 10, 60)
			if fixed := f.FixedValues(); fixed != nil {
				values = rapid.SampledFrom(fixed)
			}
			v[string(f)] = rapid.SliceOfN(values, 1, 5).Draw(t, "values")
		}
		q, err := directory.ParseQuery(v)
		if err != nil {
			t.Skip("not a query")
		}
		return q
	})
}

func TestQuerySurvivesItsAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := queries().Draw(t, "query")
		address := q.Values().Encode()
		v, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		again, err := directory.ParseQuery(v)
		if err != nil || !reflect.DeepEqual(again, q) {
			t.Fatalf("%s: got %+v, %v; want %+v", address, again, err, q)
		}
	})
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{"", "q=a&near=1,2", "paid=yes&paid=no&page=2", "near=1e400,0", "q=%E2%80%AE", "need=a;b", "limit=+5&offset=007"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		v, err := url.ParseQuery(address)
		if err != nil {
			return
		}
		q, err := directory.ParseQuery(v)
		if err != nil {
			if len(fields(err)) == 0 {
				t.Fatalf("%q: got %v, want errors that name parameters", address, err)
			}
			return
		}
		if again, err := directory.ParseQuery(q.Values()); err != nil || !reflect.DeepEqual(again, q) {
			t.Errorf("%q: got %+v, %v; want %+v again", address, again, err, q)
		}
	})
}

func TestCanonicalLeavesThePageOut(t *testing.T) {
	q := directory.Query{
		Text: "agenda", Filters: map[directory.Facet][]string{"paid": {"yes"}, "need": {"chat", "mail"}},
		Day: directory.Date{Year: 2026, Month: 3, Day: 1}, Offset: 40, Limit: 50,
	}
	if got, want := q.Canonical(), "need=chat&need=mail&paid=yes&q=agenda"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The order can be worked out elsewhere: these numbers come from another
// program, which follows the sentence above Shuffle.
func TestShuffleIsWhatItSays(t *testing.T) {
	day := directory.Date{Year: 2026, Month: time.March, Day: 2}
	for id, want := range map[directory.ID]uint64{
		"https://a.example/x":           10151790177244531569,
		"https://b.example/ap/actors/b": 7595559012412181542,
	} {
		if got := directory.Shuffle(day, "need=mail", id); got != want {
			t.Errorf("%s: got %d, want %d", id, got, want)
		}
	}
}

// Over a year each of a hundred hosters comes among the first ten about as
// often as any other.
func TestShuffleIsNeutral(t *testing.T) {
	first := make(map[int]int)
	for day := range 365 {
		date := directory.DateOf(time.Date(2026, time.January, 1+day, 0, 0, 0, 0, time.UTC))
		order := make([]int, 100)
		keys := make([]uint64, 100)
		for i := range order {
			order[i], keys[i] = i, directory.Shuffle(date, "", directory.ID(fmt.Sprintf("https://h%d.example/", i)))
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
		for _, i := range order[:10] {
			first[i]++
		}
	}
	for i := range 100 {
		if got := first[i]; got < 15 || got > 65 {
			t.Errorf("hoster %d: got among the first ten on %d days, want about 36", i, got)
		}
	}
}
