package exchange

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"matou/directory"
)

var (
	timeType = reflect.TypeFor[time.Time]()
	dateType = reflect.TypeFor[directory.Date]()
)

// isAtom reports whether values of a struct type are one fact each.
func isAtom(t reflect.Type) bool { return t == timeType || t == dateType }

// neverImported are the fields that a node decides on itself: names, consent
// to be found, and who said a statement.
var neverImported = []string{
	"Hoster.ID", "Hoster.Handle", "Hoster.Discoverable", "Hoster.Indexable", "Hoster.UpdatedAt", "Hoster.ConfirmedAt", "Service.ID",
}

func imported(t reflect.Type, field string) bool {
	return !slices.Contains(neverImported, t.Name()+"."+field)
}

// keyOf tells the items of a list apart: what two lists have of the same key
// is the same thing. "" for lists whose items have no name.
func keyOf(item reflect.Value) string {
	switch x := item.Interface().(type) {
	case directory.Service:
		return x.Slug
	case directory.Membership:
		return x.Collective
	case directory.Link:
		return string(x.Kind) + " " + x.Name
	case directory.Relation:
		return string(x.Kind) + " " + firstSaid(string(x.With), x.Name, x.Website)
	case directory.Statement:
		if x.SaidBy != "" {
			return string(x.Criterion) + " by " + string(x.SaidBy)
		}
		return string(x.Criterion)
	}
	return ""
}

// Merge gives what is known of a hoster after a document said something of it:
// what the document says counts, what it is silent on is kept. Services,
// memberships, links and statements are told apart by their names, services
// also by their address, and none is taken away; other lists are replaced as a
// whole. The node's own fields are those of have: its names, its consent, and
// when it last confirmed, where it ever did. What others say on a criterion is
// not the hoster's to say, and is left out.
func Merge(have, said directory.Hoster) directory.Hoster {
	merged, said := copyOf(have), copyOf(said)
	sameSlugs(have.Services, said.Services)
	said.Statements = slices.DeleteFunc(said.Statements, func(s directory.Statement) bool { return s.SaidBy != "" })
	if merged.ConfirmedAt.IsZero() {
		merged.ConfirmedAt = said.ConfirmedAt
	}
	mergeStruct(reflect.ValueOf(&merged).Elem(), reflect.ValueOf(said))
	return merged
}

// sameSlugs gives the services of a document the slugs by which the hoster
// has them, where the address says that they are the same.
func sameSlugs(have, said []directory.Service) {
	taken := map[string]bool{}
	for _, s := range have {
		taken[s.Slug] = true
	}
	for i := range said {
		if taken[said[i].Slug] || said[i].Website == "" {
			continue
		}
		at := slices.IndexFunc(have, func(s directory.Service) bool {
			return sameSite(s.Website, said[i].Website) && !slices.ContainsFunc(said, func(o directory.Service) bool { return o.Slug == s.Slug })
		})
		if at >= 0 {
			said[i].Slug = have[at].Slug
		}
	}
}

// sameSite reports whether two addresses lead to the same page for people.
func sameSite(a, b string) bool {
	return a != "" && bareAddress(a) == bareAddress(b)
}

func bareAddress(s string) string {
	_, rest, _ := strings.Cut(strings.ToLower(s), "://")
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}

func mergeStruct(into, from reflect.Value) {
	t := from.Type()
	for i := range t.NumField() {
		if imported(t, t.Field(i).Name) {
			mergeValue(into.Field(i), from.Field(i))
		}
	}
}

func mergeValue(into, from reflect.Value) {
	if from.IsZero() {
		return
	}
	switch from.Kind() {
	case reflect.Struct:
		if isAtom(from.Type()) {
			into.Set(from)
			return
		}
		mergeStruct(into, from)
	case reflect.Map:
		if into.IsNil() {
			into.Set(reflect.MakeMap(from.Type()))
		}
		for _, k := range from.MapKeys() {
			into.SetMapIndex(k, from.MapIndex(k))
		}
	case reflect.Slice:
		mergeList(into, from)
	default:
		into.Set(from)
	}
}

