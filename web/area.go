package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"matou/directory"
)

// Relays knows the actors by which territories are followed.
type Relays interface {
	// AreaHandle gives the name in @name@host of the actor that repeats what the
	// hosters of an area say, or false where there is none.
	AreaHandle(directory.AreaCode) (string, bool)
	// AreaOf gives the area that the actor of that name repeats, or false.
	AreaOf(handle string) (directory.AreaCode, bool)
}

const (
	areaCards = 24  // in full, of a group; the others by name
	areaNews  = 6   // lines
	mostAsked = 400 // notices among which those of an area are looked for
)

// areaPage is the page of a territory.
type areaPage struct {
	Name     string
	Kind     string
	Around   []navigation // the areas that it lies in, largest first
	Parts    []territory  // the areas that lie in it, as the map shows them
	Map      *mapView
	Seated   hosterGroup
	Working  hosterGroup
	Wider    []navigation // who works in all of a larger area
	Meetings []meeting
	Coming   []noticeView // with a date to come
	News     []noticeView
	Ways     waysToFollow
	Form     *followForm
	Followed string // name of the area that is followed where it is a larger one
	Filters  []filterView
	Clear    string
	Files    []navigation
	Keeper   string
	Contact  link
}

// hosterGroup is some hosters of an area.
type hosterGroup struct {
	Names  []navigation
	Cards  []card
	Others []navigation // who has no card
	Total  int
}

// meeting is when the people of a hoster can be met.
type meeting struct {
	Hoster, Address string
	Hours           []string
}

// territoryOf finds the area of a code as people write it: of today or older,
// in small letters, a bare SIREN or INSEE number.
func (s *Site) territoryOf(code string) (directory.Area, error) {
	if s.options.Areas != nil {
		for _, try := range []string{code, strings.ToUpper(code), "siren:" + code, "insee:" + strings.ToUpper(code)} {
			if a, ok := s.options.Areas.Area(directory.AreaCode(try)); ok {
				return a, nil
			}
		}
	}
	return directory.Area{}, fmt.Errorf("area %.40q: %w", code, directory.ErrNotFound)
}

// showArea is the page of a territory. That of a commune is the one of the
// inter-municipality or department around it: an address says no more of where
// somebody lives.
func (s *Site) showArea(v *visit) (page, error) {
	l, asked := v.language(), v.variable("code")
	area, err := s.territoryOf(asked)
	if err != nil {
		return page{}, err
	}
	if code := s.coarse(area); string(code) != asked {
		return page{moved: withQuery(areaAddress(l, code), v.URL.Query()), status: http.StatusMovedPermanently}, nil
	}
	q, err := s.ask(l, v.URL.Query())
	if err != nil {
		return page{}, err
	}
	query := q.withoutPlace()
	query.Limit = directory.DefaultLimit
	name := s.areaName(l, area.Code)
	view := areaPage{
		Name: name, Kind: v.locale.word("area-kind", string(area.Kind)), Around: s.areasAround(l, area),
		Keeper: plain(s.options.Aggregator.Name), Contact: outward(s.options.Aggregator.Contact),
		Filters: s.areaFilters(l, area.Code, query), Clear: areaAddress(l, area.Code),
		Ways: s.waysToFollow(v, "", "area", string(area.Code)),
	}
	here, err := s.hostersOf(v, area, query, &view)
	if err != nil {
		return page{}, err
	}
	if err := s.wordsOf(v, here, &view); err != nil {
		return page{}, err
	}
	if err := s.mapOf(v, area, query, &view); err != nil {
		return page{}, err
	}
	s.followArea(v, area, &view)
	s.areaFiles(l, area.Code, &view)
	return page{
		template: "area", title: v.locale.text("area.title", name), description: v.locale.text("area.lead", name), data: view,
		feeds: view.Ways.feeds(v.locale), leaves: view.Form != nil, unlisted: len(query.Filters) > 0 || query.Text != "",
	}, nil
}

// areasAround gives links to the areas that one lies in.
func (s *Site) areasAround(l directory.Language, a directory.Area) []navigation {
	var all []navigation
	for _, code := range slices.Backward(a.Parent) {
		if parent, ok := s.options.Areas.Area(code); ok && parent.Kind != directory.AreaCommune {
			all = append(all, navigation{Text: s.areaName(l, parent.Code), Address: areaAddress(l, parent.Code)})
		}
	}
	return all
}

// hostersOf fills in the hosters that have their seat in an area, those that
// work there, and those that work all around it. It gives the ids of the first
// two.
func (s *Site) hostersOf(v *visit, a directory.Area, q directory.Query, view *areaPage) (map[directory.ID]directory.Listing, error) {
	here := map[directory.ID]directory.Listing{}
	seated, err := s.found(v.Context(), withValues(q, directory.FacetSeat, []string{string(a.Code)}))
	if err != nil {
		return nil, err
	}
	serving, err := s.found(v.Context(), withValues(q, directory.FacetServes, []string{string(a.Code)}))
	if err != nil {
		return nil, err
	}
	var working []directory.Listing
	for _, l := range seated {
		here[l.Hoster.ID] = l
	}
	for _, l := range serving {
		if _, ok := here[l.Hoster.ID]; ok {
			continue
		}
		if s.worksWithin(l.Hoster, a.Code) {
			working = append(working, l)
			here[l.Hoster.ID] = l
			continue
		}
		view.Wider = append(view.Wider, navigation{Text: plain(l.Hoster.Name), Address: hosterAddress(v.language(), l.Handle)})
	}
	if view.Seated, err = s.group(v, seated); err != nil {
		return nil, err
	}
	view.Working, err = s.group(v, working)
	return here, err
}

