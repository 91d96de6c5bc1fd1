package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"matou/directory"
	"matou/directory/directorytest"
)

// post sends a form as a browser of the same site does.
func (n *node) post(address string, form url.Values) *http.Response {
	n.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	n.handler.ServeHTTP(w, r)
	return w.Result()
}

// submit fills in the form of a page as a visitor does and gives where it
// leads: what is ticked is sent, beside the hidden fields.
func (n *node) submit(d document, ticked url.Values) string {
	n.Helper()
	form := document{d.classed("finder")[0], ""}
	values := url.Values{}
	for _, e := range form.all("input") {
		name, value := attribute(e, "name"), attribute(e, "value")
		switch attribute(e, "type") {
		case "hidden":
			values.Add(name, value)
		case "text":
			values.Set(name, ticked.Get(name))
		default:
			if slices.Contains(ticked[name], value) {
				values.Add(name, value)
			}
		}
	}
	for name, all := range ticked {
		for _, value := range all {
			if !slices.Contains(values[name], value) {
				n.Fatalf("the screen offers no %s=%s", name, value)
			}
		}
	}
	action := attribute(form.Node, "action")
	if attribute(form.Node, "method") == "get" {
		return withQuery(action, values)
	}
	res := n.post(action, values)
	if res.StatusCode != http.StatusSeeOther {
		n.Fatalf("POST %s %v: got status %d, want 303", action, values, res.StatusCode)
	}
	return res.Header.Get("Location")
}

// fitting gives how many hosters the end of the finder says that fit, those
// that are full apart.
func fitting(d document) int {
	total := len(d.classed("pick"))
	for _, h := range d.all("h2") {
		if attribute(h, "id") == "others" {
			words := squeeze(words(h))
			if strings.HasPrefix(words, "L'autre") {
				return total + 1
			}
			for field := range strings.FieldsSeq(words) {
				if n, err := strconv.Atoi(field); err == nil {
					return total + n
				}
			}
		}
	}
	return total
}

func TestFinderLeadsFromFiveQuestionsToThreeHosters(t *testing.T) {
	n := directoryNode(t, nil, nil)
	d := n.page("/trouver")
	for _, ticked := range []url.Values{
		{"who": {"small-organisation"}},
		{"need": {"file-storage"}},
		{"place": {"Lannion"}, "reach": {""}},
		{"hope": {"phone", "start"}},
		{"care": {"price"}},
	} {
		d = n.page(n.submit(d, ticked))
	}
	if got := len(d.classed("pick")); got != 3 {
		t.Fatalf("got %d hosters, want 3: %s", got, d.words())
	}
	for _, says := range []string{
		"Voici 3 structures", "Pourquoi", "À leur demander", "stocker et partager des fichiers",
		"Règle : « Pour qui » est « une petite structure »", "autour de Côtes-d'Armor", "Personne ne paie",
	} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	// Les Lucioles answers the telephone in Lannion.
	var names []string
	for _, p := range d.classed("pick") {
		names = append(names, squeeze(words(document{p, ""}.all("h2")[0])))
	}
	if !slices.Contains(names, "Les Lucioles") {
		t.Errorf("got %v, want Les Lucioles among them", names)
	}
}

func TestEveryQuestionCanBeSkippedAndGoneBackFrom(t *testing.T) {
	n := directoryNode(t, nil, nil)
	address := "/trouver?who=individual&need=mail&place=FR-22&reach=region&hope=phone&care=price"
	for step := range finderSteps {
		d := n.page(address)
		if want := "Question " + strconv.Itoa(step+1) + " sur 5"; !strings.Contains(d.words(), want) {
			t.Fatalf("%s: got no %q", address, want)
		}
		if step > 0 {
			back := n.page(d.link(t, "Question précédente"))
			if want := "Question " + strconv.Itoa(step) + " sur 5"; !strings.Contains(back.words(), want) {
				t.Errorf("back from %s: got no %q", address, want)
			}
		}
		address = d.link(t, "Passer cette question")
	}
	if address != "/trouver/resultat" {
		t.Errorf("all skipped: got to %s, want /trouver/resultat", address)
	}
	if got := fitting(n.page(address)); got == 0 {
		t.Error("nothing told finds nobody, want everybody with room")
	}
}

func TestWhatWasToldIsShownAndCanBeTakenBack(t *testing.T) {
	n := directoryNode(t, nil, nil)
	address := "/trouver/resultat?who=individual&need=mail&replaces=zoom&one=yes&place=FR-22&reach=country&data=FR&hope=phone&care=price"
	for range 8 { // how near goes with the place
		d := n.page(address)
		chips := document{d.classed("chips")[0], ""}.all("a")
		address = attribute(chips[0], "href")
	}
	if address != "/trouver/resultat" {
		t.Errorf("after all was taken back: got %s, want /trouver/resultat", address)
	}
}

