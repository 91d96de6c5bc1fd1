package activitystreams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"matou/federation/ap"
)

// arrays are the keys that stay lists with one value, and with none: peers
// written in dynamic languages pass over a single value there.
var arrays = func() map[string]bool {
	m := set("to", "cc", "tag", "attachment", "items", "orderedItems", "alsoKnownAs", "implements", "automaticApproval", "assertionMethod")
	for name, t := range terms {
		if t.list {
			m[name] = true
		}
	}
	return m
}()

// marshal writes every outgoing document: the context in place of whatever
// stood there, lists as lists, keys in the order of their bytes, and < > & as
// they are. Parts given as json.RawMessage go out untouched.
func marshal(doc map[string]any, context any) ([]byte, error) {
	out := keepArrays(doc).(map[string]any)
	out["@context"] = context
	return encode(out)
}

// encode writes JSON with < > & as they are.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write document: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func keepArrays(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			x = keepArrays(x)
			if arrays[k] {
				x = asList(x)
			}
			out[k] = x
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = keepArrays(x)
		}
		return out
	default:
		return v
	}
}

func asList(v any) any {
	switch v.(type) {
	case nil:
		return []any{}
	case []any:
		return v
	default:
		return []any{v}
	}
}

// document marshals doc and makes the record of it that is kept and served.
func document(doc map[string]any, context any, owner ap.IRI, updated time.Time) (ap.Document, error) {
	body, err := marshal(doc, context)
	if err != nil {
		return ap.Document{}, err
	}
	o := Object(doc)
	id, err := ParseIRI(o.String("id"), true)
	if err != nil {
		return ap.Document{}, err
	}
	return ap.Document{
		IRI: id, Type: o.String("type"), Owner: owner, Body: body, URL: o.String("url"),
		Local: true, Public: true, UpdatedAt: second(updated),
	}, nil
}

// second is an instant as published and updated carry it: some peers refuse
// fractions, and the record must not claim more than the document says.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Second)
}

// stamp writes an instant of ActivityStreams, to the second.
func stamp(t time.Time) string { return second(t).Format(time.RFC3339) }

// parseURL gives the address as go-fed wants it, and checks it on the way.
func parseURL(i ap.IRI) (*url.URL, error) {
	if _, err := ParseIRI(string(i), true); err != nil {
		return nil, err
	}
	return url.Parse(string(i))
}
