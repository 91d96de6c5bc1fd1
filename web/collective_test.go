package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// admitted is a collective that wrote down how it took its members in.
type admitted directory.Collective

func (a admitted) Admissions(context.Context) (directory.Collective, bool, error) {
	return directory.Collective(a), a.Slug != "", nil
}

// How a hoster was taken in is told by the collective, on its page and on the
// hoster's: the round, the day, the vote, the review, the exception.
func TestHowMembersWereTakenIn(t *testing.T) {
	l, gone := directorytest.Listing("Les Lucioles"), directory.Member{Name: "Le Parti", Website: "https://parti.example/", Since: directory.Date{Year: 2019}, Until: directory.Date{Year: 2024}}
	taken := directory.Member{Hoster: l.Hoster.ID, Since: directory.Date{Year: 2026, Month: 10}, Admission: &directory.Admission{
		Batch: "Portée 21", DecidedOn: directory.Date{Year: 2026, Month: 10, Day: 12},
		Ballot: directory.Text{"fr": "Dix pour, dix blancs, sur trente-six voix."}, Review: "https://meute.example/relecture",
		Findings:    []directory.Statement{{Criterion: "several-can-repair", Value: directory.PartlyMet, SaidBy: "https://annuaire.example/ap/actors/annuaire", Comment: directory.Text{"fr": "Deux, bientôt trois."}}},
		Derogations: []directory.Derogation{{By: "chatons", Why: directory.Text{"fr": "La forge est ailleurs pour un an."}}},
	}}
	other := directorytest.Listing("Le Passe-Muraille")
	bySite := directory.Member{Name: "Passe-Muraille", Website: other.Hoster.Website}
	word := directory.Collective{Slug: "chatons", Name: "CHATONS", Charter: "chatons-2", Source: "https://annuaire.example/ap/actors/annuaire", Members: []directory.Member{gone, taken, bySite}}
	other.Members = []directory.MemberWord{word.Word(bySite)}
	l.Members = []directory.MemberWord{word.Word(taken)}
	l.Hoster.Statements = []directory.Statement{{Criterion: "controls-software", Value: directory.Unmet, Derogation: &directory.Derogation{By: "chatons", Why: directory.Text{"fr": "Un seul service est confié."}}}}
	n := directoryNode(t, []directory.Listing{l, other}, nil)
	n.options.Collective = admitted(word)
	n.handler = routes(t, n.options)
	page := "/h/les_lucioles@les-lucioles.example"
	all := []string{
		"Le vote : Dix pour, dix blancs", "relecture : meute.example",
		"Exception accordée par CHATONS : La forge est ailleurs", "Ce que la relecture a vu", "Deux, bientôt trois.",
	}
	for address, want := range map[string][]string{
		"/collectif":     append([]string{"Charte des CHATONS, version 2", "Les Lucioles", "Le Parti", "Portée 21 Les Lucioles", "Membre depuis octobre 2026.", "Le collectif a décidé le 12 octobre 2026.", "Les autres membres Le Parti", "Membre depuis 2019, jusqu'en 2024.", "Ce que la charte demande"}, all...),
		page:             append([]string{"Admission : Portée 21. Le collectif a décidé le 12 octobre 2026.", "Exception accordée par CHATONS : Un seul service"}, all...),
		"/en/collective": {"Portée 21", "Member since October 2026.", "The collective decided on 12 October 2026.", "said by CHATONS"},
		"/charte":        {"Comment les membres de CHATONS ont été accueillis"},
	} {
		d := n.page(address)
		for _, says := range want {
			if !strings.Contains(d.words(), says) {
				t.Errorf("%s does not say %q: %s", address, says, d.words())
			}
		}
		checkPage(t, address, n.get(address), d)
	}
	if got := n.page("/collectif").link(t, "Les Lucioles"); got != page {
		t.Errorf("the member leads to %q, want %q", got, page)
	}
	if got := n.page(page).link(t, "Comment les membres de CHATONS ont été accueillis"); got != "/collectif" {
		t.Errorf("the member's page leads to %q, want the page of the collective", got)
	}
	if got := n.page("/mentions").link(t, "Le collectif"); got != "/collectif" {
		t.Errorf("the end of each page leads to %q, want the page of the collective", got)
	}
	if got, want := n.page("/collectif").link(t, "Le Passe-Muraille"), "/h/"+strings.TrimPrefix(other.Handle, "@"); got != want {
		t.Errorf("the member known by its site leads to %q, want %q", got, want)
	}
	n.options.Collective = admitted{}
	n.handler = routes(t, n.options)
	if res := n.get("/collectif"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a directory that speaks for no collective: got status %d, want 404", res.StatusCode)
	}
}
