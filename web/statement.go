package web

import (
	"fmt"
	"slices"

	"matou/directory"
)

// statementGroup is statements under one heading of the vocabulary.
type statementGroup struct {
	Label      string
	Statements []statementView
}

// statementView is one statement with who says so.
type statementView struct {
	Criterion string
	Value     string // words
	Mark      string // "met", "partly-met", "unmet"
	SaidBy    string // "" is the hoster itself
	SaidByURL string
	When      string // since when, and until when
	SaidAt    *moment
	Proof     link
	Comment   said
	Cost      string
	Exception *exceptionView // granted by a collective; nil: none
}

// statements groups what was said by the headings of the vocabulary, and
// reports whether there are criteria on which nothing was.
func (s *Site) statements(v *visit, all []directory.Statement) ([]statementGroup, bool, error) {
	var groups []statementGroup
	told := make([]bool, len(all)) // of a criterion of the vocabulary
	known, stated := 0, 0
	for _, g := range s.options.Vocabulary.Groups {
		label, _ := g.Label.In(v.language())
		group := statementGroup{Label: label}
		for i := range s.options.Vocabulary.Criteria { // large, and there are many
			c := &s.options.Vocabulary.Criteria[i]
			if c.Group != g.ID {
				continue
			}
			known++
			before := len(group.Statements)
			for j := range all {
				st := &all[j]
				if st.Criterion != c.ID {
					continue
				}
				if told[j] = true; st.Value == directory.Undeclared || st.Value == "" {
					continue
				}
				view, err := s.statement(v, *st, *c)
				if err != nil {
					return nil, false, err
				}
				group.Statements = append(group.Statements, view)
			}
			stated += min(1, len(group.Statements)-before)
		}
		if len(group.Statements) > 0 {
			groups = append(groups, group)
		}
	}
	other := statementGroup{Label: v.locale.text("statement.other")}
	for j, st := range all {
		if !told[j] && st.Value != directory.Undeclared {
			view, err := s.statement(v, st, directory.Criterion{})
			if err != nil {
				return nil, false, err
			}
			other.Statements = append(other.Statements, view)
		}
	}
	if len(other.Statements) > 0 {
		groups = append(groups, other)
	}
	return groups, stated < known, nil
}

func (s *Site) statement(v *visit, st directory.Statement, c directory.Criterion) (statementView, error) {
	loc := v.locale
	label, _ := c.Label.In(v.language())
	if label == "" {
		label = plain(string(st.Criterion))
	}
	cost, _ := c.Cost.In(v.language())
	view := statementView{
		Criterion: label, Cost: cost, Mark: string(st.Value),
		When: together(loc.since(st.Since), loc.until(st.Until)), SaidAt: s.momentOrNil(loc, st.SaidAt),
		Proof: outward(st.Proof), Comment: loc.in(st.Comment), Exception: s.exception(loc, st.Derogation),
	}
	if !slices.Contains([]directory.Value{directory.Met, directory.PartlyMet, directory.Unmet}, st.Value) {
		view.Mark = "unsaid"
	}
	view.Value = loc.word("value", view.Mark)
	if st.SaidBy == "" {
		return view, nil
	}
	by, err := s.options.Directory.Listing(v.Context(), st.SaidBy)
	switch {
	case isMissing(err):
		view.SaidBy = realHost(string(st.SaidBy))
	case err != nil:
		return view, fmt.Errorf("who says so: %w", err)
	default:
		view.SaidBy = plain(by.Hoster.Name)
		view.SaidByURL = hosterAddress(v.language(), by.Handle)
	}
	return view, nil
}
