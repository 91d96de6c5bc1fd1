package badger

import (
	"context"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/federation/ap"
)

func featuredKey(collection, actor ap.IRI) []byte {
	return join(kindFeatured, hash(collection), []byte(actor))
}

func featuredOfKey(collection, actor ap.IRI) []byte {
	return join(kindFeaturedOf, hash(actor), []byte(collection))
}

// FeaturedItem gives the one of that pair, or directory.ErrNotFound.
func (s *Store) FeaturedItem(ctx context.Context, collection, actor ap.IRI) (ap.FeaturedItem, error) {
	return read(ctx, s, func(t *tx) (ap.FeaturedItem, error) {
		i, found, err := t.featuredItem(collection, actor)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return i, err
	})
}

func (t *tx) featuredItem(collection, actor ap.IRI) (ap.FeaturedItem, bool, error) {
	return load(t, featuredKey(collection, actor), func(i ap.FeaturedItem) bool {
		return i.Collection == collection && i.Actor == actor
	})
}

// FeaturedItems gives the items of a collection, in any standing, by actor id;
// the cursor is the last actor id.
func (s *Store) FeaturedItems(ctx context.Context, collection ap.IRI, p ap.Page) ([]ap.FeaturedItem, error) {
	return read(ctx, s, func(t *tx) ([]ap.FeaturedItem, error) {
		w := walk{prefix: byHash(kindFeatured, collection), from: []byte(p.After), past: p.After != ""}
		return collect[ap.FeaturedItem](t, w, pageOf(p))
	})
}

// FeaturedIn gives the items of an actor, in any standing, by collection id,
// at most 200.
func (s *Store) FeaturedIn(ctx context.Context, actor ap.IRI) ([]ap.FeaturedItem, error) {
	return read(ctx, s, func(t *tx) ([]ap.FeaturedItem, error) {
		collections, err := t.keys(walk{prefix: byHash(kindFeaturedOf, actor)}, maxPage)
		if err != nil {
			return nil, err
		}
		var all []ap.FeaturedItem
		for _, c := range collections {
			i, found, err := t.featuredItem(ap.IRI(c), actor)
			if err != nil {
				return nil, err
			}
			if found {
				all = append(all, i)
			}
		}
		return all, nil
	})
}

// FeaturedCollections gives every collection in which anybody has a place: one
// record of each is read.
func (s *Store) FeaturedCollections(ctx context.Context) ([]ap.IRI, error) {
	return read(ctx, s, func(t *tx) ([]ap.IRI, error) {
		var all []ap.IRI
		w := walk{prefix: []byte{kindFeatured}}
		for {
			first, err := collect[ap.FeaturedItem](t, w, 1)
			if err != nil || len(first) == 0 {
				return all, err
			}
			all = append(all, first[0].Collection)
			w.from = append(hash(first[0].Collection), 0xff) // behind every actor: ids are ASCII
		}
	})
}

// saveFeaturedItem replaces the item of the same pair.
func (t *tx) saveFeaturedItem(i ap.FeaturedItem) error {
	if err := t.Set(featuredOfKey(i.Collection, i.Actor), []byte(i.Actor)); err != nil {
		return err
	}
	return t.save(featuredKey(i.Collection, i.Actor), i)
}

func (t *tx) removeFeaturedItem(e ap.FeaturedEdge) error {
	if err := t.Delete(featuredOfKey(e.Collection, e.Actor)); err != nil {
		return err
	}
	return t.Delete(featuredKey(e.Collection, e.Actor))
}

func (c *checker) checkFeatured(i ap.FeaturedItem) {
	if !c.has(featuredOfKey(i.Collection, i.Actor)) {
		c.problem("featured item", string(i.Actor), fmt.Sprintf("it is missing where the collections of its hoster are listed: %s", i.Collection))
	}
	if i.Standing == ap.StandingFeatured && !c.has(byName(kindListing, i.Actor)) {
		c.problem("featured item", string(i.Actor), fmt.Sprintf("%s shows it, and it is not listed", i.Collection))
	}
}

func (c *checker) checkFeaturedOf(key []byte, item *badgerdb.Item) {
	actor, err := item.ValueCopy(nil)
	if err != nil || !c.has(join(kindFeatured, hash(string(key[1+hashSize:])), actor)) {
		c.problem("featured item", string(actor), fmt.Sprintf("it is noted to have a place in %s and has none", key[1+hashSize:]))
	}
}
