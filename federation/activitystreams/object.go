package activitystreams

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// What readers take of a list or map; the rest is as if it were not there.
const (
	maxAudience  = 200
	maxTypes     = 8
	maxLanguages = 10
)

// Object is a document read strictly, or a part of one: what Parse gives.
// Numbers are json.Number. Every reader tolerates any shape: what is not as it
// should be reads as missing. Keys are compact ActivityStreams terms; a term of
// ours is found as "x", "matou:x" and NS+"x".
type Object map[string]any

// value is what stands under key, in any of the spellings of a term of ours.
func (o Object) value(key string) any {
	if v, ok := o[key]; ok {
		return v
	}
	if _, ours := terms[key]; !ours {
		return nil
	}
	if v, ok := o["matou:"+key]; ok {
		return v
	}
	return o[NS+key]
}

// list is what stands under key, as a list of at most limit values.
func (o Object) list(key string, limit int) []any {
	switch v := o.value(key).(type) {
	case nil:
		return nil
	case []any:
		return v[:min(len(v), limit)]
	default:
		return []any{v}
	}
}

// ID is the canonical id, or "".
func (o Object) ID() ap.IRI {
	s, _ := o["id"].(string)
	return asIRI(s)
}

// Types gives the names of the types in compact form, at most eight.
func (o Object) Types() []string {
	var types []string
	for _, v := range o.list("type", maxTypes) {
		s, _ := v.(string)
		for _, prefix := range []string{AS + "#", NS, "matou:"} {
			s = strings.TrimPrefix(s, prefix)
		}
		if s != "" && len(s) <= 64 && !strings.ContainsAny(s, ":/#") {
			types = append(types, s)
		}
	}
	return types
}

// Type is the first type that is known (of ActivityStreams or ours), else the
// first, else "".
func (o Object) Type() string {
	types := o.Types()
	for _, t := range types {
		if knownType(t) {
			return t
		}
	}
	if len(types) > 0 {
		return types[0]
	}
	return ""
}

// Is reports whether one of the types is t.
func (o Object) Is(t string) bool { return slices.Contains(o.Types(), t) }

// IRI gives the address under key, written as a string or as an object with an
// id; of a list, the first.
func (o Object) IRI(key string) ap.IRI {
	for _, v := range o.list(key, maxAudience) {
		if i := iriOf(v); i != "" {
			return i
		}
	}
	return ""
}

// IRIs gives all addresses under key, at most 200, each once. The three ways
// of writing Public are one (ActivityPub 5.6).
func (o Object) IRIs(key string) []ap.IRI {
	var all []ap.IRI
	seen := map[ap.IRI]bool{}
	for _, v := range o.list(key, maxAudience) {
		i := iriOf(v)
		if v == "as:Public" || v == "Public" {
			i = ap.Public
		}
		if i != "" && !seen[i] {
			seen[i] = true
			all = append(all, i)
		}
	}
	return all
}

// Child gives the object under key; of a list, the first one that is an object.
func (o Object) Child(key string) (Object, bool) {
	if c := o.Children(key, 1); len(c) > 0 {
		return c[0], true
	}
	return nil, false
}

// Children gives the objects under key, at most limit.
func (o Object) Children(key string, limit int) []Object {
	var all []Object
	for _, v := range o.list(key, maxNodes) {
		if m, ok := v.(map[string]any); ok && len(all) < limit {
			all = append(all, m)
		}
	}
	return all
}

// Time gives the instant under key in UTC, between 1970 and 9999, or the zero
// time. Fractions of a second are kept; without a zone it is UTC.
func (o Object) Time(key string) time.Time {
	s := o.String(key)
	if s == "" || len(s) > 40 {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			if t = t.UTC(); t.Year() >= 1970 && t.Year() <= 9999 {
				return t
			}
		}
	}
	return time.Time{}
}

// Bool reports whether key holds true.
func (o Object) Bool(key string) bool {
	b, _ := o.value(key).(bool)
	return b
}

// Int gives the whole number under key, clamped to 0 … 2^31-1, or false.
func (o Object) Int(key string) (int, bool) {
	n, ok := o.value(key).(json.Number)
	if !ok {
		return 0, false
	}
	f, _ := n.Float64() // out of range gives ±Inf, which clamps
	if math.IsNaN(f) {
		return 0, false
	}
	return int(min(max(f, 0), math.MaxInt32)), true
}

// String gives the string under key as it stands.
func (o Object) String(key string) string {
	s, _ := o.value(key).(string)
	return s
}

// Text gives the text under keyMap by language, or, where there is no such
// map, the one under key in the document's language ("und" where none is
// said). Language tags that do not exist are left out, and of the rest the
// first ten by alphabet are read.
func (o Object) Text(key, keyMap string) directory.Text {
	if m, ok := o.value(keyMap).(map[string]any); ok {
		if t := languages(m); len(t) > 0 {
			return t
		}
	}
	s := o.String(key)
	if s == "" {
		return nil
	}
	return directory.Text{o.language(): s}
}

// language is what @language says in a document's @context, or "und".
func (o Object) language() directory.Language {
	for _, c := range o.Children("@context", maxTypes) {
		if l, ok := primary(c.String("@language")); ok {
			return l
		}
	}
	return "und"
}

// languages reads a language map: well-formed tags, reduced to their language;
// of several variants of one language, the first by alphabet.
func languages(m map[string]any) directory.Text {
	t := directory.Text{}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		s, _ := m[k].(string)
		l, ok := primary(k)
		if !ok || s == "" || len(t) >= maxLanguages {
			continue
		}
		if _, have := t[l]; !have {
			t[l] = s
		}
	}
	return t
}

// primary gives the language of a tag in the form of BCP 47: two or three
// letters, then subtags of one to eight letters and digits.
func primary(tag string) (directory.Language, bool) {
	l, rest, more := strings.Cut(strings.ReplaceAll(strings.ToLower(tag), "_", "-"), "-")
	if len(tag) > 35 || len(l) < 2 || len(l) > 3 || strings.Trim(l, letters) != "" {
		return "", false
	}
	for sub := range strings.SplitSeq(rest, "-") {
		if more && (sub == "" || len(sub) > 8 || strings.Trim(sub, letters+"0123456789") != "") {
			return "", false
		}
	}
	return directory.Language(l), true
}

const letters = "abcdefghijklmnopqrstuvwxyz"

// iriOf reads an address written as a string, or as an object with an id, or
// as a Link with an href.
func iriOf(v any) ap.IRI {
	switch v := v.(type) {
	case string:
		return asIRI(v)
	case map[string]any:
		if i := Object(v).ID(); i != "" {
			return i
		}
		s, _ := v["href"].(string)
		return asIRI(s)
	}
	return ""
}

// asIRI is s where it is canonical. Plain http passes here: whether it may be
// used is the client's decision, by the node's configuration.
func asIRI(s string) ap.IRI {
	if iriFault(s, true) != "" {
		return ""
	}
	return ap.IRI(s)
}

// sameOrigin keeps i where its scheme and host are those of id.
func sameOrigin(id, i ap.IRI) ap.IRI {
	if i != "" && origin(i) == origin(id) {
		return i
	}
	return ""
}

// origin is the scheme and host of a canonical IRI.
func origin(i ap.IRI) string {
	scheme, rest, _ := strings.Cut(string(i), "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + rest
}
