package directory

import (
	"maps"
	"slices"
)

// Language is a lower-case BCP 47 primary language tag: "fr", "en", "br".
type Language string

// Text is one text in one or several languages. The empty Text says nothing.
type Text map[Language]string

// In gives the text in the first of the wanted languages that it has, else in
// French, else in English, else in its first language by alphabet; and says
// which language that is. An empty Text gives "", "".
func (t Text) In(wanted ...Language) (string, Language) {
	if len(t) == 0 {
		return "", ""
	}
	for _, l := range wanted {
		if s := t[l]; s != "" {
			return s, l
		}
	}
	for _, l := range [...]Language{"fr", "en"} {
		if s := t[l]; s != "" {
			return s, l
		}
	}
	for _, l := range sortedLanguages(t) {
		if t[l] != "" {
			return t[l], l
		}
	}
	return "", ""
}

func sortedLanguages(t Text) []Language { return slices.Sorted(maps.Keys(t)) }