// TestPostcodeStaysOutOfAddresses: a form with a place leads to an address that
// names the area around it, and no page that follows holds what was typed.
func TestPostcodeStaysOutOfAddresses(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, c := range []struct{ path, want string }{
		{"/trouver", "/trouver?need=file-storage&place=FR-22"},
		{"/trouver/resultat", "/trouver/resultat?need=file-storage&place=FR-22"},
		{"/hebergeurs", "/hebergeurs?need=file-storage&place=FR-22"},
		{"/remplacer/google-drive", "/remplacer/google-drive?need=file-storage&place=FR-22"},
		{"/en/find/result", "/en/find/result?need=file-storage&place=FR-22"},
	} {
		res := n.post(c.path, url.Values{"place": {"lannion"}, "need": {"file-storage", ""}})
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != c.want {
			t.Errorf("POST %s: got %d to %s, want 303 to %s", c.path, res.StatusCode, got, c.want)
		}
		if got := res.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("POST %s: got Cache-Control %q, want no-store", c.path, got)
		}
		d := n.page(c.want)
		for _, e := range append(d.all("a"), d.all("form")...) {
			if to := attribute(e, "href") + attribute(e, "action"); strings.Contains(strings.ToLower(to), "place=lannion") {
				t.Errorf("%s: %s names the place", c.want, to)
			}
		}
	}
	// What stands in the field already keeps its code, when the rest is changed.
	res := n.post("/hebergeurs", url.Values{"place": {"Côtes-d'Armor (Bretagne)"}, "place-was": {"Côtes-d'Armor (Bretagne)"}, "place-code": {"FR-22"}, "q": {"pad"}})
	if got, want := res.Header.Get("Location"), "/hebergeurs?place=FR-22&q=pad"; got != want {
		t.Errorf("a place kept: got %s, want %s", got, want)
	}
	// An address that somebody wrote with a commune is not passed on with it.
	d := n.page("/trouver/resultat?place=insee:22113")
	if strings.Contains(d.raw, "insee%3A22113") && !strings.Contains(attribute(d.all("link")[0], "href"), "insee") {
		for _, a := range (document{d.all("main")[0], ""}).all("a") {
			if strings.Contains(attribute(a, "href"), "insee") {
				t.Errorf("got %s", attribute(a, "href"))
			}
		}
	}
}

func TestPlaceOfSeveralOrNoneIsAskedAgain(t *testing.T) {
	n := directoryNode(t, nil, nil)
	res := n.post("/trouver/resultat", url.Values{"place": {"Saint-Denis"}, "need": {"mail"}})
	d := parse(t, res)
	for label, want := range map[string]string{"Saint-Denis (Aude)": "FR-11", "Saint-Denis (Seine-Saint-Denis)": "FR-93"} {
		if got, want := d.link(t, label), "/trouver/resultat?need=mail&place="+want; got != want {
			t.Errorf("%s: got %s, want %s", label, got, want)
		}
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("got Cache-Control %q, want no-store", got)
	}
	d = parse(t, n.post("/trouver", url.Values{"place": {"Trifouillis"}, "need": {"mail"}, "step": {"people"}}))
	field := d.classed("place-field")[0]
	input := document{field, ""}.all("input")[0]
	if !strings.Contains(squeeze(words(field)), "Nous n'avons pas trouvé « Trifouillis »") || attribute(input, "aria-invalid") != "true" ||
		!strings.Contains(attribute(input, "aria-describedby"), "place-fault") {
		t.Errorf("the fault is not told beside its field: %s", squeeze(words(field)))
	}
	if got, want := d.link(t, "Continuer sans dire où"), "/trouver?need=mail&step=people"; got != want {
		t.Errorf("without a place: got %s, want %s", got, want)
	}
}

// quiet gives a hoster that says nothing but its name and one service.
func quiet(name string) directory.Listing {
	l := directorytest.Listing(name)
	h := l.Hoster
	service := h.Services[1]
	service.Registration = directory.Registration{}
	service.Intervention, service.Allowance, service.Hosting = nil, nil, directory.Hosting{}
	l.Hoster = directory.Hoster{
		ID: h.ID, Handle: h.Handle, Name: h.Name, Website: h.Website, Contact: directory.Contact{Email: h.Contact.Email},
		Services: []directory.Service{service}, Discoverable: true, Indexable: true,
	}
	return l
}

