package badger

import (
	"bytes"
	"context"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/federation/ap"
)

// maxPage is the longest page of a list.
const maxPage = 200

// pageOf bounds what a caller asks for; a limit that is out of range is the
// longest page.
func pageOf(p ap.Page) int {
	if p.Limit < 1 || p.Limit > maxPage {
		return maxPage
	}
	return p.Limit
}

// counts are kept beside the records so that Count reads one key.
type counts struct {
	Actor     ap.IRI `json:"actor"`
	Followers int    `json:"followers"` // accepted
	Following int    `json:"following"` // accepted
	Outbox    int    `json:"outbox"`
}

func followKey(actor, object ap.IRI) []byte {
	return join(kindFollow, hash(object), []byte(actor))
}

func followingKey(actor, object ap.IRI) []byte {
	return join(kindFollowing, hash(actor), []byte(object))
}

// inboxKey is the key of a Follow in the index of inboxes; nil where the other
// side has none.
func inboxKey(f ap.Follow) []byte {
	if deliverTo(f) == "" {
		return nil
	}
	state := byte(stateOther)
	if f.State == ap.FollowAccepted {
		state = stateAccepted
	}
	return join(kindInbox, hash(f.Object), []byte{state}, hash(deliverTo(f)), []byte(f.Actor))
}

// deliverTo is where the other side of a Follow receives.
func deliverTo(f ap.Follow) ap.IRI {
	if f.SharedInbox != "" {
		return f.SharedInbox
	}
	return f.Inbox
}

// Follow gives the one of that pair, or directory.ErrNotFound.
func (s *Store) Follow(ctx context.Context, actor, object ap.IRI) (ap.Follow, error) {
	return read(ctx, s, func(t *tx) (ap.Follow, error) {
		f, found, err := t.follow(actor, object)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return f, err
	})
}

func (t *tx) follow(actor, object ap.IRI) (ap.Follow, bool, error) {
	return load(t, followKey(actor, object), func(f ap.Follow) bool { return f.Actor == actor && f.Object == object })
}

// Followers gives those who follow object, in any state, by actor id.
func (s *Store) Followers(ctx context.Context, object ap.IRI, p ap.Page) ([]ap.Follow, error) {
	return read(ctx, s, func(t *tx) ([]ap.Follow, error) {
		w := walk{prefix: byHash(kindFollow, object), from: []byte(p.After), past: p.After != ""}
		return collect[ap.Follow](t, w, pageOf(p))
	})
}

// CountFollowersAt counts the followers of object, in any state, whose id
// begins with origin, up to most. It walks keys only.
func (s *Store) CountFollowersAt(ctx context.Context, object ap.IRI, origin string, most int) (n int, err error) {
	err = s.view(ctx, func(t *tx) error {
		w := walk{prefix: join(kindFollow, hash(object), []byte(origin))}
		return t.visit(w, func([]byte, *badgerdb.Item) (bool, error) {
			n++
			return n < most, nil
		})
	})
	return n, err
}

// Following gives those whom actor follows, in any state, by object id.
func (s *Store) Following(ctx context.Context, actor ap.IRI, p ap.Page) ([]ap.Follow, error) {
	return read(ctx, s, func(t *tx) ([]ap.Follow, error) {
		w := walk{prefix: byHash(kindFollowing, actor), from: []byte(p.After), past: p.After != ""}
		objects, err := t.keys(w, pageOf(p))
		if err != nil {
			return nil, err
		}
		var all []ap.Follow
		for _, o := range objects {
			f, found, err := t.follow(actor, ap.IRI(o))
			if err != nil {
				return nil, err
			}
			if found {
				all = append(all, f)
			}
		}
		return all, nil
	})
}

// Inboxes gives where the accepted followers of object receive, each inbox
// once, in no order that means anything. It walks keys only, and reads one
// value for each inbox.
func (s *Store) Inboxes(ctx context.Context, object ap.IRI) ([]ap.IRI, error) {
	return read(ctx, s, func(t *tx) ([]ap.IRI, error) {
		var all []ap.IRI
		var last []byte
		w := walk{prefix: join(kindInbox, hash(object), []byte{stateAccepted})}
		err := t.visit(w, func(key []byte, item *badgerdb.Item) (bool, error) {
			inbox := key[len(w.prefix) : len(w.prefix)+hashSize]
			if bytes.Equal(inbox, last) {
				return true, nil
			}
			last = bytes.Clone(inbox)
			b, err := item.ValueCopy(nil)
			all = append(all, ap.IRI(b))
			return true, err
		})
		return all, err
	})
}

