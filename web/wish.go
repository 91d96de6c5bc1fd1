package web

import (
	"slices"

	"matou/directory"
)

// wish is something that a visitor may hope for from a hoster, beside the
// service itself. A hoster answers it by what it states on criteria, or by a
// fact of its profile; what it says nothing on is left to be asked.
type wish struct {
	id       string
	criteria []directory.CriterionID
	fact     func(directory.Hoster) bool // nil: only the criteria tell
}

// hopes are what a visitor may need from the people (the finder's fourth
// question), and cares what counts for them (its fifth).
var (
	hopes = []wish{
		{"phone", []directory.CriterionID{"answers-by-phone"}, answersByPhone},
		{"start", []directory.CriterionID{"helps-to-start"}, nil},
		{"move", []directory.CriterionID{"migration-help"}, nil},
		{"training", []directory.CriterionID{"gives-training"}, nil},
		{"meet", []directory.CriterionID{"physical-desk", "meets-people"}, answersOnSite},
		{"invoice", []directory.CriterionID{"quote-and-invoice"}, nil},
		{"delay", nil, statesIntervention},
	}
	cares = []wish{
		{"decide", []directory.CriterionID{"users-have-a-say", "one-person-one-vote"}, nil},
		{"price", []directory.CriterionID{"solidarity-price"}, nil},
		{"machines", []directory.CriterionID{"owns-machines"}, nil},
		{"energy", []directory.CriterionID{"energy-told", "hardware-kept-long"}, nil},
		{"free", []directory.CriterionID{"only-free-software"}, nil},
		{"account", nil, needsNoAccount},
		{"leave", []directory.CriterionID{"leave-with-data"}, tellsHowToLeave},
		{"access", []directory.CriterionID{"accessible-services"}, nil},
	}
)

func answersByPhone(h directory.Hoster) bool {
	return telephone(h.Contact.Phone).URL != "" || answersThrough(h, "phone")
}

func answersOnSite(h directory.Hoster) bool { return answersThrough(h, "on-site") }

func answersThrough(h directory.Hoster, channel string) bool {
	return slices.ContainsFunc(h.Contact.Hours, func(s directory.Hours) bool { return s.Channel == channel })
}

func statesIntervention(h directory.Hoster) bool {
	return slices.ContainsFunc(h.Services, func(s directory.Service) bool { return s.Intervention != nil })
}

func needsNoAccount(h directory.Hoster) bool {
	return slices.ContainsFunc(h.Services, func(s directory.Service) bool {
		return s.Level != directory.LevelOver && s.Registration.WithoutAccount == directory.UseFull
	})
}

func tellsHowToLeave(h directory.Hoster) bool {
	return slices.ContainsFunc(h.Services, func(s directory.Service) bool { return len(s.Leaving) > 0 })
}

// answer gives what h says of the wish, and its own words on it where it wrote
// some. One criterion that is met is enough; a no needs all of them.
func (w wish) answer(h directory.Hoster) (directory.Value, directory.Text) {
	said := map[directory.Value]directory.Text{}
	unmet := 0
	for _, st := range h.Statements {
		if !slices.Contains(w.criteria, st.Criterion) || st.Value == directory.Undeclared || st.Value == "" {
			continue
		}
		if st.Value == directory.Unmet {
			unmet++
		}
		if len(said[st.Value]) == 0 {
			said[st.Value] = st.Comment
		}
	}
	for _, value := range []directory.Value{directory.Met, directory.PartlyMet} {
		if words, ok := said[value]; ok {
			return value, words
		}
	}
	switch {
	case w.fact != nil && w.fact(h):
		return directory.Met, nil
	case unmet > 0 && unmet >= len(w.criteria):
		return directory.Unmet, said[directory.Unmet]
	}
	return directory.Undeclared, nil
}

// cost gives what a wish asks of the people who answer it, in the words of the
// vocabulary (demand 8: no criterion without its human cost).
func (s *Site) cost(l directory.Language, w wish) string {
	for _, id := range w.criteria {
		if c, ok := s.options.Vocabulary.Criterion(id); ok {
			if words, _ := c.Cost.In(l); words != "" {
				return words
			}
		}
	}
	return ""
}

// offered gives those of the wishes that can be answered here: an operator's
// own vocabulary may have other criteria.
func (s *Site) offered(wishes []wish) []wish {
	return slices.DeleteFunc(slices.Clone(wishes), func(w wish) bool {
		known := slices.ContainsFunc(w.criteria, func(id directory.CriterionID) bool {
			_, ok := s.options.Vocabulary.Criterion(id)
			return ok
		})
		return !known && w.fact == nil
	})
}
