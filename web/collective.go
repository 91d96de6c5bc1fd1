package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"matou/directory"
)

// Admissions gives the word of the collective that a directory speaks for, with
// the members whose admission was written down; it is false where the directory
// speaks for none.
type Admissions interface {
	Admissions(ctx context.Context) (directory.Collective, bool, error)
}

// collectiveView is the page of the collective that a directory speaks for.
type collectiveView struct {
	Name    string
	Website link
	Charter string // its name; "" where none is said
	Text    link   // the charter itself
	Members string // where all who are listed stand
	Rounds  []roundView
	Rules   string
}

// roundView is those who were taken in together.
type roundView struct {
	ID, Name string
	Members  []takenView
	last     string // the latest day of one of them, as 2026-10-12
}

// takenView is one member with how it was taken in.
type takenView struct {
	Name      string
	Page      string // its page here; "" where it is not listed
	Site      link
	Since     string
	Until     string
	Admission admissionView
}

// admissionView is how a member was taken in, in the collective's words.
type admissionView struct {
	Batch, Day string
	Ballot     said
	Review     link
	Findings   []statementGroup
	Exceptions []exceptionView
}

// exceptionView is an exception to a point of a charter that was granted
// knowingly.
type exceptionView struct {
	By, On, Until string
	Why           said
	Proof         link
}

// showCollective tells of the collective whose word this directory carries, and
// how its members were taken in.
func (s *Site) showCollective(v *visit) (page, error) {
	if s.options.Collective == nil {
		return page{}, directory.ErrNotFound
	}
	word, ok, err := s.options.Collective.Admissions(v.Context())
	if err != nil {
		return page{}, fmt.Errorf("admissions: %w", err)
	}
	if !ok {
		return page{}, directory.ErrNotFound
	}
	loc := v.locale
	view := collectiveView{
		Name: s.words(v.language(), directory.FacetCollective, word.Slug), Website: outward(word.Website),
		Members: address(v.language(), "listings") + "?collective=" + word.Slug, Rules: address(v.language(), "rules"),
	}
	if charter, ok := s.options.Vocabulary.Charter(word.Charter); ok {
		view.Charter, _ = charter.Name.In(v.language())
		view.Text = outward(charter.URL)
	}
	for _, m := range word.Members {
		if err := s.addToRound(v, &view, m); err != nil {
			return page{}, err
		}
	}
	slices.SortStableFunc(view.Rounds, func(a, b roundView) int { return cmp.Compare(b.last, a.last) })
	for i := range view.Rounds {
		view.Rounds[i].ID = "r" + itoa(i+1)
		slices.SortStableFunc(view.Rounds[i].Members, func(a, b takenView) int { return cmp.Compare(a.Name, b.Name) })
	}
	return page{template: "collective", title: loc.text("collective.title", view.Name), description: loc.text("collective.lead", view.Name), data: view}, nil
}

// addToRound sets m among those who were taken in with it.
func (s *Site) addToRound(v *visit, view *collectiveView, m directory.Member) error {
	loc := v.locale
	taken := takenView{Name: plain(m.Name), Site: outward(m.Website), Since: loc.date(m.Since), Until: loc.date(m.Until)}
	if m.Hoster != "" {
		l, err := s.options.Directory.Listing(v.Context(), m.Hoster)
		if err != nil && !isMissing(err) {
			return fmt.Errorf("a member: %w", err)
		}
		if err == nil {
			taken.Name, taken.Page = plain(l.Hoster.Name), hosterAddress(v.language(), l.Handle)
		}
		if taken.Name == "" {
			taken.Name = realHost(string(m.Hoster))
		}
	}
	if taken.Name == "" {
		taken.Name = taken.Site.Host
	}
	batch, day := "", m.Since
	if m.Admission != nil {
		var err error
		if taken.Admission, err = s.admission(v, *m.Admission); err != nil {
			return err
		}
		batch, taken.Admission.Batch = taken.Admission.Batch, "" // it is the heading
		if !m.Admission.DecidedOn.IsZero() {
			day = m.Admission.DecidedOn
		}
	}
	i := slices.IndexFunc(view.Rounds, func(r roundView) bool { return r.Name == batch })
	if i < 0 {
		view.Rounds = append(view.Rounds, roundView{Name: batch})
		i = len(view.Rounds) - 1
	}
	r := &view.Rounds[i]
	r.Members = append(r.Members, taken)
	r.last = max(r.last, day.String())
	return nil
}

// admission shows how a member was taken in.
func (s *Site) admission(v *visit, a directory.Admission) (admissionView, error) {
	loc := v.locale
	view := admissionView{Batch: plain(a.Batch), Day: loc.date(a.DecidedOn), Ballot: loc.in(a.Ballot), Review: outward(a.Review)}
	for i := range a.Derogations {
		view.Exceptions = append(view.Exceptions, *s.exception(loc, &a.Derogations[i]))
	}
	var err error
	view.Findings, _, err = s.statements(v, a.Findings)
	return view, err
}

// exception shows an exception; nil where there is none.
func (s *Site) exception(l *locale, d *directory.Derogation) *exceptionView {
	if d == nil {
		return nil
	}
	return &exceptionView{
		By: s.words(l.language, directory.FacetCollective, d.By), On: l.date(d.On), Until: l.date(d.Until),
		Why: l.in(d.Why), Proof: outward(d.Proof),
	}
}
