package activitystreams

import (
	"errors"

	"matou/federation/ap"
)

var errSkeleton = errors.New("not written yet")

// Parse reads one document as received: a byte order mark is passed over;
// UTF-8 must be valid and free of NUL, braces nested 32 deep at most, 5,000
// values at most, no key twice in one object, one object and nothing after it.
// @context must contain ActivityStreams 2.0 or be absent. Errors are
// directory.ErrInvalid.
func Parse(raw []byte) (Object, error) { return nil, errSkeleton }

// ParseIRI reads the id or address of something on the network in canonical
// form: absolute https (http too where allowHTTP), a lower-case ASCII host, no
// default port, no credentials, no control character even behind percent
// signs, at most 2,048 bytes. Errors are directory.ErrInvalid.
func ParseIRI(s string, allowHTTP bool) (ap.IRI, error) { return "", errSkeleton }
