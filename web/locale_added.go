package web

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"matou/directory"
)

// maxLocale bounds a file of sentences, in bytes; those of ours have 100,000.
const maxLocale = 1 << 20

// argument finds where arguments stand in a sentence.
var argument = regexp.MustCompile(`\{\d\}`)

// readLocales reads the languages that are built in, then those of
// Options.Languages. A file there holds what a file of locales/ holds, under the
// tag of its language: "br.toml". What it leaves out is said in English, and in
// French or English, where it is one of these, as ever; so an update of matou
// with a new sentence stops no node.
func (s *Site) readLocales() error {
	var err error
	if s.locales, err = loadLocales(); err != nil {
		return err
	}
	s.languages = slices.Clone(languages)
	if s.options.Languages != nil {
		if err := s.addLocales(s.options.Languages); err != nil {
			return fmt.Errorf("languages: %w", err)
		}
	}
	s.matcher = newMatcher(s.languages)
	return nil
}

func (s *Site) addLocales(files fs.FS) error {
	names, err := fs.Glob(files, "*.toml")
	if err != nil || len(names) == 0 {
		return fmt.Errorf("%w: the folder holds no file such as br.toml", directory.ErrInvalid)
	}
	for _, name := range names {
		tag, err := language.Parse(strings.TrimSuffix(name, ".toml"))
		if err != nil || tag.String()+".toml" != name {
			return fmt.Errorf("%s: %w: must be the tag of a language, such as br.toml", name, directory.ErrInvalid)
		}
		l := directory.Language(tag.String())
		if err := s.addLocale(files, name, l); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !slices.Contains(s.languages, l) {
			s.languages = append(s.languages, l)
		}
	}
	return nil
}

// addLocale reads one file over the sentences that stand where it has none.
func (s *Site) addLocale(files fs.FS, name string, l directory.Language) error {
	info, err := fs.Stat(files, name)
	if err != nil {
		return err //nolint:wrapcheck // the caller names the file
	}
	if info.Size() > maxLocale {
		return fmt.Errorf("%w: must not be longer than %d bytes", directory.ErrInvalid, maxLocale)
	}
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return err //nolint:wrapcheck // the caller names the file
	}
	added, err := parseLocale(l, string(raw))
	if err != nil {
		return err
	}
	base := s.locales["en"]
	if built, ok := s.locales[l]; ok {
		base = built
	}
	words := maps.Clone(base.words)
	for key, said := range added.words {
		ours, ok := base.words[key]
		if !ok {
			s.log.Warn("a sentence that no page says", "file", name, "sentence", key)
			continue
		}
		for _, text := range append(slices.Collect(maps.Values(said.rare)), said.one, said.other) {
			for _, a := range argument.FindAllString(text, -1) {
				if !strings.Contains(ours.one+ours.other, a) {
					return fmt.Errorf("%s: %w: %s stands for nothing there", key, directory.ErrInvalid, a)
				}
			}
		}
		words[key] = said
	}
	if missing := len(base.words) - len(added.words); base != s.locales[l] && missing > 0 {
		s.log.Warn("sentences without a translation are shown in English", "file", name, "sentences", missing)
	}
	added.words = words
	s.locales[l] = added
	return nil
}
