package search

import (
	"testing"

	"pgregory.net/rapid"
)

// The glance at the halves of a word loses no slip.
func TestSlipLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[abé]{2,8}`).Draw(t, "a")
		b := rapid.StringMatching(`[abé]{1,9}`).Draw(t, "b")
		if s := slipOf(a); s.of(b) != oneSlip(a, b) {
			t.Fatalf("%q and %q: got %t, want %t", a, b, s.of(b), oneSlip(a, b))
		}
	})
}
