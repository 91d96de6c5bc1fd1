package ap

import "time"

// Report is what somebody elsewhere wants the keepers of this node to look at:
// a Flag (ActivityStreams vocabulary) on something of ours or listed here.
// Equal ones of one host are one Report that counts them. A visitor of this
// node's own pages can write one too: nobody signed it.
type Report struct {
	Key       string    `json:"key"`                // ULID, in the order of arrival
	Reporter  IRI       `json:"reporter"`           // the actor that sent it, most often of a whole server; "" of a visitor
	Host      string    `json:"host"`               // the domain of the reporter, which bounds how many stand open
	Objects   []IRI     `json:"objects"`            // of ours, or listed here
	Content   string    `json:"content,omitempty"`  // plain text, at most MaxReport characters
	Contact   string    `json:"contact,omitempty"`  // where a visitor wants an answer, as typed; forgotten when it is closed
	At        time.Time `json:"at"`                 // first received
	LastAt    time.Time `json:"lastAt"`             // last received
	Times     int       `json:"times"`              // how often it was received
	ClosedAt  time.Time `json:"closedAt,omitzero"`  // zero while it is open
	Note      string    `json:"note,omitempty"`     // what the keeper wrote when closing it
	ExpiresAt time.Time `json:"expiresAt,omitzero"` // closed ones are forgotten then
}

// MaxReport is how many characters of a Flag's content are kept.
const MaxReport = 3000

// FromVisitor reports whether a visitor wrote it on a page of this node.
func (r Report) FromVisitor() bool { return r.Reporter == "" }

// Open reports whether nobody has closed the report yet.
func (r Report) Open() bool { return r.ClosedAt.IsZero() }
