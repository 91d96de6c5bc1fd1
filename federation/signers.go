package federation

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"time"

	"matou/federation/ap"
	"matou/federation/delivery"
	"matou/federation/proof"
	"matou/federation/signature"
)

// retired is the key of an actor of ours before the present one, in memory.
type retired struct {
	signer signature.Signer
	last   string
	until  time.Time
}

// prover signs documents of one of our actors.
type prover struct {
	key ed25519.PrivateKey
	id  string
}

// addSideKeys takes the keys of an actor of ours into memory that do not sign
// its requests now. The caller holds n.mu.
func (n *Node) addSideKeys(a ap.LocalActor) error {
	delete(n.retired, a.ID)
	if r := a.Retired; r != nil {
		key, err := signature.ParsePrivate(r.PrivateDER)
		if err != nil {
			return fmt.Errorf("read the former key of %s: %w", a.ID, err)
		}
		n.retired[a.ID] = retired{signature.Signer{KeyID: string(r.KeyID), Key: key}, r.Last, r.Until}
	}
	delete(n.provers, a.ID)
	if len(a.ProofDER) > 0 {
		key, err := proof.ParsePrivate(a.ProofDER)
		if err != nil {
			return fmt.Errorf("read the proof key of %s: %w", a.ID, err)
		}
		n.provers[a.ID] = prover{key, string(a.ProofKeyID)}
	}
	return nil
}

// proofKey gives the public half of the key by which an actor of ours signs
// documents; nil where it has none.
func proofKey(a ap.LocalActor) ed25519.PublicKey {
	key, err := proof.ParsePrivate(a.ProofDER)
	if err != nil {
		return nil
	}
	return proof.Public(key)
}

// signersOf gives the keys that sign a delivery, in the order in which they
// are tried. What was queued before a key was replaced, and the Update that
// says so, go by the key that peers know; whoever has learnt of the new one
// meanwhile takes that.
func (n *Node) signersOf(d ap.Delivery) []signature.Signer {
	n.mu.RLock()
	defer n.mu.RUnlock()
	present, ok := n.keys[d.Signer]
	if !ok {
		return nil
	}
	if r, ok := n.retired[d.Signer]; ok && d.Key <= r.last && n.clock().Before(r.until) {
		return []signature.Signer{r.signer, present}
	}
	return []signature.Signer{present}
}

// knockAs posts once in each scheme, in their order, until one is taken for
// what it is. It gives the place of the last scheme that was tried.
func (n *Node) knockAs(ctx context.Context, s signature.Signer, schemes []signature.Scheme, d ap.Delivery, body []byte) (result delivery.Result, refused bool, last int) {
	for i, scheme := range schemes {
		var status int
		result, status = n.knock(ctx, s, scheme, d, body)
		if status != http.StatusUnauthorized && status != http.StatusForbidden {
			return result, false, i
		}
		last = i
	}
	return result, true, last
}
