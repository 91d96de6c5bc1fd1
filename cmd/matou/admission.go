package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"matou/directory"
)

// The verbs of admissions.
var (
	admitMembers = verb[[]directory.Member, nothing]{"collective/admit", func(ctx context.Context, n *node, members []directory.Member) (nothing, error) {
		return nothing{}, n.federation.Admit(ctx, members)
	}}
	unadmitMember = verb[directory.Member, nothing]{"collective/unadmit", func(ctx context.Context, n *node, who directory.Member) (nothing, error) {
		return nothing{}, n.federation.Unadmit(ctx, who)
	}}
)

// admissionsFile is a file of admissions: how members were taken in.
type admissionsFile struct {
	Language directory.Language `toml:"language"`
	Members  []directory.Member `toml:"members"`
}

// notInAdmissions are the fields that the directory fills in: whose word it is.
var notInAdmissions = []string{"Statement.SaidBy", "Derogation.By"}

// collectiveAdmitCommand is matou collective admit.
type collectiveAdmitCommand struct {
	File string `arg:"" help:"A TOML file with one [[members]] for each: hoster (its actor) or website, name, since, and [members.admission] with batch, decided_on, ballot, review, findings and derogations."`
}

// Run writes the admissions down.
func (a *collectiveAdmitCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	members, err := readAdmissions(a.File)
	if err != nil {
		return err
	}
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		if err := speaksForACollective(cfg); err != nil {
			return err
		}
		if _, err := admitMembers.call(ctx, g, members); err != nil {
			return err
		}
		for _, m := range members {
			t.printf("written down: %s\n", printable(memberName(m)))
		}
		t.later(g)
		return nil
	})
}

// speaksForACollective refuses to write admissions where nobody would read them.
func speaksForACollective(cfg *config) error {
	if !cfg.has(roleAggregator) || cfg.Aggregator.Collective == "" {
		return fault(exitInvalid, nil, "this node carries the word of no collective, which alone takes members in: give aggregator.collective in %s", filepath.Base(cfg.path))
	}
	return nil
}

func readAdmissions(path string) ([]directory.Member, error) {
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(exitNotFound, err, "there is no file %s", path)
	case err != nil:
		return nil, fault(exitInvalid, err, "%s cannot be read: %v", path, unwrapPath(err))
	case len(raw) > maxProfileBytes:
		return nil, fault(exitInvalid, nil, "%s is longer than %d KiB", path, maxProfileBytes>>10)
	}
	f := admissionsFile{Language: "fr"}
	r, err := readTOML(filepath.Base(path), raw, &f, "fr", notInAdmissions...)
	if err != nil {
		return nil, err
	}
	if len(f.Members) == 0 {
		return nil, fault(exitInvalid, nil, "%s names nobody: write one [[members]] for each who was taken in", path)
	}
	// The rest of the word is the directory's to fill in; a name stands for it.
	const whoever = "here"
	for _, m := range f.Members {
		if m.Admission != nil {
			for i := range m.Admission.Derogations {
				m.Admission.Derogations[i].By = whoever
			}
		}
	}
	if err := (directory.Collective{Slug: whoever, Source: whoever, Members: f.Members}).Validate(); err != nil {
		return nil, r.locate(err)
	}
	return f.Members, nil
}

// memberName gives what a member goes by.
func memberName(m directory.Member) string {
	for _, name := range []string{m.Name, string(m.Hoster), m.Website} {
		if name != "" {
			return name
		}
	}
	return "?"
}

// collectiveUnadmitCommand is matou collective unadmit.
type collectiveUnadmitCommand struct {
	Who string `arg:"" placeholder:"ACTOR|SITE" help:"The member's actor or the address of its site, as it was written down."`
}

// Run takes the record back.
func (u *collectiveUnadmitCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		site := u.Who
		if !strings.Contains(site, "://") {
			site = "https://" + site
		}
		err := directory.ErrNotFound
		for _, who := range []directory.Member{{Hoster: directory.ID(site)}, {Website: site}} {
			if _, err = unadmitMember.call(ctx, g, who); err == nil {
				t.printf("taken back: how %s was taken in; who leaves is given an until date instead\n", printable(u.Who))
				t.later(g)
				return nil
			}
			if exitCode(err) != exitNotFound {
				return err
			}
		}
		return fault(exitNotFound, err, "nothing is written on how %s was taken in: matou collective list --json shows what is", printable(u.Who))
	})
}
