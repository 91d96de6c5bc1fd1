package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"slices"

	"matou/federation"
	"matou/federation/ap"
	"matou/federation/blocklist"
)

// federationBlocksCommands are matou federation blocks ….
type federationBlocksCommands struct {
	List   blocksListCommand   `cmd:"" default:"withargs" help:"List the domains that are blocked."`
	Add    blocksAddCommand    `cmd:"" help:"Block a domain and all below it."`
	Remove blocksRemoveCommand `cmd:"" help:"Block a domain no more."`
	Import blocksImportCommand `cmd:"" help:"Read a list of blocks, and say what it would change; with --apply, change it."`
	Export blocksExportCommand `cmd:"" help:"Print the blocks as a list that other nodes import, without private comments."`
}

// importAtOnce is how many blocks go to the node at once: with their longest
// comments they fit into one request.
const importAtOnce = 2000

// blockList asks a node to compare blocks with its own, or to keep them.
type blockList struct {
	Blocks  []ap.DomainBlock `json:"blocks"`
	Replace bool             `json:"replace,omitempty"` // each as it is given; else never milder than what stands
	Apply   bool             `json:"apply,omitempty"`
	By      ap.Decision      `json:"by"`
}

// domainDecision asks for something on one domain.
type domainDecision struct {
	Domain  string      `json:"domain"`
	Comment string      `json:"comment,omitempty"`
	By      ap.Decision `json:"by"`
}

// The verbs of blocks.
var (
	listBlocks = verb[nothing, []ap.DomainBlock]{"federation/blocks/list", func(ctx context.Context, n *node, _ nothing) ([]ap.DomainBlock, error) {
		return n.federation.Blocks(ctx)
	}}
	putBlocks = verb[blockList, federation.BlockPlan]{"federation/blocks/put", func(ctx context.Context, n *node, l blockList) (federation.BlockPlan, error) {
		if l.Apply {
			return n.federation.ApplyBlocks(ctx, l.Blocks, l.Replace, l.By)
		}
		return n.federation.PlanBlocks(ctx, l.Blocks, l.Replace)
	}}
	removeBlock = verb[domainDecision, nothing]{"federation/blocks/remove", func(ctx context.Context, n *node, d domainDecision) (nothing, error) {
		return nothing{}, n.federation.Unblock(ctx, d.Domain, d.By)
	}}
)

// decided is who decides at this terminal, and why.
func decided(verb, subject, note string) ap.Decision {
	d := ap.Decision{Verb: verb, Subject: subject, Note: note}
	if u, err := user.Current(); err == nil {
		d.By = u.Username
	}
	return d
}

// blocksListCommand is matou federation blocks list.
type blocksListCommand struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the blocks.
func (b *blocksListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listBlocks.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if b.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("no domain is blocked\n")
		}
		for _, one := range all {
			comment := one.PublicComment
			if one.PrivateComment != "" {
				comment += " [" + one.PrivateComment + "]"
			}
			t.printf("%-8s %s  %s%s  %s\n", one.Severity, day(one.At), printable(blocklist.Display(one.Domain)), marks(one), printable(comment))
		}
		return nil
	})
}

// marks are what a block says beside its severity.
func marks(b ap.DomainBlock) string {
	text := ""
	if b.RejectMedia {
		text += "  no media"
	}
	if b.RejectReports {
		text += "  no reports"
	}
	return text
}

// blocksAddCommand is matou federation blocks add.
type blocksAddCommand struct {
	Domain        string `arg:"" help:"The domain; what is decided holds for all below it."`
	Severity      string `enum:"suspend,silence,noop" default:"suspend" help:"suspend: nothing is taken from it and nothing sent to it, follows end; silence: follows stay, its hosters are not listed; noop: only the marks below count."`
	RejectReports bool   `help:"Drop what it reports."`
	RejectMedia   bool   `help:"Kept for lists that others import: this node fetches no media."`
	Obfuscate     bool   `help:"Hide letters of the domain in lists made to be shown."`
	Public        string `placeholder:"TEXT" help:"Why, for those who get an export."`
	Note          string `placeholder:"TEXT" help:"Why, for the keepers of this node alone."`
	DryRun        bool   `help:"Say what it would cut, and change nothing."`
}

// Run blocks a domain.
func (b *blocksAddCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		plan, err := putBlocks.call(ctx, g, blockList{
			Blocks: []ap.DomainBlock{{
				Domain: b.Domain, Severity: ap.Severity(b.Severity), RejectReports: b.RejectReports, RejectMedia: b.RejectMedia,
				Obfuscate: b.Obfuscate, PublicComment: b.Public, PrivateComment: b.Note,
			}},
			Replace: true, Apply: !b.DryRun, By: decided("block "+b.Severity, b.Domain, b.Note),
		})
		if err != nil {
			return err
		}
		if len(plan.Refused) > 0 {
			return fault(exitInvalid, nil, "%s cannot be blocked: %s", printable(b.Domain), printable(plan.Refused[0].Reason))
		}
		for _, one := range append(plan.Added, plan.Changed...) {
			t.printf("%s %s\n", printable(blocklist.Display(one.Domain)), severityWords(one.Severity, b.DryRun))
		}
		t.showTies(plan.Ties, b.DryRun)
		return nil
	})
}

// severityWords says what a block does, or would do.
func severityWords(s ap.Severity, dryRun bool) string {
	is := "is "
	if dryRun {
		is = "would be "
	}
	switch s {
	case ap.SeveritySuspend:
		return is + "suspended: nothing is taken from it, and nothing sent to it"
	case ap.SeveritySilence:
		return is + "silenced: follows stay, its hosters are not listed"
	}
	return is + "noted, and not limited"
}

