package directory

import "strings"

// Validate checks every field of h and of its services, and gives all that is
// wrong at once: an errors.Join of *FieldError in the order of the fields, or
// nil. A field that says nothing is right, but for the handle and the name.
func (h Hoster) Validate() error {
	c := &check{}
	c.id("id", h.ID)
	if !validHandle(h.Handle) {
		c.invalid("handle", "must have 1 to 64 small letters, digits and underscores, not %q", clip(h.Handle))
	}
	c.required("name", h.Name)
	c.line("name", h.Name, MaxName)
	c.text("summary", h.Summary, MaxSummary)
	c.text("description", h.Description, MaxDescription)
	oneOf(c, "form", h.Form, FormAssociation, FormInformal, FormCooperative, FormMicroCompany, FormCompany, FormIndividual, FormOther)
	oneOf(c, "state", h.State, StateActive, StatePaused, StateClosing, StateClosed)
	if h.State == StateClosing && h.Until.IsZero() {
		c.invalid("until", "must be given with an announced closing: people need to know until when their data are there")
	}
	c.prose("stateComment", h.StateComment, MaxText)
	c.address("website", h.Website)
	c.address("logo", h.Logo)
	c.address("legal", h.Legal)
	c.guides("guides", h.Guides)
	c.languages("languages", h.Languages)
	c.audiences("audiences", h.Audiences)
	c.period("", h.Since, h.Until)
	c.place("seat", h.Seat)
	c.areas("serves", h.Serves)
	c.areas("dataIn", h.DataIn)
	c.contact("contact", h.Contact)
	c.work("work", h.Work)
	c.text("governance", h.Governance, MaxText)
	c.decisions("decisions", h.Decisions)
	c.text("funding", h.Funding, MaxText)
	oneOfEach(c, "fundedBy", h.FundedBy, FundingMembership, FundingPrices, FundingDonations, FundingGrants, FundingOwn)
	c.text("prices", h.Prices, MaxText)
	c.hosting("hosting", h.Hosting)
	c.text("seeks", h.Seeks, MaxText)
	c.relations("relations", h)
	c.closing("closing", h.Closing)
	c.owner("owner", h.Owner)
	c.memberships("memberships", h.Memberships)
	c.statements("statements", h.Statements)
	c.links("links", h.Links)
	c.services("services", h.Services)
	c.staffed(h)
	c.nightAndDay(h)
	return c.err()
}

func (c *check) guides(field string, g Guides) {
	c.address(path(field, "user"), g.User)
	c.address(path(field, "technical"), g.Technical)
	c.address(path(field, "leaving"), g.Leaving)
}

func (c *check) languages(field string, languages []Language) {
	if len(languages) > MaxLanguages {
		c.invalid(field, "has %d languages; keep the %d in which people are really answered", len(languages), MaxLanguages)
	}
	for i, l := range languages {
		if !validLanguage(l) {
			c.invalid(item(field, i), "must be a language code of two or three small letters, such as fr, not %q", clip(string(l)))
		}
	}
	unique(c, field, languages)
}

func (c *check) audiences(field string, audiences []Audience) {
	c.length(field, len(audiences), MaxAudiences)
	for i, a := range audiences {
		c.required(item(field, i), string(a))
		oneOf(c, item(field, i), a, AudienceIndividual, AudienceSmallOrganisation, AudienceLargeOrganisation)
	}
	unique(c, field, audiences)
}

func (c *check) place(field string, p Place) {
	c.line(path(field, "name"), p.Name, MaxName)
	c.prose(path(field, "address"), p.Address, MaxSummary)
	c.area(path(field, "area"), p.Area)
	c.country(path(field, "country"), p.Country)
	c.point(path(field, "point"), p.Point)
}

func (c *check) areas(field string, areas []AreaCode) {
	c.length(field, len(areas), MaxAreas)
	for i, a := range areas {
		c.required(item(field, i), string(a))
		c.area(item(field, i), a)
	}
	unique(c, field, areas)
}

