package exchange

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"matou/directory"
)

// vCardLine is how many bytes a line of a vCard may have (RFC 6350 3.2).
const vCardLine = 75

// ExportVCard writes hosters as vCards 4.0 for an address book (RFC 6350):
// who they are, where, and how to reach them. What an address book has no
// place for (services, work, statements) is left out.
func ExportVCard(hosters []directory.Hoster) []byte {
	var b vCard
	for _, h := range hosters {
		b.hoster(h)
	}
	return b.Bytes()
}

// vCard is a buffer of folded lines.
type vCard struct{ bytes.Buffer }

// line writes a property whose value is text already escaped, folded without
// parting a character.
func (b *vCard) line(property, value string) {
	s := property + ":" + value
	room := vCardLine
	for len(s) > room {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut] + "\r\n ")
		s, room = s[cut:], vCardLine-1
	}
	b.WriteString(s + "\r\n")
}

// text writes a property of text, if it says something.
func (b *vCard) text(property, value string) {
	if value = strings.TrimSpace(value); value != "" {
		b.line(property, vCardText(value))
	}
}

// vCardPart escapes one part of a value that semicolons part (RFC 6350 3.4).
func vCardPart(s string) string { return strings.ReplaceAll(vCardText(s), ";", `\;`) }

// vCardText escapes a text (RFC 6350 4, TEXT): semicolons stand as they are.
// Control characters go.
func vCardText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.NewReplacer(`\`, `\\`, ",", `\,`, "\n", `\n`).Replace(s)
	return strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, s)
}

// vCardParameter writes the value of a parameter, between quotes where it must
// be; RFC 6868 gives what quotes and line breaks become.
func vCardParameter(s string) string {
	s = strings.NewReplacer("^", "^^", `"`, "^'", "\r\n", "^n", "\n", "^n", "\r", "^n").Replace(s)
	return `"` + strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, s) + `"`
}

func (b *vCard) hoster(h directory.Hoster) {
	b.line("BEGIN", "VCARD")
	b.line("VERSION", "4.0")
	b.line("KIND", "org")
	if h.ID != "" {
		b.uri("UID", string(h.ID))
	}
	b.text("FN", h.Name)
	if name := strings.TrimSpace(h.Name); name != "" {
		b.line("ORG", vCardPart(name))
	}
	for _, l := range languagesOf(h.Summary) {
		b.text("NOTE;LANGUAGE="+string(l), h.Summary[l])
	}
	b.uri("URL", h.Website)
	b.uri("CONTACT-URI", h.Contact.URL)
	b.text("EMAIL", h.Contact.Email)
	if digits := phoneURI(h.Contact.Phone); digits != "" {
		b.line("TEL;VALUE=uri", "tel:"+digits)
	}
	b.address(h.Seat)
	b.uri("LOGO", h.Logo)
	for _, l := range h.Languages {
		b.text("LANG", string(l))
	}
	for _, l := range h.Links {
		switch l.Kind {
		case directory.LinkChat:
			b.uri("IMPP", l.URL)
		case directory.LinkSocial: // RFC 9554 3.6
			b.uri("SOCIALPROFILE;SERVICE-TYPE="+vCardParameter(l.Name), l.URL)
		case directory.LinkFunding: // no word for it in an address book
		}
	}
	if at := lastSaid(h); !at.IsZero() {
		b.line("REV", at.UTC().Format("20060102T150405Z"))
	}
	b.line("END", "VCARD")
}

// uri writes an address, which needs no escapes; one with control characters
// is none.
func (b *vCard) uri(property, address string) {
	if address != "" && !strings.ContainsFunc(address, hidden) {
		b.line(property, address)
	}
}

// address writes where a hoster is: town and country in their places, the
// address in its own words as the label (RFC 6350 6.3.1), and the point.
func (b *vCard) address(p directory.Place) {
	if p.Name != "" || p.Address != "" || p.Country != "" {
		property := "ADR"
		if p.Address != "" {
			property += ";LABEL=" + vCardParameter(p.Address)
		}
		country := countryName(p.Country)
		if country == "" {
			country = string(p.Country)
		}
		b.line(property, ";;;"+vCardPart(p.Name)+";;;"+vCardPart(country))
	}
	if p.Point != nil && onGlobe(*p.Point) {
		b.line("GEO", "geo:"+writeDegrees(p.Point.Latitude)+","+writeDegrees(p.Point.Longitude))
	}
}

// phoneURI gives the digits of a telephone number (RFC 3966), or "" where it
// does not begin with + or has none.
func phoneURI(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if strings.LastIndexByte(digits, '+') > 0 || len(digits) < 2 {
		return ""
	}
	return digits
}
