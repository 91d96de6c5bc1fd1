package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"matou/directory"
	"matou/federation/fetch"
	"matou/storage"
)

func TestExitCode(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"anything", errors.New("x"), exitUnexpected},
		{"command line", usageError{errors.New("x")}, exitUsage},
		{"field", directory.Invalid("f", "r"), exitInvalid},
		{"fields", errors.Join(directory.Invalid("f", "r"), directory.Invalid("g", "r")), exitInvalid},
		{"wrapped", fmt.Errorf("x: %w", directory.ErrForbidden), exitInvalid},
		{"not found", fmt.Errorf("x: %w", directory.ErrNotFound), exitNotFound},
		{"deleted", fmt.Errorf("x: %w", directory.ErrGone), exitNotFound},
		{"404 of a peer", fmt.Errorf("x: %w", &fetch.StatusError{Status: 404}), exitNotFound},
		{"500 of a peer", fmt.Errorf("x: %w", &fetch.StatusError{Status: 500}), exitUnreachable},
		{"private address", fmt.Errorf("x: %w", fetch.ErrPrivate), exitUnreachable},
		{"too slow", fmt.Errorf("x: %w", context.DeadlineExceeded), exitUnreachable},
		{"refused", fmt.Errorf("x: %w", &netError{}), exitUnreachable},
		{"port in use", fmt.Errorf("x: %w", syscall.EADDRINUSE), exitBusy},
		{"store in use", fmt.Errorf("x: %w", storage.ErrLocked), exitBusy},
		{"disk full", fmt.Errorf("x: %w", &fs.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC}), exitStorage},
		{"store full", fmt.Errorf("x: %w", storage.ErrFull), exitStorage},
		{"store damaged", fmt.Errorf("x: %w", storage.ErrDamaged), exitStorage},
		{"said by us", fmt.Errorf("x: %w", fault(exitBusy, directory.ErrNotFound, "t")), exitBusy},
	}
	for _, test := range tests {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

type netError struct{}

func (*netError) Error() string   { return "connection refused" }
func (*netError) Timeout() bool   { return false }
func (*netError) Temporary() bool { return false }

func TestSentence(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{fmt.Errorf("no such hoster: %w", directory.ErrNotFound), "no such hoster"},
		{directory.ErrNotFound, "not found"},
		{errors.Join(directory.Invalid("a", "x"), directory.Invalid("b", "y")), "a: x\n  b: y"},
		{fmt.Errorf("%w and %w", errors.New("one"), errors.New("two")), "one and two"},
		{errors.New("a name \x1b[2J\u202eof\na peer"), "a name [2Jof a peer"},
		{fmt.Errorf("write: %w", syscall.ENOSPC), "the disk is full: make room, then run the command again; nothing was lost (write: no space left on device)"},
	}
	for _, test := range tests {
		if got := sentence(test.err); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// Whatever an error holds, its sentence cannot move the cursor or begin a line
// of its own.
func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b]0;b\a\r\n\u009b2J")
	f.Fuzz(func(t *testing.T, s string) {
		if got := printable(s); strings.ContainsAny(got, "\x00\x07\x08\x1b\r\n\x7f\u009b\u202e") {
			t.Errorf("got %q", got)
		}
	})
}
