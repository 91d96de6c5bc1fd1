// Package activitystreams is the wire format: it turns what the directory and
// the records of federation say into ActivityStreams 2.0 documents, and reads
// documents of other nodes. It is pure: no I/O, no clock, no keys.
//
// What goes out is written once by marshal: one inline @context for each kind
// of document, lists kept as lists, keys in a fixed order. What comes in is
// read strictly as a tree (Parse, Object); texts are read from that tree and
// never through typed getters, which rewrite whatever looks like an address.
// The typed vocabulary of go-fed/activity builds activities and collections
// and takes the Envelope of a received activity.
//
// Terms of our own stand under NS and are described in docs/vocabulary.md.
package activitystreams

import (
	"crypto/ed25519"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// NS is the namespace of the terms that are ours.
const NS = "https://w3id.org/matou/ns#"

// AS is the namespace of ActivityStreams 2.0, and the one context that a
// document must name, where it names any (ActivityStreams 2.1).
const AS = "https://www.w3.org/ns/activitystreams"

// Endpoints says who speaks: one actor of this node, with the addresses that
// its documents carry. The addresses of its collections follow from Actor.
type Endpoints struct {
	Origin       string // "https://hoster.example", without a slash at the end
	Actor        ap.IRI // "https://hoster.example/ap/actors/lucioles"
	Handle       string // preferredUsername: "lucioles"
	KeyID        ap.IRI // "" gives Actor + "#main-key"
	PublicKeyPEM string // "-----BEGIN PUBLIC KEY-----\n…"
	ProofKeyID   ap.IRI
	ProofKey     ed25519.PublicKey // nil: the actor signs no documents
	FormerKeys   []ap.FormerKey    // newest first
	PublishedAt  time.Time
	UpdatedAt    time.Time // zero gives PublishedAt; EncodeHoster takes the hoster's own where that is later
	CanQuote     ap.IRI    // who may quote the actor's notes: ap.Public, or Actor for nobody; "" says nothing
	CanFeature   ap.IRI    // who may feature the actor, likewise
	AlsoKnownAs  []ap.IRI  // other ids of the actor, on other nodes
	MovedTo      ap.IRI    // where the actor lives now; "" while it is here
}

// Inbox is where activities for the actor alone go.
func (e Endpoints) Inbox() ap.IRI { return e.Actor + "/inbox" }

// SharedInbox is where activities for every actor of the node go.
func (e Endpoints) SharedInbox() ap.IRI { return ap.IRI(e.Origin + "/inbox") }

// Outbox is what the actor has said, newest first.
func (e Endpoints) Outbox() ap.IRI { return e.Actor + "/outbox" }

// Followers is the audience of those who follow the actor.
func (e Endpoints) Followers() ap.IRI { return FollowersOf(e.Actor) }

// Following is whom the actor follows.
func (e Endpoints) Following() ap.IRI { return e.Actor + "/following" }

// Featured is the collection of notes that the actor pins.
func (e Endpoints) Featured() ap.IRI { return e.Actor + "/collections/featured" }

// Services is the collection of a hoster's services.
func (e Endpoints) Services() ap.IRI { return e.Actor + "/services" }

// Service is one service of a hoster.
func (e Endpoints) Service(slug string) ap.IRI { return e.Actor + "/services/" + ap.IRI(slug) }

// Listing is the collection of hosters that an aggregator lists.
func (e Endpoints) Listing() ap.IRI { return e.Actor + "/listing" }

// FeaturedCollections is the collection of the collections of hosters that an
// aggregator features (FEP-7aa9).
func (e Endpoints) FeaturedCollections() ap.IRI { return e.Actor + "/collections/regions" }

// Page is the HTML page of the actor.
func (e Endpoints) Page() string { return e.Origin + "/@" + e.Handle }

// FollowersOf is the followers collection of an actor of this node.
func FollowersOf(actor ap.IRI) ap.IRI { return actor + "/followers" }

// AggregatorProfile is what an aggregator says of itself. It has the fields of
// federation.Aggregator, and converts from it.
type AggregatorProfile struct {
	Handle   string
	Name     string
	Summary  directory.Text
	Language directory.Language
	Contact  string // address of a page or mailbox

	Collective string // slug of the collective whose members its listing is; "": none
	Charter    string // id of the version of the charter that they follow
}
