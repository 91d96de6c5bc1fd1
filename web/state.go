package web

import (
	"fmt"
	"slices"

	"matou/directory"
)

// stateView is the page on how a hoster's services are, in its own words.
type stateView struct {
	Name     string
	Sentence string
	Tone     string // "ok", "trouble", "work"
	LastWord string // how long ago the team last said something
	Current  []noticeView
	Planned  []noticeView
	Past     []noticeView
	Services []serviceView
}

func (s *Site) showState(v *visit) (page, error) {
	h, err := s.ownHoster(v.Context())
	if isMissing(err) {
		return s.emptyPage(v), nil
	}
	if err != nil {
		return page{}, err
	}
	notices, err := s.options.Directory.Notices(v.Context(), s.ownID(), 50)
	if err != nil {
		return page{}, fmt.Errorf("own notices: %w", err)
	}
	view := stateView{Name: plain(h.Name)}
	for _, n := range notices {
		shown := s.notice(v, n, h, !n.Over())
		switch {
		case n.Over() || n.Kind == directory.NoticeAnnouncement:
			view.Past = append(view.Past, shown)
		case n.Stage == directory.Planned:
			view.Planned = append(view.Planned, shown)
		default:
			view.Current = append(view.Current, shown)
		}
	}
	for _, service := range h.Services {
		sv, err := s.service(v, service)
		if err != nil {
			return page{}, err
		}
		if sv.Level == "" && troubled(notices, service.ID) {
			sv.Level, sv.LevelTone = v.locale.text("state.concerned"), "trouble"
		}
		view.Services = append(view.Services, sv)
	}
	view.Sentence, view.Tone = v.locale.sentence(view)
	last := h.ConfirmedAt
	if len(notices) > 0 && notices[0].UpdatedAt.After(last) {
		last = notices[0].UpdatedAt
	}
	if !last.IsZero() {
		view.LastWord = v.locale.ago(v.now, last)
	}
	return page{template: "state", title: v.locale.text("state.title", view.Name),
		description: view.Sentence, data: view}, nil
}

// troubled reports whether an incident that is not over concerns the service.
func troubled(notices []directory.Notice, service directory.ID) bool {
	return slices.ContainsFunc(notices, func(n directory.Notice) bool {
		return n.Kind == directory.NoticeIncident && !n.Over() && slices.Contains(n.Affects, service)
	})
}

// sentence says how things are, by what the team says.
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
	for _, s := range view.Services {
		if s.LevelTone == "trouble" {
			return l.text("state.level", s.Name, s.Level), "trouble"
		}
	}
	if len(view.Current) > 0 {
		return l.text("state.work", view.Current[0].Title), "work"
	}
	return l.text("state.ok"), "ok"
}