// Count gives the number of accepted followers, accepted followed, and outbox
// items: one key is read.
func (s *Store) Count(ctx context.Context, actor ap.IRI) (followers, following, outbox int, err error) {
	c, err := read(ctx, s, func(t *tx) (counts, error) { return t.counts(actor) })
	return c.Followers, c.Following, c.Outbox, err
}

// counts gives what is counted of an actor, without what this transaction
// counts; zeroes where nothing is.
func (t *tx) counts(actor ap.IRI) (counts, error) {
	c, _, err := load(t, byHash(kindCounts, actor), func(c counts) bool { return c.Actor == actor })
	return c, err
}

// count adds to the counts of an actor.
func (t *tx) count(actor ap.IRI, followers, following, outbox int) error {
	if followers == 0 && following == 0 && outbox == 0 {
		return nil
	}
	c := t.counted[actor]
	if c == nil {
		read, err := t.counts(actor)
		if err != nil {
			return err
		}
		c = &read
		c.Actor = actor
		if t.counted == nil {
			t.counted = make(map[ap.IRI]*counts)
		}
		t.counted[actor] = c
	}
	c.Followers += followers
	c.Following += following
	c.Outbox += outbox
	return nil
}

// saveCounts writes what was counted: one record for each actor, however many
// operations of a batch count for it.
func (t *tx) saveCounts() error {
	for actor, c := range t.counted {
		key := byHash(kindCounts, actor)
		var err error
		if *c == (counts{Actor: actor}) {
			err = t.Delete(key)
		} else {
			err = t.save(key, c)
		}
		if err != nil {
			return err
		}
	}
	t.counted = nil
	return nil
}

// saveFollow replaces the Follow of that pair. One that comes again mostly
// changes nothing of what leads to it.
func (t *tx) saveFollow(f ap.Follow) error {
	old, found, err := t.follow(f.Actor, f.Object)
	if err != nil {
		return err
	}
	if err := t.save(followKey(f.Actor, f.Object), f); err != nil {
		return err
	}
	if found && old.State == f.State && deliverTo(old) == deliverTo(f) {
		return nil
	}
	if found {
		if err := t.unlinkFollow(old); err != nil {
			return err
		}
	}
	if err := t.Set(followingKey(f.Actor, f.Object), []byte(f.Actor)); err != nil {
		return err
	}
	if key := inboxKey(f); key != nil {
		if err := t.Set(key, []byte(deliverTo(f))); err != nil {
			return err
		}
	}
	return t.countFollow(f, 1)
}

// removeFollow removes the Follow of that pair with all that leads to it.
func (t *tx) removeFollow(e ap.Edge) error {
	f, found, err := t.follow(e.Actor, e.Object)
	if err != nil || !found {
		return err
	}
	if err := t.unlinkFollow(f); err != nil {
		return err
	}
	return t.Delete(followKey(e.Actor, e.Object))
}

// unlinkFollow removes what leads to a Follow, and does not count it any more.
func (t *tx) unlinkFollow(f ap.Follow) error {
	if key := inboxKey(f); key != nil {
		if err := t.Delete(key); err != nil {
			return err
		}
	}
	if err := t.Delete(followingKey(f.Actor, f.Object)); err != nil {
		return err
	}
	return t.countFollow(f, -1)
}

// countFollow counts an accepted Follow on both sides.
func (t *tx) countFollow(f ap.Follow, n int) error {
	if f.State != ap.FollowAccepted {
		return nil
	}
	if err := t.count(f.Object, n, 0, 0); err != nil {
		return err
	}
	return t.count(f.Actor, 0, n, 0)
}

// removeFollowersAt removes every Follow of object whose other side receives
// at inbox.
func (t *tx) removeFollowersAt(object, inbox ap.IRI) error {
	for _, state := range []byte{stateAccepted, stateOther} {
		w := walk{prefix: join(kindInbox, hash(object), []byte{state}, hash(inbox))}
		actors, err := t.keys(w, maxFollowersGone)
		if err != nil {
			return err
		}
		for _, actor := range actors {
			if err := t.removeFollow(ap.Edge{Actor: ap.IRI(actor), Object: object}); err != nil {
				return err
			}
		}
	}
	return nil
}
