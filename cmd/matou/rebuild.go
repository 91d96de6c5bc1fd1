package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"matou/federation"
)

// rebuildEvery is how often the command asks how far the rebuild has come.
const rebuildEvery = 200 * time.Millisecond

// rebuildQuestion starts a rebuild.
type rebuildQuestion struct {
	All bool `json:"all,omitempty"` // begin again, instead of going on
}

// The verbs of a rebuild.
var (
	startRebuild = verb[rebuildQuestion, federation.Rebuild]{"directory/rebuild", func(ctx context.Context, n *node, q rebuildQuestion) (federation.Rebuild, error) {
		return n.federation.StartRebuild(ctx, q.All)
	}}
	showRebuild = verb[nothing, federation.Rebuild]{"directory/rebuilding", func(ctx context.Context, n *node, _ nothing) (federation.Rebuild, error) {
		return n.federation.Rebuilding(ctx)
	}}
)

// rebuildCommand is matou directory rebuild.
type rebuildCommand struct {
	All bool `help:"Begin with every hoster, also where a rebuild was under way or has left some."`
}

// Run starts or goes on with a rebuild, shows how far it has come, and ends
// when every hoster was asked.
func (r *rebuildCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withDirectory(ctx, t, func(g *target) error {
		state, err := startRebuild.call(ctx, g, rebuildQuestion{r.All})
		if err != nil {
			return err
		}
		if state.Total == 0 {
			t.printf("there is nothing to rebuild: nobody is followed\n")
			return nil
		}
		watch := func(ctx context.Context) (err error) {
			state, err = watchRebuild(ctx, g, t, state)
			return err
		}
		if g.local != nil {
			err = withRefreshes(ctx, g.local, watch) // nobody else fetches
		} else {
			err = watch(ctx)
		}
		if err != nil {
			return err
		}
		return t.rebuilt(state)
	})
}

// withRefreshes fetches what is due at a node that does not run, while f runs.
func withRefreshes(ctx context.Context, n *node, f func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	work, stop := context.WithCancel(ctx)
	g.Go(func() error {
		if err := n.federation.Refresh(work); work.Err() == nil {
			return err
		}
		return nil
	})
	g.Go(func() error {
		defer stop()
		return f(ctx)
	})
	return g.Wait()
}

// watchRebuild waits until every hoster was asked.
func watchRebuild(ctx context.Context, g *target, t *terminal, state federation.Rebuild) (federation.Rebuild, error) {
	tick := time.NewTicker(rebuildEvery)
	defer tick.Stop()
	defer t.progressDone()
	shown := -1
	for {
		done := state.Total - state.Left
		if percent := 100 * done / state.Total; percent != shown {
			shown = percent
			t.progress("%3d %%  %d of %d hosters", percent, done, state.Total)
		}
		if state.Left == 0 || state.Total == 0 {
			return state, nil
		}
		select {
		case <-ctx.Done():
			return state, ctx.Err()
		case <-tick.C:
		}
		var err error
		if state, err = showRebuild.call(ctx, g, nothing{}); err != nil {
			return state, err
		}
	}
}

// rebuilt tells how a rebuild ended, and names whom it could not read.
func (t *terminal) rebuilt(state federation.Rebuild) error {
	t.progressDone()
	if len(state.Failed) == 0 {
		t.printf("%d hosters are read anew from their own nodes\n", state.Total)
		return nil
	}
	t.printf("%d of %d hosters are read anew from their own nodes\n", state.Total-len(state.Failed), state.Total)
	for _, f := range state.Failed {
		name, kept := string(f.Hoster), "is not listed"
		if f.Handle != "" {
			name = "@" + f.Handle
		}
		if f.Listed {
			kept = "is shown as it was"
		}
		t.printf("  %s %s: %s\n", printable(name), kept, withoutSentinel(printable(f.Error)))
	}
	return fault(exitUnreachable, errors.New("hosters not read"), "%d hosters could not be read; the node tries them again by itself, or at once with matou directory rebuild", len(state.Failed))
}
