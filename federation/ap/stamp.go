package ap

import "time"

// Stamp is a permission that an actor gave to one thing: that a note quotes
// its note, or that a collection features it. It stands as an object of its
// own on the host of whoever gave it, so that anybody can check it there
// (FEP-044f, FEP-7aa9). There is one for each pair of Interacting and Target;
// one that was taken back stays, so that the pair is not stamped again.
type Stamp struct {
	ID          IRI       `json:"id"`
	Kind        StampKind `json:"kind"`
	Actor       IRI       `json:"actor"`              // who gave it (attributedTo)
	Interacting IRI       `json:"interacting"`        // the note that quotes, the collection that features
	Target      IRI       `json:"target"`             // the note that is quoted, the actor that is featured
	Requester   IRI       `json:"requester"`          // the actor that asked for it
	Domain      string    `json:"domain,omitempty"`   // of the requester, which bounds how many it is given; "" for our own
	Inbox       IRI       `json:"inbox,omitempty"`    // of the requester, where it is another's
	At          time.Time `json:"at"`                 // given, or received
	RevokedAt   time.Time `json:"revokedAt,omitzero"` // zero while it holds
	CheckedAt   time.Time `json:"checkedAt,omitzero"` // Remote: last seen to stand at its origin
	Remote      bool      `json:"remote,omitempty"`   // given to us, by an actor of another node
}

// Holds reports whether the permission has not been taken back.
func (s Stamp) Holds() bool { return s.RevokedAt.IsZero() }

// StampKind is the type of the object that a Stamp stands as.
type StampKind string

// The kinds of stamps.
const (
	StampQuote   StampKind = "QuoteAuthorization"   // FEP-044f
	StampFeature StampKind = "FeatureAuthorization" // FEP-7aa9
)
