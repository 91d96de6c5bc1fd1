package federation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of stamps: each is a document that is served for good.
const (
	mostStamps      = 100_000 // that one actor of this node gives in all
	mostStampsOfOne = 10_000  // that this node gives to one domain
)

// stampIRI is the id of our stamp for a pair, so that there is one.
func (n *Node) stampIRI(interacting, target ap.IRI) ap.IRI {
	sum := sha256.Sum256([]byte(string(interacting) + "\n" + string(target)))
	return n.iri("/ap/stamps/" + hex.EncodeToString(sum[:16]))
}

// everyone is who may do something, as policies on the wire name it: everyone,
// or the actor alone, which is nobody.
func everyone(may bool, actor ap.IRI) ap.IRI {
	if may {
		return ap.Public
	}
	return actor
}

// featurable reports whether collections may feature one of our actors: where
// the keeper lets them, and the actor wants to be found at all.
func (n *Node) featurable(ctx context.Context, a ap.LocalActor) (bool, error) {
	switch {
	case n.config.NoFeatures || a.Kind == ap.KindNode:
		return false, nil
	case a.Kind != ap.KindHoster:
		return true, nil
	}
	p, err := n.store.Profile(ctx, a.ID)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && p.Hoster.Discoverable, err
}

// stampCounts makes sure that, where d is a permission to feature one of our
// actors, that actor may be featured still: while it does not want to be found,
// or its keeper lets nobody feature it, what it permitted before does not stand
// either. The error is directory.ErrNotFound.
func (n *Node) stampCounts(ctx context.Context, d ap.Document) error {
	if d.Type != string(ap.StampFeature) || d.Tombstone {
		return nil
	}
	a, ok := n.local(d.Owner)
	if !ok {
		return directory.ErrNotFound
	}
	may, err := n.featurable(ctx, a)
	if err == nil && !may {
		err = directory.ErrNotFound
	}
	return err
}

// Stamps gives the permissions that actors of this node gave, newest first,
// those that were taken back too.
func (n *Node) Stamps(ctx context.Context) ([]ap.Stamp, error) {
	var all []ap.Stamp
	page := ap.Page{Limit: 200}
	for {
		stamps, err := n.store.Stamps(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, s := range stamps {
			if !s.Remote {
				all = append(all, s)
			}
		}
		if len(stamps) < page.Limit {
			break
		}
		page.After = string(stamps[len(stamps)-1].ID)
	}
	slices.SortStableFunc(all, func(a, b ap.Stamp) int { return b.At.Compare(a.At) })
	return all, nil
}

// RevokeStamp takes back the permission of that id, of the end of its id, or
// the newest that holds for "last": the stamp is gone for whoever checks it,
// whoever asked for it is told, and the same is not given again. Errors:
// directory.ErrNotFound, ErrConflict where it was taken back before, ErrInvalid
// where several ids end like that.
func (n *Node) RevokeStamp(ctx context.Context, name string) (ap.Stamp, error) {
	s, err := n.findStamp(ctx, name)
	if err != nil {
		return ap.Stamp{}, err
	}
	n.noticeMu.Lock() // our directory features our hoster by what it reads here
	defer n.noticeMu.Unlock()
	defer n.lockThread(s.Target)()
	if s, err = n.store.Stamp(ctx, s.ID); err != nil {
		return ap.Stamp{}, fmt.Errorf("stamp %s: %w", name, err)
	}
	if !s.Holds() {
		return ap.Stamp{}, fmt.Errorf("the stamp %s was revoked on %s already: %w", s.ID, s.RevokedAt.Format("2006-01-02"), directory.ErrConflict)
	}
	now := n.now()
	s.RevokedAt = now
	gone, err := activitystreams.Tombstone(s.ID, string(s.Kind), now)
	if err != nil {
		return ap.Stamp{}, fmt.Errorf("write the Tombstone of a stamp: %w", err)
	}
	gone.Local, gone.Public, gone.Owner = true, true, s.Actor
	told, err := activitystreams.RevokeStamp(n.activityIRI(n.newID()), s, now)
	if err != nil {
		return ap.Stamp{}, fmt.Errorf("write the Delete of a stamp: %w", err)
	}
	c := ap.Change{Stamps: []ap.Stamp{s}, Documents: []ap.Document{gone}}
	n.send(&c, s.Actor, told, []ap.IRI{s.Inbox}, false)
	if err := n.ownStampRevoked(ctx, s, &c); err != nil {
		return ap.Stamp{}, err
	}
	_, err = n.apply(ctx, c)
	return s, err
}

// findStamp finds a stamp that this node gave.
func (n *Node) findStamp(ctx context.Context, name string) (ap.Stamp, error) {
	s, err := n.store.Stamp(ctx, ap.IRI(name))
	if err == nil && !s.Remote {
		return s, nil
	}
	if err != nil && !isNotFound(err) {
		return ap.Stamp{}, err
	}
	all, err := n.Stamps(ctx)
	if err != nil {
		return ap.Stamp{}, err
	}
	var found []ap.Stamp
	for _, s := range all {
		if name == "last" && s.Holds() {
			return s, nil
		}
		if len(name) >= 4 && strings.HasSuffix(string(s.ID), strings.ToLower(name)) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return ap.Stamp{}, fmt.Errorf("this node gave no stamp called %q (see matou stamp list): %w", name, directory.ErrNotFound)
	case 1:
		return found[0], nil
	}
	return ap.Stamp{}, directory.Invalid("stamp", "%d stamps end in %q: write more of the id", len(found), name)
}
