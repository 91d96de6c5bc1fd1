package geo

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold makes the spellings of one name alike: small letters without accents,
// one space for whatever stands between words, "saint" for "st". Only the last
// word stays "st" or "ste", since it may be the beginning of another.
func fold(s string) string { return string(appendFolded(nil, s)) }

// appendFolded appends the folded form of s to b.
func appendFolded(b []byte, s string) []byte {
	start, word, gap := len(b), len(b), false
	put := func(c byte) {
		if gap && len(b) > start {
			b = append(spellOut(b, word), ' ')
			word = len(b)
		}
		gap = false
		b = append(b, c)
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			put(byte(r))
		case r >= 'A' && r <= 'Z':
			put(byte(r) + 'a' - 'A')
		case r < utf8.RuneSelf:
			gap = true
		default:
			letters, within := plain(r)
			for i := range len(letters) {
				put(letters[i])
			}
			gap = gap || !within
		}
	}
	return b
}

// spellOut writes out the last word of b, which begins at word, where it is
// "st" or "ste".
func spellOut(b []byte, word int) []byte {
	switch {
	case bytes.Equal(b[word:], []byte("st")):
		return append(b[:word], "saint"...)
	case bytes.Equal(b[word:], []byte("ste")):
		return append(b[:word], "sainte"...)
	}
	return b
}

// plain gives the letters behind a rune beyond ASCII, and whether the rune
// stands within a word.
func plain(r rune) (letters string, within bool) {
	switch unicode.ToLower(r) {
	case 'é', 'è', 'ê', 'ë':
		return "e", true
	case 'à', 'â', 'ä':
		return "a", true
	case 'î', 'ï', 'ı':
		return "i", true
	case 'ô', 'ö', 'ø':
		return "o", true
	case 'û', 'ù', 'ü':
		return "u", true
	case 'ç':
		return "c", true
	case 'ÿ':
		return "y", true
	case 'œ':
		return "oe", true
	case 'æ':
		return "ae", true
	case 'ß', 'ẞ':
		return "ss", true
	case 'ł':
		return "l", true
	case 'đ', 'ð':
		return "d", true
	case 'þ':
		return "th", true
	}
	if unicode.Is(unicode.Mn, r) {
		return "", true
	}
	if !unicode.IsLetter(r) {
		return "", false
	}
	small := unicode.ToLower(r)
	base, _ := utf8.DecodeRuneInString(norm.NFKD.String(string(small)))
	switch base = unicode.ToLower(base); {
	case base == small || base >= 'a' && base <= 'z':
		return string(base), true
	case base < utf8.RuneSelf: // an accent that stands alone is a space with it
		return "", false
	}
	return plain(base) // as of ǿ, which is an ø
}
