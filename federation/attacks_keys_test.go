package federation_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"matou/federation/ap"
	"matou/federation/federationtest"
	"matou/federation/proof"
)

// A key lives on one host, and its owner, as it says, on another: neither who
// serves the key nor whom it names is believed about the other.
func attackForeignOwner(a *attack) {
	pem := federationtest.PEM(&a.mallory.Key.PublicKey)
	for name, key := range map[string]map[string]any{
		"owner elsewhere":             {"id": a.mallory.KeyID, "owner": a.hoster.ID, "publicKeyPem": pem},
		"controller elsewhere":        {"id": a.mallory.KeyID, "controller": a.hoster.ID, "publicKeyPem": pem},
		"the key elsewhere":           {"id": a.hoster.KeyID, "owner": a.mallory.ID, "publicKeyPem": pem},
		"both elsewhere":              {"id": a.hoster.KeyID, "owner": a.hoster.ID, "publicKeyPem": pem},
		"an owner on a neighbour":     {"id": a.mallory.KeyID, "owner": a.mallory.ID + "2", "publicKeyPem": pem},
		"an owner that is nobody":     {"id": a.mallory.KeyID, "publicKeyPem": pem},
		"an owner that is two people": {"id": a.mallory.KeyID, "owner": []any{a.hoster.ID, a.mallory.ID}, "publicKeyPem": pem},
	} {
		a.mallory.Set("publicKey", key)
		a.clock.Add(11 * time.Minute) // what was refused before is asked for again
		for _, id := range []string{a.mallory.KeyID, a.hoster.KeyID} {
			a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{KeyID: id}, 401)
			as := with(a.hoster.Delete(a.note["id"].(string)), map[string]any{"id": a.peer.NewID("x")})
			a.refused(a.mallory, as, federationtest.Request{KeyID: id, Key: a.mallory.Key}, 401)
		}
		if a.Failed() {
			a.Fatalf("%s", name)
		}
	}
}

// The origin of a key answers by redirects, to a host that serves the actor
// with other keys, or away from https; then it is gone. What was known stays.
func attackKeyRedirected(a *attack) {
	send(a, a.n, a.alice, a.follow(a.alice))
	copied := a.alice.Document()
	copied["publicKey"] = map[string]any{"id": a.alice.KeyID, "owner": a.alice.ID, "publicKeyPem": federationtest.PEM(&a.mallory.Key.PublicKey)}
	elsewhere := a.evil.Serve("/users/alice", copied)
	for _, to := range []string{elsewhere, strings.Replace(elsewhere, "http:", "https:", 1), "ftp://" + a.evil.Host + "/users/alice"} {
		a.clock.Add(11 * time.Minute)
		a.peer.Fault("/users/alice", federationtest.Redirect(to))
		if got := a.post(a.alice, a.alice.Undo(a.follow(a.alice)), federationtest.Request{Key: a.mallory.Key}); got.Status != 401 && got.Status != 503 {
			a.Errorf("redirected to %s: %+v", to, got)
		}
		if _, ok := follows(a, a.n, a.alice.ID, a.n.ActorID("maison")); !ok {
			a.Fatalf("redirected to %s: alice was made to leave", to)
		}
	}
	if got := a.post(a.alice, a.alice.Announce(a.note["id"].(string)), federationtest.Request{}); got.Status != 202 {
		a.Errorf("alice's own signature: %+v", got)
	}
}

// A document with an old Linked Data signature, brought by somebody else, is
// what that somebody else says; beside an actor's own request it is nothing.
func attackLinkedData(a *attack) {
	forged := map[string]any{"type": "RsaSignature2017", "creator": a.hoster.KeyID, "created": a.clock.Now().UTC().Format(time.RFC3339), "signatureValue": "c2lnbmVk"}
	create := a.hoster.Create(a.hoster.Incident("Faux", "x"))
	a.refused(a.mallory, with(create, map[string]any{"signature": forged}), federationtest.Request{}, 401)
	for name, value := range map[string]any{
		"@graph": []any{create}, "@included": []any{create}, "@reverse": map[string]any{"object": create},
	} {
		a.refused(a.mallory, map[string]any{
			"@context": create["@context"], "id": a.evil.NewID("x"), "type": "Create", "actor": a.mallory.ID, "object": a.evil.URL + "/notes/1",
			"signature": forged, name: value,
		}, federationtest.Request{}, 202)
	}
	good := a.hoster.Create(a.hoster.Incident("Vrai", "x"))
	if got := a.post(a.hoster, with(good, map[string]any{"signature": forged}), federationtest.Request{}); got.Status != 202 || len(notices(a, a.n, a.hoster.ID)) != 2 {
		a.Errorf("the hoster's own request, a broken signature in it: %+v, %d notices", got, len(notices(a, a.n, a.hoster.ID)))
	}
}

