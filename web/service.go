package web

import "matou/directory"

// serviceView is one service of a hoster.
type serviceView struct {
	Service    directory.Service
	Anchor     string
	Address    string // its page on this node
	Name       string
	Level      string // words; "" where nothing was said
	LevelTone  string // "ok", "trouble", "over"
	LevelWords string
	Needs      []string
	Replaces   []string
	Joins      []string
	Account    string
	Capacity   string
	Website    link
	Terms      link
	Guide      link
	Contact    contactView
	HasContact bool
	Allowance  []string
	Holds      []string // up to what size it can serve
	LeavesIn   []string
	Leave      link // how to move away
	Contract   link
	Within     []string // time of intervention and when it counts
	Hosting    []string
	Statements []statementGroup

	SharedHosting bool // Hosting is what the hoster says of all its services
}

func (s *Site) service(v *visit, h directory.Hoster, service directory.Service) (serviceView, error) {
	l, loc := v.language(), v.locale
	view := serviceView{
		Service: service, Anchor: serviceAnchor(service), Name: plain(service.Name),
		LevelWords: plain(service.LevelComment),
		Needs:      s.needWords(l, service), Replaces: s.replaces(service),
		Website: outward(service.Website), Terms: outward(service.Terms), Guide: outward(service.Guides.User),
		Contact: s.contact(loc, service.Contact),
	}
	machines, shared := h.HostingOf(service)
	view.Hosting, view.SharedHosting = s.hosting(loc, machines), shared
	view.Holds, view.Leave, view.Contract = loc.holds(service.Holds), outward(service.Guides.Leaving), outward(service.Contract)
	for _, format := range service.LeavesIn {
		view.LeavesIn = append(view.LeavesIn, plain(format))
	}
	view.HasContact = !view.Contact.Empty()
	if service.Level != "" {
		view.Level = loc.word("level", string(service.Level))
		view.LevelTone = levelTone(service.Level)
	}
	r := service.Registration
	if r.WithoutAccount != "" {
		view.Account = s.words(l, directory.FacetAccount, string(r.WithoutAccount))
	}
	if r.Capacity != "" {
		view.Capacity = s.words(l, directory.FacetCapacity, string(r.Capacity))
	}
	for _, o := range r.OpenTo {
		view.Joins = append(view.Joins, s.words(l, directory.FacetOpenTo, string(o)))
	}
	view.Allowance = loc.allowance(service.Allowance)
	view.Within = loc.intervention(service.Intervention)
	var err error
	view.Statements, _, err = s.statements(v, service.Statements)
	return view, err
}

// serviceAnchor gives an id for the place of a service in its hoster's page.
func serviceAnchor(s directory.Service) string {
	for _, r := range s.Slug {
		if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return "service-" + anchor(s.ID)
		}
	}
	return "service-" + s.Slug
}

func levelTone(level directory.Level) string {
	switch level {
	case directory.LevelOK:
		return "ok"
	case directory.LevelOver:
		return "over"
	}
	return "trouble"
}

// allowance says how many days of interruption a hoster allows itself, in days
// a year and hours a month.
func (l *locale) allowance(a *directory.Allowance) []string {
	switch {
	case a == nil:
		return nil
	case a.None:
		return []string{l.text("allowance.none")}
	}
	said := []string{l.text("allowance.days", a.DaysPerYear, a.DaysPerYear*24/12)}
	if a.WhenPassed != "" {
		said = append(said, l.word("redress", string(a.WhenPassed)))
	}
	return said
}

// intervention says within what time somebody starts to act.
func (l *locale) intervention(i *directory.Intervention) []string {
	if i == nil || i.WithinHours <= 0 && i.WithinDays <= 0 {
		return nil
	}
	said := []string{l.text("intervention.within", i.WithinHours)}
	if i.WithinDays > 0 {
		said[0] = l.text("intervention.days", i.WithinDays)
	}
	for _, h := range i.Hours {
		said = append(said, l.hours(h))
	}
	return said
}

// hosting says where and on what a service runs.
func (s *Site) hosting(l *locale, h directory.Hosting) []string {
	var facts []string
	if h.Control != "" {
		facts = append(facts, l.word("control", string(h.Control)))
	}
	if h.MachineRoomKind != "" {
		facts = append(facts, l.word("hosting", h.MachineRoomKind))
	}
	if h.MachineRoom != "" {
		facts = append(facts, l.text("hosting.room", plain(h.MachineRoom)))
	}
	if h.ServerKind != "" {
		facts = append(facts, l.word("server", h.ServerKind))
	}
	if h.Country != "" {
		facts = append(facts, s.areaName(l.language, h.Country))
	}
	if h.Distribution != "" {
		facts = append(facts, plain(h.Distribution))
	}
	if h.Description != "" {
		facts = append(facts, plain(h.Description))
	}
	if access := l.in(h.Access).Text; access != "" {
		facts = append(facts, l.text("hosting.access", access))
	}
	if way := l.in(h.Way).Text; way != "" {
		facts = append(facts, l.text("hosting.way", way))
	}
	return facts
}
