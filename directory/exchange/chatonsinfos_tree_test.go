package exchange_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/exchange"
)

// walk fetches from a map of files and gives the addresses in the order asked.
func walk(t *testing.T, root string, limits exchange.Limits, files map[string]string) (exchange.TreeResult, []string) {
	t.Helper()
	tree := exchange.NewTree(root, limits)
	var asked []string
	for address, ok := tree.Next(); ok; address, ok = tree.Next() {
		if len(asked) > 1000 {
			t.Fatal("the walk does not end")
		}
		asked = append(asked, address)
		if text, ok := files[address]; ok {
			tree.Add(address, []byte(text))
		} else {
			tree.Fail(address, directory.ErrNotFound)
		}
	}
	return tree.Result(), asked
}

func TestTree(t *testing.T) {
	const site = "https://chat-droite.example/.well-known/chatonsinfos/"
	files := map[string]string{
		"federation.properties":        string(sample(t, "federation.properties")),
		site + "chatdroite.properties": string(sample(t, "organization-clean.properties")),
		site + "pad.properties":        string(sample(t, "service-pad.properties")),
		"https://bizarre.example/.well_known/chatonsinfos/organization.properties": string(sample(t, "organization-oddities.properties")),
	}
	got, asked := walk(t, "federation.properties", exchange.DefaultLimits, files)
	wantAsked := []string{
		"federation.properties", site + "chatdroite.properties",
		"https://bizarre.example/.well_known/chatonsinfos/organization.properties",
		site + "pad.properties", "https://bizarre.example/.well_known/chatonsinfos/nextcloud.properties",
	}
	if !reflect.DeepEqual(asked, wantAsked) {
		t.Errorf("asked for %q\nwant %q", asked, wantAsked)
	}
	if len(got.Organizations) != 2 {
		t.Fatalf("got %d organizations, want 2", len(got.Organizations))
	}
	h := got.Organizations[0].Hoster
	if h.Name != "Chat Droite" || len(h.Services) != 1 || h.Services[0].Slug != "pad" || got.Organizations[0].URL != wantAsked[1] {
		t.Errorf("got %s with services %+v", h.Name, h.Services)
	}
	if len(got.Failures) != 1 || got.Failures[0].URL != wantAsked[4] || !errors.Is(got.Failures[0].Err, directory.ErrNotFound) {
		t.Errorf("got failures %v, want the one file that is missing", got.Failures)
	}
}

func TestTreeRefuses(t *testing.T) {
	org := func(subs ...string) string { return properties("organization", subs) }
	federation := func(subs ...string) string { return properties("federation", subs) }
	const a, b, c = "https://a.example/o", "https://b.example/s", "https://c.example/f"
	tests := []struct {
		name    string
		limits  exchange.Limits
		files   map[string]string
		asked   []string
		problem string // in the warnings and failures
	}{
		{"a cycle", exchange.DefaultLimits, map[string]string{c: federation(a), a: org(c, a)}, []string{c, a}, "already in this import"},
		{"itself", exchange.DefaultLimits, map[string]string{c: federation(c)}, []string{c}, "already in this import"},
		{"an organization below an organization", exchange.DefaultLimits, map[string]string{c: org(a), a: org(b)}, []string{c, a}, `file.class = "organization"; a file of class service is needed`},
		{"a page", exchange.DefaultLimits, map[string]string{c: "<html>"}, []string{c}, "is a page without JSON-LD"},
		{"a file of another kind below", exchange.DefaultLimits, map[string]string{c: federation(a), a: "<html>"}, []string{c, a}, "it has no file.class"},
		{"a service as a beginning", exchange.DefaultLimits, map[string]string{c: properties("service", nil)}, []string{c}, "a file of class federation or organization is needed"},
		{"another protocol", exchange.DefaultLimits, map[string]string{c: org("ftp://b.example/s", "file:///etc/passwd", "/etc/passwd", "https://u:p@b.example/s")}, []string{c}, "does not begin with http: or https:"},
		{"too deep", exchange.Limits{Depth: 2, Files: 9, Bytes: 999}, map[string]string{c: federation(a), a: org(b)}, []string{c, a}, "more than 2 files deep"},
		{"too many", exchange.Limits{Depth: 3, Files: 3, Bytes: 999}, map[string]string{c: org(b+"1", b+"2", b+"3")}, []string{c, b + "1", b + "2"}, "at most 3 files"},
		{"too long", exchange.Limits{Depth: 3, Files: 3, Bytes: 20}, map[string]string{c: org()}, []string{c}, "is longer than"},
		{"not text", exchange.DefaultLimits, map[string]string{c: "\xff"}, []string{c}, "is not UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, asked := walk(t, c, test.limits, test.files)
			if !reflect.DeepEqual(asked, test.asked) {
				t.Errorf("asked for %q, want %q", asked, test.asked)
			}
			problems := strings.Join(sentences(got.Warnings), "\n")
			for _, f := range got.Failures {
				problems += "\n" + f.Err.Error()
			}
			if !strings.Contains(problems, test.problem) {
				t.Errorf("got %s\nwant %q in it", problems, test.problem)
			}
		})
	}
}

