package exchange

import "matou/directory"

// moreOf gives back what an Entry says of how the work is done.
func (e Entry) moreOf(h *directory.Hoster) {
	h.Description, h.StateComment, h.Legal, h.Guides, h.Links, h.Owner = e.Description, e.StateComment, e.Legal, e.Guides, e.Links, e.Owner
	h.Work.CanRepair, h.Work.CanActAlone, h.Work.PeopleComment = e.CanRepair, e.CanActAlone, e.PeopleComment
	h.Work.OnCall, h.Work.Guarantee, h.Work.Qualifications = e.OnCall, e.Guarantee, e.Qualifications
	h.Governance, h.Decisions, h.Funding, h.FundedBy = e.Governance, e.Decisions, e.FundingWords, e.Funding
	h.Prices, h.Seeks = e.Prices, e.Seeks
	if e.Hosting != nil {
		h.Hosting = *e.Hosting
	}
}

// statementsOf gives back what is stated of a hoster.
func statementsOf(all []EntryStatement, hoster directory.ID) []directory.Statement {
	var back []directory.Statement
	for _, s := range all {
		st := directory.Statement{Criterion: s.Criterion, Value: s.Value, SaidBy: s.SaidBy, Proof: s.Proof, Comment: s.Comment, Charter: s.Charter}
		if st.SaidBy == hoster {
			st.SaidBy = ""
		}
		back = append(back, st)
	}
	return back
}

// moreOf gives back what an EntryService says beside its first facts.
func (s EntryService) moreOf(to *directory.Service, hoster directory.ID) {
	to.LevelComment, to.Since, to.Until = s.LevelComment, s.Since, s.Until
	to.Limits, to.Contract, to.Guides, to.Holds = s.Limits, s.Contract, s.Guides, s.Holds
	to.Leaving, to.LeavesIn, to.Allowance, to.Intervention = s.Leaving, s.LeavesIn, s.Allowance, s.Intervention
	to.Statements = statementsOf(s.Statements, hoster)
	if s.Contact != nil {
		to.Contact = directory.Contact(*s.Contact)
	}
	if s.Hosting != nil {
		to.Hosting = *s.Hosting
	}
}
