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
	if set, ok := x.words.set(stem); ok {
		parts = append(parts, set)
	}
	return x.together(append(parts, x.needing(stem)...))
}

// needing gives the listings of each need around which people say a word.
func (x *Index) needing(stem string) []*roaring.Bitmap {
	var parts []*roaring.Bitmap
	for _, n := range x.lexicon.needs[stem] {
		if set, ok := x.values[directory.FacetNeed].set(string(n)); ok {
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
// facet does with several. They are not to be changed.
func (x *Index) any(f directory.Facet, values []string) *roaring.Bitmap {
	var parts []*roaring.Bitmap
	for _, v := range values {
		if set, ok := x.values[f].set(v); ok {
			parts = append(parts, set)
		}
		if f == directory.FacetServes {
			parts = append(parts, x.servingAround(x.around(v))...)
		}
	}
	return x.together(parts)
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
	known := x.known()
	exact, _ := slices.BinarySearch(known, exactly)
	var parts []*roaring.Bitmap
	for _, word := range slices.Compact([]string{t.word, t.stem}) {
		for _, w := range slips(known[:exact], word) {
			parts = append(parts, x.words[w].set())
		}
		for _, w := range slips(x.lexicon.stems, word) {
			parts = append(parts, x.needing(w)...)
		}
	}
	return roaring.FastOr(parts...)
}

// fewSlips is how many words are compared one by one.
const fewSlips = 32

// slips gives the words of a sorted list that differ from one by one letter at
// most. It goes along the word, letter by letter, among the words of the list
// that begin so, and looks at each place only for what the slip can have been
// there: one of the letters that come next in some word.
func slips(words []string, word string) []string {
	var found []string
	for at := 0; ; {
		if len(words) <= fewSlips || at == len(word) {
			for _, w := range words {
				if (at < len(word) || len(w) <= at+utf8.UTFMax) && oneSlip(word, w) {
					found = append(found, w)
				}
			}
			slices.Sort(found)
			return slices.Compact(found)
		}
		letter, size := utf8.DecodeRuneInString(word[at:])
		begun, rest := word[:at], word[at+size:]
		next, width := utf8.DecodeRuneInString(rest)
		var same []string
		look := func(among []string, w string) {
			if _, ok := slices.BinarySearch(among, w); ok {
				found = append(found, w)
			}
		}
		for left := words; len(left) > 0; {
			other, n := utf8.DecodeRuneInString(left[0][at:])
			if n == 0 { // the beginning itself
				if rest == "" {
					found = append(found, left[0])
				}
				left = left[1:]
				continue
			}
			prefix := left[0][:at+n]
			end := sort.Search(len(left), func(i int) bool { return !strings.HasPrefix(left[i], prefix) })
			among := left[:end]
			left = left[end:]
			look(among, prefix+word[at:]) // one more
			switch {
			case other == letter:
				same = among
				continue
			case other == next && width > 0:
				look(among, begun+rest)                           // one less
				look(among, prefix+word[at:at+size]+rest[width:]) // two that changed places
			}
			look(among, prefix+rest) // another one
		}
		words, at = same, at+size
	}
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
