package proof

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"matou/directory"
)

// maxDepth bounds the recursion: a document from outside was read with less.
const maxDepth = 64

// Canonical gives the one way to write a JSON tree (RFC 8785, the JSON
// Canonicalization Scheme): no spaces, keys in the order of their UTF-16 code
// units, numbers as ECMAScript writes them. It takes what encoding/json makes
// (map[string]any, []any, string, float64 or json.Number, bool, nil) and int.
// Errors are directory.ErrInvalid: other types, text that is not UTF-8, numbers
// that no float64 holds, and what is nested deeper than 64.
func Canonical(v any) ([]byte, error) { return appendValue(nil, v, 0) }

func appendValue(b []byte, v any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, directory.Invalid("document", "is nested more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v)
	case int:
		return appendNumber(b, float64(v))
	case float64:
		return appendNumber(b, v)
	case json.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return nil, directory.Invalid("document", "has a number that is too large")
		}
		return appendNumber(b, f)
	case []any:
		return appendArray(b, v, depth)
	case map[string]any:
		return appendObject(b, v, depth)
	}
	return nil, directory.Invalid("document", "has a %T, which is no JSON", v)
}

func appendArray(b []byte, list []any, depth int) ([]byte, error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, v, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendObject(b []byte, o map[string]any, depth int) ([]byte, error) {
	type member struct {
		key   string
		units []uint16
	}
	members := make([]member, 0, len(o))
	for key := range o {
		members = append(members, member{key, utf16.Encode([]rune(key))})
	}
	slices.SortFunc(members, func(x, y member) int { return slices.Compare(x.units, y.units) })
	b = append(b, '{')
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendString(b, m.key); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendValue(b, o[m.key], depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendString writes a string as RFC 8785 3.2.2.2: control characters
// escaped, in their short form where there is one, and nothing else.
func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, directory.Invalid("document", "is not UTF-8")
	}
	b = append(b, '"')
	for _, c := range []byte(s) {
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			if c < ' ' {
				b = fmt.Appendf(b, `\u%04x`, c)
			} else {
				b = append(b, c)
			}
		}
	}
	return append(b, '"'), nil
}

// appendNumber writes a number as ECMAScript does (RFC 8785 3.2.2.3).
func appendNumber(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, directory.Invalid("document", "has a number that JSON cannot write")
	}
	if f == 0 {
		return append(b, '0'), nil // and never -0
	}
	text, err := json.Marshal(f) // which follows ECMAScript, by its documentation
	if err != nil {
		return nil, directory.Invalid("document", "has a number that JSON cannot write")
	}
	return append(b, text...), nil
}
