package web

import (
	"fmt"
	"net/http"
	"strings"

	"matou/directory"
	"matou/directory/exchange"
)

// hosterView is the page of a hoster: people first, machines later.
type hosterView struct {
	Hoster     directory.Hoster
	Name       string
	Face       face
	Handle     string // "@name@host"
	Was        string // the handle before it moved, where it was asked for by that
	Home       link   // its own page
	Own        bool   // this node is its home
	Places     []string
	Life       string
	StateWords string
	Languages  []string
	Audiences  []string
	Contact    contactView
	People     string
	CanRepair  string
	Alone      string
	OnCall     []string // sentences
	Services   []serviceView
	Statements []statementGroup
	Unsaid     bool // there are criteria without a statement; how many is nobody's measure
	Members    []memberView
	Bonds      bondView
	Machines   []string // of the services that say nothing else
	Links      []linkGroup
	DataIn     []string
	Current    []noticeView
	Past       []noticeView
	AllNotices string
	State      string // address of the state of its services
	Feeds      waysToFollow
	Entry      entryView
	Follow     *followForm
	Story      pastView
	Told       *fromFileView // nil: the hoster published it itself
	About      string        // by what a report names it
}

// contactView is how to reach the people.
type contactView struct {
	Page, Mail, Phone link
	Hours             []string
	Languages         []string
	Delay             said
}

// memberView is one belonging to a collective, and who says so.
type memberView struct {
	Words               string
	Claimed             bool // the hoster alone says so
	Collective, Comment string
	When                string // since when, and until when
	Life                string
	Admission           *admissionView // nil: nothing is written down of it
	Page                string         // of the collective, where this directory speaks for it
}

// linkGroup is the links of one kind.
type linkGroup struct {
	Kind  string
	Links []namedLink
}

type namedLink struct {
	Name string
	link
}

// entryView is where the entry comes from.
type entryView struct {
	Origin    link
	FetchedAt *moment
	ListedAt  *moment
	Confirmed *moment
	Updated   *moment
	KeyWords  string // the fingerprint of its key, to be read out; "" where none is known
	Exports   []feedLink
}

// showListing is the page of a listed hoster.
func (s *Site) showListing(v *visit) (page, error) {
	listing, err := s.options.Directory.ListingByHandle(v.Context(), v.variable("handle"))
	if err != nil {
		return page{}, fmt.Errorf("listing: %w", err)
	}
	if movedFrom(v.variable("handle"), listing) {
		return s.movedTo(v, listing), nil
	}
	view, err := s.hoster(v, listing.Hoster)
	if err != nil {
		return page{}, err
	}
	if view.Members, err = s.memberships(v, listing); err != nil {
		return page{}, err
	}
	view.Bonds = s.bonds(v.locale, listing)
	view.Handle, view.Was = plain(listing.Handle), s.before(v, listing)
	view.Told, view.About = s.fromFile(v, listing), view.Handle
	if view.Told != nil {
		view.Handle = "" // nobody can be followed
	}
	view.Home = outward(listing.URL)
	view.Entry.Origin = outward(listing.Origin)
	view.Entry.FetchedAt = s.momentOrNil(v.locale, listing.FetchedAt)
	view.Entry.ListedAt = s.momentOrNil(v.locale, listing.ListedAt)
	for i, service := range listing.Hoster.Services {
		view.Services[i].Address = address(v.language(), "service", handleOf(listing), service.Slug)
	}
	view.State = address(v.language(), "listed-state", handleOf(listing))
	view.AllNotices = view.State
	view.Feeds = s.waysToFollow(v, view.Handle, "listed-state", handleOf(listing))
	view.Entry.Exports = s.listingExports(listing)
	if view.Story, err = s.past(v.Context(), v.locale, listing); err != nil {
		return page{}, err
	}
	p := s.hosterPage(v, view)
	p.unlisted = view.Was != "" // the same page has a shorter address
	return p, nil
}

