package directory

import (
	"errors"
	"fmt"
	"math"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The sizes that inputs may have: texts in characters, each language on its
// own; addresses in bytes; lists in items.
const (
	MaxName        = 200
	MaxSummary     = 500
	MaxDescription = 20_000
	MaxText        = 5_000 // every other text
	MaxURL         = 2_048
	MaxLanguages   = 5  // spoken with people
	MaxAudiences   = 3  // whom a hoster can serve
	MaxTextIn      = 10 // languages of one text
	MaxServices    = 100
	MaxShare       = 100 // of mutual aid, of one service
	MaxStatements  = 200
	MaxAreas       = 200
	MaxList        = 50 // every other list
)

// check gathers all that is wrong with an input.
type check struct{ errs []error }

func (c *check) invalid(field, reason string, args ...any) {
	c.errs = append(c.errs, Invalid(field, reason, args...))
}

func (c *check) err() error { return errors.Join(c.errs...) }

// FieldErrors gives each FieldError that err holds, in order, so that a form
// can show every one beside its field.
func FieldErrors(err error) []*FieldError {
	switch e := err.(type) { //nolint:errorlint // it goes down by itself, one wrapping at a time
	case nil:
		return nil
	case *FieldError:
		return []*FieldError{e}
	case interface{ Unwrap() []error }:
		var all []*FieldError
		for _, one := range e.Unwrap() {
			all = append(all, FieldErrors(one)...)
		}
		return all
	}
	return FieldErrors(errors.Unwrap(err))
}

// path joins a field to the path of what holds it.
func path(parent, field string) string {
	if parent == "" {
		return field
	}
	return parent + "." + field
}

// item is the path of the i-th item of a list.
func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

func (c *check) length(field string, n, limit int) {
	if n > limit {
		c.invalid(field, "has %d items; at most %d are allowed", n, limit)
	}
}

// required refuses an empty text.
func (c *check) required(field, s string) {
	if strings.TrimSpace(s) == "" {
		c.invalid(field, "must be given")
	}
}

// line checks a text of one line.
func (c *check) line(field, s string, limit int) {
	c.size(field, s, limit)
	if strings.ContainsFunc(s, hidden) {
		c.invalid(field, "must not hold line breaks, control characters or characters that turn the direction of the text")
	}
}

// prose checks a text that may have several lines.
func (c *check) prose(field, s string, limit int) {
	c.size(field, s, limit)
	if strings.ContainsFunc(s, func(r rune) bool { return hidden(r) && r != '\n' && r != '\r' && r != '\t' }) {
		c.invalid(field, "must not hold control characters or characters that turn the direction of the text")
	}
}

func (c *check) size(field, s string, limit int) {
	if !utf8.ValidString(s) {
		c.invalid(field, "must be UTF-8")
		return
	}
	if n := utf8.RuneCountInString(s); n > limit {
		c.invalid(field, "has %d characters; at most %d are allowed", n, limit)
	}
}

// hidden reports what a reader cannot see and what makes a text read
// otherwise than it is written (Unicode TR 36, bidirectional spoofing).
func hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// text checks each language of t.
func (c *check) text(field string, t Text, limit int) {
	c.length(field, len(t), MaxTextIn)
	for _, l := range sortedLanguages(t) {
		f := path(field, string(l))
		if !validLanguage(l) {
			c.invalid(f, "must be a language code of two or three small letters, such as fr")
			continue
		}
		c.prose(f, t[l], limit)
	}
}

// address checks an http or https address; "" is not said.
func (c *check) address(field, s string) {
	if s != "" {
		c.addressOf(field, s, "http", "https")
	}
}

func (c *check) addressOf(field, s string, schemes ...string) {
	if len(s) > MaxURL {
		c.invalid(field, "has %d bytes; an address has at most %d", len(s), MaxURL)
		return
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return hidden(r) || unicode.IsSpace(r) }) {
		c.invalid(field, "must be an address without spaces or control characters")
		return
	}
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		c.invalid(field, "must be a full address that begins with %s:", strings.Join(schemes, ": or "))
		return
	}
	web := u.Scheme == "http" || u.Scheme == "https"
	switch {
	case u.User != nil:
		c.invalid(field, "must not hold a name or password before the @")
	case web && u.Hostname() == "", u.Hostname() == "" && u.Opaque == "":
		c.invalid(field, "must name a host, as in https://hoster.example/")
	case strings.ContainsFunc(u.Path, unicode.IsControl):
		c.invalid(field, "must not hold encoded control characters")
	}
}

// id checks the IRI of an actor or object; "" is not said.
func (c *check) id(field string, id ID) { c.address(field, string(id)) }

