package exchange

import (
	"strings"

	"matou/directory"
)

// Hint is one thing that a machine, a map or another directory says of a
// hoster or a service. It is not the hoster's own word: it is shown to the
// hoster, may fill what the hoster leaves open, and never replaces what the
// hoster says.
type Hint struct {
	About  string    // address, domain or name of what it is about
	Field  HintField // what it tells
	Value  string    // as the source says it, in one line or several
	Format Format    // of the source
	Source string    // address of the document that says so
}

// HintField is what a hint tells. Those with the name of a field of a service
// may fill it.
type HintField string

// The fields of hints.
const (
	HintName         HintField = "name"
	HintSummary      HintField = "summary"
	HintSoftware     HintField = "software.name"
	HintVersion      HintField = "software.version" // told, never filled in: hosters hesitate to publish it
	HintRepository   HintField = "software.source"
	HintSite         HintField = "software.website"
	HintWebsite      HintField = "website"
	HintTerms        HintField = "terms"
	HintSince        HintField = "since"
	HintRegistration HintField = "registration" // "open" or "closed", by the machine
	HintLanguages    HintField = "languages"
	HintCountry      HintField = "hosting.country"
	HintHosting      HintField = "hosting.description"
	HintPoint        HintField = "seat.point" // "48.7322,-3.459"
	HintAdmin        HintField = "administrator"
	HintFunding      HintField = "funding"
	HintLifetime     HintField = "lifetime" // for how long people mean to go on
	HintReason       HintField = "reason"   // why the service was opened
	HintFree         HintField = "free"     // "yes" or "no": whether it costs nothing
	HintRescuers     HintField = "rescuers" // how many people the service could not lose, by XMPP Providers' busFactor
	HintForm         HintField = "form"     // legal form, in the source's words
	HintCarbon       HintField = "carbon"   // address of a carbon.txt
)

// The values of HintRegistration.
const (
	registrationOpen   = "open"
	registrationClosed = "closed"
)

// fillers write a hint into a service that says nothing there. Hints without
// one are for people to read.
var fillers = map[HintField]func(s *directory.Service, h Hint) (done bool){
	HintSoftware:   func(s *directory.Service, h Hint) bool { return fill(&s.Software.Name, h.Value) },
	HintRepository: func(s *directory.Service, h Hint) bool { return fill(&s.Software.Source, h.Value) },
	HintSite:       func(s *directory.Service, h Hint) bool { return fill(&s.Software.Website, h.Value) },
	HintWebsite:    func(s *directory.Service, h Hint) bool { return fill(&s.Website, h.Value) },
	HintTerms:      func(s *directory.Service, h Hint) bool { return isWeb(h.Value) && fill(&s.Terms, h.Value) },
	HintHosting:    func(s *directory.Service, h Hint) bool { return fill(&s.Hosting.Description, h.Value) },
	HintCountry: func(s *directory.Service, h Hint) bool {
		c, err := readCountry(h.Value)
		return err == nil && fill(&s.Hosting.Country, c)
	},
	HintSince: func(s *directory.Service, h Hint) bool {
		d, err := readDate(h.Value)
		if err != nil || !s.Since.IsZero() {
			return false
		}
		s.Since = d
		return true
	},
	HintRegistration: func(s *directory.Service, h Hint) bool {
		// That a machine takes no accounts now does not say to whom it is
		// open, nor that it is full.
		if h.Value != registrationOpen || len(s.Registration.OpenTo) > 0 || s.Registration.Capacity != "" {
			return false
		}
		s.Registration.OpenTo = []directory.OpenTo{directory.OpenToAnyone}
		s.Registration.Capacity = directory.CapacityOpen
		return true
	},
}

func fill[T ~string](at *T, value T) bool {
	if *at != "" || value == "" {
		return false
	}
	*at = value
	return true
}

// Fill gives s with what the hints tell of what it leaves open, and the hints
// that were used. What s says stays as it is; what would not be valid is left
// out.
func Fill(s directory.Service, hints []Hint) (directory.Service, []Hint) {
	var used []Hint
	for _, h := range hints {
		f, ok := fillers[h.Field]
		if !ok {
			continue
		}
		if next := s; f(&next, h) && (next.Validate("") == nil || s.Validate("") != nil) {
			s, used = next, append(used, h)
		}
	}
	return s, used
}

// hints gathers what one document tells of one thing.
type hints struct {
	about, source string
	format        Format
	all           []Hint
}

// tell adds a hint, where the value says something and is fit to be shown.
func (h *hints) tell(field HintField, value string) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	if r := []rune(value); len(r) > directory.MaxText {
		value = string(r[:directory.MaxText])
	}
	value = strings.Map(func(r rune) rune {
		if hidden(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, value)
	h.all = append(h.all, Hint{About: h.about, Field: field, Value: value, Format: h.format, Source: h.source})
}

func isWeb(s string) bool {
	_, err := readAddress(s)
	return err == nil
}
