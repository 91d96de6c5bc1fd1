package activitystreams

import (
	"matou/directory"
	"matou/federation/ap"
)

// EncodeService gives the document of one service at its own IRI: our terms,
// and name, summary and url for readers that know ActivityStreams only. Over
// 64 KiB it is a *directory.FieldError.
func EncodeService(e Endpoints, h directory.Hoster, s directory.Service, v directory.Vocabulary) (ap.Document, error) {
	w := writer()
	w.service(&s)
	lang := mainLanguage(h)
	doc := w.object
	doc["id"] = string(e.Service(s.Slug))
	doc["type"] = TypeService
	doc["attributedTo"] = string(e.Actor)
	doc["name"] = s.Name
	doc["url"] = first(webAddress(s.Website), e.Page())
	doc["to"] = []any{string(ap.Public)}
	doc["cc"] = []any{string(e.Followers())}
	updated := h.UpdatedAt
	if updated.IsZero() {
		updated = e.updated()
	}
	if !updated.IsZero() {
		doc["updated"] = stamp(updated)
	}
	summaries(doc, s.Summary, lang, func(words string, l directory.Language) string {
		return paragraph(words) + factsOf(s, v, l)
	})
	if icon := image(s.Logo, s.Name); icon != nil {
		doc["icon"] = icon
	}
	d, err := document(doc, contextService, e.Actor, updated)
	if err != nil {
		return ap.Document{}, err
	}
	return d, tooLarge(d.Body, doc, "services["+s.Slug+"].")
}

// serviceOf reads a service as it stands, not yet validated; its ID is that of
// the document. What cannot be understood is left out and told in the warnings.
// The caller holds the id and attributedTo against the hoster.
func serviceOf(o Object, warnings *[]string) (directory.Service, error) {
	switch {
	case o.ID() == "":
		return directory.Service{}, directory.Invalid("id", "must be a canonical address")
	case !o.Is(TypeService):
		return directory.Service{}, directory.Invalid("type", "must be %s, not %.40q", TypeService, o.Type())
	}
	s := directory.Service{ID: directory.ID(o.ID())}
	newReader(o, warnings).service(&s)
	if s.Slug == "" {
		return directory.Service{}, directory.Invalid("slug", "must be given")
	}
	return s, nil
}

func (w wire) service(s *directory.Service) {
	word(w, "slug", &s.Slug)
	w.line("name", &s.Name, directory.MaxName)
	w.text("tagline", &s.Summary, directory.MaxSummary)
	words(w, "needs", &s.Needs, directory.MaxList)
	w.nested("software", false, func(w wire) { w.program(&s.Software) })
	word(w, "website", &s.Website)
	word(w, "logo", &s.Logo)
	word(w, "termsOfUse", &s.Terms)
	word(w, "contract", &s.Contract)
	w.guides(&s.Guides)
	w.nested("contact", false, func(w wire) { w.contact(&s.Contact) })
	w.date("since", &s.Since)
	w.date("until", &s.Until)
	word(w, "withoutAccount", &s.Registration.WithoutAccount)
	words(w, "openTo", &s.Registration.OpenTo, directory.MaxList)
	word(w, "capacity", &s.Registration.Capacity)
	w.number("share", &s.Share)
	word(w, "level", &s.Level)
	w.prose("levelComment", &s.LevelComment, directory.MaxText)
	w.text("prices", &s.Price, directory.MaxText)
	w.text("limits", &s.Limits, directory.MaxText)
	w.nested("holds", false, func(w wire) { w.holds(&s.Holds) })
	w.text("leaving", &s.Leaving, directory.MaxText)
	words(w, "leavesIn", &s.LeavesIn, directory.MaxList)
	pointer(w, "allowance", &s.Allowance, wire.allowance)
	pointer(w, "intervention", &s.Intervention, wire.intervention)
	w.nested("hosting", false, func(w wire) { w.hosting(&s.Hosting) })
	each(w, "statements", &s.Statements, directory.MaxStatements, wire.statement)
}

