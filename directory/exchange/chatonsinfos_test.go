package exchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/exchange"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a file under testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update to accept); got:\n%s", path, got)
	}
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := readSample(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func readSample(name string) ([]byte, error) { return os.ReadFile(filepath.Join("testdata", name)) }

func read(t *testing.T, name, text string) (*exchange.File, []exchange.Warning) {
	t.Helper()
	f, warnings, err := exchange.ReadChatonsInfos(name, []byte(text))
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	return f, warnings
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func sentences(warnings []exchange.Warning) []string {
	s := []string{}
	for _, w := range warnings {
		s = append(s, w.String())
	}
	return s
}

// What each sample says, in the domain's words, and what it is warned of.
func TestSamples(t *testing.T) {
	for _, name := range []string{"organization-clean", "organization-oddities", "service-pad"} {
		t.Run(name, func(t *testing.T) {
			f, warnings := read(t, name+".properties", string(sample(t, name+".properties")))
			var said struct {
				Hoster   *directory.Hoster  `json:"hoster,omitempty"`
				Service  *directory.Service `json:"service,omitempty"`
				Warnings []string           `json:"warnings"`
			}
			if f.Class() == exchange.ClassService {
				s, more, err := exchange.Service(f)
				if err != nil {
					t.Fatal(err)
				}
				said.Service, warnings = &s, append(warnings, more...)
			} else {
				h, more, err := exchange.Hoster(f, nil)
				if err != nil {
					t.Fatal(err)
				}
				said.Hoster, warnings = &h, append(warnings, more...)
			}
			said.Warnings = sentences(warnings)
			golden(t, name+".json", asJSON(t, said))
		})
	}
}

// A fresh file, written for a hoster that its own node publishes.
func TestExportFresh(t *testing.T) {
	org, _ := read(t, "chatdroite.properties", string(sample(t, "organization-clean.properties")))
	pad, _ := read(t, "pad.properties", string(sample(t, "service-pad.properties")))
	h, _, err := exchange.Hoster(org, []*exchange.File{pad})
	if err != nil {
		t.Fatal(err)
	}
	h.ID = "https://chat-droite.example/ap/actors/chat_droite"
	file, services := exchange.ChatonsInfos(h, nil, nil)
	golden(t, "export-organization.properties", file.Bytes())
	golden(t, "export-service.properties", services["pad"].Bytes())
}

func TestReadKeepsBytes(t *testing.T) {
	for _, text := range []string{
		"", "\n", "\ufeff", "\ufeffa = b", "a=b\r\nb=c\rc=d\n\n# e\n", "  a.b\t =\t c \t", "no entry", "=x", "a==b",
	} {
		f, _ := read(t, "t.properties", text)
		if got := string(f.Bytes()); got != text {
			t.Errorf("read %q, gave back %q", text, got)
		}
	}
}

func TestLookup(t *testing.T) {
	f, _ := read(t, "t.properties", strings.Join([]string{
		`plain = a value = with two`,
		`Mixed.Case=b`,
		`single = 'in quotes'`,
		`double = " in quotes "`,
		`unmatched = 'half`,
		`apostrophe = L\'été d'hier`,
		`breaks = one<br/>two\nthree<br />four`,
		`nested = "'twice'"`,
		`empty =`,
		`lone = '`,
		"nbsp =\u00a0x\u00a0",
	}, "\r\n"))
	tests := map[string]string{
		"plain": "a value = with two", "mixed.case": "b", "MIXED.CASE": "b", "single": "in quotes", "double": "in quotes",
		"unmatched": "'half", "apostrophe": "L'été d'hier", "breaks": "one\ntwo\nthree\nfour", "nested": "'twice'",
		"empty": "", "lone": "'", "nbsp": "x",
	}
	for key, want := range tests {
		if got, ok := f.Lookup(key); !ok || got != want {
			t.Errorf("%s: got %q, %v, want %q", key, got, ok, want)
		}
	}
	if got, ok := f.Lookup("missing"); ok || got != "" {
		t.Errorf("missing: got %q, %v", got, ok)
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"Latin-1", "a = b\norganization.name = \xc9cole\n", "line 2: is not UTF-8 text (it may be Latin-1): save the file as UTF-8"},
		{"UTF-16", "\xff\xfea\x00", "line 1: is not UTF-8 text (it looks like UTF-16): save the file as UTF-8"},
		{"binary", "a = \x00", "line 1: holds a zero byte: this is not a text file"},
		{"long line", "a = b\nb = " + strings.Repeat("x", exchange.MaxLineBytes), "line 2: is longer than 8 KiB"},
		{"many lines", strings.Repeat("\n", exchange.MaxFileLines+1), "line 5001: is beyond the 5000 lines that a file may have"},
		{"long file", strings.Repeat("# 89abcdef\n", exchange.MaxFileBytes/11+1), "f.properties: is longer than 256 KiB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := exchange.ReadChatonsInfos("f.properties", []byte(test.text))
			if !errors.Is(err, directory.ErrInvalid) || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("got %v, want an invalid …%s", err, test.want)
			}
		})
	}
	if _, _, err := exchange.ReadChatonsInfos("f", bytes.Repeat([]byte("\n"), exchange.MaxFileLines)); err != nil {
		t.Errorf("a file of exactly the most lines: %v", err)
	}
}