// email checks an address of the form name@host; "" is not said.
func (c *check) email(field, s string) {
	if s == "" {
		return
	}
	a, err := mail.ParseAddress(s)
	_, host, _ := strings.Cut(s, "@")
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsAny(s, `"[] `) || !strings.Contains(host, ".") {
		c.invalid(field, "must be a mail address such as contact@hoster.example")
	}
}

// phone checks a telephone number as people write them; "" is not said.
func (c *check) phone(field, s string) {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+ ()./-", r):
			c.invalid(field, "must be a telephone number: digits, spaces and + ( ) . / - only")
			return
		}
	}
	if s != "" && (digits < 2 || len(s) > 40) {
		c.invalid(field, "must be a telephone number of 2 to 40 characters")
	}
}

// slug checks a short name for addresses.
func (c *check) slug(field, s string) {
	if !validSlug(s) {
		c.invalid(field, "must have 1 to 64 small letters, digits and hyphens, not %q", clip(s))
	}
}

// oneOf checks a value of a closed list; "" is not said.
func oneOf[T ~string](c *check, field string, v T, all ...T) {
	if v == "" || slices.Contains(all, v) {
		return
	}
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = string(a)
	}
	c.invalid(field, "must be one of %s, not %q", strings.Join(names, ", "), clip(string(v)))
}

// unique refuses a value that a list holds twice.
func unique[T comparable](c *check, list string, values []T) {
	seen := make(map[T]bool, len(values))
	for i, v := range values {
		if seen[v] {
			c.invalid(item(list, i), "is there twice; keep one")
		}
		seen[v] = true
	}
}

// area checks the form of a code; whether the territory exists is for Areas.
func (c *check) area(field string, a AreaCode) {
	if a != "" && !validArea(string(a)) {
		c.invalid(field, `must be the code of an area, such as FR, FR-BRE, siren:200065928 or insee:22113, not %q`, clip(string(a)))
	}
}

func (c *check) country(field string, a AreaCode) {
	if a != "" && !validCountry(string(a)) {
		c.invalid(field, "must be a country code of two capital letters (ISO 3166-1), such as FR, not %q", clip(string(a)))
	}
}

func (c *check) point(field string, p *Point) {
	if p == nil {
		return
	}
	if !(math.Abs(p.Latitude) <= 90) {
		c.invalid(path(field, "latitude"), "must lie between -90 and 90 degrees")
	}
	if !(math.Abs(p.Longitude) <= 180) {
		c.invalid(path(field, "longitude"), "must lie between -180 and 180 degrees")
	}
}

// period checks two dates, either of which may be missing.
func (c *check) period(parent string, since, until Date) {
	for _, d := range []struct {
		field string
		date  Date
	}{{"since", since}, {"until", until}} {
		if again, err := ParseDate(d.date.String()); err != nil || again != d.date {
			c.invalid(path(parent, d.field), "is not a day of the calendar")
			return
		}
	}
	if !since.IsZero() && !until.IsZero() && until.endsBefore(since) {
		c.invalid(path(parent, "until"), "must not come before since (%s)", since)
	}
}

func (c *check) count(field string, n *int) {
	if n != nil && (*n < 0 || *n > 100_000) {
		c.invalid(field, "must be a number of people from 0 to 100000")
	}
}

// IsSlug reports whether s is a short name for addresses: [a-z0-9-]{1,64}.
func IsSlug(s string) bool { return validSlug(s) }

func validSlug(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && only(s, func(b byte) bool { return small(b) || digit(b) || b == '-' })
}

func validHandle(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && only(s, func(b byte) bool { return small(b) || digit(b) || b == '_' })
}

func validLanguage(l Language) bool { return (len(l) == 2 || len(l) == 3) && only(string(l), small) }

func validCountry(s string) bool { return len(s) == 2 && only(s, capital) }

// validArea reports whether s has one of the forms of an AreaCode.
func validArea(s string) bool {
	if code, ok := strings.CutPrefix(s, "siren:"); ok {
		return len(code) == 9 && only(code, digit)
	}
	if code, ok := strings.CutPrefix(s, "insee:"); ok {
		return len(code) == 5 && only(code, alphanumeric)
	}
	country, part, divided := strings.Cut(s, "-")
	return validCountry(country) && (!divided || len(part) >= 1 && len(part) <= 3 && only(part, alphanumeric))
}

func only(s string, in func(byte) bool) bool {
	for i := range len(s) {
		if !in(s[i]) {
			return false
		}
	}
	return true
}

func small(b byte) bool        { return b >= 'a' && b <= 'z' }
func capital(b byte) bool      { return b >= 'A' && b <= 'Z' }
func digit(b byte) bool        { return b >= '0' && b <= '9' }
func alphanumeric(b byte) bool { return capital(b) || digit(b) }

// clip shortens what an error repeats of an input.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
