package activitystreams

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"matou/directory"
)

// wire moves values between Go and one JSON object, in the direction that it
// was made for. Each type of the directory is described once, by a function
// that names its terms; writing and reading follow the same description, so
// that what one writes the other reads.
//
// Reading tolerates every shape. What is not as it should be is left out and
// told in the warnings; the directory's own Validate has the last word.
type wire struct {
	object   Object
	writing  bool
	path     string
	warnings *[]string
}

func writer() wire { return wire{object: Object{}, writing: true, warnings: new([]string)} }

func newReader(o Object, warnings *[]string) wire { return wire{object: o, warnings: warnings} }

// maxWarnings bounds what one hostile profile can make a node keep.
const maxWarnings = 50

func (w wire) warn(name, reason string) {
	if len(*w.warnings) < maxWarnings {
		*w.warnings = append(*w.warnings, w.path+name+": "+reason)
	}
}

// line moves a string of one line, prose one that may have several; both of at
// most limit characters.
func (w wire) line(name string, v *string, limit int)  { move(w, name, v, limit, false) }
func (w wire) prose(name string, v *string, limit int) { move(w, name, v, limit, true) }

// word moves a short string of any string type: a code, an address, an id.
func word[T ~string](w wire, name string, v *T) { move(w, name, v, directory.MaxURL, false) }

func move[T ~string](w wire, name string, v *T, limit int, lines bool) {
	if w.writing {
		if *v != "" {
			w.object[name] = string(*v)
		}
		return
	}
	switch s := w.object.value(name).(type) {
	case nil:
	case string:
		*v = T(clean(s, limit, lines))
	default:
		w.warn(name, "is not a string")
	}
}

// text moves a language map.
func (w wire) text(name string, v *directory.Text, limit int) {
	if w.writing {
		m := map[string]any{}
		for l, s := range *v {
			if s != "" {
				m[string(l)] = s
			}
		}
		if len(m) > 0 {
			w.object[name] = m
		}
		return
	}
	switch m := w.object.value(name).(type) {
	case nil:
	case map[string]any:
		t := languages(m)
		for l, s := range t {
			if t[l] = clean(s, limit, true); t[l] == "" {
				delete(t, l)
			}
		}
		if len(t) > 0 {
			*v = t
		}
	default:
		w.warn(name, "is not a text by language")
	}
}

// words moves a list of short strings, at most limit.
func words[T ~string](w wire, name string, v *[]T, limit int) {
	if w.writing {
		if len(*v) > 0 {
			all := make([]any, len(*v))
			for i, s := range *v {
				all[i] = string(s)
			}
			w.object[name] = all
		}
		return
	}
	for _, x := range w.object.list(name, limit) {
		if s, ok := x.(string); ok && s != "" {
			*v = append(*v, T(clean(s, directory.MaxURL, false)))
		} else {
			w.warn(name, "has an entry that is not a string")
		}
	}
}

// flag moves a truth value that is false where it is not said.
func (w wire) flag(name string, v *bool) {
	if w.writing {
		if *v {
			w.object[name] = true
		}
		return
	}
	*v = w.object.Bool(name)
}

// said moves a truth value that may be left unsaid.
func (w wire) said(name string, v **bool) {
	if w.writing {
		if *v != nil {
			w.object[name] = **v
		}
		return
	}
	if b, ok := w.object.value(name).(bool); ok {
		*v = &b
	}
}

// count moves a number that may be left unsaid, number one that is not said
// where it is zero.
func (w wire) count(name string, v **int) {
	if w.writing {
		if *v != nil {
			w.object[name] = **v
		}
		return
	}
	if n, ok := w.whole(name); ok {
		*v = &n
	}
}

func (w wire) number(name string, v *int) {
	if w.writing {
		if *v != 0 {
			w.object[name] = *v
		}
		return
	}
	*v, _ = w.whole(name)
}

func (w wire) whole(name string) (int, bool) {
	n, ok := w.object.value(name).(json.Number)
	if !ok {
		if w.object.value(name) != nil {
			w.warn(name, "is not a number")
		}
		return 0, false
	}
	f, err := n.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		w.warn(name, "is not a whole number")
		return 0, false
	}
	return int(f), true
}

