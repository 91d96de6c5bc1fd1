package federation

import (
	"context"
	"fmt"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/blocklist"
)

const (
	purgeAtOnce = 500 // records in one transaction
	mostPasses  = 20  // over the store: a lane may hold more than one transaction can remove
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
		len(c.RemoveHosts) + len(c.RemoveSilences) + len(c.RemoveSources) + len(c.RemoveFeaturedItems)
}

// PurgeHost removes every record of the hosts of a domain, and takes back what
// this node's directory announced of them. Nothing is told to them: who is to
// be told, and kept away, is suspended first. Without apply it only counts.
// Whatever was removed when it is interrupted stays removed; run again, it goes
// on. progress, where it is not nil, is called with what was found so far.
func (n *Node) PurgeHost(ctx context.Context, domain string, apply bool, d ap.Decision, progress func(Purged)) (Purged, error) {
	name, err := blocklist.Domain(domain, n.config.Development)
	if err != nil {
		return Purged{}, err
	}
	if ap.Covers(name, n.config.Origin.Host) {
		return Purged{}, directory.Invalid("domain", "is this node's own, or one above it")
	}
	var all Purged
	for range mostPasses {
		found, err := n.purgePass(ctx, name, apply, func(p ap.Change) {
			all.add(p)
			if progress != nil {
				progress(all)
			}
		})
		if err != nil {
			return all, err
		}
		if !found || !apply {
			break
		}
	}
	if !apply {
		return all, nil
	}
	n.forgetHosts(name)
	d.Subject, d.Effect = name, fmt.Sprintf("%d records removed", all.Total())
	_, err = n.store.Apply(ctx, ap.Change{Decisions: []ap.Decision{n.decision(d)}})
	return all, err
}

// purgePass goes over the store once, and reports whether it found anything.
func (n *Node) purgePass(ctx context.Context, domain string, apply bool, done func(ap.Change)) (found bool, err error) {
	for after := ""; ; {
		c, next, err := n.store.HostRecords(ctx, domain, after, purgeAtOnce)
		if err != nil {
			return found, err
		}
		var one Purged
		if one.add(c); one.Total() > 0 {
			found = true
			if apply {
				if err := n.purge(ctx, c); err != nil {
					return found, err
				}
			}
			done(c)
		}
		if next == "" {
			return found, nil
		}
		after = next
	}
}

// purge applies one step, with the end of what was announced of it.
func (n *Node) purge(ctx context.Context, c ap.Change) error {
	if err := n.unannounceAll(ctx, c.RemoveDocuments); err != nil {
		return err
	}
	_, err := n.apply(ctx, c)
	return err
}

// forgetHosts drops what is remembered of the keys of a domain.
func (n *Node) forgetHosts(domain string) {
	for _, name := range n.in.keys.cache.Keys() {
		if ap.Covers(domain, name.actor.Host()) {
			n.in.keys.cache.Remove(name)
		}
	}
}
