package activitystreams

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"

	"matou/directory"
	"matou/federation/ap"
)

// activity is what the typed activities that we send have in common.
type activity interface {
	vocab.Type
	SetActivityStreamsActor(vocab.ActivityStreamsActorProperty)
	SetActivityStreamsObject(vocab.ActivityStreamsObjectProperty)
	SetActivityStreamsPublished(vocab.ActivityStreamsPublishedProperty)
}

// Follow asks object to send what it publishes.
func Follow(id, actor, object ap.IRI, at time.Time) (ap.Document, error) {
	return draft{streams.NewActivityStreamsFollow(), id, actor, object, []ap.IRI{object}, nil, at}.about(object)
}

// Accept answers a Follow, embedded as it was received.
func Accept(id, actor ap.IRI, follow []byte, to ap.IRI, at time.Time) (ap.Document, error) {
	return draft{streams.NewActivityStreamsAccept(), id, actor, actor, []ap.IRI{to}, nil, at}.with(follow)
}

// Reject answers a Follow, or ends one that was accepted.
func Reject(id, actor ap.IRI, follow []byte, to ap.IRI, at time.Time) (ap.Document, error) {
	return draft{streams.NewActivityStreamsReject(), id, actor, actor, []ap.IRI{to}, nil, at}.with(follow)
}

// Undo takes an activity of ours back, embedded as it was sent, but for its
// proof.
func Undo(id, actor ap.IRI, inner []byte, to, cc []ap.IRI, at time.Time) (ap.Document, error) {
	bare, err := unproven(inner)
	if err != nil {
		return ap.Document{}, err
	}
	return draft{streams.NewActivityStreamsUndo(), id, actor, actor, to, cc, at}.with(bare)
}

// Create publishes a new object, with the object's audience (ActivityPub 6.2).
func Create(id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	return publish(streams.NewActivityStreamsCreate(), id, object, at)
}

// Update publishes an object again, whole (ActivityPub 6.3). What has no
// audience of its own, as an actor, goes to everyone and to the owner's
// followers.
func Update(id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	return publish(streams.NewActivityStreamsUpdate(), id, object, at)
}

// Announce repeats the object of another, by its id, to everyone, the actor's
// followers and the author.
func Announce(id, actor, object, author ap.IRI, at time.Time) (ap.Document, error) {
	cc := []ap.IRI{FollowersOf(actor)}
	if author != "" {
		cc = append(cc, author)
	}
	return draft{streams.NewActivityStreamsAnnounce(), id, actor, object, []ap.IRI{ap.Public}, cc, at}.about(object)
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
	return draft{streams.NewActivityStreamsDelete(), id, actor, object, []ap.IRI{ap.Public}, cc, at}.with(stone.Body)
}

// Tombstone stands where an object was. Owner is left to the caller.
func Tombstone(iri ap.IRI, formerType string, at time.Time) (ap.Document, error) {
	d, err := document(map[string]any{
		"id": string(iri), "type": "Tombstone", "formerType": formerType, "deleted": stamp(at),
	}, AS, "", at)
	d.Tombstone = true
	return d, err
}

// draft is an activity to be written: object is what it is about for go-fed,
// which with replaces by the whole document.
type draft struct {
	t                 activity
	id, actor, object ap.IRI
	to, cc            []ap.IRI
	at                time.Time
}

// about writes an activity on a thing that is named by its id.
func (d draft) about(object ap.IRI) (ap.Document, error) {
	m, err := d.serialise()
	if err != nil {
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
	o, err := parse(object)
	if err != nil {
		return ap.Document{}, err
	}
	context := any(AS)
	m["object"] = json.RawMessage(object)
	if c, ok := o["@context"]; ok {
		bare := maps.Clone(map[string]any(o))
		delete(bare, "@context")
		if namesAS(c) {
			context = c
		}
		if m["object"], err = encode(bare); err != nil {
			return ap.Document{}, err
		}
	}
	return document(m, context, d.actor, d.at)
}

// publish sends an object of ours, as its owner, to the object's audience.
func publish(t activity, id ap.IRI, object ap.Document, at time.Time) (ap.Document, error) {
	o, err := Parse(object.Body)
	if err != nil {
		return ap.Document{}, err
	}
	to, cc := o.IRIs("to"), o.IRIs("cc")
	if len(to)+len(cc) == 0 {
		to, cc = []ap.IRI{ap.Public}, []ap.IRI{FollowersOf(object.Owner)}
	}
	return draft{t, id, object.Owner, object.IRI, to, cc, at}.with(object.Body)
}

// serialise fills the typed activity and gives its map. What stands under
// object is only its id.
func (d draft) serialise() (map[string]any, error) {
	id, err := parseURL(d.id)
	if err != nil {
		return nil, err
	}
	actor, err := parseURL(d.actor)
	if err != nil {
		return nil, err
	}
	object, err := parseURL(d.object)
	if err != nil {
		return nil, err
	}
	if d.at.IsZero() {
		return nil, directory.Invalid("published", "must be said")
	}
	idp := streams.NewJSONLDIdProperty()
	idp.SetIRI(id)
	d.t.SetJSONLDId(idp)
	actorp := streams.NewActivityStreamsActorProperty()
	actorp.AppendIRI(actor)
	d.t.SetActivityStreamsActor(actorp)
	objectp := streams.NewActivityStreamsObjectProperty()
	objectp.AppendIRI(object)
	d.t.SetActivityStreamsObject(objectp)
	published := streams.NewActivityStreamsPublishedProperty()
	published.Set(second(d.at))
	d.t.SetActivityStreamsPublished(published)
	m, err := d.t.Serialize() // streams.Serialize puts a context beside it, and marshal another in its place
	if err != nil {
		return nil, err
	}
	// The audience stays a list of strings, which marshal wants it to be again.
	if err := address(m, "to", d.to); err != nil {
		return nil, err
	}
	return m, address(m, "cc", d.cc)
}

// address sets one part of the audience, where there is any.
func address(m map[string]any, key string, audience []ap.IRI) error {
	var all []any
	for _, i := range audience {
		if _, err := ParseIRI(string(i), true); err != nil {
			return err
		}
		all = append(all, string(i))
	}
	if len(all) > 0 {
		m[key] = all
	}
	return nil
}
