package main

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"matou/directory"
)

// writeProfile gives the profile file that says h: what readTOML reads back
// as the same hoster. Keys stand in the order of directory.Hoster; what is not
// said is left out.
func writeProfile(h directory.Hoster, comment string) []byte {
	w := &tomlWriter{omit: map[string]bool{}}
	for _, o := range notInProfile {
		w.omit[o] = true
	}
	for line := range strings.Lines(comment) {
		fmt.Fprintf(&w.out, "# %s\n", strings.TrimRight(line, "\n"))
	}
	w.table(reflect.ValueOf(h), "")
	return w.out.Bytes()
}

type tomlWriter struct {
	out  bytes.Buffer
	omit map[string]bool
}

// table writes the plain values of a struct, then its tables: TOML allows no
// plain value of a table after the header of another.
func (w *tomlWriter) table(v reflect.Value, path string) {
	t := v.Type()
	var tables []int
	for i := range t.NumField() {
		f := v.Field(i)
		key := keyOf(t.Field(i))
		if key == "" || w.omit[t.Name()+"."+t.Field(i).Name] || f.IsZero() && f.Kind() != reflect.Bool {
			continue
		}
		if isTable(f.Type()) {
			tables = append(tables, i)
			continue
		}
		w.plain(key, f)
	}
	for _, i := range tables {
		w.tables(v.Field(i), join(path, keyOf(t.Field(i))))
	}
}

// isTable reports whether values of a type are written under a header.
func isTable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && t != timeType && t != dateType
}

// tables writes a struct under [path], or each of a list under [[path]].
func (w *tomlWriter) tables(v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			fmt.Fprintf(&w.out, "\n[[%s]]\n", path)
			w.table(v.Index(i), path)
		}
		return
	}
	fmt.Fprintf(&w.out, "\n[%s]\n", path)
	w.table(v, path)
}

// plain writes one key that needs no header.
func (w *tomlWriter) plain(key string, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Type() == textType {
		text := v.Interface().(directory.Text)
		for _, language := range sortedKeys(text) {
			fmt.Fprintf(&w.out, "%s.%s = %s\n", key, language, tomlString(text[language]))
		}
		return
	}
	if v.Kind() == reflect.Bool && !v.Bool() && key != "discoverable" && key != "indexable" && !strings.HasPrefix(key, "can_") && key != "agreed" {
		return
	}
	fmt.Fprintf(&w.out, "%s = %s\n", key, tomlValue(v))
}

// tomlValue writes one value or a list of values.
func tomlValue(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Time:
		return x.Format(time.RFC3339)
	case directory.Date:
		if x.Day != 0 {
			return x.String()
		}
		return strconv.Quote(x.String())
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float64:
		s := strconv.FormatFloat(v.Float(), 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = tomlValue(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		return tomlString(v.String())
	}
}

// tomlString writes a text in quotes; one of several lines over several lines.
func tomlString(s string) string {
	var b strings.Builder
	quote := `"`
	if strings.Contains(s, "\n") {
		quote = `"""`
	}
	b.WriteString(quote)
	if quote == `"""` {
		b.WriteByte('\n') // taken off again by the reader
	}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n' && quote == `"""`:
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteString(quote)
	return b.String()
}