// TestSilenceBecomesAQuestion: who has said nothing is kept, and each thing not
// said stands in a letter that is ready to be sent.
func TestSilenceBecomesAQuestion(t *testing.T) {
	n := directoryNode(t, []directory.Listing{quiet("La Discrète")}, nil)
	d := n.page("/trouver/resultat?who=small-organisation&need=file-storage&place=FR-22&reach=region&data=FR&hope=phone&care=price")
	picks := d.classed("pick")
	if len(picks) != 1 {
		t.Fatalf("got %d hosters, want the one that says nothing: %s", len(picks), d.words())
	}
	var letter string
	for _, a := range (document{picks[0], ""}).all("a") {
		if to := attribute(a, "href"); strings.HasPrefix(to, "mailto:") {
			letter = to
		}
	}
	u, err := url.Parse(letter)
	if err != nil || !strings.HasPrefix(u.Opaque, "contact@") {
		t.Fatalf("got a letter to %q: %v", letter, err)
	}
	fields, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(fields) != 2 {
		t.Fatalf("got fields %v: %v", fields, err)
	}
	asked := document{picks[0], ""}.classed("questions")
	questions := document{asked[0], ""}.all("li")
	if got := len(questions); got != 6 {
		t.Errorf("got %d questions, want 6: %s", got, squeeze(words(picks[0])))
	}
	body := squeeze(fields.Get("body"))
	for _, q := range questions {
		if !strings.Contains(body, squeeze(words(q))) {
			t.Errorf("the letter does not ask %q: %s", squeeze(words(q)), body)
		}
	}
}

// TestEachStepBringsAsManyAsItSays asks the finder many things and follows
// each step that it proposes.
func TestEachStepBringsAsManyAsItSays(t *testing.T) {
	n := directoryNode(t, nil, nil)
	followed := 0
	for _, who := range []string{"", "individual", "small-organisation", "large-organisation"} {
		for _, need := range []string{"need=mail", "need=file-storage&need=mail&one=yes", "replaces=google-docs&need=chat&one=yes"} {
			for _, where := range []string{"", "place=FR-22&reach=near", "place=FR-22&reach=region", "place=FR-22&reach=country&data=FR"} {
				d := n.page("/trouver/resultat?who=" + who + "&" + need + "&" + where)
				before := fitting(d)
				if before == 0 && len(d.classed("wider")) == 0 {
					t.Errorf("%s %s %s: a dead end", who, need, where)
				}
				for _, list := range d.classed("wider") {
					for _, item := range (document{list, ""}).all("li") {
						counts, to := document{item, ""}.classed("count"), attribute(document{item, ""}.all("a")[0], "href")
						if len(counts) == 0 || !strings.HasPrefix(to, "/trouver") {
							continue
						}
						more, err := strconv.Atoi(strings.Fields(words(counts[0]))[0])
						if err != nil {
							t.Fatal(err)
						}
						followed++
						after := n.page(to)
						got := fitting(after) + len(fullOnes(after)) - before - len(fullOnes(d))
						if got != more {
							t.Errorf("from %d at %s %s %s: %q says %d more and brings %d", before, who, need, where, squeeze(words(item)), more, got)
						}
					}
				}
			}
		}
	}
	if followed < 40 {
		t.Errorf("followed %d steps, want at least 40", followed)
	}
}

// fullOnes gives the links to those that fit and have no room.
func fullOnes(d document) []*html.Node {
	for _, s := range d.all("section") {
		if attribute(s, "aria-labelledby") == "full" {
			return document{s, ""}.all("a")
		}
	}
	return nil
}

func TestFullHostersAreNamedButNotAmongTheThree(t *testing.T) {
	full := quiet("Le Complet")
	full.Hoster.Services[0].Registration.Capacity = directory.CapacityFull
	n := directoryNode(t, []directory.Listing{full, quiet("Le Libre")}, nil)
	d := n.page("/trouver/resultat?need=file-storage")
	if got := len(d.classed("pick")); got != 1 {
		t.Errorf("got %d hosters, want 1", got)
	}
	if got := fullOnes(d); len(got) != 1 || words(got[0]) != "Le Complet" {
		t.Errorf("got %d that are full, want Le Complet", len(got))
	}
}

func TestMoreThanThreeCaresAreAskedAgain(t *testing.T) {
	n := directoryNode(t, nil, nil)
	res := n.get("/trouver/resultat?care=decide&care=price&care=machines&care=energy")
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusFound || !strings.HasPrefix(to, "/trouver?") {
		t.Fatalf("got %d to %q, want the last question", res.StatusCode, to)
	}
	d := n.page(to)
	if !strings.Contains(d.words(), "Choisissez-en 3 au plus") {
		t.Errorf("got %s", d.words())
	}
	ticked := 0
	for _, e := range d.all("input") {
		if has(e, "checked") {
			ticked++
		}
	}
	if ticked != 4 {
		t.Errorf("got %d ticked, want what was ticked: 4", ticked)
	}
}

