package activitystreams

import (
	"slices"

	"matou/directory"
	"matou/federation/ap"
)

// maxActor is what an actor may weigh, so that an Update which carries it stays
// under the 64 KiB that some peers take.
const maxActor = 64<<10 - 1<<10

// EncodeHoster gives the actor of a hoster, an Organization, with everything
// that its profile says but its services, which stand behind the services
// collection. What a reader of another software must see is also in summary
// and in fields (PropertyValue). Over 64 KiB, the activity that carries it
// included, it is a *directory.FieldError that says what to shorten.
func EncodeHoster(e Endpoints, h directory.Hoster, v directory.Vocabulary) (ap.Document, error) {
	if h.UpdatedAt.After(e.UpdatedAt) {
		e.UpdatedAt = h.UpdatedAt
	}
	if !h.Discoverable && e.CanFeature != "" {
		e.CanFeature = e.Actor
	}
	if e.Handle == "" {
		e.Handle = h.Handle
	}
	w := writer()
	w.hoster(&h)
	lang := mainLanguage(h)
	doc := w.object
	e.actor(doc, "Organization", h.Name, lang)
	doc["preferredUsername"] = h.Handle
	doc["discoverable"] = h.Discoverable
	doc["indexable"] = h.Indexable
	doc["services"] = string(e.Services())
	doc["attachment"] = hosterFields(h, v, lang)
	tags := hosterTags(h, lang)
	doc["tag"] = e.hashtags(tags)
	summaries(doc, h.Summary, lang, func(words string, l directory.Language) string {
		return e.hosterSummary(words, h, l)
	})
	if icon := image(h.Logo, h.Name); icon != nil {
		doc["icon"] = icon
	}
	d, err := document(doc, contextHoster, e.Actor, e.updated())
	if err != nil {
		return ap.Document{}, err
	}
	return d, tooLarge(d.Body, doc, "")
}

// DecodeHoster reads a hoster from its actor and the documents of its
// services, in their order. What cannot be understood, or would not pass
// directory's Validate, is left out and told in the warnings; so are services
// and statements that are not the hoster's own. Errors are directory.ErrInvalid.
func DecodeHoster(actor []byte, services [][]byte) (directory.Hoster, []string, error) {
	o, err := Parse(actor)
	if err != nil {
		return directory.Hoster{}, nil, err
	}
	switch {
	case o.ID() == "":
		return directory.Hoster{}, nil, directory.Invalid("id", "must be a canonical address")
	case !IsActor(o.Type()):
		return directory.Hoster{}, nil, directory.Invalid("type", "must be an actor, not %.40q", o.Type())
	}
	var warnings []string
	h := directory.Hoster{ID: directory.ID(o.ID()), Handle: o.String("preferredUsername")}
	newReader(o, &warnings).hoster(&h)
	h.Discoverable, h.Indexable = o.Bool("discoverable"), o.Bool("indexable")
	h.UpdatedAt = o.Time("updated")
	h.Services = ownServices(o.ID(), services, &warnings)
	h.Statements = ownWords(h.ID, h.Statements, &warnings)
	for i := range h.Services {
		h.Services[i].Statements = ownWords(h.ID, h.Services[i].Statements, &warnings)
	}
	h, err = pruned(h, directory.Hoster.Validate, &warnings)
	return h, warnings, err
}

// ownWords leaves out what a hoster's document says that somebody else has said
// of it: nobody vouches for anybody but on their own host (FEP-fe34).
func ownWords(hoster directory.ID, all []directory.Statement, warnings *[]string) []directory.Statement {
	return slices.DeleteFunc(all, func(s directory.Statement) bool {
		others := s.SaidBy != "" && s.SaidBy != hoster
		if others {
			wire{warnings: warnings}.warn("statements", "has one that somebody else is said to have made")
		}
		return others
	})
}

// ownServices reads the services that stand on the hoster's host and say that
// they are its own.
func ownServices(hoster ap.IRI, services [][]byte, warnings *[]string) []directory.Service {
	var all []directory.Service
	warn := wire{warnings: warnings}.warn
	slugs, ids := map[string]bool{}, map[directory.ID]bool{}
	for _, raw := range services {
		o, err := Parse(raw)
		if err != nil {
			warn("services", "has an entry that cannot be read: "+err.Error())
			continue
		}
		s, err := serviceOf(o, warnings)
		switch {
		case err != nil:
			warn("services", "has an entry that cannot be read: "+err.Error())
		case sameOrigin(hoster, o.ID()) == "" || o.IRI("attributedTo") != hoster:
			warn("services", "has an entry that is not the hoster's own")
		case slugs[s.Slug] || ids[s.ID]:
			warn("services", "has an entry twice")
		case len(all) >= directory.MaxServices:
			warn("services", "has more entries than are read")
			return all
		default:
			slugs[s.Slug], ids[s.ID] = true, true
			all = append(all, s)
		}
	}
	return all
}

