package search_test

import (
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/search"
)

var today = directory.Date{Year: 2026, Month: time.March, Day: 2}

// index makes an index of listings.
func index(listings ...directory.Listing) *search.Index {
	v := directory.LoadVocabulary()
	x := search.New(&v, nil)
	for _, l := range listings {
		x.Put(l)
	}
	return x
}

// ids gives the hosts of hits in their order.
func ids(r directory.Result) []directory.ID {
	var all []directory.ID
	for _, h := range r.Hits {
		all = append(all, h.ID)
	}
	return all
}

// values gives the counts of a facet.
func values(t *testing.T, r directory.Result, f directory.Facet) (counts map[string]int, unsaid int) {
	t.Helper()
	for _, c := range r.Facets {
		if c.Facet != f {
			continue
		}
		counts = make(map[string]int)
		for v := range c.Values() {
			counts[v.Value] = v.Count
		}
		return counts, c.Unsaid
	}
	t.Fatalf("facets: got none named %s", f)
	return nil, 0
}

func listing(name string, change func(*directory.Hoster)) directory.Listing {
	l := directorytest.Listing(name)
	change(&l.Hoster)
	return l
}

func TestReplacedListingIsFoundAsItBecame(t *testing.T) {
	x := index(directorytest.Listing("Les Lucioles"), directorytest.Listing("Le Bocal"))
	x.Put(listing("Les Lucioles", func(h *directory.Hoster) {
		h.Name = "La Lanterne"
		h.Languages, h.Contact.Languages = []directory.Language{"oc"}, nil
	}))
	if got := x.Len(); got != 2 {
		t.Errorf("len: got %d, want 2", got)
	}
	for text, want := range map[string]int{"lucioles": 0, "lanterne": 1, "bocal": 1} {
		if got := x.Search(directory.Query{Text: text}).Total; got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
	counts, _ := values(t, x.Search(directory.Query{}), directory.FacetLanguage)
	if counts["oc"] != 1 || counts["br"] != 1 || counts["fr"] != 1 {
		t.Errorf("languages: got %v, want one each of oc, br and fr", counts)
	}
}

func TestOnlyThoseWhoConsentAndAreOpenAreFound(t *testing.T) {
	for name, change := range map[string]func(*directory.Hoster){
		"discoverable": func(h *directory.Hoster) { h.Discoverable = false },
		"indexable":    func(h *directory.Hoster) { h.Indexable = false },
		"closed":       func(h *directory.Hoster) { h.State = directory.StateClosed },
	} {
		x := index(directorytest.Listing("Le Bocal"))
		x.Put(listing("Le Bocal", change))
		if got := x.Search(directory.Query{}).Total; got != 0 {
			t.Errorf("%s withdrawn: got %d hits, want 0", name, got)
		}
	}
	full := index(listing("Le Bocal", func(h *directory.Hoster) { h.Services[0].Registration.Capacity = directory.CapacityFull }))
	if got := full.Search(directory.Query{}).Total; got != 1 {
		t.Errorf("full: got %d hits, want 1", got)
	}
}

func TestServesFindsPartsAndWholes(t *testing.T) {
	serves := func(name string, areas ...directory.AreaCode) directory.Listing {
		return listing(name, func(h *directory.Hoster) { h.Serves = areas })
	}
	x := index(serves("cotes", "FR-22"), serves("finistere", "FR-29"), serves("france", "FR"), serves("belgique", "BE"), serves("muet"))
	for area, want := range map[string]int{"FR-22": 2, "FR-29": 2, "FR": 3, "BE": 1, "BE-BRU": 1, "FR-35": 1, "DE": 0} {
		r := x.Search(directory.Query{Filters: map[directory.Facet][]string{directory.FacetServes: {area}}})
		if r.Total != want {
			t.Errorf("%s: got %d hits, want %d", area, r.Total, want)
		}
		counts, unsaid := values(t, r, directory.FacetServes)
		if got := counts[area]; got != want || unsaid != 1 {
			t.Errorf("%s: got count %d and %d unsaid, want %d and 1", area, got, unsaid, want)
		}
	}
}

// tregor knows one commune and the areas around it.
type tregor struct{}

func (tregor) Locate(string) []directory.Area { return nil }

func (t tregor) Named(text string) (directory.Area, []directory.Area, int64, bool) {
	code, ok := map[string]directory.AreaCode{"brittany": "FR-BRE", "cotes d'armor": "FR-22", "Lannion": "insee:22113"}[text]
	a, _ := t.Area(code)
	return a, nil, 20_000, ok
}

func (tregor) Alike(int64, func(string) bool) (directory.Area, bool) { return directory.Area{}, false }

func (tregor) Area(code directory.AreaCode) (directory.Area, bool) {
	if code == "FR-E" { // Brittany's code of old
		code = "FR-BRE"
	}
	a, ok := map[directory.AreaCode]directory.Area{
		"insee:22113": {Code: "insee:22113", Kind: directory.AreaCommune, Name: directory.Text{"fr": "Lannion"}, Point: &directory.Point{Latitude: 48.73, Longitude: -3.46}},
		"FR-22":       {Code: "FR-22", Kind: directory.AreaDepartment, Name: directory.Text{"fr": "Côtes-d'Armor"}, Point: &directory.Point{Latitude: 48.4, Longitude: -2.8}},
		"FR-BRE":      {Code: "FR-BRE", Kind: directory.AreaRegion, Name: directory.Text{"fr": "Bretagne", "en": "Brittany"}},
	}[code]
	return a, ok
}

func (tregor) Ancestors(code directory.AreaCode) []directory.AreaCode {
	if code == "FR-E" {
		code = "FR-BRE"
	}
	line := []directory.AreaCode{"insee:22113", "FR-22", "FR-BRE", "FR"}
	if i := slices.Index(line, code); i >= 0 {
		return line[i:]
	}
	return []directory.AreaCode{code}
}

func TestAreasOfTheGazetteer(t *testing.T) {
	v := directory.LoadVocabulary()
	x := search.New(&v, tregor{})
	put := func(name string, seat, serves directory.AreaCode) {
		x.Put(listing(name, func(h *directory.Hoster) {
			h.Seat, h.Serves = directory.Place{Area: seat}, []directory.AreaCode{serves}
		}))
	}
	put("commune", "insee:22113", "insee:22113")
	put("departement", "FR-22", "FR-22")
	put("region", "", "FR-E")
	put("ailleurs", "", "DE")
	for area, want := range map[string]int{"insee:22113": 3, "FR-22": 3, "FR-BRE": 3, "FR-E": 3, "FR": 3, "DE": 1} {
		if got := x.Search(directory.Query{Filters: map[directory.Facet][]string{directory.FacetServes: {area}}}).Total; got != want {
			t.Errorf("serves %s: got %d, want %d", area, got, want)
		}
	}
	for text, want := range map[string]int{"brittany": 3, "cotes d'armor": 3, "Lannion": 3} {
		if got := x.Search(directory.Query{Text: text}).Total; got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
	hits := x.Search(directory.Query{Near: &directory.Point{Latitude: 48.73, Longitude: -3.46}}).Hits
	if hits[0].ID.Host() != "commune.example" || hits[0].Kilometres != 0 {
		t.Errorf("nearest: got %+v, want the one in that commune at 0 km", hits[0])
	}
	if hits[1].Kilometres != -1 {
		t.Errorf("seat known by its department only: got %v km, want -1", hits[1].Kilometres)
	}
}

func TestOrderIsByDistanceThenNeutral(t *testing.T) {
	at := func(name string, p *directory.Point) directory.Listing {
		return listing(name, func(h *directory.Hoster) { h.Seat.Point = p })
	}
	x := index(
		at("inconnu", nil),
		at("brest", &directory.Point{Latitude: 48.39, Longitude: -4.486}),
		at("rennes", &directory.Point{Latitude: 48.117, Longitude: -1.678}),
	)
	r := x.Search(directory.Query{Near: &directory.Point{Latitude: 48.1, Longitude: -1.7}, Day: today})
	var got []string
	for _, id := range ids(r) {
		got = append(got, id.Host())
	}
	if want := []string{"rennes.example", "brest.example", "inconnu.example"}; !slices.Equal(got, want) {
		t.Errorf("near Rennes: got %v, want %v", got, want)
	}
	if d := r.Hits[0].Kilometres; d < 1 || d > 4 {
		t.Errorf("distance of the first: got %.1f km, want about 2.5", d)
	}
	if d := r.Hits[2].Kilometres; d != -1 {
		t.Errorf("distance of an unknown place: got %v, want -1", d)
	}
	for _, h := range x.Search(directory.Query{Day: today}).Hits {
		if h.Kilometres != -1 {
			t.Errorf("distance without a place: got %v, want -1", h.Kilometres)
		}
	}
}

func TestPagesTogetherAreTheWholeOnce(t *testing.T) {
	x := index(directorytest.Listings(203, 3)...)
	q := directory.Query{Day: today, Limit: 200}
	whole := ids(x.Search(q))
	q.Offset = 200
	whole = append(whole, ids(x.Search(q))...)
	var paged []directory.ID
	for q.Limit, q.Offset = 20, 0; q.Offset < 220; q.Offset += 20 {
		paged = append(paged, ids(x.Search(q))...)
	}
	if len(whole) != 203 || !slices.Equal(paged, whole) {
		t.Errorf("pages of 20: got %d hits in another order than the %d in pages of 200", len(paged), len(whole))
	}
	for i := 1; i < len(whole); i++ {
		a, b := directory.Shuffle(today, "", whole[i-1]), directory.Shuffle(today, "", whole[i])
		if a >= b {
			t.Fatalf("hit %d: got an order that is not Shuffle's", i)
		}
	}
	q = directory.Query{Day: today, Limit: 200}
	q.Day.Day++
	if tomorrow := ids(x.Search(q)); slices.Equal(tomorrow, whole[:200]) {
		t.Error("tomorrow: got today's order, want another")
	}
}

func TestSearchWhileWriting(t *testing.T) {
	listings := directorytest.Listings(60, 4)
	x := index(listings...)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 100 {
				r := x.Search(directory.Query{Text: "nuage", Day: today, Limit: 200})
				if r.Total != len(r.Hits) {
					t.Errorf("while writing: got %d hits of %d", len(r.Hits), r.Total)
					return
				}
			}
		})
	}
	for i := range 300 {
		l := listings[i%len(listings)]
		if i%3 == 0 {
			x.Remove(l.Hoster.ID)
		} else {
			x.Put(l)
		}
	}
	readers.Wait()
}

// A page that shows less than everything asks for less, and gets the same of it.
func TestAnswersTellWhatIsAskedFor(t *testing.T) {
	x := index(directorytest.Listings(60, 5)...)
	q := directory.Query{Text: "nextcloud", Filters: filters("paid", "no"), Day: today}
	all := x.Search(q)
	q.Count = []directory.Facet{directory.FacetPaid, directory.FacetNeed}
	var want []directory.FacetCounts
	for _, c := range all.Facets {
		if slices.Contains(q.Count, c.Facet) {
			want = append(want, c)
		}
	}
	if got := x.Search(q).Facets; len(want) != 2 || !reflect.DeepEqual(got, want) {
		t.Errorf("two facets: got %v, want %v", got, want)
	}
	q.OnlyHits = true
	if got, want := x.Search(q), (directory.Result{Total: all.Total, Hits: all.Hits, Near: all.Near}); !reflect.DeepEqual(got, want) {
		t.Errorf("only hits: got %+v, want %+v", got, want)
	}
}
