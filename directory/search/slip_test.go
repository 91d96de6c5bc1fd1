package search

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Going along a sorted list finds the words that comparing each of them finds.
func TestSlipsAreThoseOfComparing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Enough of few letters that words share beginnings; one is of two bytes, one of three.
		letter := rapid.SampledFrom([]rune("aabné語"))
		words := rapid.SliceOfN(rapid.StringOfN(letter, 0, 7, -1), 0, 300).Draw(t, "words")
		slices.Sort(words)
		words = slices.Compact(words)
		word := rapid.StringOfN(letter, 1, 7, -1).Draw(t, "word")
		var want []string
		for _, w := range words {
			if oneSlip(word, w) {
				want = append(want, w)
			}
		}
		if got := slips(words, word); !slices.Equal(got, want) {
			t.Fatalf("%q among %s: got %q, want %q", word, strings.Join(words, " "), got, want)
		}
	})
}
