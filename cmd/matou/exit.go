package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"matou/directory"
	"matou/federation/fetch"
	"matou/storage"
)

// The exit codes, told in docs/cli.md.
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitUsage       = 2 // the command line itself
	exitInvalid     = 3 // configuration, profile, imported file or other input
	exitNotFound    = 4 // a hoster, notice, service or file that does not exist
	exitUnreachable = 5 // another machine does not answer, or may not be asked
	exitBusy        = 6 // port in use, node already running, already done
	exitStorage     = 7 // disk full, data damaged or not writable
	exitStopped     = 130
)

// usageError is a command line that could not be read.
type usageError struct{ error }

func (e usageError) Error() string {
	return e.error.Error() + "; see matou help"
}

// codedError is an error with the sentence for the person at the terminal and
// its exit code.
type codedError struct {
	code int
	text string
	err  error // may be nil
}

func (e *codedError) Error() string { return e.text }
func (e *codedError) Unwrap() error { return e.err }

// fault makes a codedError; the text is formatted as by fmt.Sprintf.
func fault(code int, err error, text string, args ...any) error {
	return &codedError{code: code, err: err, text: fmt.Sprintf(text, args...)}
}

// exitCode is the one table from error to exit code.
func exitCode(err error) int {
	var coded *codedError
	var usage usageError
	var status *fetch.StatusError
	var network net.Error
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EDQUOT),
		errors.Is(err, storage.ErrFull), errors.Is(err, storage.ErrDamaged), errors.Is(err, storage.ErrNewer):
		return exitStorage
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, directory.ErrConflict), errors.Is(err, storage.ErrLocked):
		return exitBusy
	case errors.As(err, &status) && (status.Status == 404 || status.Status == 410):
		return exitNotFound
	case errors.As(err, &status), isUnreachable(err):
		return exitUnreachable
	case errors.Is(err, directory.ErrNotFound), errors.Is(err, directory.ErrGone):
		return exitNotFound
	case errors.Is(err, directory.ErrInvalid), errors.Is(err, directory.ErrForbidden):
		return exitInvalid
	case errors.As(err, &network):
		return exitUnreachable
	}
	return exitUnexpected
}

// isUnreachable reports whether err says that another machine could not be
// asked, or gave nothing that may be used.
func isUnreachable(err error) bool {
	for _, e := range []error{
		fetch.ErrAddress, fetch.ErrPrivate, fetch.ErrRedirect, fetch.ErrMediaType,
		fetch.ErrTimeout, fetch.ErrTooLarge, context.DeadlineExceeded,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// sentence says err to the person at the terminal: one line, or one line for
// each fault of an input, without control characters.
func sentence(err error) string {
	var faults *inputError
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, storage.ErrFull):
		return "the disk is full: make room, then run the command again; nothing was lost (" + withoutSentinel(printable(err.Error())) + ")"
	case errors.As(err, &faults):
		return faults.Error()
	}
	if all := flatten(err); len(all) > 1 {
		lines := make([]string, len(all))
		for i, e := range all {
			lines[i] = printable(e.Error())
		}
		return strings.Join(lines, "\n  ")
	}
	return withoutSentinel(printable(err.Error()))
}

// withoutSentinel takes the word for a kind of error, which is for programs,
// off the end of a sentence that says it better.
func withoutSentinel(text string) string {
	for _, e := range []error{directory.ErrNotFound, directory.ErrInvalid, directory.ErrConflict, directory.ErrForbidden, directory.ErrGone,
		storage.ErrFull, storage.ErrDamaged, storage.ErrNewer, storage.ErrLocked} {
		if short, ok := strings.CutSuffix(text, ": "+e.Error()); ok {
			return short
		}
	}
	return text
}

// flatten gives the single errors of an errors.Join. An error that only wraps
// several has a text of its own, and stays one.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	var texts []string
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
		texts = append(texts, e.Error())
	}
	if strings.Join(texts, "\n") != err.Error() {
		return []error{err}
	}
	return all
}
