package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"matou/directory"
	"matou/directory/directorytest"
)

// found gives the number that a page of the directory says it found.
func found(t *testing.T, d document) int {
	t.Helper()
	for _, h := range d.all("h2") {
		if attribute(h, "id") == "results" {
			count := strings.Fields(words(h))[0]
			if count == "Aucun" {
				return 0
			}
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("no results")
	return 0
}

// everyone gives the pages of the hosters on all pages of results from an
// address on, the language apart.
func everyone(n *node, address string) []string {
	n.Helper()
	var names []string
	for address != "" {
		d := n.page(address)
		for _, card := range d.classed("card") {
			names = append(names, strings.TrimPrefix(attribute(document{card, ""}.all("a")[0], "href"), "/en"))
		}
		address = ""
		for _, a := range d.all("a") {
			if attribute(a, "rel") == "next" {
				address = attribute(a, "href")
			}
		}
	}
	return names
}

func TestEveryFacetLinkLeadsToAsManyAsItSays(t *testing.T) {
	n := directoryNode(t, nil, nil)
	followed := 0
	for _, from := range []string{"/hebergeurs", "/en/hosters?maintenance=volunteer", "/hebergeurs?need=write-together&all=join"} {
		for _, facet := range n.page(from).all("details") {
			in := document{facet, ""}
			held := len(in.classed("chosen")) > 0
			for _, item := range in.all("li") {
				counts, links := document{item, ""}.classed("count"), document{item, ""}.all("a")
				if len(counts) != 1 || attribute(links[0], "class") == "chosen" {
					continue
				}
				followed++
				want, err := strconv.Atoi(words(counts[0]))
				if err != nil {
					t.Fatal(err)
				}
				got := found(t, n.page(attribute(links[0], "href")))
				// A second answer to one question widens: it finds at least its own.
				if got != want && !held || got < want {
					t.Errorf("%s: %q says %d and leads to %d", from, squeeze(words(links[0])), want, got)
				}
			}
		}
	}
	if followed < 60 {
		t.Errorf("got %d facet links, want at least 60", followed)
	}
}

// A directory's hosters act in thousands of places: a page offers countries and
// regions first, and within what was chosen what lies directly in it.
func TestPlacesAreOfferedAStepAtATime(t *testing.T) {
	n := mappedNode(t, nil, nil)
	offered := func(address string) (names []string) {
		for _, facet := range n.page(address).all("details") {
			if attribute(facet, "id") == "facet-serves" {
				for _, a := range (document{facet, ""}).all("a") {
					names = append(names, strings.TrimPrefix(squeeze(words(a)), "✓ Retirer : "))
				}
			}
		}
		return names
	}
	first, inside := offered("/hebergeurs?all=serves"), offered("/hebergeurs?all=serves&serves=FR-BRE")
	for _, place := range []struct {
		name          string
		first, inside bool
	}{
		{"Bretagne", true, true}, {"France", true, true}, {"Hauts-de-France", true, true},
		{"Côtes-d'Armor", false, true}, {"Finistère", false, true}, {"Lannion", false, false},
	} {
		if got := slices.Contains(first, place.name); got != place.first {
			t.Errorf("%s at first: got %t, want %t, among %q", place.name, got, place.first, first)
		}
		if got := slices.Contains(inside, place.name); got != place.inside {
			t.Errorf("%s in Brittany: got %t, want %t, among %q", place.name, got, place.inside, inside)
		}
	}
	order := newAlphabet(language.French)
	if !slices.IsSortedFunc(inside, order.compare) || order.compare("Île-de-France", "Jura") >= 0 {
		t.Errorf("order: got %q, want it by the alphabet, accents aside", inside)
	}
}

func TestPagesHoldAsManyAsTheySay(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, address := range []string{"/hebergeurs", "/hebergeurs?limit=7", "/hebergeurs?place=Lannion&limit=10", "/hebergeurs?maintenance=paid"} {
		all := everyone(n, address)
		if got, want := len(all), found(t, n.page(address)); got != want {
			t.Errorf("%s: got %d cards over all pages, want %d", address, got, want)
		}
		slices.Sort(all)
		if got := len(slices.Compact(slices.Clone(all))); got != len(all) {
			t.Errorf("%s: %d hosters come twice", address, len(all)-got)
		}
	}
}

func TestFilterSaysWhatItHidesAndCanBeRemoved(t *testing.T) {
	n := directoryNode(t, nil, nil)
	all := found(t, n.page("/hebergeurs"))
	d := n.page("/hebergeurs?maintenance=paid")
	hidden := all - found(t, d)
	if want := "laisse de côté " + strconv.Itoa(hidden) + " hébergeurs, dont 9 qui n'en ont rien dit : ce n'est pas un non"; hidden < 2 || !strings.Contains(d.words(), want) {
		t.Errorf("got no %q in: %s", want, d.words())
	}
	if got := found(t, n.page(d.link(t, "Retirer"))); got != all {
		t.Errorf("without the filter: got %d, want %d", got, all)
	}
	if got := found(t, n.page(d.link(t, "Tout retirer"))); got != all {
		t.Errorf("without anything: got %d, want %d", got, all)
	}
}

func TestNothingFoundIsNoDeadEnd(t *testing.T) {
	n := directoryNode(t, nil, nil)
	d := n.page("/hebergeurs?q=zzzzzz&maintenance=paid")
	if got := found(t, d); got != 0 {
		t.Fatalf("got %d, want none", got)
	}
	if !strings.Contains(d.words(), "élargir un peu") || !strings.Contains(d.words(), "bonjour@annuaire.example") {
		t.Errorf("got neither a wider search nor somebody to ask: %s", d.words())
	}
	to := d.link(t, "Sans « zzzzzz »")
	if got := found(t, n.page(to)); got == 0 {
		t.Errorf("%s: still nothing", to)
	}
}

func TestPageBehindTheLastLeadsToTheFirst(t *testing.T) {
	n := directoryNode(t, nil, nil)
	res := n.get("/hebergeurs?maintenance=paid&offset=1000")
	if got, want := res.Header.Get("Location"), "/hebergeurs?maintenance=paid"; res.StatusCode != http.StatusFound || got != want {
		t.Errorf("got %d to %q, want 302 to %q", res.StatusCode, got, want)
	}
}

func TestFullAndClosingHostersStayVisible(t *testing.T) {
	full := directorytest.Listing("Le Complet")
	for i := range full.Hoster.Services {
		full.Hoster.Services[i].Registration.Capacity = directory.CapacityFull
	}
	closing := directorytest.Listing("Le Partant")
	closing.Hoster.State = directory.StateClosing
	closing.Hoster.Until = directory.Date{Year: 2026, Month: time.June, Day: 30}
	closed := directorytest.Listing("Le Parti")
	closed.Hoster.State = directory.StateClosed
	n := directoryNode(t, []directory.Listing{full, closing, closed}, nil)
	d := n.page("/hebergeurs")
	if got := len(d.names()); got != 2 {
		t.Errorf("got %d hosters, want 2", got)
	}
	for _, want := range []string{"complet", "Fermeture annoncée pour le 30 juin 2026"} {
		if !strings.Contains(d.words(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// Who has closed leaves the lists, and its address goes on saying so.
	if d := n.page("/h/le_parti@le-parti.example"); !strings.Contains(d.words(), "A cessé son activité") {
		t.Errorf("the page does not say that it has closed")
	}
}

func TestOrderIsTheSameAllDayAndChangesTheNext(t *testing.T) {
	at := now
	n := directoryNode(t, nil, nil)
	n.options.Clock = func() time.Time { return at }
	n.handler = routes(t, n.options)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, time.July, 14, 0, 0, 0, 0, paris)
	order := func(when time.Time, address string) string {
		at = when
		return strings.Join(everyone(n, address), "|")
	}
	first := order(day.Add(time.Minute), "/hebergeurs")
	if late := order(day.Add(24*time.Hour-time.Minute), "/hebergeurs"); late != first {
		t.Errorf("the order changed within the day")
	}
	if english := order(day.Add(time.Hour), "/en/hosters"); english != first {
		t.Errorf("the order is another in English")
	}
	if crafted := order(day.Add(time.Hour), "/hebergeurs?day=2026-01-01"); crafted != first {
		t.Errorf("an address can choose the day")
	}
	next := order(day.Add(24*time.Hour+time.Minute), "/hebergeurs")
	if next == first {
		t.Errorf("the order is the same on the next day")
	}
	if d := n.page("/hebergeurs"); !strings.Contains(d.words(), "mélangé chaque jour, le même pour tout le monde") {
		t.Errorf("the order is not explained")
	}
}

func TestPlaceOrdersByDistance(t *testing.T) {
	n := directoryNode(t, nil, nil)
	d := n.page("/hebergeurs?place=Lannion")
	if !strings.Contains(d.words(), "Par distance depuis Lannion (Côtes-d'Armor)") {
		t.Errorf("got %s", d.words())
	}
	if got := d.names()[0]; got != "Les Lucioles" {
		t.Errorf("got %s first, want Les Lucioles, which is there", got)
	}
	if got := found(t, d); got != 41 {
		t.Errorf("a place hides hosters: got %d, want 41", got)
	}
}

func TestPlaceOfTwoNamesakesOffersTheOther(t *testing.T) {
	n := directoryNode(t, nil, nil)
	d := n.page("/hebergeurs?place=saint-denis&maintenance=volunteer")
	if !strings.Contains(d.words(), "Par distance depuis Saint-Denis (Seine-Saint-Denis)") {
		t.Errorf("got %s", d.words())
	}
	other := n.page(d.link(t, "Saint-Denis (Aude)"))
	if !strings.Contains(other.words(), "Par distance depuis Saint-Denis (Aude)") || found(t, other) != found(t, d) {
		t.Errorf("got %s", other.words())
	}
}

func TestUnknownPlaceIsSaid(t *testing.T) {
	n := directoryNode(t, nil, nil)
	d := n.page("/hebergeurs?place=Trifouillis")
	if !strings.Contains(d.words(), "Nous n'avons pas trouvé « Trifouillis »") || found(t, d) != 41 {
		t.Errorf("got %s", d.words())
	}
}

func TestPresetIsAPublishedSetOfFiltersThatCanBeRemoved(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, p := range n.options.Vocabulary.Presets {
		label := p.Label["fr"]
		d := n.page("/hebergeurs")
		to := d.link(t, label)
		u, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{}
		for f, values := range p.Filters {
			want[string(f)] = values
		}
		if got := map[string][]string(u.Query()); !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: got filters %v, want %v", label, got, want)
		}
		if !strings.Contains(d.words(), "Règle : « ") {
			t.Errorf("%s: the rule is not said", label)
		}
		if back := n.page(to).link(t, label); back != "/hebergeurs" {
			t.Errorf("%s: a second use leads to %s, want the whole directory", label, back)
		}
	}
}

func TestFormKeepsTheFilters(t *testing.T) {
	n := directoryNode(t, nil, nil)
	d := n.page("/hebergeurs?maintenance=volunteer&place=Lannion&q=pad&offset=1")
	kept := map[string]string{}
	for _, e := range d.all("input") {
		kept[attribute(e, "name")] = attribute(e, "value")
	}
	want := map[string]string{"q": "pad", "place": "Lannion", "place-was": "Lannion", "place-code": "FR-22", "maintenance": "volunteer"}
	if !maps.Equal(kept, want) {
		t.Errorf("got fields %v, want %v", kept, want)
	}
	if form := d.all("form")[0]; attribute(form, "method") != "post" || attribute(form, "action") != "/hebergeurs" {
		t.Errorf("got form %s %s", attribute(form, "method"), attribute(form, "action"))
	}
}

func TestFirstPageAsksOneQuestionAndShowsThree(t *testing.T) {
	n := directoryNode(t, nil, everyNotice(directorytest.Hoster("Les Lucioles")))
	d := n.page("/")
	if got := len(d.names()); got != 3 {
		t.Errorf("got %d hosters, want 3", got)
	}
	want := d.names()
	if got := n.page("/hebergeurs").names()[:3]; !slices.Equal(got, want) {
		t.Errorf("the directory begins with %v, the first page shows %v", got, want)
	}
	for _, says := range []string{"@annuaire@annuaire.example", "Personne ne paie pour être en haut", "Permanence samedi"} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the first page does not say %q", says)
		}
	}
	// A form sends every field, also those left empty.
	if got := found(t, n.page("/hebergeurs?need=&place=")); got != 41 {
		t.Errorf("empty fields: got %d, want 41", got)
	}
}

func TestFirstPageOffersNoNeedThatNobodyMeets(t *testing.T) {
	n := directoryNode(t, []directory.Listing{directorytest.Listing("Les Lucioles")}, nil)
	offered := 0
	for _, e := range n.page("/").all("option") {
		if need := attribute(e, "value"); attribute(e.Parent, "label") != "" {
			offered++
			if got := found(t, n.page("/hebergeurs?need="+need)); got == 0 {
				t.Errorf("%s leads nowhere", need)
			}
		}
	}
	if offered == 0 {
		t.Error("no need is offered")
	}
}

func TestReplacingAProductLeadsToHosters(t *testing.T) {
	n := directoryNode(t, nil, nil)
	res := n.get("/remplacer?product=google-docs")
	if got, want := res.Header.Get("Location"), "/remplacer/google-docs"; got != want {
		t.Fatalf("got sent to %q, want %q", got, want)
	}
	d := n.page("/remplacer/google-docs")
	for _, says := range []string{"Quitter Google Docs", "Etherpad", "Les Lucioles"} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
}

func TestCardsHoldNothingToCompeteWith(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for card := range slices.Values(n.page("/hebergeurs").classed("card")) {
		for d := range card.Descendants() {
			if d.Type == html.ElementNode && d.Data == "img" {
				t.Errorf("a card holds a picture from elsewhere: %s", attribute(d, "src"))
			}
		}
	}
}
