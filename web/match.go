package web

import (
	"cmp"
	"slices"

	"matou/directory"
)

// The finder ends in three hosters. Nothing is weighed in secret: a condition
// that a hoster says no to leaves it out; those that answer the most of what
// was hoped for come first; what is equal stays in the order of the search,
// which is by distance from a place and else the daily neutral one. A hoster
// that has not said something is kept, and the visitor is told what to ask.

// mostSeen bounds how many listings are read to answer one visitor.
const mostSeen = 600

// condition is something that a hoster must not say no to.
type condition struct {
	id    string
	words string                               // as a visitor would say it
	judge func(c *candidate) directory.Value   // what the hoster says
	why   func(l *locale, c *candidate) string // in the three, where it says yes; nil: words
	wider func(f finder) finder                // the same question without it
	asks  string                               // key in the list "ask"; "" where nobody need be asked
}

// candidate is a hoster that may fit, with what it says on each thing asked.
type candidate struct {
	listing directory.Listing
	terms   map[directory.Facet][]string
	km      float64 // -1: not known

	hard []directory.Value // by condition
	soft []directory.Value // by wish
	own  []directory.Text  // its own words on each wish
	full bool              // no room for newcomers, it says
	does int               // how much of what is wanted it does
}

// says gives what the hoster says on a facet: yes where it names one of the
// values.
func (c *candidate) says(f directory.Facet, values ...string) directory.Value {
	stated, ok := c.terms[f]
	switch {
	case !ok:
		return directory.Undeclared
	case slices.ContainsFunc(values, func(v string) bool { return slices.Contains(stated, v) }):
		return directory.Met
	}
	return directory.Unmet
}

// left reports how many conditions the hoster says no to, and the last of them.
func (c *candidate) left() (n, last int) {
	for i, value := range c.hard {
		if value == directory.Unmet {
			n, last = n+1, i
		}
	}
	return n, last
}

func (c *candidate) silent() bool { return slices.Contains(c.hard, directory.Undeclared) }

// answered gives how much of what was asked for the hoster answers.
func (c *candidate) answered() int {
	n := c.does
	for _, value := range c.soft {
		if value == directory.Met || value == directory.PartlyMet {
			n++
		}
	}
	return n
}

// conditions are what f asks of every hoster.
func (s *Site) conditions(l directory.Language, f finder) []condition {
	var all []condition
	if wanted := len(f.needs) + len(f.leave); f.one && wanted > 1 {
		all = append(all, condition{
			id: "one", words: s.locales[l].text("find.one"),
			judge: func(c *candidate) directory.Value { return allOf(c, f) },
			wider: func(f finder) finder { f.one = false; return f },
		})
	}
	for _, p := range s.options.Vocabulary.Presets {
		if p.ID != f.who {
			continue
		}
		label, _ := p.Label.In(l)
		all = append(all, condition{
			id: "who", words: label, asks: "who",
			judge: func(c *candidate) directory.Value { return meetsPreset(c, p) },
			why:   func(loc *locale, _ *candidate) string { return loc.text("found.who", lowered(label)) },
			wider: func(f finder) finder { f.who = ""; return f },
		})
	}
	if f.place != "" && f.reach != "" {
		all = append(all, condition{
			id: "reach", words: s.locales[l].word("reach", f.reach), asks: "reach",
			judge: func(c *candidate) directory.Value { return s.within(c, f.place, f.reach) },
			why:   func(loc *locale, _ *candidate) string { return loc.word("within", f.reach) },
			wider: func(f finder) finder { f.reach = ""; return f },
		})
	}
	if f.data != "" {
		all = append(all, condition{
			id: "data", words: s.locales[l].text("found.data", s.areaName(l, directory.AreaCode(f.data))), asks: "data",
			judge: func(c *candidate) directory.Value { return c.says(directory.FacetData, f.data) },
			wider: func(f finder) finder { f.data = ""; return f },
		})
	}
	return all
}

// doesOf counts the needs and products of f that the hoster answers.
func doesOf(c *candidate, f finder) int {
	n := 0
	for _, id := range f.needs {
		if slices.Contains(c.terms[directory.FacetNeed], id) {
			n++
		}
	}
	for _, id := range f.leave {
		if slices.Contains(c.terms[directory.FacetReplaces], id) {
			n++
		}
	}
	return n
}

// allOf reports whether one hoster does everything that was asked for.
func allOf(c *candidate, f finder) directory.Value {
	if doesOf(c, f) < len(f.needs)+len(f.leave) {
		return directory.Unmet
	}
	return directory.Met
}

// meetsPreset reports what a hoster says to all the filters of a preset.
func meetsPreset(c *candidate, p directory.Preset) directory.Value {
	value := directory.Met
	for f, values := range p.Filters {
		switch c.says(f, values...) {
		case directory.Unmet:
			return directory.Unmet
		case directory.Undeclared:
			value = directory.Undeclared
		}
	}
	return value
}

