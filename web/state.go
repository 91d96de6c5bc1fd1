package web

import (
	"fmt"
	"slices"
	"time"

	"matou/directory"
)

// silentFor is how long a team that says nothing of its services' state is
// taken at its last word.
const silentFor = 7 * 24 * time.Hour

// stateView is the page on how a hoster's services are, in its own words.
type stateView struct {
	Name     string
	Handle   string
	Home     string // its page on this node
	Own      bool
	Origin   link // the same at home, where this is a copy
	Sentence string
	Tone     string // "ok", "trouble", "work", "news": nothing was said
	LastWord string // how long ago the team last said something
	Current  []noticeView
	Planned  []noticeView
	Services []serviceState
	Years    []year
	News     []noticeView // announcements
	Calendar string
	Follow   waysToFollow
	Badge    badgeView

	silent int // days since the last word, where it is long ago; -1: never a word
}

// serviceState is one service on that page.
type serviceState struct {
	serviceView
	Address string
	Strip   strip
}

// showState is the state of the node's own hoster.
func (s *Site) showState(v *visit) (page, error) {
	h, err := s.ownHoster(v.Context())
	if isMissing(err) {
		return s.emptyPage(v), nil
	}
	if err != nil {
		return page{}, err
	}
	view, err := s.state(v, h)
	if err != nil {
		return page{}, err
	}
	view.Own, view.Handle = true, s.ownHandle()
	view.Home = address(v.language(), "own", s.options.Hoster)
	for i, service := range h.Services {
		view.Services[i].Address = address(v.language(), "own-service", service.Slug)
	}
	return s.statePage(v, view, "state"), nil
}

// showListedState is the state of a listed hoster as this node last heard of
// it: it can be read while the hoster itself is out of reach.
func (s *Site) showListedState(v *visit) (page, error) {
	l, err := s.listed(v)
	if err != nil {
		return page{}, err
	}
	if movedFrom(v.variable("handle"), l) {
		return s.movedTo(v, l), nil
	}
	view, err := s.state(v, l.Hoster)
	if err != nil {
		return page{}, err
	}
	view.Handle, view.Origin = plain(l.Handle), outward(l.URL)
	view.Home = hosterAddress(v.language(), l.Handle)
	for i, service := range l.Hoster.Services {
		view.Services[i].Address = address(v.language(), "service", handleOf(l), service.Slug)
	}
	return s.statePage(v, view, "listed-state", handleOf(l)), nil
}

func (s *Site) statePage(v *visit, view stateView, name string, values ...string) page {
	view.Follow = s.waysToFollow(v, view.Handle, name, values...)
	view.Calendar = view.Follow.Calendar
	view.Badge = s.badgeView(v, view.Name, name, values...)
	return page{template: "state", title: v.locale.text("state.title", view.Name),
		description: view.Sentence, data: view, feeds: view.Follow.feeds(v.locale)}
}

// state makes what the page shows wherever it is shown.
func (s *Site) state(v *visit, h directory.Hoster) (stateView, error) {
	notices, err := s.options.Directory.Notices(v.Context(), h.ID, mostNotices)
	if err != nil {
		return stateView{}, fmt.Errorf("notices of a hoster: %w", err)
	}
	view := stateView{Name: plain(h.Name)}
	var past []noticeView
	for _, n := range notices {
		switch {
		case n.Kind == directory.NoticeAnnouncement:
			if len(view.News) < 5 {
				view.News = append(view.News, s.notice(v, n, h, false))
			}
		case n.Over():
			past = append(past, s.notice(v, n, h, false))
		case n.Stage == directory.Planned:
			view.Planned = append(view.Planned, s.notice(v, n, h, false))
		default:
			view.Current = append(view.Current, s.notice(v, n, h, true))
		}
	}
	slices.SortStableFunc(view.Planned, func(a, b noticeView) int { return a.at.Compare(b.at) })
	slices.SortStableFunc(past, func(a, b noticeView) int { return b.at.Compare(a.at) })
	for _, service := range h.Services {
		sv, err := s.serviceState(v, h, service, notices)
		if err != nil {
			return stateView{}, err
		}
		view.Services = append(view.Services, sv)
	}
	view.Years = s.years(v, h, notices, past)
	s.lastWord(v, &view, h, notices)
	view.Sentence, view.Tone = v.locale.sentence(view)
	return view, nil
}

func (s *Site) serviceState(v *visit, h directory.Hoster, service directory.Service, notices []directory.Notice) (serviceState, error) {
	sv, err := s.service(v, h, service)
	if err != nil {
		return serviceState{}, err
	}
	v.locale.concern(&sv, notices)
	return serviceState{serviceView: sv, Strip: s.strip(v, spansOf(notices, service.ID, v.now))}, nil
}

// concern says that an incident concerns a service whose own state does not say
// so yet: both are the team's words, and the incident is the later one.
func (l *locale) concern(sv *serviceView, notices []directory.Notice) {
	level := sv.Service.Level
	if (level == "" || level == directory.LevelOK) && troubled(notices, sv.Service.ID) {
		sv.Level, sv.LevelTone = l.text("state.concerned"), "trouble"
	}
}

// lastWord says when the team last said something, of itself or of what goes on.
func (s *Site) lastWord(v *visit, view *stateView, h directory.Hoster, notices []directory.Notice) {
	last := later(h.ConfirmedAt, h.UpdatedAt)
	if len(notices) > 0 {
		last = later(last, notices[0].UpdatedAt)
	}
	if last.IsZero() {
		view.silent = -1
		return
	}
	view.LastWord = v.locale.ago(v.now, last)
	if silence := v.now.Sub(last); silence > silentFor {
		view.silent = int(silence.Hours() / 24)
	}
}

// troubled reports whether an incident that is not over concerns the service.
func troubled(notices []directory.Notice, service directory.ID) bool {
	return slices.ContainsFunc(notices, func(n directory.Notice) bool {
		return n.Kind == directory.NoticeIncident && !n.Over() && (len(n.Affects) == 0 || slices.Contains(n.Affects, service))
	})
}

// sentence says how things are, by what the team says. Where it says nothing
// of its services, nothing is said in its place.
func (l *locale) sentence(view stateView) (words, tone string) {
	for _, n := range view.Current {
		if n.Tone != "trouble" {
			continue
		}
		if n.Next != nil {
			return l.text("state.trouble_next", n.Title, n.Next.Words), "trouble"
		}
		return l.text("state.trouble", n.Title), "trouble"
	}
	said := false
	for _, s := range view.Services {
		if s.LevelTone == "trouble" {
			return l.text("state.level", s.Name, s.Level), "trouble"
		}
		said = said || s.Level != ""
	}
	switch {
	case len(view.Current) > 0:
		return l.text("state.work", view.Current[0].Title), "work"
	case !said && view.silent > 0:
		return l.text("state.silent", view.silent), "news"
	case !said && view.silent < 0:
		return l.text("state.unsaid"), "news"
	case !said:
		return l.text("state.nothing"), "news"
	}
	return l.text("state.ok"), "ok"
}
