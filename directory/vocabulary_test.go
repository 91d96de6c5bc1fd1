package directory_test

import (
	"regexp"
	"strings"
	"testing"

	"matou/directory"
)

// unwelcome are the words of the market and of contests. They never stand on
// a page: they make of hosters a product to compare, and of people a ranking.
var unwelcome = map[directory.Language]*regexp.Regexp{
	"fr": words(`clients?`, `offres?`, `marketing`, `concurrence`, `meilleure?s?`, `top`, `leaders?`, `scores?`, `note`, `classements?`, `performances?`, `sla`, `premium`, `gratuit!`, `qualités?`),
	"en": words(`clients?`, `customers?`, `offers?`, `marketing`, `competition`, `best`, `top`, `leaders?`, `scores?`, `grades?`, `ratings?`, `ranks?`, `rankings?`, `performance`, `sla`, `premium`, `quality`, `providers?`, `users?`, `subscribe`, `tiers?`),
}

func words(all ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\pL\pN])(` + strings.Join(all, "|") + `)($|[^\pL\pN])`)
}

func TestUnwelcomeFindsWholeWords(t *testing.T) {
	for text, want := range map[string]bool{
		"Le meilleur":                  true,
		"SLA":                          true,
		"un score, un rang":            true,
		"les clients":                  true,
		"un stop, des notes, le topo":  false,
		"un coffre":                    false,
		"la clientèle n'est pas citée": false,
	} {
		if got := unwelcome["fr"].MatchString(text); got != want {
			t.Errorf("unwelcome in %q: got %t, want %t", text, got, want)
		}
	}
}

func TestVocabularyKeepsItsTone(t *testing.T) {
	eachText(directory.LoadVocabulary(), func(where string, text directory.Text) {
		for language, unwelcome := range unwelcome {
			if found := unwelcome.FindString(text[language]); found != "" {
				t.Errorf("%s in %s: got %q, want other words than %q", where, language, text[language], strings.TrimSpace(found))
			}
		}
	})
}

// eachText visits every text of v that a page may show.
func eachText(v directory.Vocabulary, visit func(where string, t directory.Text)) {
	for _, g := range v.Groups {
		visit("group "+g.ID, g.Label)
	}
	for _, c := range v.Criteria {
		visit("criterion "+string(c.ID), c.Label)
		visit("cost of "+string(c.ID), c.Cost)
		visit("check of "+string(c.ID), c.Check)
	}
	for _, c := range v.Charters {
		visit("charter "+c.ID, c.Name)
		for _, s := range c.Sections {
			visit("section "+s.ID+" of "+c.ID, s.Label)
			for _, p := range s.Points {
				visit("point "+p.ID+" of "+c.ID, p.Text)
				visit("check of "+p.ID+" of "+c.ID, p.Check)
			}
		}
	}
	for _, f := range v.Families {
		visit("family "+string(f.ID), f.Label)
		for _, n := range f.Needs {
			visit("need "+string(n.ID), n.Label)
		}
	}
	for _, p := range v.Presets {
		visit("preset "+p.ID, p.Label)
	}
	for _, f := range v.Facets {
		visit("facet "+string(f.Facet), f.Label)
		for value, label := range f.Values {
			visit("facet "+string(f.Facet)+" "+value, label)
		}
	}
}