// found gives the listings that answer a query, in the order of the day.
func (s *Site) found(ctx context.Context, q directory.Query) ([]directory.Listing, error) {
	var all []directory.Listing
	q.Limit, q.OnlyHits = directory.MaxLimit, true
	r, err := s.search(ctx, q)
	if err != nil {
		return nil, err
	}
	return all, s.eachListing(ctx, r.Hits, func(l directory.Listing, _ directory.Hit) error {
		all = append(all, l)
		return nil
	})
}

// worksWithin reports whether a hoster names an area, or a part of it, among
// those where it works.
func (s *Site) worksWithin(h directory.Hoster, code directory.AreaCode) bool {
	return slices.ContainsFunc(h.Serves, func(c directory.AreaCode) bool {
		return slices.Contains(s.options.Areas.Ancestors(c), code)
	})
}

func (s *Site) group(v *visit, listings []directory.Listing) (hosterGroup, error) {
	g := hosterGroup{Total: len(listings)}
	for i, l := range listings {
		g.Names = append(g.Names, navigation{Text: plain(l.Hoster.Name), Address: hosterAddress(v.language(), l.Handle)})
		if i >= areaCards {
			continue
		}
		c, err := s.card(v, l, -1)
		if err != nil {
			return g, err
		}
		g.Cards = append(g.Cards, c)
	}
	g.Others = g.Names[len(g.Cards):]
	return g, nil
}

// wordsOf fills in when the people of some hosters can be met, and what they
// have said.
func (s *Site) wordsOf(v *visit, here map[directory.ID]directory.Listing, view *areaPage) error {
	for _, l := range here {
		m := meeting{Hoster: plain(l.Hoster.Name), Address: hosterAddress(v.language(), l.Handle)}
		for _, h := range l.Hoster.Contact.Hours {
			if h.Channel == onSite {
				m.Hours = append(m.Hours, v.locale.hours(h))
			}
		}
		if len(m.Hours) > 0 {
			view.Meetings = append(view.Meetings, m)
		}
	}
	slices.SortFunc(view.Meetings, func(a, b meeting) int { return strings.Compare(a.Address, b.Address) })
	notices, err := s.options.Directory.Notices(v.Context(), "", mostAsked)
	if err != nil {
		return fmt.Errorf("latest notices: %w", err)
	}
	for _, n := range notices {
		if _, ok := here[n.Hoster]; !ok {
			continue
		}
		coming := n.Kind == directory.NoticeAnnouncement && !n.Over() && n.StartsAt.After(v.now)
		if !coming && len(view.News) == areaNews {
			continue
		}
		said, err := s.authored(v, n, false)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if coming {
			view.Coming = append(view.Coming, said)
		} else {
			view.News = append(view.News, said)
		}
	}
	slices.SortStableFunc(view.Coming, func(a, b noticeView) int { return strings.Compare(a.Starts.Machine, b.Starts.Machine) })
	return nil
}

// onSite is the channel of hours at which people are met in person.
const onSite = "on-site"

// mapOf fills in the map of an area and the list of its parts.
func (s *Site) mapOf(v *visit, a directory.Area, q directory.Query, view *areaPage) error {
	if !s.drawn() {
		return nil
	}
	marks, err := s.marks(v.Context(), v.language(), q)
	if err != nil {
		return err
	}
	d := &drawing{site: s, l: v.language(), marks: marks, query: q}
	view.Map = s.named(v.locale, d.area(a), view.Name)
	switch a.Kind {
	case directory.AreaCountry:
		view.Parts = d.territories(directory.AreaRegion, a.Code)
	case directory.AreaRegion:
		view.Parts = d.territories(directory.AreaDepartment, a.Code)
	}
	return nil
}

// followArea fills in how an area is followed: by its own actor, else by that
// of a larger one.
func (s *Site) followArea(v *visit, a directory.Area, view *areaPage) {
	if s.options.Relays == nil {
		return
	}
	for _, code := range append([]directory.AreaCode{a.Code}, a.Parent...) {
		name, ok := s.options.Relays.AreaHandle(code)
		if !ok {
			continue
		}
		view.Ways.Handle = "@" + name + "@" + s.host()
		view.Form = s.followForm(v, view.Ways.Handle)
		if code != a.Code {
			view.Followed = s.areaName(v.language(), code)
		}
		return
	}
}

// areaFilters gives the filters that hold on the page of an area, and the page
// without each.
func (s *Site) areaFilters(l directory.Language, code directory.AreaCode, q directory.Query) []filterView {
	all := s.mapFilters(l, q)
	for i := range all {
		_, query, asked := strings.Cut(all[i].Without, "?")
		all[i].Without = areaAddress(l, code)
		if asked {
			all[i].Without += "?" + query
		}
	}
	return all
}

// areaFiles fills in the hosters of an area in other formats.
func (s *Site) areaFiles(l directory.Language, code directory.AreaCode, view *areaPage) {
	q := directory.Query{Limit: directory.DefaultLimit, Filters: map[directory.Facet][]string{directory.FacetServes: {string(code)}}}
	for _, f := range []struct{ name, path string }{
		{"JSON", "/api/v1/listings"}, {"GeoJSON", "/api/v1/listings.geojson"}, {"CSV", "/api/v1/listings.csv"},
	} {
		view.Files = append(view.Files, navigation{Text: f.name, Address: s.apiAddress(l, f.path, q)})
	}
}
