package federation

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/proof"
	"matou/federation/signature"
)

// proofLife is how old the proof of an activity may be that somebody else hands
// on. It is less than its id is remembered, so that nobody can bring back what
// had its effect long ago.
const proofLife = activityLife - 24*time.Hour

// reasonProof answers an activity that was handed on, and whose proof does not
// stand.
const reasonProof = "proof"

// handedOn reports whether an activity says that its actor signed the document
// itself, so that it may come by way of somebody else (FEP-8b32), and reads
// that proof. Its key must be on the actor's host; an old Linked Data signature
// is nothing.
func (n *Node) handedOn(rec *received) bool {
	p, err := proof.Parse(rec.object)
	if err != nil || p.Fresh(n.clock(), proofLife) != nil {
		return false
	}
	method, err := activitystreams.ParseIRI(p.Method, n.config.Development)
	if err != nil || method.Host() != rec.actor.Host() {
		return false
	}
	rec.proof = p
	return true
}

// verifyHandedOn decides on an activity that somebody else than its actor
// brought: whoever brings it must be authentic, as everybody who writes here,
// and the proof must be by a key that the actor says it signs documents with.
func (n *Node) verifyHandedOn(ctx context.Context, rec *received, claim *signature.Claim, policy signature.Policy) refusal {
	if v := n.refuseSuspended(rec.actor); v.status != 0 {
		return v
	}
	bearer, err := n.keyOwner(ctx, ap.IRI(claim.KeyID))
	if err == nil {
		_, err = n.signedBy(ctx, rec.request, claim, policy, keyName{actor: bearer, id: ap.IRI(claim.KeyID)})
	}
	if err != nil {
		return n.keyRefusal(ctx, err)
	}
	name := keyName{actor: rec.actor, id: ap.IRI(rec.proof.Method), proof: true}
	key, err := n.key(ctx, name)
	if err == nil && !n.proves(key, rec.proof) && policy.Now.Sub(key.at) >= keyRetry {
		key, err = n.fetchKey(ctx, name)
	}
	switch {
	case err != nil:
		return n.keyRefusal(ctx, err)
	case !n.proves(key, rec.proof):
		return unauthorised(reasonProof)
	}
	rec.sender = key.actor
	return refusal{}
}

// proves reports whether a key stands, and made the proof.
func (n *Node) proves(key foundKey, p *proof.Proof) bool {
	public, ok := key.public.(ed25519.PublicKey)
	return ok && n.clock().Before(key.until) && p.Verify(public) == nil
}

// signedBy checks the signature of a request with the key of that name. A key
// that was kept for a while and does not fit may have been replaced, so its
// owner is asked again, once. Errors: *signature.Error, and those of key.
func (n *Node) signedBy(ctx context.Context, r *http.Request, claim *signature.Claim, policy signature.Policy, name keyName) (foundKey, error) {
	key, err := n.key(ctx, name)
	if err != nil {
		return key, err
	}
	if err = claim.Verify(r, policy, key.public); err == nil || policy.Now.Sub(key.at) < keyRetry {
		return key, err
	}
	if key, err = n.fetchKey(ctx, name); err != nil {
		return key, err
	}
	return key, claim.Verify(r, policy, key.public)
}

// keyRefusal gives what signedBy failed with its status.
func (n *Node) keyRefusal(ctx context.Context, err error) refusal {
	var broken *signature.Error
	switch {
	case errors.As(err, &broken):
		return signatureRefusal(err)
	case errors.Is(err, errBusy):
		return refusal{http.StatusTooManyRequests, reasonBusy}
	case errors.Is(err, errAway):
		// Some peers take a 401 for the last word, and never come again.
		return refusal{http.StatusServiceUnavailable, reasonKey}
	case errors.Is(err, errKey), isGone(err):
		return unauthorised(reasonKey)
	}
	return n.unavailable(ctx, err)
}

// keyOwner gives the actor whose key an id names: what stands before its
// fragment, or, of a key that has an address of its own, the owner that the
// document there names, on the same host. It is only said there: the key counts
// where the owner's own document lists it. Errors: errKey, errAway, errBusy.
func (n *Node) keyOwner(ctx context.Context, id ap.IRI) (ap.IRI, error) {
	if actor, _, has := strings.Cut(string(id), "#"); has {
		return ap.IRI(actor), nil
	}
	if id.Host() == n.config.Origin.Host {
		return "", errKey
	}
	now := n.clock()
	if o, ok := n.in.keys.owners.Get(id); ok && now.Before(o.until) {
		return o.actor, o.err
	}
	o, err, _ := n.in.keys.flight.Do("owner "+string(id), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyFetchLimit)
		defer cancel()
		leave, ok := n.in.keys.begin(id.Host(), now)
		if !ok {
			return keyOwner{}, errBusy
		}
		defer leave()
		o := n.askOwner(ctx, id)
		n.in.keys.owners.Add(id, o)
		return o, nil
	})
	if err != nil {
		return "", err
	}
	owner, _ := o.(keyOwner)
	return owner.actor, owner.err
}

// keyOwner is whom the document at a key's address names as its owner.
type keyOwner struct {
	actor ap.IRI
	err   error
	until time.Time
}

// askOwner reads the document at a key's address.
func (n *Node) askOwner(ctx context.Context, id ap.IRI) keyOwner {
	now := n.clock()
	resp, err := n.client.Object(ctx, string(id))
	if err != nil {
		if isPassing(originError(err)) {
			return keyOwner{err: errAway, until: now.Add(keyAbsence)}
		}
		return keyOwner{err: errKey, until: now.Add(keyRefusal)}
	}
	owner := activitystreams.KeyOwner(resp.Body, id)
	if owner == "" || owner.Host() != id.Host() || resp.URL != string(id) {
		return keyOwner{err: errKey, until: now.Add(keyRefusal)}
	}
	return keyOwner{actor: owner, until: now.Add(keyLife)}
}

// proven gives an activity with a proof by its actor where that is a directory
// (FEP-8b32): what directories say travels from one to the next, and who reads
// it there must be able to tell that it is theirs. What a hoster says is always
// read from its own node.
func (n *Node) proven(actor ap.IRI, d ap.Document) ap.Document {
	n.mu.RLock()
	kind, p := n.actors[actor].Kind, n.provers[actor]
	n.mu.RUnlock()
	if kind != ap.KindAggregator || p.key == nil || !slices.Contains(provenTypes, d.Type) {
		return d
	}
	signed, err := activitystreams.Prove(d, func(o map[string]any) (map[string]any, error) {
		return proof.Sign(o, p.key, p.id, n.now())
	})
	if err != nil { // it goes by the signature of the request, as ever
		n.log.Error("sign an activity", "type", d.Type, "error", err)
		return d
	}
	return signed
}

// provenTypes are the activities that directories hand on.
var provenTypes = []string{"Add", "Announce", "Remove", "Undo"}
