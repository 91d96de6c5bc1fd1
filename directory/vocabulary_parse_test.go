package directory_test

import (
	"slices"
	"testing"

	"matou/directory"
)

func TestBuiltInVocabulary(t *testing.T) {
	v := directory.LoadVocabulary()
	if got := len(v.Families); got != 4 {
		t.Errorf("families: got %d, want 4", got)
	}
	if got := len(v.Replacements); got < 60 {
		t.Errorf("replacements: got %d, want at least 60", got)
	}
	if got := v.Criteria[0].Group; got != "work" {
		t.Errorf("first criterion: got group %s, want work: people come before machines", got)
	}
	var facets []directory.Facet
	for _, l := range v.Facets {
		facets = append(facets, l.Facet)
	}
	for _, f := range directory.AllFacets() {
		if !slices.Contains(facets, f) {
			t.Errorf("facets: got no %s", f)
		}
	}
	if slices.Index(facets, directory.FacetMaintenance) > slices.Index(facets, directory.FacetSoftware) {
		t.Error("facets: got software before who does the work, want it after")
	}
	for _, p := range v.Presets {
		if p.ID == "large-organisation" && !slices.Equal(p.Filters[directory.FacetPaid], []string{"yes"}) {
			t.Errorf("large organisation: got %v, want that somebody is paid", p.Filters)
		}
	}
	for _, c := range v.Criteria {
		if c.Charter != "" && len(c.Check) == 0 {
			t.Errorf("%s: got no check, want how this point of %s can be checked", c.ID, c.Charter)
		}
	}
	for value, f := range map[string]directory.Facet{"mail": "need", "communication": "family", "gmail": "replaces", "meets-people": "criterion", "office": "hours"} {
		if words := v.Words(f, value); words["fr"] == "" || words["en"] == "" {
			t.Errorf("words of %s %s: got %v, want French and English", f, value, words)
		}
	}
	if words := v.Words(directory.FacetSoftware, "etherpad"); words != nil {
		t.Errorf("words of a program: got %v, want none", words)
	}
}

const oneFamily = `{"families":[{"id":"tools","label":{"fr":"Outils","en":"Tools"},"needs":[
	{"id":"sing","label":{"fr":"Chanter","en":"Sing"},"software":["Chorale"]}]}]}`

func TestVocabularyOfAnOperator(t *testing.T) {
	v, err := directory.ParseVocabulary(map[string][]byte{
		directory.FamiliesFile:     []byte(oneFamily),
		directory.ReplacementsFile: []byte(`{"replacements":[{"id":"karaoke","name":"Karaoke","needs":["sing"]}]}`),
	})
	if err != nil {
		t.Fatalf("got %v, want a vocabulary", err)
	}
	if len(v.Families) != 1 || len(v.Replacements) != 1 || len(v.Criteria) == 0 {
		t.Errorf("got %d families, %d replacements, %d criteria; want the files given and the others built in",
			len(v.Families), len(v.Replacements), len(v.Criteria))
	}
	got := v.Needs(directory.Service{Software: directory.Software{Name: "CHORALE"}})
	if !slices.Equal(got, []directory.NeedID{"sing"}) {
		t.Errorf("needs of Chorale: got %v, want sing", got)
	}
}

func TestVocabularyRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"no JSON":         {"families.json", `{`, []string{"families.json"}},
		"slip in a name":  {"families.json", `{"familys":[]}`, []string{"families.json"}},
		"two values":      {"families.json", oneFamily + oneFamily, []string{"families.json"}},
		"id with a space": {"presets.json", `{"presets":[{"id":"A B","label":{"fr":"A","en":"A"},"filters":{}}]}`, []string{"presets.json.presets[0].id"}},
		"unknown file":    {"colours.json", `{}`, []string{"colours.json"}},
		"unknown need":    {"replacements.json", `{"replacements":[{"id":"a","name":"A","needs":["fly"]}]}`, []string{"replacements.json.replacements[0].needs[0]"}},
		"no need":         {"replacements.json", `{"replacements":[{"id":"a","name":"A","needs":[]}]}`, []string{"replacements.json.replacements[0].needs"}},
		"id twice": {"replacements.json", `{"replacements":[{"id":"a","name":"A","needs":["mail"]},{"id":"a","name":"B","needs":["mail"]}]}`,
			[]string{"replacements.json.replacements[1].id"}},
		"English missing": {"criteria.json", `{"groups":[{"id":"g","label":{"fr":"G"}}],"criteria":[]}`, []string{"criteria.json.groups[0].label.en"}},
		"unknown group": {"criteria.json", `{"groups":[],"criteria":[{"id":"c","group":"g","label":{"fr":"C","en":"C"}}]}`,
			[]string{"criteria.json.criteria[0].group"}},
		"unknown facet": {"facets.json", `{"facets":[{"facet":"size","label":{"fr":"T","en":"S"}}]}`, []string{"facets.json.facets[0].facet"}},
		"value without words": {"facets.json", `{"facets":[{"facet":"paid","label":{"fr":"P","en":"P"},"values":{"yes":{"fr":"oui","en":"yes"}}}]}`,
			[]string{"facets.json.facets[0].values.no"}},
		"preset of no value": {"presets.json", `{"presets":[{"id":"p","label":{"fr":"P","en":"P"},"filters":{"paid":["often"],"need":["mail","fly"]}}]}`,
			[]string{"presets.json.presets[0].filters.need[1]", "presets.json.presets[0].filters.paid[0]"}},
	} {
		_, err := directory.ParseVocabulary(map[string][]byte{c.file: []byte(c.text)})
		if got := fields(err); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func FuzzParseVocabulary(f *testing.F) {
	f.Add("families.json", []byte(oneFamily))
	f.Add("facets.json", []byte(`{"facets":[{"facet":"paid"}]}`))
	f.Add("criteria.json", []byte(`{"criteria":[null]}`))
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		_, err := directory.ParseVocabulary(map[string][]byte{name: raw})
		if err != nil && len(fields(err)) == 0 {
			t.Errorf("%s: got %v, want errors that name the file", name, err)
		}
	})
}