func (c *check) contact(field string, k Contact) {
	c.address(path(field, "url"), k.URL)
	c.email(path(field, "email"), k.Email)
	c.phone(path(field, "phone"), k.Phone)
	c.hours(path(field, "hours"), k.Hours)
	c.languages(path(field, "languages"), k.Languages)
	c.text(path(field, "delay"), k.Delay, MaxSummary)
}

func (c *check) hours(field string, all []Hours) {
	c.length(field, len(all), MaxList)
	for i, h := range all {
		f := item(field, i)
		if len(h.Days) == 0 {
			c.invalid(path(f, "days"), "must name at least one day, such as mon")
		}
		for j, d := range h.Days {
			c.required(item(path(f, "days"), j), d)
			oneOf(c, item(path(f, "days"), j), d, weekDays...)
		}
		unique(c, path(f, "days"), h.Days)
		from, okFrom := minutes(h.From)
		to, okTo := minutes(h.To)
		switch {
		case !okFrom:
			c.invalid(path(f, "from"), "must be a time of the day such as 09:00, not %q", clip(h.From))
		case !okTo:
			c.invalid(path(f, "to"), "must be a time of the day such as 17:00, not %q", clip(h.To))
		case to <= from:
			c.invalid(path(f, "to"), "must come after %s; write hours that pass midnight as two spans", h.From)
		}
		if !validTimeZone(h.TimeZone) {
			c.invalid(path(f, "timeZone"), "must be a time zone such as Europe/Paris, not %q", clip(h.TimeZone))
		}
		oneOf(c, path(f, "channel"), h.Channel, "phone", "mail", "chat", "on-site")
	}
}

func (c *check) work(field string, w Work) {
	oneOf(c, path(field, "maintenance"), w.Maintenance, MaintenanceVolunteer, MaintenancePaid, MaintenanceMixed)
	c.count(path(field, "paidPeople"), w.PaidPeople)
	c.count(path(field, "volunteers"), w.Volunteers)
	c.count(path(field, "canRepair"), w.CanRepair)
	c.text(path(field, "peopleComment"), w.PeopleComment, MaxText)
	if w.OnCall != nil {
		c.onCall(path(field, "onCall"), *w.OnCall)
	}
	c.text(path(field, "guarantee"), w.Guarantee, MaxText)
	c.qualifications(path(field, "qualifications"), w.Qualifications)
}

// because begins what is said to those who promise to be there day and night.
const because = `"24/7" is only shown with the people behind it, because people need rest: `

// onCall checks duty outside the contact hours. "Around the clock" is refused
// where nothing is said of the people who would bear it.
func (c *check) onCall(field string, o OnCall) {
	if o.None && (o.AroundTheClock || o.Rotation != 0 || o.MaxConsecutive != 0) {
		c.invalid(path(field, "none"), "cannot stand beside a rotation: say either that nobody is on call, or who takes turns")
	}
	if o.Rotation < 0 || o.Rotation > 100_000 {
		c.invalid(path(field, "rotation"), "must be the number of people who take turns")
	}
	if o.MaxConsecutive < 0 || o.MaxConsecutive > 366 {
		c.invalid(path(field, "maxConsecutive"), "must be the number of duties that one person does in a row at most, up to 366")
	}
	c.text(path(field, "rest"), o.Rest, MaxText)
	c.text(path(field, "compensation"), o.Compensation, MaxText)
	c.text(path(field, "decidedBy"), o.DecidedBy, MaxText)
	if !o.AroundTheClock {
		return
	}
	if o.Rotation < 2 {
		c.invalid(path(field, "rotation"), because+"say how many take turns (at least two; nobody can be on duty day and night alone)")
	}
	if o.MaxConsecutive < 1 {
		c.invalid(path(field, "maxConsecutive"), because+"say how many duties in a row one person does at most")
	}
	if blank(o.Rest) {
		c.invalid(path(field, "rest"), because+"say what rest follows a duty")
	}
	if blank(o.Compensation) {
		c.invalid(path(field, "compensation"), because+"say how a duty is paid or made up for, or that it is not")
	}
	if blank(o.DecidedBy) {
		c.invalid(path(field, "decidedBy"), because+"say who decided on it, and whether those on duty took part")
	}
}