// proofKeyOf gives an actor of a peer a key for documents. The directory knows
// of it by the actor's Update.
func (a *attack) proofKeyOf(by *federationtest.Actor, seed byte) (key ed25519.PrivateKey, id string) {
	a.Helper()
	key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	id = by.ID + "#ed25519-key"
	by.Set("assertionMethod", []any{map[string]any{
		"id": id, "type": "Multikey", "controller": by.ID, "publicKeyMultibase": proof.Multikey(proof.Public(key)),
	}})
	return key, id
}

// signed gives an activity with a proof.
func (a *attack) signed(activity map[string]any, key ed25519.PrivateKey, method string, at time.Time) map[string]any {
	a.Helper()
	var tree map[string]any
	if err := json.Unmarshal(marshal(a, activity), &tree); err != nil {
		a.Fatal(err)
	}
	out, err := proof.Sign(tree, key, method, at)
	if err != nil {
		a.Fatal(err)
	}
	return out
}

// unheard is refused for requests that may make the node look at the hoster
// again, and must not bring it any news.
func (a *attack) unheard(by *federationtest.Actor, activity map[string]any, r federationtest.Request, status int) {
	a.Helper()
	before := len(notices(a, a.n, a.hoster.ID))
	if got := a.post(by, activity, r); got.Status != status {
		a.Errorf("answer is %d %q, want %d", got.Status, got.Reason, status)
	}
	if after := len(notices(a, a.n, a.hoster.ID)); after != before {
		a.Errorf("%d notices, %d before", after, before)
	}
}

// What somebody hands on counts where its actor signed the document, and only
// as it was signed.
func attackProofs(a *attack) {
	key, id := a.proofKeyOf(a.hoster, 1)
	send(a, a.n, a.hoster, a.hoster.Update(a.hoster.Document()))
	malloryKey, malloryID := a.proofKeyOf(a.mallory, 2)
	now := a.clock.Now()
	create := func() map[string]any { return a.hoster.Create(a.hoster.Incident("Panne", "Par un autre chemin.")) }
	good := a.signed(create(), key, id, now)
	change := func(changes map[string]any) map[string]any { return with(good, changes) }
	inProof := func(name string, value any) map[string]any {
		p := maps.Clone(good["proof"].(map[string]any))
		p[name] = value
		return change(map[string]any{"proof": p})
	}
	for name, forged := range map[string]map[string]any{
		"by another's key":              a.signed(create(), malloryKey, malloryID, now),
		"by another's key, in its name": a.signed(create(), malloryKey, id, now),
		"by a key that is not listed":   a.signed(create(), key, a.hoster.ID+"#other", now),
		"by a key that signs requests":  a.signed(create(), key, a.hoster.KeyID, now),
		"by the key of a neighbour":     a.signed(create(), key, a.alice.ID+"#ed25519-key", now),
		"a field more":                  change(map[string]any{"cc": []any{a.evil.URL + "/x"}}),
		"another object":                change(map[string]any{"object": a.hoster.Incident("Faux", "x")}),
		"another activity":              change(map[string]any{"id": a.peer.NewID("x")}),
		"another context":               change(map[string]any{"@context": append(append([]any{}, good["@context"].([]any)...), map[string]any{"@language": "de"})}),
		"another purpose":               inProof("proofPurpose", "authentication"),
		"another time":                  inProof("created", now.Add(-time.Hour).UTC().Format(time.RFC3339)),
		"two proofs":                    change(map[string]any{"proof": []any{good["proof"], good["proof"]}}),
		"no proof":                      create(),
		"long ago":                      a.signed(create(), key, id, now.Add(-7*24*time.Hour)),
		"in the future":                 a.signed(create(), key, id, now.Add(time.Hour)),
	} {
		for _, bearer := range []*federationtest.Actor{a.mallory, a.alice} { // elsewhere, and next door
			a.unheard(bearer, forged, federationtest.Request{}, 401)
		}
		if a.Failed() {
			a.Fatalf("%s", name)
		}
	}
	// Whoever brings it must be somebody.
	a.unheard(a.mallory, good, federationtest.Request{Key: federationtest.Key(a, 6)}, 401)
	a.unheard(a.mallory, good, federationtest.Request{Scheme: federationtest.Unsigned}, 401)
	before := len(notices(a, a.n, a.hoster.ID))
	for _, bearer := range []*federationtest.Actor{a.mallory, a.alice} {
		brought := a.signed(create(), key, id, now)
		for range 2 { // once is enough
			if got := a.post(bearer, brought, federationtest.Request{}); got.Status != 202 {
				a.Errorf("brought by %s: %+v", bearer.ID, got)
			}
		}
	}
	// A proof that does not stand takes nothing from the actor's own request.
	if got := a.post(a.hoster, inProof("created", "never"), federationtest.Request{}); got.Status != 202 {
		a.Errorf("the hoster's own request, a broken proof in it: %+v", got)
	}
	if got := len(notices(a, a.n, a.hoster.ID)) - before; got != 3 {
		a.Errorf("%d notices, want 3", got)
	}
}

