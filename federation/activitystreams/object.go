package activitystreams

import (
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// Object is a document read strictly, or a part of one: what Parse gives.
// Numbers are json.Number. Every reader tolerates any shape: what is not as it
// should be reads as missing.
type Object map[string]any

// ID is the canonical id, or "".
func (o Object) ID() ap.IRI { return "" }

// Types gives the names of the types in compact form, at most eight.
func (o Object) Types() []string { return nil }

// Type is the first type that is known (of ActivityStreams or ours), else the
// first, else "".
func (o Object) Type() string { return "" }

// IRI gives the address under key, written as a string or as an object with an
// id; of a list, the first.
func (o Object) IRI(key string) ap.IRI { return "" }

// IRIs gives all addresses under key, at most 200, each once.
func (o Object) IRIs(key string) []ap.IRI { return nil }

// Child gives the object under key; of a list, the first one that is an object.
func (o Object) Child(key string) (Object, bool) { return nil, false }

// Children gives the objects under key, at most limit.
func (o Object) Children(key string, limit int) []Object { return nil }

// Time gives the instant under key, or the zero time.
func (o Object) Time(key string) time.Time { return time.Time{} }

// Bool reports whether key holds true.
func (o Object) Bool(key string) bool { return false }

// String gives the string under key as it stands.
func (o Object) String(key string) string { return "" }

// Text gives the text under keyMap by language, or the one under key in the
// document's language ("und" where none is said).
func (o Object) Text(key, keyMap string) directory.Text { return nil }
