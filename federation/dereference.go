package federation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/fetch"
)

// fetchActor gives a remote actor and its document as its origin serves them
// now, and keeps both. Errors are sentences; directory.ErrGone where the
// origin says that the actor is deleted.
func (n *Node) fetchActor(ctx context.Context, id ap.IRI) (ap.Actor, ap.Document, error) {
	before, err := n.store.Actor(ctx, id)
	if err != nil && !isNotFound(err) {
		return ap.Actor{}, ap.Document{}, err
	}
	a, doc, err := n.readActor(ctx, id)
	if err != nil {
		return ap.Actor{}, ap.Document{}, err
	}
	if err := n.keepActor(ctx, before, &a, doc); err != nil {
		return ap.Actor{}, ap.Document{}, err
	}
	n.in.keys.cache.forget(id)
	return a, doc, nil
}

// readActor is fetchActor without keeping anything.
func (n *Node) readActor(ctx context.Context, id ap.IRI) (ap.Actor, ap.Document, error) {
	doc, err := n.fetchDocument(ctx, id)
	if err != nil {
		return ap.Actor{}, ap.Document{}, err
	}
	a, err := activitystreams.DecodeActor(doc.Body)
	if err != nil {
		return ap.Actor{}, ap.Document{}, fmt.Errorf("read the actor %s: %w", id, err)
	}
	if a.ID != id {
		return ap.Actor{}, ap.Document{}, fmt.Errorf("%s answered with the actor %s: %w", id, a.ID, directory.ErrForbidden)
	}
	a.FetchedAt, a.UpdatedAt = doc.FetchedAt, notAhead(a.UpdatedAt, doc.FetchedAt)
	doc.Owner, doc.Type = id, a.Type
	return a, doc, nil
}

// keepActor keeps an actor that was just received from its origin, with what
// is known of it and does not stand in its document. before is what was known
// when it was asked for: consent that was taken back since stays taken back,
// whatever the document says that was on its way meanwhile.
func (n *Node) keepActor(ctx context.Context, before ap.Actor, a *ap.Actor, doc ap.Document) error {
	defer n.lockActor(a.ID)()
	known, err := n.store.Actor(ctx, a.ID)
	if err != nil && !isNotFound(err) {
		return err
	}
	inherit(known, a)
	if consents(before) && !consents(known) {
		a.Discoverable, a.Indexable = known.Discoverable, known.Indexable
	}
	a.ProofKeys = spokenFor(known, *a)
	c := ap.Change{Actors: []ap.Actor{*a}, Documents: []ap.Document{doc}}
	if rekeyed(known, *a) && !vouched(known, *a, doc.Body) {
		if err := n.distrust(ctx, a.ID, &c); err != nil {
			return fmt.Errorf("distrust the actor %s: %w", a.ID, err)
		}
	}
	if _, err := n.apply(ctx, c); err != nil {
		return fmt.Errorf("keep the actor %s: %w", a.ID, err)
	}
	return nil
}

// consents reports whether an actor wants to be found (FEP-5feb).
func consents(a ap.Actor) bool { return a.Discoverable && a.Indexable }

// rekeyed reports whether an actor came back with a key that was not known
// before, or with none at all. A change of keys is believed where an Update
// says it that the old key signed; the word of the host alone is also what
// somebody has who registered a domain that had expired.
func rekeyed(known, now ap.Actor) bool {
	if len(known.Keys) == 0 {
		return false
	}
	for _, k := range now.Keys {
		if !slices.ContainsFunc(known.Keys, func(old ap.Key) bool { return bytes.Equal(old.DER, k.DER) }) {
			return true
		}
	}
	return len(now.Keys) == 0
}

// spokenFor gives the proof keys of an actor that count: of one that is known,
// those that it was known by. A new one counts from the moment that an Update
// says it, or a person follows the actor: whoever took a domain over can still
// show the former owner's key for requests, and must not slip one of his own
// in beside it.
func spokenFor(known, now ap.Actor) []ap.Key {
	if known.ID == "" {
		return now.ProofKeys
	}
	return slices.DeleteFunc(slices.Clone(now.ProofKeys), func(k ap.Key) bool {
		return !slices.ContainsFunc(known.ProofKeys, func(old ap.Key) bool { return bytes.Equal(old.DER, k.DER) })
	})
}

