package geo

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"matou/directory"
)

var _ directory.Areas = (*Gazetteer)(nil)

func gazetteer(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestArea(t *testing.T) {
	g := gazetteer(t)
	tests := []struct {
		code directory.AreaCode
		want directory.AreaCode // of today
		kind directory.AreaKind
		name string
	}{
		{"insee:22113", "insee:22113", directory.AreaCommune, "Lannion"},
		{"insee:2A004", "insee:2A004", directory.AreaCommune, "Ajaccio"},
		{"insee:75111", "insee:75111", directory.AreaCommune, "Paris 11e Arrondissement"},
		{"insee:91182", "insee:91228", directory.AreaCommune, "Évry-Courcouronnes"}, // Courcouronnes
		{"insee:97411", "insee:97411", directory.AreaCommune, "Saint-Denis"},
		{"siren:200065928", "siren:200065928", directory.AreaEPCI, "CA Lannion-Trégor Communauté"},
		{"siren:200046977", "siren:200046977", directory.AreaEPCI, "Métropole de Lyon"},
		{"FR-69M", "siren:200046977", directory.AreaEPCI, "Métropole de Lyon"},
		{"FR-22", "FR-22", directory.AreaDepartment, "Côtes-d'Armor"},
		{"FR-75C", "FR-75C", directory.AreaDepartment, "Paris"},
		{"FR-75", "FR-75C", directory.AreaDepartment, "Paris"},
		{"FR-6AE", "FR-6AE", directory.AreaDepartment, "Alsace"},
		{"FR-BRE", "FR-BRE", directory.AreaRegion, "Bretagne"},
		{"FR-COR", "FR-20R", directory.AreaRegion, "Corse"},
		{"FR-GP", "FR-971", directory.AreaRegion, "Guadeloupe"},
		{"NC", "FR-NC", directory.AreaRegion, "Nouvelle-Calédonie"},
		{"BE-BRU", "BE-BRU", directory.AreaRegion, "Bruxelles-Capitale"},
		{"FR", "FR", directory.AreaCountry, "France"},
		{"CH", "CH", directory.AreaCountry, "Suisse"},
	}
	for _, test := range tests {
		got, ok := g.Area(test.code)
		if name, _ := got.Name.In("fr"); !ok || got.Code != test.want || got.Kind != test.kind || name != test.name {
			t.Errorf("%s: got %v %s %s %q, want %s %s %q", test.code, ok, got.Code, got.Kind, name, test.want, test.kind, test.name)
		}
		if got.Point == nil {
			t.Errorf("%s: no middle", test.code)
		}
	}
	for _, code := range []directory.AreaCode{"", "insee:", "insee:99999", "siren:000000000", "FR-XXX", "XX", "fr"} {
		if got, ok := g.Area(code); ok {
			t.Errorf("%q: got %+v", code, got)
		}
	}
	if bretagne, _ := g.Area("FR-BRE"); bretagne.Name["en"] != "Brittany" {
		t.Errorf("got %v", bretagne.Name)
	}
}

func TestAncestors(t *testing.T) {
	g := gazetteer(t)
	tests := map[directory.AreaCode]string{
		"insee:22113":     "insee:22113 siren:200065928 FR-22 FR-BRE FR",
		"insee:75111":     "insee:75111 insee:75056 siren:200054781 FR-75C FR-IDF FR",
		"insee:67482":     "insee:67482 siren:246700488 FR-67 FR-6AE FR-GES FR",
		"insee:69123":     "insee:69123 siren:200046977 FR-69 FR-ARA FR",
		"insee:2B033":     "insee:2B033 siren:242000354 FR-2B FR-20R FR",
		"insee:97105":     "insee:97105 siren:249710070 FR-971 FR",
		"insee:98818":     "insee:98818 FR-NC FR",
		"insee:29083":     "insee:29083 FR-29 FR-BRE FR", // Île-de-Sein, in no EPCI
		"insee:91182":     "insee:91228 siren:200059228 FR-91 FR-IDF FR",
		"siren:200065928": "siren:200065928 FR-22 FR-BRE FR",
		"siren:200059228": "siren:200059228 FR-IDF FR", // Grand Paris Sud: two departments
		"FR-75":           "FR-75C FR-IDF FR",
		"FR-67":           "FR-67 FR-6AE FR-GES FR",
		"FR-RE":           "FR-974 FR",
		"BE-WAL":          "BE-WAL BE",
		"FR":              "FR",
		"DE-BY":           "DE-BY DE",
		"insee:99999":     "insee:99999",
		"XX":              "XX",
		"x-y":             "x-y",
		"":                "",
	}
	for code, want := range tests {
		var got []string
		for _, c := range g.Ancestors(code) {
			got = append(got, string(c))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: got %q, want %q", code, s, want)
		}
	}
}

// What a caller does with an answer must not change the next one.
func TestAnswersAreCopies(t *testing.T) {
	g := gazetteer(t)
	for _, code := range []directory.AreaCode{"insee:22113", "FR-22", "siren:200065928"} {
		want := slices.Clone(g.Ancestors(code))
		a, _ := g.Area(code)
		clear(a.Parent)
		a.Name["fr"], a.Point.Latitude = "", 0
		_ = append(g.Ancestors(code)[:1], "XX")
		again, _ := g.Area(code)
		if got := g.Ancestors(code); !reflect.DeepEqual(got, want) || again.Name["fr"] == "" || again.Point.Latitude == 0 {
			t.Errorf("%s: got %v, %+v after a caller's change", code, got, again)
		}
	}
}

func TestLocate(t *testing.T) {
	g := gazetteer(t)
	tests := []struct {
		text  string
		first string   // name and code of the first place
		also  []string // names that follow somewhere
	}{
		{"lannion", "Lannion insee:22113", []string{"CA Lannion-Trégor Communauté"}},
		{"LANNION ", "Lannion insee:22113", nil},
		{"22300", "Lannion insee:22113", []string{"Ploubezre", "Rospez"}},
		{"22300 Ploubezre", "Ploubezre insee:22211", nil},
		{"Lannion (22300)", "Lannion insee:22113", nil},
		{"saint etienne", "Saint-Étienne insee:42218", nil},
		{"St-Étienne", "Saint-Étienne insee:42218", nil},
		{"saint  ETIENNE", "Saint-Étienne insee:42218", nil},
		{"ste genevieve des bois", "Sainte-Geneviève-des-Bois insee:91549", nil},
		{"Saint-Denis", "Saint-Denis insee:97411", []string{"Saint-Denis"}},
		{"Saint-Denis 93", "Saint-Denis insee:93066", nil},
		{"saint-denis 974", "Saint-Denis insee:97411", nil},
		{"st", "Stockholm SE", []string{"Strasbourg"}},
		{"St Malo", "Saint-Malo insee:35288", nil},
		{"l'hay les roses", "L'Haÿ-les-Roses insee:94038", nil},
		{"hay-les-roses", "L'Haÿ-les-Roses insee:94038", nil},
		{"mans", "Le Mans insee:72181", nil},
		{"le mans", "Le Mans insee:72181", nil},
		{"Évry", "Évry-Courcouronnes insee:91228", nil}, // merged in 2019
		{"Courcouronnes", "Évry-Courcouronnes insee:91228", nil},
		{"Cherbourg-Octeville", "Cherbourg-en-Cotentin insee:50129", nil},
		{"Paris", "Paris insee:75056", nil},
		{"75011", "Paris 11e Arrondissement insee:75111", []string{"Paris"}},
		{"paris 11", "Paris 11e Arrondissement insee:75111", nil},
		{"69007", "Lyon 7e Arrondissement insee:69387", []string{"Lyon"}},
		{"13001", "Marseille 1er Arrondissement insee:13201", []string{"Marseille"}},
		{"97400", "Saint-Denis insee:97411", nil},
		{"mamoudzou", "Mamoudzou insee:97611", nil},
		{"98800", "Nouméa insee:98818", nil},
		{"20000", "Ajaccio insee:2A004", nil},
		{"bretagne", "Bretagne FR-BRE", []string{"Bretagne"}},
		{"brittany", "Bretagne FR-BRE", nil},
		{"finistere", "Finistère FR-29", nil},
		{"1000 Bruxelles", "Bruxelles BE-BRU", nil},
		{"brussels", "Bruxelles BE-BRU", nil},
		{"Liège", "Liège BE-WAL", nil},
		{"anvers", "Anvers BE-VLG", nil},
		{"geneve", "Genève CH", nil},
		{"1200 Genève", "Genève CH", nil},
		{"köln", "Cologne DE", nil},
		{"valence", "Valence insee:26362", nil}, // its own name before the French name of another
		{"99999 Lannion", "Lannion insee:22113", nil},
		{"22300 nulle-part-ailleurs", "Lannion insee:22113", nil},
		{"2230", "Lannion insee:22113", nil}, // being typed
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var got, names []string
			for _, a := range g.Locate(test.text) {
				name, _ := a.Name.In("fr")
				got, names = append(got, name+" "+string(a.Code)), append(names, name)
			}
			if len(got) == 0 || got[0] != test.first {
				t.Fatalf("got %q, want %q first", got, test.first)
			}
			for _, also := range test.also {
				if !slices.Contains(names[1:], also) {
					t.Errorf("got %q, want %q in it", got, also)
				}
			}
		})
	}
	for _, text := range []string{"", " ", "-", "zzzzqqq", "99999", "'", "\x00", strings.Repeat("a", 300), "🐈"} {
		if got := g.Locate(text); len(got) != 0 {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

// Whole tables hold what the parts of a directory rely on.
func TestData(t *testing.T) {
	g := gazetteer(t)
	placed, postcoded := 0, map[int32]bool{}
	for _, p := range g.postcodes {
		postcoded[p.commune] = true
	}
	for i := range g.communes {
		c := &g.communes[i]
		if c.quality != none {
			placed++
			if c.latitude < -60 || c.latitude > 52 {
				t.Errorf("%s %s lies at %f", c.code, c.name, c.latitude)
			}
		}
		if codes := g.above(int32(i)); codes[len(codes)-1] != "FR" {
			t.Errorf("%s %s does not lie in France: %v", c.code, c.name, codes)
		}
	}
	if n := len(g.communes); n < 35000 || float64(placed)/float64(n) < 0.995 {
		t.Errorf("%d communes, %d placed", n, placed)
	}
	if missing := len(g.communes) - len(postcoded); missing > 10 {
		t.Errorf("%d communes have no postcode", missing)
	}
	for _, a := range g.areas {
		for _, p := range a.parents {
			if i, ok := g.byCode[p]; !ok || g.areas[i].code != p {
				t.Errorf("%s lies in %s, which is no area of today", a.code, p)
			}
		}
	}
	lannion, _ := g.Area("insee:22113")
	brest, _ := g.Area("insee:29019")
	if d := lannion.Point.Kilometres(*brest.Point); d < 75 || d > 95 {
		t.Errorf("Lannion to Brest is %.0f km", d)
	}
	if g.Estimated("insee:22113") || !g.Estimated("insee:75111") || g.Estimated("FR") || g.Estimated("insee:99999") {
		t.Error("the coordinates of Lannion are exact, those of a district of Paris are not")
	}
}

func FuzzLocate(f *testing.F) {
	for _, text := range []string{"22300", "St-Étienne", "1000 Bruxelles", "2a", "paris 11", "ẞ\u0301œ", "00000", "0ͺ", "ℐℓ", "ǿ"} {
		f.Add(text)
	}
	g := gazetteer(f)
	f.Fuzz(func(t *testing.T, text string) {
		got := g.Locate(text)
		if len(got) > mostPlaces {
			t.Fatalf("%q: %d places", text, len(got))
		}
		for _, a := range got {
			if name, _ := a.Name.In("fr"); name == "" || a.Code == "" || a.Kind == "" {
				t.Fatalf("%q: got %+v", text, a)
			}
			if _, ok := g.Area(a.Code); !ok {
				t.Fatalf("%q: got the code %q, which is not known", text, a.Code)
			}
		}
		if again := fold(fold(text)); len(text) < mostText && again != fold(text) {
			t.Fatalf("%q: folds to %q, then to %q", text, fold(text), again)
		}
	})
}

// A name that was folded stays as it is, whatever script it is in.
func TestFoldTwice(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		once := fold("a" + string(r) + "b")
		if twice := fold(once); twice != once {
			t.Errorf("%U: got %q, then %q", r, once, twice)
		}
	}
}
