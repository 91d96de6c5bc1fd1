package web

import (
	"html/template"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"matou/directory"
)

// pickView is one of the three hosters at the end of the finder.
type pickView struct {
	Card    card
	Why     []factView
	Ask     []string
	No      []factView
	Contact contactView
	Letter  link // a message with the questions written out already
}

// factView is something that a hoster says, with its own words where it wrote some.
type factView struct {
	Words string
	Own   said
}

// pick makes one of the three.
func (s *Site) pick(v *visit, f finder, conditions []condition, c *candidate) (pickView, error) {
	l, loc := v.language(), v.locale
	h := c.listing.Hoster
	view := pickView{Contact: s.contact(loc, h.Contact)}
	var err error
	if view.Card, err = s.card(v, c.listing, c.km); err != nil {
		return view, err
	}
	if does := s.doesFor(l, h, s.wanted(f)); does != "" {
		view.Why = append(view.Why, factView{Words: loc.text("found.does", does)})
	}
	if c.km >= 0 {
		view.Why = append(view.Why, factView{Words: loc.text("found.away", loc.distance(c.km), s.placeField(l, f.place).Words)})
	}
	for i, k := range conditions {
		switch {
		case c.hard[i] == directory.Met && k.id != "one":
			words := k.words
			if k.why != nil {
				words = k.why(loc, c)
			}
			view.Why = append(view.Why, factView{Words: words})
		case c.hard[i] == directory.Undeclared && k.asks != "":
			view.Ask = append(view.Ask, s.asks(loc, f, k.asks))
		}
	}
	for i, w := range s.wishes(f) {
		words := factView{Words: loc.word("fact", w.id), Own: loc.in(c.own[i])}
		switch c.soft[i] {
		case directory.Met:
			if w.id == "phone" {
				words.Own = said{Text: loc.phoneHours(h.Contact)}
			}
			view.Why = append(view.Why, words)
		case directory.PartlyMet:
			words.Words = loc.text("found.partly", words.Words)
			view.Why = append(view.Why, words)
		case directory.Unmet:
			view.No = append(view.No, factView{Words: loc.word("wish", w.id), Own: words.Own})
		default:
			view.Ask = append(view.Ask, loc.word("ask", w.id))
		}
	}
	if s.roomUnsaid(h, s.wanted(f)) {
		view.Ask = append(view.Ask, loc.text("ask.room"))
	}
	view.Letter = s.letter(loc, h, view.Ask)
	return view, nil
}

// asks gives the question on a condition that was not answered.
func (s *Site) asks(l *locale, f finder, key string) string {
	switch key {
	case "who":
		for _, p := range s.options.Vocabulary.Presets {
			if label, _ := p.Label.In(l.language); p.ID == f.who {
				return l.text("ask.who", label)
			}
		}
	case "data":
		return l.text("ask.data", s.areaName(l.language, directory.AreaCode(f.data)))
	}
	return l.text("ask.reach", s.placeField(l.language, f.place).Words)
}

// doesFor names what a hoster does of what is wanted; of nothing wanted, "".
func (s *Site) doesFor(l directory.Language, h directory.Hoster, wanted []string) string {
	var names []string
	for _, need := range wanted {
		for _, service := range h.Services {
			if service.Level != directory.LevelOver && s.answersOne(service, []string{need}) {
				names = append(names, lowered(s.words(l, directory.FacetNeed, need)))
				break
			}
		}
	}
	return s.locales[l].list(names)
}

// lowered gives words within a sentence: their first letter small, but for a
// name in capitals.
func lowered(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if second, _ := utf8.DecodeRuneInString(words[size:]); unicode.IsUpper(second) {
		return words
	}
	return string(unicode.ToLower(first)) + words[size:]
}

// roomUnsaid reports whether none of the services says whether it has room.
func (s *Site) roomUnsaid(h directory.Hoster, needs []string) bool {
	for _, service := range h.Services {
		if (len(needs) == 0 || s.answersOne(service, needs)) && service.Registration.Capacity != "" {
			return false
		}
	}
	return true
}

// phoneHours says when somebody picks up.
func (l *locale) phoneHours(c directory.Contact) string {
	for _, h := range c.Hours {
		if h.Channel == "phone" {
			return l.hours(h)
		}
	}
	return ""
}

// letter is a message to a hoster that holds the questions already. It is the
// visitor's own mail program that opens: nothing of it passes through here.
func (s *Site) letter(l *locale, h directory.Hoster, questions []string) link {
	to := mailbox(h.Contact.Email)
	if to.URL == "" {
		return link{}
	}
	var body strings.Builder
	body.WriteString(l.text("letter.hello") + "\r\n\r\n" + l.text("letter.found", s.directoryName()) + "\r\n")
	for _, q := range questions {
		body.WriteString("\r\n- " + q)
	}
	if len(questions) > 0 {
		body.WriteString("\r\n")
	}
	body.WriteString("\r\n" + l.text("letter.thanks") + "\r\n")
	to.URL += template.URL("?subject=" + mailField(l.text("letter.subject")) + "&body=" + mailField(body.String()))
	return to
}

// mailField writes a field of a mailto address, in which a plus is a plus
// (RFC 6068 5).
func mailField(s string) string {
	s = strings.ReplaceAll(s, "\u00a0", " ")
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// directoryName is how this directory is called in a message.
func (s *Site) directoryName() string {
	if a := s.options.Aggregator; a != nil && a.Name != "" {
		return plain(a.Name)
	}
	return s.host()
}
