package main

import (
	"context"
	"path/filepath"
	"time"

	"matou/directory"
	"matou/directory/exchange"
	"matou/federation"
	"matou/federation/ap"
)

// siteQuestion carries what a file told, and says what is to be done with it.
type siteQuestion struct {
	Reading federation.SiteReading `json:"reading"`
	Apply   bool                   `json:"apply,omitempty"`
	By      ap.Decision            `json:"by"`
}

// siteDecision names a site or a file, and says who decides.
type siteDecision struct {
	Name  string      `json:"name"`
	Asked bool        `json:"asked,omitempty"` // the hoster asked for it
	By    ap.Decision `json:"by"`
}

// The verbs of listings from files.
var (
	readSites = verb[siteQuestion, federation.SitePlan]{"directory/sites/read", func(ctx context.Context, n *node, q siteQuestion) (federation.SitePlan, error) {
		if q.Apply {
			return n.federation.ApplySites(ctx, q.Reading, q.By)
		}
		return n.federation.PlanSites(ctx, q.Reading)
	}}
	listSiteFiles = verb[nothing, []directory.SiteFile]{"directory/files", func(ctx context.Context, n *node, _ nothing) ([]directory.SiteFile, error) {
		return n.federation.SiteFiles(ctx)
	}}
	forgetSiteFile = verb[siteDecision, int]{"directory/files/forget", func(ctx context.Context, n *node, d siteDecision) (int, error) {
		return n.federation.ForgetSiteFile(ctx, d.Name, d.By)
	}}
	listSites = verb[nothing, []federation.SiteState]{"directory/sites", func(ctx context.Context, n *node, _ nothing) ([]federation.SiteState, error) {
		return n.federation.Sites(ctx)
	}}
	excludeSite = verb[siteDecision, directory.Site]{"directory/sites/exclude", func(ctx context.Context, n *node, d siteDecision) (directory.Site, error) {
		return n.federation.ExcludeSite(ctx, d.Name, d.By)
	}}
	includeSite = verb[siteDecision, nothing]{"directory/sites/include", func(ctx context.Context, n *node, d siteDecision) (nothing, error) {
		return nothing{}, n.federation.IncludeSite(ctx, d.Name, d.Asked, d.By)
	}}
)

// directoryImportCommand is matou directory import.
type directoryImportCommand struct {
	From   string `arg:"" placeholder:"FILE|ADDRESS" help:"A file, or its address: the tree of a collective (ChatonsInfos), directory.json, librehost.json, CSV, schema.org or matou's JSON."`
	Format string `placeholder:"FORMAT" help:"The format of the file, where its content does not tell."`
	Apply  bool   `help:"List what is shown. Without it, nothing is changed."`
	All    bool   `help:"Name every hoster, not only the first of each kind."`
	Note   string `placeholder:"TEXT" help:"Why, for the log."`
}

// Run reads the file, says what it would change in the directory, and changes
// it with --apply.
func (i *directoryImportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		cfg, err := loadConfig(c.Config, t.environ)
		if err != nil {
			return err
		}
		file := directory.SiteFile{Address: i.From, Format: i.Format}
		if !isAddress(i.From) {
			if file.Path, err = filepath.Abs(i.From); err != nil {
				return fault(exitInvalid, err, "%s cannot be found: %v", printable(i.From), unwrapPath(err))
			}
			file.Address = filepath.Base(i.From)
		}
		r := newSiteReader(cfg)
		r.progress = func(done, known int, address string) {
			t.progress("reading %d of %d: %s", done, known, printable(address))
		}
		reading, result, err := r.read(ctx, file)
		t.progressDone()
		if err != nil {
			return err
		}
		plan, err := readSites.call(ctx, g, siteQuestion{Reading: reading, Apply: i.Apply, By: decided("list from a file", file.Address, i.Note)})
		if err != nil {
			return err
		}
		t.showSitePlan(i.From, reading, plan, i.All)
		t.showFailures(result.Failures, i.All)
		switch {
		case i.Apply:
			t.printf("the directory lists them, each with the words that it did not publish this itself; the node reads the file again every week\n")
		case len(plan.Added)+len(plan.Changed)+len(plan.Gone) > 0:
			t.printf("nothing is changed yet: run the command again with --apply\n")
		default:
			t.printf("nothing would change\n")
		}
		return nil
	})
}

// showSitePlan says whom a reading lists, whom not, and why.
func (t *terminal) showSitePlan(from string, r federation.SiteReading, plan federation.SitePlan, all bool) {
	t.printf("\n%s tells of %s", printable(from), counted(len(r.Entries)+len(r.LeftOut), "hoster"))
	if r.File.Collective != "" {
		t.printf(", and is kept by %s", printable(r.File.Collective))
	}
	t.printf(".\n")
	var added, same []string
	for _, l := range plan.Added {
		added = append(added, l.File.Site+"  "+l.Hoster.Name+saidOn(l.File.SaidAt))
	}
	for _, l := range plan.Same {
		same = append(same, l.File.Site+"  "+l.Hoster.Name)
	}
	t.showSome("new", added, len(added), all)
	t.printf("%6d changed\n", len(plan.Changed))
	for i, x := range plan.Changed {
		if i == firstOf && !all {
			t.printf("         … and %d more: name them with --all\n", len(plan.Changed)-i)
			break
		}
		t.printf("         %s  %s\n", printable(x.After.File.Site), printable(x.After.Hoster.Name))
		for _, d := range exchange.Differences(x.Before.Hoster, x.After.Hoster) {
			t.printf("           %-26s %s → %s\n", fieldName(d.Field), saidText(d.Old), saidText(d.New))
		}
	}
	t.showSome("as before", same[:0], len(same), all)
	t.showSome("kept as they were read before", whys(plan.Kept), len(plan.Kept), all)
	t.showSome("gone", whys(plan.Gone), len(plan.Gone), all)
	t.showSome("not listed from this file", whys(plan.LeftOut), len(plan.LeftOut), all)
}

// saidOn says how old the words of a document are, where it tells.
func saidOn(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " (in its words of " + day(at) + ")"
}

// whys gives a line for each.
func whys(all []federation.SiteLeftOut) []string {
	lines := make([]string, 0, len(all))
	for _, o := range all {
		name := o.Name
		if o.Site != "" {
			name = o.Site + "  " + o.Name
		}
		lines = append(lines, name+": "+o.Why)
	}
	return lines
}

// showFailures names the documents that could not be read.
func (t *terminal) showFailures(failures []exchange.Failure, all bool) {
	if len(failures) == 0 {
		return
	}
	var lines []string
	for _, f := range failures {
		lines = append(lines, f.URL+": "+sentence(f.Err))
	}
	t.showSome("documents could not be read", lines, len(lines), all)
}
