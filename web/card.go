package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"matou/directory"
)

// card is one hoster in a list: people and place first, never a number of
// followers, a mark or a rank.
type card struct {
	Name       string
	Face       face
	Address    string
	Handle     string
	Places     []string
	Distance   string // "" where no place was given
	Summary    said
	Services   []string
	Facts      []string // how the people behind it work
	Joins      string   // who may open an account
	NoAccount  string   // what can be done without one, where that is everything
	Capacity   string
	Life       string // paused, closing, closed: in words
	Now        []noticeView
	Confirmed  string
	Membership []string
	Told       string // that it did not publish this itself; "" where it did
	Compare    string // puts it aside to be compared, or takes it back; "": cannot
	Compared   bool
	Here       []navigation // its services that do what was asked for

	drawn *drawnCard // nil: not yet
}

// card makes the card of a listing.
func (s *Site) card(v *visit, l directory.Listing, kilometres float64) (card, error) {
	c := s.stillCard(v.locale, l)
	if kilometres >= 0 {
		c.Distance = v.locale.distance(kilometres)
	}
	now, err := s.current(v, l.Hoster.ID)
	c.Now = s.lines(v, now)
	return c, err
}

// stillCard makes what a card shows until the listing changes.
func (s *Site) stillCard(loc *locale, l directory.Listing) card {
	h := l.Hoster
	c := card{
		Name:    plain(h.Name),
		Face:    s.face(plain(h.Name), h.Logo),
		Address: hosterAddress(loc.language, l.Handle),
		Handle:  plain(l.Handle),
		Places:  s.places(loc.language, h),
		Summary: loc.in(h.Summary),
		Facts:   s.facts(loc, h.Work, h.Contact),
		Life:    loc.life(h),
	}
	c.Told = s.fromFileShort(loc, l)
	c.Services = s.serviceWords(loc.language, h.Services)
	s.join(loc, &c, h.Services)
	c.Membership = s.belonging(loc, l)
	if !h.ConfirmedAt.IsZero() {
		c.Confirmed = loc.date(directory.DateOf(h.ConfirmedAt.In(s.zone)))
	}
	return c
}

// belonging says of which collectives the hoster of l is a member, by who says
// so.
func (s *Site) belonging(loc *locale, l directory.Listing) []string {
	said := map[directory.SaidBy][]string{}
	for _, b := range directory.Belongings(l, s.today()) {
		said[b.SaidBy] = append(said[b.SaidBy], s.words(loc.language, directory.FacetCollective, b.Collective))
	}
	var all []string
	for _, by := range []directory.SaidBy{directory.SaidByBoth, directory.SaidByHoster, directory.SaidByOther} {
		if names := said[by]; len(names) > 0 {
			all = append(all, loc.word("card-member", string(by), loc.list(names)))
		}
	}
	return all
}

// places says where a hoster is and where it goes.
func (s *Site) places(l directory.Language, h directory.Hoster) []string {
	var places []string
	if seat := s.seat(l, h.Seat); seat != "" {
		places = append(places, seat)
	}
	if served := s.areaNames(l, h.Serves); len(served) > 0 {
		places = append(places, s.locales[l].text("card.serves", s.locales[l].list(served[:min(3, len(served))])))
	}
	return places
}

// seat says where a hoster is: its own words, the territory it names, or, of
// one that gives nothing but coordinates, the town that these are near.
func (s *Site) seat(l directory.Language, p directory.Place) string {
	switch {
	case plain(p.Name) != "":
		return plain(p.Name)
	case p.Area != "":
		return s.areaName(l, p.Area)
	case p.Point != nil && s.options.Areas != nil:
		if a, ok := s.options.Areas.Nearest(*p.Point); ok {
			return s.locales[l].text("card.near", s.placeName(l, a))
		}
	}
	return ""
}

// facts says in a few words who does the work and when somebody answers.
func (s *Site) facts(l *locale, w directory.Work, c directory.Contact) []string {
	var facts []string
	if people := l.people(w); people != "" {
		facts = append(facts, people)
	} else if w.Maintenance != "" {
		facts = append(facts, l.text("card.done_by", s.words(l.language, directory.FacetMaintenance, string(w.Maintenance))))
	}
	if len(c.Hours) > 0 {
		facts = append(facts, l.text("card.answers", l.hours(c.Hours[0])))
	}
	return facts
}

// people counts the paid people and the volunteers, where that was said.
func (l *locale) people(w directory.Work) string {
	var kinds []string
	if w.PaidPeople != nil && *w.PaidPeople > 0 {
		kinds = append(kinds, l.text("work.paid", *w.PaidPeople))
	}
	if w.Volunteers != nil && *w.Volunteers > 0 {
		kinds = append(kinds, l.text("work.volunteers", *w.Volunteers))
	}
	return l.list(kinds)
}

