package main

// federationCommands are matou federation …: what a keeper sees and decides of
// other nodes.
type federationCommands struct {
	Status federationStatusCommand  `cmd:"" help:"How the node gets on with others: what waits, what fails, who is away."`
	Queue  federationQueueCommands  `cmd:"" help:"What waits to be delivered."`
	Blocks federationBlocksCommands `cmd:"" help:"Domains that this node blocks."`
	Allow  federationAllowCommands  `cmd:"" help:"Domains that this node allows, where it federates only with those."`
	Purge  federationPurgeCommand   `cmd:"" help:"Remove everything that is kept of the hosts of a domain."`
	Log    federationLogCommand     `cmd:"" help:"What the keepers of this node have decided on others, and when."`
}
