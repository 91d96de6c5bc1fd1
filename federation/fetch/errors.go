package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"matou/directory"
)

// What a request can fail with, besides *StatusError and errors of the
// network. All of them come wrapped, with the host and what to do.
var (
	// ErrAddress: the address has a form that is never fetched. It is a
	// directory.ErrInvalid, and trying again does not help.
	ErrAddress = fmt.Errorf("unusable address (%w)", directory.ErrInvalid)
	// ErrPrivate: the host has an address that is not public.
	ErrPrivate   = errors.New("not a public address")
	ErrTooLarge  = errors.New("answer too large")
	ErrRedirect  = errors.New("redirect refused")
	ErrMediaType = errors.New("unexpected media type")
	ErrTimeout   = errors.New("timed out")
)

// StatusError is an answer other than 2xx. It is a directory.ErrNotFound for
// 404, an ErrGone for 410, an ErrForbidden for 401 and 403.
type StatusError struct {
	Status     int
	URL        string        // that answered
	RetryAfter time.Duration // 0 where absent; at most 24 h
}

// Error gives the address and the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// Is maps the status to the sentinels of directory.
func (e *StatusError) Is(target error) bool {
	switch e.Status {
	case http.StatusNotFound:
		return target == directory.ErrNotFound
	case http.StatusGone:
		return target == directory.ErrGone
	case http.StatusUnauthorized, http.StatusForbidden:
		return target == directory.ErrForbidden
	}
	return false
}

// explain names the host, and makes every form of running out of time an
// ErrTimeout, but not the end of a context that the caller cancelled.
func explain(host string, err error) error {
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, ErrPrivate):
		return fmt.Errorf("%s: %w", host, err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("%s: %w: no whole answer in time (%w)", host, ErrTimeout, err)
	}
	return fmt.Errorf("%s: %w", host, err)
}
