package main

import (
	"errors"
	"log/slog"
	"reflect"
	"strconv"
	"strings"

	"matou/directory"
)

// logLevels are the words of log.level.
var logLevels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

// setting is one key of the configuration.
type setting struct {
	Path    string // "hoster.handle"
	Env     string // "MATOU_HOSTER_HANDLE"
	Help    string
	Default string
	value   reflect.Value
}

// settings walks the keys of a config in the order of its fields.
func settings(v reflect.Value, path string) []setting {
	var all []setting
	t := v.Type()
	for i := range t.NumField() {
		key := t.Field(i).Tag.Get("toml")
		if key == "" {
			continue
		}
		at := join(path, key)
		if t.Field(i).Type.Kind() == reflect.Struct {
			all = append(all, settings(v.Field(i), at)...)
			continue
		}
		all = append(all, setting{
			Path:    at,
			Env:     "MATOU_" + strings.ToUpper(strings.ReplaceAll(at, ".", "_")),
			Help:    t.Field(i).Tag.Get("help"),
			Default: t.Field(i).Tag.Get("default"),
			value:   v.Field(i),
		})
	}
	return all
}

// setDefaults gives every key the value of its default tag.
func setDefaults(v reflect.Value) {
	for _, s := range settings(v, "") {
		if s.Default != "" {
			// The tags are ours, and a test reads them all.
			_ = s.set(s.Default)
		}
	}
}

// set reads a value as it stands in the environment.
func (s setting) set(word string) error {
	switch {
	case s.value.Type() == textType:
		s.value.Set(reflect.ValueOf(directory.Text{"fr": word}))
	case s.value.Kind() == reflect.String:
		s.value.SetString(word)
	case s.value.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(word)
		if err != nil {
			return directory.Invalid(s.Env, "must be true or false, not %q", word)
		}
		s.value.SetBool(b)
	case s.value.Kind() == reflect.Int:
		n, err := strconv.Atoi(word)
		if err != nil {
			return directory.Invalid(s.Env, "must be a whole number, not %q", word)
		}
		s.value.SetInt(int64(n))
	case s.value.Kind() == reflect.Slice:
		var list []string
		for part := range strings.SplitSeq(word, ",") {
			if part = strings.TrimSpace(part); part != "" {
				list = append(list, part)
			}
		}
		s.value.Set(reflect.ValueOf(list))
	}
	return nil
}

// readEnvironment sets the keys that the environment names: it wins over the
// file. A variable MATOU_… that matou does not know is refused like an
// unknown key.
func (c *config) readEnvironment(environ []string) error {
	byName := map[string]setting{}
	names := []string{"MATOU_CONFIG"}
	for _, s := range settings(reflect.ValueOf(c).Elem(), "") {
		byName[s.Env] = s
		names = append(names, s.Env)
	}
	var errs []error
	for _, pair := range environ {
		name, word, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "MATOU_") || name == "MATOU_CONFIG" {
			continue
		}
		s, ok := byName[name]
		if !ok {
			hint := ""
			if near := nearest(name, names); near != "" {
				hint = "; did you mean " + near + "?"
			}
			errs = append(errs, directory.Invalid(name, "is no variable of matou%s", hint))
			continue
		}
		if err := s.set(word); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