// life says where a hoster that is not simply active stands.
func (l *locale) life(h directory.Hoster) string {
	switch h.State {
	case directory.StatePaused:
		return l.text("life.paused")
	case directory.StateClosing:
		if !h.Until.IsZero() {
			return l.text("life.closing_on", l.date(h.Until))
		}
		return l.text("life.closing")
	case directory.StateClosed:
		return l.text("life.closed")
	}
	return ""
}

// serviceWords names up to six things that one can do there.
func (s *Site) serviceWords(l directory.Language, services []directory.Service) []string {
	var all []string
	for _, service := range services {
		if service.Level == directory.LevelOver {
			continue
		}
		names := s.needWords(l, service)
		if len(names) == 0 {
			names = []string{plain(service.Name)}
		}
		for _, n := range names {
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	if len(all) > 6 {
		all = append(all[:5], s.locales[l].text("card.more_services", len(all)-5))
	}
	return all
}

// join says who may open an account with any of the services, and whether
// there is room in one of them.
func (s *Site) join(l *locale, c *card, services []directory.Service) {
	open := map[directory.OpenTo]bool{}
	rooms := map[directory.Capacity]bool{}
	for _, service := range services {
		r := service.Registration
		if r.WithoutAccount == directory.UseFull {
			c.NoAccount = s.words(l.language, directory.FacetAccount, string(r.WithoutAccount))
		}
		for _, o := range r.OpenTo {
			open[o] = true
		}
		if !slices.Equal(r.OpenTo, []directory.OpenTo{directory.OpenToNoOne}) {
			rooms[r.Capacity] = true // where nobody may come in, room says nothing
		}
	}
	var who []string
	for _, o := range []directory.OpenTo{directory.OpenToAnyone, directory.OpenToMembers, directory.OpenToClients, directory.OpenToNoOne} {
		if open[o] && (o != directory.OpenToNoOne || len(who) == 0) {
			who = append(who, s.words(l.language, directory.FacetOpenTo, string(o)))
		}
	}
	c.Joins = strings.Join(who, ", ")
	for _, room := range []directory.Capacity{directory.CapacityOpen, directory.CapacityWaitingList, directory.CapacityFull} {
		if rooms[room] {
			c.Capacity = s.words(l.language, directory.FacetCapacity, string(room))
			return
		}
	}
}

// current gives what a hoster tells of that is not over yet: incidents and
// maintenance.
func (s *Site) current(v *visit, id directory.ID) ([]directory.Notice, error) {
	notices, err := s.options.Directory.Notices(v.Context(), id, 10)
	if err != nil {
		return nil, fmt.Errorf("current notices: %w", err)
	}
	return slices.DeleteFunc(notices, func(n directory.Notice) bool { return n.Kind == directory.NoticeAnnouncement || n.Over() }), nil
}

// lines makes the views of notices in a card, which says whose they are.
func (s *Site) lines(v *visit, notices []directory.Notice) []noticeView {
	var lines []noticeView
	for _, n := range notices {
		lines = append(lines, s.notice(v, n, directory.Hoster{}, false))
	}
	return lines
}

// cards makes the cards of hits, in their order.
func (s *Site) cards(v *visit, hits []directory.Hit) ([]card, error) {
	cards := make([]card, 0, len(hits))
	now := s.stand()
	for _, hit := range hits {
		c, err := s.keptCard(v, hit.ID, now)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("listing of a hit: %w", err)
		}
		if hit.Kilometres >= 0 {
			c.Distance = v.locale.distance(hit.Kilometres)
		}
		cards = append(cards, c)
	}
	return cards, nil
}

// eachListing gives f the listing of each hit, in their order, until f fails. A
// listing that went away since the search is left out.
func (s *Site) eachListing(ctx context.Context, hits []directory.Hit, f func(directory.Listing, directory.Hit) error) error {
	for _, hit := range hits {
		l, err := s.options.Directory.Listing(ctx, hit.ID)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("listing of a hit: %w", err)
		}
		if err := f(l, hit); err != nil {
			return err
		}
	}
	return nil
}

// search asks the directory, in the order of today where q has no day.
func (s *Site) search(ctx context.Context, q directory.Query) (directory.Result, error) {
	if q.Day.IsZero() {
		q.Day = s.today()
	}
	r, err := s.options.Directory.Search(ctx, q)
	if err != nil {
		return r, fmt.Errorf("search: %w", err)
	}
	return r, nil
}

// handleOf gives the "name@host" of a listing without its first "@".
func handleOf(l directory.Listing) string { return strings.TrimPrefix(l.Handle, "@") }
