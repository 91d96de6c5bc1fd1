package federation

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"matou/directory"
	"matou/federation/ap"
)

// What visitors of the pages, whom nobody knows, may put before the keepers and
// make this node do.
const (
	writesPerVisitor  = 5   // reports in five minutes, by address
	looksPerVisitor   = 8   // examinations in five minutes, by address
	looksPerServer    = 12  // in five minutes, of one host
	looksAtOnce       = 4   // open at the same time
	mostVisitorsWords = 200 // reports of visitors that stand open
	maxVisitorContact = 200 // characters
)

// desk bounds what visitors ask.
type desk struct {
	writers, lookers *buckets
	servers          *lru.Cache[string, *rate.Limiter]
	open             atomic.Int32
}

func newDesk() (*desk, error) {
	d := &desk{}
	var err error
	if d.writers, err = newBuckets(writesPerVisitor); err != nil {
		return nil, err
	}
	if d.lookers, err = newBuckets(looksPerVisitor); err != nil {
		return nil, err
	}
	d.servers, err = lru.New[string, *rate.Limiter](mostHomes)
	return d, err
}

// server gives the budget of a host.
func (d *desk) server(host string) *rate.Limiter {
	fresh := windowed(looksPerServer)
	if before, ok, _ := d.servers.PeekOrAdd(host, fresh); ok {
		return before
	}
	return fresh
}

// ReportByVisitor puts before the keepers of this node what a visitor of its
// pages wrote about a hoster that is listed here. r is their request, by whose
// address the number is bounded; the address is not kept. contact is where they
// want an answer, in their own words; "" for none.
//
// Errors: a directory.FieldError of "words" or "contact" for what cannot be
// taken, directory.ErrNotFound where the hoster is not listed here,
// directory.ErrConflict where too much was written lately, or too much waits
// to be read.
func (n *Node) ReportByVisitor(r *http.Request, about directory.ID, words, contact string) error {
	words, err := visitorText("words", words, ap.MaxReport)
	if err != nil {
		return err
	}
	if words == "" {
		return directory.Invalid("words", "must say what is wrong")
	}
	if contact, err = visitorText("contact", contact, maxVisitorContact); err != nil {
		return err
	}
	if strings.Contains(contact, "\n") {
		return directory.Invalid("contact", "must be one line")
	}
	ctx := r.Context()
	if listed, err := n.store.Listed(ctx, about); err != nil {
		return err
	} else if !listed {
		return fmt.Errorf("report %s: not listed here: %w", clip(string(about)), directory.ErrNotFound)
	}
	if a, ok := n.limits.client(r); ok && !n.desk.writers.take(a, n.clock()) {
		return fmt.Errorf("report: written too often lately: %w", directory.ErrConflict)
	}
	return n.keepVisitorReport(ctx, ap.Report{Objects: []ap.IRI{ap.IRI(about)}, Content: words, Contact: contact})
}

// keepVisitorReport keeps a report among those of this node's own visitors, or
// counts it with one that says the same.
func (n *Node) keepVisitorReport(ctx context.Context, r ap.Report) error {
	host := n.config.Origin.Host
	defer n.lockThread(ap.IRI(host))()
	open, err := n.store.OpenReports(ctx, host, mostVisitorsWords)
	if err != nil {
		return err
	}
	now := n.now()
	for _, before := range open {
		if before.Content == r.Content && slices.Equal(before.Objects, r.Objects) {
			before.Times++
			before.LastAt = now
			if r.Contact != "" {
				before.Contact = r.Contact
			}
			_, err := n.apply(ctx, ap.Change{Reports: []ap.Report{before}})
			return err
		}
	}
	if len(open) >= mostVisitorsWords {
		return fmt.Errorf("report: %d of visitors wait to be read: %w", len(open), directory.ErrConflict)
	}
	r.Key, r.Host, r.At, r.LastAt, r.Times = n.newID(), host, now, now, 1
	if _, err := n.apply(ctx, ap.Change{Reports: []ap.Report{r}}); err != nil {
		return err
	}
	n.log.InfoContext(ctx, "report of a visitor received: see matou report list", "about", string(r.Objects[0]))
	return nil
}

// visitorText gives what a visitor typed as plain text: line breaks as one
// sign, and none of the signs that cannot be seen.
func visitorText(field, s string, most int) (string, error) {
	if !utf8.ValidString(s) {
		return "", directory.Invalid(field, "must be readable text")
	}
	s = strings.TrimSpace(strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c)) {
			return -1
		}
		return c
	}, strings.ReplaceAll(s, "\r\n", "\n")))
	if utf8.RuneCountInString(s) > most {
		return "", directory.Invalid(field, "must not be longer than %d characters", most)
	}
	return s, nil
}