func TestReadWarns(t *testing.T) {
	_, warnings := read(t, "f.properties", "a = 1\nA = 2\n<html>\n = 3\n# b\n\nb = 4")
	want := []string{
		"f.properties, line 2: A: this key is already on line 1, which counts; this line is kept and not used",
		"f.properties, line 3: this line is neither a comment nor “key = value”; it is kept and not used",
		"f.properties, line 4: this line is neither a comment nor “key = value”; it is kept and not used",
	}
	if got := sentences(warnings); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestClassAndSubs(t *testing.T) {
	for text, want := range map[string]string{
		"file.class = Organization": exchange.ClassOrganization, "file.class = organisation": exchange.ClassOrganization,
		"FILE.CLASS='Service'": exchange.ClassService, "file.class = Device": exchange.ClassDevice,
		"service.name = x": exchange.ClassService, "federation.name = x\nsubs.a = b": exchange.ClassFederation,
		"<html lang=fr>": "", "file.class = Café": "café",
	} {
		f, _ := read(t, "f", text)
		if got := f.Class(); got != want {
			t.Errorf("%q: got class %q, want %q", text, got, want)
		}
	}
	f, _ := read(t, "f", "subs.A = 'https://a.example/'\nsubs.b =\nSubs.c=https://c.example/")
	want := []exchange.Sub{{Key: "A", URL: "https://a.example/", Line: 1}, {Key: "c", URL: "https://c.example/", Line: 3}}
	if got := f.Subs(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNotTheClassNeeded(t *testing.T) {
	page, _ := read(t, "page.html", "<html lang=fr>")
	service, _ := read(t, "pad.properties", "file.class = service")
	for _, f := range []*exchange.File{page, service} {
		if _, _, err := exchange.Hoster(f, nil); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s as an organization: got %v", f.Name, err)
		}
	}
	org, _ := read(t, "o.properties", "file.class = organization\norganization.name = Chat")
	h, warnings, err := exchange.Hoster(org, []*exchange.File{page, service})
	if err != nil || len(h.Services) != 1 {
		t.Fatalf("got %d services, %v", len(h.Services), err)
	}
	if got := strings.Join(sentences(warnings), "\n"); !strings.Contains(got, "page.html: this file is left out") {
		t.Errorf("no word of the file left out in %q", got)
	}
}

func TestSlugsAreUnique(t *testing.T) {
	org, _ := read(t, "o.properties", "file.class = organization\norganization.name = Chat")
	var files []*exchange.File
	for _, name := range []string{"https://a.example/pad.properties", "https://b.example/Pad.properties", "service.properties"} {
		f, _ := read(t, name, "file.class = service\nservice.name = Pad")
		files = append(files, f)
	}
	h, _, err := exchange.Hoster(org, files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range h.Services {
		got = append(got, s.Slug)
	}
	if want := []string{"pad", "pad-2", "pad-3"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Each oddity of a single key, with what is taken of it and what is told.
func TestOrganizationValues(t *testing.T) {
	point := func(lat, lon float64) *directory.Point { return &directory.Point{Latitude: lat, Longitude: lon} }
	tests := []struct {
		lines string
		get   func(directory.Hoster) any
		want  any
		warns string // in the first warning; "" for none
	}{
		{"organization.startdate = 2018-06-01", since, "2018-06-01", ""},
		{"organization.startdate = 01/06/2018", since, "2018-06-01", ""},
		{"organization.startdate = 1/6/2018", since, "2018-06-01", ""},
		{"organization.startdate = 06/2018", since, "2018-06", ""},
		{"organization.startdate = 2018-06", since, "2018-06", ""},
		{"organization.startdate = 2018", since, "2018", ""},
		{"organization.startdate = 2018-06-01T10:00:00", since, "2018-06-01", ""},
		{"organization.startdate = 31/02/2018", since, "", "is no date"},
		{"organization.startdate = hier", since, "", `line 3: organization.startdate: "hier" is no date`},
		{"organization.startdate = 0000-01-01", since, "", "is no date"},
		{"organization.type = Cooperative", form, directory.FormCooperative, ""},
		{"organization.type = club", form, directory.LegalForm(""), `"club" is none of ASSOCIATION, INFORMAL`},
		{"organization.status.level = idle", state, directory.StatePaused, ""},
		{"organization.status.level = AWAY", state, directory.StateClosed, ""},
		{"organization.status = OFF", state, directory.StateClosed, ""},
		{"organization.status.level = ACTIVE\norganization.enddate = 2027", state, directory.StateClosing, ""},
		{"organization.geolocation.latitude = 48,73\norganization.geolocation.longitude = +3.5", where, point(48.73, 3.5), ""},
		{"organization.geolocation.latitude = -90\norganization.geolocation.longitude = 180", where, point(-90, 180), ""},
		{"organization.geolocation.latitude = 90.01\norganization.geolocation.longitude = 3", where, (*directory.Point)(nil), "outside -90 and 90"},
		{"organization.geolocation.latitude = 48°43'\norganization.geolocation.longitude = 3", where, (*directory.Point)(nil), "no number of decimal degrees"},
		{"organization.geolocation.latitude = NaN\norganization.geolocation.longitude = 0x10", where, (*directory.Point)(nil), "no number of decimal degrees"},
		{"organization.geolocation.latitude = 48", where, (*directory.Point)(nil), "one alone is not used"},
		{"organization.country.code = be", land, directory.AreaCode("BE"), ""},
		{"organization.country.name = Belgique", land, directory.AreaCode("BE"), ""},
		{"organization.country.name = FRANCE\norganization.country.code = CH", land, directory.AreaCode("CH"), ""},
		{"organization.country.name = Bretagne", land, directory.AreaCode(""), "no country that is known by that name"},
		{"organization.country.code = France", land, directory.AreaCode(""), "no country code of two letters"},
		{"organization.website = chat.example", site, "", "no complete address"},
		{"organization.website = javascript:alert(1)", site, "", "does not begin with http: or https:"},
		{"organization.website = https://a:b@chat.example/", site, "", "holds a name or password"},
		{"organization.website = https:///", site, "", "no complete address"},
		{"organization.website = https://chat.example/ ici", site, "", "holds a space or"},
		{"organization.website = https://:80/", site, "", "names no host"},
		{"organization.enddate = 2018\norganization.startdate = 2019-05", since, "2019-05", "2018 lies before the beginning, 2019-05"},
		{"organization.owner.website = https://april.example/", owner, (*directory.Owner)(nil), "no name of the owner is given"},
		{"organization.owner.name = April", owner, &directory.Owner{Name: "April"}, ""},
		{"organization.contact.email = mailto:a@chat.example", mail, "a@chat.example", ""},
		{"organization.contact.email = a at chat.example", mail, "", "no mail address"},
		{"organization.geography = Lannion", seat, "Lannion", ""},
		{"organization.websit = https://chat.example/", site, "", "organization.websit: this is no key that is known here"},
		{"metrics.http.visits.2025 = 12\nsubs.a = x", site, "", ""},
	}
	for _, test := range tests {
		t.Run(test.lines, func(t *testing.T) {
			f, warnings := read(t, "o.properties", "file.class = organization\norganization.name = Chat\n"+test.lines+"\n")
			h, more, err := exchange.Hoster(f, nil)
			if err != nil {
				t.Fatal(err)
			}
			warnings = append(warnings, more...)
			if got := test.get(h); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			switch {
			case test.warns == "" && len(warnings) > 0:
				t.Errorf("warned of %q", sentences(warnings))
			case test.warns != "" && !strings.Contains(strings.Join(sentences(warnings), "\n"), test.warns):
				t.Errorf("got warnings %q, want %q in them", sentences(warnings), test.warns)
			}
		})
	}
}

func since(h directory.Hoster) any { return h.Since.String() }
func form(h directory.Hoster) any  { return h.Form }
func state(h directory.Hoster) any { return h.State }
func where(h directory.Hoster) any { return h.Seat.Point }
func land(h directory.Hoster) any  { return h.Seat.Country }
func site(h directory.Hoster) any  { return h.Website }
func mail(h directory.Hoster) any  { return h.Contact.Email }
func owner(h directory.Hoster) any { return h.Owner }
func seat(h directory.Hoster) any  { return h.Seat.Address }
