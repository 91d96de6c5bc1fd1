package web

import (
	"cmp"
	"net/url"
	"slices"

	"matou/directory"
)

const (
	// firstFound is how many hosters the finder ends in.
	firstFound = 3
	// othersShown is how many of the others stand on one page.
	othersShown = 18
)

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
	Prepare  string // the page that writes what was told as a question to a person
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
		Wishes:  len(f.hopes)+len(f.cares) > 0 || len(f.needs)+len(f.leave) > 1,
		Prepare: withQuery(address(v.language(), "ask"), f.values()),
		All:     address(l, "listings"),
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
	q := directory.Query{Limit: 1, OnlyHits: true, Filters: map[directory.Facet][]string{directory.FacetFamily: families}}
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
