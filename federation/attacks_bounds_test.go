package federation_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// document is what is kept under an id.
func (a *attack) document(iri string) string {
	a.Helper()
	d, err := a.n.Store.Document(a.Context(), ap.IRI(iri))
	return fmt.Sprintf("%s %s %v", d.Owner, d.Body, err)
}

func attackDeepDocuments(a *attack) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	good := string(marshal(a, a.follow(a.alice)))
	for _, extra := range []string{deep(40), deep(100_000), "[" + strings.Repeat("1,", 6000) + "1]", "1e400000000000000000000000000000"} {
		body := []byte(`{"x":` + extra + "," + good[1:])
		before := a.state()
		got := a.post(a.alice, nil, federationtest.Request{Body: body})
		if got.Status == 202 && !strings.HasPrefix(extra, "1e") || got.Status >= 500 {
			a.Errorf("%.20s…: answer is %+v", extra, got)
		}
		if got.Status != 202 && a.state() != before {
			a.Errorf("%.20s…: it had an effect", extra)
		}
	}
}

// Lists that are too long are read in part, and whoever wrote them is answered.
func attackLongLists(a *attack) {
	long := make([]any, 2000)
	for i := range long {
		long[i] = fmt.Sprintf("%s/users/%d", a.evil.URL, i)
	}
	for _, member := range []string{"to", "cc", "tag", "attachment", "bto", "audience", "x"} {
		note := with(a.hoster.Incident("Longue", "x"), map[string]any{member: long})
		if member == "to" {
			note["cc"] = federationtest.Public
		}
		send(a, a.n, a.hoster, with(a.hoster.Create(note), map[string]any{member: long}))
	}
	if got := a.evil.Fetches(); got != 0 {
		a.Errorf("%d fetches of what was only named", got)
	}
	a.refused(a.mallory, with(a.mallory.Activity("Like", a.hoster.ID), map[string]any{"actor": []any{a.mallory.ID, a.hoster.ID}}), federationtest.Request{}, 400)
}

func attackUnknownTypes(a *attack) {
	for _, kind := range []any{"EmojiReact", "QuoteRequest", "Arrive", "Question", "Travel", "Note", "http://evil.example/#Follow", "constructor", "__proto__", strings.Repeat("x", 100)} {
		activity := with(a.follow(a.alice), map[string]any{"type": kind})
		before := a.state()
		if got := a.post(a.alice, activity, federationtest.Request{}); got.Status != 202 && got.Status != 400 {
			a.Errorf("%.40v: answer is %+v", kind, got)
		}
		if a.state() != before {
			a.Errorf("%.40v had an effect", kind)
		}
	}
}

// Whatever a hoster writes of itself is bounded, and harmless as text.
func attackOverlongProfile(a *attack) {
	languages := map[string]any{"": "x", "!!": "x", "fr-" + strings.Repeat("a", 100): "x", "x": "x"}
	for i := range 500 {
		languages[fmt.Sprintf("%c%c", 'a'+i%26, 'a'+i/26)] = "texte"
	}
	big := a.evil.Hoster("grand")
	long := strings.Repeat("é", 60_000)
	big.Set("name", long)
	big.Set("tagline", languages)
	big.Set("website", "javascript:alert(1)")
	big.Set("url", "javascript:alert(1)")
	big.Set("links", []any{map[string]any{"kind": "website", "name": "\u202egnp", "url": "javascript:alert(1)"}, map[string]any{"kind": "website", "name": "x", "url": "data:text/html,x"}})
	list(a, a.n, big)
	l, err := a.n.Store.Listing(a.Context(), directory.ID(big.ID))
	if err != nil {
		a.Fatal(err)
	}
	h := l.Hoster
	if len([]rune(h.Name)) > directory.MaxName || len(h.Summary) > directory.MaxTextIn || h.Website != "" || l.URL != "" {
		a.Errorf("name of %d characters, %d languages, website %q, page %q", len([]rune(h.Name)), len(h.Summary), h.Website, l.URL)
	}
	for _, link := range h.Links {
		a.Errorf("link %q %q is kept", link.Name, link.URL)
	}
}

