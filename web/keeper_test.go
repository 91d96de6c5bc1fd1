package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// desk is a Desk, an Examiner and a RuleBook that give what they are told to.
type desk struct {
	err   error
	asked []string
	found directory.Examination
	rules Rules
}

func (d *desk) ReportByVisitor(_ *http.Request, about directory.ID, words, contact string) error {
	d.asked = append(d.asked, string(about)+"|"+words+"|"+contact)
	return d.err
}

func (d *desk) Examine(_ *http.Request, account string) (directory.Examination, error) {
	d.asked = append(d.asked, account)
	return d.found, d.err
}

func (d *desk) Rules(context.Context) (Rules, error) { return d.rules, d.err }

// keptNode is a directory whose keepers can be reached by forms.
func keptNode(t *testing.T, d *desk) *node {
	t.Helper()
	n := directoryNode(t, []directory.Listing{directorytest.Listing("Les Lucioles"), directorytest.Listing("Les Galets")}, nil)
	n.options.Desk, n.options.Examiner, n.options.Rules = d, d, d
	n.options.Keepers = Keepers{
		Legal:         Legal{Publisher: "Association du Ponant", Director: "Le bureau"},
		Accessibility: Accessibility{State: "partial", On: directory.Date{Year: 2026, Month: 9, Day: 3}, Gaps: directory.Text{"fr": "- La carte <script>"}},
		Person:        Person{Name: "La permanence", Email: "permanence@annuaire.example", Languages: []directory.Language{"fr", "br"}},
	}
	n.handler = routes(t, n.options)
	return n
}

func TestReportForm(t *testing.T) {
	const lucioles = "https://les-lucioles.example/ap/actors/les_lucioles"
	long := strings.Repeat("é", 3000)
	for _, tt := range []struct {
		name   string
		form   url.Values
		err    error
		status int
		asked  string // "" for nothing
		fault  string // beside a field
	}{
		{"by handle", url.Values{"about": {luciole}, "words": {"Un lien mort."}, "contact": {"ana@perso.example"}}, nil, 303, lucioles + "|Un lien mort.|ana@perso.example", ""},
		{"by name", url.Values{"about": {"les lucioles"}, "words": {"x"}}, nil, 303, lucioles + "|x|", ""},
		{"by its page", url.Values{"about": {"https://annuaire.example/h/les_lucioles@les-lucioles.example/etat"}, "words": {long}}, nil, 303, lucioles + "|" + long + "|", ""},
		{"chosen among several", url.Values{"about": {"les"}, "which": {luciole}, "words": {"x"}}, nil, 303, lucioles + "|x|", ""},
		{"several", url.Values{"about": {"les"}, "words": {"x"}}, nil, 422, "", "Plusieurs structures"},
		{"nobody", url.Values{"words": {"x"}}, nil, 422, "", "Dites de quelle structure"},
		{"a stranger", url.Values{"about": {"@a@ailleurs.example"}, "words": {"x"}}, nil, 422, "", "Aucune structure inscrite ici"},
		{"no words", url.Values{"about": {luciole}, "words": {" \n"}}, nil, 422, "", "Écrivez ce qu'il faut regarder"},
		{"a program", url.Values{"about": {luciole}, "words": {"x"}, "surname": {"x"}}, nil, 422, "", "Un champ caché"},
		{"too long", url.Values{"about": {luciole}, "words": {"x"}}, directory.Invalid("words", "x"), 422, lucioles + "|x|", "C'est trop long"},
		{"a bad contact", url.Values{"about": {luciole}, "words": {"x"}}, directory.Invalid("contact", "x"), 422, lucioles + "|x|", "Une seule ligne"},
		{"too often", url.Values{"about": {luciole}, "words": {"x"}}, directory.ErrConflict, 429, lucioles + "|x|", "n'a pas été gardé"},
		{"a fault of ours", url.Values{"about": {luciole}, "words": {"x"}}, errors.New("disk"), 500, lucioles + "|x|", ""},
		{"an endless form", url.Values{"about": {luciole}, "words": {strings.Repeat("x", 60<<10)}}, nil, 400, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &desk{err: tt.err}
			n := keptNode(t, d)
			res := n.fill("/signaler", tt.form)
			if got := strings.Join(d.asked, "\n"); res.StatusCode != tt.status || squeeze(got) != squeeze(tt.asked) {
				t.Fatalf("got %d, told %.90q; want %d, %.90q", res.StatusCode, got, tt.status, tt.asked)
			}
			if tt.status == 303 {
				if to := res.Header.Get("Location"); to != "/signaler/merci" || res.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("sent on to %q", to)
				}
				n.page(res.Header.Get("Location"))
				return
			}
			page := parse(t, res)
			said := ""
			for _, p := range page.classed("fault") {
				said += squeeze(words(p))
			}
			if !strings.Contains(said, tt.fault) {
				t.Errorf("said %q, want %q", said, tt.fault)
			}
			if tt.status == 422 && !strings.Contains(page.raw, ">"+strings.TrimSpace(tt.form.Get("words"))) {
				t.Error("what was typed is lost")
			}
		})
	}
}

