package exchange

import (
	"reflect"
	"strconv"
	"strings"

	"matou/directory"
)

// fitPasses bounds how often Fit looks again: what is taken out of a list or a
// group may leave something else to take out.
const fitPasses = 12

// Fit gives h without what directory.Hoster.Validate refuses, and a warning
// for each thing that was taken out. A hoster without a name stays without,
// and a handle that is missing is derived from the name.
func Fit(h directory.Hoster, source string) (directory.Hoster, []Warning) {
	h = copyOf(h)
	var warnings []Warning
	warn := func(field, why string) {
		warnings = append(warnings, Warning{File: source, Key: field, Reason: why})
	}
	trimLists(&h, warn)
	tidy(&h.Name, "name", warn)
	for i := range h.Services {
		tidy(&h.Services[i].Name, "services["+strconv.Itoa(i)+"].name", warn)
	}
	if h.Handle == "" {
		h.Handle = Handle(h.Name)
	}
	for range fitPasses {
		faults := directory.FieldErrors(h.Validate())
		var gone []string
		changed := false
		for i := len(faults) - 1; i >= 0; i-- {
			f := faults[i]
			if under(f.Field, gone) || f.Field == "name" {
				continue
			}
			cut, ok := takeOut(&h, f.Field)
			if !ok {
				continue
			}
			changed = true
			gone = append(gone, cut)
			warn(f.Field, f.Reason+"; it is left out")
		}
		if !changed {
			break
		}
	}
	if strings.TrimSpace(h.Name) == "" {
		warn("name", "no name is given; a hoster needs one")
	}
	return h, warnings
}

// tidy makes a name one that can be shown: without it nothing else would be of
// use, so that it is mended rather than taken out.
func tidy(name *string, field string, warn func(field, why string)) {
	fit := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if hidden(r) {
			return ' '
		}
		return r
	}, *name)), " ")
	if r := []rune(fit); len(r) > directory.MaxName {
		fit = strings.TrimSpace(string(r[:directory.MaxName]))
	}
	if fit != *name && strings.Join(strings.Fields(*name), " ") != fit {
		warn(field, "is too long or holds characters that cannot be seen; they are taken out")
	}
	if fit != strings.TrimSpace(*name) {
		*name = fit
	}
}

// under reports whether a field is one of those, or lies in one.
func under(field string, gone []string) bool {
	for _, g := range gone {
		if rest, ok := strings.CutPrefix(field, g); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// trimLists shortens the lists that are longer than a profile may have.
func trimLists(h *directory.Hoster, warn func(field, why string)) {
	trim(&h.Languages, "languages", directory.MaxLanguages, warn)
	trim(&h.Audiences, "audiences", directory.MaxAudiences, warn)
	trim(&h.Serves, "serves", directory.MaxAreas, warn)
	trim(&h.DataIn, "dataIn", directory.MaxAreas, warn)
	trim(&h.Contact.Hours, "contact.hours", directory.MaxList, warn)
	trim(&h.Contact.Languages, "contact.languages", directory.MaxLanguages, warn)
	trim(&h.Work.Qualifications, "work.qualifications", directory.MaxList, warn)
	trim(&h.Memberships, "memberships", directory.MaxList, warn)
	trim(&h.Statements, "statements", directory.MaxStatements, warn)
	trim(&h.Links, "links", directory.MaxList, warn)
	trim(&h.Services, "services", directory.MaxServices, warn)
}

func trim[T any](list *[]T, field string, most int, warn func(field, why string)) {
	if n := len(*list); n > most {
		*list = (*list)[:most]
		warn(field, "has "+strconv.Itoa(n)+" items; the first "+strconv.Itoa(most)+" are taken")
	}
}

// takeOut empties the field of h at a path such as "services[2].website", or
// what holds it where the field is empty already. It gives the path of what
// went, and false where nothing did.
func takeOut(h *directory.Hoster, path string) (string, bool) {
	switch {
	case path == "handle":
		h.Handle = Handle(h.Name)
		return path, true
	case path == "until" && h.Until.IsZero():
		path = "state" // a closing without a day is no closing yet
	case strings.HasSuffix(path, "point.latitude"), strings.HasSuffix(path, "point.longitude"):
		path = path[:strings.LastIndexByte(path, '.')]
	}
	for path != "" {
		if empty(reflect.ValueOf(h).Elem(), steps(path)) {
			return path, true
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return "", false
}

// steps parts "services[2].website" into services, 2, website.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// empty sets what lies at the end of a path to nothing, and takes an item out
// of its list; it reports whether anything was there.
func empty(v reflect.Value, path []string) bool {
	if len(path) == 0 {
		if v.IsZero() {
			return false
		}
		v.SetZero()
		return true
	}
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && empty(v.Elem(), path)
	case reflect.Struct:
		f, ok := fieldNamed(v, path[0])
		return ok && empty(f, path[1:])
	case reflect.Map:
		key := reflect.ValueOf(path[0]).Convert(v.Type().Key())
		if !v.MapIndex(key).IsValid() {
			return false
		}
		v.SetMapIndex(key, reflect.Value{})
		return true
	case reflect.Slice:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= v.Len() {
			return false
		}
		if len(path) > 1 {
			return empty(v.Index(i), path[1:])
		}
		v.Set(reflect.AppendSlice(v.Slice3(0, i, i), v.Slice(i+1, v.Len())))
		return true
	}
	return false
}

// fieldNamed gives the field of a struct by its name in JSON.
func fieldNamed(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if jsonName(v.Type().Field(i)) == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// copyOf gives a copy of a hoster that shares nothing with it.
func copyOf(h directory.Hoster) directory.Hoster {
	c := reflect.New(reflect.TypeOf(h)).Elem()
	copyInto(c, reflect.ValueOf(h))
	return c.Interface().(directory.Hoster) //nolint:errcheck // it is of that type
}

func copyInto(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			copyInto(to.Elem(), from.Elem())
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				copyInto(to.Index(i), from.Index(i))
			}
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMapWithSize(from.Type(), from.Len()))
			for _, k := range from.MapKeys() {
				to.SetMapIndex(k, from.MapIndex(k))
			}
		}
	case reflect.Struct:
		if isAtom(from.Type()) {
			to.Set(from)
			return
		}
		for i := range from.NumField() {
			copyInto(to.Field(i), from.Field(i))
		}
	default:
		to.Set(from)
	}
}