func mergeList(into, from reflect.Value) {
	if !named(from.Type().Elem()) {
		into.Set(from)
		return
	}
	at := map[string]int{}
	for i := range into.Len() {
		at[keyOf(into.Index(i))] = i
	}
	for i := range from.Len() {
		if j, ok := at[keyOf(from.Index(i))]; ok {
			mergeStruct(into.Index(j), from.Index(i))
			continue
		}
		into.Set(reflect.Append(into, from.Index(i)))
	}
}

// named reports whether the items of a list have names of their own.
func named(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[directory.Service](), reflect.TypeFor[directory.Membership](), reflect.TypeFor[directory.Link](), reflect.TypeFor[directory.Relation](), reflect.TypeFor[directory.Statement]():
		return true
	}
	return false
}

// Difference is one fact that two profiles do not tell alike. "" is not said.
type Difference struct {
	Field string // path: "summary.fr", "services[pad].website"
	Old   string
	New   string
}

// Differences gives the facts that differ from was to is, in the order of
// directory.Hoster, without those that a node decides on itself.
func Differences(was, is directory.Hoster) []Difference {
	old, now := factsOf(was), factsOf(is)
	before := make(map[string]string, len(old))
	for _, f := range old {
		before[f.path] = f.value
	}
	var all []Difference
	seen := map[string]bool{}
	for _, f := range now {
		seen[f.path] = true
		if before[f.path] != f.value {
			all = append(all, Difference{Field: f.path, Old: before[f.path], New: f.value})
		}
	}
	for _, f := range old {
		if !seen[f.path] {
			all = append(all, Difference{Field: f.path, Old: f.value})
		}
	}
	return all
}

// Silent gives the facts of have on which said says nothing: those that Merge
// keeps.
func Silent(have, said directory.Hoster) []string {
	told := map[string]bool{}
	said = copyOf(said)
	sameSlugs(have.Services, said.Services)
	for _, f := range factsOf(said) {
		told[f.path] = true
	}
	var kept []string
	for _, f := range factsOf(have) {
		if !told[f.path] {
			kept = append(kept, f.path)
		}
	}
	return kept
}

// stated is one fact of a profile, in one line.
type stated struct{ path, value string }

// factsOf gives all that a hoster says, in order.
func factsOf(h directory.Hoster) []stated {
	var all []stated
	gather(reflect.ValueOf(h), "", &all)
	return all
}

func gather(v reflect.Value, path string, all *[]stated) {
	if v.IsZero() {
		return
	}
	add := func(value string) { *all = append(*all, stated{path, value}) }
	switch v.Kind() {
	case reflect.Pointer:
		if e := v.Elem(); e.Kind() != reflect.Struct {
			add(fmt.Sprint(e.Interface()))
			return
		}
		gather(v.Elem(), path, all)
	case reflect.Struct:
		switch x := v.Interface().(type) {
		case time.Time:
			add(x.UTC().Format(time.RFC3339))
		case directory.Date:
			add(x.String())
		default:
			gatherFields(v, path, all)
		}
	case reflect.Map:
		t, _ := v.Interface().(directory.Text)
		for _, l := range languagesOf(t) {
			*all = append(*all, stated{path + "." + string(l), t[l]})
		}
	case reflect.Slice:
		gatherList(v, path, all)
	default:
		add(fmt.Sprint(v.Interface()))
	}
}

func gatherFields(v reflect.Value, path string, all *[]stated) {
	t := v.Type()
	for i := range t.NumField() {
		if !imported(t, t.Field(i).Name) {
			continue
		}
		name := jsonName(t.Field(i))
		if path != "" {
			name = path + "." + name
		}
		gather(v.Field(i), name, all)
	}
}

func gatherList(v reflect.Value, path string, all *[]stated) {
	if v.Type().Elem().Kind() != reflect.Struct {
		items := make([]string, v.Len())
		for i := range items {
			items[i] = fmt.Sprint(v.Index(i).Interface())
		}
		*all = append(*all, stated{path, strings.Join(items, ", ")})
		return
	}
	for i := range v.Len() {
		key := keyOf(v.Index(i))
		if key == "" {
			key = strconv.Itoa(i)
		}
		gather(v.Index(i), path+"["+key+"]", all)
	}
}

// languagesOf gives the languages of a text by alphabet, those that say
// something.
func languagesOf(t directory.Text) []directory.Language {
	var all []directory.Language
	for l, s := range t {
		if s != "" {
			all = append(all, l)
		}
	}
	slices.Sort(all)
	return all
}
