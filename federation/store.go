package federation

import (
	"context"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// Store is what federation needs kept. Every method may be called at once
// from many goroutines, and fails with ctx's error when it ends first.
type Store interface {
	Reader
	Graph
	Refreshes
	Learning
	Backlog
	Featured
	Policies
	Stamps
	Reports
	Moves
	Collectives
	Sites
	// Apply applies the Change as its type says, durably, and reports false
	// where its Activity had been recorded before (then nothing was applied).
	Apply(ctx context.Context, c ap.Change) (applied bool, err error)
}

// Reader looks single records up. Each method returns directory.ErrNotFound
// where there is none.
type Reader interface {
	LocalActors(ctx context.Context) ([]ap.LocalActor, error)
	Actor(ctx context.Context, id ap.IRI) (ap.Actor, error)
	// KnowsActor reports whether there is one, without reading it.
	KnowsActor(ctx context.Context, id ap.IRI) (bool, error)
	Document(ctx context.Context, iri ap.IRI) (ap.Document, error)
	Host(ctx context.Context, name string) (ap.Host, error)
	Profile(ctx context.Context, actor ap.IRI) (ap.Profile, error)
	Listing(ctx context.Context, id directory.ID) (directory.Listing, error)
	SharedListing(ctx context.Context, id directory.ID) (directory.Listing, error)
	// Listed reports whether there is a listing, without reading it.
	Listed(ctx context.Context, id directory.ID) (bool, error)
	Notice(ctx context.Context, id directory.ID) (directory.Notice, error)
	// Notices gives a hoster's notices (every hoster's for ""), last updated first.
	Notices(ctx context.Context, hoster directory.ID, limit int) ([]directory.Notice, error)
}

// Graph walks who follows whom, and what our actors have said.
type Graph interface {
	// Follow gives the one of that pair, or directory.ErrNotFound.
	Follow(ctx context.Context, actor, object ap.IRI) (ap.Follow, error)
	// Followers gives those who follow object, by actor id; the cursor is the last actor id.
	Followers(ctx context.Context, object ap.IRI, p ap.Page) ([]ap.Follow, error)
	// CountFollowersAt counts the followers of object whose id begins with origin ("https://host/"), up to most.
	CountFollowersAt(ctx context.Context, object ap.IRI, origin string, most int) (int, error)
	// Following gives those whom actor follows, by object id; the cursor is the last object id.
	Following(ctx context.Context, actor ap.IRI, p ap.Page) ([]ap.Follow, error)
	// Inboxes gives where an activity for the accepted followers of object goes: each inbox once, shared ones first choice.
	Inboxes(ctx context.Context, object ap.IRI) ([]ap.IRI, error)
	// Outbox gives an actor's activities, newest first; the cursor is the last Key.
	Outbox(ctx context.Context, actor ap.IRI, p ap.Page) ([]ap.OutboxItem, error)
	// Count gives the number of accepted followers, accepted followed, and outbox items of one of our actors.
	Count(ctx context.Context, actor ap.IRI) (followers, following, outbox int, err error)
}

// Learning tells what other directories have told this one. Candidate and
// Source give directory.ErrNotFound where there is none.
type Learning interface {
	Candidate(ctx context.Context, hoster ap.IRI) (ap.Candidate, error)
	// Candidates gives every candidate, by the hoster's id, which is the cursor.
	Candidates(ctx context.Context, p ap.Page) ([]ap.Candidate, error)
	// ProposedBy gives whom an aggregator has proposed, by id; the cursor is the last one.
	ProposedBy(ctx context.Context, aggregator ap.IRI, p ap.Page) ([]ap.IRI, error)
	Source(ctx context.Context, aggregator ap.IRI) (ap.Source, error)
}

// Refreshes tells which profiles are due to be fetched.
type Refreshes interface {
	// DueRefreshes gives at most limit refreshes due at now, earliest first.
	DueRefreshes(ctx context.Context, now time.Time, limit int) ([]ap.Refresh, error)
	// Refresh gives what is due of an actor, or directory.ErrNotFound.
	Refresh(ctx context.Context, actor ap.IRI) (ap.Refresh, error)
	// NextRefresh gives when the earliest one is due; the zero time where there is none.
	NextRefresh(ctx context.Context) (time.Time, error)
}

// Stamps keeps the permissions that our actors gave, and those given to them.
// A look-up of one that is not there is directory.ErrNotFound.
type Stamps interface {
	Stamp(ctx context.Context, id ap.IRI) (ap.Stamp, error)
	// StampFor gives the one of that pair, revoked or not.
	StampFor(ctx context.Context, interacting, target ap.IRI) (ap.Stamp, error)
	// Stamps gives all of them in an order that stays; the cursor is the last id.
	Stamps(ctx context.Context, p ap.Page) ([]ap.Stamp, error)
	// StampCount gives how many were given by an actor, or to a domain, revoked ones too.
	StampCount(ctx context.Context, of string) (int, error)
}

// Reports keeps what others want the keepers of this node to look at.
type Reports interface {
	// Report gives one, or directory.ErrNotFound.
	Report(ctx context.Context, key string) (ap.Report, error)
	// Reports gives open and closed ones, newest first; the cursor is the last key.
	Reports(ctx context.Context, p ap.Page) ([]ap.Report, error)
	// OpenReports gives at most limit open ones of a host ("": of every host).
	OpenReports(ctx context.Context, host string, limit int) ([]ap.Report, error)
}

// Collectives keeps the lists of members that collectives give.
type Collectives interface {
	// Collectives gives every list, of each source, in an order that stays.
	Collectives(ctx context.Context) ([]directory.Collective, error)
}

// Sites keeps what is listed from files, of hosters without a node.
type Sites interface {
	// Site gives what is kept of the host of a website, or directory.ErrNotFound.
	Site(ctx context.Context, host string) (directory.Site, error)
	// Sites gives those of a domain ("": all): the host of that name and those
	// below it, in an order that stays; the cursor is the last host.
	Sites(ctx context.Context, domain string, p ap.Page) ([]directory.Site, error)
	// SiteFiles gives the files that are read, in an order that stays.
	SiteFiles(ctx context.Context) ([]directory.SiteFile, error)
}

// Moves keeps which actors went to live elsewhere.
type Moves interface {
	// Move gives where an actor moved, or directory.ErrNotFound.
	Move(ctx context.Context, from ap.IRI) (ap.Move, error)
	// MovesTo gives who moved to an actor, at most 100.
	MovesTo(ctx context.Context, to ap.IRI) ([]ap.Move, error)
}

// Policies tells what the keeper has decided on domains.
type Policies interface {
	// DomainBlocks gives at most limit blocks after that domain ("": from the first), by domain.
	DomainBlocks(ctx context.Context, after string, limit int) ([]ap.DomainBlock, error)
	// DomainAllows gives at most limit allowances after that domain, by domain.
	DomainAllows(ctx context.Context, after string, limit int) ([]ap.DomainAllow, error)
	// Decisions gives the keeper's log, newest first; the cursor is the last Key.
	Decisions(ctx context.Context, p ap.Page) ([]ap.Decision, error)
	// HostRecords gives a Change that removes at most limit records of the hosts
	// of a domain, after the cursor, and the cursor for what follows; "" at the
	// end. What this node itself said is not among them.
	HostRecords(ctx context.Context, domain, after string, limit int) (c ap.Change, next string, err error)
}

// Featured tells who has a place in the collections that a directory features.
type Featured interface {
	// FeaturedItem gives the one of that pair, or directory.ErrNotFound.
	FeaturedItem(ctx context.Context, collection, actor ap.IRI) (ap.FeaturedItem, error)
	// FeaturedItems gives those of a collection in any standing, by actor id;
	// the cursor is the last actor id.
	FeaturedItems(ctx context.Context, collection ap.IRI, p ap.Page) ([]ap.FeaturedItem, error)
	// FeaturedIn gives those of an actor in any standing, by collection id.
	FeaturedIn(ctx context.Context, actor ap.IRI) ([]ap.FeaturedItem, error)
	// FeaturedCollections gives every collection in which anybody has a place,
	// in any standing, in no order that means anything.
	FeaturedCollections(ctx context.Context) ([]ap.IRI, error)
}

// Backlog is what waits to be delivered, as the node's keeper sees it.
type Backlog interface {
	// QueueSize counts the lanes and the deliveries that they hold.
	QueueSize() (lanes, deliveries int)
	// Lanes gives the lanes of a host ("": of all hosts) in the byte order of their inboxes; the cursor is the last inbox.
	Lanes(ctx context.Context, host string, p ap.Page) ([]ap.QueuedLane, error)
	// CountActors counts the actors of other nodes that are kept; it walks over them all.
	CountActors(ctx context.Context) (int, error)
	// Silences gives the hosts to which nothing can be delivered.
	Silences(ctx context.Context) ([]ap.Silence, error)
}
