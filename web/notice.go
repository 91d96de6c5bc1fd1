package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"matou/directory"
)

// noticeView is one notice as a page shows it.
type noticeView struct {
	Anchor    string // id of its place in a page
	Kind      string // words
	Stage     string // words
	Tone      string // "trouble", "work", "news" or "over": colour and sign, beside the words
	Title     string
	Body      template.HTML
	Lang      string
	Hoster    string
	HosterURL string
	Address   string // its page on this node
	Origin    link   // its page at home
	Starts    *moment
	Ends      *moment
	EndsKnown bool // Ends is past: the end itself, no expectation
	Next      *moment
	Planned   bool // Starts is to come
	Published moment
	Ago       string // since the last word
	Affects   []string
	Updates   []updateView // newest first
	Over      bool

	at time.Time // when it began, or was written
}

// updateView is one step of a notice.
type updateView struct {
	Anchor string
	Stage  string
	Body   template.HTML
	At     moment
}

// notice makes the view of n, with its texts where full.
func (s *Site) notice(v *visit, n directory.Notice, h directory.Hoster, full bool) noticeView {
	loc := v.locale
	view := noticeView{
		Anchor:    anchor(n.ID),
		Kind:      loc.word("kind", string(n.Kind)),
		Stage:     loc.word("stage", string(n.Stage)),
		Tone:      tone(n),
		Title:     plain(n.Title),
		Lang:      loc.foreign(n.Language),
		Hoster:    plain(h.Name),
		Address:   s.noticeAddress(v.language(), n),
		Published: s.moment(loc, n.PublishedAt),
		Ago:       loc.ago(v.now, n.UpdatedAt),
		Over:      n.Over(),
		Starts:    s.momentOrNil(loc, n.StartsAt),
		Ends:      s.momentOrNil(loc, n.EndsAt),
		at:        n.StartsAt,
		EndsKnown: n.EndsAt.Before(v.now),
		Planned:   !n.Over() && n.StartsAt.After(v.now),
	}
	if view.at.IsZero() {
		view.at = n.PublishedAt
	}
	if !view.Over {
		view.Next = s.momentOrNil(loc, n.NextUpdateAt)
	}
	if n.Hoster != s.ownID() {
		view.Origin = outward(n.URL)
	}
	for _, service := range h.Services {
		if slices.Contains(n.Affects, service.ID) {
			view.Affects = append(view.Affects, plain(service.Name))
		}
	}
	if !full {
		return view
	}
	view.Body = formatted(n.Body, n.HTML)
	for _, u := range slices.Backward(n.Updates) {
		view.Updates = append(view.Updates, updateView{
			Anchor: anchor(u.ID),
			Stage:  loc.word("stage", string(u.Stage)),
			Body:   formatted(u.Body, n.HTML),
			At:     s.moment(loc, u.At),
		})
	}
	return view
}

// anchor gives an id for a fragment that stays as long as the notice.
func anchor(id directory.ID) string {
	sum := sha256.Sum256([]byte(id))
	return "n" + hex.EncodeToString(sum[:6])
}

// tone says which sign goes with a notice.
func tone(n directory.Notice) string {
	switch {
	case n.Over():
		return "over"
	case n.Kind == directory.NoticeIncident:
		return "trouble"
	case n.Kind == directory.NoticeMaintenance:
		return "work"
	}
	return "news"
}

func formatted(body string, isHTML bool) template.HTML {
	if isHTML {
		return foreignHTML(body)
	}
	return markdown(body)
}

func (s *Site) moment(l *locale, t time.Time) moment { return l.moment(t.In(s.zone)) }

func (s *Site) momentOrNil(l *locale, t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	m := s.moment(l, t)
	return &m
}

// notePrefix is where this node's notes are.
func (s *Site) notePrefix() string { return s.options.Origin.JoinPath("ap", "notes").String() + "/" }

// noticeAddress is the page of a notice on this node.
func (s *Site) noticeAddress(l directory.Language, n directory.Notice) string {
	if note, ok := strings.CutPrefix(string(n.ID), s.notePrefix()); ok && s.options.Hoster != "" {
		return address(l, "incident", note)
	}
	return withQuery(address(l, "news-item"), url.Values{"id": {string(n.ID)}})
}

// author gives the hoster that published a notice, with its handle where it is
// listed here and "" where it is the node's own.
func (s *Site) author(ctx context.Context, id directory.ID) (directory.Hoster, string, error) {
	if id == s.ownID() && id != "" {
		h, err := s.ownHoster(ctx)
		return h, "", err
	}
	l, err := s.options.Directory.Listing(ctx, id)
	if err != nil {
		return directory.Hoster{}, "", fmt.Errorf("author of a notice: %w", err)
	}
	return l.Hoster, l.Handle, nil
}

// noticesOfAll makes the views of notices of several hosters; those whose
// hoster is no longer listed are left out.
func (s *Site) noticesOfAll(v *visit, limit int) ([]noticeView, error) {
	notices, err := s.latest(v.Context(), limit)
	if err != nil {
		return nil, err
	}
	views := make([]noticeView, 0, len(notices))
	for _, n := range notices {
		views = append(views, s.signed(v, n, false))
	}
	return views, nil
}

// signedNotice is a notice with who wrote it.
type signedNotice struct {
	directory.Notice
	author directory.Hoster
	handle string // "" for the node's own hoster
}

