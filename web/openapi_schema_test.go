package web

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/exchange"
)

// apiTypes are what the interface answers, as Go types.
var apiTypes = []any{
	listingsAnswer{}, facetsAnswer{}, listingAnswer{}, historyAnswer{}, areasAnswer{}, areaAnswer{},
	criteriaAnswer{}, needsAnswer{}, presetsAnswer{}, replacementsAnswer{}, problem{},
}

// schemaName is the name in the description of the schema of a Go type.
func schemaName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[listingAnswer]():
		return "Entry"
	case reflect.TypeFor[exchange.EntryStatement]():
		return "EntryStatement"
	case reflect.TypeFor[exchange.EntryService]():
		return "EntryService"
	case reflect.TypeFor[exchange.EntryContact]():
		return "EntryContact"
	}
	n := strings.TrimSuffix(strings.TrimPrefix(t.Name(), "Entry"), "Answer")
	return strings.ToUpper(n[:1]) + n[1:]
}

// Every field that an answer may have is described, and no other.
func TestOpenAPIDescribesEveryField(t *testing.T) {
	schemas := description(t)["components"].(map[string]any)["schemas"].(map[string]any)
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] || typ == reflect.TypeFor[time.Time]() || typ == reflect.TypeFor[directory.Date]() {
			return
		}
		seen[typ] = true
		var fields []string
		var gather func(reflect.Type)
		gather = func(typ reflect.Type) {
			for f := range typ.Fields() {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				switch {
				case f.Anonymous:
					gather(f.Type)
				case name != "" && name != "-":
					fields = append(fields, name)
					walk(f.Type)
				}
			}
		}
		gather(typ)
		schema, ok := schemas[schemaName(typ)].(map[string]any)
		if !ok {
			t.Errorf("web/openapi.json has no schema %s for %s", schemaName(typ), typ)
			return
		}
		described, _ := schema["properties"].(map[string]any)
		for _, name := range fields {
			if described[name] == nil {
				t.Errorf("web/openapi.json: %s does not describe the field %q of %s", schemaName(typ), name, typ)
			}
		}
		for name := range described {
			if !slices.Contains(fields, name) {
				t.Errorf("web/openapi.json: %s describes %q, which %s has not", schemaName(typ), name, typ)
			}
		}
		if schema["additionalProperties"] != false {
			t.Errorf("web/openapi.json: %s does not refuse what it does not describe", schemaName(typ))
		}
	}
	for _, v := range apiTypes {
		walk(reflect.TypeOf(v))
	}
}
