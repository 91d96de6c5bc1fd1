package search

import (
	_ "embed"
	"slices"
	"strings"

	"matou/directory"
)

//go:embed lexicon.txt
var lexiconText string

// mostPhrase is how many words a phrase of the lexicon has at most.
const mostPhrase = 6

// meaning is what a phrase means: any of some values of a facet.
type meaning struct {
	facet  directory.Facet // "": nothing to look by
	values []string
}

// narrows reports whether a search is narrowed by m. What else people say is
// only offered as a filter: most hosters leave it unsaid.
func (m meaning) narrows() bool {
	return m.facet == directory.FacetNeed || m.facet == directory.FacetReplaces
}

// lexicon knows what people call the things of one vocabulary.
type lexicon struct {
	phrases map[string]meaning            // by stems with one space between them
	words   []string                      // every longer word of the phrases, sorted: what a slip may stand for
	needs   map[string][]directory.NeedID // by a stem of the words around a need
	stems   []string                      // the keys of needs, sorted
}

func newLexicon(v *directory.Vocabulary) *lexicon {
	x := &lexicon{phrases: make(map[string]meaning), needs: make(map[string][]directory.NeedID)}
	for n, all := range needWords(v) {
		for _, w := range all {
			x.needs[w] = append(x.needs[w], n)
		}
	}
	for w, all := range x.needs {
		slices.Sort(all)
		x.stems = append(x.stems, w)
	}
	slices.Sort(x.stems)
	for line := range strings.Lines(lexiconText) {
		what, phrases, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(what, "#") {
			continue
		}
		facet, value, _ := strings.Cut(what, "=")
		if what == "skip" {
			facet = ""
		}
		if !knows(v, directory.Facet(facet), value) {
			continue
		}
		for phrase := range strings.SplitSeq(phrases, ",") {
			x.say(phrase, directory.Facet(facet), value)
		}
	}
	for _, f := range v.Families {
		for _, n := range f.Needs {
			for _, label := range n.Label {
				x.say(label, directory.FacetNeed, string(n.ID))
			}
		}
	}
	for _, r := range v.Replacements {
		for _, name := range names(r.Name) {
			x.say(name, directory.FacetReplaces, r.ID)
		}
	}
	for phrase := range x.phrases {
		for w := range strings.FieldsSeq(phrase) {
			if len(w) >= shortestSlip-1 && !grammar[w] {
				x.words = append(x.words, w)
			}
		}
	}
	slices.Sort(x.words)
	x.words = slices.Compact(x.words)
	return x
}

// knows reports whether a value can be found in a directory of v.
func knows(v *directory.Vocabulary, f directory.Facet, value string) bool {
	switch f {
	case directory.FacetNeed:
		_, ok := v.Need(directory.NeedID(value))
		return ok
	case directory.FacetReplaces:
		_, ok := v.Replacement(value)
		return ok
	}
	return true
}

// names gives what a product is called: "Brevo (Sendinblue)" is called by
// either word, and "Twitter / X" by the first of its names.
func names(name string) []string {
	all := []string{name}
	if before, in, ok := strings.Cut(name, "("); ok {
		all = append(all, before, strings.TrimSuffix(in, ")"))
	}
	if before, _, ok := strings.Cut(name, "/"); ok {
		all = append(all, before)
	}
	return all
}

// say adds a phrase. One that means several values of a facet means any of
// them; one that means something already in another facet keeps it.
func (x *lexicon) say(phrase string, f directory.Facet, value string) {
	words := stems(phrase)
	if len(words) == 0 || len(words) > mostPhrase {
		return
	}
	key := strings.Join(words, " ")
	m, known := x.phrases[key]
	if known && m.facet != f || slices.Contains(m.values, value) {
		return
	}
	m.facet = f
	if f != "" {
		m.values = append(slices.Clip(m.values), value)
		slices.Sort(m.values)
	}
	x.phrases[key] = m
}
