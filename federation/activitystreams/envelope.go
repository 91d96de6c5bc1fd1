package activitystreams

import (
	"encoding/json"

	"matou/directory"
	"matou/federation/ap"
)

// activities are the types that go-fed's actor algorithm takes: all but those
// that have no object (Arrive, Travel, Question), which mean nothing here.
var activities = set("Accept", "Add", "Announce", "Block", "Create", "Delete",
	"Dislike", "Flag", "Follow", "Ignore", "Invite", "Join", "Leave", "Like",
	"Listen", "Move", "Offer", "Read", "Reject", "Remove", "TentativeAccept",
	"TentativeReject", "Undo", "Update", "View")

// objects are the other types of ActivityStreams that a document may have.
var objects = set("Application", "Arrive", "Article", "Audio", "Collection",
	"CollectionPage", "Document", "Event", "Group", "Image", "Note",
	"OrderedCollection", "OrderedCollectionPage", "Organization", "Page",
	"Person", "Place", "Profile", "Question", "Relationship", "Service", "Tombstone", "Travel",
	"Video")

// actors are the types of actors (ActivityStreams vocabulary 3.2).
var actors = set("Application", "Group", "Organization", "Person", "Service")

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// IsActivity reports whether a type is an activity that Envelope and go-fed
// take. Any other activity is to be answered 202 and left.
func IsActivity(t string) bool { return activities[t] }

// IsActor reports whether a type is one of the five types of actors.
func IsActor(t string) bool { return actors[t] }

func knownType(t string) bool {
	return activities[t] || objects[t] || t == TypeService
}

// envelope is what Envelope writes.
type envelope struct {
	Context string `json:"@context"`
	ID      ap.IRI `json:"id"`
	Type    string `json:"type"`
	Actor   ap.IRI `json:"actor"`
	Object  ap.IRI `json:"object,omitempty"`
	Target  ap.IRI `json:"target,omitempty"`
}

// Envelope gives the part of a received activity that go-fed may parse:
// @context, id, type, actor, the ids of object and target. Whatever
// else the activity holds cannot reach the typed vocabulary. An activity of
// another type, without an id or without an actor is a directory.ErrInvalid.
func (o Object) Envelope() ([]byte, error) {
	id, actor, t := o.ID(), o.IRI("actor"), o.Type()
	switch {
	case id == "":
		return nil, directory.Invalid("id", "must be a canonical address")
	case actor == "":
		return nil, directory.Invalid("actor", "must be the address of an actor")
	case !activities[t]:
		return nil, directory.Invalid("type", "must be an activity, not %.40q", t)
	}
	return json.Marshal(envelope{Context: AS, ID: id, Type: t, Actor: actor, Object: o.IRI("object"), Target: o.IRI("target")})
}
