package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	inbox   = "https://hoster.example/inbox"
	keyID   = "https://peer.example/actors/ada#main-key"
	message = `{"type":"Create","actor":"https://peer.example/actors/ada"}`
)

var (
	origin = &url.URL{Scheme: "https", Host: "hoster.example"}
	now    = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	policy = Policy{Origin: origin, Now: now}

	testKey = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := NewKey()
		if err != nil {
			panic(err)
		}
		return key
	})
)

// request is one as a server receives it.
func request(method, address, body string) *http.Request {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", activityJSON)
	} else {
		r.Header.Set("Accept", activityJSON)
	}
	return r
}

// signedByUs is a POST of message to our inbox, signed by Sign.
func signedByUs(t testing.TB, scheme Scheme) *http.Request {
	t.Helper()
	r := request(http.MethodPost, inbox, message)
	if err := (Signer{KeyID: keyID, Key: testKey()}).Sign(r, []byte(message), scheme, now); err != nil {
		t.Fatal(err)
	}
	return r
}

// verify takes a request through all three steps.
func verify(r *http.Request, p Policy, key crypto.PublicKey) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	claim, err := Parse(r)
	if err != nil {
		return err
	}
	if err := claim.Check(r, body, p); err != nil {
		return err
	}
	return claim.Verify(r, p, key)
}

// reason is the Reason of err, "" for nil.
func reason(t *testing.T, err error) string {
	t.Helper()
	var refused *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.Reason
	}
	t.Fatalf("error %v is not an *Error", err)
	return ""
}

// rsaBase64 signs text with crypto/rsa alone: what a peer would do.
func rsaBase64(t testing.TB, key *rsa.PrivateKey, text string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	signed, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signed)
}

// peerCavage is a POST of message as a peer may sign it: covered names with the
// values of r's headers, or those that values gives; format takes key id,
// covered names and signature.
func peerCavage(t testing.TB, r *http.Request, covered string, values map[string]string, format string) *http.Request {
	t.Helper()
	var lines []string
	for name := range strings.FieldsSeq(covered) {
		value, given := values[name]
		if !given {
			value = strings.Join(r.Header.Values(name), ", ")
		}
		lines = append(lines, name+": "+value)
	}
	r.Header.Set("Signature", fmt.Sprintf(format, keyID, covered, rsaBase64(t, testKey(), strings.Join(lines, "\n"))))
	return r
}

// peerMessage is r as a peer may sign it by RFC 9421: lines are the signature
// base without its last line, params what Signature-Input says.
func peerMessage(t testing.TB, r *http.Request, lines []string, params string) *http.Request {
	t.Helper()
	base := strings.Join(append(lines, `"@signature-params": `+params), "\n")
	r.Header.Set("Signature-Input", "sig1="+params)
	r.Header.Set("Signature", "sig1=:"+rsaBase64(t, testKey(), base)+":")
	return r
}

func sha256Base64(body string) string {
	sum := sha256.Sum256([]byte(body))
	return base64.StdEncoding.EncodeToString(sum[:])
}
