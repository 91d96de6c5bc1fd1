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

// languages are those that are built in, the default first.
var languages = []directory.Language{"fr", "en"}

// locale is every sentence of the pages in one language. A file of locales/
// holds one table a page; a sentence is a string, or a table {one, other}
// where a number decides (the first argument), with zero, two, few and many in
// languages that tell those apart. Arguments stand as {0}, {1}…
type locale struct {
	language directory.Language
	tag      language.Tag
	words    map[string]sentence
	printer  *message.Printer
	alphabet *alphabet
	bare     bool // numbers below a thousand are written as programs write them
}

// sentence is one text by plural form; other is always there.
type sentence struct {
	one, other string
	rare       map[plural.Form]string // zero, two, few, many
}

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
	loc := &locale{language: l, tag: tag, words: map[string]sentence{}, printer: message.NewPrinter(tag), alphabet: newAlphabet(tag)}
	loc.bare = loc.printer.Sprint(number.Decimal(987)) == "987"
	for page, table := range pages {
		words, ok := table.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("locale %s: %s: %w: must be a table", l, page, directory.ErrInvalid)
		}
		for key, value := range words {
			s, err := parseSentence(tag, value)
			if err != nil {
				return nil, fmt.Errorf("locale %s: %s.%s: %w", l, page, key, err)
			}
			if l == "fr" {
				s.one, s.other = spaced.Replace(s.one), spaced.Replace(s.other)
			}
			loc.words[page+"."+key] = s
		}
	}
	return loc, nil
}

// spaced keeps the signs that French sets apart on the line of their word.
var spaced = strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!",
	"« ", "«\u00a0", " »", "\u00a0»", "{0} h {1}", "{0}\u00a0h\u00a0{1}", "{0} h", "{0}\u00a0h")

func parseSentence(tag language.Tag, value any) (sentence, error) {
	switch v := value.(type) {
	case string:
		return sentence{one: v, other: v}, nil
	case map[string]any:
		return parseForms(tag, v)
	}
	return sentence{}, fmt.Errorf("%w: must be a text, or a table of one and other", directory.ErrInvalid)
}

// pluralForms are the plural forms by their names in CLDR.
var pluralForms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// parseForms reads a sentence by plural form. Forms that the language has and
// the table has not are as other.
func parseForms(tag language.Tag, table map[string]any) (sentence, error) {
	s := sentence{rare: map[plural.Form]string{}}
	for name, value := range table {
		text, ok := value.(string)
		form, known := pluralForms[name]
		if !ok || !known || !hasForm(tag, form) {
			return sentence{}, fmt.Errorf("%w: %s: must be a text, and a plural form of the language", directory.ErrInvalid, name)
		}
		s.rare[form] = text
	}
	other, ok := s.rare[plural.Other]
	if !ok {
		return sentence{}, fmt.Errorf("%w: must have the form other", directory.ErrInvalid)
	}
	s.one, s.other = other, other
	if one, ok := s.rare[plural.One]; ok {
		s.one = one
	}
	delete(s.rare, plural.One)
	delete(s.rare, plural.Other)
	return s, nil
}

// hasForm reports whether a language tells numbers of that form from others.
func hasForm(tag language.Tag, form plural.Form) bool {
	if form == plural.Other || plural.Cardinal.MatchPlural(tag, 1_000_000, 0, 0, 0, 0) == form {
		return true
	}
	for n := range 200 {
		if plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0) == form {
			return true
		}
	}
	return false
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
	if len(args) > 0 && (s.one != s.other || len(s.rare) > 0) {
		chosen = l.form(s, args[0])
	}
	if len(args) == 0 {
		return chosen
	}
	return l.fill(chosen, args)
}

// fill puts the arguments of a sentence, ten at the most, in their places, once:
// an argument may hold braces.
func (l *locale) fill(sentence string, args []any) string {
	var b strings.Builder
	b.Grow(len(sentence) + 16*len(args))
	rest := sentence
	for {
		open := strings.IndexByte(rest, '{')
		if open < 0 || open+2 >= len(rest) {
			break
		}
		at := int(rest[open+1]) - '0'
		if at < 0 || at >= len(args) || rest[open+2] != '}' {
			b.WriteString(rest[:open+1])
			rest = rest[open+1:]
			continue
		}
		b.WriteString(rest[:open])
		b.WriteString(l.argument(args[at]))
		rest = rest[open+3:]
	}
	b.WriteString(rest)
	return b.String()
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

// form gives the text for a number (CLDR plural rules: 0 and 1 are singular in
// French, 1 alone in English).
func (l *locale) form(s sentence, n any) string {
	form := plural.Other
	switch v := n.(type) {
	case int:
		form = plural.Cardinal.MatchPlural(l.tag, v, 0, 0, 0, 0)
	case float64:
		whole, tenths := int(v), int(v*10+0.5)%10
		digits := min(tenths, 1)
		form = plural.Cardinal.MatchPlural(l.tag, whole, digits, digits, tenths, tenths)
	}
	if form == plural.One {
		return s.one
	}
	if text, ok := s.rare[form]; ok {
		return text
	}
	return s.other
}

func (l *locale) argument(a any) string {
	switch v := a.(type) {
	case string:
		return v
	case int:
		if l.bare && 0 <= v && v < 1000 {
			return itoa(v)
		}
		return l.printer.Sprint(number.Decimal(v))
	case float64:
		return l.printer.Sprint(number.Decimal(v, number.MaxFractionDigits(1)))
	case template.HTML:
		return string(v)
	}
	return fmt.Sprint(a)
}