// Markup that runs, loads or misleads does not get as far as the store.
func attackMarkup(a *attack) {
	for i, evil := range []string{
		"<script>alert(1)</script>", `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<svg onload=alert(1)>`, `<p style="position:fixed">x</p>`,
		`<iframe src="http://evil.example"></iframe>`, `<math><mtext></form><form><mglyph><style></math><img src onerror=1>`, `[x](javascript:alert(1))`, "![x](http://evil.example/t.png)",
	} {
		note := a.hoster.Incident("<b>Titre\u202e</b>", evil)
		if i%2 == 0 {
			note["source"] = map[string]any{"content": "x", "mediaType": "text/html"}
			note["content"], note["contentMap"] = evil, nil
		}
		send(a, a.n, a.hoster, a.hoster.Create(note))
		notice, err := a.n.Store.Notice(a.Context(), directory.ID(note["id"].(string)))
		if err != nil {
			a.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "<svg", "<iframe", "<math", "<style", "javascript:\"", "href=\"javascript", "style=", " on"} {
			if strings.Contains(notice.Body, bad) {
				a.Errorf("%q has become %q", evil, notice.Body)
			}
		}
		if strings.ContainsRune(notice.Title, '\u202e') {
			a.Errorf("title is %q", notice.Title)
		}
	}
}

// Times that are none, or long ago, or to come.
func attackTimes(a *attack) {
	for _, at := range []any{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "-1-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "now", 5, "2026-02-31T00:00:00Z", "1969-12-31T23:59:59Z"} {
		note := a.hoster.Incident("Temps", "x")
		for _, member := range []string{"published", "updated", "startTime", "endTime", "nextUpdate"} {
			note[member] = at
		}
		send(a, a.n, a.hoster, a.hoster.Create(note))
	}
	for _, notice := range notices(a, a.n, a.hoster.ID) {
		if notice.UpdatedAt.After(a.clock.Now().Add(25*time.Hour)) || notice.UpdatedAt.IsZero() {
			a.Errorf("notice of %v", notice.UpdatedAt)
		}
	}
	// A profile dated years ahead cannot make its hoster deaf to itself.
	a.hoster.Set("updated", "2099-01-01T00:00:00Z")
	a.refreshNow(a.hoster)
	federationtest.Eventually(a, "the refresh", func() bool {
		d, err := a.n.Store.Document(a.Context(), ap.IRI(a.hoster.ID))
		return err == nil && strings.Contains(string(d.Body), "2099")
	})
	a.clock.Add(2 * time.Minute)
	a.hoster.Set("updated", a.clock.Now().UTC().Format(time.RFC3339))
	a.hoster.Set("indexable", false)
	if got := a.post(a.hoster, a.hoster.Update(a.hoster.Document()), federationtest.Request{}); got.Status != 202 || isListed(a, a.n, a.hoster.ID) {
		a.Errorf("consent was taken back: %+v, listed %v", got, isListed(a, a.n, a.hoster.ID))
	}
}

// Ids that would be keys of other records.
func attackKeysOfTheStore(a *attack) {
	for _, id := range []string{"F", "\x00", "/", strings.Repeat("a", 60_000), "%00", "\u2028", "..", "A\x00B"} {
		activity := with(a.follow(a.alice), map[string]any{"id": a.peer.URL + "/" + id})
		if got := a.post(a.alice, activity, federationtest.Request{}); got.Status >= 500 {
			a.Errorf("%.20q: answer is %+v", id, got)
		}
		for _, path := range []string{"/ap/notes/", "/ap/actors/annuaire/following?page=true&after=", "/ap/actors/maison/outbox?max_id="} {
			r, err := http.NewRequest(http.MethodGet, a.n.URL+"/", nil)
			if err != nil {
				a.Fatal(err)
			}
			r.URL.Opaque = "//" + a.n.Host + path + strings.NewReplacer("\x00", "%00", "\u2028", "%E2%80%A8").Replace(id)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				a.Fatal(err)
			}
			_ = resp.Body.Close() // nothing is read of it
			if resp.StatusCode >= 500 {
				a.Errorf("%s%.20q: answer is %d", path, id, resp.StatusCode)
			}
		}
	}
	if !isListed(a, a.n, a.hoster.ID) {
		a.Error("the listing is gone")
	}
}