func (c *check) qualifications(field string, all []Qualification) {
	c.length(field, len(all), MaxList)
	for i, q := range all {
		f := item(field, i)
		c.required(path(f, "kind"), q.Kind)
		oneOf(c, path(f, "kind"), q.Kind, "training", "diploma", "contribution", "accompaniment", "mentoring")
		c.required(path(f, "title"), q.Title)
		c.line(path(f, "title"), q.Title, MaxName)
		c.line(path(f, "issuer"), q.Issuer, MaxName)
		c.address(path(f, "url"), q.URL)
		if q.Year != 0 && (q.Year < 1900 || q.Year > 2200) {
			c.invalid(path(f, "year"), "must be a year such as 2023")
		}
		c.id(path(f, "attestedBy"), q.AttestedBy)
	}
}

func (c *check) owner(field string, o *Owner) {
	if o == nil {
		return
	}
	c.required(path(field, "name"), o.Name)
	c.line(path(field, "name"), o.Name, MaxName)
	c.address(path(field, "website"), o.Website)
	c.address(path(field, "logo"), o.Logo)
}

func (c *check) memberships(field string, all []Membership) {
	c.length(field, len(all), MaxList)
	for i, m := range all {
		f := item(field, i)
		c.slug(path(f, "collective"), m.Collective)
		c.period(f, m.Since, m.Until)
		oneOf(c, path(f, "state"), m.State, StateActive, StatePaused, StateClosing, StateClosed)
		c.prose(path(f, "comment"), m.Comment, MaxText)
		c.optionalSlug(path(f, "charter"), m.Charter)
	}
}

func (c *check) statements(field string, all []Statement) {
	c.length(field, len(all), MaxStatements)
	type saying struct {
		criterion CriterionID
		by        ID
		charter   string // an answer under an old version stands beside that under the new
	}
	said := make(map[saying]bool, len(all))
	for i, s := range all {
		f := item(field, i)
		c.slug(path(f, "criterion"), string(s.Criterion))
		c.required(path(f, "value"), string(s.Value))
		oneOf(c, path(f, "value"), s.Value, Met, PartlyMet, Unmet, Undeclared)
		c.id(path(f, "saidBy"), s.SaidBy)
		c.period(f, s.Since, s.Until)
		c.address(path(f, "proof"), s.Proof)
		c.text(path(f, "comment"), s.Comment, MaxText)
		c.optionalSlug(path(f, "charter"), s.Charter)
		c.derogation(path(f, "derogation"), s.Derogation)
		if key := (saying{s.Criterion, s.SaidBy, s.Charter}); said[key] {
			c.invalid(path(f, "criterion"), "is answered twice; keep one answer to %s", clip(string(s.Criterion)))
		} else {
			said[key] = true
		}
	}
}

func (c *check) links(field string, all []Link) {
	c.length(field, len(all), MaxList)
	for i, l := range all {
		f := item(field, i)
		c.required(path(f, "kind"), string(l.Kind))
		oneOf(c, path(f, "kind"), l.Kind, LinkSocial, LinkChat, LinkFunding)
		c.required(path(f, "name"), l.Name)
		c.line(path(f, "name"), l.Name, MaxName)
		c.addressOf(path(f, "url"), l.URL, "http", "https", "xmpp", "irc", "ircs", "matrix")
	}
}

// Validate checks every field of s. The paths of its errors begin with field,
// e.g. "services[2]"; "" where s stands alone.
func (s Service) Validate(field string) error {
	c := &check{}
	c.service(field, s)
	return c.err()
}

func (c *check) services(field string, all []Service) {
	c.length(field, len(all), MaxServices)
	slugs, ids := make(map[string]bool), make(map[ID]bool)
	for i, s := range all {
		f := item(field, i)
		c.service(f, s)
		if slugs[s.Slug] {
			c.invalid(path(f, "slug"), "is the slug of another service; each needs its own")
		}
		if s.ID != "" && ids[s.ID] {
			c.invalid(path(f, "id"), "is the id of another service; each needs its own")
		}
		slugs[s.Slug], ids[s.ID] = true, true
	}
}