func (w wire) program(s *directory.Software) {
	w.line("name", &s.Name, directory.MaxName)
	word(w, "website", &s.Website)
	w.line("licence", &s.Licence, directory.MaxName)
	word(w, "licenceText", &s.LicenceURL)
	word(w, "sourceCode", &s.Source)
	w.line("version", &s.Version, directory.MaxName)
	words(w, "modules", &s.Modules, directory.MaxList)
}

func (w wire) guides(g *directory.Guides) {
	word(w, "guide", &g.User)
	word(w, "technicalGuide", &g.Technical)
	word(w, "leavingGuide", &g.Leaving)
}

func (w wire) holds(h *directory.Holds) {
	w.count("accounts", &h.Accounts)
	if w.writing && h.Gigabytes != nil {
		w.measure("gigabytes", h.Gigabytes, true)
	} else if !w.writing && w.object.value("gigabytes") != nil {
		h.Gigabytes = new(float64)
		w.measure("gigabytes", h.Gigabytes, true)
	}
	w.count("people", &h.People)
}

func (w wire) allowance(a *directory.Allowance) {
	w.measure("daysPerYear", &a.DaysPerYear, false)
	w.flag("noPromise", &a.None)
	w.text("why", &a.Why, directory.MaxText)
	word(w, "whenPassed", &a.WhenPassed)
	w.text("compensation", &a.Compensation, directory.MaxText)
}

func (w wire) intervention(i *directory.Intervention) {
	w.measure("withinHours", &i.WithinHours, false)
	w.measure("withinDays", &i.WithinDays, false)
	each(w, "hours", &i.Hours, directory.MaxList, wire.hours)
	w.text("staffing", &i.Staffing, directory.MaxText)
}

func (w wire) hosting(h *directory.Hosting) {
	w.line("machineRoom", &h.MachineRoom, directory.MaxName)
	word(w, "machineRoomKind", &h.MachineRoomKind)
	word(w, "machineKind", &h.ServerKind)
	w.line("distribution", &h.Distribution, directory.MaxName)
	w.prose("machineComment", &h.Description, directory.MaxText)
	word(w, "country", &h.Country)
	word(w, "machineControl", &h.Control)
	w.text("machineAccess", &h.Access, directory.MaxText)
	w.text("machineWay", &h.Way, directory.MaxText)
}

func (w wire) statement(s *directory.Statement) {
	word(w, "criterion", &s.Criterion)
	word(w, "says", &s.Value)
	word(w, "saidBy", &s.SaidBy)
	w.date("since", &s.Since)
	w.date("until", &s.Until)
	w.instant("saidAt", &s.SaidAt)
	word(w, "proof", &s.Proof)
	w.text("explanation", &s.Comment, directory.MaxText)
	word(w, "charter", &s.Charter)
	pointer(w, "derogation", &s.Derogation, wire.derogation)
}

func (w wire) derogation(d *directory.Derogation) {
	word(w, "grantedBy", &d.By)
	w.date("grantedOn", &d.On)
	w.date("until", &d.Until)
	w.text("explanation", &d.Why, directory.MaxText)
	word(w, "proof", &d.Proof)
}

func (w wire) contact(c *directory.Contact) {
	word(w, "page", &c.URL)
	word(w, "email", &c.Email)
	word(w, "phone", &c.Phone)
	each(w, "hours", &c.Hours, directory.MaxList, wire.hours)
	words(w, "languages", &c.Languages, directory.MaxList)
	w.text("answerDelay", &c.Delay, directory.MaxSummary)
}

func (w wire) hours(h *directory.Hours) {
	words(w, "days", &h.Days, directory.MaxList)
	word(w, "opens", &h.From)
	word(w, "closes", &h.To)
	word(w, "timeZone", &h.TimeZone)
	word(w, "channel", &h.Channel)
}
