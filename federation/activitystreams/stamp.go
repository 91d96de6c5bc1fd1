package activitystreams

import (
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// TypeQuoteRequest is the activity that asks whether a note may be quoted
// (FEP-044f). It is no ActivityStreams type, as TypeFeatureRequest.
const TypeQuoteRequest = "QuoteRequest"

// contextStamp defines what stamps, their requests and the answers to these
// use. The terms stand inline: no reader has to fetch a context for them.
var contextStamp = []any{AS, define(0, "interactingObject", "interactionTarget",
	string(ap.StampQuote), string(ap.StampFeature), TypeQuoteRequest, TypeFeatureRequest)}

// StampRequest asks for a stamp: that Instrument (a note, a collection) may
// quote or feature Object.
type StampRequest struct {
	ID         ap.IRI
	Type       string // TypeQuoteRequest, TypeFeatureRequest
	Actor      ap.IRI
	Object     ap.IRI
	Instrument ap.IRI
	Embedded   Object // the instrument, where the request carries it
}

// StampRequestOf reads a request. What it carries of the instrument is its
// sender's word. An incomplete one is a directory.ErrInvalid.
func StampRequestOf(o Object) (StampRequest, error) {
	r := StampRequest{
		ID: o.ID(), Type: o.Type(), Actor: o.IRI("actor"), Object: o.IRI("object"), Instrument: o.IRI("instrument"),
	}
	if c, ok := o.Child("instrument"); ok && len(c) > 2 { // an id and a type are a name
		r.Embedded = c
	}
	switch {
	case r.Type != TypeQuoteRequest && r.Type != TypeFeatureRequest:
		return StampRequest{}, directory.Invalid("type", "must be a request for a stamp, not %.40q", r.Type)
	case r.ID == "" || r.Actor == "":
		return StampRequest{}, directory.Invalid("id", "must stand beside the actor")
	case r.Object == "" || r.Instrument == "":
		return StampRequest{}, directory.Invalid("instrument", "must stand beside the object")
	}
	return r, nil
}

// members is the request as an answer repeats it: by ids alone.
func (r StampRequest) members() map[string]any {
	return map[string]any{
		"id": string(r.ID), "type": r.Type, "actor": string(r.Actor),
		"object": string(r.Object), "instrument": string(r.Instrument),
	}
}

// AcceptStamp answers a request with yes: result is the id of the stamp.
func AcceptStamp(id, actor ap.IRI, r StampRequest, result ap.IRI, at time.Time) (ap.Document, error) {
	d := draft{"Accept", id, actor, []ap.IRI{r.Actor}, nil, at}
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	m["object"], m["result"] = r.members(), string(result)
	return document(m, contextStamp, actor, at)
}

// RejectStamp answers a request with no.
func RejectStamp(id, actor ap.IRI, r StampRequest, at time.Time) (ap.Document, error) {
	d := draft{"Reject", id, actor, []ap.IRI{r.Actor}, nil, at}
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	m["object"] = r.members()
	return document(m, contextStamp, actor, at)
}

// Stamp is the object that a stamp of ours stands as. It names what it is
// about and carries none of it.
func Stamp(s ap.Stamp) (ap.Document, error) {
	m := stampMembers(s)
	m["attributedTo"], m["published"] = string(s.Actor), stamp(s.At)
	return document(m, contextStamp, s.Actor, s.At)
}

func stampMembers(s ap.Stamp) map[string]any {
	return map[string]any{
		"id": string(s.ID), "type": string(s.Kind),
		"interactingObject": string(s.Interacting), "interactionTarget": string(s.Target),
	}
}

// RevokeStamp is the Delete of a stamp of ours, to whoever asked for it. It
// carries the stamp, because a Tombstone would not say to its reader which of
// its notes or collections is concerned (FEP-7aa9, FEP-044f).
func RevokeStamp(id ap.IRI, s ap.Stamp, at time.Time) (ap.Document, error) {
	d := draft{"Delete", id, s.Actor, []ap.IRI{s.Requester}, nil, at}
	m, err := d.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	m["object"] = stampMembers(s)
	return document(m, contextStamp, s.Actor, at)
}

// quoteKeys are the names under which a note says what it quotes: FEP-044f's,
// then those of before it that peers send beside it or alone.
var quoteKeys = []string{"quote", "quoteUrl", "quoteUri", "_misskey_quote"}

// Quoted gives what a note says that it quotes, or "".
func (o Object) Quoted() ap.IRI {
	for _, key := range quoteKeys {
		if i := o.IRI(key); i != "" {
			return i
		}
	}
	return ""
}

// interactionPolicy is who may do one thing with a document: everyone, or its
// own actor alone, which means nobody. An empty list would be as if nothing
// were said (FEP-044f).
func interactionPolicy(can string, who ap.IRI) map[string]any {
	return map[string]any{can: map[string]any{"automaticApproval": []any{string(who)}}}
}
