package signature

import (
	"fmt"

	"matou/directory"
)

// The reasons of an Error: a closed list, fit for a metric's label and for the
// answer to a peer.
const (
	ReasonMissing   = "missing"   // there is no signature
	ReasonMalformed = "malformed" // it cannot be read in exactly one way
	ReasonUncovered = "uncovered" // it does not cover what it must
	ReasonHost      = "host"      // it was made for another host
	ReasonDate      = "date"      // it is too old, not yet valid, or not dated
	ReasonDigest    = "digest"    // the body is not the one that was signed
	ReasonKey       = "key"       // the key id or the key cannot be used
	ReasonAlgorithm = "algorithm" // the algorithm is unknown, or not the key's
	ReasonSignature = "signature" // it was not made with the key
)

// Error says why a signature or a key was refused. It is a
// directory.ErrForbidden.
type Error struct {
	Reason string // one of the constants above: safe to show to the sender
	Detail string // for a log
}

// Error gives "signature: reason: detail".
func (e *Error) Error() string { return "signature: " + e.Reason + ": " + e.Detail }

// Is makes every Error a directory.ErrForbidden.
func (e *Error) Is(target error) bool { return target == directory.ErrForbidden }

// refuse makes an Error. The detail quotes strings of the sender with %q only,
// so that none of them can forge a line of a log.
func refuse(reason, detail string, args ...any) error {
	return &Error{Reason: reason, Detail: fmt.Sprintf(detail, args...)}
}
