package web

import (
	"cmp"
	"net/url"
	"slices"

	"matou/directory"
)

// The finder ends in three hosters. Nothing is weighed in secret: a condition
// that a hoster says no to leaves it out; those that answer the most of what
// was hoped for come first; what is equal stays in the order of the search,
// which is by distance from a place and else the daily neutral one. A hoster
// that has not said something is kept, and the visitor is told what to ask.

const (
	firstFound = 3
	// othersShown is how many of the others stand on one page.
	othersShown = 18
	// mostSeen bounds how many listings are read to answer one visitor.
	mostSeen = 600
)

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

// relaxation is one thing less asked, and how many more hosters that brings.
type relaxation struct {
	Words   string
	Count   int
	Address string
}

// relaxations gives what one thing less would bring, exactly: each hoster that
// says no to one condition alone is brought by leaving it. As near as asked is
// widened by one step before it is left.
func (s *Site) relaxations(l directory.Language, f finder, conditions []condition, all []*candidate) []relaxation {
	loc := s.locales[l]
	var gains []relaxation
	for i, k := range conditions {
		lost := 0
		for _, c := range all {
			if n, last := c.left(); n == 1 && last == i {
				lost++
			}
		}
		if lost == 0 {
			continue
		}
		if k.id == "reach" {
			gains = append(gains, s.widerReach(l, f, all, i)...)
		}
		gains = append(gains, relaxation{Words: loc.text("found.relax", k.words), Count: lost, Address: s.foundAddress(l, k.wider(f))})
	}
	return gains
}

// widerReach gives what each wider circle would bring.
func (s *Site) widerReach(l directory.Language, f finder, all []*candidate, at int) []relaxation {
	var gains []relaxation
	before := 0
	for _, reach := range reaches[slices.Index(reaches, f.reach)+1:] {
		count := 0
		for _, c := range all {
			if n, last := c.left(); n == 1 && last == at && s.within(c, f.place, reach) != directory.Unmet {
				count++
			}
		}
		if count > before {
			wider := f
			wider.reach = reach
			gains = append(gains, relaxation{Words: s.locales[l].word("wider-reach", reach), Count: count, Address: s.foundAddress(l, wider)})
			before = count
		}
	}
	return gains
}

// foundView is the end of the finder.
type foundView struct {
	Told     []toldView
	Changes  string // back to the questions
	Total    int    // that fit
	First    []pickView
	Compare  string
	Others   []card
	Silent   bool // some of the others have not said everything
	From, To int
	Previous string
	Next     string
	Full     []navigation
	Wider    []relaxation
	Place    string
	Wishes   bool
	Cut      int // how many were looked at, where that was not all
	All      string
	Contact  link
	Near     []card // where nobody fits at all
}

// showFound is the end of the finder: three hosters, why, and what to ask them.
func (s *Site) showFound(v *visit) (page, error) {
	l, loc := v.language(), v.locale
	f := s.readFinder(v.URL.Query())
	if p, ok := s.tooManyCares(l, f); ok {
		return p, nil
	}
	conditions := s.conditions(l, f)
	all, total, err := s.candidates(v, f, conditions)
	if err != nil {
		return page{}, err
	}
	view := foundView{
		Told:    s.told(l, f, func(f finder) string { return s.foundAddress(l, f) }),
		Changes: f.stepAddress(l, finderSteps[0]), Place: s.placeField(l, f.place).Words,
		Wishes: len(f.hopes)+len(f.cares) > 0 || len(f.needs)+len(f.leave) > 1, Contact: outward(s.options.Aggregator.Contact),
		All: address(l, "listings"),
	}
	if needs := s.wanted(f); len(needs) > 0 || f.place != "" {
		view.All = listingsAddress(l, directory.Query{Limit: directory.DefaultLimit, Place: f.place, Filters: s.query(f).Filters})
	}
	if total > len(all) {
		view.Cut = len(all)
	}
	var fitting, near []*candidate
	for _, c := range all {
		switch n, _ := c.left(); n {
		case 0:
			fitting = append(fitting, c)
		default:
			near = append(near, c)
		}
	}
	order(fitting)
	if err := s.fillFound(v, f, &view, conditions, fitting, near); err != nil {
		return page{}, err
	}
	if view.Total < directory.Few+firstFound {
		view.Wider = s.relaxations(l, f, conditions, all)
		view.Wider = append(view.Wider, s.sameFamily(v, f, total)...)
	}
	return page{template: "found", title: loc.text("found.title"), description: loc.text("find.lead"), data: view, unlisted: true}, nil
}

