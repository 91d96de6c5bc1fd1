package activitystreams

import "matou/federation/ap"

// EncodeNodeActor gives the actor of the node itself, which signs every GET
// (FEP-2677, FEP-d556).
func EncodeNodeActor(e Endpoints, name, summary string) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// EncodeAggregator gives the actor of a directory: a Service, because it
// repeats what hosters say without anybody pressing a key.
func EncodeAggregator(e Endpoints, a AggregatorProfile) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// DecodeActor reads an actor of any implementation. Inbox, outbox, followers,
// shared inbox and keys must be on the host of the id; a foreign inbox is an
// error, the others are left out. Keys that are not the actor's own, or weak,
// are left out. Handle and FetchedAt stay empty.
func DecodeActor(raw []byte) (ap.Actor, error) { return ap.Actor{}, errSkeleton }
