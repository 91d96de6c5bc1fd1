package web

import (
	"context"
	"fmt"

	"matou/directory"
)

// pastView is the history of an entry, as its page shows it.
type pastView struct {
	Steps  []stepView
	Folded string // says how many earlier steps are not kept; "" for none
}

// stepView is one step of a history: what happened, by whose word, and to what.
type stepView struct {
	At    moment
	Words string
	Facts []factsView
	More  string
}

// factsView is the facts that came, changed or went in one step.
type factsView struct{ Label, Words string }

// past gives the history of a listing; its directory.ErrNotFound is no history.
func (s *Site) past(ctx context.Context, l *locale, listing directory.Listing) (pastView, error) {
	h, err := s.options.Directory.History(ctx, listing.Hoster.ID)
	if err != nil {
		return pastView{}, fmt.Errorf("history: %w", err)
	}
	var view pastView
	for _, e := range h.Entries {
		step := stepView{At: l.moment(e.At.In(s.zone)), Words: s.stepWords(l, e)}
		for _, some := range []struct {
			key   string
			facts []directory.Fact
		}{{"past.added", e.Added}, {"past.changed", e.Changed}, {"past.removed", e.Removed}} {
			if len(some.facts) > 0 {
				step.Facts = append(step.Facts, factsView{l.text(some.key), l.list(s.factWords(l, listing, some.facts))})
			}
		}
		if e.More > 0 {
			step.More = l.text("past.more", e.More)
		}
		view.Steps = append(view.Steps, step)
	}
	if h.Folded > 0 {
		view.Folded = l.text("past.folded", h.Folded, l.date(directory.DateOf(h.Since.In(s.zone))))
	}
	return view, nil
}

// stepWords says what happened and by whose word.
func (s *Site) stepWords(l *locale, e directory.HistoryEntry) string {
	return l.text("past.step", l.word("past-event", string(e.Event)), l.word("past-voice", string(e.SaidBy)))
}

func (s *Site) factWords(l *locale, listing directory.Listing, facts []directory.Fact) []string {
	words := make([]string, len(facts))
	for i, f := range facts {
		words[i] = s.fact(l, listing, f)
	}
	return words
}

// fact gives the words of a fact: what it is, and of which service, collective
// or criterion, by the name that this has now.
func (s *Site) fact(l *locale, listing directory.Listing, f directory.Fact) string {
	words := l.text("past-fact.other")
	if l.has("past-fact." + f.Field) {
		words = l.word("past-fact", f.Field)
	}
	if f.Of == "" {
		return words
	}
	of := plain(f.Of)
	switch f.Field {
	case "statement":
		if c, ok := s.options.Vocabulary.Criterion(directory.CriterionID(f.Of)); ok {
			of, _ = c.Label.In(l.language)
		}
	case "relation":
		of = l.word("past-relation", f.Of)
	case "membership":
		of = s.words(l.language, directory.FacetCollective, f.Of)
	default:
		for _, service := range listing.Hoster.Services {
			if service.Slug == f.Of {
				of = plain(service.Name)
			}
		}
	}
	return l.text("past.of", words, of)
}
