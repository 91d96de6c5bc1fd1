package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
)

// relays are the actors of two areas.
type relays map[directory.AreaCode]string

func (r relays) AreaHandle(code directory.AreaCode) (string, bool) {
	name, ok := r[code]
	return name, ok
}

func (r relays) AreaOf(handle string) (directory.AreaCode, bool) {
	for code, name := range r {
		if name == handle {
			return code, true
		}
	}
	return "", false
}

// mappedNode gives an aggregator with the true gazetteer and its maps.
func mappedNode(t *testing.T, listings []directory.Listing, notices []directory.Notice) *node {
	t.Helper()
	areas, err := geo.Load()
	if err != nil {
		t.Fatal(err)
	}
	atlas, err := geo.LoadAtlas()
	if err != nil {
		t.Fatal(err)
	}
	if listings == nil {
		listings = append(directorytest.Listings(40, 1), directorytest.Listing("Les Lucioles"))
	}
	return start(t, Options{
		Aggregator: &Aggregator{
			Handle: "annuaire", Name: "Annuaire du Ponant", Contact: "mailto:bonjour@annuaire.example",
			Summary: directory.Text{"fr": "Les hébergeurs libres du Ponant.", "en": "The free hosters of the West."},
		},
		Areas: areas, Atlas: atlas, Relays: relays{"FR-BRE": "bretagne", "FR": "france"},
	}, listings, notices)
}

// links gives the addresses of the links in some elements.
func links(under []*html.Node) map[string]bool {
	all := map[string]bool{}
	for _, n := range under {
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && c.Data == "a" {
				all[attribute(c, "href")] = true
			}
		}
	}
	return all
}

// TestMapSaysWhatItsListSays: whoever does not see the map finds each of its
// links in the page, before it and in words.
func TestMapSaysWhatItsListSays(t *testing.T) {
	n := mappedNode(t, nil, nil)
	for _, address := range []string{"/hebergeurs/carte", "/en/hosters/map", "/territoires/FR-BRE", "/territoires/FR", "/territoires/BE", "/territoires/FR-974"} {
		p := n.page(address)
		maps := p.all("svg")
		if len(maps) == 0 {
			t.Errorf("%s: no map", address)
			continue
		}
		if role, title := attribute(maps[0], "role"), attribute(maps[0], "aria-labelledby"); role != "group" || title == "" {
			t.Errorf("%s: the map has the role %q and is labelled by %q", address, role, title)
		}
		listed := links(p.all("ul"))
		for a := range links(maps) {
			if a == "" || strings.HasPrefix(a, "http") {
				t.Errorf("%s: the map leads to %q", address, a)
			}
			if strings.HasPrefix(a, "/h/") && !listed[a] {
				t.Errorf("%s: %s is on the map and in no list", address, a)
			}
		}
		var body strings.Builder
		if err := html.Render(&body, maps[0]); err != nil {
			t.Fatal(err)
		}
		if body.Len() > 25_000 {
			t.Errorf("%s: the map has %d bytes", address, body.Len())
		}
	}
}

// TestMapKeepsFilters: the map shows who answers the query, and its links keep
// asking it.
func TestMapKeepsFilters(t *testing.T) {
	n := mappedNode(t, nil, nil)
	all, some := n.page("/hebergeurs/carte"), n.page("/hebergeurs/carte?need=mail")
	hosters := func(p document) int {
		count := 0
		for a := range links(p.all("main")) {
			if strings.HasPrefix(a, "/h/") {
				count++
			}
		}
		return count
	}
	if a, b := hosters(all), hosters(some); b == 0 || b >= a {
		t.Errorf("%d hosters with a filter, %d without", b, a)
	}
	if !links(some.all("svg"))["/territoires/FR-BRE?need=mail"] {
		t.Error("the regions of the map forget the filter")
	}
}

