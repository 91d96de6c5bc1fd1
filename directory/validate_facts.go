package directory

import (
	"slices"
	"strings"
)

func (c *check) allowance(field string, a *Allowance) {
	if a == nil {
		return
	}
	days := path(field, "daysPerYear")
	switch {
	case a.None && a.DaysPerYear != 0:
		c.invalid(days, "must be left out where no allowance is promised")
	case !a.None && !(a.DaysPerYear > 0 && a.DaysPerYear <= 366):
		c.invalid(days, "must be more than 0 and at most 366 days a year; nothing never stops")
	}
	c.text(path(field, "why"), a.Why, MaxText)
	oneOf(c, path(field, "whenPassed"), a.WhenPassed, RedressNone, RedressTime, RedressRefund)
	if a.None && a.DaysPerYear == 0 && a.WhenPassed != "" && a.WhenPassed != RedressNone {
		c.invalid(path(field, "whenPassed"), "must be left out where no allowance is promised: there is nothing to pass")
	}
	c.text(path(field, "compensation"), a.Compensation, MaxText)
}

func (c *check) intervention(field string, v *Intervention) {
	if v == nil {
		return
	}
	hours, days := path(field, "withinHours"), path(field, "withinDays")
	switch {
	case v.WithinDays == 0 && !(v.WithinHours > 0 && v.WithinHours <= 8784):
		c.invalid(hours, "must be more than 0 and at most 8784 hours (a year)")
	case v.WithinDays != 0 && v.WithinHours != 0:
		c.invalid(days, "cannot stand beside a number of hours: keep one of the two")
	case v.WithinDays != 0 && !(v.WithinDays > 0 && v.WithinDays <= 366):
		c.invalid(days, "must be more than 0 and at most 366 days")
	}
	c.hours(path(field, "hours"), v.Hours)
	c.text(path(field, "staffing"), v.Staffing, MaxText)
}

func (c *check) hosting(field string, h Hosting) {
	c.line(path(field, "machineRoom"), h.MachineRoom, MaxName)
	oneOf(c, path(field, "machineRoomKind"), h.MachineRoomKind, RoomHome, RoomHostedBay, RoomHostedServer, RoomOutsourced)
	oneOf(c, path(field, "serverKind"), h.ServerKind, ServerNano, ServerPhysical, ServerVirtual, ServerShared, ServerCloud)
	c.line(path(field, "distribution"), h.Distribution, MaxName)
	c.prose(path(field, "description"), h.Description, MaxText)
	c.country(path(field, "country"), h.Country)
	oneOf(c, path(field, "control"), h.Control, ControlOwns, ControlRents, ControlRentsShare, ControlSubcontract)
	c.text(path(field, "access"), h.Access, MaxText)
	c.text(path(field, "way"), h.Way, MaxText)
}

func (c *check) holds(field string, h Holds) {
	count := func(name string, n *int, of string) {
		if n != nil && (*n < 1 || *n > 100_000_000) {
			c.invalid(path(field, name), "must be a number of %s from 1 to 100000000; leave it out where there is no bound", of)
		}
	}
	count("accounts", h.Accounts, "accounts")
	if g := h.Gigabytes; g != nil && !(*g > 0 && *g <= 1_000_000) {
		c.invalid(path(field, "gigabytes"), "must be more than 0 and at most 1000000 gigabytes for one account")
	}
	count("people", h.People, "people")
}

func (c *check) decisions(field string, d Decisions) {
	oneOfEach(c, path(field, "voters"), d.Voters, VoterVolunteers, VoterEmployees, VoterMembers, VoterHosted, VoterFounders)
	c.address(path(field, "documents"), d.Documents)
	c.text(path(field, "meetings"), d.Meetings, MaxText)
}

func (c *check) closing(field string, k Closing) {
	if n := k.NoticeDays; n != nil && (*n < 0 || *n > 3660) {
		c.invalid(path(field, "noticeDays"), "must be a number of days from 0 to 3660")
	}
	c.period(field, k.AnnouncedOn, Date{})
	c.text(path(field, "plan"), k.Plan, MaxText)
}

func (c *check) derogation(field string, d *Derogation) {
	if d == nil {
		return
	}
	c.slug(path(field, "by"), d.By)
	c.period(field, d.On, d.Until)
	c.text(path(field, "why"), d.Why, MaxText)
	c.address(path(field, "proof"), d.Proof)
}

