package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

func TestHosterPageSaysPeopleBeforeMachines(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := directoryNode(t, []directory.Listing{directorytest.Listing("Les Lucioles")}, everyNotice(h))
	d := n.page("/h/les_lucioles@les-lucioles.example")
	rest := squeeze(words(d.all("main")[0]))
	for _, says := range []string{
		"Les Lucioles", "Qui nous sommes", "Prendre contact", "+33 2 96 00 00 00", "lundi à vendredi, 9 h – 17 h, par téléphone",
		"Ce qu'on propose", "Comment on travaille", "2 personnes payées et 9 bénévoles", "Nos engagements",
		"Où sont les machines", "Partir", "Nouvelles", "Cette fiche", "Copié depuis",
	} {
		_, after, ok := strings.Cut(rest, says)
		if !ok {
			t.Fatalf("the page does not say %q where it should: %s", says, rest)
		}
		rest = after
	}
}

func TestNothingSaidIsNeverHeldAgainstAHoster(t *testing.T) {
	bare := directory.Listing{Handle: "@bare@bare.example", URL: "https://bare.example/", Origin: "https://bare.example/ap/actors/bare",
		Hoster: directory.Hoster{ID: "https://bare.example/ap/actors/bare", Handle: "bare", Name: "Bare", Discoverable: true, Indexable: true}}
	n := directoryNode(t, []directory.Listing{bare}, nil)
	d := n.page("/h/bare@bare.example")
	if !strings.Contains(d.words(), "demandez-lui") {
		t.Errorf("the page does not say whom to ask: %s", d.words())
	}
	for _, never := range []string{"manque", "absent", "aucune garantie", "pas pour l'instant", "inconnu"} {
		if strings.Contains(strings.ToLower(d.words()), never) {
			t.Errorf("the page says %q of what was not said", never)
		}
	}
	checkPage(t, "/h/bare@bare.example", n.get("/h/bare@bare.example"), d)
}

func TestStatementSaysWhoSaysSo(t *testing.T) {
	auditor := directorytest.Listing("La Meute")
	l := directorytest.Listing("Les Lucioles")
	l.Hoster.Statements = []directory.Statement{
		{Criterion: "two-can-repair", Value: directory.Unmet, Comment: directory.Text{"fr": "On cherche."}},
		{Criterion: "of-their-own", Value: directory.Met, SaidBy: auditor.Hoster.ID},
		{Criterion: "of-a-stranger", Value: directory.PartlyMet, SaidBy: "https://stranger.example/ap/actors/x"},
	}
	n := directoryNode(t, []directory.Listing{l, auditor}, nil)
	d := n.page("/h/les_lucioles@les-lucioles.example")
	for _, says := range []string{"dit par la structure", "dit par La Meute", "dit par stranger.example", "pas pour l'instant", "On cherche."} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
}

func TestOwnNode(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	notices := everyNotice(h)
	for i := range notices {
		notices[i].HTML, notices[i].Body = false, "Nous *cherchons*."
	}
	n := hosterNode(t, &h, notices)
	home, actor := n.page("/"), n.page("/@les_lucioles")
	if home.words() != actor.words() {
		t.Error("the first page is another than the actor's")
	}
	if !strings.Contains(home.words(), "@les_lucioles@les-lucioles.example") {
		t.Error("the handle is not there")
	}
	state := n.page("/etat")
	if want := "Un souci en ce moment : Les pads ne répondent plus. Prochaine nouvelle mercredi 4 mars 2026 à 12 h"; !strings.Contains(state.words(), want) {
		t.Errorf("got %s, want %q", state.words(), want)
	}
	thread := n.page("/etat/01JQ0000000000000000000000")
	if !strings.Contains(thread.words(), "cause trouvée") || !strings.Contains(thread.raw, "<em>cherchons</em>") {
		t.Errorf("got %s", thread.words())
	}
	if got := n.get("/hebergeurs").StatusCode; got != http.StatusNotFound {
		t.Errorf("a hoster's node has a directory: %d", got)
	}
}

