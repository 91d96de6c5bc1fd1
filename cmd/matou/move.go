package main

import (
	"context"
	"errors"
	"fmt"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
)

// moveCommand is matou move.
type moveCommand struct {
	To   string `placeholder:"HANDLE" xor:"move" help:"Where it lives from now on, as @name@host. The actor there must name this one as an alias first (on matou: matou alias add)."`
	Back bool   `xor:"move" help:"Take a move back: it lives here again, and publishes. Followers that went stay where they went."`
	As   string `placeholder:"NAME" help:"Which actor of this node: its name in @name@host (default: the hoster, else the directory)."`
	Yes  bool   `short:"y" help:"Do not ask."`
}

// aliasCommands are matou alias add, remove, list.
type aliasCommands struct {
	Add    aliasAddCommand    `cmd:"" help:"Say that an actor elsewhere is the same as one of this node, so that it can move here."`
	Remove aliasRemoveCommand `cmd:"" help:"Say so no more."`
	List   aliasListCommand   `cmd:"" help:"List what an actor of this node is known as elsewhere."`
}

// actorNamed asks for something of one of this node's actors.
type actorNamed struct {
	As     string `json:"as,omitempty"`     // "": the hoster, else the aggregator
	Handle string `json:"handle,omitempty"` // of an actor elsewhere
}

// whereabouts is where one of this node's actors lives, and what else it is
// known as.
type whereabouts struct {
	Handle  string   `json:"handle"` // "@name@host"
	MovedTo ap.IRI   `json:"movedTo,omitempty"`
	Aliases []ap.IRI `json:"aliases"`
}

// whereaboutsOf leaves the keys of an actor where they are.
func whereaboutsOf(n *node, a ap.LocalActor, err error) (whereabouts, error) {
	if err != nil {
		return whereabouts{}, err
	}
	w := whereabouts{Handle: "@" + a.Username + "@" + n.config.origin.Host, MovedTo: a.MovedTo, Aliases: a.AlsoKnownAs}
	if w.Aliases == nil {
		w.Aliases = []ap.IRI{}
	}
	return w, nil
}

// The verbs of moves.
var (
	showMoved = verb[actorNamed, whereabouts]{"move/show", func(ctx context.Context, n *node, a actorNamed) (whereabouts, error) {
		local, err := n.federation.Moved(a.As)
		return whereaboutsOf(n, local, err)
	}}
	moveAway = verb[actorNamed, whereabouts]{"move/away", func(ctx context.Context, n *node, a actorNamed) (whereabouts, error) {
		local, err := n.federation.Move(ctx, a.As, a.Handle)
		return whereaboutsOf(n, local, err)
	}}
	moveBack = verb[actorNamed, whereabouts]{"move/back", func(ctx context.Context, n *node, a actorNamed) (whereabouts, error) {
		local, err := n.federation.MoveBack(ctx, a.As)
		return whereaboutsOf(n, local, err)
	}}
	addAlias = verb[actorNamed, whereabouts]{"alias/add", func(ctx context.Context, n *node, a actorNamed) (whereabouts, error) {
		local, err := n.federation.AddAlias(ctx, a.As, a.Handle)
		return whereaboutsOf(n, local, err)
	}}
	removeAlias = verb[actorNamed, whereabouts]{"alias/remove", func(ctx context.Context, n *node, a actorNamed) (whereabouts, error) {
		local, err := n.federation.RemoveAlias(ctx, a.As, a.Handle)
		return whereaboutsOf(n, local, err)
	}}
)