// listingExports are the files of a listing for programs.
func (s *Site) listingExports(l directory.Listing) []feedLink {
	return []feedLink{
		{"JSON", "application/json", s.listingAPI(l)},
		{"ChatonsInfos", "text/plain", strings.TrimPrefix(s.copyURL(l)(""), s.absolute(""))},
	}
}

// ownExports are the files of the node's own hoster for programs.
func ownExports() []feedLink {
	return []feedLink{
		{"JSON", "application/json", "/profile.json"},
		{"CSV", "text/csv", "/profile.csv"},
		{"vCard", "text/vcard", "/profile.vcf"},
		{"GeoJSON", "application/geo+json", "/profile.geojson"},
		{"JSON-LD", "application/ld+json", "/profile.jsonld"},
		{"librehost.json", "application/json", exchange.LibrehostPath},
	}
}

// showOwn is the page of the node's own hoster, or of its aggregator.
func (s *Site) showOwn(v *visit) (page, error) {
	handle := v.variable("handle")
	a := s.options.Aggregator
	switch {
	case handle == s.options.Hoster && handle != "":
		return s.ownPage(v)
	case a != nil && handle == a.Handle:
		p, err := s.showFollow(v)
		p.alternate = s.absolute("/ap/actors/" + a.Handle)
		return p, err
	}
	if s.options.Relays != nil {
		if code, ok := s.options.Relays.AreaOf(handle); ok {
			return page{moved: areaAddress(v.language(), code), status: http.StatusFound}, nil
		}
	}
	return page{}, fmt.Errorf("actor: %w", directory.ErrNotFound)
}

func (s *Site) ownPage(v *visit) (page, error) {
	h, err := s.ownHoster(v.Context())
	if err != nil {
		return page{}, err
	}
	view, err := s.hoster(v, h)
	if err != nil {
		return page{}, err
	}
	view.Own = true
	view.Handle = "@" + s.options.Hoster + "@" + s.host()
	for i, service := range h.Services {
		view.Services[i].Address = address(v.language(), "own-service", service.Slug)
	}
	view.State = address(v.language(), "state")
	view.AllNotices = view.State
	view.Feeds = s.waysToFollow(v, view.Handle, "state")
	view.Entry.Exports = ownExports()
	p := s.hosterPage(v, view)
	p.alternate = string(s.ownID())
	return p, nil
}

func (s *Site) hosterPage(v *visit, view hosterView) page {
	view.Follow = s.followForm(v, view.Handle)
	return page{
		template: "hoster", title: view.Name, data: view, feeds: view.Feeds.feeds(v.locale), leaves: view.Follow != nil,
		description: v.locale.in(view.Hoster.Summary).Text,
	}
}

