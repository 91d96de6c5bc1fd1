package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// learn records where each key of a type is known, for suggestions.
func (r *tomlReader) learn(t reflect.Type, path string, depth int) {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == timeType || t == dateType || depth > 4 {
		return
	}
	for key, index := range r.fields(t) {
		r.known[key] = append(r.known[key], path)
		r.learn(t.FieldByIndex(index).Type, join(path, key), depth+1)
	}
}

// suggestion says what a person may have meant by an unknown key.
func (r *tomlReader) suggestion(key string, here map[string][]int) string {
	var names []string
	for name := range here {
		names = append(names, name)
	}
	if near := nearest(key, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	var places []string
	for _, p := range r.known[key] {
		if p == "" {
			p = "the top of the file"
		} else {
			p = "[" + p + "]"
		}
		places = append(places, p)
	}
	if len(places) > 0 && len(places) <= 3 {
		slices.Sort(places)
		return "; it belongs to " + strings.Join(slices.Compact(places), " or ")
	}
	return ""
}

// nearest gives the name that key is a slip of the hand away from, or "".
func nearest(key string, names []string) string {
	best, distance := "", max(1, len(key)/3)+1
	slices.Sort(names)
	for _, name := range names {
		if d := editDistance(key, name); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete or replace (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next := min(row[j]+1, row[j-1]+1, diagonal+cost)
			diagonal, row[j] = row[j], next
		}
	}
	return row[len(b)]
}

// tomlLines gives the line on which each key of a TOML text stands, by its
// path: "hoster.handle", "services[1].software.name". The library that parses
// the values does not tell lines, so this reads only as much as is needed to
// find keys: headers, keys, and where texts and lists go over several lines.
func tomlLines(raw string) map[string]int {
	s := &lineScanner{lines: map[string]int{}, counts: map[string]int{}}
	for i, line := range strings.Split(raw, "\n") {
		s.line(i+1, line)
	}
	return s.lines
}

type lineScanner struct {
	lines  map[string]int
	counts map[string]int // arrays of tables: how many so far
	prefix string
	quote  string // the open text of several lines: ''' or """
	depth  int    // open brackets of a list of several lines
}

func (s *lineScanner) line(number int, line string) {
	if s.quote != "" || s.depth > 0 {
		s.skip(line)
		return
	}
	line = strings.TrimSpace(line)
	switch {
	case line == "" || line[0] == '#':
	case strings.HasPrefix(line, "[["):
		name, _, _ := strings.Cut(line[2:], "]]")
		path := s.resolve(splitKey(name), true)
		s.prefix = fmt.Sprintf("%s[%d]", path, s.counts[path])
		s.counts[path]++
		s.record(s.prefix, number)
	case line[0] == '[':
		name, _, _ := strings.Cut(line[1:], "]")
		s.prefix = s.resolve(splitKey(name), false)
		s.record(s.prefix, number)
	default:
		key, rest, found := strings.Cut(line, "=")
		if !found {
			return
		}
		path := s.prefix
		for _, part := range splitKey(key) {
			path = join(path, part)
			s.record(path, number)
		}
		s.skip(rest)
	}
}

// record keeps the first line of a path.
func (s *lineScanner) record(path string, number int) {
	if _, ok := s.lines[path]; !ok {
		s.lines[path] = number
	}
}

// resolve names the table that a header means: arrays of tables on the way
// stand for their last element.
func (s *lineScanner) resolve(parts []string, array bool) string {
	path := ""
	for i, part := range parts {
		path = join(path, part)
		last := i == len(parts)-1
		if n := s.counts[path]; n > 0 && (!last || !array) {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	return path
}

// skip goes over (the rest of) a value, and keeps what it leaves open.
func (s *lineScanner) skip(rest string) {
	for rest != "" {
		if s.quote != "" {
			_, after, found := strings.Cut(rest, s.quote)
			if !found {
				return
			}
			s.quote, rest = "", after
			continue
		}
		switch c := rest[0]; {
		case strings.HasPrefix(rest, `"""`), strings.HasPrefix(rest, `'''`):
			s.quote, rest = rest[:3], rest[3:]
			continue
		case c == '"' || c == '\'':
			rest = afterString(rest)
			continue
		case c == '[' || c == '{':
			s.depth++
		case c == ']' || c == '}':
			s.depth--
		case c == '#':
			return
		}
		rest = rest[1:]
	}
}

// afterString gives what follows a text of one line, which rest begins with.
func afterString(rest string) string {
	quote := rest[0]
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && quote == '"':
			i++
		case rest[i] == quote:
			return rest[i+1:]
		}
	}
	return ""
}

// splitKey splits a dotted key and takes quotes away.
func splitKey(key string) []string {
	parts := strings.Split(key, ".")
	for i, p := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(p), `"'`)
	}
	return parts
}