func TestAddressesOfBeforeAndOfHarmAreRead(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, address := range []string{
		"/trouver?step=nowhere&who=nobody&need=nothing", "/trouver/resultat?place=<script>&reach=far&hope=%00&from=-1",
		"/trouver/resultat?from=99999999999999999999", "/comparer?h=nobody@x.example&h=%3Cscript%3E&h=" + strings.Repeat("a", 5000),
		"/en/find/result?" + strings.Repeat("need=mail&", 500),
	} {
		if res := n.get(address); res.StatusCode != http.StatusOK {
			t.Errorf("%.60s: got status %d, want 200", address, res.StatusCode)
		}
	}
	if res := n.post("/trouver", url.Values{"place": {strings.Repeat("x", maxForm)}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a form too large: got status %d, want 400", res.StatusCode)
	}
}

func TestWishIsAnsweredByWhatIsSaid(t *testing.T) {
	meet := wish{"meet", []directory.CriterionID{"physical-desk", "meets-people"}, answersOnSite}
	state := func(all ...directory.Value) directory.Hoster {
		var h directory.Hoster
		for i, v := range all {
			h.Statements = append(h.Statements, directory.Statement{Criterion: meet.criteria[i], Value: v})
		}
		return h
	}
	onSite := state(directory.Unmet, directory.Unmet)
	onSite.Contact.Hours = []directory.Hours{{Days: []string{"sat"}, From: "10:00", To: "12:00", Channel: "on-site"}}
	for _, c := range []struct {
		h    directory.Hoster
		want directory.Value
	}{
		{state(), directory.Undeclared},
		{state(directory.Undeclared), directory.Undeclared},
		{state(directory.Unmet), directory.Undeclared}, // the other criterion is not said
		{state(directory.Unmet, directory.Unmet), directory.Unmet},
		{state(directory.Unmet, directory.Met), directory.Met},
		{state(directory.PartlyMet, directory.Unmet), directory.PartlyMet},
		{onSite, directory.Met},
	} {
		if got, _ := meet.answer(c.h); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.h.Statements, got, c.want)
		}
	}
}

func TestEveryWishIsOfferedByTheVocabulary(t *testing.T) {
	s, err := New(directoryNode(t, nil, nil).options)
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range [][]wish{hopes, cares} {
		if got := len(s.offered(all)); got != len(all) {
			t.Errorf("got %d wishes, want %d", got, len(all))
		}
		for _, w := range all {
			for _, id := range w.criteria {
				if _, ok := s.options.Vocabulary.Criterion(id); !ok {
					t.Errorf("%s: the vocabulary has no criterion %s", w.id, id)
				}
			}
		}
	}
}

func TestSheetOnAGuaranteeCanBeTaken(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for page, sheet := range map[string]string{"/trouver/garantie": "/trouver/garantie/fiche.txt", "/en/find/guarantee": "/en/find/guarantee/sheet.txt"} {
		d := n.page(page)
		res := n.get(sheet)
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || got != "text/plain; charset=utf-8" {
			t.Errorf("%s: got %d of %s", sheet, res.StatusCode, got)
		}
		if got := res.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=") {
			t.Errorf("%s: got Content-Disposition %q", sheet, got)
		}
		for _, item := range (document{d.classed("sheet")[0], ""}).all("li") {
			if !strings.Contains(squeeze(string(raw)), squeeze(words(item))) {
				t.Errorf("%s does not ask %q", sheet, squeeze(words(item)))
			}
		}
		if missing := missingWords.FindString(string(raw)); missing != "" {
			t.Errorf("%s: %s is missing", sheet, missing)
		}
	}
	// 3.5, 7, 18 and 36 days a year are 7, 14, 36 and 72 hours a month.
	var rows []string
	for _, row := range n.page("/trouver/garantie").all("tr") {
		var cells []string
		for c := range row.ChildNodes() {
			if c.Type == html.ElementNode {
				cells = append(cells, squeeze(words(c)))
			}
		}
		rows = append(rows, strings.Join(cells[:3], ", "))
	}
	for _, want := range []string{"3,5 jours d'arrêt par an, 7 heures par mois, 99 %", "36 jours d'arrêt par an, 72 heures par mois, 90,1 %"} {
		if !slices.Contains(rows, want) {
			t.Errorf("got rows %q, want %q among them", rows, want)
		}
	}
}
