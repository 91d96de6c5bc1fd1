package main

import (
	"encoding/json"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// A profile that was written is read back as the same hoster.
func TestProfileRoundTrip(t *testing.T) {
	for _, l := range directorytest.Listings(100, 1) {
		h := l.Hoster
		raw := writeProfile(h, "a comment\nof two lines")
		got, err := parseProfile("profile.toml", raw, h.Handle)
		if err != nil {
			t.Fatalf("%s: %v\n%s", h.Name, err, raw)
		}
		if g, w := comparable(t, got), comparable(t, h); g != w {
			t.Fatalf("%s:\n got %s\nwant %s\nfile:\n%s", h.Name, g, w, raw)
		}
	}
}

// comparable gives a hoster as JSON without what a profile file does not say.
func comparable(t *testing.T, h directory.Hoster) string {
	t.Helper()
	h.ID, h.UpdatedAt = "", h.UpdatedAt.AddDate(-h.UpdatedAt.Year()+1, 0, 0)
	raw, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	prune(v)
	raw, err = json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// prune takes the node's own fields and empty values out of decoded JSON.
func prune(v any) {
	switch x := v.(type) {
	case map[string]any:
		delete(x, "id")
		delete(x, "updatedAt")
		delete(x, "saidBy")
		for key, value := range x {
			prune(value)
			if m, ok := value.(map[string]any); ok && len(m) == 0 {
				delete(x, key)
			}
			if l, ok := value.([]any); ok && len(l) == 0 {
				delete(x, key)
			}
		}
	case []any:
		for _, one := range x {
			prune(one)
		}
	}
}

var commented = regexp.MustCompile(`(?m)^# ?((?:[a-z_.]+ = |\[).*|""".*|More, in Markdown\.|)$`)

// The example with its comments taken away is a valid profile that has every
// key there is, so that nobody has to look elsewhere for one.
func TestProfileExample(t *testing.T) {
	if _, err := parseProfile("profile.toml", profileExample, "n"); err != nil {
		t.Errorf("as it is: %v", err)
	}
	_, body, _ := strings.Cut(string(profileExample), "\nname = ")
	raw := "name = " + commented.ReplaceAllString(body, "$1")
	raw = strings.Replace(raw, "around_the_clock = false", "around_the_clock = true", 1)
	p := profileFile{}
	r, err := readTOML("profile.toml", []byte(raw), &p, "fr", notInProfile...)
	if err != nil {
		t.Fatalf("without comments: %v\n%s", err, raw)
	}
	var walk func(typ reflect.Type, path string)
	walk = func(typ reflect.Type, at string) {
		for key, index := range r.fields(typ) {
			field := typ.FieldByIndex(index).Type
			here := join(at, key)
			if at == "services[0].statements[0]" || at == "hosting" { // shown whole elsewhere
				continue
			}
			if r.lines[here] == 0 && r.lines[here+"[0]"] == 0 {
				t.Errorf("the example does not show %s", here)
				continue
			}
			switch {
			case field.Kind() == reflect.Slice && isTable(field):
				walk(field.Elem(), here+"[0]")
			case isTable(field) && field.Kind() == reflect.Struct && field.Name() != "Contact" && field.Name() != "Point":
				walk(field, here)
			}
		}
	}
	walk(reflect.TypeFor[profileFile](), "")
}

// The demo's hosters are valid, and differ.
func TestDemoProfiles(t *testing.T) {
	forms := map[directory.LegalForm]bool{}
	for _, h := range demoHosters {
		if h.from != "" {
			continue
		}
		raw, err := fs.ReadFile(demoFiles, path.Join("demo", h.handle, "profile.toml"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseProfile(h.handle, raw, h.handle)
		if err != nil {
			t.Errorf("%s: %v", h.handle, err)
		}
		if !got.Discoverable || !got.Indexable || len(got.Services) == 0 {
			t.Errorf("%s: got discoverable %t, indexable %t, %d services; want all", h.handle, got.Discoverable, got.Indexable, len(got.Services))
		}
		forms[got.Form] = true
		known := map[directory.CriterionID]bool{}
		for _, c := range directory.LoadVocabulary().Criteria {
			known[c.ID] = true
		}
		for _, s := range got.Statements {
			if !known[s.Criterion] {
				t.Errorf("%s: the vocabulary has no criterion %q", h.handle, s.Criterion)
			}
		}
	}
	if len(forms) < 4 {
		t.Errorf("got %d legal forms among the demo's hosters, want at least 4", len(forms))
	}
}
