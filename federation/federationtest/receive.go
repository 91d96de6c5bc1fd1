package federationtest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Received is one activity that came to an inbox of a Peer.
type Received struct {
	Path     string
	Type     string
	Actor    string
	Scheme   Scheme
	KeyID    string
	Verified error // nil: the signature is the actor's and covers what it must
	Raw      []byte
	Activity map[string]any
	Header   http.Header
}

// Object gives the object of the activity where it is embedded.
func (r Received) Object() map[string]any {
	o, _ := r.Activity["object"].(map[string]any)
	return o
}

// ObjectID gives the id of the object, embedded or not.
func (r Received) ObjectID() string {
	if s, ok := r.Activity["object"].(string); ok {
		return s
	}
	s, _ := r.Object()["id"].(string)
	return s
}

// receive takes a POST, checks its signature in its own way and records it.
func (p *Peer) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	got := Received{Path: r.URL.Path, Raw: body, Header: r.Header.Clone()}
	if err := json.Unmarshal(body, &got.Activity); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	got.Type, _ = got.Activity["type"].(string)
	got.Actor, _ = got.Activity["actor"].(string)
	got.Scheme, got.KeyID, got.Verified = p.verify(r, body)
	if got.Verified == nil && !strings.HasPrefix(got.KeyID, got.Actor+"#") {
		got.Verified = fmt.Errorf("key %s is not of %s", got.KeyID, got.Actor)
	}
	p.mu.Lock()
	p.received = append(p.received, got)
	close(p.arrived)
	p.arrived = make(chan struct{})
	p.mu.Unlock()
	if got.Verified != nil {
		http.Error(w, got.Verified.Error(), http.StatusUnauthorized)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// Received gives everything that came so far.
func (p *Peer) Received() []Received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Received(nil), p.received...)
}

// Await gives the first activity that fits, when it comes.
func (p *Peer) Await(t testing.TB, what string, fits func(Received) bool) Received {
	t.Helper()
	limit := time.After(time.Minute) // as Eventually
	for {
		p.mu.Lock()
		arrived := p.arrived
		for _, r := range p.received {
			if fits(r) {
				p.mu.Unlock()
				return r
			}
		}
		p.mu.Unlock()
		select {
		case <-arrived:
		case <-limit:
			t.Fatalf("%s did not come to %s; it received %s", what, p.Host, summary(p.Received()))
		}
	}
}

// AwaitType is Await for the first activity of a type.
func (p *Peer) AwaitType(t testing.TB, kind string) Received {
	t.Helper()
	return p.Await(t, "a "+kind, func(r Received) bool { return r.Type == kind })
}

// Forget drops what was received and asked so far.
func (p *Peer) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received, p.requests = nil, nil
}

func summary(rs []Received) string {
	var out []string
	for _, r := range rs {
		out = append(out, r.Type+" of "+r.ObjectID())
	}
	if out == nil {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

// verify checks a request with nothing but the standard library.
func (p *Peer) verify(r *http.Request, body []byte) (Scheme, string, error) {
	if input := r.Header.Get("Signature-Input"); input != "" {
		id, err := p.verifyMessage(r, body, input)
		return RFC9421, id, err
	}
	header := r.Header.Get("Signature")
	if header == "" {
		return Unsigned, "", errors.New("unsigned")
	}
	params := map[string]string{}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		params[name] = strings.Trim(value, `"`)
	}
	id := params["keyId"]
	covered := strings.Fields(params["headers"])
	for _, name := range []string{"(request-target)", "host", "date", "digest"} {
		if !contains(covered, name) {
			return Cavage, id, fmt.Errorf("%s is not covered", name)
		}
	}
	if got, want := r.Header.Get("Digest"), "SHA-256="+digest(body); got != want {
		return Cavage, id, fmt.Errorf("digest is %s, want %s", got, want)
	}
	if params["algorithm"] != "rsa-sha256" {
		return Cavage, id, fmt.Errorf("algorithm is %q", params["algorithm"])
	}
	at, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil || time.Since(at).Abs() > 5*time.Minute {
		return Cavage, id, fmt.Errorf("date is %q", r.Header.Get("Date"))
	}
	return Cavage, id, p.check(id, cavageString(r, covered), params["signature"])
}

func (p *Peer) verifyMessage(r *http.Request, body []byte, input string) (string, error) {
	label, params, _ := strings.Cut(input, "=")
	_, id, _ := strings.Cut(params, `keyid="`)
	id, _, _ = strings.Cut(id, `"`)
	list, _, _ := strings.Cut(strings.TrimPrefix(params, "("), ")")
	var lines []string
	for name := range strings.FieldsSeq(list) {
		name = strings.Trim(name, `"`)
		value := r.Header.Get(name)
		switch name {
		case "@method":
			value = r.Method
		case "@target-uri":
			value = "http://" + r.Host + r.URL.RequestURI()
		case "@authority":
			value = r.Host
		}
		lines = append(lines, fmt.Sprintf("%q: %s", name, value))
	}
	lines = append(lines, `"@signature-params": `+params)
	if got, want := r.Header.Get("Content-Digest"), "sha-256=:"+digest(body)+":"; got != want {
		return id, fmt.Errorf("content digest is %s, want %s", got, want)
	}
	signed := strings.Trim(strings.TrimPrefix(r.Header.Get("Signature"), label+"="), ":")
	return id, p.check(id, strings.Join(lines, "\n"), signed)
}

// check verifies an RSASSA-PKCS1-v1_5 signature with the key of that id, as
// its owner's actor publishes it.
func (p *Peer) check(id, base, signed string) error {
	raw, err := base64.StdEncoding.DecodeString(signed)
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	key, err := p.senderKey(id)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(base))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw)
}

func (p *Peer) senderKey(id string) (*rsa.PublicKey, error) {
	p.mu.Lock()
	key, ok := p.verifyKey[id]
	p.mu.Unlock()
	if ok {
		return key, nil
	}
	address, _, _ := strings.Cut(id, "#")
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", TypeActivity)
	resp, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	var actor struct {
		PublicKey struct {
			ID           string `json:"id"`
			PublicKeyPEM string `json:"publicKeyPem"`
		} `json:"publicKey"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&actor); err != nil {
		return nil, fmt.Errorf("actor %s: %w", address, err)
	}
	block, _ := pem.Decode([]byte(actor.PublicKey.PublicKeyPEM))
	if block == nil || actor.PublicKey.ID != id {
		return nil, fmt.Errorf("actor %s has no key %s", address, id)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok = parsed.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("key %s is no RSA key", id)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.verifyKey[id] = key
	return key, nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