// TestNobodyIsLeftOutOfTheMap: who does not say where it is stands in the list.
func TestNobodyIsLeftOutOfTheMap(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	l.Hoster.Seat = directory.Place{}
	p := mappedNode(t, []directory.Listing{l}, nil).page("/hebergeurs/carte")
	if words := p.words(); !strings.Contains(words, "Ils n'ont pas dit où ils se trouvent Les Lucioles") {
		t.Errorf("the page does not name who is nowhere: %s", words)
	}
}

func TestAreaPage(t *testing.T) {
	seated, working, wide, away := directorytest.Listing("Les Lucioles"), directorytest.Listing("Le Bocal"), directorytest.Listing("Racines"), directorytest.Listing("La Ruche")
	seated.Hoster.Seat, seated.Hoster.Serves = directory.Place{Area: "insee:22113"}, nil
	seated.Hoster.Contact.Hours = []directory.Hours{{Days: []string{"sat"}, From: "10:00", To: "12:30", Channel: onSite}}
	working.Hoster.Seat, working.Hoster.Serves = directory.Place{Area: "FR-44"}, []directory.AreaCode{"FR-35"}
	wide.Hoster.Seat, wide.Hoster.Serves = directory.Place{Area: "FR-13"}, []directory.AreaCode{"FR"}
	away.Hoster.Seat, away.Hoster.Serves = directory.Place{Area: "FR-13"}, []directory.AreaCode{"FR-13"}
	notice := directorytest.Notice(seated.Hoster)
	n := mappedNode(t, []directory.Listing{seated, working, wide, away}, []directory.Notice{notice})
	words := n.page("/territoires/FR-BRE").words()
	at := -1
	for _, want := range []string{
		"France ›", "Région", "Hébergeurs : Bretagne", "1 structure a son siège ici", "Les Lucioles", "Côtes-d'Armor 1 hébergeur",
		"1 autre structure intervient ici", "Le Bocal", "1 structure intervient sur un territoire plus large", "Racines",
		"Se rencontrer", "samedi", "Nouvelles des structures d'ici", notice.Title, "@bretagne@annuaire.example", "Qui tient cette page",
	} {
		i := strings.Index(words[at+1:], want)
		if i < 0 {
			t.Errorf("no %q in its place", want)
			continue
		}
		at += 1 + i
	}
	if strings.Contains(words, "La Ruche") {
		t.Error("somebody who is neither here nor works here stands on the page")
	}
	if department := n.page("/territoires/FR-22").words(); !strings.Contains(department, "@bretagne@annuaire.example") {
		t.Error("the page of a department does not say how its region is followed")
	}
}

// TestAreaAddresses: each territory has one address, which says no more of
// where somebody lives than their inter-municipality or department.
func TestAreaAddresses(t *testing.T) {
	n := mappedNode(t, nil, nil)
	for address, want := range map[string]string{
		"/territoires/insee:22113": "/territoires/siren:200065928", "/territoires/22113": "/territoires/siren:200065928",
		"/territoires/200065928": "/territoires/siren:200065928", "/territoires/fr-bre": "/territoires/FR-BRE",
		"/territoires/FR-75": "/territoires/FR-75C", "/territoires/GP": "/territoires/FR-971",
		"/en/areas/fr-22?need=mail": "/en/areas/FR-22?need=mail",
	} {
		if res := n.get(address); res.StatusCode != http.StatusMovedPermanently || res.Header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want %q", address, res.StatusCode, res.Header.Get("Location"), want)
		}
	}
	for _, address := range []string{"/territoires/XX", "/territoires/" + url.PathEscape(strings.Repeat("x", 300)), "/territoires/%00", "/territoires/FR-BRE'"} {
		if res := n.get(address); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", address, res.StatusCode)
		}
	}
	for _, address := range []string{"/territoires/siren:200065928", "/territoires/FR-20R", "/territoires/CH", "/territoires/DE", "/territoires/FR-NC", "/en/areas/BE-BRU"} {
		n.page(address)
	}
	if res := n.get("/@bretagne"); res.StatusCode != http.StatusFound || res.Header.Get("Location") != "/territoires/FR-BRE" {
		t.Errorf("the page of the actor of a region: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
}