func properties(class string, subs []string) string {
	text := "file.class = " + class + "\n" + class + ".name = X\n"
	for i, s := range subs {
		text += fmt.Sprintf("subs.s%d = %s\n", i, s)
	}
	return text
}

// A file that several others link to, however they spell its host, is fetched
// once and belongs to each of them.
func TestTreeFetchesOnce(t *testing.T) {
	const root, a, b, s = "https://f.example/", "https://a.example/o", "https://b.example/o", "https://s.example/Pad.properties"
	files := map[string]string{
		root: properties("federation", []string{a, b, "https://A.example/o#x"}),
		a:    properties("organization", []string{s, "https://S.example/Pad.properties"}),
		b:    properties("organization", []string{s}),
		s:    properties("service", []string{a}),
	}
	got, asked := walk(t, root, exchange.DefaultLimits, files)
	if want := []string{root, a, b, s}; !reflect.DeepEqual(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
	if len(got.Organizations) != 2 || len(got.Organizations[0].Services) != 1 || len(got.Organizations[1].Services) != 1 {
		t.Errorf("got %+v", got.Organizations)
	}
}

func TestTreeIgnoresWhatItDidNotAskFor(t *testing.T) {
	tree := exchange.NewTree("o", exchange.DefaultLimits)
	tree.Add("https://stranger.example/", []byte(properties("organization", nil)))
	tree.Next()
	tree.Add("o", []byte(properties("organization", nil)))
	tree.Add("o", []byte(properties("federation", nil)))
	tree.Fail("o", directory.ErrNotFound)
	if got := tree.Result(); len(got.Organizations) != 1 || got.Failures != nil {
		t.Errorf("got %+v", got)
	}
	if got := exchange.NewTree("o", exchange.DefaultLimits).Result(); got.Organizations != nil {
		t.Errorf("a walk not begun gave %+v", got)
	}
}

func TestSiblingName(t *testing.T) {
	for address, want := range map[string]string{
		"https://chat.example/.well-known/chatonsinfos/pad.properties": "pad.properties",
		"https://chat.example/a/pad.properties?v=1#x":                  "pad.properties",
		"/home/chat/pad.properties":                                    "pad.properties",
		"pad.properties":                                               "pad.properties",
		"https://chat.example/%2e%2e":                                  "",
		"https://chat.example/..%2f..%2fetc%2fpasswd":                  "passwd",
		`https://chat.example/..%5c..%5cboot.ini`:                      "boot.ini",
		"https://chat.example/":                                        "",
		"https://chat.example":                                         "",
		"https://chat.example/a%00b":                                   "",
		"..":                                                           "", "": "",
	} {
		if got := exchange.SiblingName(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

// The files of a node change their addresses with it: stale links go, links to
// services that stay keep their keys, and no service takes another's.
func TestExportLinksServices(t *testing.T) {
	base, _ := read(t, "o.properties", strings.Join([]string{
		"file.class = organization", "organization.name = Chat",
		"subs.nuage = 'https://old.example/nextcloud.properties'",
		"subs.gone = https://old.example/gone.properties",
		"subs.pad = https://old.example/etherpad.properties",
		"subs.twice = https://old.example/etherpad.properties", ""}, "\n"))
	h := directory.Hoster{ID: "https://chat.example/ap/actors/chat", Handle: "chat", Name: "Chat",
		Services: []directory.Service{{Slug: "nextcloud"}, {Slug: "etherpad"}, {Slug: "pad"}, {Slug: "chat"}, {Slug: "a-b"}}}
	const node = "https://chat.example/.well-known/chatonsinfos/chat/"
	want := []exchange.Sub{
		{Key: "nuage", URL: node + "nextcloud.properties", Line: 4}, {Key: "pad", URL: node + "etherpad.properties", Line: 5},
		{Key: "pad-2", URL: node + "pad.properties", Line: 6}, {Key: "chat", URL: node + "chat.properties", Line: 7}, {Key: "a_b", URL: node + "a-b.properties", Line: 8},
	}
	out := exchange.ExportHoster(h, base)
	if got := out.Subs(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v\nin %s", got, want, out.Bytes())
	}
	if again := exchange.ExportHoster(h, out); string(again.Bytes()) != string(out.Bytes()) {
		t.Errorf("a second export differs:\n%s", again.Bytes())
	}
}

// An edit of one fact is an edit of one line.
func TestExportRewritesOneLine(t *testing.T) {
	raw := string(sample(t, "organization-oddities.properties"))
	base, _ := read(t, "bizarre.properties", raw)
	h, _, err := exchange.Hoster(base, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.Guides.Technical = "https://bizarre.example/neuf"
	want := strings.Replace(raw, "https://bizarre.example/tech", h.Guides.Technical, 1)
	if got := string(exchange.ExportHoster(h, base).Bytes()); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	h.Contact.Email = "a@bizarre.example"
	got := string(exchange.ExportHoster(h, base).Bytes())
	if !strings.Contains(got, "\r\norganization.contact.email = a@bizarre.example\r\n") || len(got) != len(want)+len("organization.contact.email = a@bizarre.example\r\n") {
		t.Errorf("got %q", got)
	}
	if string(base.Bytes()) != raw {
		t.Error("the export changed the file that it is based on")
	}
}
