package directory

import (
	"cmp"
	"fmt"
	"slices"
)

// weekDays are the names of the days in Hours, Monday first.
var weekDays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// HoursKind is a part of the week in which people look for an answer, and a
// value of FacetHours.
type HoursKind string

// The parts of the week. Hours are taken as they are written, in the time zone
// of those who answer.
const (
	HoursOffice  HoursKind = "office"  // four hours or more between 9:00 and 17:00, on four days or more from Monday to Friday
	HoursEvening HoursKind = "evening" // after 18:00, on any day
	HoursWeekend HoursKind = "weekend" // on Saturday or Sunday
)

const (
	officeFrom    = 9 * 60
	officeTo      = 17 * 60
	officeMinutes = 4 * 60
	officeDays    = 4
	eveningFrom   = 18 * 60
)

// HoursKinds gives the parts of the week that the spans, taken together,
// cover; spans that are not valid cover nothing.
func HoursKinds(spans []Hours) []HoursKind {
	week := weekOf(spans)
	var kinds []HoursKind
	days := 0
	for _, day := range week[:5] {
		if overlap(day, officeFrom, officeTo) >= officeMinutes {
			days++
		}
	}
	if days >= officeDays {
		kinds = append(kinds, HoursOffice)
	}
	if slices.ContainsFunc(week[:], func(day []span) bool { return overlap(day, eveningFrom, 24*60) > 0 }) {
		kinds = append(kinds, HoursEvening)
	}
	if len(week[5])+len(week[6]) > 0 {
		kinds = append(kinds, HoursWeekend)
	}
	return kinds
}

// moment is a minute of the week.
type moment struct {
	day    string
	minute int
}

// clock gives the time of the day as "09:00".
func (m moment) clock() string { return fmt.Sprintf("%02d:%02d", m.minute/60, m.minute%60) }

// uncovered gives the first minute of the week that lies in the spans but in
// none of those in which somebody answers; false where there is none. Spans
// that are not valid are passed over.
func uncovered(spans, answered []Hours) (moment, bool) {
	week := weekOf(answered)
	for i, day := range weekOf(spans) {
		for _, s := range day {
			if overlap(week[i], s.from, s.to) == s.to-s.from {
				continue
			}
			for minute := s.from; minute < s.to; minute++ {
				if overlap(week[i], minute, minute+1) == 0 {
					return moment{weekDays[i], minute}, true
				}
			}
		}
	}
	return moment{}, false
}

// weekOf gives the spans of each day, Monday first.
func weekOf(spans []Hours) (week [7][]span) {
	for _, h := range spans {
		from, okFrom := minutes(h.From)
		to, okTo := minutes(h.To)
		if !okFrom || !okTo || to <= from {
			continue
		}
		for _, d := range h.Days {
			if i := slices.Index(weekDays, d); i >= 0 {
				week[i] = append(week[i], span{from, to})
			}
		}
	}
	return week
}

// span is a part of one day, in minutes from midnight.
type span struct{ from, to int }

// overlap gives how many minutes between from and to the spans cover; where
// they cover each other a minute counts once.
func overlap(spans []span, from, to int) int {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	sum := 0
	for _, s := range spans {
		begin, end := max(s.from, from), min(s.to, to)
		if end > begin {
			sum += end - begin
			from = end
		}
	}
	return sum
}

// minutes reads "09:00" as minutes from midnight; "24:00" is the day's end.
func minutes(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' || !only(s[:2]+s[3:], digit) {
		return 0, false
	}
	h := int(s[0]-'0')*10 + int(s[1]-'0')
	m := int(s[3]-'0')*10 + int(s[4]-'0')
	return h*60 + m, m < 60 && h*60+m <= 24*60
}

// validTimeZone reports whether s has the form of a name of the IANA time zone
// database; whether there is one of that name is not looked up.
func validTimeZone(s string) bool {
	return len(s) <= 64 && only(s, func(b byte) bool {
		return small(b) || capital(b) || digit(b) || b == '/' || b == '_' || b == '+' || b == '-'
	})
}
