package web

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"matou/directory"
)

// mailLines writes line breaks as mail has them (RFC 6068 5).
var mailLines = strings.NewReplacer("\r\n", "\r\n", "\n", "\r\n")

// askView is the page to ask a person, and to prepare the question.
type askView struct {
	Person   personView
	Contact  link // of the keepers, where no person was named
	Action   string
	Find     string
	Kept     []parameter // told in the finder, and not asked again here
	Told     []toldView
	Who      []choiceView
	Families []familyChoices
	Hopes    []choiceView
	Places   bool
	Place    placeField
	Question string // the text
	Mail     link
	Subject  string
	Listings string
}

// personView is somebody who can be asked.
type personView struct {
	Name              string
	Words, Hours      said
	Mail, Phone, Page link
	Languages         string
}

// showAsk names who can be asked, and writes the question that a visitor has in
// mind from what they told, to be copied or sent by their own mail program.
func (s *Site) showAsk(v *visit) (page, error) {
	l, loc := v.language(), v.locale
	f := s.readFinder(v.URL.Query())
	view := askView{
		Person: s.person(loc), Contact: s.keeperContact(), Action: address(l, "ask"), Find: f.stepAddress(l, finderSteps[0]),
		Places: s.options.Areas != nil, Place: s.placeField(l, f.place), Listings: address(l, "listings"),
		Told:  s.told(l, f, func(rest finder) string { return withQuery(address(l, "ask"), rest.values()) }),
		Hopes: s.wishChoices(loc, "hope", hopes, f.hopes),
	}
	for _, p := range s.options.Vocabulary.Presets {
		label, _ := p.Label.In(l)
		view.Who = append(view.Who, choiceView{Name: "who", Value: p.ID, Label: label, Chosen: p.ID == f.who})
	}
	counts, err := s.counts(v.Context(), directory.FacetNeed)
	if err != nil {
		return page{}, err
	}
	for _, family := range s.families(l, counts) {
		c := familyChoices{Label: family.Label}
		for _, n := range family.Needs {
			c.Choices = append(c.Choices, choiceView{Name: "need", Value: n.Name, Label: n.Value, Chosen: slices.Contains(f.needs, n.Name)})
		}
		view.Families = append(view.Families, c)
	}
	kept := f.values()
	for _, asked := range []string{"who", "need", "place", "hope"} {
		kept.Del(asked)
	}
	view.Kept = fields(kept)
	view.Question, view.Subject = s.questionText(loc, f), loc.text("person.subject", s.directoryName())
	to := view.Person.Mail
	if view.Person.Mail.URL == "" {
		to = view.Contact
	}
	if to.URL != "" {
		view.Mail = mailto(string(to.URL), view.Subject, view.Question)
	}
	return page{template: "ask", title: loc.text("person.title"), description: loc.text("person.lead"), data: view, unlisted: !f.empty()}, nil
}

// person is whom the keepers named.
func (s *Site) person(l *locale) personView {
	p := s.options.Keepers.Person
	if p.empty() {
		return personView{}
	}
	view := personView{
		Name: plain(p.Name), Words: l.in(p.Words), Hours: l.in(p.Hours),
		Mail: mailbox(p.Email), Phone: telephone(p.Phone), Page: outward(p.Page),
	}
	var names []string
	for _, of := range p.Languages {
		names = append(names, l.tongue(of))
	}
	view.Languages = l.list(names)
	return view
}

// questionText writes a message from what a visitor told.
func (s *Site) questionText(l *locale, f finder) string {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, "") + "\n") }
	line(l.text("person.hello"))
	line()
	line(l.text("person.seek"))
	said := false
	say := func(key string, words ...string) {
		words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
		if len(words) == 0 {
			return
		}
		if !said {
			line()
			said = true
		}
		line("- ", l.word("person-line", key), l.text("list.colon"), l.list(words))
	}
	for _, p := range s.options.Vocabulary.Presets {
		if label, _ := p.Label.In(l.language); p.ID == f.who {
			say("who", label)
		}
	}
	var wanted []string
	for _, words := range s.each(l, directory.FacetNeed, f.needs) {
		wanted = append(wanted, lowerFirst(words))
	}
	say("need", wanted...)
	say("leave", s.each(l, directory.FacetReplaces, f.leave)...)
	if f.one {
		line("- ", l.text("find.one"))
	}
	say("place", s.placeField(l.language, f.place).Words)
	if f.reach != "" {
		say("reach", l.word("reach", f.reach))
	}
	if f.data != "" {
		say("data", s.areaName(l.language, directory.AreaCode(f.data)))
	}
	var wished []string
	for _, id := range slices.Concat(f.hopes, f.cares) {
		wished = append(wished, lowerFirst(l.word("wish", id)))
	}
	say("wish", wished...)
	line()
	line(l.text("person.whom"))
	line()
	line(l.text("person.thanks"))
	return strings.ReplaceAll(b.String(), "\u00a0", " ")
}

// lowerFirst writes the start of a sentence as within one.
func lowerFirst(words string) string {
	r, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToLower(r)) + words[size:]
}

// each gives the words of values of a facet.
func (s *Site) each(l *locale, f directory.Facet, values []string) []string {
	var all []string
	for _, value := range values {
		all = append(all, s.words(l.language, f, value))
	}
	return all
}
