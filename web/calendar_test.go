package web

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/directorytest"
)

// property is one content line of a calendar, unfolded.
type property struct{ name, value string }

// readCalendar reads content lines as RFC 5545 3.1 says, and refuses what it
// does not allow.
func readCalendar(t interface{ Fatalf(string, ...any) }, raw string) []property {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(raw, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Fatalf("line of %d bytes: %q", len(line), line)
		}
		if rest, folded := strings.CutPrefix(line, " "); folded && len(lines) > 0 {
			lines[len(lines)-1] += rest
			continue
		}
		lines = append(lines, line)
	}
	var all []property
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("no property: %q", line)
		}
		name, _, _ = strings.Cut(name, ";")
		all = append(all, property{name, value})
	}
	if !strings.HasSuffix(raw, "END:VCALENDAR\r\n") {
		t.Fatalf("the calendar has no end: %q", raw)
	}
	return all
}

// unescaped reads a text value (RFC 5545 3.3.11).
func unescaped(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(s)
}

// events gives the events of a calendar as maps of their properties.
func events(all []property) []map[string]string {
	var found []map[string]string
	for _, p := range all {
		switch {
		case p.name == "BEGIN" && p.value == "VEVENT":
			found = append(found, map[string]string{})
		case len(found) > 0 && p.name != "END":
			found[len(found)-1][p.name] = p.value
		}
	}
	return found
}

func TestCalendarHoldsMaintenance(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := hosterNode(t, &h, everyNotice(h))
	all := readCalendar(t, string(n.body("/etat/maintenance.ics", "text/calendar; charset=utf-8")))
	found := events(all)
	if len(found) != 1 {
		t.Fatalf("got %d events, want the maintenance alone: %v", len(found), found)
	}
	e := found[0]
	for name, want := range map[string]string{
		"DTSTART": now.Add(24 * time.Hour).UTC().Format("20060102T150405Z"), "DTEND": now.Add(26 * time.Hour).UTC().Format("20060102T150405Z"),
		"SUMMARY": "Les Lucioles : Mise à jour des pads", "STATUS": "CONFIRMED", "SEQUENCE": "0", "DESCRIPTION": "Jeudi soir.",
	} {
		if got := unescaped(e[name]); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"UID", "DTSTAMP"} {
		if e[name] == "" {
			t.Errorf("no %s", name)
		}
	}
}

// TestCalledOffMaintenanceStaysUnderItsUID: calendars take it back by that.
func TestCalledOffMaintenanceStaysUnderItsUID(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	planned := everyNotice(h)[1]
	before := events(readCalendar(t, string(hosterNode(t, &h, []directory.Notice{planned}).body("/etat/maintenance.ics", "text/calendar; charset=utf-8"))))[0]
	off, err := planned.Advance(directory.NoticeUpdate{ID: planned.ID + "x", Stage: directory.Cancelled}, now)
	if err != nil {
		t.Fatal(err)
	}
	after := events(readCalendar(t, string(hosterNode(t, &h, []directory.Notice{off}).body("/etat/maintenance.ics", "text/calendar; charset=utf-8"))))[0]
	if before["UID"] != after["UID"] || after["STATUS"] != "CANCELLED" || after["SEQUENCE"] <= before["SEQUENCE"] || after["DTSTAMP"] <= before["DTSTAMP"] {
		t.Errorf("got %v, then %v", before, after)
	}
}

// TestCalendarTakesAnyWords: whatever a hoster writes comes back as it was, in
// one property.
func TestCalendarTakesAnyWords(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	n := hosterNode(t, &h, nil)
	s, err := New(n.options)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		notice := everyNotice(h)[1]
		notice.HTML = false
		notice.Title = rapid.StringN(1, 60, 200).Draw(t, "title")
		notice.Body = rapid.String().Draw(t, "body")
		c := channel{title: rapid.String().Draw(t, "name"), maintenance: []authoredNotice{{notice, h, ""}}}
		raw, err := s.writeCalendar(c, "https://les-lucioles.example/etat/maintenance.ics")
		if err != nil {
			t.Fatal(err)
		}
		all := readCalendar(t, string(raw))
		found := events(all)
		if len(found) != 1 || len(found[0]) < 10 {
			t.Fatalf("got %v", found)
		}
		clean := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r < 0x20 && r != '\t' && r != '\n' || r == 0x7f || r == utf8.RuneError {
					return -1
				}
				return r
			}, s)
		}
		if got, want := unescaped(found[0]["SUMMARY"]), clean("Les Lucioles : "+plain(notice.Title)); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if i := slices.IndexFunc(all, func(p property) bool { return p.name == "END" && p.value == "VCALENDAR" }); i != len(all)-1 {
			t.Fatalf("the calendar ends at %d of %d", i, len(all))
		}
	})
}

func FuzzCalendarText(f *testing.F) {
	f.Add("Entretien, jeudi; \\ fin\nBEGIN:VEVENT")
	f.Add(strings.Repeat("é", 80))
	f.Fuzz(func(t *testing.T, text string) {
		w := &calendarWriter{}
		w.line("BEGIN", "VCALENDAR")
		w.text("SUMMARY", text)
		w.line("END", "VCALENDAR")
		if got := readCalendar(t, w.out.String()); len(got) != 3 {
			t.Errorf("got %d properties of %q", len(got), text)
		}
	})
}
