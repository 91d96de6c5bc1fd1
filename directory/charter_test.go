package directory_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"matou/directory"
)

// Each point of a charter that comes with matou can be answered, and each
// criterion that names a point stands in the words of one.
func TestCharterPointsAreCriteria(t *testing.T) {
	v := directory.LoadVocabulary()
	charter, ok := v.Charter("chatons-2")
	if !ok {
		t.Fatal("got no charter chatons-2, want it built in")
	}
	points := 0
	for _, s := range charter.Sections {
		for _, p := range s.Points {
			points++
			k, ok := v.CriterionOn(charter.ID, p.ID)
			if !ok {
				t.Errorf("point %s: got no criterion, want one to answer it with", p.ID)
			} else if !reflect.DeepEqual(k.Label, p.Text) {
				t.Errorf("point %s: got the criterion %v, want the words of the point %v", p.ID, k.Label, p.Text)
			}
		}
	}
	if points < 30 {
		t.Errorf("got %d points, want the charter", points)
	}
}

const nextCharter = `{"id": "chatons-3", "collective": "chatons", "version": "3", "name": {"fr": "Charte 3", "en": "Charter 3"},
	"sections": [{"id": "work", "label": {"fr": "Travail", "en": "Work"}, "points": [
		{"id": "W1", "text": {"fr": "Décider à plusieurs", "en": "Deciding together"}, "check": {"fr": "Lire", "en": "Read"}, "checkedBy": ["collective"]}]}]}`

// A new version stands beside the old one, whose answers stay what they were.
func TestCharterOfAnOperator(t *testing.T) {
	v, err := directory.ParseVocabulary(map[string][]byte{"charters/chatons-3.json": []byte(nextCharter)})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(v.Charters); got != 2 {
		t.Errorf("got %d charters, want the new one beside the one built in", got)
	}
	for name, c := range map[string]struct {
		statement directory.Statement
		want      string
	}{
		"of its criterion":   {directory.Statement{Criterion: "accounts-published"}, "chatons-2"},
		"of the version":     {directory.Statement{Criterion: "accounts-published", Charter: "chatons-3"}, "chatons-3"},
		"of no charter":      {directory.Statement{Criterion: "work-described"}, ""},
		"of an unknown one":  {directory.Statement{Criterion: "accounts-published", Charter: "chatons-9"}, ""},
		"of nothing we know": {directory.Statement{Criterion: "unheard-of"}, ""},
	} {
		if got, _ := v.Under(c.statement); got.ID != c.want {
			t.Errorf("%s: got %q, want %q", name, got.ID, c.want)
		}
	}
	replaced := strings.ReplaceAll(nextCharter, `"chatons-3"`, `"chatons-2"`)
	if _, err := directory.ParseVocabulary(map[string][]byte{"charters/chatons-2.json": []byte(replaced)}); err == nil {
		t.Error("a charter without the points that criteria name: got it taken, want those criteria named")
	}
}

// A collective is called what its charter says, where the labels of facets do
// not know it; who says a membership follows that name.
func TestCharterNamesItsCollective(t *testing.T) {
	for name, c := range map[string]struct{ slug, by, want, both string }{
		"a new one":         {"semailles", `"by": {"fr": "Semailles du Trégor", "en": "Sowings of Trégor"}, `, "Semailles du Trégor", "Semailles du Trégor (dit des deux côtés)"},
		"without a name":    {"semailles", "", "", "semailles (dit des deux côtés)"},
		"one that is known": {"chatons", `"by": {"fr": "X", "en": "X"}, `, "CHATONS", "CHATONS (dit des deux côtés)"},
	} {
		raw := strings.Replace(nextCharter, `"collective": "chatons", `, `"collective": "`+c.slug+`", `+c.by, 1)
		v, err := directory.ParseVocabulary(map[string][]byte{"charters/chatons-3.json": []byte(raw)})
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Words(directory.FacetCollective, c.slug)["fr"]; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if got := v.Words(directory.FacetCollective, c.slug+":both")["fr"]; got != c.both {
			t.Errorf("%s, said by both: got %q, want %q", name, got, c.both)
		}
	}
}

func TestCharterRefusals(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"slip of the pen":   {`"version"`, `"versoin"`, "charters/x.json"},
		"no version":        {`"version": "3"`, `"version": ""`, "charters/chatons-3.json.version"},
		"no English name":   {`"version"`, `"by": {"fr": "X"}, "version"`, "charters/chatons-3.json.by.en"},
		"no English":        {`, "en": "Deciding together"`, ``, "charters/chatons-3.json.sections[0].points[0].text.en"},
		"nobody can tell":   {`["collective"]`, `[]`, "charters/chatons-3.json.sections[0].points[0].checkedBy"},
		"unknown witness":   {`["collective"]`, `["police"]`, "charters/chatons-3.json.sections[0].points[0].checkedBy[0]"},
		"id of another one": {`"chatons-3"`, `"chatons-2"`, "charters/chatons-2.json.id"},
	} {
		_, err := directory.ParseVocabulary(map[string][]byte{"charters/x.json": []byte(strings.Replace(nextCharter, c.from, c.to, 1))})
		if got := fields(err); !slices.Contains(got, c.want) {
			t.Errorf("%s: got %v (%v), want %s", name, got, err, c.want)
		}
	}
}

// eachField visits the path of every field that a hoster can fill in.
func eachField(visit func(path string)) {
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t.PkgPath() != "matou/directory" {
			return
		}
		for i := range t.NumField() {
			at := path + "." + t.Field(i).Name
			visit(at)
			walk(t.Field(i).Type, at)
		}
	}
	walk(reflect.TypeFor[directory.Hoster](), "Hoster")
}

// Commitments whose wording in the charter could not be read are asked all the
// same, as criteria of no charter that say how they can be checked.
func TestCommitmentsOutsideTheCharterAreAsked(t *testing.T) {
	v := directory.LoadVocabulary()
	for _, id := range []directory.CriterionID{
		"leave-with-data", "contributes-to-software", "no-favour", "pay-gap-bounded", "spreads-knowledge", "announces-incidents",
	} {
		k, ok := v.Criterion(id)
		if !ok || k.Charter != "" || k.Check["fr"] == "" || k.Check["en"] == "" {
			t.Errorf("%s: got %+v, %t; want a criterion of no charter that can be checked", id, k, ok)
		}
	}
}
