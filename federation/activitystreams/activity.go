package activitystreams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	strict "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"matou/directory"
	"matou/federation/ap"
)

// Follow asks object to send what it publishes.
func Follow(id, actor, object ap.IRI, at time.Time) (ap.Document, error) {
	return draft{"Follow", id, actor, []ap.IRI{object}, nil, at}.about(object)
}

// Accept answers a Follow, embedded as it was received.
func Accept(id, actor ap.IRI, follow []byte, to ap.IRI, at time.Time) (ap.Document, error) {
	return draft{"Accept", id, actor, []ap.IRI{to}, nil, at}.with(follow)
}

// Reject answers a Follow, or ends one that was accepted.
func Reject(id, actor ap.IRI, follow []byte, to ap.IRI, at time.Time) (ap.Document, error) {
	return draft{"Reject", id, actor, []ap.IRI{to}, nil, at}.with(follow)
}

// Undo takes an activity of ours back, embedded as it was sent, but for its
// proof.
func Undo(id, actor ap.IRI, inner []byte, to, cc []ap.IRI, at time.Time) (ap.Document, error) {
	bare, err := unproven(inner)
	if err != nil {
		return ap.Document{}, err
	}
	return draft{"Undo", id, actor, to, cc, at}.with(bare)
}

// Create publishes a new object, with the object's audience (ActivityPub 6.2).
func Create(id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	return publish("Create", id, object, at)
}

// Update publishes an object again, whole (ActivityPub 6.3). What has no
// audience of its own, as an actor, goes to everyone and to the owner's
// followers.
func Update(id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	return publish("Update", id, object, at)
}

// Announce repeats the object of another, by its id, to everyone, the actor's
// followers and the author.
func Announce(id, actor, object, author ap.IRI, at time.Time) (ap.Document, error) {
	cc := []ap.IRI{FollowersOf(actor)}
	if author != "" {
		cc = append(cc, author)
	}
	return draft{"Announce", id, actor, []ap.IRI{ap.Public}, cc, at}.about(object)
}

// Delete says that an object is gone; it carries the Tombstone (ActivityPub 6.4).
func Delete(id, actor, object ap.IRI, formerType string, followers ap.IRI, at time.Time) (ap.Document, error) {
	stone, err := Tombstone(object, formerType, at)
	if err != nil {
		return ap.Document{}, err
	}
	var cc []ap.IRI
	if followers != "" {
		cc = []ap.IRI{followers}
	}
	return draft{"Delete", id, actor, []ap.IRI{ap.Public}, cc, at}.with(stone.Body)
}

// Tombstone stands where an object was. Owner is left to the caller.
func Tombstone(iri ap.IRI, formerType string, at time.Time) (ap.Document, error) {
	d, err := document(map[string]any{
		"id": string(iri), "type": "Tombstone", "formerType": formerType, "deleted": stamp(at),
	}, AS, "", at)
	d.Tombstone = true
	return d, err
}

// draft is an activity to be written, without what it is about.
type draft struct {
	kind      string
	id, actor ap.IRI
	to, cc    []ap.IRI
	at        time.Time
}

// about writes an activity on a thing that is named by its id.
func (d draft) about(object ap.IRI) (ap.Document, error) {
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	if err := ids(object); err != nil {
		return ap.Document{}, err
	}
	m["object"] = string(object)
	return document(m, AS, d.actor, d.at)
}

// with writes an activity on an embedded document, whose @context moves to
// the activity; the rest of it stays byte for byte as it is where it carries
// none.
func (d draft) with(object []byte) (ap.Document, error) {
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	object = bytes.TrimPrefix(object, byteOrderMark)
	var bare map[string]jsontext.Value // no key twice, no half characters
	if err := strict.Unmarshal(object, &bare); err != nil {
		return ap.Document{}, fmt.Errorf("embed a document: %w", err)
	}
	context := any(AS)
	m["object"] = json.RawMessage(object)
	if raw, ok := bare["@context"]; ok {
		var c any
		if err := json.Unmarshal(raw, &c); err != nil {
			return ap.Document{}, fmt.Errorf("embed a document: %w", err)
		}
		if namesAS(c) {
			context = c
		}
		delete(bare, "@context")
		m["object"] = bare
	}
	return document(m, context, d.actor, d.at)
}

// publish sends an object of ours, as its owner, to the object's audience.
func publish(kind string, id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	o, err := Parse(object.Body)
	if err != nil {
		return ap.Document{}, err
	}
	to, cc := o.IRIs("to"), o.IRIs("cc")
	if len(to)+len(cc) == 0 {
		to, cc = []ap.IRI{ap.Public}, []ap.IRI{FollowersOf(object.Owner)}
	}
	return draft{kind, id, object.Owner, to, cc, at}.with(object.Body)
}

// serialise gives the members of the activity, all but its object.
func (d draft) serialise() (map[string]any, error) {
	if err := ids(d.id, d.actor); err != nil {
		return nil, err
	}
	if d.at.IsZero() {
		return nil, directory.Invalid("published", "must be said")
	}
	m := map[string]any{"id": string(d.id), "type": d.kind, "actor": string(d.actor), "published": stamp(d.at)}
	if err := address(m, "to", d.to); err != nil {
		return nil, err
	}
	return m, address(m, "cc", d.cc)
}

// address sets one part of the audience, where there is any.
func address(m map[string]any, key string, audience []ap.IRI) error {
	if err := ids(audience...); err != nil || len(audience) == 0 {
		return err
	}
	all := make([]any, len(audience))
	for i, a := range audience {
		all[i] = string(a)
	}
	m[key] = all
	return nil
}

// ids checks what is to stand as an id in a document of ours.
func ids(all ...ap.IRI) error {
	for _, i := range all {
		if _, err := ParseIRI(string(i), true); err != nil {
			return err
		}
	}
	return nil
}
