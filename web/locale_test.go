package web

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"

	"matou/directory"
)

func bothLocales(t *testing.T) map[directory.Language]*locale {
	t.Helper()
	all, err := loadLocales()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLocalesSayTheSameThings(t *testing.T) {
	all := bothLocales(t)
	french, english := slices.Sorted(maps.Keys(all["fr"].words)), slices.Sorted(maps.Keys(all["en"].words))
	for _, key := range french {
		if !all["en"].has(key) {
			t.Errorf("%s is not in English", key)
		}
	}
	for _, key := range english {
		if !all["fr"].has(key) {
			t.Errorf("%s is not in French", key)
		}
	}
	for key, s := range all["fr"].words {
		fr, en := argument.FindAllString(s.other, -1), argument.FindAllString(all["en"].words[key].other, -1)
		slices.Sort(fr)
		slices.Sort(en)
		if !slices.Equal(fr, en) {
			t.Errorf("%s: got arguments %v in French, %v in English", key, fr, en)
		}
	}
}

// sources gives the text of templates and of the program, tests apart.
func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(raw)
		}
	}
	return b.String()
}

func TestEverySentenceIsUsedAndThere(t *testing.T) {
	french := bothLocales(t)["fr"]
	text := sources(t)
	used := map[string]bool{}
	// Sentences are named whole where they are used, or by their list.
	for _, m := range regexp.MustCompile(`(?:\bth? |\b(?:text|html)\()"([a-z-]+\.[a-z0-9_-]+)"`).FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
		if !french.has(m[1]) {
			t.Errorf("%s is used and not there", m[1])
		}
	}
	lists := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bword\("([a-z-]+)"`).FindAllStringSubmatch(text, -1) {
		lists[m[1]] = true
	}
	for key := range french.words {
		list, _, _ := strings.Cut(key, ".")
		if !used[key] && !lists[list] && !strings.Contains(text, `"`+key+`"`) {
			t.Errorf("%s is not used", key)
		}
	}
}

// forbidden are the words of a comparison shop, which no page of ours says.
var forbidden = map[directory.Language][]string{
	"fr": {"client", "clients", "cliente", "clientes", "offre", "offres", "marketing", "concurrence", "concurrent", "meilleur", "meilleure", "meilleurs",
		"top", "leader", "score", "note", "notes", "classement", "performance", "performances", "sla", "premium", "gratuit", "gratuite", "qualité", "utilisateur", "utilisateurs"},
	"en": {"client", "clients", "customer", "customers", "offer", "offers", "marketing", "competition", "competitor", "best", "better",
		"top", "leader", "score", "rating", "ranking", "rank", "performance", "sla", "premium", "tier", "provider", "providers", "quality", "user", "users", "toot"},
}

func TestWordsOfAShopAreNeverSaid(t *testing.T) {
	for l, loc := range bothLocales(t) {
		for key, s := range loc.words {
			for _, word := range strings.FieldsFunc(strings.ToLower(s.one+" "+s.other), func(r rune) bool { return !unicode.IsLetter(r) }) {
				if slices.Contains(forbidden[l], word) {
					t.Errorf("%s.%s says %q: %s", l, key, word, s.other)
				}
			}
		}
	}
}

func TestPluralsAndNumbers(t *testing.T) {
	all := bothLocales(t)
	for _, c := range []struct {
		l    directory.Language
		n    any
		want string
	}{
		{"fr", 0, "0 bénévole"}, {"fr", 1, "1 bénévole"}, {"fr", 2, "2 bénévoles"}, {"fr", 1200, "1 200 bénévoles"},
		{"en", 0, "0 volunteers"}, {"en", 1, "1 volunteer"}, {"en", 2, "2 volunteers"}, {"en", 1200, "1,200 volunteers"},
	} {
		if got := squeeze(all[c.l].text("work.volunteers", c.n)); got != c.want {
			t.Errorf("%s %v: got %q, want %q", c.l, c.n, got, c.want)
		}
	}
	got := squeeze(all["fr"].allowance(&directory.Allowance{DaysPerYear: 3.5})[0])
	if want := "La structure s'accorde 3,5 jours d'interruption par an, soit 7 heures par mois."; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDatesAndHours(t *testing.T) {
	all := bothLocales(t)
	at := time.Date(2026, time.September, 3, 9, 5, 0, 0, time.UTC)
	hours := directory.Hours{Days: []string{"mon", "tue", "wed", "fri", "sun"}, From: "09:30", To: "17:00", Channel: "phone", TimeZone: "Europe/Paris"}
	for _, c := range []struct{ got, want string }{
		{all["fr"].date(directory.Date{Year: 2026, Month: time.August, Day: 1}), "1er août 2026"},
		{all["fr"].date(directory.Date{Year: 2026, Month: time.August}), "août 2026"},
		{all["fr"].date(directory.Date{Year: 2026}), "2026"},
		{all["fr"].date(directory.Date{}), ""},
		{all["en"].date(directory.Date{Year: 2026, Month: time.August, Day: 1}), "1 August 2026"},
		{all["fr"].time(at), "jeudi 3 septembre 2026 à 9 h 05"},
		{all["en"].time(at), "Thursday 3 September 2026 at 9:05"},
		{all["fr"].hours(hours), "lundi à mercredi, vendredi et dimanche, 9 h 30 – 17 h, par téléphone"},
		{all["en"].hours(hours), "Monday to Wednesday, Friday and Sunday, 9:30–17:00, by telephone"},
		{all["fr"].ago(at, at.Add(-90*time.Minute)), "il y a 1 heure"},
		{all["en"].ago(at, at.Add(-72*time.Hour)), "3 days ago"},
		{all["fr"].ago(at, at.Add(time.Hour)), "à l'instant"},
		{all["fr"].distance(0.4), "à moins d'un kilomètre"},
		{all["en"].distance(12.6), "13 km away"},
		{all["fr"].tongue("br"), "breton"},
		{all["en"].tongue("no such language"), "no such language"},
	} {
		if got := squeeze(c.got); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// dataOf gives everything that is no sentence of ours: what hosters wrote, the
// vocabulary, the places and the names of formats.
func dataOf(t *testing.T, n *node) string {
	t.Helper()
	var b strings.Builder
	for _, v := range []any{n.records.listings, n.records.notices, n.options.Vocabulary, places, n.options.Aggregator} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(raw)
	}
	b.WriteString(" annuaire@annuaire.example https://annuaire.example/proposer www.defenseurdesdroits.fr csv json-ld vcard export.json directory.json les_lucioles@annuaire.example json geojson csv vcard json-ld librehost.json chatonsinfos français english anglais breton bretagne")
	text := b.String()
	for code, letter := range map[string]string{`\u0026`: "&", `\u003c`: "<", `\u003e`: ">"} {
		text = strings.ReplaceAll(text, code, letter)
	}
	return strings.ToLower(text)
}

func TestTemplatesHoldNoSentence(t *testing.T) {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	for _, f := range files {
		raw, err := fs.ReadFile(templateFiles, f)
		if err != nil {
			t.Fatal(err)
		}
		z := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(string(raw), "")))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			if token.Type != html.TextToken {
				continue
			}
			for word := range strings.FieldsSeq(token.Data) {
				if strings.ContainsFunc(word, unicode.IsLetter) && !strings.Contains(word, "JSON") {
					t.Errorf("%s says %q by itself", f, word)
				}
			}
		}
	}
}

func TestLocaleFilesAreReadStrictly(t *testing.T) {
	for _, raw := range []string{"a = 1", "[a]\nb = 1", "[a]\nb = { one = \"x\" }", "[a]\nb = { one = \"x\", other = \"y\", few = \"z\" }", "["} {
		if _, err := parseLocale("fr", raw); err == nil {
			t.Errorf("%q: got no error", raw)
		}
	}
}
