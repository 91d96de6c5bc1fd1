package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/directory/exchange"
)

// proposal is what an import would make of a profile.
type proposal struct {
	from   string
	have   directory.Hoster
	found  exchange.Found // zero where the file only has hints
	hints  []exchange.Hint
	result exchange.TreeResult

	merged  directory.Hoster
	refused []exchange.Warning
	used    []exchange.Hint // that fill what the profile leaves open
	about   string          // slug of the service that the hints tell of
}

// changes reports whether anything would be written otherwise than it is.
func (p proposal) changes() bool { return len(exchange.Differences(p.have, p.merged)) > 0 }

// weigh draws up the profile as it would be: what the document says of the
// hoster first, then what hints tell of what is still open.
func (p *proposal) weigh(service string) {
	p.merged = exchange.Merge(p.have, p.found.Hoster)
	for i := range p.merged.Services {
		if p.about = p.merged.Services[i].Slug; p.tellsOf(p.merged.Services[i], service) {
			p.merged.Services[i], p.used = exchange.Fill(p.merged.Services[i], p.hints)
			break
		}
		p.about = ""
	}
	p.place()
	var again []exchange.Warning
	p.merged, again = exchange.Fit(p.merged, p.from)
	p.refused = append(p.refused, again...)
}

// tellsOf reports whether the hints are on a service: the one that was named,
// the one at their address, or the only one where a machine told them.
func (p *proposal) tellsOf(s directory.Service, named string) bool {
	if named != "" || len(p.hints) == 0 {
		return named == s.Slug && len(p.hints) > 0
	}
	about := directory.ID(p.hints[0].About).Host()
	return about != "" && about == directory.ID(s.Website).Host()
}

// place takes the point that a map has of the hoster's own website, where the
// hoster says none.
func (p *proposal) place() {
	for _, h := range p.hints {
		if h.Field != exchange.HintPoint || p.merged.Seat.Point != nil {
			continue
		}
		var at directory.Point
		own := directory.ID(h.About).Host() != "" && directory.ID(h.About).Host() == directory.ID(p.merged.Website).Host() || strings.EqualFold(h.About, p.merged.Name)
		if _, err := fmt.Sscanf(h.Value, "%g,%g", &at.Latitude, &at.Longitude); err == nil && own {
			p.merged.Seat.Point = &at
			p.used = append(p.used, h)
		}
	}
}

// showProposal says field by field what an import would change, what it would
// keep, and what it cannot take.
func (t *terminal) showProposal(p proposal) {
	t.printf("\n")
	if p.found.Source != "" {
		t.showFound(p.found)
	}
	changes := exchange.Differences(p.have, p.merged)
	if len(changes) == 0 {
		t.printf("\nNothing would change: the profile says all of this already.\n")
	} else {
		t.printf("\nWould change:\n")
		t.showDifferences(changes)
	}
	if kept := exchange.Silent(p.have, p.found.Hoster); p.found.Source != "" && len(kept) > 0 {
		t.printf("\nKept as it is, since the file says nothing of it:\n  %s\n", printable(strings.Join(fieldNames(kept), ", ")))
	}
	t.showHints(p)
	t.showWarnings(slices.Concat(p.result.Warnings, p.refused), p.result.Failures)
}

// showFound says where a hoster was read, and how old that is.
func (t *terminal) showFound(f exchange.Found) {
	t.printf("%s (%s) tells of %s", printable(f.Source), f.Format, printable(f.Hoster.Name))
	if !f.SaidAt.IsZero() {
		t.printf(", in its words of %s", day(f.SaidAt))
	}
	t.printf(".\n")
	if f.Unconfirmed(time.Now()) {
		t.printf("Nobody has confirmed this for more than a year.\n")
	}
}

func (t *terminal) showDifferences(changes []exchange.Difference) {
	for _, d := range changes {
		t.printf("  %-28s %s → %s\n", fieldName(d.Field), saidText(d.Old), saidText(d.New))
	}
}

// showHints tells what machines and maps say, and what becomes of it.
func (t *terminal) showHints(p proposal) {
	if len(p.hints) == 0 {
		return
	}
	if len(p.found.Hoster.Name) == 0 && p.about == "" && !slices.ContainsFunc(p.used, func(h exchange.Hint) bool { return h.Field == exchange.HintPoint }) {
		t.printf("\nNo service of the profile is at %s: say which one is meant with --service.\n", printable(p.hints[0].About))
	}
	t.printf("\nTold by machines or maps, never in place of what the profile says:\n")
	const most = 40
	for _, h := range p.hints[:min(len(p.hints), most)] {
		what := "for you to read"
		switch {
		case slices.Contains(p.used, h):
			what = "fills what the profile leaves open"
		case p.profileSays(h) != "":
			what = "the profile says " + saidText(p.profileSays(h)) + ", which stays"
		case h.Field == exchange.HintCarbon:
			what = "the address is kept with --apply, and /carbon.txt of this node leads there"
		}
		t.printf("  %-28s %s (%s)\n", snake(string(h.Field)), saidText(h.Value), what)
	}
	if n := len(p.hints) - most; n > 0 {
		t.printf("  … and %d more\n", n)
	}
}

