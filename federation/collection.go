package federation

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Sizes of collection pages.
const (
	outboxPage    = 20        // activities, each whole
	followingPage = 50        // ids
	servicesPage  = 128 << 10 // bytes of services, each whole: half of what a careful peer reads
	mostPinned    = 20        // notices
)

// collectionFunc writes a collection of one of our actors, or the page of it
// that the query asks for. A query that is no page is an ErrInvalid.
type collectionFunc func(ctx context.Context, a ap.LocalActor, q url.Values) ([]byte, error)

// showCollection serves a collection of the actor that the path names.
// Collections have no page for people: every reader gets ActivityStreams.
func (n *Node) showCollection(collection collectionFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := n.nodeActor()
		if name, ok := mux.Vars(r)["name"]; ok {
			id = n.actorIRI(name)
		}
		a, ok := n.local(id)
		if !ok || !n.stands(a) {
			n.refuse(w, r, directory.ErrNotFound)
			return
		}
		q, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			n.refuse(w, r, directory.Invalid("page", "must be percent-encoded"))
			return
		}
		body, err := collection(r.Context(), a, q)
		if err != nil {
			n.refuse(w, r, err)
			return
		}
		w.Header().Set("Vary", "Accept")
		n.serve(w, r, http.StatusOK, typeActivity, cacheObject, body)
	}
}

// outbox is what the actor has said to everyone, newest first (ActivityPub
// 5.1). Pages go on from the key of an activity and not from a number, so that
// what is published meanwhile neither repeats nor hides anything.
func (n *Node) outbox(ctx context.Context, a ap.LocalActor, q url.Values) ([]byte, error) {
	id := a.ID + "/outbox"
	after := q.Get("max_id")
	if !q.Has("page") && after == "" {
		_, _, total, err := n.store.Count(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		return activitystreams.OrderedCollection(id, total, id+"?page=true"), nil
	}
	if after != "" && !isULID(after) {
		return nil, directory.Invalid("max_id", "must be the key of an activity")
	}
	items, err := n.store.Outbox(ctx, a.ID, ap.Page{After: after, Limit: outboxPage})
	if err != nil {
		return nil, err
	}
	var bodies []any
	for _, item := range items {
		d, err := n.ownDocument(ctx, item.Activity)
		if isNotFound(err) || err == nil && d.Tombstone {
			continue
		}
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, json.RawMessage(d.Body))
	}
	self, next := id+"?page=true", ap.IRI("")
	if after != "" {
		self = id + "?page=true&max_id=" + ap.IRI(after)
	}
	if len(items) == outboxPage {
		next = id + "?page=true&max_id=" + ap.IRI(items[len(items)-1].Key)
	}
	return activitystreams.OrderedCollectionPage(self, id, next, bodies), nil
}

