package federation

import (
	"context"
	"fmt"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// Rebuild is how far a rebuild has come.
type Rebuild struct {
	Total  int // hosters that are followed
	Left   int // that were not asked yet
	Failed []RebuildFailure
}

// RebuildFailure is a hoster that could not be read. What was kept of it is
// shown still, with its date; it is tried again by and by.
type RebuildFailure struct {
	Hoster ap.IRI
	Handle string // "name@host"; "" where it is not known
	Listed bool   // shown as it was
	Error  string
	NextAt time.Time
}

// StartRebuild makes due that everything that this node's directory keeps of
// its hosters is forgotten and read anew from their own nodes: listings,
// documents and notices. The Follows stay, and with them who is asked. Each
// hoster is forgotten in the moment in which its new words are there, and not
// before. What is due is kept, so that a rebuild goes on after a restart.
//
// Where a rebuild is under way, or has left hosters that could not be read, it
// goes on with these; with all, it begins again with everybody.
func (n *Node) StartRebuild(ctx context.Context, all bool) (Rebuild, error) {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return Rebuild{}, fmt.Errorf("this node keeps no directory: %w", directory.ErrForbidden)
	}
	state, err := n.Rebuilding(ctx)
	if err != nil {
		return Rebuild{}, err
	}
	goesOn := !all && (state.Left > 0 || len(state.Failed) > 0)
	var c ap.Change
	flush := func() error {
		_, err := n.apply(ctx, c)
		c = ap.Change{}
		return err
	}
	err = n.eachRebuilt(ctx, agg.ID, func(hoster ap.IRI, _ ap.Actor, r ap.Refresh) error {
		if goesOn && r.Reason != ap.ReasonRebuild {
			return nil
		}
		if len(c.Refreshes) >= 500 {
			if err := flush(); err != nil {
				return err
			}
		}
		n.refreshSoon(hoster, ap.ReasonRebuild, &c)
		return nil
	})
	if err != nil {
		return Rebuild{}, err
	}
	if err := flush(); err != nil {
		return Rebuild{}, err
	}
	return n.Rebuilding(ctx)
}

// Rebuilding tells how far the rebuild has come.
func (n *Node) Rebuilding(ctx context.Context) (Rebuild, error) {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return Rebuild{}, fmt.Errorf("this node keeps no directory: %w", directory.ErrForbidden)
	}
	var state Rebuild
	err := n.eachRebuilt(ctx, agg.ID, func(hoster ap.IRI, a ap.Actor, r ap.Refresh) error {
		state.Total++
		switch {
		case r.Reason != ap.ReasonRebuild:
		case r.Attempts == 0:
			state.Left++
		default:
			listed, err := n.store.Listed(ctx, directory.ID(hoster))
			if err != nil {
				return err
			}
			state.Failed = append(state.Failed, RebuildFailure{Hoster: hoster, Handle: a.Handle, Listed: listed, Error: r.Error, NextAt: r.DueAt})
		}
		return nil
	})
	return state, err
}

// eachRebuilt walks the hosters that the directory follows and that agreed,
// with what is due of each.
func (n *Node) eachRebuilt(ctx context.Context, agg ap.IRI, visit func(hoster ap.IRI, a ap.Actor, r ap.Refresh) error) error {
	return n.eachFollowing(ctx, agg, func(f ap.Follow) (bool, error) {
		if f.State != ap.FollowAccepted {
			return true, nil
		}
		a, err := n.store.Actor(ctx, f.Object)
		if err != nil && !isNotFound(err) {
			return false, err
		}
		if a.Listing != "" {
			return true, nil // a directory: nothing of it is listed
		}
		r, err := n.store.Refresh(ctx, f.Object)
		if err != nil && !isNotFound(err) {
			return false, err
		}
		return true, visit(f.Object, a, r)
	})
}

// Refresh fetches what is due until ctx ends, and delivers nothing: for a
// command that works on the store of a node that does not run. Run does it too.
func (n *Node) Refresh(ctx context.Context) error { return n.runRefreshes(ctx) }

// listAnew adds to c the listing as fetched. In a rebuild everything that was
// kept of the hoster is removed first, in a Change of its own because newer
// documents stand against older ones: whatever is wrong with what was kept
// cannot stay. A process that ends in between finds the Refresh due still.
func (n *Node) listAnew(ctx context.Context, r ap.Refresh, actor ap.Actor, f fetched, c *ap.Change) error {
	if r.Reason == ap.ReasonRebuild {
		old, err := n.store.Listing(ctx, directory.ID(actor.ID))
		if err != nil && !isNotFound(err) {
			return err
		}
		old.Hoster.ID = directory.ID(actor.ID)
		gone := ap.Change{RemoveDocuments: []ap.IRI{actor.ID}}
		if err := n.dropWords(ctx, old, &gone); err != nil {
			return err
		}
		for _, note := range f.notes {
			d, err := n.store.Document(ctx, note.doc.IRI)
			if err == nil && !d.Tombstone && d.Owner == actor.ID {
				gone.RemoveDocuments = append(gone.RemoveDocuments, d.IRI)
			} else if err != nil && !isNotFound(err) {
				return err
			}
		}
		if _, err := n.apply(ctx, gone); err != nil {
			return err
		}
		c.Documents = append(c.Documents, f.actor)
	}
	return n.list(ctx, actor, f, c)
}
