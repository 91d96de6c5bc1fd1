package web

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
)

// readFeed is an Atom feed as a reader of RFC 4287 sees it.
type readFeed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  struct {
		Name string `xml:"name"`
	} `xml:"author"`
	Links   []readLink `xml:"link"`
	Entries []struct {
		ID      string     `xml:"id"`
		Title   string     `xml:"title"`
		Updated string     `xml:"updated"`
		Links   []readLink `xml:"link"`
		Author  struct {
			Name string `xml:"name"`
		} `xml:"author"`
		Content struct {
			Kind string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"content"`
	} `xml:"entry"`
}

type readLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

// body asks for a file that must be there.
func (n *node) body(address, kind string) []byte {
	n.Helper()
	res := n.get(address)
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		n.Fatalf("GET %s: %d %v: %s", address, res.StatusCode, err, raw)
	}
	if got := res.Header.Get("Content-Type"); got != kind {
		n.Errorf("%s: got type %q, want %q", address, got, kind)
	}
	if got := res.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		n.Errorf("%s: programs of other sites cannot read it: %q", address, got)
	}
	return raw
}

// atom reads a feed and checks what RFC 4287 asks of every feed.
func (n *node) atom(address string) readFeed {
	n.Helper()
	var f readFeed
	if err := xml.Unmarshal(n.body(address, "application/atom+xml; charset=utf-8"), &f); err != nil {
		n.Fatalf("%s: %v", address, err)
	}
	if f.ID == "" || f.Title == "" || f.Author.Name == "" {
		n.Errorf("%s: a feed needs an id, a title and an author: %+v", address, f)
	}
	self := slices.IndexFunc(f.Links, func(l readLink) bool { return l.Rel == "self" })
	if self < 0 || f.Links[self].Href != n.options.Origin.String()+address {
		n.Errorf("%s: got links %+v", address, f.Links)
	}
	ids := map[string]bool{}
	for _, e := range f.Entries {
		if u, err := url.Parse(e.ID); err != nil || !u.IsAbs() {
			n.Errorf("%s: id %q", address, e.ID)
		}
		if ids[e.ID] || e.Title == "" || e.Author.Name == "" || e.Content.Kind != "html" || len(e.Links) == 0 {
			n.Errorf("%s: entry %+v", address, e)
		}
		ids[e.ID] = true
		if _, err := time.Parse(time.RFC3339, e.Updated); err != nil {
			n.Errorf("%s: %v", address, err)
		}
	}
	if _, err := time.Parse(time.RFC3339, f.Updated); err != nil {
		n.Errorf("%s: %v", address, err)
	}
	return f
}

func (f readFeed) titles() []string {
	var all []string
	for _, e := range f.Entries {
		all = append(all, e.Title)
	}
	slices.Sort(all)
	return all
}

func TestFeedsAtEveryLevel(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	pad := everyNotice(l.Hoster)
	other := directorytest.Listing("La Meute")
	other.Hoster.Seat, other.Hoster.Serves = directory.Place{Area: "FR-IDF"}, nil
	elsewhere := directorytest.Notice(other.Hoster)
	elsewhere.ID, elsewhere.Title, elsewhere.HTML = elsewhere.ID+"9", "Coupure", true
	n := directoryNode(t, []directory.Listing{l, other}, append(pad, elsewhere))
	mine := []string{"Courrier en retard", "Les pads ne répondent plus", "Mise à jour des pads", "Permanence samedi"}
	all := append([]string{"Coupure"}, mine...)
	for address, want := range map[string][]string{
		"/nouvelles/feed.atom": all,
		"/en/news/feed.atom":   all,
		"/h/les_lucioles@les-lucioles.example/etat/feed.atom":           mine,
		"/h/les_lucioles@les-lucioles.example/services/pad/feed.atom":   mine,
		"/h/les_lucioles@les-lucioles.example/services/cloud/feed.atom": mine[:1:1],
		"/hebergeurs/feed.atom?q=lucioles":                              append(slices.Clone(mine), "Les Lucioles est dans l'annuaire"),
		"/en/hosters/feed.atom?q=meute":                                 {"Coupure", "La Meute is in the directory"},
	} {
		slices.Sort(want)
		if strings.Contains(address, "cloud") {
			want = []string{"Courrier en retard", "Mise à jour des pads", "Permanence samedi"} // they name no service
		}
		if got := n.atom(address).titles(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
	own := hosterNode(t, &l.Hoster, pad)
	for address, want := range map[string]int{"/etat/feed.atom": 4, "/en/status/feed.atom": 4, "/services/pad/feed.atom": 4, "/services/cloud/feed.atom": 3} {
		if got := len(own.atom(address).Entries); got != want {
			t.Errorf("%s: got %d entries, want %d", address, got, want)
		}
	}
}

// TestFeedOfAnAreaHoldsWhoIsThereOrComes: a seat, an area of work, or both.
func TestFeedOfAnAreaHoldsWhoIsThereOrComes(t *testing.T) {
	l := directorytest.Listing("Les Lucioles") // Lannion; works in FR-22 and FR-29
	n := directoryNode(t, []directory.Listing{l}, everyNotice(l.Hoster))
	for code, want := range map[string]int{"FR-BRE": 4, "FR-22": 4, "FR-93": 0} {
		address := feedAddress(address("fr", "area", code), feedAtom)
		if got := len(n.atom(address).Entries); got != want {
			t.Errorf("%s: got %d entries, want %d", address, got, want)
		}
	}
	if got := n.get(feedAddress(address("fr", "area", "XX-99"), feedAtom)).StatusCode; got != http.StatusNotFound {
		t.Errorf("an area that there is not: got %d", got)
	}
}

// TestEntryKeepsItsIDAndMovesItsTime: what was told already comes back under
// the same id with a later time, so that readers show it as changed, once.
func TestEntryKeepsItsIDAndMovesItsTime(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	notice := directorytest.Notice(h)
	before := hosterNode(t, &h, []directory.Notice{notice}).atom("/etat/feed.atom")
	changed, err := notice.Advance(directory.NoticeUpdate{ID: notice.ID + "1", Stage: directory.Identified, Body: "Un disque."}, now)
	if err != nil {
		t.Fatal(err)
	}
	n := hosterNode(t, &h, []directory.Notice{changed})
	after := n.atom("/etat/feed.atom")
	a, b := before.Entries[0], after.Entries[0]
	if a.ID != b.ID || a.ID != string(notice.ID) || b.Updated <= a.Updated || after.Updated <= before.Updated {
		t.Errorf("got %s at %s, then %s at %s", a.ID, a.Updated, b.ID, b.Updated)
	}
	if !strings.Contains(b.Content.Text, "Un disque.") || !strings.Contains(b.Content.Text, "cause trouvée") {
		t.Errorf("the update is not in the words: %s", b.Content.Text)
	}
}

func TestFeedIsNotSentTwice(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := hosterNode(t, &h, everyNotice(h))
	for _, address := range []string{"/etat/feed.atom", "/etat/feed.json", "/etat/maintenance.ics"} {
		res := n.get(address)
		tag, since := res.Header.Get("ETag"), res.Header.Get("Last-Modified")
		if tag == "" || since == "" {
			t.Errorf("%s: got ETag %q, Last-Modified %q", address, tag, since)
		}
		for _, header := range [][]string{{"If-None-Match", tag}, {"If-Modified-Since", since}} {
			if got := n.get(address, header...).StatusCode; got != http.StatusNotModified {
				t.Errorf("%s, %s: got %d, want 304", address, header[0], got)
			}
		}
	}
}

// TestJSONFeed checks what JSON Feed 1.1 asks for.
func TestJSONFeed(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := hosterNode(t, &h, everyNotice(h))
	var f struct {
		Version, Title string
		Home           string `json:"home_page_url"`
		Self           string `json:"feed_url"`
		Items          []struct {
			ID, URL, Title string
			HTML           string `json:"content_html"`
			Published      string `json:"date_published"`
			Modified       string `json:"date_modified"`
			Authors        []struct{ Name string }
		}
	}
	if err := json.Unmarshal(n.body("/etat/feed.json", "application/feed+json"), &f); err != nil {
		t.Fatal(err)
	}
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" || f.Self != "https://les-lucioles.example/etat/feed.json" ||
		f.Home != "https://les-lucioles.example/etat" || len(f.Items) != 4 {
		t.Errorf("got %+v", f)
	}
	atom := n.atom("/etat/feed.atom")
	for i, item := range f.Items {
		if item.ID != atom.Entries[i].ID || item.HTML == "" || len(item.Authors) != 1 || item.Modified != atom.Entries[i].Updated {
			t.Errorf("got %+v, want the same as in Atom", item)
		}
		if got := n.get(strings.TrimPrefix(item.URL, "https://les-lucioles.example")).StatusCode; got != http.StatusOK {
			t.Errorf("%s: got %d", item.URL, got)
		}
	}
}

func TestPagesNameTheirFeeds(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	n := directoryNode(t, []directory.Listing{l}, everyNotice(l.Hoster))
	own := hosterNode(t, &l.Hoster, everyNotice(l.Hoster))
	for address, on := range map[string]*node{
		"/nouvelles": n, "/en/news": n, "/h/les_lucioles@les-lucioles.example": n, "/h/les_lucioles@les-lucioles.example/etat": n,
		"/h/les_lucioles@les-lucioles.example/services/pad": n, "/": own, "/etat": own, "/services/pad": own,
	} {
		kinds := map[string]bool{}
		for _, e := range on.page(address).all("link") {
			kind := attribute(e, "type")
			if _, named := map[string]bool{"application/atom+xml": true, "application/feed+json": true, "text/calendar": true}[kind]; named {
				kinds[kind] = true
				if got := on.get(attribute(e, "href")).StatusCode; got != http.StatusOK {
					t.Errorf("%s names %s: got %d", address, attribute(e, "href"), got)
				}
			}
		}
		if len(kinds) != 3 {
			t.Errorf("%s names %v, want three feeds", address, kinds)
		}
	}
}

// TestFeedHoldsNoMarkupOfOthers: words of a notice cannot leave their element,
// and nothing of them runs where a reader shows it.
func TestFeedHoldsNoMarkupOfOthers(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	notice := directorytest.Notice(l.Hoster)
	notice.HTML = true
	notice.Title = "]]></title><script>alert(1)</script>\x00\x0b"
	notice.Body = `<p onclick="x()">Bonjour <script>alert(1)</script><img src="https://evil.example/p.png"></p>`
	n := directoryNode(t, []directory.Listing{l}, []directory.Notice{notice})
	f := n.atom("/nouvelles/feed.atom")
	if len(f.Entries) != 1 {
		t.Fatalf("got %d entries", len(f.Entries))
	}
	for _, never := range []string{"<script", "onclick", "<img"} {
		if strings.Contains(f.Entries[0].Content.Text, never) {
			t.Errorf("the content holds %q: %s", never, f.Entries[0].Content.Text)
		}
	}
}
