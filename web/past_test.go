package web

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
)

// somePast is a history in which everything happened.
func somePast() directory.History {
	at := func(day int) time.Time { return time.Date(2026, 3, day, 9, 0, 0, 0, time.UTC) }
	id := directorytest.Listing("Les Lucioles").Hoster.ID
	return directory.History{
		Folded: 3, Since: time.Date(2024, 5, 2, 9, 0, 0, 0, time.UTC),
		Entries: []directory.HistoryEntry{
			{Hoster: id, At: at(5), Event: directory.HistoryChanged, SaidBy: directory.VoiceHoster, Source: string(id), More: 2,
				Added:   []directory.Fact{{Field: "prices"}, {Field: "membership", Of: "chatons"}},
				Changed: []directory.Fact{{Field: "service.capacity", Of: "pad"}, {Field: "work.onCall"}, {Field: "statement", Of: "gives-training"}},
				Removed: []directory.Fact{{Field: "service", Of: "gone-since"}, {Field: "relation", Of: "backs-up"}}},
			{Hoster: id, At: at(4), Event: directory.HistoryTakenOver, SaidBy: directory.VoiceHoster, Source: string(id)},
			{Hoster: id, At: at(3), Event: directory.HistoryEntered, SaidBy: directory.VoiceFile, Source: "https://stats.example/file.properties"},
			{Hoster: id, At: at(2), Event: directory.HistoryLeft, SaidBy: directory.VoiceKeeper},
		},
	}
}

func TestPageOfAHosterTellsItsHistory(t *testing.T) {
	n := directoryNode(t, nil, nil)
	address := "/h/les_lucioles@les-lucioles.example"
	if d := n.page(address); strings.Contains(d.raw, "histoire de cette fiche") {
		t.Error("without a history: the page has a place for it")
	}
	n.records.history = somePast()
	for path, want := range map[string][]string{
		address: {"L'histoire de cette fiche", "Fiche modifiée, dit par la structure elle-même.", "les prix", "CHATONS", "places disponibles (",
			"les astreintes", "service (gone-since)", "et 2 autres points", "d'après le fichier d'un collectif", "3 étapes plus anciennes", "2 mai 2024"},
		"/en" + address: {"The history of this entry", "Entry changed, said by the hoster itself.", "and 2 other things", "3 earlier steps"},
	} {
		text := n.page(path).words()
		for _, words := range want {
			if !strings.Contains(text, words) {
				t.Errorf("%s: does not say %q", path, words)
			}
		}
	}
}

// Every fact that a history can name has words of its own.
func TestEveryFactHasWords(t *testing.T) {
	n := directoryNode(t, nil, nil)
	site, err := New(n.options)
	if err != nil {
		t.Fatal(err)
	}
	wordless := strings.Fields("id slug level levelComment registration work services memberships statements relations confirmedAt updatedAt discoverable indexable")
	for l, loc := range site.locales {
		check := func(prefix string, typ reflect.Type) {
			for f := range typ.Fields() {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				switch key := prefix + name; {
				case slices.Contains(wordless, name) && key != "service.statements":
				case !loc.has("past-fact." + key):
					t.Errorf("%s: past-fact.%s has no words", l, key)
				}
			}
		}
		check("", reflect.TypeFor[directory.Hoster]())
		check("work.", reflect.TypeFor[directory.Work]())
		check("service.", reflect.TypeFor[directory.Service]())
		check("service.", reflect.TypeFor[directory.Registration]())
		for _, kind := range directory.RelationKinds() {
			if !loc.has("past-relation." + string(kind)) {
				t.Errorf("%s: past-relation.%s has no words", l, kind)
			}
		}
	}
}
