package activitystreams

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
)

// overTheWire writes a hoster and its services and reads them again.
func overTheWire(t rapid.TB, e Endpoints, h directory.Hoster) (directory.Hoster, []string) {
	t.Helper()
	d, err := EncodeHoster(e, h, directory.Vocabulary{})
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	var services [][]byte
	for _, s := range h.Services {
		d, err := EncodeService(e, h, s, directory.Vocabulary{})
		if err != nil {
			t.Fatalf("encode %s: %v", s.Slug, err)
		}
		services = append(services, d.Body)
	}
	got, warnings, err := DecodeHoster(d.Body, services)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return got, warnings
}

// settled is h as a peer knows it: ids are the node's, and the instant of the
// last change goes to the second.
func settled(e Endpoints, h directory.Hoster) directory.Hoster {
	h.ID = directory.ID(e.Actor)
	h.UpdatedAt = second(h.UpdatedAt)
	if h.UpdatedAt.IsZero() {
		h.UpdatedAt = second(e.updated())
	}
	h.Services = slices.Clone(h.Services)
	for i := range h.Services {
		h.Services[i].ID = directory.ID(e.Service(h.Services[i].Slug))
	}
	return h
}

func TestHosterOverTheWire(t *testing.T) {
	e := testEndpoints()
	for _, l := range append(directorytest.Listings(200, 7), directorytest.Listing("Les Lucioles")) {
		got, warnings := overTheWire(t, e, l.Hoster)
		if a, b := asJSON(t, got), asJSON(t, settled(e, l.Hoster)); a != b {
			t.Errorf("%s:\ngot  %s\nwant %s", l.Hoster.Name, a, b)
		}
		if len(warnings) > 0 {
			t.Errorf("%s: warnings %q", l.Hoster.Name, warnings)
		}
	}
}

// Whatever valid profile a hoster writes, peers rebuild it without loss.
func TestHosterOverTheWireProperty(t *testing.T) {
	full := directorytest.Hoster("Les Lucioles")
	fullJSON := asJSON(t, full)
	prose := rapid.StringOfN(rapid.RuneFrom([]rune("abé <>&\"'\\/#\n\t’日🐈‍\u0301ש{}[]:—")), 1, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		var tree map[string]any
		if err := json.Unmarshal([]byte(fullJSON), &tree); err != nil {
			t.Fatal(err)
		}
		mutate(t, prose, tree, "")
		raw, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		var h directory.Hoster
		if err := json.Unmarshal(raw, &h); err != nil {
			t.Skip(err)
		}
		if h, err = pruned(h, directory.Hoster.Validate, new([]string)); err != nil {
			t.Skip(err)
		}
		e := testEndpoints()
		e.Handle = h.Handle
		got, warnings := overTheWire(t, e, h)
		want := settled(e, h)
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Fatalf("got  %s\nwant %s\nwarnings %q", a, b, warnings)
		}
	})
}

// mutate takes things away at random, and writes other words where words stand.
func mutate(t *rapid.T, prose *rapid.Generator[string], v any, path string) {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			at := path + "." + k
			switch s := v[k].(type) {
			case string:
				if strings.ContainsAny(s, " ") && rapid.Bool().Draw(t, at) {
					v[k] = prose.Draw(t, at+"=") + "." // an empty text would be one that says nothing
				}
			default:
				if k != "services" && rapid.IntRange(0, 5).Draw(t, at+"-") == 0 {
					delete(v, k)
				} else {
					mutate(t, prose, v[k], at)
				}
			}
		}
	case []any:
		for i, x := range v {
			mutate(t, prose, x, fmt.Sprintf("%s[%d]", path, i))
		}
	}
}

// A profile that fits no Update is refused with the part to shorten.
func TestEncodeHosterTooLarge(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	h.Description = directory.Text{"fr": strings.Repeat("Très long. ", 1700), "en": strings.Repeat("Very long. ", 1700), "br": strings.Repeat("Hir-tre. ", 2000)}
	h.Governance = directory.Text{"fr": strings.Repeat("é", 5000)}
	_, err := EncodeHoster(testEndpoints(), h, directory.Vocabulary{})
	var field *directory.FieldError
	if !errors.As(err, &field) || field.Field != "description" || !strings.Contains(field.Reason, "bytes") {
		t.Fatalf("got %v, want a FieldError on description that says by how much", err)
	}
	h.Description = nil
	d, err := EncodeHoster(testEndpoints(), h, directory.Vocabulary{})
	if err != nil {
		t.Fatalf("after shortening: %v", err)
	}
	u, err := Update("https://les-lucioles.example/ap/activities/1", d, testDay)
	if err != nil || len(u.Body) >= 64<<10 {
		t.Errorf("update: %d bytes, %v", len(u.Body), err)
	}
}

