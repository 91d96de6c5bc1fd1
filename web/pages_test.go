package web

import (
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"matou/directory"
	"matou/directory/directorytest"
)

// maxPage is how large a page may be, in bytes before compression.
const maxPage = 60 << 10

// missingWords finds a key without a sentence, an argument that was not put in,
// and a value that html/template refused.
var missingWords = regexp.MustCompile(`\[[a-z-]+\.[a-z0-9_-]*\]|\{[0-9]\}|ZgotmplZ|%!`)

// everyNotice gives notices of all kinds of a hoster, as they are received.
func everyNotice(h directory.Hoster) []directory.Notice {
	open := directorytest.Notice(h)
	open.HTML, open.Body = true, "<p>Nous cherchons.</p>"
	open.NextUpdateAt = now.Add(2 * time.Hour)
	open.Updates = []directory.NoticeUpdate{{ID: open.ID + "1", Stage: directory.Identified, Body: "<p>Un disque.</p>", At: open.StartsAt.Add(time.Hour)}}
	open.Stage, open.UpdatedAt = directory.Identified, open.Updates[0].At
	planned := directory.Notice{
		ID: open.ID + "2", Hoster: h.ID, Kind: directory.NoticeMaintenance, Stage: directory.Planned,
		Title: "Mise à jour des pads", Body: "<p>Jeudi soir.</p>", HTML: true, Language: "fr",
		StartsAt: now.Add(24 * time.Hour), EndsAt: now.Add(26 * time.Hour),
		PublishedAt: now.Add(-3 * time.Hour), UpdatedAt: now.Add(-3 * time.Hour),
	}
	over := planned
	over.ID, over.Kind, over.Stage, over.Title = open.ID+"3", directory.NoticeIncident, directory.Resolved, "Courrier en retard"
	over.StartsAt, over.EndsAt = now.Add(-240*time.Hour), now.Add(-239*time.Hour)
	over.PublishedAt, over.UpdatedAt = over.StartsAt, over.EndsAt
	news := planned
	news.ID, news.Kind, news.Stage, news.Title = open.ID+"4", directory.NoticeAnnouncement, directory.Published, "Permanence samedi"
	news.StartsAt, news.EndsAt = time.Time{}, time.Time{}
	return []directory.Notice{open, planned, over, news}
}

// nodes gives one node of each kind, with the addresses to begin at.
func nodes(t *testing.T) map[string]*node {
	h := directorytest.Hoster("Les Lucioles")
	own := everyNotice(h)
	for i := range own {
		own[i].HTML = false
	}
	return map[string]*node{
		"directory":       directoryNode(t, nil, everyNotice(h)),
		"empty directory": directoryNode(t, []directory.Listing{}, nil),
		"hoster":          hosterNode(t, &h, own),
		"empty hoster":    hosterNode(t, nil, nil),
		"nothing":         start(t, Options{}, nil, nil),
	}
}

func TestEveryLinkInsideLeadsToAGoodPage(t *testing.T) {
	for name, n := range nodes(t) {
		t.Run(name, func(t *testing.T) {
			n.T = t
			seen := map[string]bool{}
			queue := []string{"/", "/en/", "/?lang=fr"}
			for len(queue) > 0 && len(seen) < 250 {
				address := queue[0]
				queue = queue[1:]
				if seen[address] {
					continue
				}
				seen[address] = true
				res := n.get(address)
				if res.StatusCode == http.StatusSeeOther && (path.Base(address) == "ouvrir" || path.Base(address) == "open") {
					continue // leads to a hoster's own service, or to those to choose from
				}
				if res.StatusCode != http.StatusOK {
					t.Errorf("%s: got status %d, want 200", address, res.StatusCode)
					continue
				}
				if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
					continue
				}
				d := parse(t, res)
				checkPage(t, address, res, d)
				for _, element := range []string{"a", "link", "img", "form"} {
					for _, e := range d.all(element) {
						if to := inside(n, address, e); to != "" {
							queue = append(queue, to)
						}
					}
				}
			}
			t.Logf("%d addresses", len(seen))
		})
	}
}

// inside gives where an element leads, if that is on this node.
func inside(n *node, from string, e *html.Node) string {
	to := attribute(e, "href") + attribute(e, "src") + attribute(e, "action")
	if attribute(e, "type") == "application/activity+json" {
		return "" // the federation's
	}
	if e.Data == "a" && strings.Contains(to, "://") {
		return "" // a hoster's own site
	}
	base, err := url.Parse(n.options.Origin.String() + from)
	if err != nil {
		return ""
	}
	u, err := base.Parse(to)
	if err != nil || u.Host != n.options.Origin.Host {
		return ""
	}
	u.Fragment = ""
	return u.RequestURI()
}

