// Package federation makes a node a citizen of the fediverse: it serves the
// documents of its actors, receives and answers activities, publishes what its
// hoster says, and keeps an aggregator's listings in step with the hosters'
// own nodes. The wire format is activitystreams', signatures are signature's,
// sockets are fetch's and delivery's; this package decides.
package federation

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/oklog/ulid/v2"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/delivery"
	"matou/federation/fetch"
	"matou/federation/signature"
)

// nodeUsername is the preferredUsername of the node actor.
const nodeUsername = "actor"

// Config says who the node is.
type Config struct {
	Origin      *url.URL // scheme and host of every IRI: "https://hoster.example"
	Development bool     // plain http and loopback peers
	Software    string   // version of matou
	Hoster      string   // handle of the hoster actor; "" without that role
	Aggregator  *Aggregator
	Vocabulary  directory.Vocabulary
	Clock       func() time.Time         // nil: time.Now
	Regions     func() (*Regions, error) // places, for featured collections; nil: there are none
	Limits      Limits                   // of what others may ask
	Patience    time.Duration            // with which an answer is awaited, to its last byte; 0: 30 s

	AuthorizedFetch bool // documents only to those who say who they are; see authorized.go
	Allowlist       bool // federate only with the domains that are allowed
	NoQuotes        bool // nobody may quote our notes (FEP-044f)
	NoFeatures      bool // nobody may feature our actors in a collection (FEP-7aa9)
}

// Aggregator says who the aggregator actor is.
type Aggregator struct {
	Handle     string
	Name       string
	Summary    directory.Text
	Language   directory.Language
	Contact    string   // address of a page or mailbox
	Collective string   // slug of the collective whose members the directory lists: its word counts as the collective's; "": none
	Charter    string   // id of the version of the charter that they follow
	Learn      ap.Learn // what is done with the hosters that followed aggregators list; "": LearnPropose
}

// Node is one running node. Make it with New.
type Node struct {
	config Config
	origin string // "https://hoster.example"
	store  Store
	client *fetch.Client
	worker *delivery.Worker
	clock  func() time.Time
	log    *slog.Logger
	in     inbound
	stir   chan struct{} // wakes the refresh loop

	limits     *limiter
	actorCount actorCount
	refreshing atomic.Bool // the refresh loop runs
	homes      *homes
	desk       *desk
	sending    *lru.Cache[ap.IRI, sending] // see outgoing
	hosts      *lru.Cache[string, ap.Host] // see host

	policies *policies

	mu     sync.RWMutex
	actors map[ap.IRI]ap.LocalActor    // this node's, by id
	keys   map[ap.IRI]signature.Signer // theirs

	retired map[ap.IRI]retired // the keys before, for a while
	provers map[ap.IRI]prover  // what signs documents

	idMu    sync.Mutex
	entropy *ulid.MonotonicEntropy

	askMu    sync.Mutex // one Follow on the word of another directory at a time
	areaMu   sync.Mutex // one at a time makes actors of areas
	siteMu   sync.Mutex // one change of what files list at a time
	noticeMu sync.Mutex // one change of our own notices or profile at a time
}

// IRIs of this node. Every one is ASCII, without a fragment, and stable.
//
//	/actor                           the node actor
//	  …/inbox …/outbox …/followers …/following
//	/ap/actors/NAME                  the hoster or aggregator actor, or that of an area
//	  …/inbox …/outbox …/followers …/following
//	  …/collections/featured …/collections/tags
//	/ap/actors/NAME/services         the hoster's services, and …/services/SLUG
//	/ap/actors/NAME/listing          the aggregator's listing
//	  …/collections/regions          the aggregator's featured collections
//	/ap/collections/AREA             a featured collection, of the region or country with that code in small letters
//	  …/items/HEX                    its item of an actor, by the hash of both
//	/ap/notes/ULID                   a note
//	/ap/activities/ULID              an activity: a Create has the ULID of its note
//	/ap/activities/announce-HEX      the Announce of a note by the aggregator, by its hash, or by the actor of an area, by the hash of both
//	/ap/stamps/HEX                   a permission of ours to quote or to feature, by the hash of the pair
//	/ap/contexts/ULID                the thread of a notice, with the ULID of its root
//	/inbox                           the shared inbox
//
// Pages are at /@NAME and /@NAME/ULID; there the actor and the note are given
// to whoever asks for ActivityStreams. The first key of an actor is its
// #main-key, the ones after it #key-ULID; those that sign documents are
// #ed25519-key and #ed25519-key-ULID.
func (n *Node) iri(path string) ap.IRI {
	return ap.IRI(n.origin + path)
}

// actorIRI is the id of the hoster or aggregator actor of that handle.
func (n *Node) actorIRI(handle string) ap.IRI { return n.iri("/ap/actors/" + handle) }

// nodeActor is the id of the node's own actor.
func (n *Node) nodeActor() ap.IRI { return n.iri("/actor") }

// apply applies c, wakes the delivery worker where c delivers something and
// the refresh loop where it makes something due.
func (n *Node) apply(ctx context.Context, c ap.Change) (bool, error) {
	applied, err := n.store.Apply(ctx, c)
	if err != nil || !applied {
		return applied, err
	}
	if len(c.Deliveries) > 0 {
		n.worker.Wake()
	}
	if len(c.Refreshes) > 0 {
		select {
		case n.stir <- struct{}{}:
		default:
		}
	}
	return true, nil
}

// isNotFound reports whether err says that there is no such record.
func isNotFound(err error) bool { return errors.Is(err, directory.ErrNotFound) }
