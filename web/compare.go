package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"matou/directory"
)

// mostCompared is how many hosters stand side by side.
const mostCompared = 4

// basket is the hosters that a visitor puts side by side, by their handles
// without the first "@". It stands in the address of each page, and nowhere
// else: nothing is kept of it.
type basket []string

// readBasket reads the parameters of an address: a handle each.
func readBasket(v url.Values) basket {
	var b basket
	for _, h := range v["h"] {
		h = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(h), "@"))
		name, host, _ := strings.Cut(h, "@")
		if len(h) <= 320 && isHandle(name) && isHandle(host) && !slices.Contains(b, h) && len(b) < mostCompared {
			b = append(b, h)
		}
	}
	return b
}

// with gives b with one hoster more, or without it where it is in.
func (b basket) with(handle string) basket {
	if handle = strings.ToLower(handle); slices.Contains(b, handle) {
		return removed(b, handle)
	}
	return append(slices.Clone(b), handle)
}

// carry puts b into an address of this site.
func (b basket) carry(to string) string {
	if len(b) == 0 {
		return to
	}
	to, fragment, _ := strings.Cut(to, "#")
	separator := "?"
	if strings.Contains(to, "?") {
		separator = "&"
	}
	to += separator + url.Values{"h": b}.Encode()
	if fragment != "" {
		to += "#" + fragment
	}
	return to
}

// compareView is hosters side by side. Rows are questions, and cells are words.
type compareView struct {
	Columns []columnView
	Groups  []compareGroup
	More    string // the directory, to add another
	Room    int    // how many more can stand beside these
	Gone    int    // asked for and no longer listed here
}

// columnView is one hoster of the comparison.
type columnView struct {
	Name    string
	Address string
	Without string
	Place   string
	Life    string // paused, closing: in words
	Contact contactView
	Letter  link // a message with everything that was not said
}

// compareGroup is questions under one heading.
type compareGroup struct {
	Label string
	Rows  []compareRow
}

// compareRow is one question with what each hoster says.
type compareRow struct {
	Question string
	Cost     string // what it asks of the people
	Cells    []compareCell
}

// compareCell is what one hoster says. Nothing said has no lines, and a letter
// to ask.
type compareCell struct {
	Name  string // of the hoster, for narrow screens
	Lines []said
	Ask   link
}

// showCompare puts two to four hosters side by side, in words.
func (s *Site) showCompare(v *visit) (page, error) {
	l, loc := v.language(), v.locale
	asked := readBasket(v.URL.Query())
	var listings []directory.Listing
	var held basket
	for _, handle := range asked {
		listing, err := s.options.Directory.ListingByHandle(v.Context(), handle)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return page{}, err
		}
		if now := strings.ToLower(handleOf(listing)); !slices.Contains(held, now) {
			held, listings = append(held, now), append(listings, listing)
		}
	}
	if len(held) > 0 && len(held) == len(asked) && !slices.Equal(held, asked) {
		return page{moved: held.carry(address(l, "compare")), status: http.StatusFound}, nil // one of them moved
	}
	view := compareView{More: held.carry(address(l, "listings")), Room: mostCompared - len(held), Gone: len(asked) - len(held)}
	view.Groups = s.compareGroups(loc, listings)
	for i, listing := range listings {
		h := listing.Hoster
		column := columnView{
			Name: plain(h.Name), Address: hosterAddress(l, listing.Handle),
			Without: held.with(handleOf(listing)).carry(address(l, "compare")),
			Place:   strings.Join(s.places(l, h), " · "), Life: loc.life(h), Contact: s.contact(loc, h.Contact),
		}
		column.Letter = s.letter(loc, h, unsaid(view.Groups, i))
		view.Columns = append(view.Columns, column)
	}
	return page{
		template: "compare", title: loc.text("compare.title"), description: loc.text("compare.lead"),
		data: view, unlisted: len(asked) > 0,
	}, nil
}

// unsaid gives the questions that one hoster has not answered, at most ten: a
// longer letter is not read.
func unsaid(groups []compareGroup, column int) []string {
	var all []string
	for _, g := range groups {
		for _, r := range g.Rows {
			if len(r.Cells[column].Lines) == 0 && len(all) < 10 {
				all = append(all, r.Question)
			}
		}
	}
	return all
}

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
			return perService(h, func(x directory.Service) said { return said{Text: strings.Join(s.hosting(l, x.Hosting), ", ")} })
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

func (l *locale) since(d directory.Date) string {
	if d.IsZero() {
		return ""
	}
	return l.text("statement.since", l.date(d))
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

// compareGroups makes the rows: the questions of every profile, then each
// criterion that one of the hosters answered.
func (s *Site) compareGroups(l *locale, listings []directory.Listing) []compareGroup {
	if len(listings) == 0 {
		return nil
	}
	var groups []compareGroup
	for _, part := range compareQuestions {
		group := compareGroup{Label: l.word("compare-group", part.group)}
		for _, q := range part.questions {
			row := compareRow{Question: l.word("question", q.key)}
			for _, listing := range listings {
				row.Cells = append(row.Cells, s.compareCell(l, listing.Hoster, row.Question, q.say(s, l, listing.Hoster)))
			}
			group.Rows = append(group.Rows, row)
		}
		groups = append(groups, group)
	}
	return append(groups, s.compareCriteria(l, listings)...)
}

func (s *Site) compareCell(l *locale, h directory.Hoster, question string, words []said) compareCell {
	cell := compareCell{Name: plain(h.Name), Lines: words}
	if len(words) == 0 {
		if cell.Ask = s.letter(l, h, []string{question}); cell.Ask.URL == "" {
			cell.Ask = outward(h.Contact.URL)
		}
	}
	return cell
}

// compareCriteria gives a row for each criterion that one of them answered,
// with what it asks of the people.
func (s *Site) compareCriteria(l *locale, listings []directory.Listing) []compareGroup {
	var groups []compareGroup
	for _, g := range s.options.Vocabulary.Groups {
		label, _ := g.Label.In(l.language)
		group := compareGroup{Label: label}
		for _, c := range s.options.Vocabulary.Criteria {
			if c.Group != g.ID {
				continue
			}
			row := compareRow{}
			row.Question, _ = c.Label.In(l.language)
			row.Cost, _ = c.Cost.In(l.language)
			answered := false
			for _, listing := range listings {
				cell := s.compareCell(l, listing.Hoster, row.Question, l.stated(listing.Hoster, c.ID))
				answered = answered || len(cell.Lines) > 0
				row.Cells = append(row.Cells, cell)
			}
			if answered {
				group.Rows = append(group.Rows, row)
			}
		}
		if len(group.Rows) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// stated gives what a hoster says of itself on a criterion.
func (l *locale) stated(h directory.Hoster, id directory.CriterionID) []said {
	for _, st := range h.Statements {
		if st.Criterion != id || st.SaidBy != "" {
			continue
		}
		switch st.Value {
		case directory.Met, directory.PartlyMet, directory.Unmet:
			return append(lines(l.word("value", string(st.Value))), some(l.in(st.Comment))...)
		}
	}
	return nil
}