// checkPage checks what holds for every page: it can be read by machines that
// read to people, holds nothing from elsewhere and nothing that runs.
func checkPage(t *testing.T, address string, res *http.Response, d document) {
	t.Helper()
	if len(d.raw) > maxPage {
		t.Errorf("%s: got %d bytes, want at most %d", address, len(d.raw), maxPage)
	}
	if got := len(d.all("h1")); got != 1 {
		t.Errorf("%s: got %d h1, want 1", address, got)
	}
	wantLanguage := "fr"
	if strings.HasPrefix(address+"/", "/en/") {
		wantLanguage = "en"
	}
	if got := attribute(d.all("html")[0], "lang"); got != wantLanguage {
		t.Errorf("%s: got lang %q, want %q", address, got, wantLanguage)
	}
	for _, name := range []string{"header", "main", "footer", "nav", "title"} {
		if len(d.all(name)) == 0 {
			t.Errorf("%s: no %s", address, name)
		}
	}
	for _, name := range []string{"script", "style", "iframe", "object", "video"} {
		if got := len(d.all(name)); got > 0 {
			t.Errorf("%s: got %d <%s>, want none", address, got, name)
		}
	}
	if missing := missingWords.FindString(d.raw); missing != "" {
		t.Errorf("%s: a value or sentence is missing: %s", address, missing)
	}
	checkHeaders(t, address, res)
	checkElements(t, address, d)
}

func checkHeaders(t *testing.T, address string, res *http.Response) {
	t.Helper()
	csp := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'self'", "img-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("%s: got policy %q, want %s in it", address, csp, want)
		}
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Set-Cookie": "",
		"Cache-Control": "public, max-age=60", "Vary": "Accept, Accept-Language",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: got %s %q, want %q", address, name, got, want)
		}
	}
}

func checkElements(t *testing.T, address string, d document) {
	t.Helper()
	ids := map[string]int{}
	level := 1
	for e := range d.Descendants() {
		if e.Type != html.ElementNode {
			continue
		}
		if id := attribute(e, "id"); id != "" {
			ids[id]++
		}
		for _, a := range e.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: <%s %s>", address, e.Data, a.Key)
			}
		}
		switch e.Data {
		case "img":
			if src := attribute(e, "src"); !has(e, "alt") || !strings.HasPrefix(src, "/static/") && !strings.HasPrefix(src, logoPath) && !strings.HasSuffix(src, "/"+badgeFile) {
				t.Errorf("%s: picture %q without a text, or from elsewhere", address, attribute(e, "src"))
			}
		case "svg":
			if attribute(e, "aria-hidden") != "true" && (attribute(e, "role") != "img" || !has(e, "aria-label") && !has(e, "aria-labelledby")) {
				t.Errorf("%s: a drawing without words", address)
			}
		case "a":
			checkLink(t, address, e)
		case "h1", "h2", "h3", "h4", "h5", "h6":
			now := int(e.Data[1] - '0')
			if now > level+1 {
				t.Errorf("%s: <%s> %q follows a heading of level %d", address, e.Data, squeeze(words(e)), level)
			}
			level = now
		case "ul", "ol":
			for c := range e.ChildNodes() {
				if c.Type == html.ElementNode && c.Data != "li" {
					t.Errorf("%s: <%s> in a list", address, c.Data)
				}
			}
		}
	}
	for id, times := range ids {
		if times > 1 {
			t.Errorf("%s: id %q is there %d times", address, id, times)
		}
	}
	checkReferences(t, address, d, ids)
}

// checkReferences checks that labels and descriptions lead to something.
func checkReferences(t *testing.T, address string, d document, ids map[string]int) {
	t.Helper()
	labelled := map[string]bool{}
	for _, l := range d.all("label") {
		labelled[attribute(l, "for")] = true
	}
	for e := range d.Descendants() {
		for _, name := range []string{"for", "aria-labelledby", "aria-describedby"} {
			for id := range strings.FieldsSeq(attribute(e, name)) {
				if ids[id] == 0 {
					t.Errorf("%s: %s=%q leads nowhere", address, name, id)
				}
			}
		}
		field := e.Data == "input" && attribute(e, "type") != "hidden" || e.Data == "select" || e.Data == "textarea"
		if e.Type == html.ElementNode && field && !labelled[attribute(e, "id")] {
			t.Errorf("%s: field %q has no label", address, attribute(e, "name"))
		}
	}
}

func checkLink(t *testing.T, address string, a *html.Node) {
	t.Helper()
	to := attribute(a, "href")
	u, err := url.Parse(to)
	if err != nil || to == "" {
		t.Errorf("%s: link to %q", address, to)
		return
	}
	if squeeze(words(a)) == "" {
		t.Errorf("%s: a link to %s has no words", address, to)
	}
	if u.Scheme == "" {
		return
	}
	if !schemes[u.Scheme] {
		t.Errorf("%s: link to %q", address, to)
	}
	if rel := attribute(a, "rel"); !strings.Contains(rel, "nofollow") || !strings.Contains(rel, "noopener") {
		t.Errorf("%s: link to %q has rel %q, want nofollow noopener", address, to, rel)
	}
}

