package web

import (
	"context"
	"net/http"
	"strings"

	"matou/directory"
)

// Keepers is what the people who keep a node say of themselves and of how they
// keep it. All of it may be left out: a page then says that it was.
type Keepers struct {
	Legal         Legal
	Accessibility Accessibility
	Person        Person
	About         directory.Text // more on who they are, in Markdown
	Privacy       directory.Text // what else is kept, such as the log of a proxy, in Markdown
	Licence       directory.Text // under what conditions the data may be used again, in Markdown
}

// Legal is what the law asks a site to say of who publishes it (in France,
// article 6 III of loi 2004-575).
type Legal struct {
	Publisher    string // the body or person
	Address      string // by post
	Phone        string
	Registration string // such as a number of SIREN or RNA
	Director     string // of the publication
	Host         string // who runs the machines: name, address and phone in one line
}

// Accessibility is what was found out on how well the pages can be used by
// everyone.
type Accessibility struct {
	State   string         // "none", "partial", "full", or "" where nobody has looked yet (RGAA 4.1)
	On      directory.Date // when somebody looked
	By      string         // who
	Gaps    directory.Text // what is known not to conform, in Markdown
	Contact string         // http, https or mailto; "": the contact of the directory
}

// Person is whom a visitor can ask who does not find alone.
type Person struct {
	Name      string
	Words     directory.Text // who they are and what they help with
	Email     string
	Phone     string
	Page      string               // http or https
	Hours     directory.Text       // when they answer
	Languages []directory.Language // in which
}

// empty reports whether nobody was named.
func (p Person) empty() bool { return p.Email == "" && p.Phone == "" && p.Page == "" }

// Rules are what the keepers of a directory wrote on how they keep it.
type Rules struct {
	Text      directory.Text // in Markdown; nil where they wrote none
	Who       directory.Text // who decides, and how, in Markdown
	Decisions []Decision     // newest first
}

// Decision is an entry of the log of what was decided.
type Decision struct {
	Slug  string // tells it from the others: "2026-03-14-deuxieme-charte"
	Day   directory.Date
	Title directory.Text
	Body  directory.Text // in Markdown
}

// RuleBook gives the rules as they stand now.
type RuleBook interface {
	Rules(ctx context.Context) (Rules, error)
}

// Desk takes what visitors write to the keepers.
type Desk interface {
	// ReportByVisitor keeps what a visitor wrote about a listed hoster for the
	// keepers. r bounds how often an address may do so. Errors: a
	// directory.FieldError of "words" or "contact", directory.ErrNotFound where
	// the hoster is not listed, directory.ErrConflict where too much was written.
	ReportByVisitor(r *http.Request, about directory.ID, words, contact string) error
}

// Examiner looks at those who would like to be listed.
type Examiner interface {
	// Examine looks at account, "@name@host" or the name of a host. r bounds how
	// often an address may ask. Errors: directory.ErrInvalid for what is no
	// account, directory.ErrForbidden for this very node and for hosts that it
	// has nothing to do with, directory.ErrConflict where too much was asked.
	Examine(r *http.Request, account string) (directory.Examination, error)
}

// owed are the pages that every node owes its visitors, and those that a
// directory does, in the order of the links at the end of each page.
var (
	owedByAll       = []string{"about", "legal", "privacy", "accessibility"}
	owedByDirectory = []string{"ask", "join", "report", "rules", "data"}
)

// owedPages are their handlers.
func (s *Site) owedPages() map[string]handler {
	pages := map[string]handler{
		"about": s.showAbout, "legal": s.showLegal, "privacy": s.showPrivacy, "accessibility": s.showAccessibility,
	}
	if s.options.Aggregator != nil {
		pages["rules"] = s.showRules
		pages["collective"] = s.showCollective
		pages["data"] = s.showData
		pages["report"] = s.showReport
		pages["reported"] = s.showReported
		pages["join"] = s.showJoin
		pages["ask"] = s.showAsk
	}
	return pages
}

// routeForms adds the forms of those pages. sameSite refuses what another site
// sends.
func (s *Site) routeForms(post func(path string, h http.Handler)) {
	if s.options.Aggregator == nil {
		return
	}
	for _, l := range s.languages {
		post(pathOf("ask", l), s.goToPlace("ask", l))
		if s.options.Desk != nil {
			post(pathOf("report", l), s.takeReport(l))
		}
		if s.options.Examiner != nil {
			post(pathOf("join", l), s.examine(l))
		}
	}
}

// owedLinks are the links at the end of each page.
func (s *Site) owedLinks(l *locale, here string) []navigation {
	names := owedByAll
	if s.options.Aggregator != nil {
		names = append([]string{}, owedByDirectory...)
		if s.options.Collective != nil {
			names = append(names, "collective")
		}
		names = append(names, owedByAll...)
	}
	links := make([]navigation, 0, len(names))
	for _, name := range names {
		links = append(links, navigation{Text: l.word("owed", name), Address: address(l.language, name), Here: name == here})
	}
	return links
}

// keeperContact is where the keepers are reached, "" where nobody said.
func (s *Site) keeperContact() link {
	if a := s.options.Aggregator; a != nil {
		return outward(a.Contact)
	}
	return link{}
}

// readForm reads the fields of a form that a page of this site sent, bounded;
// where it cannot, it has answered.
func (s *Site) readForm(w http.ResponseWriter, v *visit, most int64) bool {
	v.Body = http.MaxBytesReader(w, v.Body, most)
	if err := v.ParseForm(); err != nil {
		s.failWith(w, v, http.StatusBadRequest, "unreadable")
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	return true
}

// field gives what was typed, to be shown again as it was.
func field(s string) string { return strings.ToValidUTF8(s, "") }

// fieldView is one field of a form with what is wrong with it.
type fieldView struct {
	ID, Value, Fault string
}
