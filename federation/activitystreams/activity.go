package activitystreams

import (
	"time"

	"matou/federation/ap"
)

// Follow asks object to send what it publishes.
func Follow(id, actor, object ap.IRI, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Accept answers a Follow, embedded as it was received.
func Accept(id, actor ap.IRI, follow []byte, to ap.IRI, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Reject answers a Follow, or ends one that was accepted.
func Reject(id, actor ap.IRI, follow []byte, to ap.IRI, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Undo takes an activity of ours back, embedded as it was sent.
func Undo(id, actor ap.IRI, inner []byte, to, cc []ap.IRI, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Create publishes a new object, with the object's audience.
func Create(id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Update publishes an object again, whole.
func Update(id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Delete says that an object is gone; it carries the Tombstone.
func Delete(id, actor, object ap.IRI, formerType string, followers ap.IRI, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Tombstone stands where an object was. Owner is left to the caller.
func Tombstone(iri ap.IRI, formerType string, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// Announce repeats the object of another, by its id.
func Announce(id, actor, object, author ap.IRI, at time.Time) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}
