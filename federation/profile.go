package federation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// PublishHoster makes p the profile of this node's hoster: it validates it,
// keeps it, writes the actor's and the services' documents, and tells the
// followers. It reports false where nothing has changed since the last time.
// A service that is not in the profile any more is not served any more.
// Errors: *directory.FieldError (joined) for a profile that is not valid,
// directory.ErrForbidden on a node without the hoster role.
func (n *Node) PublishHoster(ctx context.Context, p ap.Profile) (changed bool, err error) {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	local, ok := n.localKind(ap.KindHoster) // with the keys and the home that it has by now
	if !ok {
		return false, fmt.Errorf("publish a hoster: this node has no hoster role: %w", directory.ErrForbidden)
	}
	if err := here(local); err != nil {
		return false, err
	}
	p.Actor = local.ID
	p.Hoster.Handle = local.Username
	n.nameServices(&p.Hoster)
	if err := p.Hoster.Validate(); err != nil {
		return false, err
	}
	old, err := n.store.Profile(ctx, local.ID)
	if err != nil && !isNotFound(err) {
		return false, err
	}
	known := err == nil
	if known && sameHoster(old.Hoster, p.Hoster) {
		return false, n.keepSource(ctx, old, p.Source)
	}
	now := n.after(old.Hoster.UpdatedAt)
	p.Hoster.UpdatedAt = now
	if p.Hoster.ConfirmedAt.IsZero() {
		p.Hoster.ConfirmedAt = now
	}
	c := ap.Change{Profiles: []ap.Profile{p}}
	actor, err := n.encodeHoster(&c, local, p.Hoster, old.Hoster.Services, now)
	if err != nil {
		return false, err
	}
	if known {
		if err := n.broadcastUpdate(ctx, &c, local.ID, actor); err != nil {
			return false, err
		}
	}
	if err := n.listOwn(ctx, &c, p.Hoster); err != nil {
		return false, err
	}
	return n.apply(ctx, c)
}

// keepSource keeps the files that a profile was imported from, where those are
// new and what they say is not: nobody else hears of it.
func (n *Node) keepSource(ctx context.Context, p ap.Profile, source map[string][]byte) error {
	if maps.EqualFunc(p.Source, source, bytes.Equal) {
		return nil
	}
	p.Source = source
	_, err := n.apply(ctx, ap.Change{Profiles: []ap.Profile{p}})
	return err
}

// nameServices gives the hoster and its services the IRIs that they have here.
func (n *Node) nameServices(h *directory.Hoster) {
	h.ID = directory.ID(n.actorIRI(h.Handle))
	for i := range h.Services {
		s := &h.Services[i]
		s.ID = h.ID + directory.ID("/services/"+s.Slug)
	}
}

// encodeHoster adds to c the documents of the hoster and of its services, and
// removes those of services of before that are gone.
func (n *Node) encodeHoster(c *ap.Change, local ap.LocalActor, h directory.Hoster, before []directory.Service, now time.Time) (ap.Document, error) {
	e := n.endpoints(local)
	actor, err := activitystreams.EncodeHoster(e, h, n.config.Vocabulary)
	if err != nil {
		return ap.Document{}, err
	}
	actor.UpdatedAt = now
	c.Documents = append(c.Documents, actor)
	stands := map[directory.ID]bool{}
	for _, s := range h.Services {
		d, err := activitystreams.EncodeService(e, h, s, n.config.Vocabulary)
		if err != nil {
			return ap.Document{}, fmt.Errorf("service %s: %w", s.Slug, err)
		}
		d.UpdatedAt = now
		c.Documents = append(c.Documents, d)
		stands[s.ID] = true
	}
	for _, s := range before {
		if !stands[s.ID] {
			// Not a Tombstone: a service of the same name may come back.
			c.RemoveDocuments = append(c.RemoveDocuments, ap.IRI(s.ID))
		}
	}
	return actor, nil
}

// listOwn lists this node's hoster in this node's directory, where it has
// both roles; no Follow goes to oneself.
func (n *Node) listOwn(ctx context.Context, c *ap.Change, h directory.Hoster) error {
	if _, ok := n.localKind(ap.KindAggregator); !ok {
		return nil
	}
	if !h.Discoverable || !h.Indexable {
		return n.unlistOwn(ctx, c, h.ID)
	}
	now := n.now()
	l := directory.Listing{
		Hoster: h, Handle: "@" + h.Handle + "@" + n.config.Origin.Host,
		URL: n.config.Origin.String() + "/@" + h.Handle, Origin: string(h.ID),
		FetchedAt: now, ListedAt: now,
	}
	var before *directory.Listing
	if old, err := n.store.Listing(ctx, h.ID); err == nil {
		l.ListedAt, before = old.ListedAt, &old
	} else if !isNotFound(err) {
		return err
	} else if err := n.tellListing(ctx, ap.IRI(h.ID), true, c); err != nil {
		return err
	}
	n.enlist(before, l, c)
	if _, err := n.ensureAreas(ctx, h); err != nil {
		return err
	}
	return n.featureOwn(ctx, h, c)
}

// unlistOwn takes this node's hoster out of this node's directory.
func (n *Node) unlistOwn(ctx context.Context, c *ap.Change, id directory.ID) error {
	listed, err := n.store.Listed(ctx, id)
	if err != nil || !listed {
		return err
	}
	c.RemoveListings = append(c.RemoveListings, id)
	n.forgetPast(id, "", c)
	if err := n.unfeatureAll(ctx, ap.IRI(id), c); err != nil {
		return err
	}
	return n.tellListing(ctx, ap.IRI(id), false, c)
}

// sameHoster reports whether two profiles say the same, whenever they were
// written.
func sameHoster(a, b directory.Hoster) bool {
	a.UpdatedAt, b.UpdatedAt = time.Time{}, time.Time{}
	if b.ConfirmedAt.IsZero() { // not said in a file: stays what it was
		a.ConfirmedAt = time.Time{}
	}
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// Hoster gives this node's own hoster, or directory.ErrNotFound where it has
// no such role or no profile yet.
func (n *Node) Hoster(ctx context.Context) (directory.Hoster, error) {
	local, ok := n.localKind(ap.KindHoster)
	if !ok {
		return directory.Hoster{}, directory.ErrNotFound
	}
	p, err := n.store.Profile(ctx, local.ID)
	return p.Hoster, err
}

// Imported gives the files that the profile of this node's hoster was imported
// from, as read, by their address; none where it was written by hand.
func (n *Node) Imported(ctx context.Context) (map[string][]byte, error) {
	local, ok := n.localKind(ap.KindHoster)
	if !ok {
		return nil, directory.ErrNotFound
	}
	p, err := n.store.Profile(ctx, local.ID)
	if isNotFound(err) {
		return nil, nil
	}
	return p.Source, err
}
