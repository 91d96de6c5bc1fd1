package federation

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Follow asks the actor of that handle ("@name@host") to let this node follow
// it: the aggregator where the node has that role, else the hoster. A Follow
// that stands already is given back as it is; one that was rejected, or whose
// other side has changed its keys, is sent anew. Errors are sentences for the person who typed the handle.
func (n *Node) Follow(ctx context.Context, handle string) (ap.Follow, error) {
	who, err := n.follower()
	if err == nil {
		err = here(who)
	}
	if err != nil {
		return ap.Follow{}, err
	}
	id, err := n.resolveHandle(ctx, handle)
	if err != nil {
		return ap.Follow{}, err
	}
	if _, ours := n.local(id); ours {
		return ap.Follow{}, fmt.Errorf("%s is an actor of this very node: %w", handle, directory.ErrConflict)
	}
	target, doc, err := n.fetchActor(ctx, id)
	if err != nil {
		return ap.Follow{}, fmt.Errorf("fetch the actor of %s: %w", handle, err)
	}
	defer n.lockActor(id)()
	if f, err := n.store.Follow(ctx, who.ID, id); err == nil && f.State != ap.FollowRejected && f.State != ap.FollowChanged {
		return f, nil
	} else if err != nil && !isNotFound(err) {
		return ap.Follow{}, err
	}
	defer n.policies.hold()()
	if err := n.mayFetch(id.Host()); err != nil {
		return ap.Follow{}, err
	}
	if fresh, err := activitystreams.DecodeActor(doc.Body); err == nil {
		target.ProofKeys = fresh.ProofKeys // a person speaks for them
	}
	var c ap.Change
	f, err := n.ask(ctx, who, target, handle, &c)
	if err != nil {
		return ap.Follow{}, err
	}
	_, err = n.apply(ctx, c)
	return f, err
}

// Unfollow ends the Follow of the actor of that handle, or of that id: its
// listing goes at once, whether its node still answers or not.
func (n *Node) Unfollow(ctx context.Context, handle string) error {
	who, err := n.follower()
	if err != nil {
		return err
	}
	f, err := n.followedBy(ctx, who.ID, handle)
	if err != nil {
		return err
	}
	defer n.lockActor(f.Object)()
	undo, err := activitystreams.Undo(n.activityIRI(n.newID()), who.ID, f.Raw, []ap.IRI{f.Object}, nil, n.now())
	if err != nil {
		return fmt.Errorf("write the Undo: %w", err)
	}
	c := ap.Change{RemoveFollows: []ap.Edge{{Actor: who.ID, Object: f.Object}}}
	if err := n.ended(ctx, f, ap.CandidateDismissed, &c); err != nil {
		return err
	}
	if err := n.withdraw(ctx, f.Object, endedUnfollowed, &c); err != nil {
		return err
	}
	n.send(&c, who.ID, undo, []ap.IRI{f.Inbox}, false)
	_, err = n.apply(ctx, c)
	return err
}

// Following gives whom this node follows, with the handle that each goes by.
func (n *Node) Following(ctx context.Context) ([]Followed, error) {
	who, err := n.follower()
	if err != nil {
		return nil, err
	}
	var out []Followed
	err = n.eachFollowing(ctx, who.ID, func(f ap.Follow) (bool, error) {
		e := Followed{Follow: f}
		if a, err := n.store.Actor(ctx, f.Object); err == nil {
			e.Handle, e.Name, e.Hoster, e.Aggregator = a.Handle, a.Name, a.Services != "", a.Listing != ""
		} else if !isNotFound(err) {
			return false, err
		}
		var err error
		if e.Aggregator {
			if e.Learn, err = n.learns(ctx, f.Object); err != nil {
				return false, err
			}
		}
		if e.Listed, err = n.store.Listed(ctx, directory.ID(f.Object)); err != nil {
			return false, err
		}
		out = append(out, e)
		return true, nil
	})
	return out, err
}

// Followed is one Follow of ours, for people to read.
type Followed struct {
	ap.Follow
	Handle string // "name@host"
	Name   string
	Hoster bool // it publishes services
	Listed bool

	Aggregator bool     // it lists hosters
	Learn      ap.Learn // what is done with those; "" for who is no aggregator
}

// eachFollowing walks whom actor follows, until visit says false.
func (n *Node) eachFollowing(ctx context.Context, actor ap.IRI, visit func(ap.Follow) (bool, error)) error {
	page := ap.Page{Limit: 200}
	for {
		fs, err := n.store.Following(ctx, actor, page)
		if err != nil {
			return err
		}
		for _, f := range fs {
			if more, err := visit(f); err != nil || !more {
				return err
			}
		}
		if len(fs) < page.Limit {
			return nil
		}
		page.After = string(fs[len(fs)-1].Object)
	}
}

// follower is the actor of this node that follows others.
func (n *Node) follower() (ap.LocalActor, error) {
	for _, k := range []ap.LocalKind{ap.KindAggregator, ap.KindHoster} {
		if a, ok := n.localKind(k); ok {
			return a, nil
		}
	}
	return ap.LocalActor{}, fmt.Errorf("this node has neither an aggregator nor a hoster that could follow: %w", directory.ErrForbidden)
}

