package directory

import (
	"errors"
	"fmt"
)

// The sentinels that every layer maps to its own answers (exit codes, HTTP
// status). They are wrapped with %w and a short operation.
var (
	ErrNotFound  = errors.New("not found")
	ErrInvalid   = errors.New("invalid")
	ErrConflict  = errors.New("conflict")
	ErrForbidden = errors.New("forbidden")
	ErrGone      = errors.New("gone")
)

// FieldError says which field of an input was refused and why, in words for
// the person who wrote it. It is an ErrInvalid.
type FieldError struct {
	Field  string // path in the input, e.g. "services[2].website"
	Reason string // e.g. "must be an http or https address"
}

// Error gives "field: reason".
func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

// Is makes every FieldError an ErrInvalid.
func (e *FieldError) Is(target error) bool { return target == ErrInvalid }

// Invalid makes a FieldError; the reason is formatted as by fmt.Sprintf.
func Invalid(field, reason string, args ...any) error {
	return &FieldError{Field: field, Reason: fmt.Sprintf(reason, args...)}
}