func (c *check) service(field string, s Service) {
	c.id(path(field, "id"), s.ID)
	c.slug(path(field, "slug"), s.Slug)
	c.required(path(field, "name"), s.Name)
	c.line(path(field, "name"), s.Name, MaxName)
	c.text(path(field, "summary"), s.Summary, MaxSummary)
	c.length(path(field, "needs"), len(s.Needs), MaxList)
	for i, n := range s.Needs {
		c.slug(item(path(field, "needs"), i), string(n))
	}
	unique(c, path(field, "needs"), s.Needs)
	c.software(path(field, "software"), s.Software)
	c.address(path(field, "website"), s.Website)
	c.address(path(field, "logo"), s.Logo)
	c.address(path(field, "terms"), s.Terms)
	c.address(path(field, "contract"), s.Contract)
	c.guides(path(field, "guides"), s.Guides)
	c.contact(path(field, "contact"), s.Contact)
	c.period(field, s.Since, s.Until)
	c.registration(path(field, "registration"), s.Registration)
	c.share(path(field, "share"), s)
	oneOf(c, path(field, "level"), s.Level, LevelOK, LevelWarning, LevelAlert, LevelError, LevelOver)
	c.prose(path(field, "levelComment"), s.LevelComment, MaxText)
	c.text(path(field, "price"), s.Price, MaxText)
	c.text(path(field, "limits"), s.Limits, MaxText)
	c.holds(path(field, "holds"), s.Holds)
	c.text(path(field, "leaving"), s.Leaving, MaxText)
	c.names(path(field, "leavesIn"), s.LeavesIn)
	c.allowance(path(field, "allowance"), s.Allowance)
	c.intervention(path(field, "intervention"), s.Intervention)
	c.hosting(path(field, "hosting"), s.Hosting)
	c.statements(path(field, "statements"), s.Statements)
}

func (c *check) software(field string, s Software) {
	c.line(path(field, "name"), s.Name, MaxName)
	c.address(path(field, "website"), s.Website)
	c.line(path(field, "licence"), s.Licence, MaxName)
	c.address(path(field, "licenceURL"), s.LicenceURL)
	c.address(path(field, "source"), s.Source)
	c.line(path(field, "version"), s.Version, MaxName)
	c.names(path(field, "modules"), s.Modules)
}

func (c *check) registration(field string, r Registration) {
	oneOf(c, path(field, "withoutAccount"), r.WithoutAccount, UseNothing, UseRead, UseFull)
	open := path(field, "openTo")
	for i, o := range r.OpenTo {
		c.required(item(open, i), string(o))
		oneOf(c, item(open, i), o, OpenToAnyone, OpenToMembers, OpenToClients, OpenToNoOne)
		if o == OpenToNoOne && len(r.OpenTo) > 1 {
			c.invalid(item(open, i), "no-one stands alone: take the others away, or it")
		}
	}
	c.length(open, len(r.OpenTo), 3)
	unique(c, open, r.OpenTo)
	oneOf(c, path(field, "capacity"), r.Capacity, CapacityOpen, CapacityWaitingList, CapacityFull)
}

// share checks what a service takes over: strangers cannot be sent to a service
// that asks for an account, or that has no address.
func (c *check) share(field string, s Service) {
	switch {
	case s.Share < 0 || s.Share > MaxShare:
		c.invalid(field, "must be from 0 (takes part no more) to %d, not %d", MaxShare, s.Share)
	case s.Share > 0 && s.Registration.WithoutAccount != UseFull:
		c.invalid(field, "sends people there who have no account: it goes with without_account = \"full\" only")
	case s.Share > 0 && s.Website == "":
		c.invalid(field, "sends people to the service: it needs a website to send them to")
	}
}

// blank reports whether t says nothing in any language.
func blank(t Text) bool {
	s, _ := t.In()
	return strings.TrimSpace(s) == ""
}