// Whoever takes a domain over can show the former owner's key for requests,
// and lay one of his own for documents beside it.
func attackProofKeySlippedIn(a *attack) {
	key, id := a.proofKeyOf(a.hoster, 3)
	a.clock.Add(25 * time.Hour) // the actor is asked for again
	forged := a.hoster.Create(a.hoster.Incident("Faux", "x"))
	a.unheard(a.mallory, a.signed(forged, key, id, a.clock.Now()), federationtest.Request{}, 401)
	known, err := a.n.Store.Actor(a.Context(), ap.IRI(a.hoster.ID))
	if err != nil || len(known.ProofKeys) != 0 {
		a.Errorf("the key is known: %+v, %v", known.ProofKeys, err)
	}
	// Its own word makes it known.
	send := a.post(a.hoster, a.hoster.Update(a.hoster.Document()), federationtest.Request{})
	if got := a.post(a.mallory, a.signed(forged, key, id, a.clock.Now()), federationtest.Request{}); send.Status != 202 || got.Status != 202 {
		a.Errorf("after the hoster's word: %+v, %+v", send, got)
	}
}

// readAs asks for an object as somebody, or as nobody.
func readAs(t testing.TB, address string, by *federationtest.Actor, o federationtest.Request, header http.Header) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", federationtest.TypeActivity)
	if by != nil {
		if r, err = by.SignGet(address, o); err != nil {
			t.Fatal(err)
		}
	}
	for name, values := range header {
		r.Header[name] = values
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// Somebody else's signature opens nothing, and no copy of what was served to
// one reader may reach another.
func attackOthersSignature(a *attack) {
	n := federationtest.NewNode(a, federationtest.Options{Hoster: "maison", Clock: a.clock.Now, Configure: authorizedFetch})
	address := n.ActorID("maison") + "/outbox"
	at := func(o federationtest.Request) federationtest.Request {
		o.At = a.clock.Now()
		return o
	}
	resp, _ := readAs(a, address, a.alice, at(federationtest.Request{}), nil)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "private, no-store" || !strings.Contains(resp.Header.Get("Vary"), "Signature, Signature-Input") {
		a.Errorf("alice's own request: %d, %v", resp.StatusCode, resp.Header)
	}
	good, err := a.alice.SignGet(address, at(federationtest.Request{}))
	if err != nil {
		a.Fatal(err)
	}
	for name, c := range map[string]struct {
		address string
		by      *federationtest.Actor
		o       federationtest.Request
		header  http.Header
	}{
		"alice's name, mallory's key": {address, a.alice, federationtest.Request{Key: a.mallory.Key}, nil},
		"alice's signature elsewhere": {n.ActorID("maison") + "/followers", nil, federationtest.Request{}, http.Header{"Signature": good.Header["Signature"], "Date": good.Header["Date"]}},
		"alice's signature of before": {address, a.alice, federationtest.Request{At: a.clock.Now().Add(-2 * time.Hour)}, nil},
		"the node's own name":         {address, a.alice, federationtest.Request{KeyID: n.ActorID("maison") + "#main-key"}, nil},
	} {
		if c.o.At.IsZero() {
			c.o = at(c.o)
		}
		resp, body := readAs(a, c.address, c.by, c.o, c.header)
		if resp.StatusCode != http.StatusUnauthorized || resp.Header.Get("Cache-Control") != "private, no-store" {
			a.Errorf("%s: %d %v %s", name, resp.StatusCode, resp.Header, body)
		}
	}
}

func init() {
	maps.Copy(attacks, map[string]func(*attack){
		"A10": attackForeignOwner, "A21": attackKeyRedirected, "A26": attackLinkedData, "A27": attackProofs,
		"A27 slipped in": attackProofKeySlippedIn, "A28": attackOthersSignature,
	})
}
