// Package federationtest is the rest of the network for tests: Peer is a node
// of another make on loopback, which can behave and misbehave, and Node is one
// of ours, whole, on a store in memory.
//
// A Peer shares no code with what it tests: it writes its own documents, and
// signs and verifies with signing strings that it builds by hand.
package federationtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Media types that a Peer speaks.
const (
	TypeActivity = "application/activity+json"
	TypeJRD      = "application/jrd+json"
)

// Public is the audience of everyone.
const Public = "https://www.w3.org/ns/activitystreams#Public"

// Peer is another node: a small ActivityPub server at http://127.0.0.1:PORT,
// for nodes in development. It ends with the test.
type Peer struct {
	URL  string // its origin
	Host string // host and port

	t      testing.TB
	server *httptest.Server

	mu        sync.Mutex
	actors    map[string]*Actor
	objects   map[string]any // what stands at a path: a document
	faults    map[string]http.HandlerFunc
	requests  []string
	received  []Received
	arrived   chan struct{} // closed and renewed at each arrival
	sequence  int
	verifyKey map[string]*rsa.PublicKey // keys of those who sent, by id
}

// NewPeer starts a Peer.
func NewPeer(t testing.TB) *Peer {
	t.Helper()
	p := &Peer{
		t: t, actors: map[string]*Actor{}, objects: map[string]any{}, faults: map[string]http.HandlerFunc{},
		arrived: make(chan struct{}), verifyKey: map[string]*rsa.PublicKey{},
	}
	p.server = httptest.NewServer(p)
	p.URL = p.server.URL
	p.Host = strings.TrimPrefix(p.URL, "http://")
	t.Cleanup(p.server.Close)
	return p
}

// Actor is somebody at a Peer.
type Actor struct {
	Name    string
	ID      string
	KeyID   string
	Inbox   string
	Key     *rsa.PrivateKey
	Peer    *Peer
	members map[string]any
}

// keys are made once for all tests: making one takes longer than most tests.
var keys struct {
	sync.Mutex
	made []*rsa.PrivateKey
}

// Key gives the nth RSA key of 2048 bits of the test binary.
func Key(t testing.TB, n int) *rsa.PrivateKey {
	t.Helper()
	keys.Lock()
	defer keys.Unlock()
	for len(keys.made) <= n {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatalf("make a key: %v", err)
		}
		keys.made = append(keys.made, k)
	}
	return keys.made[n]
}

// PEM gives the public half of a key as actors publish it.
func PEM(key *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// Actor makes a Person of that name with a key of its own.
func (p *Peer) Actor(name string) *Actor {
	p.t.Helper()
	p.mu.Lock()
	number := len(p.actors)
	p.mu.Unlock()
	return p.ActorWithKey(name, Key(p.t, number%8))
}

// ActorWithKey makes a Person with a key that may be another's too.
func (p *Peer) ActorWithKey(name string, key *rsa.PrivateKey) *Actor {
	id := p.URL + "/users/" + name
	a := &Actor{Name: name, ID: id, KeyID: id + "#main-key", Inbox: id + "/inbox", Key: key, Peer: p}
	a.members = map[string]any{
		"@context": []any{
			"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1",
			map[string]any{"discoverable": "http://joinmastodon.org/ns#discoverable", "indexable": "http://joinmastodon.org/ns#indexable"},
		},
		"id": id, "type": "Person", "preferredUsername": name, "name": strings.ToUpper(name[:1]) + name[1:],
		"url":   p.URL + "/@" + name,
		"inbox": a.Inbox, "outbox": id + "/outbox", "followers": id + "/followers", "following": id + "/following",
		"endpoints":    map[string]any{"sharedInbox": p.URL + "/inbox"},
		"discoverable": true, "indexable": true,
		"publicKey": map[string]any{"id": a.KeyID, "owner": id, "publicKeyPem": PEM(&key.PublicKey)},
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.actors[name] = a
	return a
}

// Set changes a member of the actor's document; nil takes it away.
func (a *Actor) Set(member string, value any) {
	a.Peer.mu.Lock()
	defer a.Peer.mu.Unlock()
	if value == nil {
		delete(a.members, member)
		return
	}
	a.members[member] = value
}

// Rotate gives the actor a new key under the id of the old one.
func (a *Actor) Rotate(key *rsa.PrivateKey) {
	a.Key = key
	a.Set("publicKey", map[string]any{"id": a.KeyID, "owner": a.ID, "publicKeyPem": PEM(&key.PublicKey)})
}

// Document is the actor's document as it stands.
func (a *Actor) Document() map[string]any {
	a.Peer.mu.Lock()
	defer a.Peer.mu.Unlock()
	return maps.Clone(a.members)
}

// Serve puts a document at a path of the peer, and gives its address.
func (p *Peer) Serve(path string, document any) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.objects[path] = document
	return p.URL + path
}

// Fault makes every request whose path starts with prefix misbehave; nil ends
// that.
func (p *Peer) Fault(prefix string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h == nil {
		delete(p.faults, prefix)
		return
	}
	p.faults[prefix] = h
}

// Requests gives "METHOD /path?query" of every request that came to the peer.
func (p *Peer) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// Fetches counts the GETs that came to the peer.
func (p *Peer) Fetches() int {
	total := 0
	for _, r := range p.Requests() {
		if strings.HasPrefix(r, "GET ") {
			total++
		}
	}
	return total
}

// ServeHTTP answers as the peer.
func (p *Peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.requests = append(p.requests, r.Method+" "+r.URL.RequestURI())
	var fault http.HandlerFunc
	longest := -1
	for prefix, h := range p.faults {
		if strings.HasPrefix(r.URL.Path, prefix) && len(prefix) > longest {
			fault, longest = h, len(prefix)
		}
	}
	p.mu.Unlock()
	switch {
	case fault != nil:
		fault(w, r)
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/inbox"):
		p.receive(w, r)
	case r.URL.Path == "/.well-known/webfinger":
		p.showWebFinger(w, r)
	default:
		p.showDocument(w, r)
	}
}

func (p *Peer) showDocument(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	document, ok := p.objects[r.URL.Path]
	if !ok {
		if a, found := p.actors[strings.TrimPrefix(r.URL.Path, "/users/")]; found {
			document, ok = maps.Clone(a.members), true
		}
	}
	p.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	write(w, http.StatusOK, TypeActivity, document)
}

func (p *Peer) showWebFinger(w http.ResponseWriter, r *http.Request) {
	handle := strings.TrimPrefix(r.URL.Query().Get("resource"), "acct:")
	name, _, _ := strings.Cut(handle, "@")
	p.mu.Lock()
	a, ok := p.actors[name]
	p.mu.Unlock()
	if !ok || handle != name+"@"+p.Host {
		http.NotFound(w, r)
		return
	}
	write(w, http.StatusOK, TypeJRD, map[string]any{
		"subject": "acct:" + handle,
		"links":   []any{map[string]any{"rel": "self", "type": TypeActivity, "href": a.ID}},
	})
}

func write(w http.ResponseWriter, status int, mediaType string, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever asked has gone
}

// NewID gives a fresh id at the peer.
func (p *Peer) NewID(kind string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sequence++
	return fmt.Sprintf("%s/%s/%d", p.URL, kind, p.sequence)
}

// Ways to misbehave, for Fault.

// Status answers with a status and nothing else.
func Status(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// Redirect sends every request on to an address.
func Redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// Huge answers with a document of that many bytes.
func Huge(size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, TypeActivity, map[string]any{"summary": strings.Repeat("a", size)})
	}
}

// Answer answers with a document of that media type.
func Answer(mediaType string, document any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, mediaType, document) }
}
