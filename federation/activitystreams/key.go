package activitystreams

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/proof"
	"matou/federation/signature"
)

// maxSignature bounds the word of a former key: a signature of RSA-8192.
const maxSignature = 1 << 10

// keys writes the keys of an actor of ours: the one that signs its requests,
// alone, as every peer reads it; the one that signs its documents (FEP-521a);
// and the words of those that were replaced.
func (e Endpoints) keys(doc map[string]any) {
	doc["publicKey"] = map[string]any{"id": string(e.keyID()), "owner": string(e.Actor), "publicKeyPem": e.PublicKeyPEM}
	if len(e.ProofKey) > 0 {
		doc["assertionMethod"] = []any{map[string]any{
			"id": string(e.ProofKeyID), "type": "Multikey", "controller": string(e.Actor),
			"publicKeyMultibase": proof.Multikey(e.ProofKey),
		}}
	}
	var former []any
	for _, f := range e.FormerKeys {
		former = append(former, map[string]any{
			"id": string(f.ID), "owner": string(e.Actor), "publicKeyPem": signature.PEM(f.DER),
			"successor": string(f.Successor), "replacedAt": stamp(f.ReplacedAt),
			"signatureValue": base64.StdEncoding.EncodeToString(f.Signature),
		})
	}
	if len(former) > 0 {
		doc["formerKeys"] = former
	}
}

// proofKeysOf reads the keys by which an actor signs documents: Ed25519, its
// own, on its own host, none of them twice. An end that cannot be read is over.
func proofKeysOf(o Object) []ap.Key {
	var keys []ap.Key
	for _, k := range o.Children("assertionMethod", maxKeys) {
		public, err := proof.ParseMultikey(k.String("publicKeyMultibase"))
		if err != nil || !k.Is("Multikey") || k.IRI("controller") != o.ID() || sameOrigin(o.ID(), k.ID()) == "" ||
			slices.ContainsFunc(keys, func(have ap.Key) bool { return have.ID == k.ID() }) {
			continue
		}
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			continue
		}
		key := ap.Key{ID: k.ID(), Owner: o.ID(), DER: der, ExpiresAt: k.Time("expires")}
		if k.value("expires") != nil && key.ExpiresAt.IsZero() {
			key.ExpiresAt = time.Unix(1, 0).UTC()
		}
		keys = append(keys, key)
	}
	return keys
}

// FormerKeys reads the words of an actor's former keys on their successors, at
// most eight. Whether they are true is for signature.Succession to say. Errors
// are directory.ErrInvalid.
func FormerKeys(actor []byte) ([]ap.FormerKey, error) {
	o, err := Parse(actor)
	if err != nil {
		return nil, err
	}
	var all []ap.FormerKey
	for _, k := range o.Children("formerKeys", maxKeys) {
		key, err := keyOf(k)
		signed, badSign := base64.StdEncoding.Strict().DecodeString(k.String("signatureValue"))
		f := ap.FormerKey{Key: key, Successor: k.IRI("successor"), ReplacedAt: k.Time("replacedAt"), Signature: signed}
		if err != nil || badSign != nil || len(signed) > maxSignature || f.Owner != o.ID() || f.Successor == "" || f.ReplacedAt.IsZero() {
			continue
		}
		all = append(all, f)
	}
	return all, nil
}

// Stub gives what everybody may know of an actor of ours where only those who
// sign their requests may read the whole: who it is, where it is written to,
// and its keys, by which others check what it signs.
func Stub(actor []byte) ([]byte, error) {
	o, err := parse(actor)
	if err != nil {
		return nil, err
	}
	if !IsActor(o.Type()) {
		return nil, directory.Invalid("type", "must be an actor, not %.40q", o.Type())
	}
	stub := map[string]any{}
	for _, key := range []string{"@context", "id", "type", "preferredUsername", "inbox", "endpoints", "publicKey", "assertionMethod", "formerKeys"} {
		if v, ok := o[key]; ok {
			stub[key] = v
		}
	}
	return encode(stub)
}

// Prove gives a document of ours with a proof by sign, which takes and gives a
// whole tree (proof.Sign).
func Prove(d ap.Document, sign func(map[string]any) (map[string]any, error)) (ap.Document, error) {
	o, err := parse(d.Body)
	if err != nil {
		return ap.Document{}, err
	}
	signed, err := sign(o)
	if err != nil {
		return ap.Document{}, err
	}
	d.Body, err = encode(signed)
	return d, err
}

// unproven gives an embedded document without its proof, which signs it as it
// stood alone and would hold for nothing inside another.
func unproven(raw []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, directory.Invalid("document", "is not JSON")
	}
	if _, has := members["proof"]; !has {
		return raw, nil
	}
	delete(members, "proof")
	return encode(members)
}

// KeyOwner gives the actor that the document at a key's address names as its
// owner: the document is the key, or the actor (or as much of it as its origin
// shows to everybody) with a key of that id, or the actor whose address is its
// key's id too. "" where it names nobody.
func KeyOwner(raw []byte, key ap.IRI) ap.IRI {
	o, err := Parse(raw)
	if err != nil {
		return ""
	}
	for _, k := range append([]Object{o}, o.Children("publicKey", maxKeys)...) {
		if k.ID() != key || k.String("publicKeyPem") == "" {
			continue
		}
		for _, name := range []string{"owner", "controller"} {
			if owner := k.IRI(name); owner != "" {
				return owner
			}
		}
	}
	return ""
}
