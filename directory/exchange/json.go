package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"matou/directory"
)

// What foreign JSON may hold, beside its size.
const (
	maxJSONDepth  = 32
	maxJSONValues = 500_000
)

// object is a JSON object as read. Its methods take what foreign documents
// write in one of several ways, and give zero values for what is not there.
type object map[string]any

// parseJSON reads one JSON value of UTF-8 text: objects as object, lists as
// []any, numbers as json.Number. The error, a directory.ErrInvalid, names the
// line. Of a key written twice the last counts (RFC 8259 4).
func parseJSON(name string, raw []byte) (any, error) {
	raw = bytes.TrimPrefix(raw, []byte(byteOrderMark))
	switch {
	case len(raw) > MaxDocumentBytes:
		return nil, directory.Invalid(name, "is longer than %d MiB", MaxDocumentBytes>>20)
	case bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return nil, directory.Invalid(name, "is not UTF-8 text (it looks like UTF-16): save the file as UTF-8")
	case !utf8.Valid(raw):
		return nil, directory.Invalid(name, "is not UTF-8 text (it may be Latin-1): save the file as UTF-8")
	}
	if err := boundJSON(name, raw); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, jsonFault(name, raw, err, d.InputOffset())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, directory.Invalid(where(name, raw, d.InputOffset()), "goes on after the end of the JSON")
	}
	return objects(v), nil
}

// boundJSON counts depth and values before anything is kept of them.
func boundJSON(name string, raw []byte) error {
	depth, values, inString := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxJSONDepth {
				return directory.Invalid(where(name, raw, int64(i)), "is more than %d levels deep", maxJSONDepth)
			}
			values++
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
		if values > maxJSONValues {
			return directory.Invalid(name, "has more than %d values", maxJSONValues)
		}
	}
	return nil
}

// jsonFault says what is wrong with JSON, in words, and where.
func jsonFault(name string, raw []byte, err error, at int64) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return directory.Invalid(where(name, raw, syntax.Offset), "is no JSON: %s", syntax.Error())
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return directory.Invalid(where(name, raw, int64(len(raw))), "is JSON that ends too early: was all of the file copied?")
	}
	return directory.Invalid(where(name, raw, at), "is no JSON: %v", err)
}

// where is "name, line 12".
func where(name string, raw []byte, offset int64) string {
	return fmt.Sprintf("%s, line %d", name, 1+bytes.Count(raw[:min(int(offset), len(raw))], []byte("\n")))
}

// objects gives v with its maps as objects.
func objects(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = objects(x)
		}
		return object(v)
	case []any:
		for i, x := range v {
			v[i] = objects(x)
		}
	}
	return v
}

func (o object) has(key string) bool {
	_, ok := o[key]
	return ok
}

// sub gives the object under a key.
func (o object) sub(key string) object {
	v, _ := o[key].(object)
	return v
}

// list gives the items under a key; a single value is a list of one.
func (o object) list(key string) []any { return asList(o[key]) }

func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// str gives the text under the first of the keys that has one. A number is
// its digits.
func (o object) str(keys ...string) string {
	for _, k := range keys {
		if s := asString(o[k]); s != "" {
			return s
		}
	}
	return ""
}

func asString(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// strs gives the texts of a list, or the one text, under a key.
func (o object) strs(key string) []string {
	var all []string
	for _, v := range o.list(key) {
		if s := asString(v); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// onlyAddresses reports whether the object maps names to addresses and
// nothing else.
func (o object) onlyAddresses() bool {
	for _, v := range o {
		s, ok := v.(string)
		if !ok || !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
			return false
		}
	}
	return len(o) > 0
}

// rest gives the keys that are not known, in order.
func (o object) rest(known []string) []string {
	var keys []string
	for k := range o {
		if !slices.Contains(known, k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// encodeJSON writes a value of ours: indented, with its text as it is.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	return b.Bytes(), nil
}
