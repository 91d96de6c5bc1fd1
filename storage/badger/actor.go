package badger

import (
	"context"
	"math"

	"matou/federation/ap"
)

// LocalActors gives the actors of this node, in no order that means anything.
func (s *Store) LocalActors(ctx context.Context) ([]ap.LocalActor, error) {
	return read(ctx, s, func(t *tx) ([]ap.LocalActor, error) {
		return collect[ap.LocalActor](t, walk{prefix: []byte{kindLocalActor}}, math.MaxInt)
	})
}

// Actor gives the actor of that id, or directory.ErrNotFound.
func (s *Store) Actor(ctx context.Context, id ap.IRI) (ap.Actor, error) {
	return read(ctx, s, func(t *tx) (ap.Actor, error) {
		return must(t, byHash(kindActor, id), func(a ap.Actor) bool { return a.ID == id })
	})
}

// KnowsActor reports whether there is an actor of that id, without reading it.
func (s *Store) KnowsActor(ctx context.Context, id ap.IRI) (bool, error) {
	return read(ctx, s, func(t *tx) (bool, error) { return t.has(byHash(kindActor, id)) })
}

// Host gives what is remembered of another node, or directory.ErrNotFound.
func (s *Store) Host(ctx context.Context, name string) (ap.Host, error) {
	return read(ctx, s, func(t *tx) (ap.Host, error) {
		return must(t, byHash(kindHost, name), func(h ap.Host) bool { return h.Name == name })
	})
}

// Profile gives what one of our hosters says, or directory.ErrNotFound.
func (s *Store) Profile(ctx context.Context, actor ap.IRI) (ap.Profile, error) {
	return read(ctx, s, func(t *tx) (ap.Profile, error) {
		return must(t, byHash(kindProfile, actor), func(p ap.Profile) bool { return p.Actor == actor })
	})
}

func (t *tx) saveLocalActor(a ap.LocalActor) error { return t.save(byHash(kindLocalActor, a.ID), a) }
func (t *tx) saveActor(a ap.Actor) error           { return t.save(byHash(kindActor, a.ID), a) }
func (t *tx) removeActor(id ap.IRI) error          { return t.Delete(byHash(kindActor, id)) }
func (t *tx) saveHost(h ap.Host) error             { return t.save(byHash(kindHost, h.Name), h) }
func (t *tx) saveProfile(p ap.Profile) error       { return t.save(byHash(kindProfile, p.Actor), p) }
