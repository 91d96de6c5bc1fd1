package main

import (
	"context"

	"matou/federation/ap"
)

// followCommand is matou follow.
type followCommand struct {
	Handle string `arg:"" help:"The hoster or directory, as @name@host."`
}

// Run sends the Follow. The listing appears once the hoster's node accepts.
func (f *followCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		follow, err := followHoster.call(ctx, g, handle{f.Handle})
		if err != nil && exitCode(err) == exitNotFound {
			return fault(exitNotFound, err, "there is no %s: ask its people how it is written", printable(f.Handle))
		}
		if err != nil {
			return err
		}
		learned, err := learnedFrom(ctx, g, follow)
		if err != nil {
			return err
		}
		switch {
		case learned != "":
			t.printf("%s is a directory: %s\n", f.Handle, learned)
			if follow.State == ap.FollowAccepted {
				return nil
			}
		case follow.State == ap.FollowAccepted:
			t.printf("%s is followed already: see matou following\n", f.Handle)
			return nil
		case !cfg.has(roleAggregator):
			t.printf("%s is asked; this node keeps no directory, so that following lists nobody\n", f.Handle)
			t.printf("to be listed yourself, give the keepers of a directory your handle: @%s@%s\n", cfg.Hoster.Handle, cfg.origin.Host)
		default:
			t.printf("%s is asked; it is listed once its node accepts, if its profile agrees to be listed: see matou following\n", f.Handle)
		}
		t.later(g)
		return nil
	})
}

// learnedFrom says what becomes of the hosters that a followed actor lists; ""
// where it is no directory.
func learnedFrom(ctx context.Context, g *target, follow ap.Follow) (string, error) {
	all, err := listFollowing.call(ctx, g, nothing{})
	for _, one := range all {
		if one.Object != follow.Object || !one.Aggregator {
			continue
		}
		switch one.Learn {
		case ap.LearnFollow:
			return "the hosters that it lists are followed, some each day, and listed once they accept", err
		case ap.LearnIgnore:
			return "what it lists is left alone (matou directory learn changes that)", err
		}
		return "the hosters that it lists become candidates, see matou directory candidates", err
	}
	return "", err
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
	JSON    bool `name:"json" help:"Print them as JSON."`
	Handles bool `help:"Print their handles only, one a line: what another directory needs to follow the same."`
}

// Run lists whom the node follows.
func (f *followingCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		all, err := listFollowing.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if f.JSON {
			return t.json(all)
		}
		if f.Handles {
			for _, one := range all {
				if one.Handle != "" {
					t.printf("@%s\n", printable(one.Handle))
				}
			}
			return nil
		}
		if len(all) == 0 {
			t.printf("nobody is followed yet: matou follow @name@host\n")
		}
		unlisted := false
		for _, one := range all {
			name := string(one.Object)
			if one.Handle != "" {
				name = "@" + one.Handle
			}
			word := listedWord(one.Listed)
			if one.Aggregator {
				word = "directory"
			}
			t.printf("%-10s %-10s %s  %s\n", one.State, word, printable(name), printable(one.Name))
			unlisted = unlisted || one.State == ap.FollowAccepted && !one.Listed && !one.Aggregator
		}
		if unlisted && cfg.has(roleAggregator) {
			t.printf("accepted and not listed: the profile does not agree to be listed (discoverable, indexable), or has not arrived yet\n")
		}
		return nil
	})
}

// listedWord says whether a hoster is listed.
func listedWord(listed bool) string {
	if listed {
		return "listed"
	}
	return "not listed"
}
