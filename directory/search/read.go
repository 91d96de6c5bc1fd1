package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// shortestSlip is the length in letters from which a word may hold a slip.
const shortestSlip = 5

// townPeople is how many live in a place that is understood by its name alone.
// Thousands of villages bear the name of something else: theirs is understood
// after a word such as "near", or where no hoster says that word.
const townPeople = 5000

// mostPlace is how many words the name of a place has at most.
const mostPlace = 6

// namer is what a gazetteer knows beyond directory.Areas; package geo does.
type namer interface {
	Named(text string) (place directory.Area, others []directory.Area, people int64, ok bool)
	Alike(people int64, meant func(name string) bool) (directory.Area, bool)
}

// before are the words after which a place stands, folded.
var before = set(`a au aux en dans pres vers autour sur chez in near at around close region departement ville`)

// counted are the words after a number that say how many there are of something.
var counted = set(`
	personne personnes compte comptes adherent adherents adherente adherentes membre membres salarie salaries salariees boite boites
	adresse adresses poste postes benevole benevoles participant participants utilisateur utilisateurs utilisatrice utilisatrices eleve eleves
	go gb to tb mo giga gigas euro euros an ans mois jour jours people account accounts member members user users mailbox mailboxes
	person persons seat seats year years month months participants pax
`)

// part is what some words of a text, one after another, ask for.
type part struct {
	first, last int             // tokens, the last one not among them
	set         *roaring.Bitmap // nil: narrows nothing
	unheard     bool            // no listing holds it
	facet       directory.Facet // of a meaning; "" of a plain word
	values      []string
	area        *directory.Area // of a place
}

// reading is a text as the index understands it.
type reading struct {
	text   string
	tokens []token
	parts  []part
	set    *roaring.Bitmap // nil: the text asks nothing
	near   *directory.Point
}

// read understands a text.
func (x *Index) read(text string) *reading {
	r := &reading{text: text, tokens: tokens(text)}
	for at := 0; at < len(r.tokens); {
		p, ok := x.part(r, at)
		if !ok {
			at++
			continue
		}
		r.parts = append(r.parts, p)
		at = p.last
	}
	r.settle(x)
	return r
}

// settle takes the parts together. Words around a question count only where
// there is nothing else, and words that no listing holds only there, too.
func (r *reading) settle(x *Index) {
	if len(r.tokens) == 1 && asking[r.tokens[0].word] { // perhaps somebody bears it as its name
		if set := x.saying(r.tokens[0].stem); !hosters[r.tokens[0].word] && set.Intersects(x.live) {
			r.parts = append(r.parts, part{last: 1, set: set})
		}
	}
	// A meaning that would only be offered counts as words where it is all that
	// was written: "école" finds those who speak of schools.
	if !slices.ContainsFunc(r.parts, func(p part) bool { return p.set != nil || p.unheard }) {
		for i, p := range r.parts {
			if own := x.sayingAll(r.tokens[p.first:p.last]); p.facet != "" && own != nil && own.Intersects(x.live) {
				r.parts[i].set = own
			}
		}
	}
	unheard := false
	for _, p := range r.parts {
		if p.set != nil {
			r.narrow(p.set)
		}
		unheard = unheard || p.unheard
		if p.area != nil && r.near == nil {
			r.near = p.area.Point
		}
	}
	if r.set == nil && unheard {
		r.set = roaring.New()
	}
}

func (r *reading) narrow(set *roaring.Bitmap) {
	if r.set == nil {
		r.set = set
	} else {
		r.set = roaring.And(r.set, set)
	}
}

// part understands what begins at a token: the longest phrase that means
// something, or place, else the word itself; false where the token says nothing.
func (x *Index) part(r *reading, at int) (part, bool) {
	if r.tokens[at].elided {
		return part{}, false
	}
	if p, ok := x.figure(r, at); ok {
		return p, true
	}
	phrase, spoken := x.phrase(r, at, false)
	named, placed := x.named(r, at)
	if placed && (!spoken || named.last > phrase.last) {
		return named, true
	}
	if spoken {
		return phrase, true
	}
	t := r.tokens[at]
	if grammar[t.word] || asking[t.word] {
		return part{}, false
	}
	exact := x.saying(t.stem)
	if exact.Intersects(x.live) {
		return part{first: at, last: at + 1, set: exact}, true
	}
	return x.unfinished(r, at)
}

