// Command matou runs a node of a federated directory of hosters, and is the
// tool by which its keeper writes to it. It is the only package that knows all
// the others: serve.go ties them together, each other file is one subcommand
// or what the subcommands share.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Version is the version of matou; a release build sets it with -ldflags.
var Version = "0.1.0-dev"

// cli is the command line, as kong reads it.
type cli struct {
	Config string `short:"c" placeholder:"FILE" env:"MATOU_CONFIG" default:"matou.toml" help:"Configuration file (default: matou.toml)."`

	Init       initCommand        `cmd:"" help:"Write a configuration, a profile to fill in, and the data directory."`
	Serve      serveCommand       `cmd:"" help:"Run the node until it is told to stop."`
	Hoster     hosterCommands     `cmd:"" help:"What this node's hoster says of itself."`
	Notice     noticeCommands     `cmd:"" help:"Incidents, maintenances and announcements of this node's hoster."`
	Follow     followCommand      `cmd:"" help:"Follow a hoster, so that this node's directory lists it once it accepts; or a directory, to learn of those that it lists."`
	Unfollow   unfollowCommand    `cmd:"" help:"Stop following a hoster: its listing is removed."`
	Following  followingCommand   `cmd:"" help:"List the hosters that this node's directory follows."`
	Federation federationCommands `cmd:"" help:"What passes between this node and others."`
	Report     reportCommands     `cmd:"" help:"What keepers of other nodes want you to look at, and what you want them to."`
	Stamp      stampCommands      `cmd:"" help:"The permissions that this node gave: to quote its notices, to feature its actors."`
	Move       moveCommand        `cmd:"" help:"Move an actor of this node to another one, followers and all."`
	Alias      aliasCommands      `cmd:"" help:"What the actors of this node are known as elsewhere."`
	Collective collectiveCommands `cmd:"" help:"The collectives whose lists of members this node's directory knows."`
	Directory  directoryCommands  `cmd:"" help:"What this node's directory learns from others, and how it is made anew."`
	Key        keyCommands        `cmd:"" help:"The keys by which other nodes know this one."`
	Doctor     doctorCommand      `cmd:"" help:"Check the configuration, the profile, the stored data, the clock and the public address, and say what to do."`
	Import     importCommand      `cmd:"" help:"Say what a file in one of many formats would change in the profile, and change it with --apply."`
	Export     exportCommand      `cmd:"" help:"Write what the node publishes or lists in another format."`
	Demo       demoCommand        `cmd:"" help:"Run a directory and six invented hosters on this machine."`
	Version    versionCommand     `cmd:"" help:"Print the version."`
	Help       helpCommand        `cmd:"" help:"Explain a command."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], systemTerminal())
	stop()
	os.Exit(code)
}

// run carries out one command line and gives the exit code.
func run(ctx context.Context, args []string, t *terminal) int {
	c := &cli{}
	parser, err := newParser(c, t)
	if err != nil {
		return t.report(err)
	}
	k, err := parser.Parse(args)
	if err != nil {
		return t.report(usageError{err})
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return t.report(k.Run(c, t, parser))
}

// newParser prepares kong for the command line.
func newParser(c *cli, t *terminal) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("matou"),
		kong.Description("A federated directory of ethical hosters."),
		kong.Writers(t.out, t.errOut),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
}

// report prints err as one sentence and gives the exit code that tells its kind.
func (t *terminal) report(err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		t.errorf("matou: stopped before it was done\n")
		return exitStopped
	}
	t.errorf("matou: %s\n", sentence(err))
	return exitCode(err)
}
