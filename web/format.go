package web

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"matou/directory"
)

// date writes a day, a month or a year as people say it.
func (l *locale) date(d directory.Date) string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return l.text("date.year", itoa(d.Year))
	case d.Day == 0:
		return l.text("date.month", l.month(d.Month), itoa(d.Year))
	case d.Day == 1:
		return l.text("date.first", l.month(d.Month), itoa(d.Year))
	}
	return l.text("date.day", itoa(d.Day), l.month(d.Month), itoa(d.Year))
}

// since writes from when something is so, until up to when, and on when it
// happened: languages put other words before a day than before a year.
func (l *locale) since(d directory.Date) string { return l.dated(d, "date.since", "date.since_day") }
func (l *locale) until(d directory.Date) string { return l.dated(d, "date.until", "date.until_day") }
func (l *locale) on(d directory.Date) string    { return l.dated(d, "date.on", "date.on_day") }

// dated puts d, where it is one, into the sentence for a month or a year, or
// into that for a whole day.
func (l *locale) dated(d directory.Date, wide, day string) string {
	switch {
	case d.IsZero():
		return ""
	case d.Day != 0:
		return l.text(day, l.date(d))
	}
	return l.text(wide, l.date(d))
}

// time writes a day with its hour.
func (l *locale) time(t time.Time) string {
	return l.text("date.at", l.word("weekday", "d"+itoa(int(t.Weekday())))+" "+l.date(directory.DateOf(t)), l.clock(t))
}

// clock writes an hour of the day: "9 h", "9 h 05", "9:05".
func (l *locale) clock(t time.Time) string {
	if t.Minute() == 0 {
		return l.text("date.hour", itoa(t.Hour()))
	}
	return l.text("date.minute", itoa(t.Hour()), t.Format("04"))
}

func (l *locale) month(m time.Month) string { return l.word("month", "m"+itoa(int(m))) }

// moment is a point in time for people and, in Machine, for programs.
type moment struct {
	Words   string // "le jeudi 3 septembre 2026 à 9 h"
	Machine string // RFC 3339
}

// moment writes t for a <time> element.
func (l *locale) moment(t time.Time) moment {
	return moment{Words: l.time(t), Machine: t.Format(time.RFC3339)}
}

// ago says how long before now t was, in whole minutes, hours or days.
func (l *locale) ago(now, t time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return l.text("ago.now")
	case d < time.Hour:
		return l.text("ago.minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return l.text("ago.hours", int(d.Hours()))
	default:
		return l.text("ago.days", int(d.Hours()/24))
	}
}

// week are the days as hosters name them, in their order.
var week = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// hours writes one span of the week: "lundi à vendredi, 9 h – 17 h, par téléphone".
func (l *locale) hours(h directory.Hours) string {
	parts := []string{l.days(h.Days), l.text("date.span", l.timeOfDay(h.From), l.timeOfDay(h.To))}
	if h.Channel != "" {
		parts = append(parts, l.word("channel", h.Channel))
	}
	if !clockOfHere(h.TimeZone) {
		parts = append(parts, l.text("date.zone", plain(h.TimeZone)))
	}
	return strings.Join(parts, ", ")
}

// clockOfHere reports whether the clocks of a time zone show what those of
// France do, so that it need not be told. They do where they agree in winter
// and in summer.
func clockOfHere(name string) bool {
	if name == "" || name == "Europe/Paris" {
		return true
	}
	there, err := time.LoadLocation(name)
	if err != nil {
		return false
	}
	here, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return false
	}
	for _, month := range []time.Month{time.January, time.July} {
		t := time.Date(2026, month, 1, 12, 0, 0, 0, time.UTC)
		_, a := t.In(there).Zone()
		_, b := t.In(here).Zone()
		if a != b {
			return false
		}
	}
	return true
}

// days writes days of the week, those that follow one another as a span.
func (l *locale) days(days []string) string {
	var said []string
	for i := 0; i < len(week); i++ {
		if !slices.Contains(days, week[i]) {
			continue
		}
		last := i
		for last+1 < len(week) && slices.Contains(days, week[last+1]) {
			last++
		}
		switch {
		case last-i >= 2:
			said = append(said, l.text("date.days", l.word("weekday", week[i]), l.word("weekday", week[last])))
			i = last
		default:
			said = append(said, l.word("weekday", week[i]))
		}
	}
	return l.list(said)
}

// timeOfDay writes "09:00" as the language does, and anything else as it is.
func (l *locale) timeOfDay(s string) string {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return plain(s)
	}
	return l.clock(t)
}

// list joins words as the language does: "a, b et c".
func (l *locale) list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " " + l.text("list.and") + " " + words[n-1]
	}
}

// tongue gives the name of a language.
func (l *locale) tongue(of directory.Language) string {
	if t := tag(of); t != language.Und {
		if name := display.Languages(l.tag).Name(t); name != "" {
			return name
		}
	}
	return plain(string(of))
}

// distance writes kilometres: whole ones, since a town has no finer place.
func (l *locale) distance(km float64) string {
	if km < 1 {
		return l.text("distance.here")
	}
	return l.text("distance.away", int(km+0.5))
}