// unfinished understands a word that no listing holds as it is: one with a
// slip, or one that is not written to its end.
func (x *Index) unfinished(r *reading, at int) (part, bool) {
	t := r.tokens[at]
	if begun := x.beginning(t, at == len(r.tokens)-1); begun.Intersects(x.live) {
		return part{first: at, last: at + 1, set: begun}, true
	}
	if phrase, ok := x.phrase(r, at, true); ok {
		return phrase, true
	}
	if letters(t.word) < shortestSlip {
		return part{first: at, last: at + 1, unheard: true}, true
	}
	slipped := x.slipped(t)
	if towns := likeliest(slips(x.towns, t.word), t.word); len(towns) > 0 && !digits(t.word) {
		if a, found := x.areas.(namer).Alike(townPeople, func(name string) bool { return slices.Contains(towns, name) }); found {
			p := x.inPlace(at, at+1, r, a, nil)
			p.set.Or(slipped)
			return p, true
		}
	}
	if slipped.Intersects(x.live) {
		return part{first: at, last: at + 1, set: slipped}, true
	}
	return part{first: at, last: at + 1, unheard: true}, true
}

// likeliest keeps the words that begin as the one that was written does, where
// there are any: hands rarely slip on the first letter, so that "renes" is
// Rennes rather than Gênes, however much larger that is.
func likeliest(found []string, word string) []string {
	first, _ := utf8.DecodeRuneInString(word)
	begins := func(w string) bool { return strings.HasPrefix(w, string(first)) }
	if !slices.ContainsFunc(found, begins) {
		return found
	}
	return slices.DeleteFunc(found, func(w string) bool { return !begins(w) })
}

// phrase finds the longest phrase of the lexicon at a token; loosely, its words
// may have a slip.
func (x *Index) phrase(r *reading, at int, loosely bool) (part, bool) {
	var options [mostPhrase][]string
	n := 0
	for i := at; i < len(r.tokens) && n < mostPhrase; i++ {
		t := r.tokens[i]
		if t.elided {
			continue
		}
		options[n] = []string{t.stem}
		if loosely && !grammar[t.word] {
			options[n] = append(options[n], x.alike(t)...)
		}
		n++
	}
	for ; n > 0; n-- {
		for _, key := range joined(options[:n]) {
			m, ok := x.lexicon.phrases[key]
			if !ok {
				continue
			}
			p := part{first: at, last: x.after(r, at, n), facet: m.facet, values: m.values}
			if m.narrows() {
				p.set = x.any(m.facet, m.values)
				if own := x.sayingAll(r.tokens[at:p.last]); own != nil {
					p.set = roaring.Or(p.set, own)
				}
			}
			return p, true
		}
	}
	return part{}, false
}

// after gives the token behind n words from a token on.
func (x *Index) after(r *reading, at, n int) int {
	for ; n > 0; at++ {
		if !r.tokens[at].elided {
			n--
		}
	}
	return at
}

// joined gives every phrase that can be made by one of each of options; few
// words have a second one.
func joined(options [][]string) []string {
	all := []string{""}
	for _, words := range options {
		var next []string
		for _, before := range all {
			for _, w := range words {
				next = append(next, strings.TrimPrefix(before+" "+w, " "))
			}
		}
		all = next[:min(len(next), 64)]
	}
	return all
}

// alike gives the words of the lexicon that a longer word may be a slip of.
func (x *Index) alike(t token) []string {
	if letters(t.word) < shortestSlip-1 || asking[t.word] {
		return nil
	}
	var all []string
	for _, w := range x.lexicon.words {
		if w != t.stem && (oneSlip(t.stem, w) || oneSlip(t.word, w)) && len(all) < 4 {
			all = append(all, w)
		}
	}
	return all
}

