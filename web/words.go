package web

import (
	"strings"

	"matou/directory"
)

// softwareNames gives the names of the programs of v as they are written, by
// their lower case, which is how a query has them.
func softwareNames(v directory.Vocabulary) map[string]string {
	names := map[string]string{}
	for _, f := range v.Families {
		for _, n := range f.Needs {
			for _, name := range n.Software {
				names[strings.ToLower(name)] = name
			}
		}
	}
	return names
}

// words gives one value of a facet as people read it.
func (s *Site) words(l directory.Language, f directory.Facet, value string) string {
	if f.OfAreas() {
		return s.areaName(l, directory.AreaCode(value))
	}
	key := wordsKey{l, f, value}
	words, known := s.worded.Get(key)
	if !known {
		words = s.word(l, f, value)
		s.worded.Add(key, words)
	}
	return words
}

// mostWorded bounds the values whose words are kept, of some hundred bytes each:
// a page tells a hundred of some three hundred.
const mostWorded = 2048

type wordsKey struct {
	language directory.Language
	facet    directory.Facet
	value    string
}

// word looks for the words of a value.
func (s *Site) word(l directory.Language, f directory.Facet, value string) string {
	switch f {
	case directory.FacetLanguage:
		return s.locales[l].tongue(directory.Language(value))
	case directory.FacetSoftware:
		if name, ok := s.software[value]; ok {
			return name
		}
		return plain(value)
	}
	words, _ := s.options.Vocabulary.Words(f, value).In(l)
	if words == "" {
		words = value
	}
	return plain(words)
}

// question gives the words of a facet itself.
func (s *Site) question(l directory.Language, f directory.Facet) string {
	for _, label := range s.options.Vocabulary.Facets {
		if label.Facet == f {
			if words, _ := label.Label.In(l); words != "" {
				return words
			}
		}
	}
	return string(f)
}

// areaName gives the name of a territory, or its code where it is not known.
func (s *Site) areaName(l directory.Language, code directory.AreaCode) string {
	return s.area(s.locales[l], code).name
}

// areaWords is the name of a territory, and its place in the alphabet.
type areaWords struct{ name, key string }

// mostAreas bounds the names of territories that are kept, of some hundred bytes
// each: a page tells dozens.
const mostAreas = 4096

type areaKey struct {
	language directory.Language
	code     directory.AreaCode
}

// area names a territory.
func (s *Site) area(l *locale, code directory.AreaCode) areaWords {
	key := areaKey{l.language, code}
	words, known := s.areaNamed.Get(key)
	if known {
		return words
	}
	words.name = plain(string(code))
	if s.options.Areas != nil {
		if a, ok := s.options.Areas.Area(code); ok {
			if name, _ := a.Name.In(l.language); name != "" {
				words.name = plain(name)
			}
		}
	}
	words.key = l.alphabet.key(words.name)
	s.areaNamed.Add(key, words)
	return words
}

// areaNames gives the names of several territories.
func (s *Site) areaNames(l directory.Language, codes []directory.AreaCode) []string {
	names := make([]string, 0, len(codes))
	for _, c := range codes {
		names = append(names, s.areaName(l, c))
	}
	return names
}

// needWords gives what a service is for.
func (s *Site) needWords(l directory.Language, service directory.Service) []string {
	var all []string
	for _, id := range s.options.Vocabulary.Needs(service) {
		all = append(all, s.words(l, directory.FacetNeed, string(id)))
	}
	return all
}

// replaces gives the names of the products that people leave for a service.
func (s *Site) replaces(service directory.Service) []string {
	needs := map[directory.NeedID]bool{}
	for _, id := range s.options.Vocabulary.Needs(service) {
		needs[id] = true
	}
	var names []string
	for _, r := range s.options.Vocabulary.Replacements {
		for _, id := range r.Needs {
			if needs[id] {
				names = append(names, r.Name)
				break
			}
		}
	}
	return names
}
