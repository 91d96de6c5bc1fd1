package exchange

import (
	"cmp"
	"slices"

	"matou/directory"
)

// entryMemberships gives the memberships of a listing: those that the hoster
// states, ended ones too, and those that collectives alone state.
func entryMemberships(l directory.Listing) []EntryMembership {
	var all []EntryMembership
	for _, m := range l.Hoster.Memberships {
		all = append(all, EntryMembership{Collective: m.Collective, Since: m.Since, Until: m.Until, State: m.State, Charter: m.Charter})
	}
	today := directory.Date{}
	if !l.FetchedAt.IsZero() {
		today = directory.DateOf(l.FetchedAt)
	}
	for _, b := range directory.Belongings(l, today) {
		i := slices.IndexFunc(all, func(m EntryMembership) bool { return b.Claim != nil && m.Collective == b.Collective })
		if i < 0 {
			w := b.Word
			all = append(all, EntryMembership{Collective: b.Collective, Since: w.Entry.Since, Until: w.Entry.Until, State: w.Entry.State, Charter: w.Charter})
			i = len(all) - 1
		}
		all[i].SaidBy = b.SaidBy
		for _, w := range l.Members {
			if w.Collective == b.Collective {
				all[i].Sources = append(all[i].Sources, w.Source)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b EntryMembership) int { return cmp.Compare(a.Collective, b.Collective) })
	return all
}

// entryRelations gives what the hoster states; where nobody has looked whether
// the others say the same, it is the hoster's word.
func entryRelations(l directory.Listing) []EntryRelation {
	var all []EntryRelation
	ties := l.Ties
	if ties == nil {
		ties = directory.Ties(l.Hoster, nil, directory.Date{})
	}
	for _, t := range ties {
		if t.SaidBy != directory.SaidByOther {
			all = append(all, EntryRelation{Kind: t.Kind, With: t.With, Name: t.Name, SaidBy: t.SaidBy})
		}
	}
	return all
}
