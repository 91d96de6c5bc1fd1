package signature

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-fed/httpsig"
)

// The pseudo-headers of draft-cavage 2.3.
const (
	pseudoTarget  = "(request-target)"
	pseudoCreated = "(created)"
	pseudoExpires = "(expires)"
)

// parseCavage reads a Signature header of draft-cavage 2.1: parameters as
// NAME="VALUE" or NAME=VALUE between commas, spaces around the commas and a
// "Signature " before all of them allowed.
func parseCavage(value string) (*Claim, error) {
	params, err := cavageParams(value)
	if err != nil {
		return nil, err
	}
	c := &Claim{Scheme: Cavage, KeyID: params["keyid"], Algorithm: strings.ToLower(params["algorithm"])}
	if c.KeyID == "" {
		return nil, refuse(ReasonMalformed, "there is no keyId")
	}
	if c.Signature, err = base64.StdEncoding.Strict().DecodeString(params["signature"]); err != nil || len(c.Signature) == 0 {
		return nil, refuse(ReasonMalformed, "the signature is not base64")
	}
	headers, present := params["headers"]
	if !present {
		headers = "date" // draft-cavage 2.1.6
	}
	if c.Covered, err = coveredFields(headers); err != nil {
		return nil, err
	}
	if c.covers(pseudoCreated) {
		if c.Created, err = unixTime(params["created"]); err != nil {
			return nil, err
		}
	}
	if expires, present := params["expires"]; present || c.covers(pseudoExpires) {
		if c.Expires, err = unixTime(expires); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// cavageParams splits a Signature header into its parameters, names in lower
// case. Anything that two readers could take for two things is refused:
// a name given twice, a quote left open, text around a quoted value.
func cavageParams(s string) (map[string]string, error) {
	if prefix, rest, found := strings.Cut(s, " "); found && strings.EqualFold(prefix, "Signature") {
		s = rest
	}
	params := map[string]string{}
	for {
		name, rest, found := strings.Cut(s, "=")
		name = strings.ToLower(strings.Trim(name, " \t"))
		if !found || !isFieldName(name) && name != "signature" {
			return nil, refuse(ReasonMalformed, "a parameter has no name or no value")
		}
		var value string
		if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
			if value, rest, found = strings.Cut(quoted, `"`); !found {
				return nil, refuse(ReasonMalformed, "a quote is left open")
			}
			if hasControl(value) || strings.Contains(value, `\`) {
				return nil, refuse(ReasonMalformed, "a value has control characters or escapes")
			}
			rest = strings.TrimLeft(rest, " \t")
		} else {
			end := strings.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			value, rest = strings.TrimRight(rest[:end], " \t"), rest[end:]
			if !isFieldName(value) {
				return nil, refuse(ReasonMalformed, "a value without quotes is neither a number nor a word")
			}
		}
		if _, twice := params[name]; twice {
			return nil, refuse(ReasonMalformed, "the parameter %q is given twice", name)
		}
		params[name] = value
		if rest == "" {
			return params, nil
		}
		if s, found = strings.CutPrefix(rest, ","); !found {
			return nil, refuse(ReasonMalformed, "there is text after the value of %q", name)
		}
	}
}

// coveredFields reads the parameter headers.
func coveredFields(headers string) ([]string, error) {
	covered := strings.Fields(strings.ToLower(headers))
	if len(covered) == 0 || len(covered) > maxCovered {
		return nil, refuse(ReasonUncovered, "the signature covers %d headers", len(covered))
	}
	for i, name := range covered {
		switch {
		case slices.Contains(covered[:i], name):
			return nil, refuse(ReasonMalformed, "%q is covered twice", name)
		case name == pseudoTarget, name == pseudoCreated, name == pseudoExpires:
		case !isFieldName(name):
			return nil, refuse(ReasonMalformed, "%q cannot be covered", name)
		}
	}
	return covered, nil
}

// unixTime reads whole seconds since 1970.
func unixTime(s string) (time.Time, error) {
	seconds, err := strconv.ParseUint(s, 10, 40)
	if err != nil || seconds == 0 {
		return time.Time{}, refuse(ReasonDate, "created or expires is no number of seconds")
	}
	return time.Unix(int64(seconds), 0), nil
}

// checkCavage is the part of Check for draft-cavage. (created) goes with the
// algorithm hs2019 only (draft-cavage 2.3).
func (c *Claim) checkCavage(r *http.Request, body []byte, p Policy) error {
	switch c.Algorithm {
	case "", "rsa-sha256", "hs2019", "ed25519":
	default:
		return refuse(ReasonAlgorithm, "the algorithm %q is not accepted", c.Algorithm)
	}
	need := []string{pseudoTarget, "host"}
	if hasBody(r, body) {
		need = append(need, "digest")
	}
	if !c.covers(need...) {
		return refuse(ReasonUncovered, "the signature does not cover all of %s", strings.Join(need, " "))
	}
	if err := c.checkCavageDates(r, p); err != nil {
		return err
	}
	for _, name := range c.Covered {
		if strings.HasPrefix(name, "(") {
			continue
		}
		if _, err := fieldValue(r, name); err != nil {
			return err
		}
	}
	if c.covers("digest") {
		return checkDigest(r, body)
	}
	return nil
}

func (c *Claim) checkCavageDates(r *http.Request, p Policy) error {
	dated, created := c.covers("date"), c.covers(pseudoCreated)
	if !dated && !created {
		return refuse(ReasonUncovered, "the signature covers neither date nor (created)")
	}
	if c.Algorithm != "hs2019" && (created || c.covers(pseudoExpires)) {
		return refuse(ReasonDate, "(created) and (expires) go with the algorithm hs2019 only")
	}
	if dated {
		if err := checkDateHeader(r, p); err != nil {
			return err
		}
	}
	if created {
		if err := p.fresh(c.Created); err != nil {
			return err
		}
	}
	if !c.Expires.IsZero() && p.Now.After(c.Expires) {
		return refuse(ReasonDate, "the signature has expired")
	}
	return nil
}

// verifyCavage checks the signature over the target with its query, then
// without: some peers leave it out.
func (c *Claim) verifyCavage(r *http.Request, key crypto.PublicKey) error {
	algorithm, other := httpsig.RSA_SHA256, "ed25519"
	if _, isRSA := key.(*rsa.PublicKey); !isRSA {
		algorithm, other = httpsig.ED25519, "rsa-sha256"
	}
	if c.Algorithm == other {
		return refuse(ReasonAlgorithm, "the key is none for %s", c.Algorithm)
	}
	target, err := receivedTarget(r)
	if err != nil {
		return err
	}
	path, query, _ := strings.Cut(target, "?")
	if c.matches(r, path, query, key, algorithm) || query != "" && c.matches(r, path, "", key, algorithm) {
		return nil
	}
	return refuse(ReasonSignature, "the signature does not fit the key and the request")
}

// matches asks httpsig on a copy of the request that holds nothing but what
// was parsed and checked here: that library reads parameters loosely, and the
// decoded path. (It also wants created and expires to fit the machine's clock,
// with ten seconds to spare.)
func (c *Claim) matches(r *http.Request, path, query string, key crypto.PublicKey, algorithm httpsig.Algorithm) bool {
	clean := &http.Request{
		Method: r.Method,
		Host:   r.Host,
		Header: http.Header{},
		URL:    &url.URL{Path: path, RawQuery: query},
	}
	for _, name := range c.Covered {
		if strings.HasPrefix(name, "(") {
			continue
		}
		value, err := fieldValue(r, name)
		if err != nil {
			return false
		}
		clean.Header[textproto.CanonicalMIMEHeaderKey(name)] = []string{value}
	}
	params := []string{
		`keyId="k"`,
		`headers="` + strings.Join(c.Covered, " ") + `"`,
		`signature="` + base64.StdEncoding.EncodeToString(c.Signature) + `"`,
	}
	if c.covers(pseudoCreated) {
		params = append(params, "created="+strconv.FormatInt(c.Created.Unix(), 10))
	}
	if c.covers(pseudoExpires) {
		params = append(params, "expires="+strconv.FormatInt(c.Expires.Unix(), 10))
	}
	clean.Header.Set("Signature", strings.Join(params, ","))
	verifier, err := httpsig.NewVerifier(clean)
	return err == nil && verifier.Verify(key, algorithm) == nil
}
