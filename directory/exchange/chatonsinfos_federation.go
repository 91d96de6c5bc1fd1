package exchange

import (
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

// ExportFederation writes the federation file of a collective: who it is, and
// one link to the organization file of each of its members on the member's own
// node. Members without an ID are left out: there is nowhere to link to.
func ExportFederation(c Collective, members []directory.Hoster) *File {
	facts := writeFields("", federationFields, &c)
	taken := map[string]bool{}
	for _, h := range members {
		if o := origin(h.ID); o != "" {
			key := unique(taken, subsPrefix+h.Handle, maxName+len(subsPrefix))
			facts = append(facts, fact{key: key, value: HosterFileURL(o, h.Handle)})
		}
	}
	return fresh(c.Slug, ClassFederation, facts)
}
