package main

import (
	"context"
	"time"

	"matou/federation"
	"matou/federation/ap"
)

// federationPurgeCommand is matou federation purge.
type federationPurgeCommand struct {
	Domain string `arg:"" help:"The domain of the hosts; all below it are meant too."`
	Yes    bool   `help:"Remove them. Without this, they are only counted."`
	Note   string `placeholder:"TEXT" help:"Why, for the log."`
}

// purgeStep asks for one step of a purge.
type purgeStep struct {
	Domain string `json:"domain"`
	After  []byte `json:"after,omitempty"`
	Apply  bool   `json:"apply,omitempty"`
}

// purgedStep is what a step found, and where to go on; nil at the end.
type purgedStep struct {
	Found federation.Purged `json:"found"`
	Next  []byte            `json:"next,omitempty"`
}

// purgeEnd notes a purge that is over.
type purgeEnd struct {
	Domain  string      `json:"domain"`
	Removed int         `json:"removed"`
	By      ap.Decision `json:"by"`
}

// The verbs of purges and of the log.
var (
	purgeHosts = verb[purgeStep, purgedStep]{"federation/purge", func(ctx context.Context, n *node, s purgeStep) (purgedStep, error) {
		found, next, err := n.federation.PurgeStep(ctx, s.Domain, s.After, s.Apply)
		return purgedStep{found, next}, err
	}}
	endPurge = verb[purgeEnd, nothing]{"federation/purge/end", func(ctx context.Context, n *node, e purgeEnd) (nothing, error) {
		return nothing{}, n.federation.PurgeDone(ctx, e.Domain, e.Removed, e.By)
	}}
	listDecisions = verb[ap.Page, []ap.Decision]{"federation/log", func(ctx context.Context, n *node, p ap.Page) ([]ap.Decision, error) {
		return n.federation.Decisions(ctx, p)
	}}
)

// mostPurges is how often the store is gone over at most: what comes in
// meanwhile cannot keep a purge from ending.
const mostPurges = 20

// Run counts the records of a domain, or removes them.
func (p *federationPurgeCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := p.pass(ctx, t, g, federation.Purged{})
		if err != nil {
			return err
		}
		if !p.Yes {
			t.showPurged(all)
			if all.Total() > 0 {
				t.printf("nothing is removed yet: run the command again with --yes; to keep the domain away too, run matou federation blocks add %s first\n", printable(p.Domain))
			}
			return nil
		}
		for range mostPurges {
			next, err := p.pass(ctx, t, g, all)
			if err != nil {
				return err
			}
			if next == all {
				break
			}
			all = next
		}
		if _, err := endPurge.call(ctx, g, purgeEnd{p.Domain, all.Total(), decided("purge", p.Domain, p.Note)}); err != nil {
			return err
		}
		t.showPurged(all)
		t.printf("all of this is removed\n")
		return nil
	})
}

// pass goes over the store once, and adds what it found to all.
func (p *federationPurgeCommand) pass(ctx context.Context, t *terminal, g *target, all federation.Purged) (federation.Purged, error) {
	step := purgeStep{Domain: p.Domain, Apply: p.Yes}
	told := time.Now()
	for {
		done, err := purgeHosts.call(ctx, g, step)
		if err != nil {
			return all, err
		}
		all = all.Plus(done.Found)
		if done.Next == nil {
			return all, nil
		}
		step.After = done.Next
		if t.interactive && time.Since(told) > time.Second {
			told = time.Now()
			t.printf("… %d records so far\n", all.Total())
		}
	}
}

// showPurged prints the counts of a purge.
func (t *terminal) showPurged(p federation.Purged) {
	t.printf("%s, %s, %s, %s, %s, %s, %s, %s\n",
		counted(p.Actors, "actor"), counted(p.Documents, "document"), counted(p.Follows, "follow"), counted(p.Listings, "listing"),
		counted(p.Notices, "notice"), counted(p.Lanes, "queue"), counted(p.Activities, "activity mark"), counted(p.Others, "other record"))
}

// federationLogCommand is matou federation log.
type federationLogCommand struct {
	JSON  bool `name:"json" help:"Print it as JSON."`
	Limit int  `default:"50" help:"How many lines, newest first: 1 to 200."`
}

// Run prints what the keepers have decided.
func (l *federationLogCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listDecisions.call(ctx, g, ap.Page{Limit: l.Limit})
		if err != nil {
			return err
		}
		if l.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("nothing has been decided yet\n")
		}
		for _, d := range all {
			line := d.Verb + " " + d.Subject
			if d.Effect != "" {
				line += " (" + d.Effect + ")"
			}
			if d.Note != "" {
				line += ": " + d.Note
			}
			t.printf("%s  %-8s %s\n", d.At.Format("2006-01-02 15:04"), printable(d.By), printable(line))
		}
		return nil
	})
}
