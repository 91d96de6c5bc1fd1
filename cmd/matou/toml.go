package main

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/BurntSushi/toml"

	"matou/directory"
)

// inputError is everything that is wrong with one file, so that a person
// corrects it once and not once for each fault. It is a directory.ErrInvalid.
type inputError struct {
	file   string
	faults []inputFault
}

// inputFault is one fault, on a line (0: the file as a whole, or not known).
type inputFault struct {
	line   int
	field  string
	reason string
}

// Error gives one line for each fault.
func (f *inputError) Error() string {
	lines := make([]string, 0, len(f.faults)+1)
	for _, one := range f.faults {
		where := f.file
		if one.line > 0 {
			where = fmt.Sprintf("%s line %d", f.file, one.line)
		}
		text := one.reason
		if one.field != "" {
			text = one.field + ": " + one.reason
		}
		lines = append(lines, printable(where+": "+text))
	}
	return strings.Join(lines, "\n  ")
}

// Is makes every inputError an ErrInvalid.
func (f *inputError) Is(target error) bool { return target == directory.ErrInvalid }

// tomlReader reads one TOML file strictly into a Go value. The keys of a
// struct are its toml tags or, where it has none, its json names in snake
// case: the profile file maps to directory.Hoster one to one without a second
// set of types.
type tomlReader struct {
	file     string
	language directory.Language // of a text that is written as a plain string
	omit     map[string]bool    // "Type.Field" that the file may not set
	lines    map[string]int
	faults   []inputFault
	known    map[string][]string // leaf key -> the paths where it is known
}

// readTOML reads raw into the struct that into points at. Its error is an
// *inputError with every fault found.
func readTOML(file string, raw []byte, into any, language directory.Language, omit ...string) (*tomlReader, error) {
	r := &tomlReader{
		file: file, language: language,
		omit:  map[string]bool{},
		lines: tomlLines(string(raw)),
		known: map[string][]string{},
	}
	for _, o := range omit {
		r.omit[o] = true
	}
	values := map[string]any{}
	if _, err := toml.Decode(string(raw), &values); err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			r.faults = []inputFault{{line: parse.Position.Line, reason: parse.Message}}
			return r, r.err()
		}
		r.faults = []inputFault{{reason: err.Error()}}
		return r, r.err()
	}
	r.learn(reflect.TypeOf(into).Elem(), "", 0)
	r.table(reflect.ValueOf(into).Elem(), values, "")
	slices.SortStableFunc(r.faults, func(a, b inputFault) int { return a.line - b.line })
	return r, r.err()
}

func (r *tomlReader) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return &inputError{file: r.file, faults: r.faults}
}

// locate turns the field errors of validation, whose paths are JSON names,
// into faults of the file with their lines.
func (r *tomlReader) locate(err error) error {
	r.faults = nil
	for _, e := range flatten(err) {
		var field *directory.FieldError
		if !errors.As(e, &field) {
			return err
		}
		path := snake(field.Field)
		r.faults = append(r.faults, inputFault{line: r.line(path), field: path, reason: field.Reason})
	}
	return r.err()
}

// line gives the line of a path, or of the nearest path around it.
func (r *tomlReader) line(path string) int {
	for path != "" {
		if n, ok := r.lines[path]; ok {
			return n
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 0
		}
		path = path[:cut]
	}
	return 0
}

func (r *tomlReader) fault(path, reason string, args ...any) {
	r.faults = append(r.faults, inputFault{line: r.line(path), field: path, reason: fmt.Sprintf(reason, args...)})
}

// table fills a struct from a TOML table.
func (r *tomlReader) table(v reflect.Value, values map[string]any, path string) {
	fields := r.fields(v.Type())
	if l, ok := values["language"].(string); ok && fields["language"] != nil {
		defer func(before directory.Language) { r.language = before }(r.language)
		r.language = directory.Language(l)
	}
	for key, value := range values {
		at := join(path, key)
		index, ok := fields[key]
		if !ok {
			r.fault(at, "is no known key%s", r.suggestion(key, fields))
			continue
		}
		r.value(v.FieldByIndex(index), value, at)
	}
}

// fields gives the keys of a struct type with the index of their fields,
// those of embedded structs among them.
func (r *tomlReader) fields(t reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		owner := t
		if len(f.Index) > 1 {
			owner = t.FieldByIndex(f.Index[:len(f.Index)-1]).Type
		}
		if key := keyOf(f); key != "" && !f.Anonymous && !r.omit[owner.Name()+"."+f.Name] {
			fields[key] = f.Index
		}
	}
	return fields
}

