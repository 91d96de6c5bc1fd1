package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"matou/directory"
)

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
	alternative alternatives hebergeur hebergeurs equivalent libre libres
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

// fold makes one form of what people write in many: small letters without
// accents, ligatures apart. "Œuvre Été" gives "oeuvre ete".
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		switch r = unicode.ToLower(r); {
		case unicode.Is(unicode.Mn, r):
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

// split gives the folded words of a text in their order, without elisions:
// "L'agenda d'Évreux" gives "agenda", "evreux".
func split(s string) []string {
	var all []string
	s = fold(s)
	for s != "" {
		start := strings.IndexFunc(s, inWord)
		if start < 0 {
			break
		}
		s = s[start:]
		end := strings.IndexFunc(s, func(r rune) bool { return !inWord(r) })
		if end < 0 {
			end = len(s)
		}
		word := s[:end]
		s = s[end:]
		next, _ := utf8.DecodeRuneInString(s)
		if (next == '\'' || next == '’' || next == 'ʼ') && elided[word] {
			continue
		}
		all = append(all, word[:min(len(word), maxWord)])
	}
	return all
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// stem takes the mark of the plural off a folded word, in French and in
// English: "listes" and "liste" are one, and "journaux" and "journal".
func stem(w string) string {
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

// stems gives the words of a text as the index keeps them.
func stems(s string) []string {
	all := split(s)
	for i, w := range all {
		all[i] = stem(w)
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

// wordsOf gives the words under which h is found, each once: its name, its
// summary and its place, and the names, summaries, programs and needs of its
// services.
func (x *Index) wordsOf(h directory.Hoster) []string {
	all := stems(h.Name)
	text := func(t directory.Text) {
		for _, s := range t {
			all = append(all, stems(s)...)
		}
	}
	text(h.Summary)
	all = append(all, stems(h.Seat.Name)...)
	if x.areas != nil {
		for _, a := range append([]directory.AreaCode{h.Seat.Area}, h.Serves...) {
			if a == "" {
				continue
			}
			for _, code := range x.areas.Ancestors(a) {
				if area, ok := x.areas.Area(code); ok {
					text(area.Name)
				}
			}
		}
	}
	for _, s := range h.Services {
		all = append(all, stems(s.Name)...)
		all = append(all, stems(s.Software.Name)...)
		text(s.Summary)
		for _, n := range x.vocabulary.Needs(s) {
			all = append(all, x.needWords[n]...)
		}
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