// figure understands a number: of a department after "le" or at the end, of
// people or of gigabytes before such a word.
func (x *Index) figure(r *reading, at int) (part, bool) {
	t := r.tokens[at]
	if !digits(t.word) && t.word != "2a" && t.word != "2b" {
		return part{}, false
	}
	if at+1 < len(r.tokens) && counted[r.tokens[at+1].word] {
		return part{first: at, last: at + 2}, true
	}
	g, ok := x.areas.(namer)
	if !ok || len(t.word) != 5 && len(t.word) > 3 {
		return part{}, false
	}
	if a, others, _, ok := g.Named(t.word); ok {
		return x.inPlace(at, at+1, r, a, others), true
	}
	return part{}, false
}

// named understands the name of a place.
func (x *Index) named(r *reading, at int) (part, bool) {
	g, ok := x.areas.(namer)
	if !ok {
		return part{}, false
	}
	for n := min(mostPlace, len(r.tokens)-at); n > 0; n-- {
		first, last := r.tokens[at], r.tokens[at+n-1]
		alone := n == 1 && (grammar[first.word] || asking[first.word] || len(first.word) < 2)
		if alone || grammar[last.word] || n > 1 && grammar[first.word] && !articles[first.word] {
			continue
		}
		a, others, people, ok := g.Named(r.text[first.start:last.end])
		if !ok {
			continue
		}
		if people < townPeople && !x.afterPlaceWord(r, at) && n == 1 && (x.saying(first.stem).Intersects(x.live) || len(first.word) < 4) {
			continue
		}
		return x.inPlace(at, at+n, r, a, others), true
	}
	return part{}, false
}

// hosters are what everybody here is.
var hosters = set("hebergeur hebergeurs hebergeuse hebergeuses hoster hosters")

// articles may begin the name of a place.
var articles = set("le la les l the")

func (x *Index) afterPlaceWord(r *reading, at int) bool {
	for at--; at >= 0; at-- {
		if t := r.tokens[at]; before[t.word] {
			return true
		} else if !t.elided && !articles[t.word] && t.word != "de" {
			return false
		}
	}
	return false
}

// inPlace makes the part of an area: those who serve it, those who are there, and
// those who name it in their own words.
func (x *Index) inPlace(first, last int, r *reading, a directory.Area, others []directory.Area) part {
	p := part{first: first, last: last, facet: directory.FacetServes, values: []string{string(a.Code)}, area: &a}
	for _, o := range others {
		p.values = append(p.values, string(o.Code))
	}
	slices.Sort(p.values)
	p.values = slices.Compact(p.values)
	p.set = roaring.Or(x.any(directory.FacetServes, p.values), x.any(directory.FacetSeat, p.values))
	if !digits(r.tokens[first].word) {
		x.naming(p.set, r.tokens[first:last])
	}
	for _, name := range a.Name {
		x.naming(p.set, tokens(name))
	}
	return p
}

// naming adds the listings that hold every word of the name of a place.
func (x *Index) naming(to *roaring.Bitmap, name []token) {
	var found *roaring.Bitmap
	for _, t := range name {
		if t.elided || grammar[t.word] {
			continue
		}
		p := x.words[exactly+t.word]
		switch {
		case p == nil:
			return
		case found == nil:
			found = p.set()
		default:
			found = roaring.And(found, p.set())
		}
	}
	if found != nil {
		to.Or(found)
	}
}

// sayingAll gives the listings that say each of some words themselves; nil
// where the words say nothing.
func (x *Index) sayingAll(all []token) *roaring.Bitmap {
	var found *roaring.Bitmap
	for _, t := range all {
		if t.elided || grammar[t.word] {
			continue
		}
		p := x.words[t.stem]
		switch {
		case p == nil:
			return nil
		case found == nil:
			found = p.set()
		default:
			found = roaring.And(found, p.set())
		}
	}
	return found
}

func letters(w string) int { return len([]rune(w)) }

func digits(w string) bool { return strings.Trim(w, "0123456789") == "" }
