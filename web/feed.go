package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
)

// The names of feeds, behind the address of the page whose news they give.
const (
	feedAtom     = "feed.atom"
	feedJSON     = "feed.json"
	feedCalendar = "maintenance.ics"
)

// feedKinds are their media types.
var feedKinds = map[string]string{
	feedAtom:     "application/atom+xml",
	feedJSON:     "application/feed+json",
	feedCalendar: "text/calendar",
}

const (
	mostEntries = 50   // of a feed
	mostHosters = 50   // newly listed, in the feed of a search
	mostRead    = 1000 // listings that are read to find those
)

// feedLink is a feed that a page's head and foot name.
type feedLink struct{ Title, Kind, Address string }

// feedAddress gives the address of a feed of the page at that address, whose
// question it keeps.
func feedAddress(page, file string) string {
	path, query, asked := strings.Cut(page, "?")
	path = strings.TrimSuffix(path, "/") + "/" + file
	if asked {
		path += "?" + query
	}
	return path
}

// channel is what a feed tells.
type channel struct {
	title, subtitle string
	page            string // address of the page, with its query
	entries         []entry
	maintenance     []authoredNotice // of the calendar
}

// entry is one thing that a feed tells: a notice, or a hoster that is new in a
// search. Its id stays as long as the thing, whatever becomes of it.
type entry struct {
	id, address   string
	title         string
	language      string
	content       template.HTML
	author, about string // who says so, and its page here
	published     time.Time
	updated       time.Time
	tags          []string
}

// authoredNotice is a notice with who says it.
type authoredNotice struct {
	notice directory.Notice
	hoster directory.Hoster
	handle string // "" for the node's own
}

// teller gathers what the feed of a page tells.
type teller func(v *visit) (channel, error)

// routeFeeds adds Atom (RFC 4287), JSON Feed 1.1 and iCalendar (RFC 5545)
// behind every page that has news.
func (s *Site) routeFeeds(r *mux.Router) {
	tellers := map[string]teller{}
	if s.options.Aggregator != nil {
		tellers["news"] = s.tellNews
		tellers["listings"] = s.tellSearch
		tellers["listed-state"] = s.tellListed
		tellers["service"] = s.tellService
		tellers["area"] = s.tellArea
	}
	if s.options.Hoster != "" {
		tellers["state"] = s.tellOwn
		tellers["own-service"] = s.tellOwnService
	}
	writers := map[string]func(channel, string) ([]byte, error){
		feedAtom: s.writeAtom, feedJSON: s.writeJSONFeed, feedCalendar: s.writeCalendar,
	}
	for name, tell := range tellers {
		for _, l := range languages {
			at, ok := paths[name][l]
			if !ok {
				continue
			}
			for file, write := range writers {
				r.Handle(feedAddress(at, file), guard(s.feed(name, l, file, tell, write))).Methods(http.MethodGet, http.MethodHead)
			}
		}
	}
}

// feed answers one feed in language l.
func (s *Site) feed(name string, l directory.Language, file string, tell teller, write func(channel, string) ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, name, l)
		c, err := tell(v)
		if err != nil {
			s.failFile(w, r, err)
			return
		}
		if c.page == "" {
			c.page = v.pathIn(l)
		}
		c.sort()
		body, err := write(c, s.absolute(feedAddress(c.page, file)))
		if err != nil {
			s.failFile(w, r, err)
			return
		}
		h := w.Header()
		kind := feedKinds[file]
		if file != feedJSON {
			kind += "; charset=utf-8"
		}
		h.Set("Content-Type", kind)
		h.Set("Content-Language", string(l))
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "public, max-age=300")
		serveSince(w, r, body, c.updated())
	})
}

// sort puts the last changed first and keeps the newest.
func (c *channel) sort() {
	slices.SortStableFunc(c.entries, func(a, b entry) int {
		return cmp.Or(b.updated.Compare(a.updated), cmp.Compare(a.id, b.id))
	})
	c.entries = c.entries[:min(mostEntries, len(c.entries))]
	slices.SortStableFunc(c.maintenance, func(a, b authoredNotice) int {
		return cmp.Or(a.notice.StartsAt.Compare(b.notice.StartsAt), cmp.Compare(a.notice.ID, b.notice.ID))
	})
}

// updated is when anything in the channel last changed; zero for an empty one.
func (c channel) updated() (at time.Time) {
	for _, e := range c.entries {
		at = later(at, e.updated)
	}
	for _, m := range c.maintenance {
		at = later(at, m.notice.UpdatedAt)
	}
	return at
}

