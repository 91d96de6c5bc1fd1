package main

// federationCommands are matou federation …: what a keeper sees and decides of
// other nodes.
type federationCommands struct {
	Status federationStatusCommand `cmd:"" help:"How the node gets on with others: what waits, what fails, who is away."`
	Queue  federationQueueCommands `cmd:"" help:"What waits to be delivered."`
}
