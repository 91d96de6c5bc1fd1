package badger

import (
	"context"
	"math"

	"matou/directory"
	"matou/federation/ap"
)

// Collectives gives every list of a collective's members, of each source, in an
// order that stays.
func (s *Store) Collectives(ctx context.Context) ([]directory.Collective, error) {
	return read(ctx, s, func(t *tx) ([]directory.Collective, error) {
		return collect[directory.Collective](t, walk{prefix: []byte{kindCollective}}, math.MaxInt)
	})
}

func collectiveKey(c directory.Collective) []byte {
	return memberListKey(ap.MemberList{Slug: c.Slug, Source: c.Source})
}

func memberListKey(l ap.MemberList) []byte {
	return join(kindCollective, hash(l.Source), []byte(l.Slug))
}

// saveCollective saves a list, and wakes those who watch the feed: it changes
// what is shown of listings.
func (t *tx) saveCollective(c directory.Collective) error {
	t.listed = true
	return t.save(collectiveKey(c), c)
}

func (t *tx) removeCollective(l ap.MemberList) error {
	t.listed = true
	return t.Delete(memberListKey(l))
}

// mostListsOf bounds how many lists of members one source is forgotten with.
const mostListsOf = 100

// removeListsOf removes every list that a source gave.
func (t *tx) removeListsOf(source string) error {
	slugs, err := t.keys(walk{prefix: byHash(kindCollective, source)}, mostListsOf)
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		if err := t.removeCollective(ap.MemberList{Slug: string(slug), Source: source}); err != nil {
			return err
		}
	}
	return nil
}
