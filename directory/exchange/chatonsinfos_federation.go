package exchange

import (
	"strings"
	"time"

	"matou/directory"
)

// Collective is what a federation file says of a group of hosters.
type Collective struct {
	Slug        string // name of the file
	Name        string
	Description directory.Text
	Website     string
	Logo        string
	Contact     directory.Contact // URL and Email
	Legal       string
	Guides      directory.Guides
	Since       directory.Date
	Until       directory.Date
	UpdatedAt   time.Time
}

var federationFields = []field[Collective]{
	value("file.datetime", readTime, writeTime, func(c *Collective) *time.Time { return &c.UpdatedAt }),
	text("federation.name", func(c *Collective) *string { return &c.Name }),
	words("federation.description", func(c *Collective) *directory.Text { return &c.Description }),
	address("federation.website", func(c *Collective) *string { return &c.Website }),
	address("federation.logo", func(c *Collective) *string { return &c.Logo }),
	address("federation.contact.url", func(c *Collective) *string { return &c.Contact.URL }),
	email("federation.contact.email", func(c *Collective) *string { return &c.Contact.Email }),
	address("federation.legal.url", func(c *Collective) *string { return &c.Legal }),
	address("federation.guide.user", func(c *Collective) *string { return &c.Guides.User }),
	address("federation.guide.technical", func(c *Collective) *string { return &c.Guides.Technical }),
	date("federation.startdate", func(c *Collective) *directory.Date { return &c.Since }),
	date("federation.enddate", func(c *Collective) *directory.Date { return &c.Until }),
}

// Federation reads what a federation file says of its collective. The error, a
// directory.ErrInvalid, says that f is no federation file.
func Federation(f *File) (Collective, []Warning, error) {
	if class := f.Class(); class != ClassFederation {
		return Collective{}, nil, wrongClass(f, class, ClassFederation)
	}
	c := Collective{Slug: fileSlug(f.Name)}
	warnings := readFields(f, "", federationFields, &c)
	if c.Slug == "" || c.Slug == ClassFederation {
		c.Slug = Slug(c.Name)
	}
	return c, warnings, nil
}

// Member is a hoster of a collective or of a directory, with the address of
// its organization file.
type Member struct {
	Handle string // names its link
	URL    string
}

// MemberOf gives where a hoster's own file is: the one that a directory read,
// where it read one, or the one on the hoster's own node, where it is a node of
// matou, which serves it under a name that is known. "" where it has none.
func MemberOf(l directory.Listing) Member {
	h := l.Hoster
	switch o := origin(h.ID); {
	case strings.HasSuffix(l.Origin, ".properties") && isWeb(l.Origin):
		return Member{Handle: h.Handle, URL: l.Origin}
	case o != "" && string(h.ID) == o+"/ap/actors/"+h.Handle:
		return Member{Handle: h.Handle, URL: HosterFileURL(o, h.Handle)}
	}
	return Member{Handle: h.Handle}
}

// ExportFederation writes the federation file of a collective or of a
// directory: who it is, and one link to the organization file of each member.
// Members without an address are left out. at is where the file is served, ""
// where it is not.
func ExportFederation(c Collective, at string, members []Member) *File {
	facts := writeFields("", federationFields, &c)
	if at != "" {
		facts = append([]fact{{key: "file.url", value: at}}, facts...)
	}
	taken := map[string]bool{}
	for _, m := range members {
		if m.URL == "" {
			continue
		}
		key := subsPrefix + m.Handle
		if taken[key] { // two of one name: their hosts tell them apart
			key = subsPrefix + word(m.Handle+" "+directory.ID(m.URL).Host(), '_', m.Handle)
		}
		facts = append(facts, fact{key: unique(taken, key, maxName+len(subsPrefix)), value: m.URL})
	}
	return fresh(c.Slug, ClassFederation, facts)
}