// fillFound puts in the three, a page of the others and those that are full.
func (s *Site) fillFound(v *visit, f finder, view *foundView, conditions []condition, fitting, near []*candidate) error {
	l := v.language()
	room := len(fitting)
	for i, c := range fitting {
		if c.full {
			room = i
			break
		}
	}
	for _, c := range fitting[room:] {
		view.Full = append(view.Full, navigation{Text: plain(c.listing.Hoster.Name), Address: hosterAddress(l, c.listing.Handle)})
	}
	view.Total = room
	handles := url.Values{}
	for _, c := range fitting[:min(firstFound, room)] {
		p, err := s.pick(v, f, conditions, c)
		if err != nil {
			return err
		}
		view.First = append(view.First, p)
		handles.Add("h", handleOf(c.listing))
	}
	if len(view.First) > 1 {
		view.Compare = withQuery(address(l, "compare"), handles)
	}
	others := fitting[len(view.First):room]
	from := pageFrom(v.URL.Query().Get("from"), len(others))
	to := min(from+othersShown, len(others))
	var err error
	if view.Others, err = s.candidateCards(v, others[from:to]); err != nil {
		return err
	}
	view.Silent = slices.ContainsFunc(others[from:to], (*candidate).silent)
	view.From, view.To = from+1, to
	turn := func(at int) string {
		values := f.values()
		if at > 0 {
			values.Set("from", itoa(at))
		}
		return withQuery(address(l, "found"), values) + "#others"
	}
	if from > 0 {
		view.Previous = turn(max(0, from-othersShown))
	}
	if to < len(others) {
		view.Next = turn(to)
	}
	if room == 0 {
		slices.SortStableFunc(near, func(a, b *candidate) int {
			x, _ := a.left()
			y, _ := b.left()
			return cmp.Compare(x, y)
		})
		view.Near, err = s.candidateCards(v, near[:min(firstFound, len(near))])
	}
	return err
}

// pageFrom reads where a page of the others begins.
func pageFrom(s string, total int) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > total {
			return 0
		}
		n = 10*n + int(r-'0')
	}
	if n >= total {
		return 0
	}
	return n / othersShown * othersShown
}

func (s *Site) candidateCards(v *visit, all []*candidate) ([]card, error) {
	cards := make([]card, 0, len(all))
	for _, c := range all {
		one, err := s.card(v, c.listing, c.km)
		if err != nil {
			return nil, err
		}
		cards = append(cards, one)
	}
	return cards, nil
}

// sameFamily gives how many hosters do something of the same kind.
func (s *Site) sameFamily(v *visit, f finder, total int) []relaxation {
	needs := s.wanted(f)
	var families []string
	for _, n := range needs {
		for _, id := range s.options.Vocabulary.FamiliesOf(directory.NeedID(n)) {
			if !slices.Contains(families, string(id)) {
				families = append(families, string(id))
			}
		}
	}
	if len(families) == 0 {
		return nil
	}
	slices.Sort(families)
	q := directory.Query{Limit: 1, Filters: map[directory.Facet][]string{directory.FacetFamily: families}}
	found, err := s.search(v.Context(), q)
	if err != nil || found.Total <= total {
		return nil // the page is whole without it
	}
	q.Limit, q.Place = directory.DefaultLimit, f.place
	var names []string
	for _, id := range families {
		names = append(names, s.words(v.language(), directory.FacetFamily, id))
	}
	return []relaxation{{
		Words: v.locale.text("found.family", v.locale.list(names)), Count: found.Total - total,
		Address: listingsAddress(v.language(), q),
	}}
}
