package web

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"matou/directory"
)

// calendarStatus says how sure a maintenance is (RFC 5545 3.8.1.11).
var calendarStatus = map[directory.Stage]string{directory.Cancelled: "CANCELLED"}

// writeCalendar writes the maintenances of a channel as RFC 5545 wants it, with
// the name and the times of renewal of RFC 7986. All times are in UTC: every
// calendar shows them on the clock of its owner.
func (s *Site) writeCalendar(c channel, self string) ([]byte, error) {
	w := &calendarWriter{}
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//matou//matou//EN")
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", "PUBLISH")
	w.text("NAME", c.title)
	w.text("X-WR-CALNAME", c.title)
	w.line("URL", self)
	w.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	w.line("X-PUBLISHED-TTL", "PT1H")
	for _, m := range c.maintenance {
		s.writeEvent(w, m)
	}
	w.line("END", "VCALENDAR")
	return w.out.Bytes(), nil
}

// writeEvent writes one maintenance. Its UID is the id of the notice and stays
// when it is moved or called off, so that calendars follow.
func (s *Site) writeEvent(w *calendarWriter, m authoredNotice) {
	n := m.notice
	w.line("BEGIN", "VEVENT")
	w.text("UID", string(n.ID))
	w.time("DTSTAMP", n.UpdatedAt)
	w.time("LAST-MODIFIED", n.UpdatedAt)
	if !n.PublishedAt.IsZero() {
		w.time("CREATED", n.PublishedAt)
	}
	w.line("SEQUENCE", strconv.Itoa(len(n.Updates)))
	w.time("DTSTART", n.StartsAt)
	if n.EndsAt.After(n.StartsAt) {
		w.time("DTEND", n.EndsAt)
	}
	language := ""
	if l := tag(n.Language).String(); l != "und" {
		language = ";LANGUAGE=" + l
	}
	w.text("SUMMARY"+language, plain(m.hoster.Name)+" : "+plain(n.Title))
	if body := noticeText(n); body != "" {
		w.text("DESCRIPTION"+language, body)
	}
	if to := realHost(n.URL); to != "" {
		w.line("URL", n.URL)
	}
	status := calendarStatus[n.Stage]
	if status == "" {
		status = "CONFIRMED"
	}
	w.line("STATUS", status)
	w.line("TRANSP", "TRANSPARENT") // nobody is busy because a server is
	w.line("CATEGORIES", "MAINTENANCE")
	w.line("END", "VEVENT")
}

// noticeText gives the words of a notice without marks, the last first.
func noticeText(n directory.Notice) string {
	var parts []string
	for i := len(n.Updates) - 1; i >= 0; i-- {
		parts = append(parts, bareText(n.Updates[i].Body, n.HTML))
	}
	parts = append(parts, bareText(n.Body, n.HTML))
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}

// bareText gives the text of a body, without marks.
func bareText(body string, isHTML bool) string {
	if !isHTML {
		return strings.TrimSpace(visible(body))
	}
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return ""
	}
	var b strings.Builder
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && (n.Data == "p" || n.Data == "br" || n.Data == "li") && b.Len() > 0:
			b.WriteByte('\n')
		}
	}
	return strings.TrimSpace(visible(b.String()))
}

// calendarWriter writes content lines (RFC 5545 3.1).
type calendarWriter struct{ out bytes.Buffer }

// lineBytes is how long a line may be, without its end.
const lineBytes = 75

// line writes a property whose value needs no escapes, folded after 75 bytes,
// never inside of a letter. Controls, which the grammar has no place for, are
// left out: no value can begin a line of its own.
func (w *calendarWriter) line(name, value string) {
	rest := strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, name+":"+value)
	room := lineBytes
	for len(rest) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		w.out.WriteString(rest[:cut])
		w.out.WriteString("\r\n ")
		rest, room = rest[cut:], lineBytes-1
	}
	w.out.WriteString(rest)
	w.out.WriteString("\r\n")
}

// escaped are the signs that mean something in a text (RFC 5545 3.3.11).
var escaped = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// text writes a property that is a text.
func (w *calendarWriter) text(name, value string) { w.line(name, escaped.Replace(value)) }

// time writes a moment in UTC (RFC 5545 3.3.5, form 2).
func (w *calendarWriter) time(name string, t time.Time) {
	w.line(name, t.UTC().Format("20060102T150405Z"))
}
