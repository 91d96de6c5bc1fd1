package web

import "matou/directory"

// legalView is the page of who publishes the site.
type legalView struct {
	Legal    Legal
	Phone    link
	Untold   bool
	Contact  link
	Name     string
	Profile  link // the legal notice of the node's own hoster
	Software string
}

// showLegal names the publisher, the director and the host.
func (s *Site) showLegal(v *visit) (page, error) {
	view := legalView{Legal: s.options.Keepers.Legal, Contact: s.keeperContact(), Name: s.brand(v), Software: s.options.Version}
	view.Phone = telephone(view.Legal.Phone)
	h, err := s.ownHoster(v.Context())
	switch {
	case err == nil:
		view.Profile = outward(h.Legal)
	case !isMissing(err):
		return page{}, err
	}
	view.Untold = view.Legal == Legal{} && view.Profile.URL == ""
	return page{template: "legal", title: v.locale.text("legal.title"), description: v.locale.text("legal.lead", view.Name), data: view}, nil
}

// privacyView is the page on what is kept of whom.
type privacyView struct {
	Directory bool
	More      said
	Contact   link
}

// showPrivacy tells what is kept, and of whom.
func (s *Site) showPrivacy(v *visit) (page, error) {
	view := privacyView{Directory: s.options.Aggregator != nil, More: written(v.locale, s.options.Keepers.Privacy), Contact: s.keeperContact()}
	return page{template: "privacy", title: v.locale.text("privacy.title"), description: v.locale.text("privacy.lead"), data: view}, nil
}

// aboutView is the page on who keeps this, and what for.
type aboutView struct {
	Directory bool
	Name      string
	Summary   said
	Own       said
	Publisher string
	Contact   link
	Handle    string
}

// showAbout tells what this place is, and who keeps it.
func (s *Site) showAbout(v *visit) (page, error) {
	loc := v.locale
	view := aboutView{Name: s.brand(v), Own: written(loc, s.options.Keepers.About), Publisher: plain(s.options.Keepers.Legal.Publisher), Contact: s.keeperContact()}
	var summary directory.Text
	if a := s.options.Aggregator; a != nil {
		view.Directory, view.Handle, summary = true, s.aggregatorHandle(), a.Summary
	} else if h, err := s.ownHoster(v.Context()); err == nil {
		view.Handle, summary = s.ownHandle(), h.Summary
	} else if !isMissing(err) {
		return page{}, err
	}
	view.Summary = loc.in(summary)
	return page{template: "about", title: loc.text("about.title", view.Name), description: loc.text("about.lead"), data: view}, nil
}