// latestNotices keeps the latest notices while nothing of them, and of what is
// listed, has changed; by how many were asked for.
type latestNotices struct {
	mu    sync.Mutex
	stand stand
	kept  map[int][]signedNotice
}

// latest gives the latest notices.
func (s *Site) latest(ctx context.Context, limit int) ([]signedNotice, error) {
	k, now := &s.latestNotices, s.stand()
	k.mu.Lock()
	all, ok := k.kept[limit]
	ok = ok && k.stand == now
	k.mu.Unlock()
	if ok {
		return all, nil
	}
	notices, err := s.options.Directory.Notices(ctx, "", limit)
	if err != nil {
		return nil, fmt.Errorf("latest notices: %w", err)
	}
	all = make([]signedNotice, 0, len(notices))
	lasting := true // the node's own profile changes on its own
	for _, n := range notices {
		lasting = lasting && n.Hoster != s.ownID()
		h, handle, err := s.author(ctx, n.Hoster)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, signedNotice{n, h, handle})
	}
	if !lasting {
		return all, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stand != now || k.kept == nil {
		k.stand, k.kept = now, map[int][]signedNotice{}
	}
	k.kept[limit] = all
	return all, nil
}

// authored makes the view of n with a link to its hoster.
func (s *Site) authored(v *visit, n directory.Notice, full bool) (noticeView, error) {
	h, handle, err := s.author(v.Context(), n.Hoster)
	if err != nil {
		return noticeView{}, err
	}
	return s.signed(v, signedNotice{n, h, handle}, full), nil
}

func (s *Site) signed(v *visit, n signedNotice, full bool) noticeView {
	view := s.notice(v, n.Notice, n.author, full)
	if n.handle != "" {
		view.HosterURL = hosterAddress(v.language(), n.handle)
	} else {
		view.HosterURL = address(v.language(), "own", s.options.Hoster)
	}
	return view
}

// newsView is the page of the latest notices.
type newsView struct {
	Notices []noticeView
	Follow  waysToFollow
}

func (s *Site) showNews(v *visit) (page, error) {
	notices, err := s.noticesOfAll(v, 30)
	if err != nil {
		return page{}, err
	}
	follow := s.waysToFollow(v, s.aggregatorHandle(), "news")
	return page{
		template: "news", title: v.locale.text("news.title"), description: v.locale.text("news.lead"),
		data: newsView{Notices: notices, Follow: follow}, feeds: follow.feeds(v.locale),
	}, nil
}

// noticePage is the page of one notice.
type noticePage struct {
	Notice noticeView
	Own    bool
}

// showNewsItem shows a notice of a listed hoster by its id, so that its words
// can be read while the hoster itself is out of reach.
func (s *Site) showNewsItem(v *visit) (page, error) {
	n, err := s.options.Directory.Notice(v.Context(), directory.ID(v.URL.Query().Get("id")))
	if err != nil {
		return page{}, fmt.Errorf("notice: %w", err)
	}
	return s.noticePage(v, n)
}

func (s *Site) noticePage(v *visit, n directory.Notice) (page, error) {
	view, err := s.authored(v, n, true)
	if err != nil {
		return page{}, err
	}
	return page{
		template: "notice", title: view.Title, description: view.Hoster + " : " + view.Title,
		data: noticePage{Notice: view, Own: n.Hoster == s.ownID()},
	}, nil
}

// showOwnNotice leads from the address that a note names to the page of the
// notice, and programs to its document.
func (s *Site) showOwnNotice(v *visit) (page, error) {
	if v.variable("handle") != s.options.Hoster {
		return page{}, fmt.Errorf("own notice: %w", directory.ErrNotFound)
	}
	p, err := s.showIncident(v)
	if err == nil && p.moved == "" && !wantsActivity(v.Request) {
		p = page{moved: address(v.language(), "incident", v.variable("note")), status: http.StatusMovedPermanently}
	}
	return p, err
}

// showIncident shows a notice of the node's own hoster. The note of an update
// leads to its place in the thread.
func (s *Site) showIncident(v *visit) (page, error) {
	id := directory.ID(s.notePrefix() + v.variable("note"))
	n, err := s.options.Directory.Notice(v.Context(), id)
	if isMissing(err) {
		return s.updatePage(v, id)
	}
	if err != nil {
		return page{}, fmt.Errorf("own notice: %w", err)
	}
	if n.ID != id {
		return page{moved: s.noticeAddress(v.language(), n) + "#" + anchor(id), status: http.StatusMovedPermanently}, nil
	}
	p, err := s.noticePage(v, n)
	p.alternate = string(id)
	return p, err
}

// updatePage finds the thread that the note of an update belongs to.
func (s *Site) updatePage(v *visit, id directory.ID) (page, error) {
	notices, err := s.options.Directory.Notices(v.Context(), s.ownID(), 200)
	if err != nil {
		return page{}, fmt.Errorf("own notices: %w", err)
	}
	for _, n := range notices {
		for _, u := range n.Updates {
			if u.ID == id {
				to := s.noticeAddress(v.language(), n) + "#" + anchor(id)
				return page{moved: to, status: http.StatusMovedPermanently}, nil
			}
		}
	}
	return page{}, fmt.Errorf("own notice: %w", directory.ErrNotFound)
}
