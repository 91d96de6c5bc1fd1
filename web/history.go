package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"matou/directory"
)

const (
	// stripDays is how many days the strip of a service goes back, today with it.
	stripDays = 90
	// mostNotices is how many notices of a hoster its history is drawn from.
	mostNotices = 500
)

// span is a time in which something was going on.
type span struct {
	from, to time.Time
	notice   *directory.Notice
}

// spanOf gives when what a notice tells of went on, by its words alone; false
// for what has no time of its own: an announcement, what was called off, what
// is to come.
func spanOf(n *directory.Notice, now time.Time) (span, bool) {
	if n.Kind == directory.NoticeAnnouncement || n.Stage == directory.Cancelled {
		return span{}, false
	}
	p := span{n.StartsAt, now, n}
	if p.from.IsZero() {
		p.from = n.PublishedAt
	}
	switch {
	case n.Over() && n.EndsAt.IsZero():
		p.to = n.UpdatedAt
	case n.Over(), n.Stage == directory.Planned && !n.EndsAt.IsZero():
		p.to = n.EndsAt
	}
	if p.to.After(now) {
		p.to = now
	}
	return p, !p.from.After(p.to)
}

// spansOf gives the spans of notices that concern a service, oldest first. A
// notice that names no service concerns all.
func spansOf(notices []directory.Notice, service directory.ID, now time.Time) []span {
	var all []span
	for i := range notices {
		n := &notices[i]
		if len(n.Affects) > 0 && !slices.Contains(n.Affects, service) {
			continue
		}
		if p, ok := spanOf(n, now); ok {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b span) int { return a.from.Compare(b.from) })
	return all
}

// lasting adds up the time from a to b in which notices of a kind went on:
// what overlaps counts once.
func lasting(spans []span, kind directory.NoticeKind, a, b time.Time) time.Duration {
	var sum time.Duration
	reached := a
	for _, p := range spans {
		if p.notice.Kind != kind {
			continue
		}
		from, to := later(p.from, reached), earlier(p.to, b)
		if to.After(from) {
			sum += to.Sub(from)
			reached = to
		}
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// strip is the last 90 days of a service as its notices tell them. A day on
// which nothing was told is no more than that: a strip counts no days and
// gives no part of a hundred.
type strip struct {
	Words     string // the same for those who do not see it
	Days      int
	Incidents string // path of the days with an incident: tall marks
	Works     string // path of the days with a maintenance and no incident: middling ones
	Rows      []stripRow
}

// stripRow is one notice of a strip, in words.
type stripRow struct {
	Kind, Title, Lang, Address string
	Starts                     moment
	Lasted                     string
	Going                      bool // it is not over
}

// strip draws what was told of a service.
func (s *Site) strip(v *visit, spans []span) strip {
	today := dayOf(v.now)
	st := strip{Days: stripDays}
	marks := make([]directory.NoticeKind, stripDays)
	for _, p := range slices.Backward(spans) {
		first, last := stripDays-1-daysBetween(p.from.In(s.zone), today), stripDays-1-daysBetween(p.to.In(s.zone), today)
		if last < 0 {
			continue
		}
		for i := max(first, 0); i <= min(last, stripDays-1); i++ {
			if marks[i] != directory.NoticeIncident {
				marks[i] = p.notice.Kind
			}
		}
		st.Rows = append(st.Rows, stripRow{
			Kind:  v.locale.word("kind", string(p.notice.Kind)),
			Title: plain(p.notice.Title), Lang: v.locale.foreign(p.notice.Language),
			Address: s.noticeAddress(v.language(), *p.notice),
			Starts:  s.moment(v.locale, p.from), Lasted: v.locale.span(p.to.Sub(p.from)), Going: !p.notice.Over(),
		})
	}
	incidents, works := 0, 0
	var tall, middling strings.Builder
	for i, kind := range marks {
		switch kind {
		case directory.NoticeIncident:
			incidents++
			tall.WriteString("M" + strconv.Itoa(i) + ".5 0v20")
		case directory.NoticeMaintenance:
			works++
			middling.WriteString("M" + strconv.Itoa(i) + ".5 8v12")
		}
	}
	st.Incidents, st.Works = tall.String(), middling.String()
	st.Words = v.locale.text("strip.none", stripDays)
	if incidents+works > 0 {
		st.Words = v.locale.text("strip.told", stripDays, v.locale.text("strip.incidents", incidents), v.locale.text("strip.works", works))
	}
	return st
}

// dayOf gives the middle of a day, so that days can be counted across the
// change to summer time.
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
}

// daysBetween counts the days from that of t to the day of today; what lies
// far away is held near enough to count.
func daysBetween(t, today time.Time) int {
	d := today.Sub(dayOf(t))
	return int(d / (24 * time.Hour))
}

// year is what was told of one year, and what the hoster allows itself in it.
type year struct {
	Year     string
	Services []serviceYear
	Notices  []noticeView
}

// serviceYear is a year of one service.
type serviceYear struct {
	Name      string
	Incidents string // how long in all; "" for none
	Works     string
	Allowance string // days of interruption that it allows itself; "": not said
}

// years gives the past by year, the latest first: every notice that is over,
// and how long incidents and maintenance of each service went on.
func (s *Site) years(v *visit, h directory.Hoster, notices []directory.Notice, past []noticeView) []year {
	byYear := map[int]*year{}
	at := func(t time.Time) *year {
		n := t.In(s.zone).Year()
		if byYear[n] == nil {
			byYear[n] = &year{Year: strconv.Itoa(n)}
		}
		return byYear[n]
	}
	for _, n := range past {
		y := at(n.at)
		y.Notices = append(y.Notices, n)
	}
	for _, service := range h.Services {
		spans := spansOf(notices, service.ID, v.now)
		for number, y := range byYear {
			from := time.Date(number, 1, 1, 0, 0, 0, 0, s.zone)
			to := from.AddDate(1, 0, 0)
			y.Services = append(y.Services, serviceYear{
				Name:      plain(service.Name),
				Incidents: v.locale.spanOrNone(lasting(spans, directory.NoticeIncident, from, to)),
				Works:     v.locale.spanOrNone(lasting(spans, directory.NoticeMaintenance, from, to)),
				Allowance: v.locale.allowedDays(service.Allowance),
			})
		}
	}
	all := make([]year, 0, len(byYear))
	for _, y := range byYear {
		all = append(all, *y)
	}
	slices.SortFunc(all, func(a, b year) int { return cmp.Compare(b.Year, a.Year) })
	return all
}

// allowedDays gives the days of interruption a year that a hoster allows
// itself, "" where it says nothing of it.
func (l *locale) allowedDays(a *directory.Allowance) string {
	switch {
	case a == nil:
		return ""
	case a.None:
		return l.text("year.no_promise")
	}
	return l.text("span.days", a.DaysPerYear)
}

// span writes how long something took: minutes, hours, then days with a
// decimal.
func (l *locale) span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return l.text("span.minutes", max(1, int(d.Minutes())))
	case d < 24*time.Hour:
		return l.text("span.hours", d.Hours())
	}
	return l.text("span.days", d.Hours()/24)
}

func (l *locale) spanOrNone(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return l.span(d)
}
