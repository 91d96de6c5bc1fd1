package main

import (
	"context"

	"matou/federation"
)

// federationStatusCommand is matou federation status.
type federationStatusCommand struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// federationStatus tells how the node gets on with others.
var federationStatus = verb[nothing, federation.Status]{"federation/status", func(ctx context.Context, n *node, _ nothing) (federation.Status, error) {
	return n.federation.Status(ctx)
}}

// Run prints the state of the node's federation.
func (s *federationStatusCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		status, err := federationStatus.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		return t.json(status)
	})
}
