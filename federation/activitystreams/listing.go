package activitystreams

import (
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// collectiveOf gives the slug of the collective whose members an aggregator
// lists; "" where it is none, or says nothing of one.
func collectiveOf(o Object) string {
	slug := o.String("collective")
	if listingOf(o) == "" || !directory.IsSlug(slug) {
		return ""
	}
	return slug
}

// typeAggregator is the actor type of a directory; see EncodeAggregator.
const typeAggregator = "Service"

// Add tells everyone, and those who follow the actor, that an object now stands
// in a collection of the actor's (ActivityPub 7.8). The object is named and not
// carried: what it says is read from its own node.
func Add(id, actor, object, target ap.IRI, at time.Time) (ap.Document, error) {
	return draft{"Add", id, actor, []ap.IRI{ap.Public}, []ap.IRI{FollowersOf(actor)}, at}.on(object, target)
}

// Remove tells the same that an object stands there no more (ActivityPub 7.9).
func Remove(id, actor, object, target ap.IRI, at time.Time) (ap.Document, error) {
	return draft{"Remove", id, actor, []ap.IRI{ap.Public}, []ap.IRI{FollowersOf(actor)}, at}.on(object, target)
}

// on writes an activity on a thing and a collection, both named by their ids.
func (d draft) on(object, target ap.IRI) (ap.Document, error) {
	if err := ids(object, target); err != nil {
		return ap.Document{}, err
	}
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	m["object"], m["target"] = string(object), string(target)
	return document(m, AS, d.actor, d.at)
}

// listingOf is the collection of what an actor lists, where it is a directory:
// a Service that has one, on its own host.
func listingOf(o Object) ap.IRI {
	if actorType(o) != typeAggregator {
		return ""
	}
	return sameOrigin(o.ID(), o.IRI("listing"))
}
