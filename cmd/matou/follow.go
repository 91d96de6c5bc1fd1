package main

import (
	"context"

	"matou/federation/ap"
)

// followCommand is matou follow.
type followCommand struct {
	Handle string `arg:"" help:"The hoster, as @name@host."`
}

// Run sends the Follow. The listing appears once the hoster's node accepts.
func (f *followCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		follow, err := followHoster.call(ctx, g, handle{f.Handle})
		if err != nil {
			return err
		}
		if follow.State == ap.FollowAccepted {
			t.printf("%s is followed already\n", f.Handle)
			return nil
		}
		t.printf("%s is asked; it is listed once its node accepts\n", f.Handle)
		t.later(g)
		return nil
	})
}

// unfollowCommand is matou unfollow.
type unfollowCommand struct {
	Handle string `arg:"" help:"The hoster, as @name@host."`
}

// Run ends the Follow and removes the listing.
func (f *unfollowCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		if _, err := unfollowHoster.call(ctx, g, handle{f.Handle}); err != nil {
			return err
		}
		t.printf("%s is followed no more, and not listed any more\n", f.Handle)
		t.later(g)
		return nil
	})
}

// followingCommand is matou following.
type followingCommand struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists whom the node follows.
func (f *followingCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listFollowing.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if f.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("nobody is followed yet: matou follow @name@host\n")
		}
		for _, one := range all {
			name := string(one.Object)
			if one.Handle != "" {
				name = "@" + one.Handle
			}
			listed := "not listed"
			if one.Listed {
				listed = "listed"
			}
			t.printf("%-10s %-10s %s  %s\n", one.State, listed, printable(name), printable(one.Name))
		}
		return nil
	})
}
