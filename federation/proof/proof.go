// Package proof signs documents and checks their signatures: the integrity
// proofs of FEP-8b32 in the cryptosuite eddsa-jcs-2022 (Data Integrity EdDSA
// Cryptosuites 3.3), by keys written as Multikey (FEP-521a). It is pure:
// documents, keys and times in, verdicts out. It fetches no key, and a proof
// that holds says only that the owner of the key signed the document; whose
// key may sign which document is the caller's to decide.
//
// Documents are trees as encoding/json makes them, with json.Number for
// numbers where they come from others: read strictly, without a key twice and
// without half of a surrogate pair, so that nobody else reads another document
// in them.
package proof

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"matou/directory"
)

// Context defines the terms of a proof, in the version that most readers know
// by heart. Sign adds it to a document that names none.
const Context = "https://w3id.org/security/data-integrity/v1"

// contexts are all that define them.
var contexts = []string{Context, "https://w3id.org/security/data-integrity/v2"}

// The words of the one kind of proof that is made and read.
const (
	kind    = "DataIntegrityProof"
	suite   = "eddsa-jcs-2022"
	purpose = "assertionMethod"
)

// Bounds of what a proof may say.
const (
	maxMembers = 32
	maxMethod  = 2048
	maxValue   = 128             // a signature is 64 bytes, in base 58 at most 88 letters
	clockSkew  = 5 * time.Minute // how far ahead its maker's clock may be
)

// Proof is what a document says of its own proof. Nothing in it is to be
// trusted until Verify has passed.
type Proof struct {
	Method  string    // verificationMethod: the id of the key
	Created time.Time // zero where it does not say
	Expires time.Time // zero where it does not say

	document  map[string]any // without the proof
	config    map[string]any // the proof without its value
	signature []byte
}

// Parse reads the proof of a document. Of several proofs none is read. An old
// Linked Data signature beside it is no part of what the proof signs (FEP-8b32,
// backward compatibility). Errors are directory.ErrInvalid.
func Parse(document map[string]any) (*Proof, error) {
	raw, ok := document["proof"].(map[string]any)
	if !ok {
		return nil, directory.Invalid("proof", "must be one object")
	}
	if len(raw) > maxMembers {
		return nil, directory.Invalid("proof", "has more than %d members", maxMembers)
	}
	for name, want := range map[string]string{"type": kind, "cryptosuite": suite, "proofPurpose": purpose} {
		if raw[name] != want {
			return nil, directory.Invalid("proof."+name, "must be %s", want)
		}
	}
	p := &Proof{document: maps.Clone(document), config: maps.Clone(raw)}
	delete(p.document, "proof")
	delete(p.document, "signature")
	delete(p.config, "proofValue")
	p.Method, _ = raw["verificationMethod"].(string)
	if p.Method == "" || len(p.Method) > maxMethod {
		return nil, directory.Invalid("proof.verificationMethod", "must be the id of a key")
	}
	var err error
	if p.Created, err = instant(raw, "created"); err != nil {
		return nil, err
	}
	if p.Expires, err = instant(raw, "expires"); err != nil {
		return nil, err
	}
	if p.signature, err = signature(raw["proofValue"]); err != nil {
		return nil, err
	}
	return p, p.checkContext()
}

// checkContext wants the proof to name the very context of the document, or
// none. The cryptosuite lets a document have further contexts after those that
// were signed; whoever reads the document by them would read words that nobody
// signed.
func (p *Proof) checkContext() error {
	signed, has := p.config["@context"]
	if !has {
		return nil
	}
	a, err := Canonical(signed)
	if err != nil {
		return err
	}
	b, err := Canonical(p.document["@context"])
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return directory.Invalid("proof.@context", "must be the document's")
	}
	return nil
}