// profileSays gives what the service that a hint is on says itself, in its own
// words; "" where it says nothing, or the same.
func (p proposal) profileSays(h exchange.Hint) string {
	at := slices.IndexFunc(p.merged.Services, func(s directory.Service) bool { return s.Slug == p.about })
	if at < 0 {
		return ""
	}
	for _, d := range exchange.Differences(directory.Hoster{}, directory.Hoster{Services: p.merged.Services[at : at+1]}) {
		if d.Field == "services["+p.about+"]."+string(h.Field) && d.New != h.Value {
			return d.New
		}
	}
	return ""
}

// showWarnings tells what was refused, with the reason, and what is not known
// here.
func (t *terminal) showWarnings(warnings []exchange.Warning, failures []exchange.Failure) {
	show := func(title string, unknown bool) {
		first := true
		for _, w := range warnings {
			if w.Unknown != unknown {
				continue
			}
			if first {
				t.printf("\n%s:\n", title)
				first = false
			}
			t.printf("  %s\n", printable(w.String()))
		}
	}
	show("Refused, or to look at", false)
	show("Not known here", true)
	if len(failures) == 0 {
		return
	}
	t.printf("\nCould not be read, and is left out:\n")
	for _, f := range failures {
		t.printf("  %s: %s\n", printable(f.URL), sentence(f.Err))
	}
}

// fieldName is a path as the profile file has it.
func fieldName(path string) string {
	name, rest, listed := strings.Cut(path, "[")
	if !listed {
		return snake(path)
	}
	key, rest, _ := strings.Cut(rest, "]")
	return snake(name) + "[" + printable(key) + "]" + snake(rest)
}

// fieldNames are the names of facts, with those of one thing of a list told
// together.
func fieldNames(paths []string) []string {
	var names []string
	for _, path := range paths {
		if name, rest, ok := strings.Cut(path, "]"); ok && rest != "" {
			path = name + "]"
		}
		if name := fieldName(path); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// saidText shows one value of a profile in one line.
func saidText(s string) string {
	const most = 100
	if s == "" {
		return "not said"
	}
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return "“" + printable(s) + "”"
}

// previewDirectory says what a file tells of hosters that a directory may
// list. It changes nothing.
func (i *importCommand) previewDirectory(ctx context.Context, c *cli, t *terminal, r exchange.TreeResult) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		listed, err := allListings(ctx, g)
		if err != nil {
			return err
		}
		byName := map[string]directory.Listing{}
		for _, l := range listed {
			for _, name := range names(l.Hoster) {
				byName[name] = l
			}
		}
		if r.Collective != nil {
			t.printf("\n%s is the file of %s.\n", printable(i.From), printable(r.Collective.Name))
		}
		known, old := 0, 0
		slices.SortStableFunc(r.Hosters, func(a, b exchange.Found) int { return cmp.Compare(a.Hoster.Name, b.Hoster.Name) })
		for _, f := range r.Hosters {
			t.printf("\n")
			t.showFound(f)
			if f.Unconfirmed(time.Now()) {
				old++
			}
			l, ok := listedAs(byName, f.Hoster)
			if !ok {
				t.printf("Not listed here.\n")
				continue
			}
			known++
			if l.File != nil {
				t.printf("Listed here as %s, from %s.\n", printable(l.Handle), printable(l.File.Source))
			} else {
				t.printf("Listed here as %s, by the words of its own node, which stay as they are.\n", l.Handle)
			}
			t.showDifferences(exchange.Differences(l.Hoster, exchange.Merge(l.Hoster, f.Hoster)))
		}
		t.showWarnings(r.Warnings, r.Failures)
		t.printf("\n%d hosters were read; %d are listed here; %d have not confirmed what they say for more than a year\n", len(r.Hosters), known, old)
		if known < len(r.Hosters) {
			t.printf("those that are not can be listed, as this file tells of them: matou directory import\n")
		}
		return nil
	})
}

// names are what a hoster may be recognised by, in another document.
func names(h directory.Hoster) []string {
	all := []string{strings.ToLower(h.Name)}
	if h.ID != "" {
		all = append(all, string(h.ID))
	}
	if host := directory.ID(h.Website).Host(); host != "" {
		all = append(all, strings.TrimPrefix(host, "www."))
	}
	return all
}

func listedAs(byName map[string]directory.Listing, h directory.Hoster) (directory.Listing, bool) {
	all := names(h)
	for i := len(all) - 1; i >= 0; i-- { // the name in words comes last
		if l, ok := byName[all[i]]; ok {
			return l, true
		}
	}
	return directory.Listing{}, false
}
