package main

import (
	"runtime"

	"github.com/alecthomas/kong"
)

// versionCommand is matou version.
type versionCommand struct{}

// Run prints the version.
func (*versionCommand) Run(t *terminal) error {
	t.printf("matou %s (%s %s/%s)\n", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// helpCommand is matou help.
type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command to explain."`
}

// Run prints the help of a command.
func (h *helpCommand) Run(parser *kong.Kong) error {
	if _, err := parser.Parse(append(h.Command, "--help")); err != nil {
		return usageError{err}
	}
	return nil
}
