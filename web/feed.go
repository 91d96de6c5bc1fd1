package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
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
		for _, l := range s.languages {
			at := pathOf(name, l)
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
