package directory

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Collective is a body of hosters, with the list of its members as one source
// gives it: the directory of an aggregator that carries the collective's word,
// or a federation file that a keeper imported.
type Collective struct {
	Slug    string    `json:"slug"` // "chatons"
	Name    string    `json:"name"`
	Website string    `json:"website,omitempty"`
	Charter string    `json:"charter,omitempty"` // id of the version that its members follow: "chatons-2"
	Source  string    `json:"source"`            // where the list was read: the id of an aggregator, or the address of a file
	ReadAt  time.Time `json:"readAt,omitzero"`
	Members []Member  `json:"members,omitempty"`
}

// Member is one hoster in the list of a collective. It is known by its actor
// or, in lists that know no actors, by the host of its site.
type Member struct {
	Hoster    ID         `json:"hoster,omitempty"`
	Website   string     `json:"website,omitempty"`
	Name      string     `json:"name,omitempty"`
	Since     Date       `json:"since,omitzero"`
	Until     Date       `json:"until,omitzero"`
	State     State      `json:"state,omitempty"`
	Admission *Admission `json:"admission,omitempty"`
}

// Admission is how a collective took a member in (demands 43 and 44): its own
// words, never the hoster's.
type Admission struct {
	Batch       string       `json:"batch,omitempty"` // the round in which it came
	DecidedOn   Date         `json:"decidedOn,omitzero"`
	Ballot      Text         `json:"ballot,omitempty"` // the vote, in words
	Review      string       `json:"review,omitempty"` // the reviewers' report, an address
	Findings    []Statement  `json:"findings,omitempty"`
	Derogations []Derogation `json:"derogations,omitempty"`
}

// Is reports whether other is the same member: the same actor or, where one of
// them has none, the same host of its site.
func (m Member) Is(other Member) bool {
	if m.Hoster != "" && other.Hoster != "" {
		return m.Hoster == other.Hoster
	}
	host := siteHost(m.Website)
	return host != "" && host == siteHost(other.Website)
}

// MemberWord is what one collective's list says of a hoster.
type MemberWord struct {
	Collective string `json:"collective"` // slug
	Name       string `json:"name,omitempty"`
	Website    string `json:"website,omitempty"`
	Charter    string `json:"charter,omitempty"`
	Source     string `json:"source"` // where the list was read
	Entry      Member `json:"entry"`
}

// MemberLists finds what lists of members say of a hoster. It is not changed
// once it is made.
type MemberLists struct {
	lists  []Collective
	actors map[ID][]place     // by the members' actors
	sites  map[string][]place // by the hosts of the sites of those without an actor
}

// place is where a member stands.
type place struct{ list, member int }

// NewMemberLists makes what finds members in lists, which must not be changed
// afterwards.
func NewMemberLists(lists []Collective) *MemberLists {
	m := &MemberLists{lists: lists, actors: make(map[ID][]place), sites: make(map[string][]place)}
	for i, c := range lists {
		for j, member := range c.Members {
			at := place{i, j}
			if member.Hoster != "" {
				m.actors[member.Hoster] = append(m.actors[member.Hoster], at)
			} else if host := siteHost(member.Website); host != "" {
				m.sites[host] = append(m.sites[host], at)
			}
		}
	}
	return m
}

// Words gives what the lists say of h, each list once, in their order. Where a
// list knows no actor, a member's site speaks for a hoster whose own site or
// node has the same host; "www." makes no difference.
func (m *MemberLists) Words(h Hoster) []MemberWord {
	found := slices.Clone(m.actors[h.ID])
	hosts := []string{siteHost(h.Website), siteHost(string(h.ID))}
	for _, host := range slices.Compact(hosts) {
		found = append(found, m.sites[host]...)
	}
	slices.SortStableFunc(found, func(a, b place) int { return cmp.Compare(a.list, b.list) })
	var words []MemberWord
	for i, at := range found {
		if i == 0 || found[i-1].list != at.list {
			c := m.lists[at.list]
			words = append(words, c.Word(c.Members[at.member]))
		}
	}
	return words
}

// Word is c's word on one of its members.
func (c Collective) Word(m Member) MemberWord {
	return MemberWord{Collective: c.Slug, Name: c.Name, Website: c.Website, Charter: c.Charter, Source: c.Source, Entry: m}
}

func siteHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// Belonging is a membership as both sides tell it.
type Belonging struct {
	Collective string      // slug
	SaidBy     SaidBy      // SaidByOther: the collective alone
	Claim      *Membership // the hoster's word; nil where it says nothing
	Word       *MemberWord // the collective's; nil where no list that is known has it
}

// Belongings gives the memberships of the hoster of l that have not ended, by
// the collectives' slugs.
func Belongings(l Listing, today Date) []Belonging {
	var all []Belonging
	at := func(slug string) *Belonging {
		i := slices.IndexFunc(all, func(b Belonging) bool { return b.Collective == slug })
		if i < 0 {
			all = append(all, Belonging{Collective: slug})
			i = len(all) - 1
		}
		return &all[i]
	}
	for _, m := range l.Hoster.Memberships {
		if m.State != StateClosed && !ended(m.Until, today) {
			at(m.Collective).Claim = &m
		}
	}
	for _, w := range l.Members {
		if w.Entry.State != StateClosed && !ended(w.Entry.Until, today) {
			at(w.Collective).Word = &w
		}
	}
	for i, b := range all {
		switch {
		case b.Claim != nil && b.Word != nil:
			all[i].SaidBy = SaidByBoth
		case b.Claim != nil:
			all[i].SaidBy = SaidByHoster
		default:
			all[i].SaidBy = SaidByOther
		}
	}
	slices.SortStableFunc(all, func(a, b Belonging) int { return cmp.Compare(a.Collective, b.Collective) })
	return all
}

// MaxMembers bounds the list of a collective.
const MaxMembers = 2000

// Validate checks every field of c, and gives all that is wrong at once.
func (c Collective) Validate() error {
	k := &check{}
	k.slug("slug", c.Slug)
	k.line("name", c.Name, MaxName)
	k.address("website", c.Website)
	k.optionalSlug("charter", c.Charter)
	k.required("source", c.Source)
	k.line("source", c.Source, MaxURL)
	k.length("members", len(c.Members), MaxMembers)
	for i, m := range c.Members {
		f := item("members", i)
		k.id(path(f, "hoster"), m.Hoster)
		k.address(path(f, "website"), m.Website)
		k.line(path(f, "name"), m.Name, MaxName)
		k.period(f, m.Since, m.Until)
		oneOf(k, path(f, "state"), m.State, StateActive, StatePaused, StateClosing, StateClosed)
		if m.Hoster == "" && m.Website == "" && strings.TrimSpace(m.Name) == "" {
			k.invalid(f, "must say who it is: an actor, a site or a name")
		}
		if a := m.Admission; a != nil {
			k.admission(path(f, "admission"), *a)
		}
	}
	return k.err()
}

func (c *check) admission(field string, a Admission) {
	c.line(path(field, "batch"), a.Batch, MaxName)
	c.period(field, a.DecidedOn, Date{})
	c.text(path(field, "ballot"), a.Ballot, MaxText)
	c.address(path(field, "review"), a.Review)
	c.statements(path(field, "findings"), a.Findings)
	c.length(path(field, "derogations"), len(a.Derogations), MaxList)
	for i := range a.Derogations {
		c.derogation(item(path(field, "derogations"), i), &a.Derogations[i])
	}
}

// saidByWords follow the name of a collective, by who says the membership.
var saidByWords = map[SaidBy]Text{
	SaidByBoth:   {"fr": "dit des deux côtés", "en": "said by both sides"},
	SaidByHoster: {"fr": "dit par la structure", "en": "said by the hoster"},
	SaidByOther:  {"fr": "dit par le collectif", "en": "said by the collective"},
}

// saidBy gives the words of a membership with who says it; nil for a word that
// is not known.
func (v *Vocabulary) saidBy(slug string, by SaidBy) Text {
	words := Text{}
	for l, said := range saidByWords[by] {
		name, _ := v.Words(FacetCollective, slug).In(l)
		if name == "" {
			name = slug
		}
		words[l] = name + " (" + said + ")"
	}
	if len(words) == 0 {
		return nil
	}
	return words
}
