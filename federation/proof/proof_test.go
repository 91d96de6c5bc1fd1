package proof_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/proof"
)

// The key pair of the published vectors: its secret is
// z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq.
const vectorKey = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"

var vectorSeed = []byte{
	0xc9, 0x6e, 0xf9, 0xea, 0x10, 0xc5, 0xe4, 0x14, 0xc4, 0x71, 0x72, 0x3a, 0xff, 0x9d, 0xe7, 0x2c,
	0x35, 0xfa, 0x5b, 0x70, 0xfa, 0xe9, 0x7e, 0x88, 0x32, 0xec, 0xac, 0x7d, 0x2e, 0x2b, 0x8e, 0xd6,
}

func read(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func vector(t testing.TB, name string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, raw)
}

func publicKey(t testing.TB) ed25519.PublicKey {
	t.Helper()
	key, err := proof.ParseMultikey(vectorKey)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func verify(t testing.TB, doc map[string]any) error {
	t.Helper()
	p, err := proof.Parse(doc)
	if err != nil {
		return err
	}
	return p.Verify(publicKey(t))
}

// TestVectors holds to the published ones: of FEP-8b32 as it stands, of its
// first versions (whose proof names no context), and of the cryptosuite itself.
func TestVectors(t *testing.T) {
	for _, name := range []string{"fep-8b32", "fep-8b32-first", "eddsa-jcs-2022"} {
		t.Run(name, func(t *testing.T) {
			doc := vector(t, name)
			if err := verify(t, doc); err != nil {
				t.Errorf("got %v, want that it holds", err)
			}
		})
	}
}

// TestSign makes the proof of FEP-8b32's vector anew.
func TestSign(t *testing.T) {
	key := ed25519.NewKeyFromSeed(vectorSeed)
	if got := proof.Multikey(key.Public().(ed25519.PublicKey)); got != vectorKey {
		t.Fatalf("the key is %s, want %s", got, vectorKey)
	}
	want := vector(t, "fep-8b32")
	unsigned := maps.Clone(want)
	unsigned["proof"], unsigned["signature"] = "an old one", "another"
	at := time.Date(2023, 2, 24, 23, 36, 38, 999, time.UTC)
	got, err := proof.Sign(unsigned, key, "https://server.example/users/alice#ed25519-key", at)
	if err != nil {
		t.Fatal(err)
	}
	if got["signature"] != nil || unsigned["signature"] == nil {
		t.Error("the old signature must go from the copy, and from nowhere else")
	}
	a, err := proof.Canonical(got)
	if err != nil {
		t.Fatal(err)
	}
	b, err := proof.Canonical(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
	p, err := proof.Parse(got)
	if err != nil || p.Method != "https://server.example/users/alice#ed25519-key" || !p.Created.Equal(at.Truncate(time.Second)) {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestSignNamesTheContext(t *testing.T) {
	key := ed25519.NewKeyFromSeed(vectorSeed)
	const as = "https://www.w3.org/ns/activitystreams"
	inline := map[string]any{"x": "https://x.example/"}
	for _, c := range []struct {
		context any
		want    []any
	}{
		{nil, []any{proof.Context}},
		{as, []any{as, proof.Context}},
		{[]any{as, inline}, []any{as, proof.Context, inline}},
		{[]any{as, proof.Context}, []any{as, proof.Context}},
	} {
		doc := map[string]any{"id": "https://x.example/1"}
		if c.context != nil {
			doc["@context"] = c.context
		}
		got, err := proof.Sign(doc, key, "https://x.example/#key", time.Unix(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := proof.Canonical(got["@context"])
		b, _ := proof.Canonical(c.want)
		if string(a) != string(b) {
			t.Errorf("context of %v: got %s, want %s", c.context, a, b)
		}
	}
}

// TestForgeries changes what the vector of FEP-8b32 says, in every way that
// must be seen.
func TestForgeries(t *testing.T) {
	sign := func(name string, value any) func(map[string]any) {
		return func(doc map[string]any) {
			p := maps.Clone(doc["proof"].(map[string]any))
			if p[name] = value; value == nil {
				delete(p, name)
			}
			doc["proof"] = p
		}
	}
	say := func(name string, value any) func(map[string]any) {
		return func(doc map[string]any) { doc[name] = value }
	}
	context := func(more ...any) []any {
		return append([]any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"}, more...)
	}
	for name, forge := range map[string]func(map[string]any){
		"a member more":            say("to", "https://www.w3.org/ns/activitystreams#Public"),
		"another member":           say("type", "Delete"),
		"a member less":            func(doc map[string]any) { delete(doc, "actor") },
		"a number":                 func(doc map[string]any) { place(doc)["longitude"] = json.Number("-71.184903") },
		"a context more":           say("@context", context(map[string]any{"actor": "https://evil.example/actor"})),
		"a context more, in both":  func(doc map[string]any) { say("@context", context("x"))(doc); sign("@context", context("x"))(doc) },
		"a context less":           say("@context", context()[:1]),
		"a context in other order": say("@context", []any{context()[1], context()[0]}),
		"no context of the proof":  sign("@context", []any{}),
		"a member of the proof":    sign("domain", "x"),
		"another time":             sign("created", "2023-02-24T23:36:39Z"),
		"no time":                  sign("created", nil),
		"a time that is none":      sign("created", "yesterday"),
		"an end":                   sign("expires", "2999-01-01T00:00:00Z"),
		"another key":              sign("verificationMethod", "https://server.example/users/bob#ed25519-key"),
		"no key":                   sign("verificationMethod", nil),
		"another purpose":          sign("proofPurpose", "authentication"),
		"another cryptosuite":      sign("cryptosuite", "eddsa-rdfc-2022"),
		"another type":             sign("type", "Ed25519Signature2020"),
		"no value":                 sign("proofValue", nil),
		"a value in base 64":       sign("proofValue", "m"+strings.Repeat("A", 86)),
		"half a value":             sign("proofValue", "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4D"),
		"an endless value":         sign("proofValue", "z"+strings.Repeat("2", 1<<20)),
		"two proofs":               func(doc map[string]any) { doc["proof"] = []any{doc["proof"], doc["proof"]} },
		"a proof elsewhere":        say("proof", "https://server.example/proofs/1"),
		"no proof":                 func(doc map[string]any) { delete(doc, "proof") },
	} {
		t.Run(name, func(t *testing.T) {
			doc := vector(t, "fep-8b32")
			forge(doc)
			if err := verify(t, doc); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("got %v, want %v", err, directory.ErrInvalid)
			}
		})
	}
}

func place(doc map[string]any) map[string]any {
	return doc["object"].(map[string]any)["location"].(map[string]any)
}

// A Linked Data signature beside the proof is as if it were not there.
func TestOldSignatureIsPassedOver(t *testing.T) {
	doc := vector(t, "fep-8b32")
	doc["signature"] = map[string]any{"type": "RsaSignature2017", "signatureValue": "AAAA"}
	if err := verify(t, doc); err != nil {
		t.Errorf("got %v, want that it holds", err)
	}
}

func TestFresh(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		created, expires time.Time
		want             bool
	}{
		"just now":           {created: now, want: true},
		"by a clock ahead":   {created: now.Add(4 * time.Minute), want: true},
		"tomorrow":           {created: now.Add(24 * time.Hour)},
		"as long as allowed": {created: now.Add(-time.Hour), want: true},
		"too long ago":       {created: now.Add(-time.Hour - time.Second)},
		"not said":           {},
		"until later":        {created: now, expires: now.Add(time.Second), want: true},
		"until now":          {created: now, expires: now},
	} {
		p := proof.Proof{Created: c.created, Expires: c.expires}
		if err := p.Fresh(now, time.Hour); (err == nil) != c.want {
			t.Errorf("%s: got %v, want %t", name, err, c.want)
		}
	}
}

func TestMultikey(t *testing.T) {
	for name, s := range map[string]string{
		"nothing": "", "no letter": vectorKey[1:], "base 64": "u" + vectorKey[1:], "another letter": "z0" + vectorKey[2:],
		"cut": vectorKey[:40], "long": vectorKey + "22", "endless": "z" + strings.Repeat("6", 1<<20),
		"a secret": "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq",
		"P-256":    "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP",
	} {
		if _, err := proof.ParseMultikey(s); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: got %v, want %v", name, err, directory.ErrInvalid)
		}
	}
	for _, first := range []byte{0, 1, 255} {
		key := make(ed25519.PublicKey, ed25519.PublicKeySize)
		key[0], key[31] = first, first
		if got, err := proof.ParseMultikey(proof.Multikey(key)); err != nil || !bytes.Equal(got, key) {
			t.Errorf("%x came back as %x, %v", key, got, err)
		}
	}
}

// FuzzParse reads any document: what it takes for a proof can be checked, and
// does not hold for a key that signed nothing.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"fep-8b32", "fep-8b32-first", "eddsa-jcs-2022"} {
		raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)).Public().(ed25519.PublicKey)
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var doc map[string]any
		if d.Decode(&doc) != nil {
			return
		}
		before, beforeErr := proof.Canonical(doc)
		p, err := proof.Parse(doc)
		if err == nil {
			_ = p.Fresh(time.Unix(0, 0), time.Hour)
			if p.Verify(stranger) == nil {
				t.Errorf("a proof holds for a key that signed nothing: %s", raw)
			}
		} else if !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("got %v, want %v", err, directory.ErrInvalid)
		}
		after, afterErr := proof.Canonical(doc)
		if string(before) != string(after) || (beforeErr == nil) != (afterErr == nil) {
			t.Error("reading the proof changed the document")
		}
	})
}
