package delivery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"matou/directory"
)

// Verdict is what an answer means for a delivery.
type Verdict int

// The verdicts.
const (
	Retry     Verdict = iota // try again later
	Refused                  // 401 or 403: try again, but give up soon
	Delivered                // the inbox took it
	GiveUp                   // the inbox will never take it
	Gone                     // the inbox is gone, and everyone behind it
)

// Result is what came of one try.
type Result struct {
	Verdict     Verdict
	After       time.Duration // Retry-After of the answer, of which 24 h at most are waited; 0 without
	Answered    bool          // the host did, whatever it said
	Unreachable bool          // there was no answer at all: counts against the host
	NoName      bool          // its name leads nowhere
	Down        bool          // it answered that it cannot do anything just now (5xx other than 501)
	Reason      string        // why it was not delivered
}

// Classify says what the status of an answer, or the error in its place,
// means for a delivery:
//
//	2xx                                      Delivered
//	410                                      Gone
//	401, 403                                 Refused: keys and blocks may change
//	408, 425, 429, other than 4xx and 501    Retry
//	other 4xx, 501                           GiveUp
//	error that is directory.ErrInvalid       GiveUp: the address will stay unusable
//	any other error                          Retry, Unreachable
func Classify(status int, err error) Result {
	switch {
	case errors.Is(err, directory.ErrInvalid):
		return Result{Verdict: GiveUp, Reason: err.Error()}
	case err != nil:
		var name *net.DNSError
		return Result{
			Verdict: Retry, Unreachable: !errors.Is(err, context.Canceled), Reason: err.Error(),
			NoName: errors.As(err, &name) && name.IsNotFound,
		}
	case status >= 200 && status <= 299:
		return Result{Answered: true, Verdict: Delivered}
	}
	reason := fmt.Sprintf("answered %d %s", status, http.StatusText(status))
	switch status {
	case http.StatusGone:
		return Result{Answered: true, Verdict: Gone, Reason: reason}
	case http.StatusUnauthorized, http.StatusForbidden:
		return Result{Answered: true, Verdict: Refused, Reason: reason}
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return Result{Answered: true, Verdict: Retry, Reason: reason}
	}
	if status == http.StatusNotImplemented || status >= 400 && status <= 499 {
		return Result{Answered: true, Verdict: GiveUp, Reason: reason}
	}
	return Result{Answered: true, Verdict: Retry, Down: status >= 500, Reason: reason}
}
