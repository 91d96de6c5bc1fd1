package federation

import (
	"context"
	"errors"
	"net/http"

	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/signature"
)

// Reason codes of answers. Those of signatures are signature's.
const (
	reasonContentType = "content_type"
	reasonMalformed   = "malformed"
	reasonActor       = "actor"
	reasonID          = "id"
	reasonKey         = "key"
	reasonBusy        = "busy"
	reasonDuplicate   = "duplicate"
	reasonUnknownType = "unknown_type"
	reasonUnknown     = "unknown_actor"
)

// refusal ends the way of an activity with a status and a reason code. With
// 202 nothing is wrong and there is nothing to do. The zero refusal goes on.
type refusal struct {
	status int
	reason string
}

func unauthorised(reason string) refusal { return refusal{http.StatusUnauthorized, reason} }

// isTaken reports whether go-fed's algorithm takes a type: an activity with an
// object. Others are answered before it sees them.
func isTaken(kind string) bool {
	switch kind {
	case "Arrive", "Question", "Travel":
		return false
	}
	return activitystreams.IsActivity(kind) || isRequest(kind)
}

// isRequest reports whether a type asks for a stamp: see requests.
func isRequest(kind string) bool {
	return kind == activitystreams.TypeQuoteRequest || kind == activitystreams.TypeFeatureRequest
}

// authenticate decides whether an activity is by the actor that it names. The
// order matters: nothing is asked of another host before everything that can
// be refused without asking has been.
func (n *Node) authenticate(ctx context.Context, rec *received) refusal {
	policy := signature.Policy{Origin: n.config.Origin, Now: n.clock(), Development: n.config.Development}
	claim, err := signature.Parse(rec.request)
	if err != nil {
		return signatureRefusal(err)
	}
	if err := claim.Check(rec.request, rec.raw, policy); err != nil {
		return signatureRefusal(err)
	}
	if v := n.refuseSuspended(ap.IRI(claim.KeyID)); v.status != 0 {
		return v
	}
	if rec.object, rec.member, err = activitystreams.ParseMember(rec.raw, "object"); err != nil {
		return refusal{http.StatusBadRequest, reasonMalformed}
	}
	if v := n.identify(ctx, rec, ap.IRI(claim.KeyID)); v.status != 0 {
		return v
	}
	if v := n.verify(ctx, rec, claim, policy); v.status != 0 {
		// Where its host was suspended meanwhile, that is why it has no key.
		if blocked := n.refuseSuspended(ap.IRI(claim.KeyID)); blocked.status != 0 {
			return blocked
		}
		return v
	}
	n.worker.Heard(rec.actor.Host())
	if !n.in.keys.budget(rec.actor.Host()).activities.AllowN(policy.Now, 1) {
		return refusal{http.StatusTooManyRequests, reasonBusy}
	}
	if !isTaken(rec.kind) {
		return refusal{http.StatusAccepted, reasonUnknownType}
	}
	// These are kept whoever sends them; all else only of those whom this node
	// follows, or who follow it.
	if rec.kind == "Follow" || rec.kind == "Flag" || isRequest(rec.kind) || rec.kind == "Update" && rec.aboutItself() {
		if !n.in.keys.budget(rec.actor.Host()).writes.AllowN(policy.Now, 1) {
			return refusal{http.StatusTooManyRequests, reasonBusy}
		}
	}
	return refusal{}
}

// identify reads who says what, and refuses what its own ids contradict: an
// activity, its actor and the key that signs it are on one host, and that is
// not ours (the origin-based security of FEP-fe34). Somebody else may bring an
// activity only with a proof by its actor.
func (n *Node) identify(ctx context.Context, rec *received, key ap.IRI) refusal {
	actors := rec.object.IRIs("actor")
	if len(actors) != 1 {
		return refusal{http.StatusBadRequest, reasonActor}
	}
	var err error
	if rec.actor, err = activitystreams.ParseIRI(string(actors[0]), n.config.Development); err != nil {
		return refusal{http.StatusBadRequest, reasonActor}
	}
	if rec.id, err = activitystreams.ParseIRI(string(rec.object.ID()), n.config.Development); err != nil {
		return refusal{http.StatusBadRequest, reasonID}
	}
	rec.kind = rec.object.Type()
	host := rec.actor.Host()
	switch {
	case rec.kind == "":
		return refusal{http.StatusBadRequest, reasonMalformed}
	case host == n.config.Origin.Host:
		return unauthorised(reasonActor)
	case rec.id.Host() != host:
		return unauthorised(reasonID)
	case key.Host() != host && !n.handedOn(rec):
		return unauthorised(reasonKey)
	}
	if rec.kind == "Delete" || rec.kind == "Update" {
		// When an account is deleted, every server that ever heard of it is
		// told, and its key is gone: there is nobody to ask and nothing to do.
		if rec.aboutItself() {
			known, err := n.store.KnowsActor(ctx, rec.actor)
			if err != nil {
				return n.unavailable(ctx, err)
			}
			if !known {
				return refusal{http.StatusAccepted, reasonUnknown}
			}
		}
	}
	if n.in.seen.Contains(activityName{rec.actor, rec.id}) {
		return refusal{http.StatusAccepted, reasonDuplicate}
	}
	return refusal{}
}

// verify checks the signature with a key of the actor itself: there is no
// other whose signature counts, unless the actor signed the document too. Such
// a proof beside a signature of the actor itself is not looked at: it could
// make nothing better, and nothing worse.
func (n *Node) verify(ctx context.Context, rec *received, claim *signature.Claim, policy signature.Policy) refusal {
	if rec.proof != nil {
		return n.verifyHandedOn(ctx, rec, claim, policy)
	}
	key, err := n.signedBy(ctx, rec.request, claim, policy, keyName{actor: rec.actor, id: ap.IRI(claim.KeyID)})
	switch {
	case err == nil:
		rec.sender = key.actor
		return refusal{}
	case isGone(err) && rec.kind == "Delete" && rec.aboutItself():
		// The origin itself says that the actor is gone: that is all that the
		// activity claims.
		return refusal{}
	case errors.Is(err, errKey) && n.handedOn(rec): // by a neighbour
		return n.verifyHandedOn(ctx, rec, claim, policy)
	}
	return n.keyRefusal(ctx, err)
}

// aboutItself reports whether the object of an activity is its own actor.
func (rec *received) aboutItself() bool {
	objects := rec.object.IRIs("object")
	return len(objects) == 1 && objects[0] == rec.actor
}

// unavailable answers when this node itself cannot decide.
func (n *Node) unavailable(ctx context.Context, err error) refusal {
	if ctx.Err() == nil {
		n.in.counts.failed.Add(1)
		n.log.ErrorContext(ctx, "authenticate an activity", "error", err)
	}
	return refusal{http.StatusServiceUnavailable, "unavailable"}
}

// signatureRefusal tells the sender which part of its signature does not
// stand, and nothing of how that was found out.
func signatureRefusal(err error) refusal {
	var e *signature.Error
	if errors.As(err, &e) {
		return unauthorised(e.Reason)
	}
	return unauthorised(signature.ReasonSignature)
}
