package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"matou/directory"
	"matou/web"
)

// Bounds of a folder of rules, and how long what was read of it stands.
const (
	maxRules      = 64 << 10 // bytes of one file
	mostDecisions = 300      // files
	rulesFor      = time.Minute
)

// ruleFile is the name of a file of rules: "rules.md", "who.fr.md", or of a
// decision, "2026-03-14-deuxieme-charte.en.md".
var ruleFile = regexp.MustCompile(`^(rules|who|[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z0-9-]{1,80})(?:\.([a-z]{2,3}))?\.md$`)

// ruleBook reads what the keepers of a directory wrote on how they keep it, from
// a folder or from one file of rules. It reads anew at most each minute, so
// that a decision is published by writing a file.
type ruleBook struct {
	path     string
	language directory.Language // of files whose name says none

	mu    sync.Mutex
	until time.Time
	rules web.Rules
	err   error
}

// Rules gives the rules as they stand.
func (b *ruleBook) Rules(context.Context) (web.Rules, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); now.After(b.until) {
		b.rules, b.err = b.read()
		b.until = now.Add(rulesFor)
	}
	return b.rules, b.err
}

// read reads the file or folder.
func (b *ruleBook) read() (web.Rules, error) {
	info, err := os.Stat(b.path)
	if err != nil {
		return web.Rules{}, fmt.Errorf("read the rules: %w", err)
	}
	if !info.IsDir() {
		words, err := readRule(b.path)
		return web.Rules{Text: directory.Text{b.language: words}}, err
	}
	entries, err := os.ReadDir(b.path)
	if err != nil {
		return web.Rules{}, fmt.Errorf("read the rules: %w", err)
	}
	var r web.Rules
	decisions := map[string]*web.Decision{}
	for _, e := range entries {
		m := ruleFile.FindStringSubmatch(e.Name())
		if m == nil || e.IsDir() {
			continue
		}
		words, err := readRule(filepath.Join(b.path, e.Name()))
		if err != nil {
			return web.Rules{}, err
		}
		l := directory.Language(m[2])
		if l == "" {
			l = b.language
		}
		switch m[1] {
		case "rules":
			r.Text = withText(r.Text, l, words)
		case "who":
			r.Who = withText(r.Who, l, words)
		default:
			if err := addDecision(decisions, m[1], l, words); err != nil {
				return web.Rules{}, fmt.Errorf("%s: %w", e.Name(), err)
			}
		}
	}
	for _, d := range decisions {
		r.Decisions = append(r.Decisions, *d)
	}
	slices.SortFunc(r.Decisions, func(a, b web.Decision) int { return strings.Compare(b.Slug, a.Slug) })
	return r, nil
}

// addDecision puts the text of a decision to those of its slug: its first
// heading is the title.
func addDecision(all map[string]*web.Decision, slug string, l directory.Language, words string) error {
	d := all[slug]
	if d == nil {
		day, err := directory.ParseDate(slug[:len("2026-03-14")])
		if err != nil {
			return directory.Invalid("name", "must begin with a day, as in 2026-03-14-second-charter.md")
		}
		if len(all) >= mostDecisions {
			return directory.Invalid("rules", "must not hold more than %d decisions", mostDecisions)
		}
		d = &web.Decision{Slug: slug, Day: day}
		all[slug] = d
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(words), "\n")
	title, ok := strings.CutPrefix(first, "# ")
	if !ok {
		title, rest = strings.ReplaceAll(slug[len("2026-03-14-"):], "-", " "), words
	}
	d.Title, d.Body = withText(d.Title, l, strings.TrimSpace(title)), withText(d.Body, l, strings.TrimSpace(rest))
	return nil
}

func withText(t directory.Text, l directory.Language, words string) directory.Text {
	if t == nil {
		t = directory.Text{}
	}
	t[l] = words
	return t
}

// readRule reads one file, bounded.
func readRule(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the rules: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxRules+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("read the rules: %w", err)
	}
	switch {
	case len(raw) > maxRules:
		return "", directory.Invalid("rules", "%s must not be longer than %d KiB", filepath.Base(path), maxRules>>10)
	case !utf8.Valid(raw):
		return "", directory.Invalid("rules", "%s must be written in UTF-8", filepath.Base(path))
	}
	return strings.TrimSpace(string(raw)), nil
}

// openRules gives the rules that the configuration names, nil where it names
// none, and says at once what is wrong with them.
func openRules(c *config) (web.RuleBook, error) {
	if c.Aggregator.Rules == "" {
		return nil, nil
	}
	b := &ruleBook{path: c.resolve(c.Aggregator.Rules), language: c.Aggregator.Language}
	_, err := b.Rules(context.Background())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(exitNotFound, err, "aggregator.rules: there is no file or folder %s", b.path)
	case err != nil:
		return nil, fault(exitInvalid, err, "aggregator.rules: %v", err)
	}
	return b, nil
}
