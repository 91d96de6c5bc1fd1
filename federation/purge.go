package federation

import (
	"context"
	"fmt"
	"slices"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/blocklist"
)

const (
	purgeAtOnce = 500 // records in one transaction
	purgePages  = 20  // of the store, in one step
)

// Purged counts what a purge removes, by kind.
type Purged struct {
	Actors     int `json:"actors"`
	Documents  int `json:"documents"`
	Follows    int `json:"follows"`
	Listings   int `json:"listings"`
	Notices    int `json:"notices"`
	Lanes      int `json:"lanes"` // queues of deliveries
	Activities int `json:"activities"`
	Others     int `json:"others"` // refreshes, reports, stamps, moves, candidates, what is remembered of the hosts
}

// Total is how many records there are in all.
func (p Purged) Total() int {
	return p.Actors + p.Documents + p.Follows + p.Listings + p.Notices + p.Lanes + p.Activities + p.Others
}

// add counts what a Change removes.
func (p *Purged) add(c ap.Change) {
	p.Actors += len(c.RemoveActors)
	p.Documents += len(c.RemoveDocuments)
	p.Follows += len(c.RemoveFollows)
	p.Listings += len(c.RemoveListings)
	p.Notices += len(c.RemoveNotices)
	p.Lanes += len(c.DropLanes)
	p.Activities += len(c.RemoveActivities)
	p.Others += len(c.RemoveRefreshes) + len(c.RemoveReports) + len(c.RemoveStamps) + len(c.RemoveMoves) + len(c.RemoveCandidates) +
		len(c.RemoveHosts) + len(c.RemoveSilences) + len(c.RemoveSources) + len(c.RemoveFeaturedItems) + len(c.ForgetHistories)
}

// PurgeStep removes records of the hosts of a domain, some thousand at most,
// from a cursor on (nil: from the first), and takes back what this node's
// directory announced of them; next is the cursor for what follows, nil at the
// end. Without apply it only counts. Nothing is told to the hosts: who is to be
// told, and kept away, is suspended first. A lane may hold more than one step
// can remove, so whoever wants all gone goes on until a pass finds nothing.
func (n *Node) PurgeStep(ctx context.Context, domain string, after []byte, apply bool) (all Purged, next []byte, err error) {
	name, err := n.purgeable(domain)
	if err != nil {
		return Purged{}, nil, err
	}
	for range purgePages {
		c, cursor, err := n.store.HostRecords(ctx, name, string(after), purgeAtOnce)
		if err != nil {
			return all, nil, err
		}
		// To a suspended host only the Undo or Reject is sent that ends a Follow,
		// without which it would go on for years; all else in its queues is
		// thrown away when its turn comes.
		c.DropLanes = slices.DeleteFunc(c.DropLanes, func(inbox ap.IRI) bool { return n.policy(inbox.Host()).suspended() })
		var one Purged
		if one.add(c); apply && one.Total() > 0 {
			if err := n.purge(ctx, c); err != nil {
				return all, nil, err
			}
		}
		all.add(c)
		if cursor == "" {
			return all, nil, nil
		}
		after = []byte(cursor)
	}
	return all, after, nil
}

// PurgeDone notes a purge in the log, and forgets the keys of the hosts.
func (n *Node) PurgeDone(ctx context.Context, domain string, removed int, d ap.Decision) error {
	name, err := n.purgeable(domain)
	if err != nil {
		return err
	}
	n.forgetHosts(name)
	d.Subject, d.Effect = name, fmt.Sprintf("%d records removed", removed)
	_, err = n.store.Apply(ctx, ap.Change{Decisions: []ap.Decision{n.decision(d)}})
	return err
}

// purgeable gives a domain of which everything may be removed.
func (n *Node) purgeable(domain string) (string, error) {
	name, err := blocklist.Domain(domain, n.config.Development)
	if err == nil && ap.Covers(name, n.config.Origin.Host) {
		err = directory.Invalid("domain", "is this node's own, or one above it")
	}
	return name, err
}

// purge applies one step, with the end of what was announced of it, and with
// what those who follow this node's directory are told of a listing that ends.
func (n *Node) purge(ctx context.Context, c ap.Change) error {
	if err := n.unannounceAll(ctx, c.RemoveDocuments); err != nil {
		return err
	}
	var listed []ap.IRI
	for _, hoster := range c.RemoveListings {
		listed = append(listed, ap.IRI(hoster))
	}
	for _, item := range c.RemoveFeaturedItems {
		listed = append(listed, item.Actor)
	}
	for _, hoster := range listed {
		if err := n.unlist(ctx, hoster); err != nil {
			return err
		}
	}
	_, err := n.apply(ctx, c)
	return err
}

// unlist withdraws one listing.
func (n *Node) unlist(ctx context.Context, hoster ap.IRI) error {
	defer n.lockActor(hoster)()
	var c ap.Change
	if err := n.withdraw(ctx, hoster, endedPurged, &c); err != nil {
		return err
	}
	_, err := n.apply(ctx, c)
	return err
}

// forgetHosts drops what is remembered of the keys of a domain.
func (n *Node) forgetHosts(domain string) {
	for _, actor := range n.in.keys.cache.actors.Keys() {
		if ap.Covers(domain, actor.Host()) {
			n.in.keys.cache.forget(actor)
		}
	}
}

// Plus is both together.
func (p Purged) Plus(o Purged) Purged {
	return Purged{
		Actors: p.Actors + o.Actors, Documents: p.Documents + o.Documents, Follows: p.Follows + o.Follows,
		Listings: p.Listings + o.Listings, Notices: p.Notices + o.Notices, Lanes: p.Lanes + o.Lanes,
		Activities: p.Activities + o.Activities, Others: p.Others + o.Others,
	}
}
