// Package exchange reads and writes the formats of others, so that nobody has
// to type the same facts twice: the ChatonsInfos files that hosters of the
// CHATONS collective publish, librehost.json, tables, schema.org, vCards, maps,
// and what servers tell of themselves (see Format). docs/exchange.md says what
// each can hold.
//
// It is pure: bytes in, values out. Whoever calls it fetches the bytes, with
// its own guards, and says when. What is read is foreign: sizes are bounded,
// and a value that cannot be used is never fatal to the rest of a file; it is
// told as a Warning and kept as it was written.
package exchange

import (
	"fmt"
	"strings"
)

// Warning is one thing in a file that could not be taken as it stands, in
// words for the person who wrote the file. The rest of the file was read.
type Warning struct {
	File   string `json:"file"`           // name or address of the file
	Line   int    `json:"line,omitempty"` // from 1; 0: the file as a whole
	Key    string `json:"key,omitempty"`  // as written in the file
	Reason string `json:"reason"`         // what is wrong and what was done

	Unknown bool `json:"unknown,omitempty"` // nothing is wrong: the key means nothing here
}

// String gives the sentence "chat.properties, line 12: organization.type: …".
func (w Warning) String() string {
	var b strings.Builder
	b.WriteString(w.File)
	if w.Line > 0 {
		fmt.Fprintf(&b, ", line %d", w.Line)
	}
	if w.Key != "" {
		b.WriteString(": " + w.Key)
	}
	return b.String() + ": " + w.Reason
}
