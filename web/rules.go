package web

import (
	"fmt"

	"matou/directory"
)

// ruleKeys are what the software does in every directory, in the order of the
// page.
var ruleKeys = []string{"consent", "words", "order", "silence", "visible", "stars", "visitors"}

// rulesView is the page of a directory's rules.
type rulesView struct {
	Own       said // the keepers' own
	Who       said
	Software  []string
	Decisions []decisionView
	Contact   link
	Report    string

	Collective string // whose word the directory carries; "": nobody's
}

type decisionView struct {
	Slug  string
	Day   string
	Title said
	Body  said
}

// showRules tells by which rules the directory is kept, who decides, and what
// was decided.
func (s *Site) showRules(v *visit) (page, error) {
	var rules Rules
	if s.options.Rules != nil {
		var err error
		if rules, err = s.options.Rules.Rules(v.Context()); err != nil {
			return page{}, fmt.Errorf("rules: %w", err)
		}
	}
	loc := v.locale
	view := rulesView{
		Own: written(loc, rules.Text), Who: written(loc, rules.Who),
		Contact: s.keeperContact(), Report: address(v.language(), "report"),
	}
	if s.options.Collective != nil {
		word, ok, err := s.options.Collective.Admissions(v.Context())
		if err != nil {
			return page{}, fmt.Errorf("rules: %w", err)
		}
		if ok {
			view.Collective = s.words(v.language(), directory.FacetCollective, word.Slug)
		}
	}
	for _, key := range ruleKeys {
		view.Software = append(view.Software, loc.word("rule", key))
	}
	for _, d := range rules.Decisions {
		view.Decisions = append(view.Decisions, decisionView{
			Slug: "d-" + d.Slug, Day: loc.date(d.Day), Title: loc.in(d.Title), Body: written(loc, d.Body),
		})
	}
	return page{template: "rules", title: loc.text("rules.title"), description: loc.text("rules.lead"), data: view}, nil
}

// written gives Markdown of the keepers', nothing where there is none.
func written(l *locale, t directory.Text) said {
	if words, _ := t.In(l.language); words == "" {
		return said{}
	}
	return l.markdownIn(t)
}