func (c *check) relations(field string, h Hoster) {
	c.length(field, len(h.Relations), MaxList)
	type end struct {
		kind RelationKind
		with ID
	}
	said := make(map[end]bool, len(h.Relations))
	for i, r := range h.Relations {
		f := item(field, i)
		c.required(path(f, "kind"), string(r.Kind))
		oneOf(c, path(f, "kind"), r.Kind, RelationKinds()...)
		c.id(path(f, "with"), r.With)
		c.line(path(f, "name"), r.Name, MaxName)
		c.address(path(f, "website"), r.Website)
		for j, slug := range r.Services {
			c.slug(item(path(f, "services"), j), slug)
		}
		c.length(path(f, "services"), len(r.Services), MaxList)
		unique(c, path(f, "services"), r.Services)
		c.period(f, r.Since, r.Until)
		c.text(path(f, "comment"), r.Comment, MaxText)
		switch {
		case r.With == "" && strings.TrimSpace(r.Name) == "":
			c.invalid(path(f, "with"), "must be given: the id of the other hoster's actor, or at least its name")
		case r.With != "" && r.With == h.ID:
			c.invalid(path(f, "with"), "is this hoster itself; a relation has another one")
		case r.With != "" && said[end{r.Kind, r.With}]:
			c.invalid(path(f, "with"), "stands in this relation twice; keep one")
		}
		said[end{r.Kind, r.With}] = true
	}
}

// staffed refuses a time of intervention in hours when nobody is said to be
// there: a promise is made by people, or it is made by nobody (demand 32). It
// is enough that those hours are contact hours, that somebody is on call, or
// that the staffing is told in words.
func (c *check) staffed(h Hoster) {
	for i, s := range h.Services {
		v := s.Intervention
		if v == nil || !blank(v.Staffing) || len(v.Hours) == 0 {
			continue
		}
		f := path(item("services", i), "intervention")
		if o := h.Work.OnCall; o != nil && !o.None && o.Rotation > 0 {
			continue
		}
		if h.Work.CanRepair != nil && *h.Work.CanRepair == 0 {
			c.invalid(f, "promises that somebody acts, when nobody is said to be able to (work.can_repair is 0): say in staffing who does, or leave the promise out")
			continue
		}
		answered := slices.Concat(s.Contact.Hours, h.Contact.Hours)
		if at, ok := uncovered(v.Hours, answered); ok {
			c.invalid(path(f, "hours"), "promise that somebody acts on %s at %s, when nobody is said to be there: give those hours as contact hours, say who is on call, or say in staffing who keeps the promise", at.day, at.clock())
		}
	}
}

// nightAndDay refuses hours without an end where the people who would keep them
// are not told: they are "24/7" by another door (demand 21).
func (c *check) nightAndDay(h Hoster) {
	if o := h.Work.OnCall; o != nil && o.AroundTheClock {
		return // checked with its people
	}
	week := []Hours{{Days: weekDays, From: "00:00", To: "24:00"}}
	look := func(field string, hours []Hours) {
		if _, gap := uncovered(week, hours); !gap {
			c.invalid(field, because+"these hours never end; fill in the duty of those who keep them (work.onCall, with aroundTheClock), or give the hours in which somebody is really there")
		}
	}
	look("contact.hours", h.Contact.Hours)
	for i, s := range h.Services {
		look(path(item("services", i), "contact.hours"), s.Contact.Hours)
		if s.Intervention != nil {
			look(path(item("services", i), "intervention.hours"), s.Intervention.Hours)
		}
	}
}

// names checks a list of names of things.
func (c *check) names(field string, all []string) {
	c.length(field, len(all), MaxList)
	for i, name := range all {
		c.required(item(field, i), name)
		c.line(item(field, i), name, MaxName)
	}
	unique(c, field, all)
}

// oneOfEach checks a list of values of a closed list.
func oneOfEach[T ~string](c *check, field string, values []T, all ...T) {
	c.length(field, len(values), len(all))
	for i, v := range values {
		c.required(item(field, i), string(v))
		oneOf(c, item(field, i), v, all...)
	}
	unique(c, field, values)
}

// optionalSlug checks a short name; "" is not said.
func (c *check) optionalSlug(field, s string) {
	if s != "" {
		c.slug(field, s)
	}
}
