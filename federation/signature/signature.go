// Package signature signs and verifies HTTP requests in the two schemes that
// the fediverse speaks: draft-cavage-http-signatures-12 and RFC 9421. It is
// pure: bytes, keys and times in, verdicts out. It fetches no key and keeps
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
// to decide. Every refusal is an *Error.
package signature

import (
	"crypto"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Scheme names a way of signing requests.
type Scheme string

// The schemes.
const (
	Cavage            Scheme = "draft-cavage" // draft-cavage-http-signatures-12
	MessageSignatures Scheme = "rfc9421"      // RFC 9421
)

// Bounds of what a request may say of its signature.
const (
	maxHeaderBytes = 8 << 10 // of Signature, and of Signature-Input
	maxKeyIDBytes  = 2 << 10
	maxCovered     = 32 // components
	defaultWindow  = time.Hour
)

// Claim is what a request says of its signer. Nothing in it is to be trusted
// until Check and Verify have both passed.
type Claim struct {
	Scheme    Scheme
	KeyID     string    // as written; Check bounds it
	Algorithm string    // lower case; "" where absent. The key decides, not this
	Covered   []string  // signed components, lower case, in their order
	Created   time.Time // zero where absent or not signed
	Expires   time.Time // zero where absent
	Signature []byte    // a replayed request has the same

	params string // RFC 9421: the value of @signature-params
}

// Parse reads what r says of its signer, in exactly one way or not at all. A
// request with a Signature-Input header is read as RFC 9421 and as nothing
// else: whoever can break one signature must not be able to fall back on
// another.
func Parse(r *http.Request) (*Claim, error) {
	scheme, _, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if strings.EqualFold(scheme, "Signature") {
		return nil, refuse(ReasonMalformed, "the signature is in Authorization; it belongs in Signature")
	}
	values := r.Header.Values("Signature")
	if len(values) == 0 {
		return nil, refuse(ReasonMissing, "there is no Signature header")
	}
	if len(values) > 1 {
		return nil, refuse(ReasonMalformed, "there are %d Signature headers", len(values))
	}
	if len(values[0]) > maxHeaderBytes {
		return nil, refuse(ReasonMalformed, "the Signature header is %d bytes long, more than %d", len(values[0]), maxHeaderBytes)
	}
	if inputs, present := r.Header["Signature-Input"]; present {
		return parseMessage(inputs, values[0])
	}
	return parseCavage(values[0])
}

// Policy is what a request must fit.
type Policy struct {
	Origin      *url.URL      // this node's public origin, from its configuration: never from the request
	Now         time.Time     // when the request arrived
	Past        time.Duration // how old a signature may be; 0 means one hour
	Future      time.Duration // how far a peer's clock may be ahead; 0 means one hour
	Development bool          // key ids may be http
}

// fresh refuses a time outside the window.
func (p Policy) fresh(at time.Time) error {
	past, future := p.Past, p.Future
	if past == 0 {
		past = defaultWindow
	}
	if future == 0 {
		future = defaultWindow
	}
	if age := p.Now.Sub(at); age > past {
		return refuse(ReasonDate, "the signature is %s old, more than %s", age.Truncate(time.Second), past)
	}
	if ahead := at.Sub(p.Now); ahead > future {
		return refuse(ReasonDate, "the signature is %s ahead, more than %s", ahead.Truncate(time.Second), future)
	}
	return nil
}

// Check refuses a request for every reason that needs no key: the form of the
// key id, the covered components, the host, the dates, and the digest of body,
// which must be the bytes as received.
func (c *Claim) Check(r *http.Request, body []byte, p Policy) error {
	if err := checkKeyID(c.KeyID, p.Development); err != nil {
		return err
	}
	if err := checkHost(r.Host, p.Origin); err != nil {
		return err
	}
	if c.Scheme == MessageSignatures {
		return c.checkMessage(r, body, p)
	}
	return c.checkCavage(r, body, p)
}

// Verify checks the signature itself with the key of c.KeyID: an
// *rsa.PublicKey (RSASSA-PKCS1-v1_5 with SHA-256) or an ed25519.PublicKey. The
// key decides on the algorithm; one that the request names must agree.
func (c *Claim) Verify(r *http.Request, p Policy, key crypto.PublicKey) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if c.Scheme == MessageSignatures {
		return c.verifyMessage(r, p, key)
	}
	return c.verifyCavage(r, key)
}