// distrust adds to c that an actor came back as somebody that nobody vouches
// for: whom a person chose to list is not known to be there any more. Its
// listing goes, and what it says counts for nothing until it is followed again.
func (n *Node) distrust(ctx context.Context, id ap.IRI, c *ap.Change) error {
	for _, a := range n.locals() {
		f, ok, err := n.followOf(ctx, a.ID, id)
		if err != nil {
			return err
		}
		if ok && f.State != ap.FollowRejected && f.State != ap.FollowChanged {
			f.State = ap.FollowChanged
			c.Follows = append(c.Follows, f)
			n.log.WarnContext(ctx, "keys changed without a word by the old ones: follow again to list it", "actor", string(id))
		}
	}
	return n.withdraw(ctx, id, endedKeys, c)
}

// inherit gives a the handle that was checked before, unless its name changed.
func inherit(known ap.Actor, a *ap.Actor) {
	if a.Handle == "" && a.Username == known.Username {
		a.Handle = known.Handle
	}
}

// buried reports whether an actor deleted itself not long ago.
func (n *Node) buried(ctx context.Context, id ap.IRI) (bool, error) {
	d, err := n.store.Document(ctx, id)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && d.Tombstone && d.Owner == id && (d.ExpiresAt.IsZero() || n.clock().Before(d.ExpiresAt)), err
}

// fetchDocument gives a remote object as its origin serves it now. It is
// believed only where the address asked for, the address that answered and the
// id inside are one: anything else is somebody else's word on it (FEP-fe34).
// It is not kept: the caller puts it into the Change that it belongs to.
// Errors are sentences; directory.ErrGone for 410, directory.ErrNotFound for
// 404.
func (n *Node) fetchDocument(ctx context.Context, id ap.IRI) (ap.Document, error) {
	if _, err := activitystreams.ParseIRI(string(id), n.config.Development); err != nil {
		return ap.Document{}, fmt.Errorf("%s cannot be fetched: %w", clip(string(id)), err)
	}
	if id.Host() == n.config.Origin.Host {
		return ap.Document{}, fmt.Errorf("%s is of this very node: %w", id, directory.ErrConflict)
	}
	resp, err := n.client.Object(ctx, string(id))
	if err != nil {
		return ap.Document{}, fmt.Errorf("fetch %s: %w", id, originError(err))
	}
	o, err := activitystreams.Parse(resp.Body)
	if err != nil {
		return ap.Document{}, fmt.Errorf("read %s: %w", id, err)
	}
	if o.ID() != id || resp.URL != string(id) {
		return ap.Document{}, fmt.Errorf("%s answered from %s with the object %q; only an object at its own id is believed: %w",
			id, resp.URL, clip(string(o.ID())), directory.ErrForbidden)
	}
	now := n.clock().UTC()
	d := ap.Document{
		IRI: id, Type: o.Type(), Owner: ownerOf(o), Body: resp.Body, Public: true,
		UpdatedAt: now, FetchedAt: now, FetchedFrom: resp.URL,
	}
	for _, key := range []string{"updated", "published"} {
		if at := o.Time(key); !at.IsZero() {
			if at.Before(now) {
				d.UpdatedAt = at
			}
			break
		}
	}
	return d, nil
}

// ownerOf gives who may change an object: whom it is attributed to, its actor
// where it is an activity, or itself.
func ownerOf(o activitystreams.Object) ap.IRI {
	for _, key := range []string{"attributedTo", "actor"} {
		if iri := o.IRI(key); iri != "" {
			return iri
		}
	}
	return o.ID()
}

// originError gives an answer of an origin its meaning here.
func originError(err error) error {
	var status *fetch.StatusError
	if errors.As(err, &status) {
		switch status.Status {
		case http.StatusGone:
			return fmt.Errorf("%w: %w", directory.ErrGone, err)
		case http.StatusNotFound:
			return fmt.Errorf("%w: %w", directory.ErrNotFound, err)
		}
	}
	return err
}

// isPassing reports whether a fetch failed for a reason that may be over soon.
func isPassing(err error) bool {
	var status *fetch.StatusError
	if errors.As(err, &status) {
		return status.Status >= 500 || status.Status == http.StatusTooManyRequests || status.Status == http.StatusRequestTimeout
	}
	for _, lasting := range []error{
		directory.ErrInvalid, directory.ErrForbidden, directory.ErrConflict, directory.ErrNotFound,
		fetch.ErrAddress, fetch.ErrPrivate, fetch.ErrTooLarge, fetch.ErrRedirect, fetch.ErrMediaType,
	} {
		if errors.Is(err, lasting) {
			return false
		}
	}
	return true
}
