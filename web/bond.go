package web

import "matou/directory"

// bondView is how a hoster decides, what pays for it, with whom it stands in a
// relation, and how it would stop.
type bondView struct {
	Voters    []string
	Documents link
	Meetings  said
	FundedBy  []string
	Seeks     said
	Ties      []tieView
	Notice    string
	Announced string
	Plan      said
	Guide     link // how to move away
}

// tieView is one relation: a sentence, and who says it.
type tieView struct {
	Words, SaidBy, Since string
	Site                 link
	Comment              said
}

// Empty reports whether nothing was said on how the hoster decides, lives and
// works with others.
func (b bondView) Empty() bool {
	return len(b.Voters)+len(b.FundedBy)+len(b.Ties) == 0 && b.Documents.URL == "" && b.Meetings.Text == "" && b.Seeks.Text == ""
}

// bonds makes what the page of a listing shows of its hoster's life with others.
func (s *Site) bonds(l *locale, listing directory.Listing) bondView {
	h := listing.Hoster
	view := bondView{
		Documents: outward(h.Decisions.Documents), Meetings: l.in(h.Decisions.Meetings), Seeks: l.in(h.Seeks),
		Announced: l.date(h.Closing.AnnouncedOn), Plan: l.in(h.Closing.Plan), Guide: outward(h.Guides.Leaving),
	}
	for _, v := range h.Decisions.Voters {
		view.Voters = append(view.Voters, l.word("voter", string(v)))
	}
	for _, f := range h.FundedBy {
		view.FundedBy = append(view.FundedBy, l.word("funding", string(f)))
	}
	if n := h.Closing.NoticeDays; n != nil {
		view.Notice = l.text("closing.notice", *n)
	}
	ties := listing.Ties
	if ties == nil {
		ties = directory.Ties(h, nil, directory.Date{})
	}
	for _, t := range ties {
		// What a stranger says of this hoster stands on the stranger's page:
		// nobody writes on the page of another.
		if t.SaidBy == directory.SaidByOther {
			continue
		}
		name := plain(t.Name)
		if name == "" {
			name = t.With.Host()
		}
		view.Ties = append(view.Ties, tieView{
			Words: l.word("relation", string(t.Kind), name), SaidBy: l.word("tie", string(t.SaidBy)),
			Since: l.since(t.Since), Site: outward(t.Website), Comment: l.in(t.Comment),
		})
	}
	return view
}

// memberships gives the memberships of a listing: those of today with who says
// them, and those that the hoster says have ended.
func (s *Site) memberships(v *visit, listing directory.Listing) ([]memberView, error) {
	l, today := v.locale, s.today()
	var all []memberView
	current := map[string]bool{}
	for _, b := range directory.Belongings(listing, today) {
		current[b.Collective] = true
		m := directory.Membership{Collective: b.Collective}
		if b.Claim != nil {
			m = *b.Claim
		} else {
			m.Since, m.Until, m.State = b.Word.Entry.Since, b.Word.Entry.Until, b.Word.Entry.State
		}
		view := s.member(l, m)
		view.Words = l.word("membership", string(b.SaidBy), view.Collective)
		view.Claimed = b.SaidBy == directory.SaidByHoster
		if b.Word != nil && b.Word.Entry.Admission != nil {
			taken, err := s.admission(v, b.Collective, *b.Word.Entry.Admission)
			if err != nil {
				return nil, err
			}
			view.Admission = &taken
		}
		if b.Word != nil && s.isOwnWord(*b.Word) {
			view.Page = address(v.language(), "collective")
		}
		all = append(all, view)
	}
	for _, m := range listing.Hoster.Memberships {
		if !current[m.Collective] {
			view := s.member(l, m)
			view.Words = l.word("membership", string(directory.SaidByHoster), view.Collective)
			all = append(all, view)
		}
	}
	return all, nil
}

// holds says up to what size a service can serve.
func (l *locale) holds(h directory.Holds) []string {
	var facts []string
	if h.Accounts != nil {
		facts = append(facts, l.text("holds.accounts", *h.Accounts))
	}
	if h.Gigabytes != nil {
		facts = append(facts, l.text("holds.gigabytes", *h.Gigabytes))
	}
	if h.People != nil {
		facts = append(facts, l.text("holds.people", *h.People))
	}
	return facts
}
