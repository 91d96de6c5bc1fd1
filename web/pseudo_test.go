package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/BurntSushi/toml"
	"golang.org/x/net/html"

	"matou/directory"
	"matou/directory/directorytest"
)

// markedSentences is a file of a language in which each sentence of ours stands
// in ⟦ and ⟧, so that whatever else a page says is data, or was forgotten.
func markedSentences(t *testing.T) []byte {
	t.Helper()
	pages := map[string]map[string]any{}
	for name, s := range bothLocales(t)["en"].words {
		table, key, _ := strings.Cut(name, ".")
		if pages[table] == nil {
			pages[table] = map[string]any{}
		}
		pages[table][key] = map[string]string{"one": "⟦" + s.one + "⟧", "other": "⟦" + s.other + "⟧"}
	}
	raw, err := toml.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// markedNodes are nodes of every role whose pages have all that pages can have,
// in a further language of marked sentences, Esperanto.
func markedNodes(t *testing.T) map[string]*node {
	t.Helper()
	files := fstest.MapFS{"eo.toml": {Data: markedSentences(t)}}
	lucioles := directorytest.Hoster("Les Lucioles")
	lucioles.Services[0].Level = directory.LevelOK
	lucioles.Services[0].Share = 10
	notices := everyNotice(lucioles)
	own := slices.Clone(notices)
	for i := range own {
		own[i].HTML = false
	}
	listing := directorytest.Listing("Les Lucioles")
	listing.Hoster.Services[0].Share = 10
	n := mappedNode(t, append(directorytest.Listings(40, 1), listing, directorytest.Listing("Les Galets")), notices)
	d := &desk{rules: Rules{
		Text: directory.Text{"fr": "Chacun parle pour soi."}, Who: directory.Text{"fr": "Nous deux."},
		Decisions: []Decision{{Slug: "2026-03-14-charte", Day: directory.Date{Year: 2026, Month: 3, Day: 14}, Title: directory.Text{"fr": "Une charte"}, Body: directory.Text{"fr": "Elle vaut."}}},
	}}
	n.options.Desk, n.options.Examiner, n.options.Rules, n.options.Homes = d, d, d, &answers{err: directory.ErrNotFound}
	n.options.Keepers = Keepers{
		Legal:         Legal{Publisher: "Association du Ponant", Address: "Rue du Port", Phone: "+33 1 99 00 00 00", Registration: "W000000000", Director: "Le bureau", Host: "Les Lucioles"},
		Accessibility: Accessibility{State: "partial", On: directory.Date{Year: 2026, Month: 9, Day: 3}, By: "Nous", Gaps: directory.Text{"fr": "La carte"}},
		Person:        Person{Name: "La permanence", Email: "permanence@annuaire.example", Hours: directory.Text{"fr": "Lundi"}, Languages: []directory.Language{"fr", "br"}},
		About:         directory.Text{"fr": "Nous"}, Privacy: directory.Text{"fr": "Rien"}, Licence: directory.Text{"fr": "Libre"},
	}
	n.options.Collective = admitted{Slug: "chatons", Name: "CHATONS", Charter: "chatons-2", Source: "https://annuaire.example/ap/actors/annuaire", Members: []directory.Member{
		{Hoster: lucioles.ID, Since: directory.Date{Year: 2026}, Admission: &directory.Admission{Ballot: directory.Text{"fr": "Dix pour"}, Review: "https://meute.example/relecture"}},
		{Name: "Le Parti", Website: "https://parti.example/", Since: directory.Date{Year: 2019}, Until: directory.Date{Year: 2024}},
	}}
	n.options.Moves = elsewhere("https://la-bas.example/ap/actors/lucioles")
	all := map[string]*node{
		"directory":    n,
		"hoster":       start(t, Options{Origin: &url.URL{Scheme: "https", Host: "les-lucioles.example"}, Hoster: "les_lucioles", Own: ownWith(&lucioles), Homes: &answers{err: directory.ErrNotFound}, Moves: elsewhere("https://la-bas.example/ap/x")}, nil, own),
		"empty":        directoryNode(t, []directory.Listing{}, nil),
		"empty hoster": hosterNode(t, nil, nil),
		"neither":      start(t, Options{}, nil, nil),
	}
	for _, n := range all {
		n.options.Languages = files
	}
	return all
}

// dataWritten gives what the people of a node wrote, and the names of languages
// in Esperanto and of some territories.
func dataWritten(t *testing.T, n *node) string {
	t.Helper()
	rules, _ := n.options.Rules.(*desk)
	var b strings.Builder
	for _, v := range []any{directorytest.Hoster("Les Lucioles"), n.options.Keepers, n.options.Collective, rules, everyNotice(directorytest.Hoster("Les Lucioles"))} {
		write := json.NewEncoder(&b)
		write.SetEscapeHTML(false)
		if rules != nil && v == any(rules) {
			v = rules.rules
		}
		if err := write.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ToLower(strings.ReplaceAll(b.String(), `\n`, " ") + " franca angla bretona germana hispana okcitana" +
		" guadeloupe guyane martinique mayotte belgique bruxelles-capitale auvergne-rhône-alpes bourgogne-franche-comté centre-val de loire")
}

func ownWith(h *directory.Hoster) own { return own{hoster: h} }

// TestNothingIsLeftUntranslated walks every page of every kind of node in a
// language whose sentences are marked, sends every form with faults, and finds
// words that are neither marked nor data: in texts, in attributes that are read
// out, in what the head says, in feeds, calendars, badges and ready-made mails.
func TestNothingIsLeftUntranslated(t *testing.T) {
	shown := sync.Map{}
	for name, n := range markedNodes(t) {
		t.Run(name, func(t *testing.T) {
			n.T = t
			s, err := New(n.options)
			if err != nil {
				t.Fatal(err)
			}
			for page, read := range s.pages["eo"] {
				s.pages["eo"][page] = func() (*template.Template, error) {
					shown.Store(page, true)
					return read()
				}
			}
			n.handler = routed(s)
			walkMarked(n, dataOf(t, n)+dataWritten(t, n))
		})
	}
	s, err := New(directoryNode(t, nil, nil).options)
	if err != nil {
		t.Fatal(err)
	}
	for page := range s.pages["fr"] {
		if _, ok := shown.Load(page); !ok {
			t.Errorf("the page %s was not shown", page)
		}
	}
}

// walkMarked follows the links from the home and sends the forms that are there.
func walkMarked(n *node, data string) {
	n.Helper()
	const lucioles = "les_lucioles@les-lucioles.example"
	queue := []string{"/eo/", "/eo/nowhere-at-all", "/eo/follow", "/eo/authorize_interaction?uri=acct:ana@social.example", "/eo/authorize_interaction?uri=https://social.example/x"}
	if n.options.Aggregator != nil {
		queue = append(queue, "/eo/hosters?maintenance=paid&q=pad", "/eo/find/result?need=file-storage&place=FR-22&reach=near&who=individual&hope=phone&hope=start&care=price",
			"/eo/find/result?need=video&place=FR-974&reach=near&care=price", "/eo/ask?need=pad&who=individual&hope=phone", "/eo/report?about="+lucioles, "/eo/areas/FR-974", "/eo/hosters?sort=nonsense&limit=many",
			"/eo/h/"+lucioles, "/eo/h/"+lucioles+"/status", "/eo/compare?h="+lucioles+"&h=les_galets@les-galets.example", "/eo/find/guarantee?need=file-storage", "/eo/report/thanks")
	}
	seen, kinds := map[string]bool{}, map[string]int{}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		kind := pageKind(address)
		if seen[address] || kinds[kind] >= 2 {
			continue
		}
		seen[address] = true
		kinds[kind]++
		res := n.get(address)
		if res.StatusCode == http.StatusSeeOther {
			continue // to a hoster's own service
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			checkMarkedFile(n, address, res, data)
			continue
		}
		d := parse(n.T, res)
		checkMarked(n, address, d, data)
		for e := range d.Descendants() {
			if to := inside(n, address, e); strings.HasPrefix(to, "/eo/") {
				queue = append(queue, to)
			}
		}
	}
	if n.options.Aggregator != nil {
		for _, f := range []struct {
			path string
			form url.Values
		}{
			{"/eo/report", url.Values{"about": {"les"}}}, {"/eo/report", url.Values{}}, {"/eo/report", url.Values{"about": {"@a@ailleurs.example"}, "surname": {"x"}}},
			{"/eo/join", url.Values{"account": {""}}}, {"/eo/join", url.Values{"account": {"@a@b.example"}}},
			{"/eo/find", url.Values{"place": {"zzz"}, "step": {"people"}}}, {"/eo/hosters", url.Values{"place": {"zzz"}}}, {"/eo/hosters", url.Values{"place": {"Saint-Denis"}}},
			{"/eo/instead-of/google-docs", url.Values{"place": {"zzz"}}}, {"/eo/ask", url.Values{"place": {"zzz"}}}, {"/eo/follow", url.Values{"who": {"@" + lucioles}, "from": {"x"}}},
		} {
			checkMarked(n, "POST "+f.path+"?"+f.form.Encode(), parse(n.T, n.fill(f.path, f.form)), data)
		}
	}
	n.Logf("%d addresses", len(seen))
}

// pageKind is what addresses of one kind of page share.
func pageKind(address string) string {
	path, query, _ := strings.Cut(address, "?")
	v, _ := url.ParseQuery(query)
	kind := regexp.MustCompile(`/(h|services|mutual-aid|instead-of|areas|@[^/]*|status)/[^/]+`).ReplaceAllString(path, "/$1/*")
	asked := ""
	if query != "" {
		asked = "?"
	}
	return kind + asked + v.Get("step")
}

// noWord finds addresses and handles, which are in no language.
var noWord = regexp.MustCompile(`[@/]|\.example`)

var marks = regexp.MustCompile(`⟦[^⟦⟧]*(⟧|$)|^[^⟦⟧]*⟧`)

// checkUnmarked finds words of a text that are neither marked nor data.
func checkUnmarked(n *node, where, text, data string) {
	n.Helper()
	whole := text
	for marks.MatchString(text) { // sentences stand in sentences
		text = marks.ReplaceAllString(text, " ")
	}
	for word := range strings.FieldsSeq(text) {
		word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
		if word != "" && !noWord.MatchString(word) && !isData(data, strings.ToLower(word)) {
			n.Errorf("%s: %q is not translated in %.200q", where, word, squeeze(whole))
		}
	}
}

// isData reports whether a word stands in data, which is long.
func isData(data, word string) bool {
	key := [2]string{data, word}
	known, ok := wordsOfData[key]
	if !ok {
		known = strings.Contains(data, word)
		wordsOfData[key] = known
	}
	return known
}

var wordsOfData = map[[2]string]bool{}

func checkMarked(n *node, where string, d document, data string) {
	n.Helper()
	if got := attribute(d.all("html")[0], "lang"); got != "eo" {
		n.Errorf("%s: got lang %q, want eo", where, got)
	}
	for e := range d.Descendants() {
		switch {
		case e.Type == html.TextNode && attribute(e.Parent, "lang") != "" && attribute(e.Parent, "lang") != "eo":
			// says itself that it is in another language
		case e.Type == html.TextNode && e.Parent.Data == "textarea" && strings.Contains(e.Data, "<"):
			// a text to copy, in HTML
		case e.Type == html.TextNode && (e.Parent.Data == "code" || strings.HasPrefix(attribute(e.Parent, "href"), "/eo/areas/")):
			// a command, or the name of a territory
		case e.Type == html.TextNode:
			checkUnmarked(n, where, e.Data, data)
		case e.Type == html.ElementNode:
			for _, name := range []string{"aria-label", "alt", "title", "placeholder", "aria-description", "label"} {
				checkUnmarked(n, where+" "+name, attribute(e, name), data)
			}
			if e.Data == "meta" && attribute(e, "name") == "description" {
				checkUnmarked(n, where+" description", attribute(e, "content"), data)
			}
			if u, err := url.Parse(attribute(e, "href")); err == nil && u.Scheme == "mailto" {
				checkUnmarked(n, where+" mail", u.Query().Get("subject")+"\n"+u.Query().Get("body"), data)
			}
		}
	}
}

// checkMarkedFile reads what feeds, calendars and badges say to people.
func checkMarkedFile(n *node, address string, res *http.Response, data string) {
	n.Helper()
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(res.Body); err != nil {
		n.Fatal(err)
	}
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	switch kind {
	case "application/atom+xml", "image/svg+xml":
		z := xml.NewDecoder(&raw)
		within := ""
		for {
			token, err := z.Token()
			if err != nil {
				return
			}
			switch e := token.(type) {
			case xml.StartElement:
				within = e.Name.Local
			case xml.CharData:
				if slices.Contains([]string{"title", "subtitle", "summary", "content", "text", "desc"}, within) {
					checkUnmarked(n, address+" "+within, htmlWords(string(e)), data)
				}
			}
		}
	case "application/feed+json":
		var feed struct {
			Title, Description string
			Items              []struct{ Title, Summary string }
		}
		if err := json.Unmarshal(raw.Bytes(), &feed); err != nil {
			n.Errorf("%s: %v", address, err)
		}
		said := []string{feed.Title, feed.Description}
		for _, i := range feed.Items {
			said = append(said, i.Title, i.Summary)
		}
		for _, text := range said {
			checkUnmarked(n, address, text, data)
		}
	case "text/calendar":
		for line := range strings.SplitSeq(strings.ReplaceAll(raw.String(), "\r\n ", ""), "\r\n") {
			name, value, _ := strings.Cut(line, ":")
			if name, _, _ = strings.Cut(name, ";"); slices.Contains([]string{"SUMMARY", "DESCRIPTION", "X-WR-CALNAME", "NAME", "X-WR-CALDESC"}, name) {
				checkUnmarked(n, address+" "+name, strings.NewReplacer(`\n`, "\n", `\`, "").Replace(value), data)
			}
		}
	case "text/plain":
		checkUnmarked(n, address, raw.String(), data)
	}
}

// htmlWords gives the text of HTML as it stands in feeds.
func htmlWords(s string) string {
	d, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return s
	}
	return words(d)
}
