package federationtest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Scheme is how a Peer signs.
type Scheme int

// The schemes.
const (
	Cavage  Scheme = iota // draft-cavage-http-signatures-12
	RFC9421               // HTTP Message Signatures, as Mastodon profiles them
	Unsigned
)

// Request is a POST of an activity, signed or deliberately not quite. The zero
// value of each member behaves.
type Request struct {
	Scheme      Scheme
	KeyID       string          // not the actor's own
	Key         *rsa.PrivateKey // not the actor's own
	At          time.Time       // not now
	Covered     []string        // draft-cavage headers, not the usual ones
	Digest      string          // not the body's
	Swap        []byte          // a body to send in the place of the one that was signed
	Body        []byte          // exact bytes, in the place of the activity
	ContentType string
	Header      http.Header // set after signing
	Host        string      // signed and sent as Host
}

// Reply is what came back.
type Reply struct {
	Status int
	Reason string // of a JSON answer
	Header http.Header
}

var client = &http.Client{
	Timeout:   time.Minute, // more than any node takes to answer
	Transport: &http.Transport{MaxIdleConnsPerHost: 64},
}

// Post sends an activity to an inbox, signed by the actor unless said
// otherwise.
func (a *Actor) Post(t testing.TB, inbox string, activity map[string]any, options ...Request) Reply {
	t.Helper()
	var o Request
	if len(options) > 0 {
		o = options[0]
	}
	r, err := a.Sign(inbox, activity, o)
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("post to %s: %v", inbox, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	reply := Reply{Status: resp.StatusCode, Header: resp.Header}
	var told struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &told) == nil {
		reply.Reason = told.Error
	}
	return reply
}

// Sign makes the request that Post sends.
func (a *Actor) Sign(inbox string, activity map[string]any, o Request) (*http.Request, error) {
	body := o.Body
	if body == nil {
		var err error
		if body, err = json.Marshal(activity); err != nil {
			return nil, err
		}
	}
	sent := body
	if o.Swap != nil {
		sent = o.Swap
	}
	r, err := http.NewRequest(http.MethodPost, inbox, bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	if o.Host != "" {
		r.Host = o.Host
	}
	if o.At.IsZero() {
		o.At = time.Now()
	}
	if o.Key == nil {
		o.Key = a.Key
	}
	if o.KeyID == "" {
		o.KeyID = a.KeyID
	}
	if o.ContentType == "" {
		o.ContentType = TypeActivity
	}
	r.Header.Set("Content-Type", o.ContentType)
	r.Header.Set("Date", o.At.UTC().Format(http.TimeFormat))
	switch o.Scheme {
	case Cavage:
		err = signCavage(r, body, o)
	case RFC9421:
		err = signMessage(r, body, o)
	}
	for name, values := range o.Header {
		r.Header[name] = values
	}
	return r, err
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func signCavage(r *http.Request, body []byte, o Request) error {
	if o.Digest == "" {
		o.Digest = "SHA-256=" + digest(body)
	}
	r.Header.Set("Digest", o.Digest)
	if o.Covered == nil {
		o.Covered = []string{"(request-target)", "host", "date", "digest", "content-type"}
	}
	signed, err := sign(o.Key, cavageString(r, o.Covered))
	if err != nil {
		return err
	}
	r.Header.Set("Signature", fmt.Sprintf(`keyId="%s",algorithm="rsa-sha256",headers="%s",signature="%s"`,
		o.KeyID, strings.Join(o.Covered, " "), signed))
	return nil
}

// cavageString is what draft-cavage 2.3 signs.
func cavageString(r *http.Request, covered []string) string {
	var lines []string
	for _, name := range covered {
		switch name {
		case "(request-target)":
			lines = append(lines, name+": "+strings.ToLower(r.Method)+" "+r.URL.RequestURI())
		case "host":
			lines = append(lines, "host: "+r.Host)
		default:
			lines = append(lines, name+": "+r.Header.Get(name))
		}
	}
	return strings.Join(lines, "\n")
}

func signMessage(r *http.Request, body []byte, o Request) error {
	if o.Digest == "" {
		o.Digest = "sha-256=:" + digest(body) + ":"
	}
	r.Header.Set("Content-Digest", o.Digest)
	params := fmt.Sprintf(`("@method" "@target-uri" "content-digest");created=%d;keyid="%s"`, o.At.Unix(), o.KeyID)
	base := messageBase(r, params)
	signed, err := sign(o.Key, base)
	if err != nil {
		return err
	}
	r.Header.Set("Signature-Input", "sig1="+params)
	r.Header.Set("Signature", "sig1=:"+signed+":")
	return nil
}

// messageBase is what RFC 9421 2.5 signs, for the components that peers of
// Mastodon's make cover.
func messageBase(r *http.Request, params string) string {
	scheme := r.URL.Scheme
	if scheme == "" {
		scheme = "http"
	}
	return fmt.Sprintf("\"@method\": %s\n\"@target-uri\": %s://%s%s\n\"content-digest\": %s\n\"@signature-params\": %s",
		r.Method, scheme, r.Host, r.URL.RequestURI(), r.Header.Get("Content-Digest"), params)
}

func sign(key *rsa.PrivateKey, base string) (string, error) {
	sum := sha256.Sum256([]byte(base))
	s, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return base64.StdEncoding.EncodeToString(s), err
}
