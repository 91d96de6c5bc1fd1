package badger

import (
	"context"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// Document gives the document of that IRI, a tombstone too, or
// directory.ErrNotFound; one that has expired is not there any more.
func (s *Store) Document(ctx context.Context, iri ap.IRI) (ap.Document, error) {
	return read(ctx, s, func(t *tx) (ap.Document, error) {
		d, found, err := t.document(iri)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return d, err
	})
}

// document gives a document that has not expired.
func (t *tx) document(iri ap.IRI) (ap.Document, bool, error) {
	d, found, err := load(t, byHash(kindDocument, iri), func(d ap.Document) bool { return d.IRI == iri })
	if err != nil || !found || t.expired(d.ExpiresAt) {
		return ap.Document{}, false, err
	}
	return d, true, nil
}

// expired reports whether a time of expiry (zero: never) has come.
func (t *tx) expired(at time.Time) bool { return !at.IsZero() && !t.now.Before(at) }

// saveDocument saves a document unless a tombstone or a newer version stands.
func (t *tx) saveDocument(d ap.Document) error {
	old, found, err := t.document(d.IRI)
	if err != nil {
		return err
	}
	others := old.Tombstone && !old.Local && old.Owner != d.Owner // by a neighbour that never owned it
	if found && !d.Tombstone && !others && (old.Tombstone || d.UpdatedAt.Before(old.UpdatedAt)) {
		return nil
	}
	b, err := encodeDocument(d)
	if err != nil {
		return err
	}
	return t.setUntil(byHash(kindDocument, d.IRI), b, d.ExpiresAt)
}

func (t *tx) removeDocument(iri ap.IRI) error { return t.Delete(byHash(kindDocument, iri)) }

// recordActivity reports whether the activity is new of its actor, and records
// it.
func (t *tx) recordActivity(a ap.Activity) (bool, error) {
	key := byHash(kindActivity, a.ID)
	old, found, err := load(t, key, func(o ap.Activity) bool { return o.ID == a.ID })
	if err != nil {
		return false, err
	}
	if found && !t.expired(old.ExpiresAt) {
		// A neighbour that takes the id cannot wipe out that it was used before.
		return old.Actor != a.Actor, nil
	}
	return true, t.saveUntil(key, a, a.ExpiresAt)
}