func TestStateIsInTheWordsOfTheTeam(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	for i := range h.Services {
		h.Services[i].Level = directory.LevelOK
	}
	incident := everyNotice(h)[0]
	underway := everyNotice(h)[1]
	underway.Stage = directory.Underway
	over := everyNotice(h)[2]
	for _, c := range []struct {
		notices []directory.Notice
		level   directory.Level
		want    string
	}{
		{nil, directory.LevelOK, "Aucun souci en cours, dit l'équipe."},
		{[]directory.Notice{over}, directory.LevelOK, "Aucun souci en cours, dit l'équipe."},
		{[]directory.Notice{underway}, directory.LevelOK, "Un entretien est en cours : Mise à jour des pads."},
		{[]directory.Notice{underway, incident}, directory.LevelOK, "Un souci en ce moment : Les pads ne répondent plus."},
		{nil, directory.LevelError, "Le Pad : à l'arrêt."},
	} {
		h.Services[0].Level = c.level
		d := hosterNode(t, &h, c.notices).page("/etat")
		if got := squeeze(words(d.classed("sentence")[0])); !strings.HasPrefix(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestNoteOfAnUpdateLeadsToItsThread(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	notices := everyNotice(h)
	n := hosterNode(t, &h, notices)
	note := "01JQ00000000000000000000001" // its second message
	res := n.get("/@les_lucioles/" + note)
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusMovedPermanently || !strings.Contains(to, "#") {
		t.Fatalf("got %d to %q, want a place in the thread", res.StatusCode, to)
	}
	path, fragment, _ := strings.Cut(to, "#")
	if d := n.page(path); !strings.Contains(d.raw, `id="`+fragment+`"`) {
		t.Errorf("%s: no place %q", path, fragment)
	}
}

func TestProgramsAreSentToTheDocument(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := hosterNode(t, &h, everyNotice(h))
	const actor = "https://les-lucioles.example/ap/actors/les_lucioles"
	for _, c := range []struct{ accept, want string }{
		{"application/activity+json", actor},
		{`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, actor},
		{"application/activity+json, text/html;q=0.9", actor},
		{"text/html, application/activity+json;q=0.5", ""},
		{"text/html,application/xhtml+xml,*/*;q=0.8", ""},
		{"application/activity+json;q=0, text/html", ""},
		{"", ""},
	} {
		res := n.get("/@les_lucioles", "Accept", c.accept)
		if got := res.Header.Get("Location"); got != c.want {
			t.Errorf("Accept %q: got sent to %q, want %q", c.accept, got, c.want)
		}
		if c.want == "" && !strings.Contains(res.Header.Get("Link"), "<"+actor+`>; rel="alternate"; type="application/activity+json"`) {
			t.Errorf("Accept %q: got Link %q", c.accept, res.Header.Get("Link"))
		}
	}
	res := n.get("/@les_lucioles/01JQ0000000000000000000000", "Accept", "application/activity+json")
	if got, want := res.Header.Get("Location"), "https://les-lucioles.example/ap/notes/01JQ0000000000000000000000"; got != want {
		t.Errorf("a note: got sent to %q, want %q", got, want)
	}
}

// TestHandleOfBeforeLeadsToTheListing: whoever has the old address of a hoster
// that moved finds it, people and programs alike.
func TestHandleOfBeforeLeadsToTheListing(t *testing.T) {
	n := directoryNode(t, nil, nil)
	now := directorytest.Listing("Les Lucioles").Handle
	n.records.moved = map[string]string{"lucioles@avant.example": strings.TrimPrefix(now, "@")}
	for from, want := range map[string]string{
		"/h/lucioles@avant.example":                       "/h/" + strings.TrimPrefix(now, "@") + "?was=%40lucioles%40avant.example",
		"/en/h/lucioles@avant.example":                    "/en/h/" + strings.TrimPrefix(now, "@") + "?was=%40lucioles%40avant.example",
		"/api/v1/listings/lucioles@avant.example?lang=fr": "/api/v1/listings/" + strings.TrimPrefix(now, "@") + "?lang=fr",
	} {
		res := n.get(from)
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusMovedPermanently || got != want {
			t.Errorf("%s: got %d to %q, want 301 to %q", from, res.StatusCode, got, want)
			continue
		}
		if res = n.get(res.Header.Get("Location")); res.StatusCode != http.StatusOK {
			t.Errorf("%s leads to %d", from, res.StatusCode)
		}
	}
	here := "/h/" + strings.TrimPrefix(now, "@")
	for address, want := range map[string]bool{
		here + "?was=%40lucioles%40avant.example": true, here: false,
		here + "?was=%40autre%40avant.example": false, here + "?was=" + url.QueryEscape(now): false,
	} {
		if got := strings.Contains(n.page(address).words(), "Cette structure a déménagé"); got != want {
			t.Errorf("%s says that the hoster has moved: %t, want %t", address, got, want)
		}
	}
}

// elsewhere is a Moves that says where.
type elsewhere directory.ID

func (e elsewhere) MovedTo() directory.ID { return directory.ID(e) }

// TestWhoHasMovedSaysSoAtHome: a visitor of the old place reads where the
// people are now, on each page that speaks for them.
func TestWhoHasMovedSaysSoAtHome(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := hosterNode(t, &h, nil)
	for to, want := range map[string]bool{"https://la-bas.example/ap/actors/lucioles": true, "": false} {
		n.options.Moves = elsewhere(to)
		n.handler = routes(t, n.options)
		for address, words := range map[string]string{
			"/": "vit maintenant ailleurs", "/etat": "vit maintenant ailleurs", "/services": "vit maintenant ailleurs",
			"/engagements": "vit maintenant ailleurs", "/suivre": "vit maintenant ailleurs", "/en/": "lives elsewhere now",
		} {
			p := n.page(address)
			if got := strings.Contains(p.words(), words) && strings.Contains(p.words(), "la-bas.example"); got != want {
				t.Errorf("moved to %q, %s says so: %t, want %t", to, address, got, want)
			}
		}
	}
}