// tell adds a notice to the channel, and to its calendar where it is a
// maintenance with a date.
func (s *Site) tell(v *visit, c *channel, a authoredNotice) {
	n := a.notice
	e := entry{
		id: string(n.ID), address: s.absolute(s.noticeAddress(v.language(), n)), title: plain(n.Title),
		language: tag(n.Language).String(), author: plain(a.hoster.Name), about: s.absolute(s.aboutAuthor(v, a)),
		published: n.PublishedAt, updated: later(n.UpdatedAt, n.PublishedAt),
		tags: []string{string(n.Kind), string(n.Stage)},
	}
	view := s.notice(v, n, a.hoster, true)
	var b strings.Builder
	for _, u := range view.Updates {
		fmt.Fprintf(&b, "<p><strong>%s</strong> · %s</p>\n%s\n",
			template.HTMLEscapeString(u.Stage), template.HTMLEscapeString(u.At.Words), u.Body)
	}
	fmt.Fprintf(&b, "<p><strong>%s</strong> · %s</p>\n%s", template.HTMLEscapeString(view.Kind),
		template.HTMLEscapeString(view.Published.Words), view.Body)
	e.content = template.HTML(b.String()) //nolint:gosec // made of cleaned HTML and escaped words
	c.entries = append(c.entries, e)
	if n.Kind == directory.NoticeMaintenance && !n.StartsAt.IsZero() {
		c.maintenance = append(c.maintenance, a)
	}
}

// aboutAuthor is the page of a notice's hoster on this node.
func (s *Site) aboutAuthor(v *visit, a authoredNotice) string {
	if a.handle == "" {
		return address(v.language(), "own", s.options.Hoster)
	}
	return hosterAddress(v.language(), a.handle)
}

// tellAll makes a channel of notices that one hoster wrote.
func (s *Site) tellAll(v *visit, title, subtitle string, notices []directory.Notice, h directory.Hoster, handle string) channel {
	c := channel{title: title, subtitle: subtitle}
	for _, n := range notices {
		s.tell(v, &c, authoredNotice{n, h, handle})
	}
	return c
}

func (s *Site) tellOwn(v *visit) (channel, error) {
	h, notices, err := s.ownNotices(v.Context())
	name := plain(h.Name)
	return s.tellAll(v, v.locale.text("state.title", name), v.locale.in(h.Summary).Text, notices, h, ""), err
}

func (s *Site) ownNotices(ctx context.Context) (directory.Hoster, []directory.Notice, error) {
	h, err := s.ownHoster(ctx)
	if err != nil {
		return h, nil, err
	}
	notices, err := s.options.Directory.Notices(ctx, s.ownID(), mostEntries)
	if err != nil {
		return h, nil, fmt.Errorf("own notices: %w", err)
	}
	return h, notices, nil
}

func (s *Site) tellOwnService(v *visit) (channel, error) {
	h, notices, err := s.ownNotices(v.Context())
	if err != nil {
		return channel{}, err
	}
	return s.tellOneService(v, notices, h, "")
}

func (s *Site) tellOneService(v *visit, notices []directory.Notice, h directory.Hoster, handle string) (channel, error) {
	service, err := serviceCalled(h, v.variable("slug"))
	if err != nil {
		return channel{}, err
	}
	title := v.locale.text("service.title", plain(service.Name), plain(h.Name))
	return s.tellAll(v, title, v.locale.in(service.Summary).Text, noticesOn(notices, service.ID), h, handle), nil
}

// noticesOn gives the notices that concern a service: those that name it, and
// those that name none.
func noticesOn(notices []directory.Notice, service directory.ID) []directory.Notice {
	var on []directory.Notice
	for _, n := range notices {
		if len(n.Affects) == 0 || slices.Contains(n.Affects, service) {
			on = append(on, n)
		}
	}
	return on
}

func (s *Site) listedNotices(v *visit) (directory.Listing, []directory.Notice, error) {
	l, err := s.listed(v)
	if err != nil {
		return l, nil, err
	}
	notices, err := s.options.Directory.Notices(v.Context(), l.Hoster.ID, mostEntries)
	if err != nil {
		return l, nil, fmt.Errorf("notices of a hoster: %w", err)
	}
	return l, notices, nil
}

func (s *Site) tellListed(v *visit) (channel, error) {
	l, notices, err := s.listedNotices(v)
	if err != nil {
		return channel{}, err
	}
	c := s.tellAll(v, v.locale.text("state.title", plain(l.Hoster.Name)), v.locale.in(l.Hoster.Summary).Text, notices, l.Hoster, l.Handle)
	c.page = address(v.language(), "listed-state", handleOf(l))
	return c, nil
}

func (s *Site) tellService(v *visit) (channel, error) {
	l, notices, err := s.listedNotices(v)
	if err != nil {
		return channel{}, err
	}
	c, err := s.tellOneService(v, notices, l.Hoster, l.Handle)
	c.page = address(v.language(), "service", handleOf(l), v.variable("slug"))
	return c, err
}

// tellNews gives the news of every listed hoster.
func (s *Site) tellNews(v *visit) (channel, error) {
	c := channel{title: plain(s.options.Aggregator.Name), subtitle: v.locale.text("news.lead")}
	return c, s.tellOf(v, &c, nil)
}

