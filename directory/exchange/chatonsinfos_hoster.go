package exchange

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"matou/directory"
)

// organization is a hoster as the format holds it.
type organization struct {
	directory.Hoster
	owner               directory.Owner
	latitude, longitude *float64
	datetime            time.Time
}

var organizationFields = []field[organization]{
	value("file.datetime", readTime, writeTime, func(o *organization) *time.Time { return &o.datetime }),
	text("organization.name", func(o *organization) *string { return &o.Name }),
	{"organization.description", nil, readDescription, writeDescription},
	oneOf("organization.type", forms, func(o *organization) *directory.LegalForm { return &o.Form }),
	oneOf("organization.status.level", states, func(o *organization) *directory.State { return &o.State }, "organization.status"),
	prose("organization.status.description", directory.MaxText, func(o *organization) *string { return &o.StateComment }),
	date("organization.startdate", func(o *organization) *directory.Date { return &o.Since }),
	date("organization.enddate", func(o *organization) *directory.Date { return &o.Until }),
	address("organization.website", func(o *organization) *string { return &o.Website }),
	address("organization.logo", func(o *organization) *string { return &o.Logo }, "organization.logo.url"),
	address("organization.contact.url", func(o *organization) *string { return &o.Contact.URL }),
	email("organization.contact.email", func(o *organization) *string { return &o.Contact.Email }),
	address("organization.legal.url", func(o *organization) *string { return &o.Legal }),
	address("organization.guide.technical", func(o *organization) *string { return &o.Guides.Technical }, "organization.technical.url"),
	address("organization.guide.user", func(o *organization) *string { return &o.Guides.User }),
	text("organization.owner.name", func(o *organization) *string { return &o.owner.Name }),
	address("organization.owner.website", func(o *organization) *string { return &o.owner.Website }),
	address("organization.owner.logo", func(o *organization) *string { return &o.owner.Logo }),
	country("organization.country.code", func(o *organization) *directory.AreaCode { return &o.Seat.Country }),
	countryWords("organization.country.name", func(o *organization) *directory.AreaCode { return &o.Seat.Country }),
	degrees("organization.geolocation.latitude", 90, func(o *organization) **float64 { return &o.latitude }),
	degrees("organization.geolocation.longitude", 180, func(o *organization) **float64 { return &o.longitude }),
	prose("organization.geolocation.address", directory.MaxSummary, func(o *organization) *string { return &o.Seat.Address }, "organization.geography"),
}

// readDescription takes what is too long for a sentence as a description.
func readDescription(o *organization, s string) error {
	most, at := directory.MaxSummary, &o.Summary
	if utf8.RuneCountInString(s) > most {
		most, at = directory.MaxDescription, &o.Description
	}
	s, err := readProse(s, most)
	if err == nil {
		*at = directory.Text{fileLanguage: s}
	}
	return err
}

// writeDescription gives the sentence, or without one the description where a
// line of the file can hold it.
func writeDescription(o *organization) string {
	if s, _ := o.Summary.In(fileLanguage); s != "" {
		return s
	}
	s, _ := o.Description.In(fileLanguage)
	if len(written(s)) > MaxLineBytes-len("organization.description = ") {
		return ""
	}
	return s
}

func degrees(key string, most float64, at func(*organization) **float64) field[organization] {
	return field[organization]{key, nil, func(o *organization, s string) error {
		d, err := readDegrees(s, most)
		if err == nil {
			*at(o) = &d
		}
		return err
	}, func(o *organization) string {
		if *at(o) == nil {
			return ""
		}
		return writeDegrees(**at(o))
	}}
}

const memberPrefix = "organization.memberof."

var membershipFields = []field[directory.Membership]{
	date("startdate", func(m *directory.Membership) *directory.Date { return &m.Since }),
	date("enddate", func(m *directory.Membership) *directory.Date { return &m.Until }),
	oneOf("status.level", states, func(m *directory.Membership) *directory.State { return &m.State }),
	prose("status.description", directory.MaxText, func(m *directory.Membership) *string { return &m.Comment }),
}

// linkSections are the open lists of addresses, each with its kind.
var linkSections = []struct {
	prefix  string
	kind    directory.LinkKind
	aliases map[string]string // key as mistyped -> key
}{
	{"organization.socialnetworks.", directory.LinkSocial, map[string]string{"pixelfeld": "pixelfed"}},
	{"organization.chatrooms.", directory.LinkChat, nil},
	{"organization.funding.", directory.LinkFunding, nil},
}

// Hoster reads a hoster from its organization file and those of its services.
// It has no ID and is neither Discoverable nor Indexable: publishing a file
// for one directory is no consent to be found in others. Its memberships are
// claims. Values that cannot be used are told as warnings and left out; the
// result may still fall short of directory.Hoster.Validate. The error, a
// directory.ErrInvalid, says that org is no organization file.
func Hoster(org *File, services []*File) (directory.Hoster, []Warning, error) {
	if class := org.Class(); class != ClassOrganization {
		return directory.Hoster{}, nil, wrongClass(org, class, ClassOrganization)
	}
	h, warnings := readOrganization(org)
	warnings = append(warnings, unknownKeys(org)...)
	taken := map[string]bool{}
	for _, f := range services {
		s, more, err := Service(f)
		if err != nil {
			warnings = append(warnings, Warning{File: f.Name, Reason: "this file is left out: its file.class says that it is no service"})
			continue
		}
		if len(h.Services) == directory.MaxServices {
			warnings = append(warnings, Warning{File: f.Name, Reason: fmt.Sprintf("this file is left out: a hoster may have %d services", directory.MaxServices)})
			continue
		}
		s.Slug = unique(taken, s.Slug, maxName)
		warnings = append(warnings, more...)
		h.Services = append(h.Services, s)
	}
	return h, warnings, nil
}

