package main

import (
	"net/mail"
	"net/url"
	"slices"

	"matou/directory"
	"matou/web"
)

// legalConfig is what the law asks a site to say, and what its keepers add.
type legalConfig struct {
	Publisher    string         `toml:"publisher" help:"Who publishes the pages: the body or person, for the legal notice."`
	Address      string         `toml:"address" help:"Their address by post."`
	Phone        string         `toml:"phone" help:"Their telephone number."`
	Registration string         `toml:"registration" help:"Their number in a register, such as SIREN or RNA."`
	Director     string         `toml:"director" help:"The director of the publication."`
	Host         string         `toml:"host" help:"Who runs the machines: name, address and telephone number in one line."`
	About        directory.Text `toml:"about" help:"More on who keeps the node and why, in Markdown; one for each language: about.fr = \"…\"."`
	Privacy      directory.Text `toml:"privacy" help:"What is kept of visitors besides what matou keeps, such as by the log of the reverse proxy, in Markdown."`
}

// accessConfig is what was found out on how well the pages can be used.
type accessConfig struct {
	State   string         `toml:"state" help:"What an audit found: \"full\", \"partial\" or \"none\" of conformity with RGAA 4.1. Left out, the statement says that nobody has looked yet."`
	On      string         `toml:"on" help:"The day of the audit, as 2026-09-03."`
	By      string         `toml:"by" help:"Who made it."`
	Gaps    directory.Text `toml:"gaps" help:"What is known not to conform, in Markdown."`
	Contact string         `toml:"contact" help:"Where people write who cannot use a page: an address of a page, or mailto:… Left out, aggregator.contact."`
}

// personConfig is whom visitors can ask.
type personConfig struct {
	Name      string         `toml:"name" help:"Whom visitors can ask who do not find alone: a person, or what they are called together."`
	Words     directory.Text `toml:"words" help:"What they help with, in a sentence."`
	Email     string         `toml:"email" help:"Their mail address."`
	Phone     string         `toml:"phone" help:"Their telephone number."`
	Page      string         `toml:"page" help:"A page on which they are reached."`
	Hours     directory.Text `toml:"hours" help:"When they answer, in words."`
	Languages []string       `toml:"languages" help:"The languages in which they answer: [\"fr\", \"br\"]."`
}

// checkKeepers says what is wrong with what the keepers say of themselves.
func (c *config) checkKeepers(add func(string, string, ...any)) {
	a := c.Access
	if !slices.Contains([]string{"", "full", "partial", "none"}, a.State) {
		add("accessibility.state", "must be \"full\", \"partial\" or \"none\", or be left out, not %q", a.State)
	}
	if _, err := directory.ParseDate(a.On); a.On != "" && err != nil {
		add("accessibility.on", "must be a day, as in 2026-09-03, not %q", a.On)
	}
	if (a.State == "partial" || a.State == "none") && len(a.Gaps) == 0 {
		add("accessibility.gaps", "must say what does not conform where the state is %q", a.State)
	}
	checkReach("accessibility.contact", a.Contact, []string{"http", "https", "mailto"}, add)
	checkReach("person.page", c.Person.Page, []string{"http", "https"}, add)
	if _, err := mail.ParseAddress(c.Person.Email); c.Person.Email != "" && err != nil {
		add("person.email", "must be a mail address, not %q", c.Person.Email)
	}
}

// checkReach says what is wrong with an address at which people are reached.
func checkReach(field, address string, schemes []string, add func(string, string, ...any)) {
	if address == "" {
		return
	}
	if u, err := url.Parse(address); err != nil || !slices.Contains(schemes, u.Scheme) {
		reason := "must begin with https://, not %q"
		if slices.Contains(schemes, "mailto") {
			reason = "must begin with https:// or mailto:, not %q"
		}
		add(field, reason, address)
	}
}

// keepers gives what the pages say of those who keep them, of a configuration
// that was checked.
func (c *config) keepers() web.Keepers {
	l, a, p := c.Legal, c.Access, c.Person
	day, _ := directory.ParseDate(a.On) // checked; "" is no day
	k := web.Keepers{
		Legal: web.Legal{
			Publisher: l.Publisher, Address: l.Address, Phone: l.Phone,
			Registration: l.Registration, Director: l.Director, Host: l.Host,
		},
		Accessibility: web.Accessibility{State: a.State, On: day, By: a.By, Gaps: a.Gaps, Contact: a.Contact},
		Person:        web.Person{Name: p.Name, Words: p.Words, Email: p.Email, Phone: p.Phone, Page: p.Page, Hours: p.Hours},
		About:         l.About, Privacy: l.Privacy, Licence: c.Aggregator.Licence,
	}
	for _, of := range p.Languages {
		k.Person.Languages = append(k.Person.Languages, directory.Language(of))
	}
	return k
}