// tellOf adds the latest notices of some hosters, of all for nil.
func (s *Site) tellOf(v *visit, c *channel, hosters map[directory.ID]bool) error {
	notices, err := s.options.Directory.Notices(v.Context(), "", mostNotices)
	if err != nil {
		return fmt.Errorf("latest notices: %w", err)
	}
	told := 0
	for _, n := range notices {
		if hosters != nil && !hosters[n.Hoster] {
			continue
		}
		// Old entries are cut off; a maintenance of the calendar is kept however
		// long ago it was announced.
		if told >= mostEntries && n.Kind != directory.NoticeMaintenance {
			continue
		}
		h, handle, err := s.author(v.Context(), n.Hoster)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		s.tell(v, c, authoredNotice{n, h, handle})
		told++
	}
	return nil
}

// tellArea gives the news of the hosters that have their seat in an area or
// work there.
func (s *Site) tellArea(v *visit) (channel, error) {
	code := directory.AreaCode(v.variable("code"))
	if s.options.Areas == nil {
		return channel{}, fmt.Errorf("area: %w", directory.ErrNotFound)
	}
	if _, known := s.options.Areas.Area(code); !known {
		return channel{}, fmt.Errorf("area: %w", directory.ErrNotFound)
	}
	hosters, err := s.hostersOfArea(v.Context(), code)
	if err != nil {
		return channel{}, err
	}
	c := channel{
		title:    v.locale.text("feed.area", s.areaName(v.language(), code), plain(s.options.Aggregator.Name)),
		subtitle: v.locale.text("news.lead"),
	}
	return c, s.tellOf(v, &c, hosters)
}

// hostersOfArea gives the listed hosters that have their seat in an area or
// work there.
func (s *Site) hostersOfArea(ctx context.Context, code directory.AreaCode) (map[directory.ID]bool, error) {
	hosters := map[directory.ID]bool{}
	for _, f := range []directory.Facet{directory.FacetSeat, directory.FacetServes} {
		q, err := directory.ParseQuery(url.Values{string(f): {string(code)}})
		if err != nil {
			return nil, fmt.Errorf("query: %w", err)
		}
		if err := s.eachFound(ctx, q, func(id directory.ID) { hosters[id] = true }); err != nil {
			return nil, err
		}
	}
	return hosters, nil
}

// eachFound gives f the ids of everything that a query finds, within bounds.
func (s *Site) eachFound(ctx context.Context, q directory.Query, f func(directory.ID)) error {
	q.Limit = directory.MaxLimit
	for q.Offset = 0; q.Offset < wholeLimit; q.Offset += q.Limit {
		found, err := s.search(ctx, q)
		if err != nil {
			return err
		}
		for _, hit := range found.Hits {
			f(hit.ID)
		}
		if q.Offset+q.Limit >= found.Total {
			break
		}
	}
	return nil
}

// tellSearch gives what is new of a search: the hosters that answer it, last
// listed first, and their notices.
func (s *Site) tellSearch(v *visit) (channel, error) {
	asked, err := s.ask(v.language(), v.URL.Query())
	if err != nil {
		return channel{}, err
	}
	c := channel{title: v.locale.text("feed.search", plain(s.options.Aggregator.Name)), subtitle: v.locale.text("feed.search_lead")}
	hosters := map[directory.ID]bool{}
	if err := s.eachFound(v.Context(), asked.found(), func(id directory.ID) { hosters[id] = true }); err != nil {
		return channel{}, err
	}
	var fresh []directory.Listing
	for id := range hosters {
		if len(fresh) == mostRead {
			break
		}
		l, err := s.options.Directory.Listing(v.Context(), id)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return channel{}, fmt.Errorf("listing of a hit: %w", err)
		}
		fresh = append(fresh, l)
	}
	slices.SortFunc(fresh, func(a, b directory.Listing) int {
		return cmp.Or(b.ListedAt.Compare(a.ListedAt), cmp.Compare(a.Handle, b.Handle))
	})
	for _, l := range fresh[:min(mostHosters, len(fresh))] {
		c.entries = append(c.entries, s.tellHoster(v, l))
	}
	return c, s.tellOf(v, &c, hosters)
}

// tellHoster tells that a hoster is listed here. It does not change when the
// profile does: feed readers would show it again for every word.
func (s *Site) tellHoster(v *visit, l directory.Listing) entry {
	summary := v.locale.in(l.Hoster.Summary)
	at := s.absolute(hosterAddress(v.language(), l.Handle))
	return entry{
		id: string(l.Hoster.ID), address: at, language: string(v.language()),
		title:   v.locale.text("feed.listed", plain(l.Hoster.Name)),
		content: template.HTML("<p>" + template.HTMLEscapeString(summary.Text) + "</p>"), //nolint:gosec // escaped
		author:  plain(l.Hoster.Name), about: at,
		published: l.ListedAt, updated: l.ListedAt, tags: []string{"hoster"},
	}
}

// listed gives the listing that the address names.
func (s *Site) listed(v *visit) (directory.Listing, error) {
	l, err := s.options.Directory.ListingByHandle(v.Context(), v.variable("handle"))
	if err != nil {
		return l, fmt.Errorf("listing: %w", err)
	}
	return l, nil
}
