package web

import (
	"slices"
	"strings"

	"matou/directory"
)

// compareQuestion is one row, and what a hoster says to it.
type compareQuestion struct {
	key string // in the list "question"
	say func(s *Site, l *locale, h directory.Hoster) []said
}

// compareQuestions are the rows of the comparison, by their headings: people
// first, machines last.
var compareQuestions = []struct {
	group     string
	questions []compareQuestion
}{
	{"who", []compareQuestion{
		{"summary", func(_ *Site, l *locale, h directory.Hoster) []said { return some(l.in(h.Summary)) }},
		{"form", func(s *Site, l *locale, h directory.Hoster) []said {
			return lines(s.valueWords(l, directory.FacetForm, string(h.Form)), l.since(h.Since))
		}},
		{"serves", func(s *Site, l *locale, h directory.Hoster) []said { return lines(s.places(l.language, h)...) }},
		{"audiences", func(s *Site, l *locale, h directory.Hoster) []said {
			var all []string
			for _, a := range h.Audiences {
				all = append(all, s.words(l.language, directory.FacetAudience, string(a)))
			}
			return lines(l.list(all))
		}},
	}},
	{"contact", []compareQuestion{
		{"hours", func(_ *Site, l *locale, h directory.Hoster) []said {
			var all []string
			for _, span := range h.Contact.Hours {
				all = append(all, l.hours(span))
			}
			return lines(all...)
		}},
		{"delay", func(_ *Site, l *locale, h directory.Hoster) []said { return some(l.in(h.Contact.Delay)) }},
		{"languages", func(_ *Site, l *locale, h directory.Hoster) []said {
			var all []string
			for _, of := range append(slices.Clone(h.Languages), h.Contact.Languages...) {
				if words := l.tongue(of); !slices.Contains(all, words) {
					all = append(all, words)
				}
			}
			return lines(l.list(all))
		}},
	}},
	{"services", []compareQuestion{
		{"does", (*Site).compareServices},
		{"joins", (*Site).compareJoins},
		{"prices", func(_ *Site, l *locale, h directory.Hoster) []said {
			if words := l.in(h.Prices); words.Text != "" {
				return some(words)
			}
			return perService(h, func(x directory.Service) said { return l.in(x.Price) })
		}},
		{"leaving", func(_ *Site, l *locale, h directory.Hoster) []said {
			return perService(h, func(x directory.Service) said { return l.in(x.Leaving) })
		}},
	}},
	{"work", []compareQuestion{
		{"people", func(s *Site, l *locale, h directory.Hoster) []said {
			words := l.people(h.Work)
			if words == "" {
				words = s.valueWords(l, directory.FacetMaintenance, string(h.Work.Maintenance))
			}
			return append(lines(words), some(l.in(h.Work.PeopleComment))...)
		}},
		{"repair", func(_ *Site, l *locale, h directory.Hoster) []said {
			if h.Work.CanRepair == nil {
				return nil
			}
			return lines(l.text("work.people", *h.Work.CanRepair))
		}},
		{"oncall", func(_ *Site, l *locale, h directory.Hoster) []said { return lines(l.onCall(h.Work.OnCall)...) }},
		{"guarantee", func(_ *Site, l *locale, h directory.Hoster) []said { return some(l.in(h.Work.Guarantee)) }},
		{"interruptions", func(_ *Site, l *locale, h directory.Hoster) []said {
			return perService(h, func(x directory.Service) said {
				return said{Text: strings.Join(append(l.intervention(x.Intervention), l.allowance(x.Allowance)...), " · ")}
			})
		}},
		{"governance", func(_ *Site, l *locale, h directory.Hoster) []said { return some(l.in(h.Governance)) }},
		{"funding", func(_ *Site, l *locale, h directory.Hoster) []said { return some(l.in(h.Funding)) }},
	}},
	{"machines", []compareQuestion{
		{"data", func(s *Site, l *locale, h directory.Hoster) []said {
			return lines(l.list(s.areaNames(l.language, h.DataIn)))
		}},
		{"hosting", func(s *Site, l *locale, h directory.Hoster) []said {
			return perService(h, func(x directory.Service) said {
				on, _ := h.HostingOf(x)
				return said{Text: strings.Join(s.hosting(l, on), ", ")}
			})
		}},
	}},
}

func lines(all ...string) []said {
	var kept []said
	for _, words := range all {
		if words != "" {
			kept = append(kept, said{Text: words})
		}
	}
	return kept
}

func some(words said) []said {
	if words.Text == "" {
		return nil
	}
	return []said{words}
}

// perService gives what is said of each service: once where it is the same for
// all, else behind the name of the service.
func perService(h directory.Hoster, of func(directory.Service) said) []said {
	var all []said
	var names []string
	same, silent := true, false
	for _, x := range h.Services {
		if x.Level == directory.LevelOver {
			continue
		}
		words := of(x)
		if words.Text == "" {
			silent = true
			continue
		}
		same = same && (len(all) == 0 || all[0].Text == words.Text)
		all, names = append(all, words), append(names, plain(x.Name))
	}
	if same && !silent && len(all) > 0 {
		return all[:1]
	}
	for i := range all {
		all[i].Text = names[i] + " — " + all[i].Text
	}
	return all
}

// valueWords gives the words of a value, or nothing where none was said.
func (s *Site) valueWords(l *locale, f directory.Facet, value string) string {
	if value == "" {
		return ""
	}
	return s.words(l.language, f, value)
}

// compareServices names each service with what it is for.
func (s *Site) compareServices(l *locale, h directory.Hoster) []said {
	var all []said
	for _, x := range h.Services {
		if x.Level == directory.LevelOver {
			continue
		}
		words := plain(x.Name)
		if needs := s.needWords(l.language, x); len(needs) > 0 {
			words += " — " + l.list(needs)
		}
		all = append(all, said{Text: words})
	}
	return all
}

// compareJoins says who may use what, and whether there is room.
func (s *Site) compareJoins(l *locale, h directory.Hoster) []said {
	return perService(h, func(x directory.Service) said {
		var parts []string
		for _, o := range x.Registration.OpenTo {
			parts = append(parts, s.words(l.language, directory.FacetOpenTo, string(o)))
		}
		if a := x.Registration.WithoutAccount; a != "" {
			parts = append(parts, s.words(l.language, directory.FacetAccount, string(a)))
		}
		if c := x.Registration.Capacity; c != "" {
			parts = append(parts, s.words(l.language, directory.FacetCapacity, string(c)))
		}
		return said{Text: strings.Join(parts, " · ")}
	})
}