// followers tells how many follow the actor, and not who: that is theirs.
func (n *Node) followers(ctx context.Context, a ap.LocalActor, _ url.Values) ([]byte, error) {
	total, _, _, err := n.store.Count(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return activitystreams.OrderedCollection(a.ID+"/followers", total, ""), nil
}

// following is whom the actor follows. An aggregator's is open, because it is
// what its directory is made of; others tell how many.
func (n *Node) following(ctx context.Context, a ap.LocalActor, q url.Values) ([]byte, error) {
	id := a.ID + "/following"
	if a.Kind != ap.KindAggregator || !q.Has("page") {
		_, total, _, err := n.store.Count(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		first := ap.IRI("")
		if a.Kind == ap.KindAggregator {
			first = id + "?page=true"
		}
		return activitystreams.OrderedCollection(id, total, first), nil
	}
	return n.followingOf(ctx, a, id, q, nil, func(ap.IRI) (bool, error) { return true, nil })
}

// listing is the hosters that an aggregator lists, its own hoster among them.
func (n *Node) listing(ctx context.Context, a ap.LocalActor, q url.Values) ([]byte, error) {
	if a.Kind != ap.KindAggregator {
		return nil, directory.ErrNotFound
	}
	id := a.ID + "/listing"
	if !q.Has("page") {
		return activitystreams.OrderedCollection(id, -1, id+"?page=true"), nil
	}
	listed := func(actor ap.IRI) (bool, error) { return n.store.Listed(ctx, directory.ID(actor)) }
	var own []any
	if h, ok := n.localKind(ap.KindHoster); ok && !q.Has("after") {
		yes, err := listed(h.ID)
		if err != nil {
			return nil, err
		}
		if yes {
			own = append(own, h.ID)
		}
	}
	return n.followingOf(ctx, a, id, q, own, listed)
}

// followingOf writes a page of those whom an actor follows and who accepted,
// as far as keep wants them, after the items given first.
func (n *Node) followingOf(ctx context.Context, a ap.LocalActor, id ap.IRI, q url.Values, items []any, keep func(ap.IRI) (bool, error)) ([]byte, error) {
	after := q.Get("after")
	if len(after) > maxResource || hasControl(after) {
		return nil, directory.Invalid("after", "must be the id of an actor")
	}
	self := id + "?page=true"
	if after != "" {
		self += "&after=" + ap.IRI(url.QueryEscape(after))
	}
	for {
		room := followingPage - len(items)
		follows, err := n.store.Following(ctx, a.ID, ap.Page{After: after, Limit: room})
		if err != nil {
			return nil, err
		}
		for _, f := range follows {
			after = string(f.Object)
			if f.State != ap.FollowAccepted {
				continue
			}
			ok, err := keep(f.Object)
			if err != nil {
				return nil, err
			}
			if ok {
				items = append(items, f.Object)
			}
		}
		if len(follows) < room {
			return activitystreams.OrderedCollectionPage(self, id, "", items), nil
		}
		if len(items) == followingPage {
			next := id + "?page=true&after=" + ap.IRI(url.QueryEscape(after))
			return activitystreams.OrderedCollectionPage(self, id, next, items), nil
		}
	}
}

// featured is the notes that an actor pins: its hoster's notices that are not
// over.
func (n *Node) featured(ctx context.Context, a ap.LocalActor, _ url.Values) ([]byte, error) {
	var items []any
	if a.Kind == ap.KindHoster {
		notices, err := n.store.Notices(ctx, directory.ID(a.ID), mostCounted)
		if err != nil {
			return nil, err
		}
		for _, notice := range notices {
			if !notice.Over() && len(items) < mostPinned {
				items = append(items, ap.IRI(notice.ID))
			}
		}
	}
	return activitystreams.OrderedCollectionOf(a.ID+"/collections/featured", items), nil
}

// tags is the hashtags that an actor features: none.
func (n *Node) tags(_ context.Context, a ap.LocalActor, _ url.Values) ([]byte, error) {
	return activitystreams.Collection(a.ID+"/collections/tags", 0, nil), nil
}

// services is the hoster's services, each whole, so that a directory reads
// them in one request; by slug, in pages where they are too many for one.
func (n *Node) services(ctx context.Context, a ap.LocalActor, q url.Values) ([]byte, error) {
	if a.Kind != ap.KindHoster {
		return nil, directory.ErrNotFound
	}
	id, after := a.ID+"/services", q.Get("after")
	iris, err := n.serviceIRIs(ctx, a)
	if err != nil {
		return nil, err
	}
	var items []any
	var size int
	var last, next ap.IRI
	for _, iri := range iris {
		if after != "" && slug(iri) <= after {
			continue
		}
		d, err := n.ownDocument(ctx, iri)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if size += len(d.Body); size > servicesPage && len(items) > 0 {
			next = id + "?after=" + ap.IRI(url.QueryEscape(slug(last)))
			break
		}
		items, last = append(items, json.RawMessage(d.Body)), iri
	}
	switch {
	case after != "":
		return activitystreams.OrderedCollectionPage(id+"?after="+ap.IRI(url.QueryEscape(after)), id, next, items), nil
	case q.Has("page"):
		return activitystreams.OrderedCollectionPage(id+"?page=true", id, next, items), nil
	case next != "":
		return activitystreams.OrderedCollection(id, len(iris), id+"?page=true"), nil
	}
	return activitystreams.OrderedCollectionOf(id, items), nil
}

// serviceIRIs gives the ids of the hoster's services, by slug.
func (n *Node) serviceIRIs(ctx context.Context, a ap.LocalActor) ([]ap.IRI, error) {
	p, err := n.store.Profile(ctx, a.ID)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	iris := make([]ap.IRI, 0, len(p.Hoster.Services))
	for _, s := range p.Hoster.Services {
		iris = append(iris, ap.IRI(s.ID))
	}
	slices.SortFunc(iris, func(x, y ap.IRI) int { return strings.Compare(slug(x), slug(y)) })
	return iris, nil
}

// slug is the last element of the id of a service.
func slug(iri ap.IRI) string { return ulidOf(iri) }

// showThread serves the thread of a notice of ours as a collection of its
// notes, oldest first (FEP-7888): notices and their threads share a ULID.
func (n *Node) showThread(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["id"]
	root := n.noteIRI(id)
	d, err := n.ownDocument(r.Context(), root)
	if err == nil && d.Tombstone {
		err = directory.ErrGone
	}
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	notice, err := n.store.Notice(r.Context(), directory.ID(root))
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	items := []any{root}
	for _, u := range notice.Updates {
		items = append(items, ap.IRI(u.ID))
	}
	w.Header().Set("Vary", "Accept")
	n.serve(w, r, http.StatusOK, typeActivity, cacheObject, activitystreams.OrderedCollectionOf(n.iri("/ap/contexts/"+id), items))
}
