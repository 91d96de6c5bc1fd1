package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/fetch"
)

// fetchActor gives a remote actor and its document as its origin serves them
// now, and keeps both. Errors are sentences; directory.ErrGone where the
// origin says that the actor is deleted.
func (n *Node) fetchActor(ctx context.Context, id ap.IRI) (ap.Actor, ap.Document, error) {
	known, err := n.store.Actor(ctx, id)
	if err != nil && !isNotFound(err) {
		return ap.Actor{}, ap.Document{}, err
	}
	a, doc, err := n.readActor(ctx, id)
	if err != nil {
		return ap.Actor{}, ap.Document{}, err
	}
	if err := n.keepActor(ctx, known, &a, doc); err != nil {
		return ap.Actor{}, ap.Document{}, err
	}
	n.forgetKeys(id)
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
	a.FetchedAt = doc.FetchedAt
	doc.Owner, doc.Type = id, a.Type
	return a, doc, nil
}

// keepActor keeps an actor that was just received from its origin, with what
// was known of it and does not stand in its document.
func (n *Node) keepActor(ctx context.Context, known ap.Actor, a *ap.Actor, doc ap.Document) error {
	inherit(known, a)
	if _, err := n.store.Apply(ctx, ap.Change{Actors: []ap.Actor{*a}, Documents: []ap.Document{doc}}); err != nil {
		return fmt.Errorf("keep the actor %s: %w", a.ID, err)
	}
	return nil
}

// inherit gives a the handle that was checked before, unless its name changed.
func inherit(known ap.Actor, a *ap.Actor) {
	if a.Handle == "" && a.Username == known.Username {
		a.Handle = known.Handle
	}
}

// buried reports whether an id was deleted by its owner not long ago.
func (n *Node) buried(ctx context.Context, id ap.IRI) (bool, error) {
	d, err := n.store.Document(ctx, id)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && d.Tombstone && (d.ExpiresAt.IsZero() || n.clock().Before(d.ExpiresAt)), err
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
