package web

import (
	"context"
	"html/template"
	"sync"

	"matou/directory"
)

// homeParts keeps what the first page says of the whole directory as long as it
// would be drawn the same: until something changes of what is listed, or the
// day does, whose order decides who stands for many on the map, which takes
// every listing to draw.
type homeParts struct {
	mu   sync.Mutex
	kept map[directory.Language]homePart
}

type homePart struct {
	changes uint64 // Directory.Changes before it was drawn
	day     directory.Date

	needs, products template.HTML // to choose from
	mapped          template.HTML // "" where there is no map
}

// homePart gives what the first page says of everything, drawn.
func (s *Site) homePart(v *visit, everything directory.Query) (homePart, error) {
	s.homeParts.mu.Lock()
	defer s.homeParts.mu.Unlock()
	changes, day := s.options.Directory.Changes(), s.today()
	if p, ok := s.homeParts.kept[v.language()]; ok && p.changes == changes && p.day == day {
		return p, nil
	}
	p, err := s.drawHome(v, everything)
	if err != nil {
		return p, err
	}
	p.changes, p.day = changes, day
	if s.homeParts.kept == nil {
		s.homeParts.kept = map[directory.Language]homePart{}
	}
	s.homeParts.kept[v.language()] = p
	return p, nil
}

func (s *Site) drawHome(v *visit, everything directory.Query) (p homePart, err error) {
	ctx, l := context.WithoutCancel(v.Context()), v.language() // who asked first may leave; the others wait for the same
	counts, err := s.counts(ctx, directory.FacetNeed)
	if err != nil {
		return p, err
	}
	if p.needs, err = s.drawPart(l, "home", "homeneeds", s.families(l, counts)); err != nil {
		return p, err
	}
	if p.products, err = s.drawPart(l, "home", "homeproducts", s.options.Vocabulary.Replacements); err != nil || !s.drawn() {
		return p, err
	}
	view, err := s.homeMapView(ctx, v.locale, everything)
	if err != nil || view == nil {
		return p, err
	}
	p.mapped, err = s.drawPart(l, "home", "homemap", view)
	return p, err
}
