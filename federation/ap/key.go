package ap

import "time"

// FormerKey is the word of a key that was replaced on the one that came after
// it: whoever knew the former one can tell that the same actor made the next,
// however much later, and that nobody took its place. Former keys sign nothing
// any more.
type FormerKey struct {
	Key
	Successor  IRI       `json:"successor"` // id of the key that it vouches for
	ReplacedAt time.Time `json:"replacedAt"`
	Signature  []byte    `json:"signature"` // by this key; see signature.Succession
}

// RetiredKey is the secret of a key of ours that was replaced a short while
// ago. It signs what was said before, and the word on its successor, until
// every peer had its chance to hear of it.
type RetiredKey struct {
	KeyID      IRI       `json:"keyId"`
	PrivateDER []byte    `json:"privateDer"` // PKCS #8, RSA-2048
	Last       string    `json:"last"`       // the last Delivery that it signs, by its Key
	Until      time.Time `json:"until"`      // when it is forgotten
}