// TestFormsOfOtherSites: another site cannot make its readers write here, and a
// link sets nothing off.
func TestFormsOfOtherSites(t *testing.T) {
	d := &desk{}
	n := keptNode(t, d)
	for _, path := range []string{"/signaler", "/proposer", "/demander", "/en/report", "/en/join", "/en/ask"} {
		if res := n.fill(path, url.Values{"about": {luciole}, "words": {"x"}, "account": {"a@b.example"}}, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", path, res.StatusCode)
		}
		n.page(path + "?about=" + url.QueryEscape(luciole) + "&words=x&account=a@b.example")
	}
	if len(d.asked) > 0 {
		t.Errorf("asked %q", d.asked)
	}
}

// TestReportWithoutDesk: a node that takes no reports says where to write.
func TestReportWithoutDesk(t *testing.T) {
	n := directoryNode(t, nil, nil)
	if d := n.page("/signaler"); len(d.all("textarea")) > 0 || !strings.Contains(d.words(), "bonjour@annuaire.example") {
		t.Errorf("got %s", d.words())
	}
	if res := n.fill("/signaler", url.Values{"about": {luciole}}); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("got %d, want 405", res.StatusCode)
	}
}

func TestJoin(t *testing.T) {
	whole := directorytest.Hoster("Les Lucioles")
	bare := directory.Hoster{Name: "Les Galets"}
	ready := directory.Examination{Handle: "galets@galets.example", Host: "galets.example", Publishes: true, Discoverable: true, Indexable: true}
	for _, tt := range []struct {
		name  string
		found directory.Examination
		want  []string
	}{
		{"nowhere", directory.Examination{Host: "galets.example", Stopped: directory.StopUnreachable}, []string{"il manque Le serveur répond.", "pas encore vu Il dit qui vous êtes.", "Rien ne répond à cette adresse"}},
		{"no name", directory.Examination{Host: "galets.example", Stopped: directory.StopNameless}, []string{"c'est fait Le serveur répond.", "Essayez avec l'adresse entière"}},
		{"a person", directory.Examination{Handle: "ana@social.example"}, []string{"il manque C'est la fiche d'un hébergeur.", "ne décrit aucun service"}},
		{"no consent", directory.Examination{Handle: "galets@galets.example", Publishes: true, Discoverable: true, Hoster: &whole}, []string{"il manque Vos mots peuvent être cherchés", "indexable = true"}},
		{"ready", altered(ready, func(e *directory.Examination) { e.Hoster = &bare }), []string{"il manque Cet annuaire vous suit.", "Leur écrire maintenant", "qui vous êtes, en une phrase", "comment vous joindre"}},
		{"waiting", altered(ready, func(e *directory.Examination) { e.Asked = true }), []string{"Cet annuaire vous suit déjà"}},
		{"listed", altered(ready, func(e *directory.Examination) { e.Asked, e.Listed, e.Hoster = true, true, &whole }), []string{"Vous êtes dans l'annuaire"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := keptNode(t, &desk{found: tt.found})
			res := n.fill("/proposer", url.Values{"account": {"x"}})
			d := parse(t, res)
			for _, want := range tt.want {
				if !strings.Contains(d.words(), want) {
					t.Errorf("does not say %q: %s", want, d.words())
				}
			}
			if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("got %d, %s", res.StatusCode, res.Header.Get("Cache-Control"))
			}
			if missing := missingWords.FindString(d.raw); missing != "" {
				t.Errorf("a sentence is missing: %s", missing)
			}
		})
	}
	for err, want := range map[error]int{directory.ErrInvalid: 422, directory.ErrForbidden: 422, directory.ErrConflict: 429, errors.New("disk"): 500} {
		if res := keptNode(t, &desk{err: err}).fill("/proposer", url.Values{"account": {"x"}}); res.StatusCode != want {
			t.Errorf("%v: got %d, want %d", err, res.StatusCode, want)
		}
	}
}

