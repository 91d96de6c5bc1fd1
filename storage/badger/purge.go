package badger

import (
	"context"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/federation/ap"
)

// purgeLook is how many keys one HostRecords reads at most: a view of the store
// must not stand for long.
const purgeLook = 20_000

// HostRecords gives a Change that removes records of the hosts of a domain: at
// most limit of them, those after the cursor. next is the cursor for what
// follows; "" at the end. What this node itself said stays, and so does, in the
// feed, that a listing was removed.
func (s *Store) HostRecords(ctx context.Context, domain, after string, limit int) (c ap.Change, next string, err error) {
	err = s.view(ctx, func(t *tx) error {
		p := purge{tx: t, domain: domain}
		kinds := p.kinds()
		seen := 0
		w := walk{from: []byte(after), past: after != ""}
		if err := t.visit(w, func(key []byte, item *badgerdb.Item) (bool, error) {
			if look, ok := kinds[key[0]]; ok {
				if err := look(item); err != nil {
					return false, err
				}
			}
			if seen++; seen >= purgeLook || p.found >= limit {
				next = string(key)
				return false, nil
			}
			return true, nil
		}); err != nil {
			return fmt.Errorf("look for the records of %s: %w", domain, err)
		}
		c = p.change
		return nil
	})
	return c, next, err
}

// purge gathers what is to be removed.
type purge struct {
	*tx
	domain string
	change ap.Change
	found  int
}

// covers reports whether an id is of the domain.
func (p *purge) covers(id ap.IRI) bool { return id != "" && ap.Covers(p.domain, id.Host()) }

// kinds says for each kind of record whose it is, and how it is removed.
func (p *purge) kinds() map[byte]func(*badgerdb.Item) error {
	c := &p.change
	return map[byte]func(*badgerdb.Item) error{
		kindActor:    gather(p, &c.RemoveActors, func(a ap.Actor) (ap.IRI, bool) { return a.ID, p.covers(a.ID) }),
		kindActivity: gather(p, &c.RemoveActivities, func(a ap.Activity) (ap.IRI, bool) { return a.ID, p.covers(a.Actor) }),
		kindDocument: gather(p, &c.RemoveDocuments, func(d ap.Document) (ap.IRI, bool) {
			return d.IRI, !d.Local && (p.covers(d.IRI) || p.covers(d.Owner))
		}),
		kindHost: gather(p, &c.RemoveHosts, func(h ap.Host) (string, bool) { return h.Name, ap.Covers(p.domain, h.Name) }),
		kindFollow: gather(p, &c.RemoveFollows, func(f ap.Follow) (ap.Edge, bool) {
			return ap.Edge{Actor: f.Actor, Object: f.Object}, p.covers(f.Actor) || p.covers(f.Object)
		}),
		kindLane:    gather(p, &c.DropLanes, func(l lane) (ap.IRI, bool) { return l.Inbox, p.covers(l.Inbox) }),
		kindRefresh: gather(p, &c.RemoveRefreshes, func(r ap.Refresh) (ap.IRI, bool) { return r.Actor, p.covers(r.Actor) }),
		kindListing: gather(p, &c.RemoveListings, func(l directory.Listing) (directory.ID, bool) {
			return l.Hoster.ID, p.covers(ap.IRI(l.Hoster.ID)) || l.File != nil && ap.Covers(p.domain, l.File.Site)
		}),
		kindNotice: gather(p, &c.RemoveNotices, func(n directory.Notice) (directory.ID, bool) { return n.ID, p.covers(ap.IRI(n.Hoster)) }),
		kindSilence: gather(p, &c.RemoveSilences, func(s ap.Silence) (string, bool) {
			return s.Host, ap.Covers(p.domain, s.Host)
		}),
		kindStamp:  p.stamp,
		kindReport: gather(p, &c.RemoveReports, func(r ap.Report) (string, bool) { return r.Key, p.covers(r.Reporter) }),
		kindMove:   gather(p, &c.RemoveMoves, func(m ap.Move) (ap.IRI, bool) { return m.From, p.covers(m.From) || p.covers(m.To) }),
		kindFeatured: gather(p, &c.RemoveFeaturedItems, func(f ap.FeaturedItem) (ap.FeaturedEdge, bool) {
			return ap.FeaturedEdge{Collection: f.Collection, Actor: f.Actor}, p.covers(f.Actor)
		}),
		kindPast:      gather(p, &c.ForgetHistories, func(y past) (directory.ID, bool) { return y.Hoster, p.covers(ap.IRI(y.Hoster)) }),
		kindCandidate: gather(p, &c.RemoveCandidates, func(c ap.Candidate) (ap.IRI, bool) { return c.Hoster, p.covers(c.Hoster) }),
		kindSource:    gather(p, &c.RemoveSources, func(s ap.Source) (ap.IRI, bool) { return s.Aggregator, p.covers(s.Aggregator) }),
	}
}

// stamp notes a stamp that is to be removed. One that this node gave to the
// domain goes with its document: nobody could take it back any more.
func (p *purge) stamp(item *badgerdb.Item) error {
	s, err := value[ap.Stamp](item)
	if err != nil || !p.covers(s.Actor) && !p.covers(s.Requester) {
		return err
	}
	p.found++
	p.change.RemoveStamps = append(p.change.RemoveStamps, s.ID)
	if !s.Remote {
		p.change.RemoveDocuments = append(p.change.RemoveDocuments, s.ID)
	}
	return nil
}

// gather reads a record of one kind, and notes it where it is to be removed.
func gather[T, ID any](p *purge, into *[]ID, theirs func(T) (ID, bool)) func(*badgerdb.Item) error {
	return func(item *badgerdb.Item) error {
		v, err := value[T](item)
		if err != nil {
			return err
		}
		if id, ok := theirs(v); ok {
			*into = append(*into, id)
			p.found++
		}
		return nil
	}
}
