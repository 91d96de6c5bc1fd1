package activitystreams

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"matou/federation/ap"
	"matou/federation/proof"
)

const keyActor = "https://hoster.example/actors/a"

func keyDocument(t testing.TB, members map[string]any) []byte {
	t.Helper()
	doc := map[string]any{"@context": AS, "id": keyActor, "type": "Person", "inbox": keyActor + "/inbox"}
	for k, v := range members {
		doc[k] = v
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestProofKeys: an actor's document keys are its own, Ed25519, and on its host.
func TestProofKeys(t *testing.T) {
	public := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	good := func(change map[string]any) map[string]any {
		k := map[string]any{"id": keyActor + "#ed25519-key", "type": "Multikey", "controller": keyActor, "publicKeyMultibase": proof.Multikey(public)}
		for name, v := range change {
			k[name] = v
		}
		return k
	}
	for name, c := range map[string]struct {
		value any
		want  int
	}{
		"one":                  {good(nil), 1},
		"a list":               {[]any{good(nil)}, 1},
		"types":                {good(map[string]any{"type": []any{"VerificationMethod", "Multikey"}}), 1},
		"twice":                {[]any{good(nil), good(nil)}, 1},
		"two":                  {[]any{good(nil), good(map[string]any{"id": keyActor + "#2"})}, 2},
		"endless":              {many(good, 100), 8},
		"an id only":           {keyActor + "#ed25519-key", 0},
		"another's":            {good(map[string]any{"controller": keyActor + "b"}), 0},
		"nobody's":             {good(map[string]any{"controller": nil}), 0},
		"elsewhere":            {good(map[string]any{"id": "https://evil.example/actors/a#ed25519-key"}), 0},
		"without an id":        {good(map[string]any{"id": nil}), 0},
		"another type":         {good(map[string]any{"type": "Ed25519VerificationKey2020"}), 0},
		"another kind of key":  {good(map[string]any{"publicKeyMultibase": "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"}), 0},
		"no key":               {good(map[string]any{"publicKeyMultibase": 5}), 0},
		"with an end":          {good(map[string]any{"expires": "2027-01-01T00:00:00Z"}), 1},
		"an end that is a lie": {good(map[string]any{"expires": "never"}), 1},
	} {
		a, err := DecodeActor(keyDocument(t, map[string]any{"assertionMethod": c.value}))
		if err != nil || len(a.ProofKeys) != c.want {
			t.Errorf("%s: got %d keys, %v, want %d", name, len(a.ProofKeys), err, c.want)
			continue
		}
		for _, k := range a.ProofKeys {
			if key, err := x509.ParsePKIXPublicKey(k.DER); err != nil || !public.Equal(key) || k.Owner != keyActor {
				t.Errorf("%s: got %+v, %v", name, k, err)
			}
			if over := !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); over != (name == "an end that is a lie") {
				t.Errorf("%s: it ends at %v", name, k.ExpiresAt)
			}
		}
	}
}

func many(key func(map[string]any) map[string]any, n int) []any {
	var all []any
	for i := range n {
		all = append(all, key(map[string]any{"id": keyActor + "#" + strings.Repeat("k", i%50+1)}))
	}
	return all
}

// TestFormerKeys: what is written is read; what is not the actor's own word is
// left out.
func TestFormerKeys(t *testing.T) {
	e := testEndpoints()
	e.KeyID, e.PublicKeyPEM = e.Actor+"#key-2", string(testdata(t, "key.pem"))
	key, err := keyOf(Object{"id": string(e.Actor) + "#main-key", "owner": string(e.Actor), "publicKeyPem": e.PublicKeyPEM})
	if err != nil {
		t.Fatal(err)
	}
	e.FormerKeys = []ap.FormerKey{{Key: key, Successor: e.KeyID, ReplacedAt: testDay, Signature: []byte("signed")}}
	d, err := EncodeNodeActor(e, "Un nœud", "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := FormerKeys(d.Body)
	if err != nil || asJSON(t, got) != asJSON(t, e.FormerKeys) {
		t.Errorf("got %s, %v\nwant %s", asJSON(t, got), err, asJSON(t, e.FormerKeys))
	}
	if a, err := DecodeActor(d.Body); err != nil || len(a.Keys) != 1 || a.Keys[0].ID != e.KeyID || len(a.ProofKeys) != 1 {
		t.Errorf("the keys that count are %+v and %+v, %v; want one of each", a.Keys, a.ProofKeys, err)
	}
	for name, change := range map[string]map[string]any{
		"another's": {"owner": "https://les-lucioles.example/ap/actors/other"}, "no successor": {"successor": 5},
		"no time": {"replacedAt": "soon"}, "no signature": {"signatureValue": "!"}, "no key": {"publicKeyPem": "x"},
		"endless": {"signatureValue": strings.Repeat("AAAA", 1000)},
	} {
		var doc map[string]any
		if err := json.Unmarshal(d.Body, &doc); err != nil {
			t.Fatal(err)
		}
		for k, v := range change {
			doc["formerKeys"].([]any)[0].(map[string]any)[k] = v
		}
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := FormerKeys(raw); err != nil || len(got) != 0 {
			t.Errorf("%s: got %+v, %v, want none", name, got, err)
		}
	}
}

// TestStub: whoever does not sign learns where to write and how to check, and
// nothing of what the actor says.
func TestStub(t *testing.T) {
	body := goldenDocuments(t)["hoster"]
	stub, err := Stub(body)
	if err != nil {
		t.Fatal(err)
	}
	a, err := DecodeActor(stub)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := DecodeActor(body)
	if err != nil {
		t.Fatal(err)
	}
	if a.ID != whole.ID || a.Inbox != whole.Inbox || a.SharedInbox != whole.SharedInbox || len(a.ProofKeys) != 1 || a.Name != "" || a.Discoverable || a.Services != "" {
		t.Errorf("got %+v", a)
	}
	if bytes.Contains(stub, []byte("tagline\":{\"fr")) {
		t.Errorf("it says too much: %s", stub)
	}
	if _, err := Stub(goldenDocuments(t)["note-incident"]); err == nil {
		t.Error("a note has a stub")
	}
}

// TestProve: what is proven stays what it is, and goes into an Undo without
// its proof.
func TestProve(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	announce, err := Announce("https://a.example/ap/activities/1", "https://a.example/ap/actors/a", "https://b.example/n/1", "", testDay)
	if err != nil {
		t.Fatal(err)
	}
	proven, err := Prove(announce, func(o map[string]any) (map[string]any, error) {
		return proof.Sign(o, key, "https://a.example/ap/actors/a#ed25519-key", testDay)
	})
	if err != nil {
		t.Fatal(err)
	}
	o, err := Parse(proven.Body)
	if err != nil {
		t.Fatal(err)
	}
	p, err := proof.Parse(o)
	if err != nil || p.Verify(proof.Public(key)) != nil || o.Type() != "Announce" || len(o.list("to", 9)) != 1 {
		t.Errorf("got %s, %v", proven.Body, err)
	}
	undo, err := Undo("https://a.example/ap/activities/2", "https://a.example/ap/actors/a", proven.Body, []ap.IRI{ap.Public}, nil, testDay)
	if err != nil || bytes.Contains(undo.Body, []byte("proofValue")) || !bytes.Contains(undo.Body, []byte("https://b.example/n/1")) {
		t.Errorf("got %s, %v", undo.Body, err)
	}
	plain, err := Undo("https://a.example/ap/activities/2", "https://a.example/ap/actors/a", announce.Body, []ap.IRI{ap.Public}, nil, testDay)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := withoutContext(t, undo.Body), withoutContext(t, plain.Body); a != b {
		t.Errorf("got  %s\nwant %s", a, b)
	}
}

func withoutContext(t *testing.T, raw []byte) string {
	t.Helper()
	o, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	delete(o, "@context")
	return asJSON(t, o)
}
