package search

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// TestTally holds each way of counting against roaring's, for sets and postings
// of every density, with the bits of an earlier search in hand.
func TestTally(t *testing.T) {
	const all = 20_000
	g := rand.New(rand.NewPCG(1, 2))
	some := func(one int) *posting {
		p := new(posting)
		for n := range uint32(all) {
			if g.IntN(one) == 0 {
				p.add(n)
			}
		}
		p.weigh(all)
		return p
	}
	densities := []int{1, 2, 30, 64, 150, 1_000, 5_000, all * 10}
	x := &Index{live: roaring.New(), gone: roaring.New()}
	for _, one := range densities {
		set := some(one).set()
		for _, other := range densities {
			t.Run(fmt.Sprintf("%d in %d", one, other), func(t *testing.T) {
				s := &selection{x: x}
				defer s.end()
				p := some(other)
				if got, want := s.tally(set).in(p), set.AndCardinality(p.set()); got != want {
					t.Errorf("got %d listings in both, want %d", got, want)
				}
			})
		}
	}
}

// TestShelf gives postings and keys that come and go: what is kept stays as it
// was when its neighbours change.
func TestShelf(t *testing.T) {
	h, all := newShelf(), make(sets)
	for n := range uint32(1_000) {
		h.add(all, fmt.Sprint("word ", n%400), n)
		if n%3 == 0 {
			key := fmt.Sprint("word ", n/2%400)
			if p := all[key]; p != nil {
				delete(all, key)
				h.empty(p)
			}
		}
	}
	for key, p := range all {
		var word uint32
		if _, err := fmt.Sscanf(key, "word %d", &word); err != nil {
			t.Fatalf("key %q: %v", key, err)
		}
		if p.size() == 0 {
			t.Errorf("%s: got no listings, want some", key)
		}
		for _, n := range p.set().ToArray() {
			if n%400 != word {
				t.Errorf("%s: got listing %d among its own, want those of the word alone", key, n)
			}
		}
	}
}