func TestErrorsAreToldInWords(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := directoryNode(t, nil, everyNotice(h))
	n.records.gone = []directory.ID{"https://x.example/ap/notes/1"}
	for _, c := range []struct {
		method, address string
		want            int
		says            string
	}{
		{"GET", "/nowhere", 404, "Cette page n'existe pas"},
		{"GET", "/en/nowhere", 404, "There is no such page"},
		{"GET", "/h/nobody@x.example", 404, "Cette page n'existe pas"},
		{"GET", "/remplacer/nothing-known", 404, "Cette page n'existe pas"},
		{"GET", "/nouvelle?id=https://x.example/ap/notes/1", 410, "Cette page a été retirée"},
		{"GET", "/hebergeurs?limit=many", 400, "Nous n'avons pas compris l'adresse"},
		{"GET", "/hebergeurs?capacity=<script>", 400, "Nous n'avons pas compris l'adresse"},
		{"POST", "/nouvelles", 405, "Cette page se lit seulement"},
		{"GET", "/static/secret", 404, "Cette page n'existe pas"},
		{"GET", "/@somebody", 404, "Cette page n'existe pas"},
	} {
		res := n.ask(c.method, c.address)
		if res.StatusCode != c.want {
			t.Errorf("%s %s: got status %d, want %d", c.method, c.address, res.StatusCode, c.want)
		}
		d := parse(t, res)
		if !strings.Contains(d.words(), c.says) {
			t.Errorf("%s %s: got %q, want %q in it", c.method, c.address, d.words(), c.says)
		}
		if res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: an error may be kept: %q", c.address, res.Header.Get("Cache-Control"))
		}
	}
}

func TestFailureInsideIsNotShown(t *testing.T) {
	n := directoryNode(t, nil, nil)
	n.records.broken = io.ErrUnexpectedEOF
	for _, address := range []string{"/", "/hebergeurs", "/nouvelles", "/api/v1/listings"} {
		res := n.get(address)
		if res.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s: got status %d, want 500", address, res.StatusCode)
		}
		if d := parse(t, res); strings.Contains(d.raw, "EOF") {
			t.Errorf("%s: tells what broke inside: %s", address, d.words())
		}
	}
}

func TestHeadAndNotModified(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, address := range []string{"/", "/hebergeurs", "/en/follow", "/api/v1/listings", "/static/site.css"} {
		got := n.get(address)
		body, _ := io.ReadAll(got.Body)
		head := n.ask(http.MethodHead, address)
		none, _ := io.ReadAll(head.Body)
		if head.StatusCode != http.StatusOK || len(none) != 0 || head.ContentLength != int64(len(body)) {
			t.Errorf("HEAD %s: got status %d, %d bytes, length %d; want 200, none, %d", address, head.StatusCode, len(none), head.ContentLength, len(body))
		}
		again := n.get(address, "If-None-Match", got.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: got status %d, want 304", address, again.StatusCode)
		}
	}
}

func TestLanguageOfTheFirstPage(t *testing.T) {
	n := directoryNode(t, nil, nil)
	for _, c := range []struct{ address, accept, want string }{
		{"/", "fr", ""},
		{"/", "", ""},
		{"/", "en-GB,en;q=0.9", "/en/"},
		{"/", "de, en;q=0.5", "/en/"},
		{"/?lang=fr", "en", ""},
		{"/?lang=en", "fr", "/en/"},
		{"/en/", "fr", ""},
		{"/hebergeurs", "en", ""},
	} {
		res := n.get(c.address, "Accept-Language", c.accept)
		if got := res.Header.Get("Location"); got != c.want {
			t.Errorf("%s for %q: got sent to %q, want %q", c.address, c.accept, got, c.want)
		}
		if !strings.Contains(res.Header.Get("Vary"), "Accept-Language") {
			t.Errorf("%s: got Vary %q, want Accept-Language in it", c.address, res.Header.Get("Vary"))
		}
	}
}

func TestTwinsLeadToTheSamePage(t *testing.T) {
	n := directoryNode(t, nil, nil)
	french := n.page("/hebergeurs?need=write-together&q=pad")
	english := n.page(french.link(t, "English"))
	if got, want := strings.Join(english.names(), "|"), strings.Join(french.names(), "|"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if back := english.link(t, "Français"); back != "/hebergeurs?need=write-together&q=pad" {
		t.Errorf("got back to %s", back)
	}
}

// TestTagLeadsSomewhere follows a hashtag of a note, as other software links it.
func TestTagLeadsSomewhere(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	for want, n := range map[string]*node{"/en/status": hosterNode(t, &h, nil), "/en/news": directoryNode(t, nil, nil)} {
		res := n.get("/tags/incident", "Accept-Language", "en")
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusFound || got != want {
			t.Errorf("got %d to %q, want 302 to %q", res.StatusCode, got, want)
		}
		n.page(want)
	}
}