func altered(e directory.Examination, change func(*directory.Examination)) directory.Examination {
	change(&e)
	return e
}

// TestQuestion: what a visitor told becomes a message; a postcode stays out of
// the address.
func TestQuestion(t *testing.T) {
	n := keptNode(t, &desk{})
	res := n.fill("/demander", url.Values{"need": {"shared-editing"}, "place": {"Lannion"}, "hope": {"phone"}})
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || strings.Contains(to, "Lannion") {
		t.Fatalf("got %d to %q", res.StatusCode, to)
	}
	d := n.page(to)
	text := ""
	for _, area := range d.all("textarea") {
		text += words(area)
	}
	for _, want := range []string{"Bonjour,\n", "- Près de : ", "- Ce qui compte pour moi : quelqu'un à qui téléphoner", "Merci d'avance !"} {
		if !strings.Contains(text, want) {
			t.Errorf("the message does not say %q: %s", want, text)
		}
	}
	mail := d.link(t, "L'ouvrir dans votre logiciel de courrier")
	if !strings.HasPrefix(mail, "mailto:permanence@annuaire.example?subject=") || !strings.Contains(mail, "%0D%0A") || strings.Contains(mail, "+") {
		t.Errorf("got %q", mail)
	}
}

// TestKeepersWords: what the keepers wrote is shown, formatted and harmless, in
// the language that they have.
func TestKeepersWords(t *testing.T) {
	n := keptNode(t, &desk{rules: Rules{
		Text: directory.Text{"fr": "Des **services libres**.<script>alert(1)</script>"},
		Decisions: []Decision{{Slug: "2026-03-14-charte", Day: directory.Date{Year: 2026, Month: 3, Day: 14},
			Title: directory.Text{"fr": "Deuxième charte"}, Body: directory.Text{"fr": "## Vote\n[ici](https://annuaire.example/cr)"}}},
	}})
	for path, all := range map[string][]string{
		"/charte":        {"Des services libres.", "14 mars 2026 Deuxième charte", "Vote", "ici (annuaire.example)"},
		"/en/rules":      {"Des services libres.", "14 March 2026", "Deuxième charte", "have not written down yet how they decide"},
		"/mentions":      {"Association du Ponant", "Direction de la publication", "bonjour@annuaire.example"},
		"/accessibilite": {"est en conformité partielle", "Vérifié le 3 septembre 2026.", "La carte", "Défenseur des droits"},
		"/demander":      {"La permanence", "français et breton", "permanence@annuaire.example"},
		"/a-propos":      {"Publié par Association du Ponant.", "Les hébergeurs libres du Ponant."},
	} {
		d := n.page(path)
		for _, want := range all {
			if !strings.Contains(d.words(), want) {
				t.Errorf("%s does not say %q: %s", path, want, d.words())
			}
		}
		if len(d.all("script")) > 0 || missingWords.MatchString(d.raw) {
			t.Errorf("%s: %s", path, d.raw)
		}
	}
}

// TestOwedPagesAreTwoClicksAway: each page of a node links to those that it
// owes, and a hoster's node has no pages of a directory.
func TestOwedPagesAreTwoClicksAway(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	for name, n := range map[string]*node{"directory": directoryNode(t, nil, nil), "hoster": hosterNode(t, &h, nil), "nothing": start(t, Options{}, nil, nil)} {
		owed := owedByAll
		if name == "directory" {
			owed = append(append([]string{}, owedByDirectory...), owedByAll...)
		} else if res := n.get("/charte"); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: /charte answers %d", name, res.StatusCode)
		}
		for _, l := range languages {
			d := n.page(homeAddress(l))
			for _, page := range owed {
				if got, want := d.link(t, bothLocales(t)[l].word("owed", page)), address(l, page); got != want {
					t.Errorf("%s, %s: %s leads to %q, want %q", name, l, page, got, want)
				}
			}
		}
	}
}
