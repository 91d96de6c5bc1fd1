package main

import (
	"context"

	"matou/federation"
	"matou/federation/ap"
	"matou/federation/blocklist"
)

// modeAllowlist is the federation.mode in which a node federates only with whom
// it names.
const modeAllowlist = "allowlist"

// federationAllowCommands are matou federation allow ….
type federationAllowCommands struct {
	List   allowListCommand   `cmd:"" default:"withargs" help:"List the domains that are allowed."`
	Add    allowAddCommand    `cmd:"" help:"Allow a domain and all below it."`
	Remove allowRemoveCommand `cmd:"" help:"Allow a domain no more: its listings are withdrawn, its follows rest."`
}

// The verbs of allowances.
var (
	listAllows = verb[nothing, []ap.DomainAllow]{"federation/allow/list", func(ctx context.Context, n *node, _ nothing) ([]ap.DomainAllow, error) {
		return n.federation.Allows(ctx)
	}}
	addAllow = verb[domainDecision, ap.DomainAllow]{"federation/allow/add", func(ctx context.Context, n *node, d domainDecision) (ap.DomainAllow, error) {
		return n.federation.Allow(ctx, ap.DomainAllow{Domain: d.Domain, Comment: d.Comment}, d.By)
	}}
	removeAllow = verb[domainDecision, federation.Ties]{"federation/allow/remove", func(ctx context.Context, n *node, d domainDecision) (federation.Ties, error) {
		return n.federation.Disallow(ctx, d.Domain, d.By)
	}}
)

// allowListCommand is matou federation allow list.
type allowListCommand struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the domains that are allowed.
func (a *allowListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		all, err := listAllows.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if a.JSON {
			return t.json(all)
		}
		for _, one := range all {
			t.printf("%s  %s  %s\n", day(one.At), printable(blocklist.Display(one.Domain)), printable(one.Comment))
		}
		t.explainMode(cfg, len(all))
		return nil
	})
}

// explainMode says what the list does in the mode of the node.
func (t *terminal) explainMode(cfg *config, allowed int) {
	switch {
	case cfg.Federation.Mode != modeAllowlist:
		t.printf("this node federates with everyone who is not blocked; the list counts with mode = \"allowlist\" under [federation]\n")
	case allowed == 0:
		t.printf("no domain is allowed yet: this node federates with nobody\n")
	}
}

// allowAddCommand is matou federation allow add.
type allowAddCommand struct {
	Domain string `arg:"" help:"The domain; all below it are allowed too."`
	Note   string `placeholder:"TEXT" help:"Who they are, or why."`
}

// Run allows a domain.
func (a *allowAddCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		allowed, err := addAllow.call(ctx, g, domainDecision{Domain: a.Domain, Comment: a.Note, By: decided("allow", a.Domain, a.Note)})
		if err != nil {
			return err
		}
		t.printf("%s is allowed\n", printable(blocklist.Display(allowed.Domain)))
		t.explainMode(cfg, 1)
		return nil
	})
}

// allowRemoveCommand is matou federation allow remove.
type allowRemoveCommand struct {
	Domain string `arg:"" help:"The domain, as it is listed."`
	Note   string `placeholder:"TEXT" help:"Why, for the log."`
}

// Run takes an allowance back.
func (a *allowRemoveCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		ties, err := removeAllow.call(ctx, g, domainDecision{Domain: a.Domain, By: decided("disallow", a.Domain, a.Note)})
		if err != nil {
			return err
		}
		t.printf("%s is allowed no more\n", printable(a.Domain))
		if cfg.Federation.Mode == modeAllowlist {
			t.showTies(ties, false)
		}
		return nil
	})
}
