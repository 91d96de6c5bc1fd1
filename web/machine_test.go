package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/exchange"
)

// file reads a machine file of a node.
func (n *node) file(path string, status int) (body, kind string) {
	n.Helper()
	res := n.get(path)
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status {
		n.Fatalf("%s: got %d, %v, want %d", path, res.StatusCode, err, status)
	}
	return string(raw), res.Header.Get("Content-Type")
}

// A hoster's node tells the same in each format, and reads it back.
func TestHosterMachineFiles(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	h.Services = append(h.Services, directory.Service{Slug: "chat", Name: "Chat", Software: directory.Software{Name: "Prosody"}})
	n := hosterNode(t, &h, nil)
	for path, want := range map[string]struct {
		kind   string
		format exchange.Format
	}{
		"/librehost.json": {"application/json", exchange.FormatLibrehost},
		"/profile.json":   {"application/json", exchange.FormatJSON},
		"/profile.jsonld": {"application/ld+json", exchange.FormatJSONLD},
		"/profile.csv":    {"text/csv; charset=utf-8; header=present", exchange.FormatCSV},
		"/services/chat/.well-known/xmpp-provider-v2.json": {"application/json", exchange.FormatXMPP},
	} {
		body, kind := n.file(path, http.StatusOK)
		r, err := exchange.Read(want.format, path, []byte(body))
		if err != nil || kind != want.kind || len(r.Hosters) == 0 && len(r.Hints) == 0 {
			t.Errorf("%s: got %s of %q, %v", path, body, kind, err)
		}
		if len(r.Hosters) > 0 && r.Hosters[0].Hoster.Name != h.Name {
			t.Errorf("%s: got %q, want %q", path, r.Hosters[0].Hoster.Name, h.Name)
		}
	}
	if card, kind := n.file("/profile.vcf", http.StatusOK); kind != "text/vcard; charset=utf-8" || !strings.Contains(card, "\r\nFN:Les Lucioles\r\n") {
		t.Errorf("got %q of %q", card, kind)
	}
	if points, kind := n.file("/profile.geojson", http.StatusOK); kind != "application/geo+json" || !strings.Contains(points, "[-3.4592,48.7322]") {
		t.Errorf("got %q of %q", points, kind)
	}
	n.file("/services/pad/.well-known/xmpp-provider-v2.json", http.StatusNotFound)
	n.file("/carbon.txt", http.StatusNotFound)
	n.file("/directory.json", http.StatusNotFound)
	empty := hosterNode(t, nil, nil)
	empty.file("/librehost.json", http.StatusNotFound)
	empty.file("/profile.csv", http.StatusNotFound)
}

// What an import kept is given back: keys of a librehost.json that nobody here
// knows, and the way to a carbon.txt.
func TestHosterGivesImportedFilesBack(t *testing.T) {
	const samples = "../directory/exchange/testdata/"
	imported := map[string][]byte{}
	for address, name := range map[string]string{
		"https://ailleurs.example/librehost.json": "librehost.json", "https://ailleurs.example/carbon.txt": "carbon.txt",
	} {
		raw, err := os.ReadFile(samples + name)
		if err != nil {
			t.Fatal(err)
		}
		imported[address] = raw
	}
	h := directorytest.Hoster("Les Lucioles")
	n := start(t, Options{
		Origin: &url.URL{Scheme: "https", Host: "les-lucioles.example"}, Hoster: "les_lucioles", Own: own{hoster: &h, imported: imported},
	}, nil, nil)
	body, _ := n.file("/librehost.json", http.StatusOK)
	var keys map[string]any
	if err := json.Unmarshal([]byte(body), &keys); err != nil || keys["name"] != "Les Lucioles" || keys["meta"] == nil || keys["data"] != nil {
		t.Errorf("got %v in %s", err, body)
	}
	w := httptest.NewRecorder()
	n.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/carbon.txt", http.NoBody))
	if got := w.Result().Header.Get("Location"); w.Code != http.StatusFound || got != "https://ailleurs.example/carbon.txt" {
		t.Errorf("got %d to %q", w.Code, got)
	}
}

// A directory is a federation of ChatonsInfos whose every link leads to a
// file: on the hoster's own node, or here.
func TestDirectoryMachineFiles(t *testing.T) {
	stranger := directorytest.Listing("Les Galets")
	stranger.Hoster.ID = "https://les-galets.example/users/galets" // a node of another program
	n := directoryNode(t, []directory.Listing{directorytest.Listing("Les Lucioles"), stranger}, nil)
	const base = "/.well-known/chatonsinfos/annuaire"
	body, kind := n.file(base+".properties", http.StatusOK)
	f, warnings, err := exchange.ReadChatonsInfos("annuaire.properties", []byte(body))
	if err != nil || len(warnings) > 0 || kind != "text/plain; charset=utf-8" {
		t.Fatalf("got %v, %v, %q", err, warnings, kind)
	}
	c, _, err := exchange.Federation(f)
	if err != nil || c.Name != "Annuaire du Ponant" || c.Contact.Email != "bonjour@annuaire.example" {
		t.Errorf("got %+v, %v", c, err)
	}
	var links []string
	for _, s := range f.Subs() {
		links = append(links, s.URL)
	}
	here := "https://annuaire.example" + base + "/" + url.PathEscape(strings.TrimPrefix(stranger.Handle, "@")) + ".properties"
	want := []string{here, "https://les-lucioles.example/.well-known/chatonsinfos/les_lucioles.properties"}
	if strings.Join(links, " ") != strings.Join(want, " ") {
		t.Errorf("got %q, want %q", links, want)
	}
	tree := exchange.NewTree(here, exchange.DefaultLimits)
	for address, ok := tree.Next(); ok; address, ok = tree.Next() {
		body, _ := n.file(strings.TrimPrefix(address, "https://annuaire.example"), http.StatusOK)
		tree.Add(address, []byte(body))
	}
	if r := tree.Result(); len(r.Hosters) != 1 || r.Hosters[0].Hoster.Name != "Les Galets" || len(r.Hosters[0].Hoster.Services) != 2 || len(r.Warnings) > 0 {
		t.Errorf("got %+v", r)
	}
	n.file(base+"/nobody@nowhere.example.properties", http.StatusNotFound)

	if body, _ := n.file("/directory.json", http.StatusOK); !strings.Contains(body, `"les-lucioles.example": "https://les-lucioles.example/librehost.json"`) {
		t.Errorf("got %s", body)
	}
	for path, format := range map[string]exchange.Format{
		"/api/v1/export.json": exchange.FormatJSON, "/api/v1/listings.csv": exchange.FormatCSV, "/api/v1/listings.jsonld": exchange.FormatJSONLD, "/api/v1/listings": exchange.FormatJSON,
	} {
		body, _ := n.file(path, http.StatusOK)
		if r, err := exchange.Read(format, path, []byte(body)); err != nil || len(r.Hosters) != 2 {
			t.Errorf("%s: got %d hosters, %v", path, len(r.Hosters), err)
		}
	}
	if body, _ := n.file("/api/v1/listings.csv?q=galets", http.StatusOK); strings.Contains(body, "Lucioles") || !strings.Contains(body, "Galets") {
		t.Errorf("the filter does not hold: %s", body)
	}
	n.file("/api/v1/listings.csv?need=%00", http.StatusBadRequest)
	if body, _ := n.file("/api/v1/listings.vcf", http.StatusOK); strings.Count(body, "BEGIN:VCARD") != 2 {
		t.Errorf("got %s", body)
	}
}
