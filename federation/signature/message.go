package signature

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// parseMessage reads Signature-Input and Signature (RFC 9421 4): one signature
// under one label, whose components are names without parameters.
func parseMessage(inputs []string, signature string) (*Claim, error) {
	if len(inputs) != 1 || len(inputs[0]) > maxHeaderBytes {
		return nil, refuse(ReasonMalformed, "there is not exactly one Signature-Input header of at most %d bytes", maxHeaderBytes)
	}
	input, err := onlyMember(inputs[0])
	if err != nil {
		return nil, err
	}
	signed, err := onlyMember(signature)
	if err != nil {
		return nil, err
	}
	list, isList := input.member.(httpsfv.InnerList)
	item, _ := signed.member.(httpsfv.Item)
	bytes, isBytes := item.Value.([]byte)
	if input.label != signed.label || !isList || !isBytes || len(bytes) == 0 || len(item.Params.Names()) > 0 {
		return nil, refuse(ReasonMalformed, "Signature-Input and Signature do not belong together")
	}
	c := &Claim{Scheme: MessageSignatures, Signature: bytes}
	if c.Covered, err = components(list); err != nil {
		return nil, err
	}
	if err := c.readParams(list.Params); err != nil {
		return nil, err
	}
	if c.params, err = httpsfv.Marshal(list); err != nil {
		return nil, refuse(ReasonMalformed, "the Signature-Input header cannot be written again")
	}
	return c, nil
}

type labelled struct {
	label  string
	member httpsfv.Member
}

// onlyMember reads a dictionary of one member.
func onlyMember(value string) (labelled, error) {
	dictionary, err := readDictionary(value)
	if err != nil {
		return labelled{}, err
	}
	names := dictionary.Names()
	if len(names) != 1 {
		return labelled{}, refuse(ReasonMalformed, "there are %d signatures, not one", len(names))
	}
	member, _ := dictionary.Get(names[0])
	return labelled{names[0], member}, nil
}

// readDictionary reads a dictionary (RFC 9651 3.2) that says everything once:
// of members and parameters with the same name the last one counts there, and
// a reader that counts the first one would see another signature. So what was
// read must be what was written, but for spaces.
func readDictionary(value string) (*httpsfv.Dictionary, error) {
	dictionary, err := httpsfv.UnmarshalDictionary([]string{value})
	if err != nil {
		return nil, refuse(ReasonMalformed, "a signature header is no dictionary")
	}
	again, err := httpsfv.Marshal(dictionary)
	if err != nil || squeeze(again) != squeeze(value) {
		return nil, refuse(ReasonMalformed, "a signature header can be read in several ways")
	}
	return dictionary, nil
}

// squeeze takes spaces and tabs outside of strings away.
func squeeze(s string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, c := range []byte(s) {
		if !quoted && (c == ' ' || c == '\t') {
			continue
		}
		b.WriteByte(c)
		if c == '"' && !escaped {
			quoted = !quoted
		}
		escaped = quoted && c == '\\' && !escaped
	}
	return b.String()
}

// components reads the covered components. Parameters are refused: sf, bs, key,
// req, tr and name all change what a component means.
func components(list httpsfv.InnerList) ([]string, error) {
	if len(list.Items) == 0 || len(list.Items) > maxCovered {
		return nil, refuse(ReasonUncovered, "the signature covers %d components", len(list.Items))
	}
	var covered []string
	for _, item := range list.Items {
		name, isString := item.Value.(string)
		switch {
		case !isString || len(item.Params.Names()) > 0:
			return nil, refuse(ReasonMalformed, "a component is no name, or has parameters")
		case slices.Contains(covered, name):
			return nil, refuse(ReasonMalformed, "%q is covered twice", name)
		case !isFieldName(name) && !slices.Contains(derived, name):
			return nil, refuse(ReasonMalformed, "%q cannot be covered", name)
		}
		covered = append(covered, name)
	}
	return covered, nil
}

// derived are the components of RFC 9421 2.2 that a request can have.
var derived = []string{"@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query"}

