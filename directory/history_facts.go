package directory

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// factSet is what a listing says: a value in JSON for each fact.
type factSet map[Fact]string

// opened are the objects of a profile whose parts are facts of their own; the
// parts of a registration stand with the facts of its service.
var opened = map[string]string{"work": "work.", "service.registration": "service."}

// noFacts are the keys that say nothing of the hoster itself, that change with
// each reading, or that tell the moment: what is down now is for notices.
var noFacts = map[string]bool{
	"id": true, "handle": true, "confirmedAt": true, "updatedAt": true, "discoverable": true, "indexable": true,
	"service.id": true, "service.slug": true, "service.level": true, "service.levelComment": true,
}

// factsOf gives what a listing says. Its JSON is what a node keeps of it, so
// that a field that is new to the model is a fact without further ado.
func factsOf(l Listing) factSet {
	set := factSet{}
	set.say(Fact{Field: "handle"}, l.Handle)
	set.say(Fact{Field: "page"}, l.URL)
	h := l.Hoster
	services, memberships, statements, relations := h.Services, h.Memberships, h.Statements, h.Relations
	h.Services, h.Memberships, h.Statements, h.Relations = nil, nil, nil, nil
	set.sayAll("", "", h)
	for _, m := range memberships {
		set.say(Fact{"membership", m.Collective}, m)
	}
	for _, s := range statements {
		set.say(Fact{"statement", string(s.Criterion)}, s)
	}
	for _, r := range relations {
		set.say(Fact{"relation", string(r.Kind)}, r)
	}
	for _, s := range services {
		f := Fact{"service", s.Slug}
		if _, twice := set[f]; twice {
			continue
		}
		set[f] = "offered"
		set.sayAll("service.", s.Slug, s)
	}
	return set
}

// sayAll adds every key of v that says something.
func (s factSet) sayAll(prefix, of string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		return // what cannot be written is not kept either
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return
	}
	for key, value := range fields {
		name := prefix + key
		if deeper, ok := opened[name]; ok {
			s.sayAll(deeper, of, value)
			continue
		}
		if !noFacts[name] {
			s.say(Fact{name, of}, value)
		}
	}
}

// say adds one fact, and to what several of a kind say under one name.
func (s factSet) say(f Fact, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		return
	}
	switch value := string(raw); value {
	case "null", `""`, "{}", "[]":
	default:
		s[f] += value
	}
}

// compare gives what came, changed and went from s to after.
func (s factSet) compare(after factSet) (added, changed, removed []Fact) {
	for f, is := range after {
		switch was, said := s[f]; {
		case !said:
			added = append(added, f)
		case was != is:
			changed = append(changed, f)
		}
	}
	for f := range s {
		if _, said := after[f]; !said {
			removed = append(removed, f)
		}
	}
	return s.wholly(added, after), sorted(changed), after.wholly(removed, s)
}

// wholly leaves out the facts of a service that came or went as a whole: s is
// the side on which it is not.
func (s factSet) wholly(facts []Fact, other factSet) []Fact {
	return sorted(slices.DeleteFunc(facts, func(f Fact) bool {
		if !strings.HasPrefix(f.Field, "service.") {
			return false
		}
		service := Fact{"service", f.Of}
		_, here := s[service]
		_, there := other[service]
		return here != there
	}))
}

func sorted(facts []Fact) []Fact {
	slices.SortFunc(facts, func(a, b Fact) int { return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Of, b.Of)) })
	return facts
}
