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
	Slug    string
	Name    string
	Charter charterView
	Members string // where all who are listed stand
	Rounds  []roundView
	Rules   string
}

// charterView is a charter and what it asks; its name is "" where there is none.
type charterView struct {
	Name     string
	Text     link // the charter itself
	Sections []charterSection
}

type charterSection struct {
	Label  string
	Points []charterPoint
}

// charterPoint is what a charter asks, and how it can be checked.
type charterPoint struct{ Text, Check string }

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
	When      string // since when it is a member, and until when
	Admission admissionView
}

// admissionView is how a member was taken in, in the collective's words.
type admissionView struct {
	Taken      string // in which round, and on which day
	Ballot     said
	Review     link
	Findings   []statementGroup
	Exceptions []exceptionView
}

// exceptionView is an exception to a point of a charter that was granted
// knowingly.
type exceptionView struct {
	By, When string // who granted it; on which day, and until when
	Why      said
	Proof    link
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
		Slug:    word.Slug,
		Name:    s.words(v.language(), directory.FacetCollective, word.Slug),
		Members: address(v.language(), "listings") + "?collective=" + word.Slug, Rules: address(v.language(), "rules"),
	}
	if charter, ok := s.options.Vocabulary.Charter(word.Charter); ok {
		view.Charter = showCharter(v.language(), charter)
	}
	bySite, err := s.knownBySite(v.Context(), word)
	if err != nil {
		return page{}, err
	}
	for _, m := range word.Members {
		if m.Hoster == "" {
			m.Hoster = bySite[m.Website]
		}
		if err := s.addToRound(v, &view, m); err != nil {
			return page{}, err
		}
	}
	slices.SortStableFunc(view.Rounds, func(a, b roundView) int { return cmp.Compare(b.last, a.last) })
	for i := range view.Rounds {
		r := &view.Rounds[i]
		r.ID = "r" + itoa(i+1)
		if r.Name == "" {
			r.Name = loc.text(map[bool]string{true: "collective.all", false: "collective.others"}[len(view.Rounds) == 1])
		}
		slices.SortStableFunc(r.Members, func(a, b takenView) int { return cmp.Compare(a.Name, b.Name) })
	}
	return page{template: "collective", title: loc.text("collective.title", view.Name), description: loc.text("collective.lead", view.Name), data: view}, nil
}

// showCharter gives what a charter asks, in one language.
func showCharter(l directory.Language, c directory.Charter) charterView {
	view := charterView{Text: outward(c.URL)}
	view.Name, _ = c.Name.In(l)
	for _, section := range c.Sections {
		var shown charterSection
		shown.Label, _ = section.Label.In(l)
		for _, p := range section.Points {
			var point charterPoint
			point.Text, _ = p.Text.In(l)
			point.Check, _ = p.Check.In(l)
			shown.Points = append(shown.Points, point)
		}
		view.Sections = append(view.Sections, shown)
	}
	return view
}

// knownBySite gives the hosters that are listed of the members whom the
// collective knows by their site alone, by that site.
func (s *Site) knownBySite(ctx context.Context, word directory.Collective) (map[string]directory.ID, error) {
	if !slices.ContainsFunc(word.Members, func(m directory.Member) bool { return m.Hoster == "" }) {
		return nil, nil
	}
	listed, err := s.found(ctx, directory.Query{Filters: map[directory.Facet][]string{directory.FacetCollective: {word.Slug}}})
	if err != nil {
		return nil, err
	}
	known := map[string]directory.ID{}
	for _, l := range listed {
		for _, w := range l.Members {
			if w.Source == word.Source && w.Entry.Hoster == "" {
				known[w.Entry.Website] = l.Hoster.ID
			}
		}
	}
	return known, nil
}

// isOwnWord reports whether this directory itself says it, for the collective
// whose word it carries.
func (s *Site) isOwnWord(w directory.MemberWord) bool {
	a := s.options.Aggregator
	return a != nil && s.options.Collective != nil && w.Source == s.absolute("/ap/actors/"+a.Handle)
}

// addToRound sets m among those who were taken in with it.
func (s *Site) addToRound(v *visit, view *collectiveView, m directory.Member) error {
	loc := v.locale
	taken := takenView{Name: plain(m.Name), Site: outward(m.Website)}
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
	batch, day, since := "", m.Since, m.Since
	if m.Admission != nil {
		a := *m.Admission
		batch, a.Batch = plain(a.Batch), "" // it is the heading
		if !a.DecidedOn.IsZero() {
			day = a.DecidedOn
		}
		if since == a.DecidedOn {
			since = directory.Date{}
		}
		var err error
		if taken.Admission, err = s.admission(v, view.Slug, a); err != nil {
			return err
		}
	}
	if when := together(loc.since(since), loc.until(m.Until)); when != "" {
		taken.When = loc.text("collective.member", when)
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

// admission shows how a member was taken in by a collective, whose word all of
// it is.
func (s *Site) admission(v *visit, collective string, a directory.Admission) (admissionView, error) {
	loc := v.locale
	view := admissionView{Ballot: loc.in(a.Ballot), Review: outward(a.Review)}
	switch batch, on := plain(a.Batch), loc.on(a.DecidedOn); {
	case batch != "" && on != "":
		view.Taken = loc.text("admission.batch_day", batch, on)
	case batch != "":
		view.Taken = loc.text("admission.batch", batch)
	case on != "":
		view.Taken = loc.text("admission.day", on)
	}
	for i := range a.Derogations {
		view.Exceptions = append(view.Exceptions, *s.exception(loc, &a.Derogations[i]))
	}
	var err error
	view.Findings, _, err = s.statements(v, a.Findings)
	for _, g := range view.Findings {
		for i := range g.Statements {
			g.Statements[i].SaidBy, g.Statements[i].SaidByURL = s.words(v.language(), directory.FacetCollective, collective), ""
		}
	}
	return view, err
}

// exception shows an exception; nil where there is none.
func (s *Site) exception(l *locale, d *directory.Derogation) *exceptionView {
	if d == nil {
		return nil
	}
	return &exceptionView{
		By: s.words(l.language, directory.FacetCollective, d.By), When: together(l.on(d.On), l.until(d.Until)),
		Why: l.in(d.Why), Proof: outward(d.Proof),
	}
}

// together puts a comma between two phrases that are both there.
func together(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}