// within reports whether a hoster is, or works, as near to a place as asked.
func (s *Site) within(c *candidate, place, reach string) directory.Value {
	h := c.listing.Hoster
	seat := h.Seat.Area != "" || h.Seat.Country != "" || h.Seat.Point != nil
	if reach == "near" {
		switch {
		case c.km >= 0 && c.km <= nearKilometres:
			return directory.Met
		case c.km >= 0:
			return directory.Unmet
		case !seat:
			return directory.Undeclared
		}
		reach = "region" // of its seat it names no more than that
		if s.inArea(c, place, reach, false) {
			return directory.Undeclared
		}
		return directory.Unmet
	}
	switch {
	case s.inArea(c, place, reach, true):
		return directory.Met
	case !seat && len(h.Serves) == 0:
		return directory.Undeclared
	}
	return directory.Unmet
}

// inArea reports whether the seat of a hoster, or what it serves, lies in the
// region or country around a place.
func (s *Site) inArea(c *candidate, place, reach string, serves bool) bool {
	kind := directory.AreaRegion
	if reach == "country" {
		kind = directory.AreaCountry
	}
	around := s.options.Areas.Ancestors(directory.AreaCode(place))
	for _, code := range around {
		if a, ok := s.options.Areas.Area(code); ok && a.Kind == kind {
			if c.says(directory.FacetSeat, string(a.Code)) == directory.Met || serves && c.says(directory.FacetServes, string(a.Code)) == directory.Met {
				return true
			}
		}
	}
	return serves && slices.ContainsFunc(c.listing.Hoster.Serves, func(a directory.AreaCode) bool { return slices.Contains(around, a) })
}

// wanted are the needs that f asks for, those behind its products included.
func (s *Site) wanted(f finder) []string {
	all := slices.Clone(f.needs)
	for _, id := range f.leave {
		r, _ := s.options.Vocabulary.Replacement(id)
		for _, n := range r.Needs {
			all = append(all, string(n))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// wishes are those that f names.
func (s *Site) wishes(f finder) []wish {
	var all []wish
	for _, w := range append(s.offered(hopes), s.offered(cares)...) {
		if slices.Contains(f.hopes, w.id) || slices.Contains(f.cares, w.id) {
			all = append(all, w)
		}
	}
	return all
}

// query is the search behind f: the needs alone, since a filter of the index
// would leave out who has not said something.
func (s *Site) query(f finder) directory.Query {
	q := directory.Query{Limit: directory.MaxLimit}
	if needs := s.wanted(f); len(needs) > 0 {
		q.Filters = map[directory.Facet][]string{directory.FacetNeed: needs}
	}
	if f.place != "" && s.options.Areas != nil {
		if a, ok := s.options.Areas.Area(directory.AreaCode(f.place)); ok {
			q.Near = a.Point
		}
	}
	return q
}

// candidates reads the hosters that f may mean, in the order of the search,
// and gives how many there are in all.
func (s *Site) candidates(v *visit, f finder, conditions []condition) ([]*candidate, int, error) {
	q := s.query(f)
	q.OnlyHits = true
	wishes := s.wishes(f)
	needs := s.wanted(f)
	var all []*candidate
	total := 0
	for q.Offset = 0; q.Offset < mostSeen; q.Offset += q.Limit {
		found, err := s.search(v.Context(), q)
		if err != nil {
			return nil, 0, err
		}
		total = found.Total
		err = s.eachListing(v.Context(), found.Hits, func(l directory.Listing, hit directory.Hit) error {
			c := &candidate{listing: l, km: hit.Kilometres, terms: directory.Terms(l, &s.options.Vocabulary, s.areasOrNil())}
			for _, k := range conditions {
				c.hard = append(c.hard, k.judge(c))
			}
			for _, w := range wishes {
				value, words := w.answer(l.Hoster)
				c.soft, c.own = append(c.soft, value), append(c.own, words)
			}
			c.full, c.does = s.isFull(l.Hoster, needs), doesOf(c, f)
			all = append(all, c)
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
		if q.Offset+q.Limit >= found.Total {
			break
		}
	}
	return all, total, nil
}

// areasOrNil keeps an interface that holds nothing nil.
func (s *Site) areasOrNil() directory.Areas {
	if s.options.Areas == nil {
		return nil
	}
	return s.options.Areas
}

// isFull reports whether every service that answers one of the needs says that
// it has no room.
func (s *Site) isFull(h directory.Hoster, needs []string) bool {
	full := false
	for _, service := range h.Services {
		if service.Level == directory.LevelOver || len(needs) > 0 && !s.answersOne(service, needs) {
			continue
		}
		if service.Registration.Capacity != directory.CapacityFull {
			return false
		}
		full = true
	}
	return full
}

func (s *Site) answersOne(service directory.Service, needs []string) bool {
	return slices.ContainsFunc(s.options.Vocabulary.Needs(service), func(n directory.NeedID) bool { return slices.Contains(needs, string(n)) })
}

// order puts those that answer the most first; what is equal keeps its order.
func order(all []*candidate) {
	slices.SortStableFunc(all, func(a, b *candidate) int {
		return cmp.Or(compareBool(a.full, b.full), compareBool(a.silent(), b.silent()), cmp.Compare(b.answered(), a.answered()))
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
