package exchange

import (
	"matou/directory"
)

// field ties one key of a file to one fact of a T, both ways, so that what is
// read and what is written cannot drift apart.
type field[T any] struct {
	key     string
	aliases []string // older or mistyped keys that are met in the field
	read    func(t *T, value string) error
	write   func(t *T) string // "" where nothing is said
}

// fact is one key with the value that it should have; "" is not said.
type fact struct {
	key     string
	aliases []string
	value   string
}

// readFields fills t from the entries of a file. A key with nothing behind it
// says nothing.
func readFields[T any](f *File, prefix string, fields []field[T], t *T) []Warning {
	var warnings []Warning
	for _, d := range fields {
		e, ok := f.said(prefix+d.key, d.aliases...)
		if !ok {
			continue
		}
		if err := d.read(t, e.Value); err != nil {
			warnings = append(warnings, Warning{File: f.Name, Line: e.Line, Key: e.Key, Reason: err.Error()})
		}
	}
	return warnings
}

// writeFields gives the facts of t, those that are not said included.
func writeFields[T any](prefix string, fields []field[T], t *T) []fact {
	facts := make([]fact, 0, len(fields))
	for _, d := range fields {
		facts = append(facts, fact{key: prefix + d.key, aliases: d.aliases, value: d.write(t)})
	}
	return facts
}

// said gives the first entry of a key and its aliases that is not empty.
func (f *File) said(key string, aliases ...string) (Item, bool) {
	for _, k := range append([]string{key}, aliases...) {
		if e, ok := f.item(k); ok && e.Value != "" {
			return e, true
		}
	}
	return Item{}, false
}

// text is a name on one line.
func text[T any](key string, at func(*T) *string, aliases ...string) field[T] {
	return value(key, func(s string) (string, error) { return readLine(s, directory.MaxName) }, as, at, aliases...)
}

// prose is a text that may have several lines.
func prose[T any](key string, most int, at func(*T) *string, aliases ...string) field[T] {
	return value(key, func(s string) (string, error) { return readProse(s, most) }, as, at, aliases...)
}

func as(s string) string { return s }

// words is a text that may be in several languages. The format has one and
// does not say which; its files are French.
func words[T any](key string, at func(*T) *directory.Text, aliases ...string) field[T] {
	return value(key, func(s string) (directory.Text, error) {
		s, err := readProse(s, directory.MaxSummary)
		return directory.Text{fileLanguage: s}, err
	}, func(t directory.Text) string {
		s, _ := t.In(fileLanguage)
		return s
	}, at, aliases...)
}

const fileLanguage directory.Language = "fr"

// address is an address on the web.
func address[T any](key string, at func(*T) *string, aliases ...string) field[T] {
	return value(key, readAddress, as, at, aliases...)
}

func email[T any](key string, at func(*T) *string, aliases ...string) field[T] {
	return value(key, readEmail, as, at, aliases...)
}

func date[T any](key string, at func(*T) *directory.Date, aliases ...string) field[T] {
	return value(key, readDate, directory.Date.String, at, aliases...)
}

func oneOf[T any, E ~string](key string, list enum[E], at func(*T) *E, aliases ...string) field[T] {
	return value(key, list.read, list.write, at, aliases...)
}

func country[T any](key string, at func(*T) *directory.AreaCode, aliases ...string) field[T] {
	return value(key, readCountry, func(c directory.AreaCode) string { return string(c) }, at, aliases...)
}

// countryWords is a country in words. It says which one where the code, which
// must come before it in the table, does not.
func countryWords[T any](key string, at func(*T) *directory.AreaCode) field[T] {
	return field[T]{key, nil, func(t *T, s string) error {
		if *at(t) != "" {
			return nil
		}
		if *at(t) = countryNamed(s); *at(t) == "" {
			return reason("%s is no country that is known by that name; write its code in the key that ends in country.code", quote(s))
		}
		return nil
	}, func(t *T) string { return countryName(*at(t)) }}
}

func value[T, V any](key string, read func(string) (V, error), write func(V) string, at func(*T) *V, aliases ...string) field[T] {
	return field[T]{key, aliases, func(t *T, s string) error {
		v, err := read(s)
		if err == nil {
			*at(t) = v
		}
		return err
	}, func(t *T) string { return write(*at(t)) }}
}
