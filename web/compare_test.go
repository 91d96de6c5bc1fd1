package web

import (
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

func TestComparisonAnswersEachQuestionForEachHoster(t *testing.T) {
	n := directoryNode(t, []directory.Listing{directorytest.Listing("Les Lucioles"), quiet("Le Calme")}, nil)
	d := n.page("/comparer?h=les_lucioles@les-lucioles.example&h=le_calme@le-calme.example")
	rows := d.classed("row")
	if len(rows) < 20 {
		t.Fatalf("got %d rows, want at least 20", len(rows))
	}
	for _, row := range rows {
		if got := len(document{row, ""}.classed("cell")); got != 2 {
			t.Errorf("%q: got %d cells, want 2", squeeze(words(row)), got)
		}
	}
	silent := 0
	for _, row := range rows[1:] {
		cell := document{row, ""}.classed("cell")[1]
		if len(document{cell, ""}.classed("unsaid")) == 0 {
			continue
		}
		silent++
		links := document{cell, ""}.all("a")
		if len(links) != 1 || !strings.HasPrefix(attribute(links[0], "href"), "mailto:") {
			t.Errorf("%q: what is not said cannot be asked", squeeze(words(row)))
		}
	}
	if silent < 10 {
		t.Errorf("got %d cells that are not said, want at least 10", silent)
	}
	for _, says := range []string{"Prix libre, 10 € conseillés.", "Trois personnes, dont une en apprentissage.", "Ce que cela demande aux personnes"} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	for _, judges := range []string{"✓", "★", "%"} {
		if strings.Contains(words(document{d.classed("compare")[0], ""}.Node), judges) {
			t.Errorf("the comparison holds %q", judges)
		}
	}
}

func TestComparisonIsGatheredInTheAddress(t *testing.T) {
	n := directoryNode(t, nil, nil)
	address := "/hebergeurs?maintenance=volunteer"
	var put []string
	for i := range mostCompared {
		d := n.page(address)
		cards := d.classed("card")
		put = append(put, d.names()[i])
		address, _, _ = strings.Cut(document{cards[i], ""}.link(t, "Ajouter à la comparaison"), "#")
	}
	d := n.page(address)
	for _, a := range d.all("a") {
		if squeeze(words(a)) == "Ajouter à la comparaison" {
			t.Errorf("a fifth can be added: %s", attribute(a, "href"))
		}
	}
	// Narrowing the directory keeps what was put aside.
	narrowed := n.page(document{d.classed("facets")[0], ""}.all("a")[0].Attr[0].Val)
	if got := len(document{narrowed.classed("basket")[0], ""}.all("li")); got != mostCompared {
		t.Errorf("after a filter: got %d put aside, want %d", got, mostCompared)
	}
	side := n.page(d.link(t, "Comparer côte à côte"))
	var names []string
	for _, a := range side.classed("name") {
		names = append(names, squeeze(words(a)))
	}
	if !slices.Equal(names, put) {
		t.Errorf("got %v side by side, want %v", names, put)
	}
	fewer := n.page(side.link(t, "Retirer de la comparaison"))
	if got := len(fewer.classed("name")); got != mostCompared-1 {
		t.Errorf("one taken out: got %d, want %d", got, mostCompared-1)
	}
}

func TestComparisonOfNobodyAndOfSomebodyGone(t *testing.T) {
	n := directoryNode(t, nil, nil)
	if d := n.page("/comparer"); d.link(t, "Choisir dans l'annuaire") != "/hebergeurs" {
		t.Error("nobody to compare is a dead end")
	}
	d := n.page("/comparer?h=les_lucioles@les-lucioles.example&h=gone@gone.example&h=LES_LUCIOLES@les-lucioles.example")
	if got := len(d.classed("name")); got != 1 || !strings.Contains(d.words(), "1 structure demandée n'est plus inscrite ici.") {
		t.Errorf("got %d hosters: %s", got, d.words())
	}
	n.records.moved = map[string]string{"old@old.example": "les_lucioles@les-lucioles.example"}
	res := n.get("/comparer?h=old@old.example")
	if got, want := res.Header.Get("Location"), "/comparer?h=les_lucioles%40les-lucioles.example"; got != want {
		t.Errorf("one that moved: got sent to %q, want %q", got, want)
	}
}

func TestBasketIsCarriedBesideAnyAddress(t *testing.T) {
	b := basket{"a@a.example"}
	for from, want := range map[string]string{
		"/x": "/x?h=a%40a.example", "/x?q=1": "/x?q=1&h=a%40a.example", "/x#y": "/x?h=a%40a.example#y", "/x?q=1#y": "/x?q=1&h=a%40a.example#y",
	} {
		if got := b.carry(from); got != want {
			t.Errorf("%s: got %s, want %s", from, got, want)
		}
	}
	if got := b.with("A@a.example"); len(got) != 0 {
		t.Errorf("one that is in: got %v, want none", got)
	}
}