// showTies says what is cut.
func (t *terminal) showTies(ties federation.Ties, dryRun bool) {
	ended := "ended"
	if dryRun {
		ended = "would end"
	}
	if !ties.Any() {
		t.printf("no follow and no listing %s\n", map[bool]string{false: "ended", true: "would end"}[dryRun])
		return
	}
	t.printf("%s: %s, %s of ours, %s\n", ended, counted(ties.Followers, "follower"), counted(ties.Following, "follow"), counted(ties.Listings, "listing"))
	for _, name := range ties.Named {
		t.printf("  %s\n", printable(name))
	}
}

// blocksRemoveCommand is matou federation blocks remove.
type blocksRemoveCommand struct {
	Domain string `arg:"" help:"The domain, as it is listed."`
	Note   string `placeholder:"TEXT" help:"Why, for the log."`
}

// Run removes a block.
func (b *blocksRemoveCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		if _, err := removeBlock.call(ctx, g, domainDecision{Domain: b.Domain, By: decided("unblock", b.Domain, b.Note)}); err != nil {
			return err
		}
		t.printf("%s is blocked no more; follows that ended do not come back by themselves: matou follow @name@host\n", printable(b.Domain))
		return nil
	})
}

// blocksImportCommand is matou federation blocks import.
type blocksImportCommand struct {
	File   string `arg:"" help:"A list: CSV of Mastodon, plain text with a domain on each line, or JSON of /api/v1/instance/domain_blocks; - reads the standard input."`
	Format string `enum:"auto,csv,text,json" default:"auto" help:"The form of the list: auto, csv, text or json."`
	Apply  bool   `help:"Change what the list would change. Without this, nothing is."`
	Note   string `placeholder:"TEXT" help:"Whose list it is, for the log."`
	All    bool   `help:"Name every domain, not only the first of each kind."`
}

// Run imports a list.
func (b *blocksImportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	raw, err := readList(t, b.File)
	if err != nil {
		return err
	}
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		list, err := blocklist.Parse(raw, blocklist.Format(b.Format), blocklist.Rules{Own: cfg.origin.Host, Development: cfg.Development})
		if err != nil {
			return err
		}
		plan := federation.BlockPlan{Covered: list.Repeated, Refused: list.Refused}
		for some := range slices.Chunk(list.Blocks, importAtOnce) {
			part, err := putBlocks.call(ctx, g, blockList{Blocks: some, Apply: b.Apply, By: decided("import", b.File, b.Note)})
			if err != nil {
				return err
			}
			plan.Add(part)
		}
		t.showPlan(plan, list.Left-len(list.Refused), b.Apply, b.All)
		return nil
	})
}

// readList reads a file of at most what a list may have.
func readList(t *terminal, name string) ([]byte, error) {
	in := t.in
	if name != "-" {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault(exitNotFound, err, "there is no file %s", printable(name))
		}
		if err != nil {
			return nil, fault(exitInvalid, err, "the list %s cannot be read: %v", printable(name), unwrapPath(err))
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, blocklist.MaxBytes+1))
	if err != nil {
		return nil, fault(exitInvalid, err, "the list %s cannot be read: %v", printable(name), unwrapPath(err))
	}
	return raw, nil
}

// firstOf is how many domains of a kind are named unless all are asked for.
const firstOf = 10

// showPlan says what an import changes, or would change.
func (t *terminal) showPlan(plan federation.BlockPlan, untold int, applied, all bool) {
	names := func(blocks []ap.DomainBlock) (lines []string) {
		for _, b := range blocks {
			lines = append(lines, fmt.Sprintf("%-8s %s", b.Severity, blocklist.Display(b.Domain)))
		}
		return lines
	}
	var refused []string
	for _, r := range plan.Refused {
		refused = append(refused, fmt.Sprintf("row %d: %s %s", r.Row, r.Domain, r.Reason))
	}
	t.showSome("new", names(plan.Added), len(plan.Added), all)
	t.showSome("changed", names(plan.Changed), len(plan.Changed), all)
	t.printf("%6d already covered\n", plan.Covered)
	t.showSome("refused", refused, len(refused)+untold, all)
	t.showTies(plan.Ties, !applied)
	switch {
	case applied:
		t.printf("the list is applied\n")
	case len(plan.Added)+len(plan.Changed) > 0:
		t.printf("nothing is changed yet: run the command again with --apply\n")
	default:
		t.printf("the list would change nothing\n")
	}
}

// showSome prints a number and what it counts, or the first of it.
func (t *terminal) showSome(what string, lines []string, total int, all bool) {
	t.printf("%6d %s\n", total, what)
	for i, line := range lines {
		if i == firstOf && !all {
			t.printf("         … and %d more: name them with --all\n", total-i)
			return
		}
		t.printf("         %s\n", printable(line))
	}
}

// blocksExportCommand is matou federation blocks export.
type blocksExportCommand struct {
	Format string `enum:"csv,text,json" default:"csv" help:"csv: as Mastodon exports and imports; text: domains that are suspended, one on each line; json: as nodes show it to everyone, obfuscated where that is asked for."`
}

// Run prints the list. It is private until its keeper gives it to somebody.
func (b *blocksExportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listBlocks.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		return blocklist.Write(t.out, blocklist.Format(b.Format), all)
	})
}