func wrongClass(f *File, is, want string) error {
	if is == "" {
		return directory.Invalid(f.Name, "is no ChatonsInfos file: it has no file.class")
	}
	return directory.Invalid(f.Name, "has file.class = %s; a file of class %s is needed", quote(is), want)
}

func readOrganization(f *File) (directory.Hoster, []Warning) {
	var o organization
	warnings := readFields(f, "", organizationFields, &o)
	warnings = append(warnings, settle(f, &o)...)
	memberships, more := readMemberships(f)
	o.Memberships, warnings = memberships, append(warnings, more...)
	links, more := readLinks(f)
	o.Links, warnings = links, append(warnings, more...)
	o.Handle = Handle(o.Name)
	return o.Hoster, warnings
}

// settle draws what takes more than one key.
func settle(f *File, o *organization) (warnings []Warning) {
	if o.Name == "" {
		warnings = append(warnings, Warning{File: f.Name, Key: "organization.name", Reason: "no name is given; a hoster needs one"})
	}
	switch {
	case o.owner.Name != "":
		o.Owner = &o.owner
	case o.owner != (directory.Owner{}):
		warnings = append(warnings, Warning{File: f.Name, Key: "organization.owner.name", Reason: "no name of the owner is given, so that nothing of it is used"})
	}
	warnings = append(warnings, checkPeriod(f, "organization.", o.Since, &o.Until)...)
	switch {
	case o.latitude != nil && o.longitude != nil:
		o.Seat.Point = &directory.Point{Latitude: *o.latitude, Longitude: *o.longitude}
	case o.latitude != nil || o.longitude != nil:
		warnings = append(warnings, Warning{File: f.Name, Key: "organization.geolocation", Reason: "a latitude and a longitude are needed; one alone is not used"})
	}
	if o.State == directory.StateActive && !o.Until.IsZero() {
		o.State = directory.StateClosing
	}
	o.UpdatedAt, o.ConfirmedAt = o.datetime, o.datetime
	return warnings
}

// readMemberships reads a claim for each collective of which something is
// said.
func readMemberships(f *File) (claims []directory.Membership, warnings []Warning) {
	seen := map[string]bool{}
	for _, e := range f.Prefix(memberPrefix) {
		slug, _, ok := strings.Cut(foldKey(e.Key[len(memberPrefix):]), ".")
		if !ok || e.Value == "" || seen[slug] {
			continue
		}
		seen[slug] = true
		var err error
		switch {
		case !isSlug(slug):
			err = reason("%s is no name of a collective: it may have letters, digits and “-”", quote(slug))
		case len(claims) == directory.MaxList:
			err = reason("there are more than %d collectives", directory.MaxList)
		}
		if err != nil {
			warnings = append(warnings, Warning{File: f.Name, Line: e.Line, Key: e.Key, Reason: err.Error()})
			continue
		}
		m := directory.Membership{Collective: slug}
		warnings = append(warnings, readFields(f, memberPrefix+slug+".", membershipFields, &m)...)
		warnings = append(warnings, checkPeriod(f, memberPrefix+slug+".", m.Since, &m.Until)...)
		claims = append(claims, m)
	}
	return claims, warnings
}

func isSlug(s string) bool {
	return s != "" && len(s) <= maxName && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func readLinks(f *File) (links []directory.Link, warnings []Warning) {
	for _, section := range linkSections {
		seen := map[string]bool{}
		for _, e := range f.Prefix(section.prefix) {
			name := foldKey(e.Key[len(section.prefix):])
			if name == "" || e.Value == "" {
				continue
			}
			twice := seen[name]
			if right, ok := section.aliases[name]; ok {
				_, twice = f.said(section.prefix + right)
				name = right
			}
			address, err := readURL(e.Value, "http", "https", "xmpp", "irc", "ircs", "matrix")
			if err == nil {
				err = refuseLink(name, twice, len(links))
			}
			if err != nil {
				warnings = append(warnings, Warning{File: f.Name, Line: e.Line, Key: e.Key, Reason: err.Error()})
				continue
			}
			seen[name] = true
			links = append(links, directory.Link{Kind: section.kind, Name: name, URL: address})
		}
	}
	return links, warnings
}

func refuseLink(name string, twice bool, links int) error {
	if twice {
		return reason("there is already an address for %s", quote(name))
	}
	if links == directory.MaxList {
		return reason("there are more than %d addresses elsewhere", directory.MaxList)
	}
	_, err := readLine(name, directory.MaxName)
	return err
}

// checkPeriod takes an end away that lies before the beginning.
func checkPeriod(f *File, prefix string, since directory.Date, until *directory.Date) []Warning {
	from, to := since.String(), until.String()
	n := min(len(from), len(to))
	if n == 0 || to[:n] >= from[:n] {
		return nil
	}
	e, _ := f.said(prefix + "enddate")
	*until = directory.Date{}
	return []Warning{{File: f.Name, Line: e.Line, Key: e.Key, Reason: reason("%s lies before the beginning, %s", to, from).Error()}}
}

// linkKey gives the last part of a link's key: its name, as far as a key can
// hold it.
func linkKey(name string) string {
	key := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '=' || unicode.IsControl(r) {
			return '-'
		}
		return r
	}, foldKey(name)))
	if key == "" {
		return "custom"
	}
	return key
}
