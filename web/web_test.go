package web

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/net/html"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/search"
)

// now is when the tests take place: two days after the fixtures were written.
var now = directorytest.Day.AddDate(0, 0, 2)

// records is a directory in memory over the real index.
type records struct {
	index    *search.Index
	listings map[directory.ID]directory.Listing
	notices  []directory.Notice
	gone     []directory.ID
	moved    map[string]string // from a handle of before to the one of now
	broken   error             // what every answer fails with
	history  directory.History // of every listing
	changes  uint64            // of what is listed, since
	told     uint64            // changes of notices, since
}

func newRecords(v *directory.Vocabulary, a directory.Areas, listings []directory.Listing, notices []directory.Notice) *records {
	r := &records{index: search.New(v, a), listings: map[directory.ID]directory.Listing{}, notices: notices}
	for _, l := range listings {
		r.listings[l.Hoster.ID] = l
		r.index.Put(l)
	}
	slices.SortStableFunc(r.notices, func(a, b directory.Notice) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return r
}

func (r *records) Search(_ context.Context, q directory.Query) (directory.Result, error) {
	return r.index.Search(q), r.broken
}

func (r *records) Listing(_ context.Context, id directory.ID) (directory.Listing, error) {
	if l, ok := r.listings[id]; ok {
		return l, r.broken
	}
	return directory.Listing{}, fmt.Errorf("listing: %w", directory.ErrNotFound)
}

func (r *records) Version(_ context.Context, id directory.ID) (uint64, error) {
	l, ok := r.listings[id]
	if !ok {
		return 0, fmt.Errorf("listing: %w", directory.ErrNotFound)
	}
	raw, err := json.Marshal(l)
	if err != nil {
		return 0, err
	}
	return maphash.Bytes(seed, raw), r.broken
}

var seed = maphash.MakeSeed()

func (r *records) ListingByHandle(_ context.Context, handle string) (directory.Listing, error) {
	if now, ok := r.moved[handle]; ok {
		handle = now
	}
	for _, l := range r.listings {
		if strings.TrimPrefix(l.Handle, "@") == handle {
			return l, r.broken
		}
	}
	return directory.Listing{}, fmt.Errorf("listing: %w", directory.ErrNotFound)
}

func (r *records) History(context.Context, directory.ID) (directory.History, error) {
	return r.history, r.broken
}

func (r *records) Notices(_ context.Context, hoster directory.ID, limit int) ([]directory.Notice, error) {
	var all []directory.Notice
	for _, n := range r.notices {
		if (hoster == "" || n.Hoster == hoster) && len(all) < limit {
			all = append(all, n)
		}
	}
	return all, r.broken
}

func (r *records) Notice(_ context.Context, id directory.ID) (directory.Notice, error) {
	for _, n := range r.notices {
		if n.ID == id {
			return n, r.broken
		}
	}
	if slices.Contains(r.gone, id) {
		return directory.Notice{}, fmt.Errorf("notice: %w", directory.ErrGone)
	}
	return directory.Notice{}, fmt.Errorf("notice: %w", directory.ErrNotFound)
}

func (r *records) Changes() uint64 { return r.changes }

func (r *records) Told() uint64 { return r.told }

// towns is a gazetteer of three places, two of one name.
type towns struct{}

var places = []directory.Area{
	{Code: "insee:22113", Kind: directory.AreaCommune, Name: directory.Text{"fr": "Lannion"},
		Parent: []directory.AreaCode{"FR-22", "FR-BRE", "FR"}, Point: &directory.Point{Latitude: 48.7322, Longitude: -3.4592}},
	{Code: "insee:93066", Kind: directory.AreaCommune, Name: directory.Text{"fr": "Saint-Denis"},
		Parent: []directory.AreaCode{"FR-93", "FR-IDF", "FR"}, Point: &directory.Point{Latitude: 48.9358, Longitude: 2.3538}},
	{Code: "insee:11339", Kind: directory.AreaCommune, Name: directory.Text{"fr": "Saint-Denis"},
		Parent: []directory.AreaCode{"FR-11", "FR-OCC", "FR"}, Point: &directory.Point{Latitude: 43.3558, Longitude: 2.2203}},
	{Code: "FR-22", Kind: directory.AreaDepartment, Name: directory.Text{"fr": "Côtes-d'Armor"}, Parent: []directory.AreaCode{"FR-BRE", "FR"},
		Point: &directory.Point{Latitude: 48.44, Longitude: -2.86}},
	{Code: "FR-29", Kind: directory.AreaDepartment, Name: directory.Text{"fr": "Finistère"}, Parent: []directory.AreaCode{"FR-BRE", "FR"}},
	{Code: "FR-93", Kind: directory.AreaDepartment, Name: directory.Text{"fr": "Seine-Saint-Denis"}, Parent: []directory.AreaCode{"FR-IDF", "FR"}},
	{Code: "FR-11", Kind: directory.AreaDepartment, Name: directory.Text{"fr": "Aude"}, Parent: []directory.AreaCode{"FR-OCC", "FR"}},
	{Code: "FR-BRE", Kind: directory.AreaRegion, Name: directory.Text{"fr": "Bretagne", "en": "Brittany"}, Parent: []directory.AreaCode{"FR"}},
	{Code: "FR-IDF", Kind: directory.AreaRegion, Name: directory.Text{"fr": "Île-de-France"}, Parent: []directory.AreaCode{"FR"}},
	{Code: "FR", Kind: directory.AreaCountry, Name: directory.Text{"fr": "France", "en": "France"}},
}

func (towns) Area(code directory.AreaCode) (directory.Area, bool) {
	for _, a := range places {
		if a.Code == code {
			return a, true
		}
	}
	return directory.Area{}, false
}

func (t towns) Ancestors(code directory.AreaCode) []directory.AreaCode {
	a, _ := t.Area(code)
	return append([]directory.AreaCode{code}, a.Parent...)
}

func (towns) Nearest(p directory.Point) (directory.Area, bool) {
	for _, a := range places {
		if a.Point != nil && a.Point.Kilometres(p) < 10 {
			return a, true
		}
	}
	return directory.Area{}, false
}

func (towns) Locate(text string) []directory.Area {
	var found []directory.Area
	for _, a := range places {
		if a.Kind == directory.AreaCommune && strings.EqualFold(a.Name["fr"], text) {
			found = append(found, a)
		}
	}
	return found
}

// node is one node under test, with what it holds.
type node struct {
	*testing.T
	records *records
	handler http.Handler
	options Options
}

// directoryNode gives an aggregator that lists what it is given, and 40 varied
// hosters where it is given none.
func directoryNode(t *testing.T, listings []directory.Listing, notices []directory.Notice) *node {
	t.Helper()
	if listings == nil {
		listings = append(directorytest.Listings(40, 1), directorytest.Listing("Les Lucioles"))
	}
	return start(t, Options{
		Aggregator: &Aggregator{
			Handle: "annuaire", Name: "Annuaire du Ponant", Contact: "mailto:bonjour@annuaire.example",
			Summary: directory.Text{"fr": "Les hébergeurs libres du Ponant.", "en": "The free hosters of the West."},
		},
		Areas: towns{},
	}, listings, notices)
}

// hosterNode gives the node of Les Lucioles.
func hosterNode(t *testing.T, h *directory.Hoster, notices []directory.Notice) *node {
	t.Helper()
	return start(t, Options{Origin: &url.URL{Scheme: "https", Host: "les-lucioles.example"}, Hoster: "les_lucioles", Own: own{hoster: h}}, nil, notices)
}

// own is what a hoster wrote of itself; nil: nothing yet.
type own struct {
	hoster   *directory.Hoster
	imported map[string][]byte
}

func (o own) Imported(context.Context) (map[string][]byte, error) { return o.imported, nil }

func (o own) Hoster(context.Context) (directory.Hoster, error) {
	if o.hoster == nil {
		return directory.Hoster{}, fmt.Errorf("own: %w", directory.ErrNotFound)
	}
	return *o.hoster, nil
}

func start(t *testing.T, o Options, listings []directory.Listing, notices []directory.Notice) *node {
	t.Helper()
	o.Vocabulary = directory.LoadVocabulary()
	r := newRecords(&o.Vocabulary, o.Areas, listings, notices)
	if o.Origin == nil {
		o.Origin = &url.URL{Scheme: "https", Host: "annuaire.example"}
	}
	o.Directory = r
	o.Version = "1.2.3"
	o.Log = slog.New(slog.DiscardHandler)
	if o.Clock == nil {
		o.Clock = func() time.Time { return now }
	}
	n := &node{T: t, records: r, options: o}
	n.handler = routes(t, o)
	return n
}

func routes(t *testing.T, o Options) http.Handler {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return routed(s)
}

func routed(s *Site) http.Handler {
	r := mux.NewRouter()
	s.Routes(r)
	return r
}

// get asks for an address as a browser of that language does.
func (n *node) get(address string, header ...string) *http.Response {
	n.Helper()
	return n.ask(http.MethodGet, address, header...)
}

func (n *node) ask(method, address string, header ...string) *http.Response {
	n.Helper()
	r := httptest.NewRequest(method, address, nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	r.Header.Set("Accept-Language", "fr")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	n.handler.ServeHTTP(w, r)
	return w.Result()
}

// page asks for an address that must answer 200 and gives its document.
func (n *node) page(address string) document {
	n.Helper()
	res := n.get(address)
	if res.StatusCode != http.StatusOK {
		n.Fatalf("GET %s: got status %d, want 200", address, res.StatusCode)
	}
	return parse(n.T, res)
}

// document is a page that was read.
type document struct {
	*html.Node
	raw string
}

func parse(t *testing.T, res *http.Response) document {
	t.Helper()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	d, err := html.Parse(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return document{d, string(raw)}
}

// all gives the elements of that name.
func (d document) all(name string) []*html.Node {
	var found []*html.Node
	for n := range d.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

// classed gives the elements that have a class.
func (d document) classed(class string) []*html.Node {
	var found []*html.Node
	for n := range d.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(strings.Fields(attribute(n, "class")), class) {
			found = append(found, n)
		}
	}
	return found
}

// words gives the text of the whole page, with single spaces.
func (d document) words() string { return squeeze(words(d.Node)) }

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// link gives the address of the link whose words contain text.
func (d document) link(t *testing.T, text string) string {
	t.Helper()
	for _, a := range d.all("a") {
		if strings.Contains(squeeze(words(a)), text) {
			return attribute(a, "href")
		}
	}
	t.Fatalf("no link says %q", text)
	return ""
}

// names gives the hosters of a page's cards, in their order.
func (d document) names() []string {
	var names []string
	for _, card := range d.classed("card") {
		names = append(names, squeeze(words(document{card, ""}.all("h3")[0])))
	}
	return names
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