// Run moves an actor of this node, or says where it lives.
func (m *moveCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		w, err := showMoved.call(ctx, g, actorNamed{As: m.As})
		switch {
		case err != nil:
			return err
		case m.Back:
			if w, err = moveBack.call(ctx, g, actorNamed{As: m.As}); err != nil {
				return err
			}
			t.printf("%s lives here again, and publishes\n", w.Handle)
			t.later(g)
			return nil
		case m.To == "":
			return usageError{errors.New(w.sentence() + ": say where it goes with --to @name@host, or take a move back with --back")}
		}
		if !m.Yes && t.interactive {
			question := fmt.Sprintf("Move %s to %s? Its followers are asked to follow it there, and it publishes nothing here any more.", w.Handle, printable(m.To))
			if yes, err := t.confirm(ctx, question); err != nil || !yes {
				return err
			}
		}
		if w, err = moveAway.call(ctx, g, actorNamed{m.As, m.To}); err != nil {
			return unknownHandle(err, m.To)
		}
		t.printf("%s has moved to %s: its followers are told, and it publishes nothing here any more\n", w.Handle, printable(string(w.MovedTo)))
		t.printf("leave this node running for some weeks, so that everybody can still read where it went\n")
		t.later(g)
		return nil
	})
}

// unknownHandle says that a handle leads to nobody, where err does.
func unknownHandle(err error, handle string) error {
	if exitCode(err) == exitNotFound {
		return fault(exitNotFound, err, "there is no %s: ask its people how it is written", printable(handle))
	}
	return err
}

// sentence says where an actor lives.
func (w whereabouts) sentence() string {
	if w.MovedTo == "" {
		return w.Handle + " lives here"
	}
	return w.Handle + " has moved to " + string(w.MovedTo)
}

// aliasAddCommand is matou alias add.
type aliasAddCommand struct {
	Handle string `arg:"" help:"The actor elsewhere, as @name@host."`
	As     string `placeholder:"NAME" help:"Which actor of this node (default: the hoster, else the directory)."`
}

// Run adds an alias.
func (a *aliasAddCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		if _, err := showMoved.call(ctx, g, actorNamed{As: a.As}); err != nil {
			return err
		}
		w, err := addAlias.call(ctx, g, actorNamed{a.As, a.Handle})
		if err != nil {
			return unknownHandle(err, a.Handle)
		}
		t.printf("%s says that it is the same as %s: that one can move here now\n", w.Handle, printable(a.Handle))
		t.later(g)
		return nil
	})
}

// aliasRemoveCommand is matou alias remove.
type aliasRemoveCommand struct {
	Handle string `arg:"" help:"The actor elsewhere, as @name@host or by its id."`
	As     string `placeholder:"NAME" help:"Which actor of this node (default: the hoster, else the directory)."`
}

// Run removes an alias.
func (a *aliasRemoveCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		w, err := removeAlias.call(ctx, g, actorNamed{a.As, a.Handle})
		if err != nil {
			return err
		}
		t.printf("%s does not say any more that it is the same as %s\n", w.Handle, printable(a.Handle))
		t.later(g)
		return nil
	})
}

// aliasListCommand is matou alias list.
type aliasListCommand struct {
	As   string `placeholder:"NAME" help:"Which actor of this node (default: the hoster, else the directory)."`
	JSON bool   `name:"json" help:"Print them as JSON."`
}

// Run lists the aliases.
func (a *aliasListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		w, err := showMoved.call(ctx, g, actorNamed{As: a.As})
		if err != nil {
			return err
		}
		if a.JSON {
			return t.json(w)
		}
		if len(w.Aliases) == 0 {
			t.printf("%s has no alias: see matou help alias add\n", w.Handle)
		}
		for _, id := range w.Aliases {
			t.printf("%s\n", printable(string(id)))
		}
		if w.MovedTo != "" {
			t.printf("%s\n", printable(w.sentence()))
		}
		return nil
	})
}

// moves tells the pages where the node's own hoster lives now.
type moves struct{ node *federation.Node }

// MovedTo gives the id of the hoster's actor elsewhere, "" while it lives here.
func (m moves) MovedTo() directory.ID {
	a, err := m.node.Moved("")
	if err != nil {
		return ""
	}
	return directory.ID(a.MovedTo)
}