// measure moves a decimal number; zero is written where always is true.
func (w wire) measure(name string, v *float64, always bool) {
	if w.writing {
		if *v != 0 || always {
			w.object[name] = *v
		}
		return
	}
	n, ok := w.object.value(name).(json.Number)
	if !ok {
		return
	}
	f, err := n.Float64()
	if err != nil {
		w.warn(name, "is not a number that can be read")
		return
	}
	*v = f
}

// date moves a day, month or year.
func (w wire) date(name string, v *directory.Date) {
	s := v.String()
	word(w, name, &s)
	if w.writing {
		return
	}
	d, err := directory.ParseDate(s)
	if err != nil {
		w.warn(name, "is not a date such as 2018-06-01, 2018-06 or 2018")
	}
	*v = d
}

// instant moves a moment with its fractions of a second.
func (w wire) instant(name string, v *time.Time) {
	if w.writing {
		if !v.IsZero() {
			w.object[name] = v.UTC().Format(time.RFC3339Nano)
		}
		return
	}
	*v = w.object.Time(name)
	if v.IsZero() && w.object.value(name) != nil {
		w.warn(name, "is not an instant such as 2026-03-01T12:00:00Z")
	}
}

// nested moves the fields that describe moves, in an object under name. It is
// written where it says something, or where present is true; it reports
// whether there was one to read.
func (w wire) nested(name string, present bool, describe func(wire)) bool {
	if w.writing {
		in := w.in(Object{}, name)
		describe(in)
		if present || len(in.object) > 0 {
			w.object[name] = map[string]any(in.object)
		}
		return true
	}
	o, ok := w.object.value(name).(map[string]any)
	if !ok {
		if w.object.value(name) != nil {
			w.warn(name, "is not an object")
		}
		return false
	}
	describe(w.in(o, name))
	return true
}

// pointer moves a struct that may be left unsaid.
func pointer[T any](w wire, name string, v **T, describe func(wire, *T)) {
	if w.writing {
		if *v != nil {
			w.nested(name, true, func(in wire) { describe(in, *v) })
		}
		return
	}
	var t T
	if w.nested(name, false, func(in wire) { describe(in, &t) }) {
		*v = &t
	}
}

// each moves a list of structs, at most limit.
func each[T any](w wire, name string, v *[]T, limit int, describe func(wire, *T)) {
	if w.writing {
		all := make([]any, len(*v))
		for i := range *v {
			in := w.in(Object{}, fmt.Sprintf("%s[%d]", name, i))
			describe(in, &(*v)[i])
			all[i] = map[string]any(in.object)
		}
		if len(all) > 0 {
			w.object[name] = all
		}
		return
	}
	for i, x := range w.object.list(name, limit) {
		o, ok := x.(map[string]any)
		if !ok {
			w.warn(name, "has an entry that is not an object")
			continue
		}
		var t T
		describe(w.in(o, fmt.Sprintf("%s[%d]", name, i)), &t)
		*v = append(*v, t)
	}
}

func (w wire) in(o Object, name string) wire {
	w.object, w.path = o, w.path+name+"."
	return w
}

// clean takes from s what a reader cannot see and what turns the direction of
// the text (Unicode TR 36), line breaks too where lines is false, and cuts it
// to limit characters.
func clean(s string, limit int, lines bool) string {
	n := 0
	return strings.Map(func(r rune) rune {
		kept := lines && (r == '\n' || r == '\r' || r == '\t')
		if !kept && invisible(r) || n >= limit {
			return -1
		}
		n++
		return r
	}, s)
}

// invisible is a character that is not seen and that no script needs: the
// joiners U+200C and U+200D are not among them, because Persian, the scripts of
// India and emoji are written with them.
func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' ||
		r == '\u00ad' || r == '\u180e' || r == '\u200b' || r >= '\u2060' && r <= '\u206f' || r == '\ufeff' ||
		r == '\u3164' || r == '\uffa0' || r >= '\U000e0000' && r <= '\U000e007f' // fillers, and tags that spell unseen words
}
