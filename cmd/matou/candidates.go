package main

import (
	"context"
	"strings"

	"matou/federation"
	"matou/federation/ap"
)

// directoryCommands are matou directory …: what this node's directory learns
// from others, and how it is made anew.
type directoryCommands struct {
	Candidates candidatesCommand      `cmd:"" help:"List the hosters that other directories list and this one does not."`
	Accept     acceptCommand          `cmd:"" help:"Follow a candidate: it is listed once its own node agrees."`
	Dismiss    dismissCommand         `cmd:"" help:"Leave a candidate out, whoever proposes it again."`
	Learn      learnCommand           `cmd:"" help:"Say what is done with the hosters that a followed directory lists."`
	Import     directoryImportCommand `cmd:"" help:"List hosters that have no node from a file that others keep; the node reads it again every week."`
	Files      filesCommand           `cmd:"" help:"List the files from which hosters are listed."`
	Forget     forgetFileCommand      `cmd:"" help:"Read a file no more, and end the entries from it."`
	Sites      sitesCommand           `cmd:"" help:"List the hosters that stand here from a file, and those that no file may list."`
	Exclude    excludeCommand         `cmd:"" help:"Keep the host of a website out of what files list."`
	Include    includeCommand         `cmd:"" help:"Let files list the host of a website again."`
	Rebuild    rebuildCommand         `cmd:"" help:"Forget what is kept of every hoster but the Follow, and read it anew from its own node."`
}

// candidateQuestion asks for candidates.
type candidateQuestion struct {
	All bool `json:"all,omitempty"` // those too that were decided on
}

// learning says what is done with what a directory lists.
type learning struct {
	Handle string   `json:"handle"`
	Learn  ap.Learn `json:"learn"`
}

// The verbs of candidates.
var (
	listCandidates = verb[candidateQuestion, []federation.Candidate]{"directory/candidates", func(ctx context.Context, n *node, q candidateQuestion) ([]federation.Candidate, error) {
		return n.federation.Candidates(ctx, q.All)
	}}
	acceptCandidate = verb[handle, ap.Follow]{"directory/accept", func(ctx context.Context, n *node, h handle) (ap.Follow, error) {
		return n.federation.AcceptCandidate(ctx, h.Handle)
	}}
	dismissCandidate = verb[handle, nothing]{"directory/dismiss", func(ctx context.Context, n *node, h handle) (nothing, error) {
		return nothing{}, n.federation.DismissCandidate(ctx, h.Handle)
	}}
	learnFrom = verb[learning, nothing]{"directory/learn", func(ctx context.Context, n *node, l learning) (nothing, error) {
		return nothing{}, n.federation.LearnFrom(ctx, l.Handle, l.Learn)
	}}
)

// withDirectory is withNode for commands that need the aggregator role.
func (c *cli) withDirectory(ctx context.Context, t *terminal, f func(*target) error) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		if !cfg.has(roleAggregator) {
			return fault(exitInvalid, nil, "this node keeps no directory: add \"aggregator\" to roles in %s", cfg.path)
		}
		return f(g)
	})
}

// candidatesCommand is matou directory candidates.
type candidatesCommand struct {
	All  bool `help:"Those too that were accepted, dismissed, or ended the Follow themselves."`
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the candidates.
func (l *candidatesCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		all, err := listCandidates.call(ctx, g, candidateQuestion{l.All})
		if err != nil {
			return err
		}
		if l.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("nobody is proposed: directories that this one follows list nobody whom it does not know\n")
			return nil
		}
		for _, one := range all {
			name := string(one.Hoster)
			if one.Handle != "" {
				name = "@" + one.Handle
			}
			t.printf("%-10s %s  %s  %s\n", one.State, printable(name), printable(one.Name), candidateNote(one))
		}
		t.printf("decide: matou directory accept NAME, or matou directory dismiss NAME\n")
		return nil
	})
}

// candidateNote says who proposes a candidate, and what stands against it.
func candidateNote(one federation.Candidate) string {
	note := "listed by nobody any more"
	if len(one.From) > 0 {
		note = "listed by " + printable(strings.Join(one.From, ", "))
	}
	switch one.Why {
	case "unread":
		note += "; its own node did not answer yet"
	case "no hoster":
		note += "; its own node says that it is no hoster"
	case "no consent":
		note += "; it does not agree to be listed (discoverable, indexable)"
	}
	return "(" + note + ")"
}

// acceptCommand is matou directory accept.
type acceptCommand struct {
	Name string `arg:"" help:"The candidate, as @name@host or by its id."`
}

// Run follows the candidate.
func (a *acceptCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		follow, err := acceptCandidate.call(ctx, g, handle{a.Name})
		if err != nil {
			return err
		}
		if follow.State == ap.FollowAccepted {
			t.printf("%s is followed already: see matou following\n", a.Name)
			return nil
		}
		t.printf("%s is asked; it is listed once its node accepts: see matou following\n", a.Name)
		t.later(g)
		return nil
	})
}

// dismissCommand is matou directory dismiss.
type dismissCommand struct {
	Name string `arg:"" help:"The candidate, as @name@host or by its id."`
}

// Run dismisses the candidate.
func (d *dismissCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		if _, err := dismissCandidate.call(ctx, g, handle{d.Name}); err != nil {
			return err
		}
		t.printf("%s is left out, whoever proposes it; to list it all the same: matou follow\n", d.Name)
		return nil
	})
}

// learnCommand is matou directory learn.
type learnCommand struct {
	Handle string `arg:"" help:"The directory, as @name@host. It must be followed: matou follow."`
	How    string `arg:"" enum:"propose,follow,ignore,default" help:"propose: its hosters become candidates. follow: they are followed, some each day. ignore: nothing. default: as aggregator.learn in the configuration says."`
}

// Run keeps what is to be done.
func (l *learnCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	how := ap.Learn(l.How)
	if l.How == "default" {
		how = ""
	}
	return c.withDirectory(ctx, t, func(g *target) error {
		if _, err := learnFrom.call(ctx, g, learning{l.Handle, how}); err != nil {
			return err
		}
		switch how {
		case ap.LearnPropose:
			t.printf("the hosters that %s lists become candidates: see matou directory candidates\n", l.Handle)
		case ap.LearnFollow:
			t.printf("the hosters that %s lists are followed, some each day, and listed once they accept\n", l.Handle)
		case ap.LearnIgnore:
			t.printf("what %s lists is left alone\n", l.Handle)
		default:
			t.printf("what %s lists is dealt with as the configuration says\n", l.Handle)
		}
		return nil
	})
}

// learns is the policy of a configuration as federation knows it.
func (a aggregatorConfig) learns() ap.Learn { return ap.Learn(a.Learn) }

// checkLearn says what is wrong with a policy.
func checkLearn(word string, add func(string, string, ...any)) {
	switch ap.Learn(word) {
	case "", ap.LearnPropose, ap.LearnFollow, ap.LearnIgnore:
		return
	}
	add("aggregator.learn", "must be \"propose\", \"follow\" or \"ignore\", not %q", word)
}
