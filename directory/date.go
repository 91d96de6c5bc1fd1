package directory

import (
	"fmt"
	"time"
)

// Date is a calendar day, or a month (Day 0), or a year (Month and Day 0), as
// people write when something began. The zero Date is not said. In JSON and
// text it is ISO 8601: "2018-06-01", "2018-06", "2018", "".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads "2018-06-01", "2018-06", "2018" or "" (the zero Date).
func ParseDate(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if len(s) != len(layout) {
			continue
		}
		t, err := time.Parse(layout, s)
		if err != nil || t.Year() < 1 {
			break
		}
		d := Date{Year: t.Year()}
		if len(layout) > 4 {
			d.Month = t.Month()
		}
		if len(layout) > 7 {
			d.Day = t.Day()
		}
		return d, nil
	}
	return Date{}, Invalid("date", "must be written 2018-06-01, 2018-06 or 2018, not %q", s)
}

// DateOf is the day of t in t's own time zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// IsZero reports whether the date is not said.
func (d Date) IsZero() bool { return d.Year == 0 }

// endsBefore reports whether the last day that d may mean comes before the
// first that o may mean: "2018" does not end before "2018-06".
func (d Date) endsBefore(o Date) bool {
	if d.Year != o.Year {
		return d.Year < o.Year
	}
	if d.Month == 0 || o.Month == 0 || d.Month != o.Month {
		return d.Month != 0 && o.Month != 0 && d.Month < o.Month
	}
	return d.Day != 0 && o.Day != 0 && d.Day < o.Day
}

// String gives ISO 8601 with the precision that the date has.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText is String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDate.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err == nil {
		*d = v
	}
	return err
}
