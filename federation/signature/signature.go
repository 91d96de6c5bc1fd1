// Package signature signs and verifies HTTP requests in the two schemes that
// the fediverse speaks: draft-cavage-http-signatures-12 and RFC 9421. It is
// pure: bytes, keys and times in, verdicts out. It fetches no key and stores
// nothing.
//
// A request is verified in three steps, so that no key is fetched for a
// request that could not be accepted anyway:
//
//	claim, err := signature.Parse(r)          // what the request says
//	err = claim.Check(r, body, policy)        // all that needs no key
//	err = claim.Verify(r, policy, key)        // the signature itself
//
// Only after Verify may the request be believed to come from the owner of
// claim.KeyID; whether that owner may do what the body says is the caller's
// to decide.
package signature

import (
	"crypto"
	"crypto/rsa"
	"net/http"
	"net/url"
	"time"
)

// Scheme names a way of signing requests.
type Scheme string

// The schemes.
const (
	Cavage            Scheme = "draft-cavage" // draft-cavage-http-signatures-12
	MessageSignatures Scheme = "rfc9421"      // RFC 9421
)

// Signer signs requests with the RSA key of one of our actors.
type Signer struct {
	KeyID string // IRI of the public key, e.g. "https://hoster.example/actor#main-key"
	Key   *rsa.PrivateKey
}

// Sign signs r, whose body is body, in the scheme, as of now. It sets the
// headers that the scheme covers (Date, Digest or Content-Digest,
// Content-Type where absent) and Signature, and takes those of an earlier
// signature away, so that one request can be signed anew for every try.
func (s Signer) Sign(r *http.Request, body []byte, scheme Scheme, now time.Time) error {
	return refuse(Malformed, "not written")
}

// Claim is what a request says of its signer. Nothing in it is trusted until
// Check and Verify have both passed.
type Claim struct {
	Scheme    Scheme
	KeyID     string    // as written, at most 2048 bytes
	Algorithm string    // as written, lower case; "" where absent. The key decides, not this
	Covered   []string  // signed components, lower case, in order
	Created   time.Time // zero where absent
	Expires   time.Time // zero where absent
	Signature []byte    // the signature itself: a replayed request has the same
}

// Parse reads what r says of its signer, strictly. A request with a
// Signature-Input header is read as RFC 9421 and as nothing else.
func Parse(r *http.Request) (*Claim, error) { return nil, refuse(Missing, "not written") }

// Policy is what a request must fit.
type Policy struct {
	Origin      *url.URL      // this node's public origin; never taken from the request
	Now         time.Time     // when the request arrived
	Past        time.Duration // how old a signature may be; 0 means one hour
	Future      time.Duration // how far ahead a peer's clock may run; 0 means one hour
	Development bool          // key ids may be http
}

// Check refuses a request for every reason that needs no key.
func (c *Claim) Check(r *http.Request, body []byte, p Policy) error {
	return refuse(Malformed, "not written")
}

// Verify checks the signature with the key of c.KeyID.
func (c *Claim) Verify(r *http.Request, p Policy, key crypto.PublicKey) error {
	return refuse(Malformed, "not written")
}
