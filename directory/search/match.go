package search

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// saying gives the listings that hold a word: they say it themselves, or answer
// a need around which people say it.
func (x *Index) saying(stem string) *roaring.Bitmap {
	var parts []*roaring.Bitmap
	if p := x.words[stem]; p != nil {
		parts = append(parts, p.set())
	}
	return x.together(append(parts, x.needing(stem)...))
}

// needing gives the listings of each need around which people say a word.
func (x *Index) needing(stem string) []*roaring.Bitmap {
	var parts []*roaring.Bitmap
	for _, n := range x.lexicon.needs[stem] {
		if set := x.values[directory.FacetNeed][string(n)]; set != nil {
			parts = append(parts, set)
		}
	}
	return parts
}

// together gives the listings of any of parts, not to be changed.
func (x *Index) together(parts []*roaring.Bitmap) *roaring.Bitmap {
	if len(parts) == 1 {
		return parts[0]
	}
	return roaring.FastOr(parts...)
}

// any gives the listings under any of some values of a facet, whatever the
// facet does with several.
func (x *Index) any(f directory.Facet, values []string) *roaring.Bitmap {
	var parts []*roaring.Bitmap
	for _, v := range values {
		if set := x.values[f][v]; set != nil {
			parts = append(parts, set)
		}
		if f == directory.FacetServes {
			parts = append(parts, x.servingAround(x.around(v)))
		}
	}
	return roaring.FastOr(parts...)
}

// The shortest beginnings of words that are looked for: of the last word of a
// text, which people may still be writing, and of others.
const (
	shortestLast  = 2
	shortestBegun = 4
)

// beginning gives the listings that hold a word which begins so.
func (x *Index) beginning(t token, last bool) *roaring.Bitmap {
	if len(t.word) < shortestLast || !last && len(t.word) < shortestBegun {
		return roaring.New()
	}
	prefix := t.word
	if len(t.stem) < len(prefix) && strings.HasPrefix(prefix, t.stem) && len(t.stem) >= shortestBegun {
		prefix = t.stem
	}
	var parts []*roaring.Bitmap
	for _, w := range from(x.known(), prefix) {
		parts = append(parts, x.words[w].set())
	}
	for _, w := range from(x.lexicon.stems, prefix) {
		parts = append(parts, x.needing(w)...)
	}
	return roaring.FastOr(parts...)
}

// from gives the words of a sorted list that begin so.
func from(words []string, prefix string) []string {
	first := sort.SearchStrings(words, prefix)
	n := sort.Search(len(words)-first, func(i int) bool { return !strings.HasPrefix(words[first+i], prefix) })
	return words[first : first+n]
}

// slipped gives the listings that hold a word which differs by one letter.
func (x *Index) slipped(t token) *roaring.Bitmap {
	var parts []*roaring.Bitmap
	word, stem := slipOf(t.word), slipOf(t.stem)
	near := func(known string) bool {
		diff := len(known) - len(t.word)
		return diff >= -5 && diff <= 4 && (word.of(known) || stem.of(known))
	}
	for _, w := range x.known() {
		if strings.HasPrefix(w, exactly) { // the last of them
			break
		}
		if near(w) {
			parts = append(parts, x.words[w].set())
		}
	}
	for _, w := range x.lexicon.stems {
		if near(w) {
			parts = append(parts, x.needing(w)...)
		}
	}
	return roaring.FastOr(parts...)
}

// slip finds the words that differ from one by a letter at most. One slip
// leaves the first half of a word or the second one as it was, which rules out
// nearly all of them at a glance; beyond ASCII, letters are not bytes, and each
// word is compared in full.
type slip struct {
	word, first, second string
}

func slipOf(word string) slip {
	s := slip{word: word}
	if half := len(word) / 2; plain(word) && half > 0 {
		s.first, s.second = word[:half], word[half+1:]
	}
	return s
}

func (s *slip) of(known string) bool {
	// A letter less, or one more of up to four bytes.
	if diff := len(known) - len(s.word); s.second != "" && (diff > utf8.UTFMax || diff < -1) {
		return false
	}
	return (strings.HasPrefix(known, s.first) || strings.HasSuffix(known, s.second)) && oneSlip(s.word, known)
}

// without gives the text of r without the words of one part; "" where nothing
// but words around a question is left.
func (r *reading) without(p part) string {
	left := r.text[:r.tokens[p.first].start] + " " + r.text[r.tokens[p.last-1].end:]
	if !slices.ContainsFunc(tokens(left), func(t token) bool { return !t.elided && !grammar[t.word] && !asking[t.word] }) {
		return ""
	}
	return strings.Join(strings.Fields(left), " ")
}

// words gives the words of one part as typed.
func (r *reading) words(p part) string {
	return r.text[r.tokens[p.first].start:r.tokens[p.last-1].end]
}
