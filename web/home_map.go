package web

import (
	"context"
	"html/template"
	"strings"
	"sync"

	"matou/directory"
)

// homeMaps keeps the map of the first page, which takes every listing to draw,
// as long as it would be drawn the same: until something changes of what is
// listed, or the day does, whose order decides who stands for many.
type homeMaps struct {
	mu   sync.Mutex
	kept map[directory.Language]homeMap
}

type homeMap struct {
	changes uint64 // Directory.Changes before it was drawn
	day     directory.Date
	drawn   template.HTML
}

// homeMap gives the map of the first page, drawn; "" where there is none.
func (s *Site) homeMap(v *visit, everything directory.Query) (template.HTML, error) {
	if !s.drawn() {
		return "", nil
	}
	s.homeMaps.mu.Lock()
	defer s.homeMaps.mu.Unlock()
	changes, day := s.options.Directory.Changes(), s.today()
	if m, ok := s.homeMaps.kept[v.language()]; ok && m.changes == changes && m.day == day {
		return m.drawn, nil
	}
	// Who asked first may leave; the others wait for the same map.
	view, err := s.homeMapView(context.WithoutCancel(v.Context()), v.locale, everything)
	if err != nil {
		return "", err
	}
	m := homeMap{changes: changes, day: day}
	if view != nil {
		if m.drawn, err = s.drawPart(v.language(), "home", "homemap", view); err != nil {
			return "", err
		}
	}
	if s.homeMaps.kept == nil {
		s.homeMaps.kept = map[directory.Language]homeMap{}
	}
	s.homeMaps.kept[v.language()] = m
	return m.drawn, nil
}

// drawPart executes one part of a page alone.
func (s *Site) drawPart(l directory.Language, page, part string, data any) (template.HTML, error) {
	t, err := s.pages[l][page]()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, part, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}
