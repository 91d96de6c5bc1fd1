package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"matou/directory"
)

// exactly marks a word that is kept as it stands. It sorts behind every letter.
const exactly = "\U0010ffff"

// maxWord is the longest word kept, in bytes; nothing that people search by is
// longer.
const maxWord = 40

// grammar are the words that hold a sentence together, folded; nobody
// searches by them.
var grammar = set(`
	a à au aux avec c ce ces cette chez comme comment d dans de des du elle en entre est et être eux il ils j je
	jusqu l la le les leur lorsqu lui ma mes mon n ne nos notre nous on ou où par pas plus pour près puisqu
	qu que quel quelle qui quoi s sa sans se ses son sont sur t ta tes ton tu un une vers vos votre vous y
	about an and are at be by can do for from has have how i in is it like me my near of off or our out
	that the their them there to us we what where which who with without you your
`)

// asking are the words that people put around what they look for, folded. They
// do not narrow a query that has other words.
var asking = set(`
	ai aimerais besoin cherche chercher faire faut peux place proche remplacer remplace quitter trouver veux voudrais
	alternative alternatives hebergeur hebergeurs hebergeuse hebergeuses equivalent libre libres
	find free get instead leave looking need replace replacement something want hoster hosters
`)

func set(list string) map[string]bool {
	all := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		all[fold(w)] = true
	}
	return all
}

// elided are what stands before an apostrophe in French without being a word
// that anyone searches by.
var elided = set("c d j l m n s t qu jusqu lorsqu puisqu quoiqu")

// fold makes one form of a word that people write in many: small letters
// without accents, ligatures apart. "Œuvré" gives "oeuvre".
func fold(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		switch r = unicode.ToLower(r); {
		case unicode.Is(unicode.Mn, r):
		case !inWord(r):
		case r == 'œ':
			b.WriteString("oe")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plain reports whether s is folded as it stands.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// token is one word of a text.
type token struct {
	word       string // folded
	stem       string
	start, end int  // where it stands in the text, in bytes
	elided     bool // it stands before an apostrophe and is no word to search by
}

// tokens gives the words of a text in their order.
func tokens(s string) []token {
	var all []token
	for at := 0; at < len(s); {
		r, n := utf8.DecodeRuneInString(s[at:])
		if !inWord(r) {
			at += n
			continue
		}
		start := at
		for at < len(s) {
			r, n = utf8.DecodeRuneInString(s[at:])
			if !inWord(r) {
				break
			}
			at += n
		}
		word := fold(s[start:at])
		if word == "" {
			continue
		}
		word = clip(word)
		next, _ := utf8.DecodeRuneInString(s[at:])
		apostrophe := next == '\'' || next == '’' || next == 'ʼ'
		all = append(all, token{word: word, stem: stem(word), start: start, end: at, elided: apostrophe && elided[word]})
	}
	return all
}

// clip cuts a word to what is kept of it, at a letter.
func clip(word string) string {
	if len(word) <= maxWord {
		return word
	}
	end := maxWord
	for end > 0 && !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}

// inWord reports whether r is part of a word; marks are, since an accent may
// stand behind its letter.
func inWord(r rune) bool {
	return r != 'ʼ' && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

// stem takes off a folded word what changes with number, gender and tense, in
// French and in English alike: "listes" and "liste" are one, so are "journaux"
// and "journal", and "partage", "partagées" and "partager". It goes less far
// than a real stemmer of either language: two words made one by mistake find
// what nobody asked for, and nobody can see why.
func stem(w string) string {
	w = singular(w)
	for _, c := range endings {
		if before, ok := strings.CutSuffix(w, c.end); ok && len(before) >= c.least {
			w = before + c.put
			break
		}
	}
	if n := len(w); n > 4 && w[n-1] == w[n-2] && w[n-1] >= 'a' {
		w = w[:n-1]
	}
	return w
}

// singular takes the mark of the plural off.
func singular(w string) string {
	switch {
	case len(w) <= 3, strings.HasSuffix(w, "ss"):
		return w
	case strings.HasSuffix(w, "eaux"):
		return w[:len(w)-1]
	case strings.HasSuffix(w, "aux"):
		return w[:len(w)-2] + "l"
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"):
		return w[:len(w)-1]
	}
	return w
}

// endings are what a stem loses, the longest first, where so many bytes at
// least stand before it.
var endings = []struct {
	end, put string
	least    int
}{
	{"atives", "at", 4}, {"ative", "atif", 4}, {"ive", "if", 4}, {"euse", "eur", 4},
	{"ees", "", 4}, {"ee", "", 4}, {"er", "", 5}, {"e", "", 4},
}

// stems gives the words of a text as the index keeps them.
func stems(s string) []string {
	var all []string
	for _, t := range tokens(s) {
		if !t.elided {
			all = append(all, t.stem)
		}
	}
	return all
}

// needWords gives the words under which a need is found: its label, what else
// people call it, and the products that it replaces.
func needWords(v *directory.Vocabulary) map[directory.NeedID][]string {
	words := make(map[directory.NeedID][]string)
	for _, family := range v.Families {
		for _, n := range family.Needs {
			for _, t := range []directory.Text{n.Label, n.Also} {
				for _, s := range t {
					words[n.ID] = append(words[n.ID], stems(s)...)
				}
			}
		}
	}
	for _, r := range v.Replacements {
		for _, n := range r.Needs {
			words[n] = append(words[n], stems(r.Name)...)
		}
	}
	for n, all := range words {
		slices.Sort(all)
		words[n] = slices.Compact(all)
	}
	return words
}

// wordsOf gives the stems of what h says of itself, each once: its name, its
// summary, its description and its place, and the names, summaries and programs
// of its services. What these stand for is found by the facets. Its name, its
// summary and its place are there once more word for word, behind a mark, for
// whoever looks for a place: "Réunions" is no word for "La Réunion".
func wordsOf(h directory.Hoster) []string {
	all := stems(h.Name)
	exact := func(s string) {
		for _, t := range tokens(s) {
			if !t.elided && !grammar[t.word] {
				all = append(all, exactly+t.word)
			}
		}
	}
	exact(h.Name)
	exact(h.Seat.Name)
	for _, s := range h.Summary {
		exact(s)
	}
	text := func(t directory.Text) {
		for _, s := range t {
			all = append(all, stems(s)...)
		}
	}
	text(h.Summary)
	text(h.Description)
	all = append(all, stems(h.Seat.Name)...)
	for _, s := range h.Services {
		all = append(all, stems(s.Name)...)
		all = append(all, stems(s.Software.Name)...)
		text(s.Summary)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// oneSlip reports whether a and b differ by one letter at most: one more, one
// less, another one, or two that changed places. Both must be valid UTF-8.
func oneSlip(a, b string) bool {
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		q, m := utf8.DecodeRuneInString(b)
		if r != q {
			restA, restB := a[n:], b[m:]
			return restA == restB || restA == b || a == restB || swapped(r, q, restA, restB)
		}
		a, b = a[n:], b[m:]
	}
	return utf8.RuneCountInString(a)+utf8.RuneCountInString(b) <= 1
}

// swapped reports whether r before restA and q before restB are the same two
// letters the other way round, with the same text after them.
func swapped(r, q rune, restA, restB string) bool {
	first, n := utf8.DecodeRuneInString(restA)
	second, m := utf8.DecodeRuneInString(restB)
	return n > 0 && m > 0 && first == q && second == r && restA[n:] == restB[m:]
}
