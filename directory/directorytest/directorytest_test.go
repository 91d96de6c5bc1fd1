package directorytest_test

import (
	"reflect"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

func TestFixturesAreValid(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	if err := h.Validate(); err != nil {
		t.Errorf("hoster: got %v, want valid", err)
	}
	if got, want := string(h.ID), "https://les-lucioles.example/ap/actors/les_lucioles"; got != want {
		t.Errorf("id: got %s, want %s", got, want)
	}
	if err := directorytest.Notice(h).Validate(); err != nil {
		t.Errorf("notice: got %v, want valid", err)
	}
}

func TestHosterFillsEveryField(t *testing.T) {
	h := reflect.ValueOf(directorytest.Hoster("x"))
	for i := range h.NumField() {
		// A hoster that is open has no end.
		if name := h.Type().Field(i).Name; h.Field(i).IsZero() && name != "Until" {
			t.Errorf("%s: got nothing, want something", name)
		}
	}
}

func TestListingsAreValidVariedAndTheSameAgain(t *testing.T) {
	v := directory.LoadVocabulary()
	all := directorytest.Listings(500, 1)
	ids := make(map[directory.ID]bool)
	forms := make(map[directory.LegalForm]int)
	for _, l := range all {
		if err := l.Hoster.Validate(); err != nil {
			t.Fatalf("%s: got %v, want valid", l.Handle, err)
		}
		for _, s := range l.Hoster.Statements {
			if _, ok := v.Criterion(s.Criterion); !ok {
				t.Fatalf("%s: got criterion %s, want one of the vocabulary", l.Handle, s.Criterion)
			}
		}
		for _, s := range l.Hoster.Services {
			if s.Software.Name != "Bidouille" && len(v.Needs(s)) == 0 {
				t.Errorf("%s: got no need, want those of %s", s.Slug, s.Software.Name)
			}
		}
		ids[l.Hoster.ID] = true
		forms[l.Hoster.Form]++
	}
	if got := len(ids); got != 500 {
		t.Errorf("ids: got %d, want 500", got)
	}
	if got := len(forms); got < 6 {
		t.Errorf("legal forms: got %d, want at least 6", got)
	}
	if again := directorytest.Listings(500, 1); !reflect.DeepEqual(all, again) {
		t.Error("same seed: got other listings, want the same")
	}
	if other := directorytest.Listings(500, 2); reflect.DeepEqual(all, other) {
		t.Error("other seed: got the same listings, want others")
	}
}