func (w wire) hoster(h *directory.Hoster) {
	w.line("name", &h.Name, directory.MaxName)
	w.text("tagline", &h.Summary, directory.MaxSummary)
	w.text("description", &h.Description, directory.MaxDescription)
	word(w, "legalForm", &h.Form)
	word(w, "state", &h.State)
	w.prose("stateComment", &h.StateComment, directory.MaxText)
	word(w, "website", &h.Website)
	word(w, "logo", &h.Logo)
	word(w, "legalNotice", &h.Legal)
	w.guides(&h.Guides)
	words(w, "languages", &h.Languages, directory.MaxList)
	words(w, "audiences", &h.Audiences, directory.MaxList)
	w.date("since", &h.Since)
	w.date("until", &h.Until)
	w.nested("location", false, func(w wire) { w.place(&h.Seat) })
	words(w, "serves", &h.Serves, directory.MaxAreas)
	words(w, "dataIn", &h.DataIn, directory.MaxAreas)
	w.nested("contact", false, func(w wire) { w.contact(&h.Contact) })
	w.nested("work", false, func(w wire) { w.work(&h.Work) })
	w.text("governance", &h.Governance, directory.MaxText)
	w.nested("decisions", false, func(w wire) { w.decisions(&h.Decisions) })
	w.text("funding", &h.Funding, directory.MaxText)
	words(w, "fundedBy", &h.FundedBy, directory.MaxList)
	w.text("prices", &h.Prices, directory.MaxText)
	w.nested("hosting", false, func(w wire) { w.hosting(&h.Hosting) })
	w.text("seeks", &h.Seeks, directory.MaxText)
	each(w, "relations", &h.Relations, directory.MaxList, wire.relation)
	w.nested("closing", false, func(w wire) { w.closing(&h.Closing) })
	pointer(w, "belongsTo", &h.Owner, wire.owner)
	each(w, "memberships", &h.Memberships, directory.MaxList, wire.membership)
	each(w, "statements", &h.Statements, directory.MaxStatements, wire.statement)
	each(w, "links", &h.Links, directory.MaxList, wire.link)
	w.instant("confirmedAt", &h.ConfirmedAt)
}

// place moves a Place of ActivityStreams, with our address and codes.
func (w wire) place(p *directory.Place) {
	w.line("name", &p.Name, directory.MaxName)
	w.prose("address", &p.Address, directory.MaxSummary)
	word(w, "area", &p.Area)
	word(w, "country", &p.Country)
	if w.writing {
		if p.Point != nil {
			w.measure("latitude", &p.Point.Latitude, true)
			w.measure("longitude", &p.Point.Longitude, true)
		}
		if len(w.object) > 0 {
			w.object["type"] = "Place"
		}
		return
	}
	if w.object.value("latitude") != nil && w.object.value("longitude") != nil {
		p.Point = &directory.Point{}
		w.measure("latitude", &p.Point.Latitude, true)
		w.measure("longitude", &p.Point.Longitude, true)
	}
}

func (w wire) owner(o *directory.Owner) {
	w.line("name", &o.Name, directory.MaxName)
	word(w, "website", &o.Website)
	word(w, "logo", &o.Logo)
}

func (w wire) membership(m *directory.Membership) {
	word(w, "collective", &m.Collective)
	w.date("since", &m.Since)
	w.date("until", &m.Until)
	word(w, "state", &m.State)
	w.prose("comment", &m.Comment, directory.MaxText)
	word(w, "charter", &m.Charter)
}

func (w wire) decisions(d *directory.Decisions) {
	words(w, "voters", &d.Voters, directory.MaxList)
	word(w, "documents", &d.Documents)
	w.text("meetings", &d.Meetings, directory.MaxText)
}

func (w wire) relation(r *directory.Relation) {
	word(w, "kind", &r.Kind)
	word(w, "with", &r.With)
	w.line("name", &r.Name, directory.MaxName)
	word(w, "website", &r.Website)
	words(w, "forServices", &r.Services, directory.MaxList)
	w.date("since", &r.Since)
	w.date("until", &r.Until)
	w.text("explanation", &r.Comment, directory.MaxText)
}

func (w wire) closing(k *directory.Closing) {
	w.count("noticeDays", &k.NoticeDays)
	w.date("announcedOn", &k.AnnouncedOn)
	w.text("plan", &k.Plan, directory.MaxText)
}

func (w wire) link(l *directory.Link) {
	word(w, "kind", &l.Kind)
	w.line("name", &l.Name, directory.MaxName)
	word(w, "url", &l.URL)
}

func (w wire) work(k *directory.Work) {
	word(w, "maintenance", &k.Maintenance)
	w.count("paidPeople", &k.PaidPeople)
	w.count("volunteers", &k.Volunteers)
	w.count("canRepair", &k.CanRepair)
	w.said("canActAlone", &k.CanActAlone)
	w.text("peopleComment", &k.PeopleComment, directory.MaxText)
	pointer(w, "onCall", &k.OnCall, wire.onCall)
	w.text("guarantee", &k.Guarantee, directory.MaxText)
	each(w, "qualifications", &k.Qualifications, directory.MaxList, wire.qualification)
}

func (w wire) onCall(o *directory.OnCall) {
	w.flag("nobody", &o.None)
	w.flag("aroundTheClock", &o.AroundTheClock)
	w.number("rotation", &o.Rotation)
	w.number("maxConsecutive", &o.MaxConsecutive)
	w.text("rest", &o.Rest, directory.MaxText)
	w.text("compensation", &o.Compensation, directory.MaxText)
	w.text("decidedBy", &o.DecidedBy, directory.MaxText)
	w.said("agreed", &o.Agreed)
}

func (w wire) qualification(q *directory.Qualification) {
	word(w, "kind", &q.Kind)
	w.line("name", &q.Title, directory.MaxName)
	w.line("issuer", &q.Issuer, directory.MaxName)
	word(w, "url", &q.URL)
	w.number("year", &q.Year)
	word(w, "attestedBy", &q.AttestedBy)
}
