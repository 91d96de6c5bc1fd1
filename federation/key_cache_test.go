package federation

import (
	"fmt"
	"testing"

	"matou/federation/ap"
)

// Keys that an actor does not have cost nothing to name: they push out one
// another, and not the key that it has.
func TestKeyCacheKeepsRealKeys(t *testing.T) {
	c, err := newKeyCache()
	if err != nil {
		t.Fatal(err)
	}
	actor := ap.IRI("https://peer.example/actors/alice")
	genuine := keyName{actor: actor, id: actor + "#main-key"}
	c.keep(genuine, foundKey{actor: ap.Actor{ID: actor}})
	for i := range 10 * mostKeysOfActor {
		c.keep(keyName{actor: actor, id: ap.IRI(fmt.Sprintf("%s#made-up-%d", actor, i))}, foundKey{err: errKey})
	}
	if k, ok := c.find(genuine); !ok || k.err != nil {
		t.Errorf("the key that the actor has: found %v, %v; want true and no error", ok, k.err)
	}
	if known, _ := c.actors.Get(actor); len(known) != mostKeysOfActor {
		t.Errorf("%d keys are remembered of one actor, want %d", len(known), mostKeysOfActor)
	}
	c.forget(actor)
	if _, ok := c.find(genuine); ok {
		t.Error("a key of an actor that was to be forgotten is still found")
	}
}