// followedBy finds the Follow of the actor of that handle or id among those of
// who, by what is kept here.
func (n *Node) followedBy(ctx context.Context, who ap.IRI, handle string) (ap.Follow, error) {
	var found ap.Follow
	want := bareHandle(handle)
	err := n.eachFollowing(ctx, who, func(f ap.Follow) (bool, error) {
		if string(f.Object) == handle {
			found = f
			return false, nil
		}
		a, err := n.store.Actor(ctx, f.Object)
		if err != nil && !isNotFound(err) {
			return false, err
		}
		if err == nil && strings.EqualFold(a.Handle, want) {
			found = f
			return false, nil
		}
		return true, nil
	})
	if err == nil && found.Object == "" {
		err = fmt.Errorf("%s is not followed by this node: %w", handle, directory.ErrNotFound)
	}
	return found, err
}

// bareHandle gives "name@host" for "@name@host" or "acct:name@host".
func bareHandle(h string) string {
	h = strings.TrimPrefix(h, "acct:")
	return strings.ToLower(strings.TrimPrefix(h, "@"))
}

// accepted adds to c what follows when an actor that we asked to follow has
// said yes: its profile is fetched from its own node, at once.
func (n *Node) accepted(_ context.Context, f ap.Follow, c *ap.Change) error {
	n.refreshSoon(f.Object, "accept", c)
	return nil
}

// withdraw adds to c the end of an actor's listing here, and of everything
// that was kept because of it: its notices, with their notes, and its services.
func (n *Node) withdraw(ctx context.Context, actor ap.IRI, reason string, c *ap.Change) error {
	if _, err := n.store.Source(ctx, actor); err == nil {
		c.RemoveSources = append(c.RemoveSources, actor) // it was a directory that ours learned from
	} else if !isNotFound(err) {
		return err
	}
	id := directory.ID(actor)
	listing, err := n.store.Listing(ctx, id)
	if isNotFound(err) {
		if leavesNothing[reason] {
			n.forgetPast(id, reason, c)
		}
		return nil
	}
	if err != nil {
		return err
	}
	c.RemoveListings = append(c.RemoveListings, id)
	n.forgetPast(id, reason, c)
	if listing.File != nil {
		return nil // nobody was told of it, and nothing but the listing is kept
	}
	if reason != endedPurged {
		if err := n.remember(ctx, listing, c); err != nil {
			return err
		}
	}
	if err := n.unfeatureAll(ctx, actor, c); err != nil {
		return err
	}
	if err := n.tellListing(ctx, actor, false, c); err != nil {
		return err
	}
	n.log.InfoContext(ctx, "listing withdrawn", "actor", string(actor), "reason", reason)
	return n.dropWords(ctx, listing, c)
}

// dropWords adds to c the end of what is kept of a listed hoster's words: its
// services and its notices, with their notes.
func (n *Node) dropWords(ctx context.Context, listing directory.Listing, c *ap.Change) error {
	id := listing.Hoster.ID
	for _, s := range listing.Hoster.Services {
		c.RemoveDocuments = append(c.RemoveDocuments, ap.IRI(s.ID))
	}
	rest, err := n.dropNotices(ctx, id, nil)
	c.RemoveNotices = append(c.RemoveNotices, rest.RemoveNotices...)
	c.RemoveDocuments = append(c.RemoveDocuments, rest.RemoveDocuments...)
	return err
}

// dropNotices removes the notices of a hoster with their notes, in steps: one
// transaction does not hold what somebody may have said in years, or in one
// night. The last step is given back, for the Change that ends the listing; that
// comes again where these are interrupted. before, where there is one, is
// called with the notes of each step.
func (n *Node) dropNotices(ctx context.Context, hoster directory.ID, before func(notes []ap.IRI) error) (last ap.Change, err error) {
	for {
		notices, err := n.store.Notices(ctx, hoster, noticesAtOnce)
		if err != nil {
			return ap.Change{}, err
		}
		var step ap.Change
		for _, notice := range notices {
			step.RemoveNotices = append(step.RemoveNotices, notice.ID)
			step.RemoveDocuments = append(step.RemoveDocuments, ap.IRI(notice.ID))
			for _, u := range notice.Updates {
				step.RemoveDocuments = append(step.RemoveDocuments, ap.IRI(u.ID))
			}
			if len(step.RemoveDocuments) >= notesAtOnce {
				break
			}
		}
		if before != nil {
			if err := before(step.RemoveDocuments); err != nil {
				return ap.Change{}, err
			}
		}
		if len(notices) < noticesAtOnce && len(step.RemoveNotices) == len(notices) {
			return step, nil
		}
		if _, err := n.apply(ctx, step); err != nil {
			return ap.Change{}, fmt.Errorf("remove the notices of %s: %w", hoster, err)
		}
	}
}

// isGone reports whether err says that a peer has deleted what was asked for.
func isGone(err error) bool { return errors.Is(err, directory.ErrGone) }
