// Package ap holds the plain records of federation that are kept and decided
// on: actors, activities, follows, deliveries, and the Change that one step of
// the node makes to all of them. It does no I/O and knows neither the wire
// format (see activitystreams) nor an engine (see storage): both sides import
// it.
package ap

import (
	"net/url"
	"strings"
	"time"

	"matou/directory"
)

// Public is the audience of everyone (ActivityPub 5.6).
const Public IRI = "https://www.w3.org/ns/activitystreams#Public"

// IRI is the id of an actor, activity, object or collection, byte for byte as
// its owner writes it. ParseIRI checks the form.
type IRI string

// Host gives the lower-case host of the IRI, with the port where it has one;
// "" where it is no absolute URL.
func (i IRI) Host() string {
	if host, ok := i.plainHost(); ok {
		return host
	}
	u, err := url.Parse(string(i))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// plainHost is Host for an IRI that holds nothing to be decoded, as nearly all
// do; what is not plain is left to url.Parse.
func (i IRI) plainHost() (host string, ok bool) {
	scheme, rest, _ := strings.Cut(string(i), "://")
	if scheme != "https" && scheme != "http" {
		return "", false
	}
	end := strings.IndexByte(rest, '/')
	if end < 0 {
		return "", false
	}
	port := false
	for at := range len(rest) {
		switch c := rest[at]; {
		case c >= '0' && c <= '9', c == '/' && at >= end:
		case c == ':' && at < end && !port:
			port = true
		case port && at < end:
			return "", false
		case c >= 'a' && c <= 'z', c == '.', c == '-':
		case at > end && (c >= 'A' && c <= 'Z' || c == '_' || c == '@' || c == '~' || c == '#'):
		default:
			return "", false
		}
	}
	return rest[:end], true
}

// Actor is an actor of another node, or one of ours, as far as decisions need
// it. Its whole document is kept as a Document under the same IRI.
type Actor struct {
	ID           IRI       `json:"id"`
	Type         string    `json:"type"`
	Username     string    `json:"username"` // preferredUsername
	Handle       string    `json:"handle"`   // "name@host" once checked both ways, else ""
	Name         string    `json:"name,omitempty"`
	URL          string    `json:"url,omitempty"`
	Inbox        IRI       `json:"inbox"`
	SharedInbox  IRI       `json:"sharedInbox,omitempty"`
	Outbox       IRI       `json:"outbox,omitempty"`
	Followers    IRI       `json:"followers,omitempty"`
	Services     IRI       `json:"services,omitempty"`   // matou: collection of services; "" means no hoster
	Listing      IRI       `json:"listing,omitempty"`    // matou: collection of the hosters that it lists; "" means no aggregator
	Collective   string    `json:"collective,omitempty"` // matou: slug of the collective whose members its listing is
	Keys         []Key     `json:"keys,omitempty"`       // sign requests
	ProofKeys    []Key     `json:"proofKeys,omitempty"`  // sign documents (FEP-521a): Ed25519
	Discoverable bool      `json:"discoverable"`
	Indexable    bool      `json:"indexable"`
	UpdatedAt    time.Time `json:"updatedAt,omitzero"` // the actor's own word
	FetchedAt    time.Time `json:"fetchedAt"`          // when its document was last received from its origin
}

// Key is a public key of an actor.
type Key struct {
	ID    IRI    `json:"id"`
	Owner IRI    `json:"owner"`
	DER   []byte `json:"der"` // SubjectPublicKeyInfo

	ExpiresAt time.Time `json:"expiresAt,omitzero"` // proof keys: nothing counts from then on
}

// LocalActor is an actor of this node, with its secret.
type LocalActor struct {
	ID         IRI       `json:"id"`
	Kind       LocalKind `json:"kind"`
	Username   string    `json:"username"`
	KeyID      IRI       `json:"keyId"`
	PrivateDER []byte    `json:"privateDer"` // PKCS #8, RSA-2048
	CreatedAt  time.Time `json:"createdAt"`

	Area directory.AreaCode `json:"area,omitempty"` // of a KindArea: the region or country whose hosters it repeats

	AlsoKnownAs []IRI     `json:"alsoKnownAs,omitempty"` // other ids of the actor, on other nodes (FEP-7628)
	MovedTo     IRI       `json:"movedTo,omitempty"`     // where it lives now; "" while it is here
	ChangedAt   time.Time `json:"changedAt,omitzero"`    // when its keeper last changed either

	ProofKeyID IRI         `json:"proofKeyId,omitempty"` // of the key that signs documents (FEP-8b32)
	ProofDER   []byte      `json:"proofDer,omitempty"`   // PKCS #8, Ed25519
	Retired    *RetiredKey `json:"retired,omitempty"`    // the key before, for a while
	Former     []FormerKey `json:"former,omitempty"`     // those before that, newest first
}

// LocalKind says what an actor of this node is for.
type LocalKind string

// The kinds of local actors: the node itself (signs every GET), the hoster,
// the aggregator, and one for each region and country of its hosters.
const (
	KindNode       LocalKind = "node"
	KindHoster     LocalKind = "hoster"
	KindAggregator LocalKind = "aggregator"
	KindArea       LocalKind = "area"
)

// Follow is the wish of Actor to receive what Object publishes. There is one
// for each pair, whichever side is ours.
type Follow struct {
	ID          IRI         `json:"id"` // of the Follow activity
	Actor       IRI         `json:"actor"`
	Object      IRI         `json:"object"`
	State       FollowState `json:"state"`
	Inbox       IRI         `json:"inbox"`                 // of the other side
	SharedInbox IRI         `json:"sharedInbox,omitempty"` // of the other side
	Raw         []byte      `json:"raw,omitempty"`         // the activity as received or sent
	At          time.Time   `json:"at"`
}

// FollowState is where a Follow stands.
type FollowState string

// The states of a Follow. A Follow undone is removed.
const (
	FollowPending  FollowState = "pending"
	FollowAccepted FollowState = "accepted"
	FollowRejected FollowState = "rejected"
	// FollowChanged: the other side came back with keys that the ones before
	// do not vouch for. It counts for nothing until it is asked again.
	FollowChanged FollowState = "changed"
)

// Document is one ActivityStreams document, as it was serialised once by us or
// received from its origin. The bytes are the truth; they are served and read
// as they are.
type Document struct {
	IRI         IRI       `json:"iri"`
	Type        string    `json:"type"`
	Owner       IRI       `json:"owner"` // actor that may change it
	Body        []byte    `json:"body"`
	URL         string    `json:"url,omitempty"`         // its HTML page
	Local       bool      `json:"local"`                 // ours: served at its IRI
	Public      bool      `json:"public"`                // may be served to anyone
	Tombstone   bool      `json:"tombstone"`             // deleted: served with 410, never replaced
	UpdatedAt   time.Time `json:"updatedAt"`             // its own word (updated, else published), else received
	FetchedAt   time.Time `json:"fetchedAt,omitzero"`    // provenance of a foreign one: when …
	FetchedFrom string    `json:"fetchedFrom,omitempty"` // … and from what address, or "inbox"
	ExpiresAt   time.Time `json:"expiresAt,omitzero"`    // foreign tombstones: 30 days
}

// OutboxItem places an activity in the outbox of one of our actors.
type OutboxItem struct {
	Actor    IRI    `json:"actor"`
	Key      string `json:"key"` // ULID: newest first is the reverse order of keys
	Activity IRI    `json:"activity"`
}

// Delivery is one activity on its way to one inbox. Deliveries to one inbox
// go in the order of their keys.
type Delivery struct {
	Key       string    `json:"key"`      // ULID
	Activity  IRI       `json:"activity"` // the Document whose Body is sent
	Inbox     IRI       `json:"inbox"`
	Signer    IRI       `json:"signer"` // local actor
	CreatedAt time.Time `json:"createdAt"`
	Parting   bool      `json:"parting,omitempty"` // goes to a suspended host too: what ends a Follow
}

// Lane is the queue of deliveries to one inbox. It exists while it holds one.
type Lane struct {
	Inbox        IRI       `json:"inbox"`
	DueAt        time.Time `json:"dueAt"`    // when its first delivery may be tried
	Attempts     int       `json:"attempts"` // failed tries of its first delivery
	FailingSince time.Time `json:"failingSince,omitzero"`
	LastError    string    `json:"lastError,omitempty"`
}

// Outcome tells what became of the first delivery of a lane.
type Outcome struct {
	Delivery Delivery
	Done     bool      // delivered, or given up: the delivery leaves the queue
	RetryAt  time.Time // not Done: when to try again; counts one attempt
	Error    string    // not delivered: why, at most 200 bytes
	Gone     bool      // the inbox answered 410: our followers there are removed with it
}

// Refresh is a fetch that is due: a hoster's profile and services from their
// origin. There is one for each actor.
type Refresh struct {
	Actor    IRI       `json:"actor"`
	DueAt    time.Time `json:"dueAt"`
	Attempts int       `json:"attempts"`
	Reason   string    `json:"reason"`          // "accept", "update", "weekly", "retry", "candidate", ReasonRebuild
	Error    string    `json:"error,omitempty"` // why the last try was none
}

// ReasonRebuild is the Reason of a Refresh before which everything that is kept
// of a hoster is forgotten, its Follow excepted.
const ReasonRebuild = "rebuild"

// Host is what is remembered of another node.
type Host struct {
	Name              string    `json:"name"`
	MessageSignatures time.Time `json:"messageSignatures,omitzero"` // until when RFC 9421 goes first
}

// Page asks for a part of an ordered list.
type Page struct {
	After string // cursor: the last key of the page before; "" starts at the newest
	Limit int    // 1 to 200
}
