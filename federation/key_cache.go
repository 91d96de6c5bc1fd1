package federation

import (
	"slices"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"matou/federation/ap"
)

// mostKeysOfActor is how many keys of one actor are remembered, those that it
// turned out not to have among them.
const mostKeysOfActor = 8

// keyCache remembers what was found of keys, actor by actor: what is learnt of
// one actor costs no look at the others, however many they are.
type keyCache struct {
	write  sync.Mutex
	actors *lru.Cache[ap.IRI, []namedKey] // each list is replaced, never changed
}

type namedKey struct {
	name keyName
	key  foundKey
}

func newKeyCache() (*keyCache, error) {
	actors, err := lru.New[ap.IRI, []namedKey](mostKeys)
	return &keyCache{actors: actors}, err
}

// find gives what is remembered of a key.
func (c *keyCache) find(name keyName) (foundKey, bool) {
	known, _ := c.actors.Get(name.actor)
	for _, k := range known {
		if k.name == name {
			return k.key, true
		}
	}
	return foundKey{}, false
}

// keep remembers what was found of a key. Where there is no more room for its
// actor, a key that the actor does not have goes first: names of such keys cost
// nothing to make up.
func (c *keyCache) keep(name keyName, k foundKey) {
	c.write.Lock()
	defer c.write.Unlock()
	known, _ := c.actors.Peek(name.actor)
	next := slices.DeleteFunc(slices.Clone(known), func(old namedKey) bool { return old.name == name })
	if len(next) >= mostKeysOfActor {
		i := max(0, slices.IndexFunc(next, func(old namedKey) bool { return old.key.err != nil }))
		next = slices.Delete(next, i, i+1)
	}
	c.actors.Add(name.actor, append(next, namedKey{name, k}))
}

// review brings what is remembered of an actor's keys in step with its
// document, which was just received: a key that it does not list any more is
// dead.
func (c *keyCache) review(a ap.Actor) {
	c.write.Lock()
	defer c.write.Unlock()
	known, ok := c.actors.Peek(a.ID)
	if !ok {
		return
	}
	var next []namedKey
	for _, old := range known {
		if k := keyOf(a, old.name); k.err == nil {
			next = append(next, namedKey{old.name, k})
		} else if old.key.err != nil {
			next = append(next, old)
		}
	}
	c.actors.Add(a.ID, next)
}

// forget drops what is remembered of an actor's keys, because they may have
// changed or must not count any more.
func (c *keyCache) forget(actor ap.IRI) {
	c.write.Lock()
	defer c.write.Unlock()
	c.actors.Remove(actor)
}
