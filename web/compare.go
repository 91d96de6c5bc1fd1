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
		name, host, both := strings.Cut(h, "@") // one alone is the host of a website, of which a file tells
		if len(h) <= 320 && isHandle(name) && (isHandle(host) || !both && strings.Contains(name, ".")) && !slices.Contains(b, h) && len(b) < mostCompared {
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
	Told    string // that it did not publish this itself; "" where it did
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
		column.Told = s.fromFileShort(loc, listing)
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