// hoster makes what the page of h shows wherever it is shown.
func (s *Site) hoster(v *visit, h directory.Hoster) (hosterView, error) {
	loc := v.locale
	view := hosterView{
		Hoster: h, Name: plain(h.Name), Places: s.places(v.language(), h), Life: loc.life(h),
		StateWords: plain(h.StateComment),
		Contact:    s.contact(loc, h.Contact),
		People:     loc.people(h.Work),
		OnCall:     loc.onCall(h.Work.OnCall),
		DataIn:     s.areaNames(v.language(), h.DataIn),
		Links:      loc.links(h.Links),
	}
	if n := h.Work.CanRepair; n != nil {
		view.CanRepair = loc.text("work.people", *n)
	}
	if alone := h.Work.CanActAlone; alone != nil {
		view.Alone = loc.text(map[bool]string{true: "yesno.true", false: "yesno.false"}[*alone])
	}
	for _, l := range h.Languages {
		view.Languages = append(view.Languages, loc.tongue(l))
	}
	for _, a := range h.Audiences {
		view.Audiences = append(view.Audiences, s.words(v.language(), directory.FacetAudience, string(a)))
	}
	view.Bonds = s.bonds(loc, directory.Listing{Hoster: h})
	view.Machines = s.hosting(loc, h.Hosting)
	var err error
	if view.Members, err = s.memberships(v, directory.Listing{Hoster: h}); err != nil {
		return view, err
	}
	view.Face = s.face(view.Name, h.Logo)
	view.Face.Big = true
	if view.Entry.KeyWords, err = s.keyWords(v.Context(), h.ID); err != nil {
		return view, err
	}
	view.Entry.Confirmed = s.momentOrNil(loc, h.ConfirmedAt)
	view.Entry.Updated = s.momentOrNil(loc, h.UpdatedAt)
	if view.Statements, view.Unsaid, err = s.statements(v, h.Statements); err != nil {
		return view, err
	}
	for _, service := range h.Services {
		sv, err := s.service(v, h, service)
		if err != nil {
			return view, err
		}
		view.Services = append(view.Services, sv)
	}
	notices, err := s.options.Directory.Notices(v.Context(), h.ID, 20)
	if err != nil {
		return view, fmt.Errorf("notices of a hoster: %w", err)
	}
	for i := range view.Services {
		loc.concern(&view.Services[i], notices)
	}
	for _, n := range notices {
		if n.Over() || n.Kind == directory.NoticeAnnouncement {
			view.Past = append(view.Past, s.notice(v, n, h, false))
		} else {
			view.Current = append(view.Current, s.notice(v, n, h, false))
		}
	}
	view.Past = view.Past[:min(5, len(view.Past))]
	return view, nil
}

func (s *Site) contact(l *locale, c directory.Contact) contactView {
	view := contactView{Page: outward(c.URL), Mail: mailbox(c.Email), Phone: telephone(c.Phone), Delay: l.in(c.Delay)}
	for _, h := range c.Hours {
		view.Hours = append(view.Hours, l.hours(h))
	}
	for _, of := range c.Languages {
		view.Languages = append(view.Languages, l.tongue(of))
	}
	return view
}

// Empty reports whether nothing was said of how to reach the people.
func (c contactView) Empty() bool {
	return c.Page.URL == "" && c.Mail.URL == "" && c.Phone.URL == "" && len(c.Hours) == 0
}

// onCall says what duty there is outside the contact hours, always with what
// it costs the people who keep it.
func (l *locale) onCall(c *directory.OnCall) []string {
	if c == nil {
		return nil
	}
	if c.None {
		return []string{l.text("oncall.none")}
	}
	said := []string{l.text("oncall.some")}
	if c.AroundTheClock {
		said[0] = l.text("oncall.always")
	}
	if c.Rotation > 0 {
		said = append(said, l.text("oncall.rotation", c.Rotation))
	}
	if c.MaxConsecutive > 0 {
		said = append(said, l.text("oncall.consecutive", c.MaxConsecutive))
	}
	if c.Agreed != nil {
		said = append(said, l.text(map[bool]string{true: "oncall.agreed", false: "oncall.not_agreed"}[*c.Agreed]))
	}
	return said
}

func (s *Site) member(l *locale, m directory.Membership) memberView {
	view := memberView{
		Collective: s.words(l.language, directory.FacetCollective, m.Collective),
		When:       together(l.since(m.Since), l.until(m.Until)), Comment: plain(m.Comment),
	}
	switch m.State {
	case directory.StatePaused, directory.StateClosing, directory.StateClosed:
		view.Life = l.word("membership", string(m.State))
	}
	return view
}

// links groups the links of a hoster that a page may hold.
func (l *locale) links(all []directory.Link) []linkGroup {
	var groups []linkGroup
	for _, kind := range []directory.LinkKind{directory.LinkSocial, directory.LinkChat, directory.LinkFunding} {
		g := linkGroup{Kind: l.word("links", string(kind))}
		for _, x := range all {
			if to := outward(x.URL); x.Kind == kind && to.URL != "" {
				g.Links = append(g.Links, namedLink{plain(x.Name), to})
			}
		}
		if len(g.Links) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}
