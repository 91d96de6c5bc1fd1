package directory

import (
	"slices"
	"strings"
)

// terms gathers the values of facets.
type terms map[Facet][]string

// say makes f a facet that the listing answers, with these values at least.
func (t terms) say(f Facet, values ...string) { t[f] = append(t[f], values...) }

// Terms gives the values of each facet under which l is found. A facet that l
// says nothing on has no key; a facet that l answers with none of the values
// has a key without values. Values are sorted and unique, and those that v
// does not know are left out. areas may be nil: then an area is found under
// its own code and, where that has the form of ISO 3166-2, its country.
//
// Services that are over, and memberships and statements that had ended when
// the profile was fetched, give nothing. A statement counts where the hoster
// makes it of itself; those on one of its services do not speak for the rest.
func Terms(l Listing, v *Vocabulary, areas Areas) map[Facet][]string {
	h, today := l.Hoster, Date{}
	if !l.FetchedAt.IsZero() {
		today = DateOf(l.FetchedAt)
	}
	t := make(terms)
	hosterTerms(t, h)
	workTerms(t, h)
	placeTerms(t, h, areas)
	for _, s := range h.Services {
		if s.Level == LevelOver || ended(s.Until, today) {
			continue
		}
		needTerms(t, s, v)
		serviceTerms(t, h, s, areas)
	}
	if len(h.Memberships)+len(l.Members) > 0 {
		t.say(FacetCollective)
	}
	for _, b := range Belongings(l, today) {
		t.say(FacetCollective, b.Collective, b.Collective+":"+string(b.SaidBy))
	}
	for _, s := range h.Statements {
		if s.Value == Undeclared || s.Value == "" || !v.knows(s.Criterion) {
			continue
		}
		t.say(FacetCriterion)
		if s.Value == Met && !ended(s.Until, today) {
			t.say(FacetCriterion, string(s.Criterion))
		}
	}
	for f, values := range t {
		slices.Sort(values)
		t[f] = slices.Compact(values)
	}
	return t
}

// ended reports whether until lies before today; a zero today is not known,
// and then an end that is given counts as come.
func ended(until, today Date) bool {
	return !until.IsZero() && (today.IsZero() || until.endsBefore(today))
}

func hosterTerms(t terms, h Hoster) {
	if h.Form != "" {
		t.say(FacetForm, string(h.Form))
	}
	for _, a := range h.Audiences {
		t.say(FacetAudience, string(a))
	}
	for _, l := range h.Languages {
		t.say(FacetLanguage, string(l))
	}
	for _, l := range h.Contact.Languages {
		t.say(FacetLanguage, string(l))
	}
}

func workTerms(t terms, h Hoster) {
	w := h.Work
	if w.Maintenance != "" {
		t.say(FacetMaintenance, string(w.Maintenance))
	}
	switch {
	case w.PaidPeople != nil && *w.PaidPeople > 0, w.Maintenance == MaintenancePaid, w.Maintenance == MaintenanceMixed:
		t.say(FacetPaid, "yes")
	case w.PaidPeople != nil:
		t.say(FacetPaid, "no")
	}
	switch {
	case w.OnCall == nil:
	case w.OnCall.None:
		t.say(FacetOnCall, "no")
	default:
		t.say(FacetOnCall, "yes")
	}
	hoursTerms(t, h.Contact.Hours)
}

func hoursTerms(t terms, spans []Hours) {
	if len(spans) == 0 {
		return
	}
	t.say(FacetHours)
	for _, k := range HoursKinds(spans) {
		t.say(FacetHours, string(k))
	}
}

func placeTerms(t terms, h Hoster, areas Areas) {
	for _, a := range h.Serves {
		t.say(FacetServes, ancestors(a, areas)...)
	}
	for _, a := range []AreaCode{h.Seat.Area, h.Seat.Country} {
		if a != "" {
			t.say(FacetSeat, ancestors(a, areas)...)
		}
	}
	for _, a := range h.DataIn {
		t.say(FacetData, ancestors(a, areas)...)
	}
}

// ancestors gives a and every area it lies in.
func ancestors(a AreaCode, areas Areas) []string {
	all := []AreaCode{a}
	if areas != nil {
		all = areas.Ancestors(a)
	} else if country, part, _ := strings.Cut(string(a), "-"); part != "" && validArea(string(a)) {
		all = append(all, AreaCode(country))
	}
	codes := make([]string, len(all))
	for i, code := range all {
		codes[i] = string(code)
	}
	return codes
}

// needTerms says what s is good for.
func needTerms(t terms, s Service, v *Vocabulary) {
	if name := SoftwareKey(s.Software.Name); name != "" {
		t.say(FacetSoftware, name)
	}
	for _, need := range v.Needs(s) {
		t.say(FacetNeed, string(need))
		for _, family := range v.FamiliesOf(need) {
			t.say(FacetFamily, string(family))
		}
		for _, r := range v.ReplacedBy(need) {
			t.say(FacetReplaces, r)
		}
	}
}

// SoftwareKey gives the value of FacetSoftware for the name of a program:
// small letters, single spaces.
func SoftwareKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

func serviceTerms(t terms, h Hoster, s Service, areas Areas) {
	r := s.Registration
	if r.WithoutAccount != "" {
		t.say(FacetAccount, string(r.WithoutAccount))
	}
	for _, o := range r.OpenTo {
		t.say(FacetOpenTo, string(o))
	}
	if r.Capacity != "" {
		t.say(FacetCapacity, string(r.Capacity))
	}
	if on, _ := h.HostingOf(s); on.Country != "" {
		t.say(FacetData, ancestors(on.Country, areas)...)
	}
	hoursTerms(t, s.Contact.Hours)
	if s.Allowance == nil {
		return
	}
	t.say(FacetAllowance, allowanceTerms(*s.Allowance)...)
}

// allowanceTerms gives every "has stated at most so many days" that a meets.
func allowanceTerms(a Allowance) []string {
	if a.None {
		return []string{"none"}
	}
	var values []string
	for days, value := range map[float64]string{3.5: "3.5", 7: "7", 18: "18", 36: "36"} {
		if a.DaysPerYear > 0 && a.DaysPerYear <= days {
			values = append(values, value)
		}
	}
	return values
}
