package web

// accessibilityContact is where to write when a page cannot be used.
func (s *Site) accessibilityContact() link {
	if to := outward(s.options.Keepers.Accessibility.Contact); to.URL != "" {
		return to
	}
	return s.keeperContact()
}

// accessibilityView is the statement on accessibility (RGAA 4.1, "déclaration
// d'accessibilité").
type accessibilityView struct {
	Site    string
	Address string
	State   string // sentence
	Told    bool   // the keepers said where it stands
	On, By  string
	Gaps    said
	Contact link
}

// showAccessibility is that statement, made from what the keepers found out.
func (s *Site) showAccessibility(v *visit) (page, error) {
	loc, a := v.locale, s.options.Keepers.Accessibility
	view := accessibilityView{
		Site: s.brand(v), Address: s.absolute("/"), Told: a.State != "",
		On: loc.date(a.On), By: plain(a.By), Gaps: written(loc, a.Gaps), Contact: s.accessibilityContact(),
	}
	switch a.State {
	case "full":
		view.State = loc.text("accessibility.full", view.Site)
	case "partial":
		view.State = loc.text("accessibility.partial", view.Site)
	case "none":
		view.State = loc.text("accessibility.none", view.Site)
	default:
		view.State = loc.text("accessibility.unseen", view.Site)
	}
	return page{template: "accessibility", title: loc.text("accessibility.title"), description: loc.text("accessibility.lead", view.Site), data: view}, nil
}
