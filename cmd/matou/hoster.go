package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"matou/directory"
)

// hosterCommands are matou hoster import, publish and show.
type hosterCommands struct {
	Import  hosterImportCommand  `cmd:"" help:"Fill the profile from ChatonsInfos files."`
	Publish hosterPublishCommand `cmd:"" help:"Publish the profile file: followers hear of it when it says something new."`
	Show    hosterShowCommand    `cmd:"" help:"Show what is published."`
}

// hosterPublishCommand is matou hoster publish.
type hosterPublishCommand struct {
	Confirm bool `help:"Say that the profile is still right, even where nothing has changed."`
}

// Run reads the profile file and publishes it.
func (p *hosterPublishCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		profile, err := hosterProfile(cfg)
		if err != nil {
			return err
		}
		if err := filledIn(cfg, profile); err != nil {
			return err
		}
		done, err := publishHoster.call(ctx, g, publication{Profile: profile, Confirm: p.Confirm})
		if err != nil {
			return err
		}
		if !done.Changed {
			t.printf("%s: nothing has changed since the last time; add --confirm to say that it is all still right\n", done.Handle)
			t.consent(profile.Hoster)
			return nil
		}
		t.printf("%s is published at %s\n", done.Handle, done.URL)
		t.consent(profile.Hoster)
		for _, hint := range directory.Hints(profile.Hoster) {
			text, _ := hint.Text.In(t.language())
			t.printf("to think over (%s): %s\n", snake(hint.Field), text)
		}
		t.later(g)
		return nil
	})
}

// consent tells a hoster who will not be listed why.
func (t *terminal) consent(h directory.Hoster) {
	if !h.Discoverable || !h.Indexable {
		t.printf("directories will not list it: set discoverable = true and indexable = true to agree to that\n")
	}
}

// later says that what was queued waits for the node.
func (t *terminal) later(g *target) {
	if !g.running() {
		t.printf("the node is not running: followers hear of it when matou serve is started\n")
	}
}

// hosterShowCommand is matou hoster show.
type hosterShowCommand struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// Run prints what is published.
func (s *hosterShowCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		h, err := showHoster.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if s.JSON {
			return t.json(h)
		}
		t.showHoster(h)
		return nil
	})
}

// json prints a value as indented JSON.
func (t *terminal) json(v any) error {
	e := json.NewEncoder(t.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	return nil
}

// showHoster prints the main facts of a hoster, those that are said.
func (t *terminal) showHoster(h directory.Hoster) {
	fact := func(label, text string) {
		if text != "" {
			t.printf("%-12s %s\n", label, printable(text))
		}
	}
	summary, _ := h.Summary.In()
	fact("name", h.Name)
	fact("id", string(h.ID))
	fact("summary", summary)
	fact("form", string(h.Form))
	fact("website", h.Website)
	fact("seat", h.Seat.Name)
	fact("contact", h.Contact.Email)
	fact("work", string(h.Work.Maintenance))
	fact("confirmed", day(h.ConfirmedAt))
	for _, s := range h.Services {
		software := ""
		if s.Software.Name != "" {
			software = " (" + s.Software.Name + ")"
		}
		fact("service", s.Slug+": "+s.Name+software)
	}
	if h.Discoverable && h.Indexable {
		fact("directories", "may list it")
	} else {
		fact("directories", "may not list it")
	}
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
