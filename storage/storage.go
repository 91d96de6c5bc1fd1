// Package storage keeps what a node knows. It holds what every engine shares:
// the methods that the rest of the node relies on, the sentences of what can go
// wrong, and the report of a check. The engines are in the packages below it;
// storagetest holds all of them to the same rules.
package storage

import (
	"context"
	"errors"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// What keeps a store from being opened or written to. An engine wraps each in
// one sentence that says what stands where and what to do about it.
var (
	ErrLocked  = errors.New("storage is in use by another process")
	ErrDamaged = errors.New("storage is damaged")
	ErrFull    = errors.New("no room left on the disk")
	ErrNewer   = errors.New("storage was written by a newer version")
	ErrTooBig  = errors.New("change is too big for one transaction")
	ErrClosed  = errors.New("storage is closed")
)

// Engine is everything that an engine does. The rest of the node sees it
// through smaller interfaces of its own (federation.Store, delivery.Queue,
// web.Directory); their comments say what each method promises. Every method
// may be called at once from many goroutines. A method given a context that
// ends first fails with the context's error and has then changed nothing.
type Engine interface {
	Records
	Graph
	Queue
	Feed
	Policies
	Learning
	Featured

	// Apply applies the Change by the rules of ap.Change, durably, and reports
	// false where its Activity had been recorded before. It fails with
	// ErrTooBig, ErrFull or ErrClosed, and has then changed nothing.
	Apply(ctx context.Context, c ap.Change) (applied bool, err error)
	// Check reads everything, and tells what contradicts itself.
	Check(ctx context.Context) (Report, error)
	// Close waits for the writes that were accepted and gives everything back.
	// A second Close does nothing.
	Close() error
}

// Records looks single records up, with directory.ErrNotFound where there is
// none.
type Records interface {
	LocalActors(ctx context.Context) ([]ap.LocalActor, error)
	Actor(ctx context.Context, id ap.IRI) (ap.Actor, error)
	// KnowsActor reports whether there is one, without reading it.
	KnowsActor(ctx context.Context, id ap.IRI) (bool, error)
	Document(ctx context.Context, iri ap.IRI) (ap.Document, error)
	Host(ctx context.Context, name string) (ap.Host, error)
	Profile(ctx context.Context, actor ap.IRI) (ap.Profile, error)
	Notice(ctx context.Context, id directory.ID) (directory.Notice, error)
	// Notices gives a hoster's notices (every hoster's for ""), last updated
	// first, at most limit.
	Notices(ctx context.Context, hoster directory.ID, limit int) ([]directory.Notice, error)
	// Stamp gives one, StampFor the one of a pair, revoked or not.
	Stamp(ctx context.Context, id ap.IRI) (ap.Stamp, error)
	StampFor(ctx context.Context, interacting, target ap.IRI) (ap.Stamp, error)
	// Stamps gives all of them in an order that stays; the cursor is the last
	// id. StampCount gives how many an actor has given.
	Stamps(ctx context.Context, p ap.Page) ([]ap.Stamp, error)
	StampCount(ctx context.Context, of string) (int, error)
	// Reports gives open and closed ones, newest first; the cursor is the last
	// key. OpenReports gives at most limit of a host ("": of every host).
	Report(ctx context.Context, key string) (ap.Report, error)
	Reports(ctx context.Context, p ap.Page) ([]ap.Report, error)
	OpenReports(ctx context.Context, host string, limit int) ([]ap.Report, error)
	// Move gives where an actor moved; MovesTo who moved to one, at most 100.
	Move(ctx context.Context, from ap.IRI) (ap.Move, error)
	MoveByHandle(ctx context.Context, handle string) (ap.Move, error)
	MovesTo(ctx context.Context, to ap.IRI) ([]ap.Move, error)
	// DueRefreshes gives at most limit refreshes due at now, earliest first.
	DueRefreshes(ctx context.Context, now time.Time, limit int) ([]ap.Refresh, error)
	// NextRefresh gives when the earliest is due; the zero time for none.
	NextRefresh(ctx context.Context) (time.Time, error)
}

// Graph walks who follows whom and what our actors said. Followers and
// Following give every state (a pending Follow has to be seen to be answered),
// in the byte order of the other side's id; Inboxes and Count take the
// accepted ones only. A page holds 1 to 200.
type Graph interface {
	Follow(ctx context.Context, actor, object ap.IRI) (ap.Follow, error)
	Followers(ctx context.Context, object ap.IRI, p ap.Page) ([]ap.Follow, error)
	Following(ctx context.Context, actor ap.IRI, p ap.Page) ([]ap.Follow, error)
	Inboxes(ctx context.Context, object ap.IRI) ([]ap.IRI, error)
	// CountFollowersAt counts the followers of object, in any state, whose id
	// begins with origin ("https://host/"), up to most.
	CountFollowersAt(ctx context.Context, object ap.IRI, origin string, most int) (int, error)
	Outbox(ctx context.Context, actor ap.IRI, p ap.Page) ([]ap.OutboxItem, error)
	Count(ctx context.Context, actor ap.IRI) (followers, following, outbox int, err error)
}

// Policies gives what the keeper has decided on domains, and the records of
// the hosts of one.
type Policies interface {
	// DomainBlocks and DomainAllows give at most limit records after that
	// domain ("": from the first), by domain.
	DomainBlocks(ctx context.Context, after string, limit int) ([]ap.DomainBlock, error)
	DomainAllows(ctx context.Context, after string, limit int) ([]ap.DomainAllow, error)
	// Decisions gives the keeper's log, newest first; the cursor is the last Key.
	Decisions(ctx context.Context, p ap.Page) ([]ap.Decision, error)
	// HostRecords gives a Change that removes at most limit records of the
	// hosts of a domain, after the cursor, and the cursor for what follows; ""
	// at the end. What this node itself said is not among them.
	HostRecords(ctx context.Context, domain, after string, limit int) (c ap.Change, next string, err error)
}

// Queue is the persistent queue of deliveries, as delivery.Queue says.
type Queue interface {
	DueLanes(ctx context.Context, now time.Time, limit int, skip func(inbox ap.IRI) bool) ([]ap.Lane, error)
	NextDue(ctx context.Context) (time.Time, error)
	Deliveries(ctx context.Context, inbox ap.IRI, limit int) ([]ap.Delivery, error)
	Settle(ctx context.Context, outcomes []ap.Outcome) error

	// QueueSize counts the lanes and the deliveries that they hold.
	QueueSize() (lanes, deliveries int)
	// Lanes gives the lanes of a host ("": of all hosts) in the byte order of
	// their inboxes; the cursor is the last inbox. A page holds 1 to 200.
	Lanes(ctx context.Context, host string, p ap.Page) ([]ap.QueuedLane, error)
	// CountActors counts the actors that are kept; it walks over them all.
	CountActors(ctx context.Context) (int, error)
	// Silences gives the hosts to which nothing can be delivered, in no order
	// that means anything.
	Silences(ctx context.Context) ([]ap.Silence, error)
}

// Learning gives what other aggregators have told ours: of which hosters, and
// what became of it. Candidate and Source give directory.ErrNotFound where
// there is none; a page holds 1 to 200, and its cursor is the last hoster's id.
type Learning interface {
	Candidate(ctx context.Context, hoster ap.IRI) (ap.Candidate, error)
	Candidates(ctx context.Context, p ap.Page) ([]ap.Candidate, error)
	ProposedBy(ctx context.Context, aggregator ap.IRI, p ap.Page) ([]ap.IRI, error)
	Source(ctx context.Context, aggregator ap.IRI) (ap.Source, error)
	// Refresh gives what is due of an actor, or directory.ErrNotFound.
	Refresh(ctx context.Context, actor ap.IRI) (ap.Refresh, error)
}

// Feed gives the listings of a directory, and what changed in them.
type Feed interface {
	Listing(ctx context.Context, id directory.ID) (directory.Listing, error)
	// Listed reports whether there is one, without reading it.
	Listed(ctx context.Context, id directory.ID) (bool, error)
	// SharedListing is Listing for many readers: what it gives may be the same
	// for all of them, and must not be changed.
	SharedListing(ctx context.Context, id directory.ID) (directory.Listing, error)
	// ListingVersion gives a number that is another once the listing is, as long
	// as the store is open.
	ListingVersion(ctx context.Context, id directory.ID) (uint64, error)
	// ListingByHandle is SharedListing of "name@host" or "@name@host", in any
	// letter case.
	ListingByHandle(ctx context.Context, handle string) (directory.Listing, error)
	// Listings gives at most limit listings after that ID ("": from the
	// first), in the byte order of their IDs.
	Listings(ctx context.Context, after directory.ID, limit int) ([]directory.Listing, error)
	// History gives the past of a listing, the latest entry first; one without
	// entries where there is none.
	History(ctx context.Context, hoster directory.ID) (directory.History, error)
	// ListingChanges gives at most limit changes whose Sequence is greater
	// than after, oldest first. A listing stands in the feed once, with its
	// newest change; a removed one stands there as removed.
	ListingChanges(ctx context.Context, after uint64, limit int) ([]directory.ListingChange, error)
	// Collectives gives every list of a collective's members, of each source,
	// in an order that stays.
	Collectives(ctx context.Context) ([]directory.Collective, error)

	// Site gives what is kept of the host of a website.
	Site(ctx context.Context, host string) (directory.Site, error)
	// Sites gives those of a domain ("": all), the host of that name and those
	// below it, in an order that stays; the cursor is the last host.
	Sites(ctx context.Context, domain string, p ap.Page) ([]directory.Site, error)
	// SiteFiles gives every file, in an order that stays.
	SiteFiles(ctx context.Context) ([]directory.SiteFile, error)
	// ListingsChanged gives a channel that holds one token after one or many
	// changes were applied; the function ends that.
	ListingsChanged() (<-chan struct{}, func())
}

// Featured tells who has a place in the featured collections of a directory
// (FEP-7aa9).
type Featured interface {
	// FeaturedItem gives the one of that pair, or directory.ErrNotFound.
	FeaturedItem(ctx context.Context, collection, actor ap.IRI) (ap.FeaturedItem, error)
	// FeaturedItems gives those of a collection in any standing, in the byte
	// order of their actors; the cursor is the last actor. A page holds 1 to 200.
	FeaturedItems(ctx context.Context, collection ap.IRI, p ap.Page) ([]ap.FeaturedItem, error)
	// FeaturedIn gives those of an actor in any standing, in the byte order of
	// the collections, at most 200.
	FeaturedIn(ctx context.Context, actor ap.IRI) ([]ap.FeaturedItem, error)
	// FeaturedCollections gives every collection in which anybody has a place,
	// in any standing, in no order that means anything.
	FeaturedCollections(ctx context.Context) ([]ap.IRI, error)
}

// Report is what a check found.
type Report struct {
	Engine   string         `json:"engine"`
	Schema   int            `json:"schema"`   // version of the layout
	Bytes    int64          `json:"bytes"`    // on disk
	Counts   map[string]int `json:"counts"`   // records by kind: "documents", "lanes"
	Problems []Problem      `json:"problems"` // empty: everything agrees
	Unlisted int            `json:"unlisted"` // problems beyond the first 1000
}

// Problem is one thing that contradicts another.
type Problem struct {
	Kind   string `json:"kind"`   // "lane", "delivery", "follow", "listing", "notice", "refresh", "count", "record", "checksum"
	ID     string `json:"id"`     // of the record; "" where it cannot be read
	Detail string `json:"detail"` // a sentence
}

// maxProblems bounds what a Report lists.
const maxProblems = 1000

// Add notes a problem, or only counts it beyond the first 1000.
func (r *Report) Add(kind, id, detail string) {
	if len(r.Problems) >= maxProblems {
		r.Unlisted++
		return
	}
	r.Problems = append(r.Problems, Problem{Kind: kind, ID: id, Detail: detail})
}