// What a person on other software sees of a hoster.
func TestHosterForOtherSoftware(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	for i := range 90 {
		s := directory.Service{Slug: fmt.Sprintf("service-%d", i), Name: fmt.Sprintf("Un service au nom assez long, numéro %d", i)}
		h.Services = append(h.Services, s)
	}
	d, err := EncodeHoster(testEndpoints(), h, directory.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := Parse(d.Body)
	if err != nil {
		t.Fatal(err)
	}
	for lang, s := range o.Text("summary", "summaryMap") {
		if n := utf8.RuneCountInString(s); n > 2048 || !strings.Contains(s, "Le Pad") || !strings.Contains(s, "#<span>chatons</span>") {
			t.Errorf("summary in %s has %d characters: %s", lang, n, s)
		}
		if again := SanitiseHTML(s); PlainText(again) != PlainText(s) {
			t.Errorf("sanitising changes the words of our summary: %q", again)
		}
	}
	fields := o.Children("attachment", 32)
	if len(fields) < 5 {
		t.Fatalf("got %d fields", len(fields))
	}
	for i, want := range []string{"Site", "Lieu", "Contact", "Ouvert à"} {
		if f := fields[i]; f.String("name") != want || f.Type() != "PropertyValue" || f.String("value") == "" || len(f.String("value")) > 2000 {
			t.Errorf("field %d: got %v, want %s", i, f, want)
		}
	}
	if icon, ok := o.Child("icon"); !ok || icon.String("mediaType") != "image/png" {
		t.Errorf("icon: got %v", o["icon"])
	}
	h.Logo = "http://clair.example/logo.svg"
	if d, err = EncodeHoster(testEndpoints(), h, directory.Vocabulary{}); err != nil || strings.Contains(string(d.Body), `"icon"`) {
		t.Errorf("an icon in the clear, or an SVG, was given to peers (%v)", err)
	}
}

func TestDecodeHosterLeavesWrongThingsOut(t *testing.T) {
	e := testEndpoints()
	h := directorytest.Hoster("Les Lucioles")
	d, err := EncodeHoster(e, h, directory.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	service, err := EncodeService(e, h, h.Services[0], directory.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	set := func(raw []byte, keys map[string]any) []byte {
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for k, v := range keys {
			m[k] = v
		}
		return []byte(asJSON(t, m))
	}
	actor := set(d.Body, map[string]any{
		"website": "javascript:alert(1)", "legalForm": "cartel", "since": "hier", "languages": []any{"fr", 7, "Klingon"}, "serves": "FR-22",
		"tagline":    map[string]any{"fr": "Bonjour \u202emonde", "x!": "non"},
		"contact":    map[string]any{"email": "pas une adresse", "phone": 5, "hours": []any{map[string]any{"days": []any{"mon"}, "opens": "9h", "closes": "17:00"}, "toujours"}},
		"work":       map[string]any{"paidPeople": 2.5, "volunteers": -3, "onCall": map[string]any{"aroundTheClock": true, "rotation": 1}},
		"statements": []any{map[string]any{"criterion": "several-can-repair", "says": "met"}, map[string]any{"criterion": "x", "says": "best"}, map[string]any{"says": "met"}},
		"location":   []any{"nulle part"}, "discoverable": "true",
		"links": []any{map[string]any{"kind": "social", "name": "x", "url": "file:///etc/passwd"}},
	})
	foreign := set(service.Body, map[string]any{"id": "https://other.example/s"})
	stolen := set(service.Body, map[string]any{"attributedTo": "https://les-lucioles.example/ap/actors/autre", "slug": "autre"})
	priced := set(service.Body, map[string]any{"allowance": map[string]any{"daysPerYear": -4}, "slug": "jours", "id": service.IRI + "2"})
	got, warnings, err := DecodeHoster(actor, [][]byte{service.Body, service.Body, foreign, stolen, priced, []byte("{"), d.Body})
	if err != nil {
		t.Fatalf("one wrong field hid the rest: %v", err)
	}
	if err := got.Validate(); err != nil {
		t.Errorf("what was read is not valid: %v", err)
	}
	if got.Website != "" || got.Form != "" || !got.Since.IsZero() || got.Contact.Email != "" || len(got.Links) != 0 || got.Discoverable ||
		got.Work.PaidPeople != nil || got.Work.OnCall != nil || got.Seat.Name != "" {
		t.Errorf("wrong things were kept: %+v", got)
	}
	if got.Name != h.Name || got.Summary["fr"] != "Bonjour monde" || len(got.Statements) != 1 || len(got.Serves) != 1 || !slices.Equal(got.Languages, []directory.Language{"fr"}) {
		t.Errorf("right things were lost: %+v", got)
	}
	if len(got.Services) != 2 || got.Services[0].Slug != h.Services[0].Slug || got.Services[1].Allowance != nil {
		t.Errorf("services: got %+v", got.Services)
	}
	if len(warnings) < 10 || len(warnings) > maxWarnings {
		t.Errorf("got %d warnings: %q", len(warnings), warnings)
	}
}

func TestDecodeHosterRefuses(t *testing.T) {
	for name, raw := range map[string]string{
		"no handle": `{"id":"https://a.example/1","type":"Organization","name":"A"}`,
		"no name":   `{"id":"https://a.example/1","type":"Organization","preferredUsername":"a"}`,
		"no id":     `{"type":"Organization","preferredUsername":"a","name":"A"}`,
		"no actor":  `{"id":"https://a.example/1","type":"Note","preferredUsername":"a","name":"A"}`,
	} {
		if got, _, err := DecodeHoster([]byte(raw), nil); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: got %+v, %v, want ErrInvalid", name, got, err)
		}
	}
}

// Terms of ours are found in each of their spellings.
func TestDecodeHosterSpellings(t *testing.T) {
	for _, prefix := range []string{"", "matou:", NS} {
		raw := fmt.Sprintf(`{"id":"https://a.example/1","type":"Organization","preferredUsername":"a","name":"A",
			"%[1]slegalForm":"association","%[1]swork":{"%[1]smaintenance":"paid","%[1]spaidPeople":2}}`, prefix)
		h, warnings, err := DecodeHoster([]byte(raw), nil)
		if err != nil || h.Form != directory.FormAssociation || h.Work.Maintenance != directory.MaintenancePaid || h.Work.PaidPeople == nil || *h.Work.PaidPeople != 2 {
			t.Errorf("%q: got %+v, %q, %v", prefix, h, warnings, err)
		}
	}
}

// A service comes back as it was written, and is no actor.
func TestServiceOverTheWire(t *testing.T) {
	e, h := testEndpoints(), directorytest.Hoster("Les Lucioles")
	for _, s := range h.Services {
		d, err := EncodeService(e, h, s, directory.Vocabulary{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := Parse(d.Body)
		if err != nil {
			t.Fatal(err)
		}
		var warnings []string
		got, err := serviceOf(o, &warnings)
		s.ID = directory.ID(e.Service(s.Slug))
		if err != nil || len(warnings) > 0 || asJSON(t, got) != asJSON(t, s) {
			t.Errorf("got %s\nwant %s\n%q %v", asJSON(t, got), asJSON(t, s), warnings, err)
		}
		if d.Type != TypeService || IsActor(d.Type) {
			t.Errorf("type %s: a service that people use is no actor", d.Type)
		}
	}
	actor := Object{"id": "https://a.example/s", "type": "Service", "slug": "s", "name": "S"}
	if _, err := serviceOf(actor, new([]string)); err == nil {
		t.Error("an actor was read as a service")
	}
}

func FuzzDecodeHoster(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, warnings, err := DecodeHoster(raw, [][]byte{raw})
		if err != nil {
			return
		}
		if err := h.Validate(); err != nil {
			t.Errorf("what was read is not valid: %v", err)
		}
		if h.ID.Host() != ap.IRI(h.ID).Host() || len(warnings) > maxWarnings {
			t.Errorf("id %q, %d warnings", h.ID, len(warnings))
		}
	})
}
