package main

import (
	"context"
	"path/filepath"
	"strings"

	"matou/directory"
	"matou/directory/exchange"
)

// collectiveCommands are matou collective list, import, forget, admit, unadmit.
type collectiveCommands struct {
	List   collectiveListCommand   `cmd:"" default:"withargs" help:"List the collectives whose members are known, and from where."`
	Import collectiveImportCommand `cmd:"" help:"Keep the list of members that the file of a federation gives: the collective's side of a membership."`
	Forget collectiveForgetCommand `cmd:"" help:"Forget the list of a collective's members."`

	Admit   collectiveAdmitCommand   `cmd:"" help:"Write down how members were taken in, where this directory carries the word of their collective: the round, the day, the vote, the review. It shows on the page of the collective and on theirs."`
	Unadmit collectiveUnadmitCommand `cmd:"" help:"Take back what was written down of an admission, where it was a mistake."`
}

// memberList names a list of members; Source "" is every source.
type memberList struct {
	Slug   string `json:"slug"`
	Source string `json:"source,omitempty"`
}

// The verbs of collectives.
var (
	listCollectives = verb[nothing, []directory.Collective]{"collective/list", func(ctx context.Context, n *node, _ nothing) ([]directory.Collective, error) {
		all, err := n.federation.Collectives(ctx)
		if err != nil {
			return nil, err
		}
		word, ok, err := n.federation.Admissions(ctx)
		if ok {
			all = append([]directory.Collective{word}, all...)
		}
		return all, err
	}}
	keepCollective = verb[directory.Collective, nothing]{"collective/keep", func(ctx context.Context, n *node, c directory.Collective) (nothing, error) {
		return nothing{}, n.federation.KeepCollective(ctx, c)
	}}
	forgetCollective = verb[memberList, int]{"collective/forget", func(ctx context.Context, n *node, l memberList) (int, error) {
		return n.federation.ForgetCollective(ctx, l.Slug, l.Source)
	}}
)

// collectiveListCommand is matou collective list.
type collectiveListCommand struct {
	JSON bool `name:"json" help:"Print them as JSON, with their members."`
}

// Run lists the collectives.
func (l *collectiveListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		all, err := listCollectives.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if l.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("no list of members is known: follow a directory that carries the word of a collective, or matou collective import\n")
		}
		for _, k := range all {
			if k.Source == cfg.origin.String()+"/ap/actors/"+cfg.Aggregator.Handle { // its own word
				t.printf("%-16s all that this directory lists: it carries the collective's word\n", printable(k.Slug))
				if len(k.Members) > 0 {
					t.printf("%-16s %s written down on how they were taken in, last on %s\n", "", counted(len(k.Members), "member"), day(k.ReadAt))
				}
				continue
			}
			t.printf("%-16s %s, read on %s from %s\n", printable(k.Slug), counted(len(k.Members), "member"), day(k.ReadAt), printable(k.Source))
		}
		return nil
	})
}

// collectiveImportCommand is matou collective import.
type collectiveImportCommand struct {
	From string `arg:"" placeholder:"FILE|ADDRESS" help:"The ChatonsInfos file of a federation, or its address. The files of its members are read for their names and sites."`
	As   string `placeholder:"SLUG" help:"The short name of the collective, where the file is called otherwise than its members call it."`
}

// Run reads the file and keeps the list.
func (i *collectiveImportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	cfg, err := loadConfig(c.Config, t.environ)
	if err != nil {
		return err
	}
	if !cfg.has(roleAggregator) {
		return fault(exitInvalid, nil, "this node keeps no directory, which alone shows who is a member: add \"aggregator\" to roles in %s", filepath.Base(cfg.path))
	}
	tree := exchange.NewTree(i.From, exchange.DefaultLimits)
	result, _, err := readTree(ctx, tree, i.From, importClient(cfg), t)
	if err != nil {
		return err
	}
	list, err := membersOf(result, i.From)
	if err != nil {
		return err
	}
	if i.As != "" {
		list.Slug = i.As
	}
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		if _, err := keepCollective.call(ctx, g, list); err != nil {
			return err
		}
		t.printf("kept: %s of %s (%s)\n", counted(len(list.Members), "member"), printable(list.Name), printable(list.Slug))
		if n := len(result.Failures); n > 0 {
			t.printf("%s could not be read; members whose file is among them are missing: run this again later\n", counted(n, "file"))
		}
		return nil
	})
}

// membersOf makes the list of a federation's members of the files of a walk. A
// member is known by its site; consent to be found plays no part, because
// nobody is listed on the word of a list.
func membersOf(r exchange.TreeResult, from string) (directory.Collective, error) {
	if r.Collective == nil {
		if err := nothingRead(r, from); err != nil {
			return directory.Collective{}, err
		}
		return directory.Collective{}, fault(exitInvalid, nil, "%s is not the file of a federation: a hoster cannot say who is a member of a collective", printable(from))
	}
	k := *r.Collective
	list := directory.Collective{Slug: k.Slug, Name: k.Name, Website: k.Website, Source: from}
	for _, o := range r.Organizations {
		m := directory.Member{Name: o.Hoster.Name, Website: o.Hoster.Website}
		for _, claim := range o.Hoster.Memberships {
			if claim.Collective == k.Slug {
				m.Since, m.Until, m.State = claim.Since, claim.Until, claim.State
			}
		}
		if len(list.Members) < directory.MaxMembers && strings.TrimSpace(m.Name+m.Website) != "" {
			list.Members = append(list.Members, m)
		}
	}
	return list, nil
}

// collectiveForgetCommand is matou collective forget.
type collectiveForgetCommand struct {
	Slug string `arg:"" help:"The short name of the collective."`
	From string `placeholder:"SOURCE" help:"The source of the list, as listed; left out: every source."`
}

// Run forgets the lists.
func (f *collectiveForgetCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		n, err := forgetCollective.call(ctx, g, memberList{f.Slug, f.From})
		if err != nil && exitCode(err) == exitNotFound {
			return fault(exitNotFound, err, "no list of the members of %q is kept: see matou collective list", printable(f.Slug))
		}
		if err != nil {
			return err
		}
		t.printf("forgotten: %s of %s; what a followed directory says comes again when its listing is read\n", counted(n, "list"), printable(f.Slug))
		return nil
	})
}
