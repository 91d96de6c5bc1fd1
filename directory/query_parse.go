package directory

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of a query.
const (
	MaxQueryText   = 200 // bytes
	MaxFilterValue = 100 // bytes
	MaxFilters     = 50  // values of all facets together
	DefaultLimit   = 20
	MaxLimit       = 200
	MaxOffset      = 1_000_000
)

// ParseQuery reads a query from the parameters of an address: q (words),
// place, near ("48.117,-1.678": latitude, longitude), day, limit, offset or
// page (from 1), and one parameter for each facet, repeated for each value.
// Parameters that it does not know and values that say nothing are ignored;
// every bad value is a *FieldError named after its parameter. A query without
// a day has the zero Day, which is for the caller to set.
func ParseQuery(v url.Values) (Query, error) {
	c := &check{}
	q := Query{
		Text:  c.words("q", v.Get("q"), MaxQueryText),
		Place: c.words("place", v.Get("place"), MaxFilterValue),
		Near:  c.near("near", v.Get("near")),
		Limit: c.number("limit", v.Get("limit"), DefaultLimit, 1, MaxLimit),
	}
	day, err := ParseDate(v.Get("day"))
	if err != nil || !day.IsZero() && day.Day == 0 {
		c.invalid("day", "must be a day such as 2026-03-01, not %q", clip(v.Get("day")))
	}
	q.Day = day
	q.Offset = c.number("offset", v.Get("offset"), 0, 0, MaxOffset)
	if page := v.Get("page"); page != "" && v.Get("offset") == "" {
		q.Offset = (c.number("page", page, 1, 1, MaxOffset/MaxLimit) - 1) * q.Limit
	}
	total := 0
	for _, f := range AllFacets() {
		values := c.filter(f, v[string(f)])
		if len(values) == 0 {
			continue
		}
		if q.Filters == nil {
			q.Filters = make(map[Facet][]string)
		}
		q.Filters[f] = values
		if total += len(values); total > MaxFilters {
			c.invalid(string(f), "is one filter too many: at most %d values can be asked for at once", MaxFilters)
			break
		}
	}
	if err := c.err(); err != nil {
		return Query{}, err
	}
	return q, nil
}

// words reads a text of a query, with single spaces between its words.
func (c *check) words(field, s string, limit int) string {
	switch {
	case len(s) > limit:
		c.invalid(field, "has %d bytes; at most %d are allowed", len(s), limit)
	case !utf8.ValidString(s):
		c.invalid(field, "must be UTF-8")
	case strings.ContainsFunc(s, func(r rune) bool { return hidden(r) && !unicode.IsSpace(r) }):
		c.invalid(field, "must not hold control characters")
	default:
		return strings.Join(strings.Fields(s), " ")
	}
	return ""
}

func (c *check) near(field, s string) *Point {
	if s == "" {
		return nil
	}
	latitude, longitude, _ := strings.Cut(s, ",")
	lat, err1 := strconv.ParseFloat(latitude, 64)
	lon, err2 := strconv.ParseFloat(longitude, 64)
	if err1 != nil || err2 != nil || !(math.Abs(lat) <= 90) || !(math.Abs(lon) <= 180) {
		c.invalid(field, "must be a latitude and a longitude in degrees, such as 48.117,-1.678")
		return nil
	}
	return &Point{Latitude: lat, Longitude: lon}
}

func (c *check) number(field, s string, otherwise, least, most int) int {
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		c.invalid(field, "must be a number from %d to %d", least, most)
		return otherwise
	}
	return n
}

// filter reads the values of one facet: sorted, each once.
func (c *check) filter(f Facet, values []string) []string {
	if len(values) > 4*MaxFilters {
		c.invalid(string(f), "is there %d times; at most %d values can be asked for at once", len(values), MaxFilters)
		return nil
	}
	fixed := f.FixedValues()
	var all []string
	for _, value := range values {
		value = c.words(string(f), value, MaxFilterValue)
		if value == "" {
			continue
		}
		if fixed != nil && !slices.Contains(fixed, value) {
			c.invalid(string(f), "must be one of %s, not %q", strings.Join(fixed, ", "), clip(value))
			continue
		}
		all = append(all, value)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Values gives the canonical parameters of q: ParseQuery(q.Values()) is q, for
// every q that ParseQuery gives. What is as it would be by itself is left out.
func (q Query) Values() url.Values {
	v := q.asked()
	if !q.Day.IsZero() {
		v.Set("day", q.Day.String())
	}
	if q.Limit != DefaultLimit && q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Offset != 0 {
		v.Set("offset", strconv.Itoa(q.Offset))
	}
	return v
}

// Canonical gives what q asks, in one form: its encoded parameters without the
// day and the page. It is the query that Shuffle takes.
func (q Query) Canonical() string { return q.asked().Encode() }

func (q Query) asked() url.Values {
	v := make(url.Values, len(q.Filters)+3)
	if q.Text != "" {
		v.Set("q", q.Text)
	}
	if q.Place != "" {
		v.Set("place", q.Place)
	}
	if q.Near != nil {
		v.Set("near", degrees(q.Near.Latitude)+","+degrees(q.Near.Longitude))
	}
	for f, values := range q.Filters {
		if len(values) > 0 {
			v[string(f)] = slices.Clone(values)
		}
	}
	return v
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) }
