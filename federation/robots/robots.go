// Package robots honours what a host wants of machines that read it without a
// person before them: its robots.txt (RFC 9309). Nodes that speak with one
// another need none of it; what a directory reads of hosts that never asked it
// to come does.
package robots

import (
	"bytes"
	"strings"
)

// MaxBytes is how much of a robots.txt is read; RFC 9309 2.5 asks for as much.
const MaxBytes = 500 << 10

// Rules are those of one robots.txt that are for one reader. The zero value
// allows everything.
type Rules struct{ rules []rule }

// rule allows or disallows what begins as its pattern.
type rule struct {
	parts    []string // of the path, between its stars
	anchored bool     // the pattern ends with the path
	allow    bool
	length   int // of the pattern as written: the longest that matches counts
}

// Parse reads a robots.txt for the reader of that product token, in small
// letters: "matou". Groups that name it count alone, all of them together; else
// those for everybody do (RFC 9309 2.2.1). Nothing that stands in it is an
// error: lines that are not understood are passed over.
func Parse(raw []byte, product string) Rules {
	var own, common Rules
	named, mine, all, inRules := false, false, false, false
	raw = bytes.TrimPrefix(raw[:min(len(raw), MaxBytes)], []byte("\ufeff"))
	for line := range bytes.FieldsFuncSeq(raw, func(c rune) bool { return c == '\n' || c == '\r' }) {
		key, value, ok := field(string(line))
		if !ok {
			continue
		}
		switch key {
		case "user-agent":
			if inRules {
				mine, all, inRules = false, false, false
			}
			switch agent := token(value); {
			case value == "*":
				all = true
			case agent == product:
				named, mine = true, true
			}
		case "allow", "disallow":
			inRules = true
			r, ok := newRule(value, key == "allow")
			if ok && mine {
				own.rules = append(own.rules, r)
			}
			if ok && all {
				common.rules = append(common.rules, r)
			}
		}
	}
	if named {
		return own
	}
	return common
}

// field splits a line "key: value # comment".
func field(line string) (key, value string, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	key, value, ok = strings.Cut(line, ":")
	return strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value), ok
}

// token is the product token that a User-agent line begins with, in small
// letters: "Matou/1.0" names matou.
func token(value string) string {
	end := strings.IndexFunc(value, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_'
	})
	if end >= 0 {
		value = value[:end]
	}
	return strings.ToLower(value)
}

// newRule reads the pattern of a rule; an empty one rules nothing.
func newRule(pattern string, allow bool) (rule, bool) {
	if pattern == "" || pattern[0] != '/' && pattern[0] != '*' {
		return rule{}, false
	}
	r := rule{allow: allow, length: len(pattern)}
	if r.anchored = strings.HasSuffix(pattern, "$"); r.anchored {
		pattern = pattern[:len(pattern)-1]
	}
	for part := range strings.SplitSeq(pattern, "*") {
		r.parts = append(r.parts, spelled(part))
	}
	return r, true
}

// Allows reports whether a path, with its query where it has one, may be read.
// The longest rule that matches it counts, and of two of one length the one
// that allows (RFC 9309 2.2.2). The robots.txt itself always may.
func (r Rules) Allows(path string) bool {
	if path == "/robots.txt" {
		return true
	}
	if path == "" {
		path = "/"
	}
	path = spelled(path)
	allowed, longest := true, 0
	for _, rule := range r.rules {
		if rule.length < longest || rule.length == longest && !rule.allow || !rule.matches(path) {
			continue
		}
		allowed, longest = rule.allow, rule.length
	}
	return allowed
}

// matches reports whether a path begins as the pattern says. Each part is
// looked for where the one before it ends, and never again: the time is bounded
// by the lengths of both.
func (r rule) matches(path string) bool {
	rest, ok := strings.CutPrefix(path, r.parts[0])
	if !ok {
		return false
	}
	last := len(r.parts) - 1
	for i, part := range r.parts {
		switch {
		case i == 0:
		case i == last && r.anchored:
			return strings.HasSuffix(rest, part)
		default:
			at := strings.Index(rest, part)
			if at < 0 {
				return false
			}
			rest = rest[at+len(part):]
		}
	}
	return !r.anchored || rest == ""
}

const hexDigits = "0123456789ABCDEF"

// spelled gives one spelling for the paths that mean the same: what needs no
// escaping stands without, all else beyond ASCII with it (RFC 9309 2.2.2).
func spelled(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		switch {
		case c == '%' && i+2 < len(path) && isHex(path[i+1]) && isHex(path[i+2]):
			if d := unhex(path[i+1])<<4 | unhex(path[i+2]); unreserved(d) {
				b.WriteByte(d)
			} else {
				b.WriteByte('%')
				b.WriteByte(hexDigits[d>>4])
				b.WriteByte(hexDigits[d&15])
			}
			i += 2
		case c <= ' ' || c >= 0x7f:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

// unreserved are the letters that mean the same with escaping and without
// (RFC 3986 2.3).
func unreserved(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '.' || c == '_' || c == '~'
}