// readParams reads the parameters of a signature (RFC 9421 2.3).
func (c *Claim) readParams(params *httpsfv.Params) error {
	for _, name := range params.Names() {
		value, _ := params.Get(name)
		text, isText := value.(string)
		seconds, isNumber := value.(int64)
		fits := true
		switch name {
		case "keyid":
			c.KeyID, fits = text, isText
		case "alg":
			c.Algorithm, fits = text, isText && text != ""
		case "nonce", "tag":
			fits = isText
		case "created":
			c.Created, fits = time.Unix(seconds, 0), isNumber && seconds > 0
		case "expires":
			c.Expires, fits = time.Unix(seconds, 0), isNumber && seconds > 0
		}
		if !fits {
			return refuse(ReasonMalformed, "the parameter %q is not what it must be", name)
		}
	}
	if c.KeyID == "" {
		return refuse(ReasonMalformed, "there is no keyid")
	}
	return nil
}

// checkMessage is the part of Check for RFC 9421.
func (c *Claim) checkMessage(r *http.Request, body []byte, p Policy) error {
	need := []string{"@method", "@target-uri"}
	if hasBody(r, body) {
		need = append(need, "content-digest")
	}
	if !c.covers(need...) {
		return refuse(ReasonUncovered, "the signature does not cover all of %s", strings.Join(need, " "))
	}
	switch c.Algorithm {
	case "", algorithmRSA, "ed25519":
	default:
		return refuse(ReasonAlgorithm, "the algorithm %q is not accepted", c.Algorithm)
	}
	if c.Created.IsZero() {
		return refuse(ReasonDate, "the signature does not say when it was created")
	}
	if err := p.fresh(c.Created); err != nil {
		return err
	}
	if !c.Expires.IsZero() && p.Now.After(c.Expires) {
		return refuse(ReasonDate, "the signature has expired")
	}
	if c.covers("date") {
		if err := checkDateHeader(r, p); err != nil {
			return err
		}
	}
	if _, err := signatureBase(r, p.Origin, c.Covered, c.params); err != nil {
		return err
	}
	if c.covers("content-digest") {
		return checkContentDigest(r, body)
	}
	return nil
}

// verifyMessage verifies as RFC 9421 3.2.
func (c *Claim) verifyMessage(r *http.Request, p Policy, key crypto.PublicKey) error {
	base, err := signatureBase(r, p.Origin, c.Covered, c.params)
	if err != nil {
		return err
	}
	algorithm, fits := "ed25519", false
	switch k := key.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256(base)
		algorithm, fits = algorithmRSA, rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], c.Signature) == nil
	case ed25519.PublicKey:
		fits = ed25519.Verify(k, base, c.Signature)
	}
	if c.Algorithm != "" && c.Algorithm != algorithm {
		return refuse(ReasonAlgorithm, "the key is none for %s", c.Algorithm)
	}
	if !fits {
		return refuse(ReasonSignature, "the signature does not fit the key and the request")
	}
	return nil
}

// signatureBase gives the bytes that are signed (RFC 9421 2.5). Scheme and
// authority are the origin's: behind a proxy the request does not know them.
func signatureBase(r *http.Request, origin *url.URL, covered []string, params string) ([]byte, error) {
	target, err := receivedTarget(r)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, name := range covered {
		value, err := componentValue(r, origin, target, name)
		if err != nil {
			return nil, err
		}
		b.WriteString(`"` + name + `": ` + value + "\n")
	}
	b.WriteString(`"@signature-params": ` + params)
	return b.Bytes(), nil
}

// componentValue gives the value of one component (RFC 9421 2.1 and 2.2).
func componentValue(r *http.Request, origin *url.URL, target, name string) (string, error) {
	path, query, _ := strings.Cut(target, "?")
	authority := bareHost(origin.Host, origin.Scheme)
	switch name {
	case "@method":
		return r.Method, nil
	case "@target-uri":
		return origin.Scheme + "://" + authority + target, nil
	case "@authority":
		return authority, nil
	case "@scheme":
		return origin.Scheme, nil
	case "@request-target":
		return target, nil
	case "@path":
		return path, nil
	case "@query":
		return "?" + query, nil
	}
	return fieldValue(r, name)
}
