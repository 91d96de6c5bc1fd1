package federation

import (
	"context"

	"matou/directory"
	"matou/federation/ap"
)

// actor gives a remote actor as it is known, or else as its origin serves it,
// which is then kept.
func (n *Node) actor(ctx context.Context, id ap.IRI) (ap.Actor, error) {
	return ap.Actor{}, directory.ErrNotFound
}

// fetchActor gives a remote actor and its document as its origin serves them
// now, and keeps both. The document is believed only where it came from its
// own id: the address asked for, the address that answered and the id inside
// are one.
func (n *Node) fetchActor(ctx context.Context, id ap.IRI) (ap.Actor, ap.Document, error) {
	return ap.Actor{}, ap.Document{}, directory.ErrNotFound
}

// fetchDocument gives a remote object as its origin serves it now, believed
// under the same rule as fetchActor's. It is not kept: the caller puts it into
// the Change that it belongs to.
func (n *Node) fetchDocument(ctx context.Context, id ap.IRI) (ap.Document, error) {
	return ap.Document{}, directory.ErrNotFound
}

// resolveHandle finds the actor behind "name@host" or "@name@host" by
// WebFinger, and checks that the actor says the same name (RFC 7033). Errors
// are sentences for the person who typed the handle.
func (n *Node) resolveHandle(ctx context.Context, handle string) (ap.IRI, error) {
	return "", directory.ErrNotFound
}