// checkKeyID refuses key ids that could not be fetched safely.
func checkKeyID(id string, development bool) error {
	if len(id) > maxKeyIDBytes {
		return refuse(ReasonKey, "the key id is %d bytes long, more than %d", len(id), maxKeyIDBytes)
	}
	u, err := url.Parse(id)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return refuse(ReasonKey, "the key id is not an address of a key")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !development) {
		return refuse(ReasonKey, "the key id is not https")
	}
	if _, err := requestTarget(u); err != nil {
		return refuse(ReasonKey, "the key id has control characters")
	}
	return nil
}

// checkHost compares the Host header with the configured origin. A forwarded
// one is not looked at: whoever relays a request meant for another host could
// set it.
func checkHost(host string, origin *url.URL) error {
	if got, want := bareHost(host, origin.Scheme), bareHost(origin.Host, origin.Scheme); got != want {
		return refuse(ReasonHost, "the request is for %q, not for %q", got, want)
	}
	return nil
}

// bareHost gives the host in lower case without its scheme's default port.
func bareHost(host, scheme string) string {
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

// covers reports whether the claim covers all of names.
func (c *Claim) covers(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(c.Covered, name) })
}

// hasBody reports whether a request must vouch for its body.
func hasBody(r *http.Request, body []byte) bool {
	return len(body) > 0 || r.Method != http.MethodGet && r.Method != http.MethodHead
}

// receivedTarget gives path and query of a request as they came over the wire:
// the decoded form that net/http offers is not what the peer signed.
func receivedTarget(r *http.Request) (string, error) {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") { // built by a test or a proxy: absolute, or not set
		target = r.URL.RequestURI()
	}
	if !strings.HasPrefix(target, "/") {
		return "", refuse(ReasonMalformed, "the request has no path")
	}
	if hasControl(target) || strings.ContainsAny(target, " #") {
		return "", refuse(ReasonMalformed, "the path has characters that no path has")
	}
	return target, nil
}

// requestTarget gives path and query of u as they go over the wire. It refuses
// those with control characters, also escaped ones: a peer that signs or
// verifies the decoded path would take what follows a line break for a line of
// its own.
func requestTarget(u *url.URL) (string, error) {
	query, err := url.QueryUnescape(u.RawQuery)
	if err != nil || hasControl(query) || hasControl(u.RawQuery) || hasControl(u.Path) || u.Opaque != "" {
		return "", refuse(ReasonMalformed, "the address has control characters")
	}
	return u.RequestURI(), nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c == 0x7f })
}

// fieldValue gives the combined value of a header: its lines joined by a comma
// and a space (RFC 9421 2.1; draft-cavage 2.3). Host is where net/http keeps it.
func fieldValue(r *http.Request, name string) (string, error) {
	lines := r.Header.Values(name)
	if name == "host" {
		lines = []string{r.Host}
	}
	if len(lines) == 0 {
		return "", refuse(ReasonUncovered, "the signature covers %q, which the request does not have", name)
	}
	trimmed := make([]string, len(lines))
	for i, line := range lines {
		trimmed[i] = strings.TrimSpace(line)
		if hasControl(trimmed[i]) {
			return "", refuse(ReasonMalformed, "the header %q has control characters", name)
		}
	}
	return strings.Join(trimmed, ", "), nil
}

// checkDateHeader wants exactly one Date, in a form of RFC 9110 5.6.7, within
// the window.
func checkDateHeader(r *http.Request, p Policy) error {
	lines := r.Header.Values("Date")
	if len(lines) != 1 {
		return refuse(ReasonDate, "there are %d Date headers", len(lines))
	}
	at, err := http.ParseTime(lines[0])
	if err != nil {
		return refuse(ReasonDate, "the Date header is no HTTP date")
	}
	return p.fresh(at)
}

// isFieldName reports whether s may name a header in a signature: a token of
// RFC 9110 in lower case, and none that carries signatures itself.
func isFieldName(s string) bool {
	switch s {
	case "", "signature", "signature-input", "authorization":
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_'
	})
}
