package web

import (
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// A membership and a relation are told with who says them; what strangers say
// of a hoster does not stand on its page.
func TestBothSidesAreTold(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	l.Hoster.Memberships = []directory.Membership{{Collective: "chatons"}, {Collective: "meute"}}
	l.Members = []directory.MemberWord{{Collective: "chatons", Source: "https://annuaire.example/ap/actors/a"}, {Collective: "librehosters"}}
	l.Ties = directory.Ties(l.Hoster, map[directory.ID][]directory.Relation{
		"https://les-etoiles.example/ap/actors/les_etoiles": {{Kind: directory.RelationBacksUp, With: l.Hoster.ID}},
		"https://passant.example/ap/actors/passant":         {{Kind: directory.RelationTakesOver, With: l.Hoster.ID, Name: "Passant"}},
	}, directory.Date{})
	n := directoryNode(t, []directory.Listing{l}, nil)
	d := n.page("/h/les_lucioles@les-lucioles.example")
	text := d.words()
	for _, says := range []string{
		"Se dit membre de", "la structure et le collectif le disent", "la compte parmi ses membres",
		"Les Étoiles garde une copie de ses données — les deux le disent",
		"Qui a voix au chapitre", "adhésions, dons", "Elle prévient au moins 90 jours avant", "machines à elle",
		"300 comptes en tout",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(text, "passant.example") || strings.Contains(text, "Passant") {
		t.Error("the page says what a stranger says of the hoster")
	}
	checkPage(t, "/h/les_lucioles@les-lucioles.example", n.get("/h/les_lucioles@les-lucioles.example"), d)
	card := "membre de CHATONS · se dit membre de meute · comptée parmi les membres de Librehosters, sans en parler"
	if text := n.page("/hebergeurs").words(); !strings.Contains(text, card) {
		t.Errorf("the card does not say %q", card)
	}
}