// Fresh refuses a proof that does not say when it was made, that was made
// longer than life ago or in the future, or that has expired.
func (p *Proof) Fresh(now time.Time, life time.Duration) error {
	switch {
	case p.Created.IsZero():
		return directory.Invalid("proof.created", "must be said")
	case p.Created.After(now.Add(clockSkew)):
		return directory.Invalid("proof.created", "lies in the future")
	case now.Sub(p.Created) > life:
		return directory.Invalid("proof.created", "is longer ago than %s", life)
	case !p.Expires.IsZero() && !now.Before(p.Expires):
		return directory.Invalid("proof.expires", "is over")
	}
	return nil
}

// Verify checks the signature by a key. A proof that names no context was
// signed with the document's (FEP-8b32 in its first versions, and Fedify still),
// or without any, as the cryptosuite has it. The error is directory.ErrInvalid.
func (p *Proof) Verify(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return directory.Invalid("key", "must have %d bytes", ed25519.PublicKeySize)
	}
	configs := []map[string]any{p.config}
	if context, has := p.document["@context"]; has && p.config["@context"] == nil {
		with := maps.Clone(p.config)
		with["@context"] = context
		configs = append(configs, with)
	}
	for _, config := range configs {
		signed, err := hash(p.document, config)
		if err != nil {
			return err
		}
		if ed25519.Verify(key, signed, p.signature) {
			return nil
		}
	}
	return directory.Invalid("proof.proofValue", "does not fit the key and the document")
}

// Sign gives a copy of the document with a proof by the key, whose id is
// method, made at created (to the second). A proof or Linked Data signature
// that stands there is replaced. Errors are directory.ErrInvalid, for a tree
// that is no JSON.
func Sign(document map[string]any, key ed25519.PrivateKey, method string, created time.Time) (map[string]any, error) {
	out := maps.Clone(document)
	delete(out, "proof")
	delete(out, "signature")
	out["@context"] = withContext(out["@context"])
	config := map[string]any{
		"@context": out["@context"], "type": kind, "cryptosuite": suite, "proofPurpose": purpose,
		"verificationMethod": method, "created": created.UTC().Truncate(time.Second).Format(time.RFC3339),
	}
	signed, err := hash(out, config)
	if err != nil {
		return nil, err
	}
	config["proofValue"] = multibase(ed25519.Sign(key, signed))
	out["proof"] = config
	return out, nil
}

// withContext adds the terms of proofs to a context, right after the first
// one: what a document defines inline comes last and may not be defined again.
func withContext(context any) any {
	list, ok := context.([]any)
	if !ok && context != nil {
		list = []any{context}
	}
	for _, c := range list {
		if text, isText := c.(string); isText && slices.Contains(contexts, text) {
			return context
		}
	}
	if len(list) == 0 {
		return []any{Context}
	}
	return append([]any{list[0], Context}, list[1:]...)
}

// hash gives what is signed: the hash of the proof's own words, then that of
// the document (Data Integrity EdDSA Cryptosuites 3.3.4).
func hash(document, config map[string]any) ([]byte, error) {
	d, err := Canonical(document)
	if err != nil {
		return nil, err
	}
	c, err := Canonical(config)
	if err != nil {
		return nil, err
	}
	ofConfig, ofDocument := sha256.Sum256(c), sha256.Sum256(d)
	return append(ofConfig[:], ofDocument[:]...), nil
}

// instant reads a time of a proof; absent is the zero time.
func instant(raw map[string]any, name string) (time.Time, error) {
	v, has := raw[name]
	if !has {
		return time.Time{}, nil
	}
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || len(s) > 40 {
		return time.Time{}, directory.Invalid("proof."+name, "must be an instant")
	}
	return t.UTC(), nil
}

// signature reads a proofValue.
func signature(v any) ([]byte, error) {
	s, _ := v.(string)
	if len(s) > maxValue {
		return nil, directory.Invalid("proof.proofValue", "is longer than %d bytes", maxValue)
	}
	b, err := parseMultibase(s)
	if err != nil {
		return nil, err
	}
	if len(b) != ed25519.SignatureSize {
		return nil, directory.Invalid("proof.proofValue", "must have %d bytes", ed25519.SignatureSize)
	}
	return b, nil
}
