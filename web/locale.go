package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"matou/directory"
)

//go:embed locales
var localeFiles embed.FS

// languages are those of the pages, the default first.
var languages = []directory.Language{"fr", "en"}

// locale is every sentence of the pages in one language. A file of locales/
// holds one table a page; a sentence is a string, or a table {one, other}
// where a number decides (the first argument). Arguments stand as {0}, {1}…
type locale struct {
	language directory.Language
	tag      language.Tag
	words    map[string]sentence
	printer  *message.Printer
}

// sentence is one text by plural form; other is always there.
type sentence struct{ one, other string }

// loadLocales reads the embedded files.
func loadLocales() (map[directory.Language]*locale, error) {
	all := make(map[directory.Language]*locale, len(languages))
	for _, l := range languages {
		raw, err := fs.ReadFile(localeFiles, "locales/"+string(l)+".toml")
		if err != nil {
			return nil, fmt.Errorf("read locale: %w", err)
		}
		if all[l], err = parseLocale(l, string(raw)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// parseLocale reads one file of sentences.
func parseLocale(l directory.Language, raw string) (*locale, error) {
	var pages map[string]any
	if _, err := toml.Decode(raw, &pages); err != nil {
		return nil, fmt.Errorf("locale %s: %w", l, err)
	}
	tag := language.Make(string(l))
	loc := &locale{language: l, tag: tag, words: map[string]sentence{}, printer: message.NewPrinter(tag)}
	for page, table := range pages {
		words, ok := table.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("locale %s: %s: %w: must be a table", l, page, directory.ErrInvalid)
		}
		for key, value := range words {
			s, err := parseSentence(value)
			if err != nil {
				return nil, fmt.Errorf("locale %s: %s.%s: %w", l, page, key, err)
			}
			if l == "fr" {
				s = sentence{one: spaced.Replace(s.one), other: spaced.Replace(s.other)}
			}
			loc.words[page+"."+key] = s
		}
	}
	return loc, nil
}

// spaced keeps the signs that French sets apart on the line of their word.
var spaced = strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!",
	"« ", "«\u00a0", " »", "\u00a0»", "{0} h {1}", "{0}\u00a0h\u00a0{1}", "{0} h", "{0}\u00a0h")

func parseSentence(value any) (sentence, error) {
	switch v := value.(type) {
	case string:
		return sentence{one: v, other: v}, nil
	case map[string]any:
		one, ok1 := v["one"].(string)
		other, ok2 := v["other"].(string)
		if ok1 && ok2 && len(v) == 2 {
			return sentence{one: one, other: other}, nil
		}
	}
	return sentence{}, fmt.Errorf("%w: must be a text, or a table of one and other", directory.ErrInvalid)
}

// has reports whether there is such a sentence.
func (l *locale) has(key string) bool {
	_, ok := l.words[key]
	return ok
}

// word gives the word for one value of a closed list, and the value itself,
// cleaned, where a hoster wrote one that is not on the list.
func (l *locale) word(list, value string, args ...any) string {
	if key := list + "." + value; l.has(key) {
		return l.text(key, args...)
	}
	return plain(value)
}

// text gives the sentence of that key with its arguments put in: numbers as
// the language writes them, everything else as it is. A key that is not there
// gives itself in brackets, which the tests refuse.
func (l *locale) text(key string, args ...any) string {
	s, ok := l.words[key]
	if !ok {
		return "[" + key + "]"
	}
	chosen := s.other
	if len(args) > 0 && s.one != s.other && l.isOne(args[0]) {
		chosen = s.one
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, "{"+itoa(i)+"}", l.argument(a))
	}
	return strings.NewReplacer(pairs...).Replace(chosen) // once: an argument may hold braces
}

// html is text for sentences that hold markup of ours; arguments are escaped,
// save those that are HTML already.
func (l *locale) html(key string, args ...any) template.HTML {
	escaped := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case template.HTML, int, float64:
			escaped[i] = v
		default:
			escaped[i] = template.HTML(template.HTMLEscapeString(fmt.Sprint(v)))
		}
	}
	return template.HTML(l.text(key, escaped...))
}

// isOne reports whether the language speaks of the number in the singular
// (CLDR plural rules: 0 and 1 in French, 1 in English).
func (l *locale) isOne(n any) bool {
	switch v := n.(type) {
	case int:
		return plural.Cardinal.MatchPlural(l.tag, v, 0, 0, 0, 0) == plural.One
	case float64:
		if l.language == "fr" {
			return v < 2
		}
		return v == 1
	}
	return false
}

func (l *locale) argument(a any) string {
	switch v := a.(type) {
	case int:
		return l.printer.Sprint(number.Decimal(v))
	case float64:
		return l.printer.Sprint(number.Decimal(v, number.MaxFractionDigits(1)))
	case template.HTML:
		return string(v)
	}
	return fmt.Sprint(a)
}