// keyOf is the TOML key of a struct field, "" for one that has none.
func keyOf(f reflect.StructField) string {
	if key := f.Tag.Get("toml"); key != "" {
		return key
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return snake(name)
}

// snake turns "stateComment" into "state_comment" and "licenceURL" into
// "licence_url".
func snake(s string) string {
	var b strings.Builder
	var before rune
	for _, c := range s {
		if unicode.IsUpper(c) && (unicode.IsLower(before) || unicode.IsDigit(before)) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
		before = c
	}
	return b.String()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

var (
	textType = reflect.TypeFor[directory.Text]()
	timeType = reflect.TypeFor[time.Time]()
	dateType = reflect.TypeFor[directory.Date]()
)

// value sets v to one TOML value, or records why it cannot be.
func (r *tomlReader) value(v reflect.Value, value any, path string) {
	switch {
	case v.Type() == textType:
		r.text(v, value, path)
		return
	case v.Type() == timeType:
		t, ok := value.(time.Time)
		if !ok {
			r.fault(path, "must be a date and time, written without quotes: 2026-11-21T20:00:00+01:00")
			return
		}
		v.Set(reflect.ValueOf(t))
		return
	case v.Type() == dateType:
		r.date(v, value, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.value(v.Elem(), value, path)
	case reflect.Struct:
		table, ok := value.(map[string]any)
		if !ok {
			r.fault(path, "must be a table, [%s]", path)
			return
		}
		r.table(v, table, path)
	case reflect.Slice:
		r.list(v, value, path)
	default:
		r.scalar(v, value, path)
	}
}

// scalar sets a string, boolean or number.
func (r *tomlReader) scalar(v reflect.Value, value any, path string) {
	switch v.Kind() {
	case reflect.String:
		if s, ok := value.(string); ok {
			v.SetString(s)
			return
		}
		r.fault(path, "must be a text in quotes")
	case reflect.Bool:
		if b, ok := value.(bool); ok {
			v.SetBool(b)
			return
		}
		r.fault(path, "must be true or false, without quotes")
	case reflect.Int:
		if n, ok := value.(int64); ok && n >= -1<<31 && n < 1<<31 {
			v.SetInt(n)
			return
		}
		r.fault(path, "must be a whole number")
	case reflect.Float64:
		switch n := value.(type) {
		case float64:
			v.SetFloat(n)
		case int64:
			v.SetFloat(float64(n))
		default:
			r.fault(path, "must be a number")
		}
	default:
		r.fault(path, "cannot be set here")
	}
}

// list sets a slice of tables or of scalars.
func (r *tomlReader) list(v reflect.Value, value any, path string) {
	var items []any
	switch l := value.(type) {
	case []any:
		items = l
	case []map[string]any:
		for _, m := range l {
			items = append(items, m)
		}
	default:
		if v.Type().Elem().Kind() == reflect.Struct {
			r.fault(path, "must be a list of tables, [[%s]]", path)
		} else {
			r.fault(path, "must be a list: [%s]", `"…", "…"`)
		}
		return
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		r.value(out.Index(i), item, fmt.Sprintf("%s[%d]", path, i))
	}
	v.Set(out)
}

// text sets a directory.Text from a plain string (in the file's language) or a
// table of languages.
func (r *tomlReader) text(v reflect.Value, value any, path string) {
	switch t := value.(type) {
	case string:
		if t != "" {
			v.Set(reflect.ValueOf(directory.Text{r.language: t}))
		}
	case map[string]any:
		text := directory.Text{}
		for language, s := range t {
			words, ok := s.(string)
			if !ok {
				r.fault(join(path, language), "must be a text in quotes")
				continue
			}
			text[directory.Language(language)] = words
		}
		v.Set(reflect.ValueOf(text))
	default:
		r.fault(path, "must be a text, or one for each language: %s.fr = \"…\"", path)
	}
}

// date sets a directory.Date from a TOML date, a text or a year.
func (r *tomlReader) date(v reflect.Value, value any, path string) {
	switch d := value.(type) {
	case time.Time:
		v.Set(reflect.ValueOf(directory.DateOf(d)))
	case int64:
		r.unmarshal(v, fmt.Sprintf("%04d", d), path)
	case string:
		r.unmarshal(v, d, path)
	default:
		r.fault(path, "must be a date: 2018-06-01, \"2018-06\" or 2018")
	}
}

func (r *tomlReader) unmarshal(v reflect.Value, s, path string) {
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		r.fault(path, "must be a date: 2018-06-01, \"2018-06\" or 2018")
	}
}
