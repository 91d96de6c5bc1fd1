package main

import (
	"context"
	"time"

	"matou/directory"
)

// filesCommand is matou directory files.
type filesCommand struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the files.
func (f *filesCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		all, err := listSiteFiles.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if f.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("nobody is listed from a file: matou directory import\n")
		}
		for _, one := range all {
			t.printf("%s: %s, read on %s, again on %s%s\n", printable(one.Address), counted(one.Listed, "hoster"), day(one.ReadAt), day(one.DueAt), fileTrouble(one))
		}
		return nil
	})
}

// fileTrouble says why a file could not be read lately.
func fileTrouble(f directory.SiteFile) string {
	if f.Error == "" {
		return ""
	}
	return " (not to be had since: " + printable(f.Error) + ")"
}

// forgetFileCommand is matou directory forget.
type forgetFileCommand struct {
	File string `arg:"" help:"The file, as it is listed."`
	Note string `placeholder:"TEXT" help:"Why, for the log."`
}

// Run forgets the file.
func (f *forgetFileCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		n, err := forgetSiteFile.call(ctx, g, siteDecision{Name: f.File, By: decided("forget a file", f.File, f.Note)})
		if err != nil && exitCode(err) == exitNotFound {
			return fault(exitNotFound, err, "%s is no file from which hosters are listed: see matou directory files", printable(f.File))
		}
		if err != nil {
			return err
		}
		t.printf("%s is read no more; no longer listed: %s\n", printable(f.File), counted(n, "hoster"))
		return nil
	})
}

// sitesCommand is matou directory sites.
type sitesCommand struct {
	Out  bool `help:"Only those that no file may list."`
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the sites.
func (s *sitesCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		all, err := listSites.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if s.JSON {
			return t.json(all)
		}
		shown := 0
		for _, one := range all {
			if s.Out && !one.Closed() {
				continue
			}
			shown++
			switch {
			case one.Excluded != nil:
				t.printf("left out   %s  on %s %s\n", printable(one.Host), one.Excluded.At.Format(time.DateOnly), printable(one.Excluded.Note))
			case one.Spoken != nil:
				t.printf("spoke      %s  for itself, on %s: %s\n", printable(one.Host), one.Spoken.At.Format(time.DateOnly), printable(string(one.Spoken.Hoster)))
			default:
				t.printf("from file  %s  %s (%s)\n", printable(one.Host), printable(one.Name), printable(one.Listed.Source))
			}
		}
		if shown == 0 {
			t.printf("there are none\n")
		}
		return nil
	})
}

// excludeCommand is matou directory exclude.
type excludeCommand struct {
	Host string `arg:"" help:"The host of the website, as in hoster.example, or its address."`
	Note string `placeholder:"TEXT" help:"Why, for the log."`
}

// Run leaves the site out.
func (e *excludeCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		s, err := excludeSite.call(ctx, g, siteDecision{Name: e.Host, By: decided("leave out of files", e.Host, e.Note)})
		if err != nil {
			return err
		}
		t.printf("%s is left out of what files list, now and later; undo it: matou directory include %s\n", printable(s.Host), printable(s.Host))
		return nil
	})
}

// includeCommand is matou directory include.
type includeCommand struct {
	Host  string `arg:"" help:"The host of the website, as in hoster.example, or its address."`
	Asked bool   `help:"The hoster itself asked for it: needed where it spoke for itself before, from its own node."`
	Note  string `placeholder:"TEXT" help:"Why, for the log."`
}

// Run lets files list the site again.
func (i *includeCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		_, err := includeSite.call(ctx, g, siteDecision{Name: i.Host, Asked: i.Asked, By: decided("let files list", i.Host, i.Note)})
		if err != nil {
			return err
		}
		t.printf("files may list %s again, from their next reading on\n", printable(i.Host))
		return nil
	})
}
