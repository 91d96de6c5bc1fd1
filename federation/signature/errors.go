package signature

import (
	"fmt"

	"matou/directory"
)

// The reasons of an Error: a closed list, fit for a metric's label and for the
// answer to a peer.
const (
	Missing   = "missing"   // there is no signature
	Malformed = "malformed" // the signature cannot be read in exactly one way
	Uncovered = "uncovered" // it does not cover what it must
	Host      = "host"      // it was made for another host
	Date      = "date"      // it is too old, not yet valid, or not dated
	Digest    = "digest"    // the body is not the one that was signed
	Key       = "key"       // the key id or the key cannot be used
	Algorithm = "algorithm" // the algorithm is unknown or not the key's
	Signature = "signature" // the signature is not the key's
)

// Error says why a signature or a key was refused. It is a
// directory.ErrForbidden.
type Error struct {
	Reason string // one of the constants above: safe to show to the sender
	Detail string // for the log; holds nothing that the sender wrote but lengths and names of parts
}

// Error gives "signature: reason: detail".
func (e *Error) Error() string { return "signature: " + e.Reason + ": " + e.Detail }

// Is makes every Error a directory.ErrForbidden.
func (e *Error) Is(target error) bool { return target == directory.ErrForbidden }

func refuse(reason, detail string, args ...any) error {
	return &Error{Reason: reason, Detail: fmt.Sprintf(detail, args...)}
}
