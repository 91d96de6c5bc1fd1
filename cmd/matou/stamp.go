package main

import (
	"context"

	"matou/federation/ap"
)

// whomNobody is the word of quotes and features under which no permission is
// given.
const whomNobody = "nobody"

// checkWhom says what is wrong with such a word.
func checkWhom(field, word string, add func(string, string, ...any)) {
	if word != "everyone" && word != whomNobody {
		add(field, "must be \"everyone\" or \"nobody\", not %q", word)
	}
}

// stampCommands are matou stamp list, revoke.
type stampCommands struct {
	List   stampListCommand   `cmd:"" default:"withargs" help:"List the permissions that were given to quote notices, and to feature actors in collections."`
	Revoke stampRevokeCommand `cmd:"" help:"Take a permission back: it is not given again."`
}

// stampNamed names a stamp by its id, or the end of it.
type stampNamed struct {
	Stamp string `json:"stamp"`
}

// The verbs of stamps.
var (
	listStamps = verb[nothing, []ap.Stamp]{"stamp/list", func(ctx context.Context, n *node, _ nothing) ([]ap.Stamp, error) {
		return n.federation.Stamps(ctx)
	}}
	revokeStamp = verb[stampNamed, ap.Stamp]{"stamp/revoke", func(ctx context.Context, n *node, s stampNamed) (ap.Stamp, error) {
		return n.federation.RevokeStamp(ctx, s.Stamp)
	}}
)

// stampListCommand is matou stamp list.
type stampListCommand struct {
	All  bool `help:"Those too that were taken back."`
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the stamps.
func (l *stampListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listStamps.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		shown := []ap.Stamp{}
		for _, s := range all {
			if s.Holds() || l.All {
				shown = append(shown, s)
			}
		}
		if l.JSON {
			return t.json(shown)
		}
		if len(shown) == 0 {
			t.printf("no permission was given\n")
		}
		for _, s := range shown {
			t.printf("%s  %s  %s\n", endOf(string(s.ID)), day(s.At), stampSentence(s))
		}
		return nil
	})
}

// stampSentence says what a stamp permits.
func stampSentence(s ap.Stamp) string {
	may := "may quote"
	if s.Kind == ap.StampFeature {
		may = "may feature"
	}
	if !s.Holds() {
		may = "could until " + day(s.RevokedAt) + may[len("may"):]
	}
	return printable(string(s.Interacting)) + " " + may + " " + printable(string(s.Target))
}

// stampRevokeCommand is matou stamp revoke.
type stampRevokeCommand struct {
	Stamp string `arg:"" help:"The permission: its id, the end of it as listed, or last."`
}

// Run revokes a stamp.
func (r *stampRevokeCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		s, err := revokeStamp.call(ctx, g, stampNamed{r.Stamp})
		if err != nil {
			return err
		}
		t.printf("taken back: %s\n", stampSentence(s))
		t.later(g)
		return nil
	})
}
