package federation

import (
	"net/http"

	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/signature"
)

// What a document that not everybody may read says to caches: a copy kept for
// one reader must not reach another.
const (
	cachePrivate = "private, no-store"
	varyPrivate  = "Accept, Signature, Signature-Input"
)

// toSigners gives what h serves only to those who sign their request and are
// not blocked, where this node is set up so (authorized fetch). Others learn of
// an actor how to check its signatures and where to write to it, and are sent on
// to pages as ever; of all else nothing. object tells what h shows at a
// request's address, and page whether it would send a reader on to its page;
// without it there is nothing for others.
func (n *Node) toSigners(h http.HandlerFunc, object func(*http.Request) ap.IRI, page bool) http.HandlerFunc {
	if !n.config.AuthorizedFetch {
		return h
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w = &privateWriter{ResponseWriter: w}
		switch refused := n.reader(r); {
		case refused.status == 0:
			h(w, r)
		case object != nil && refused.reason == signature.ReasonMissing:
			n.showStub(w, r, object(r), page)
		default:
			n.refuseReader(w, refused)
		}
	}
}

// reader decides whether a request comes from somebody who may read here.
func (n *Node) reader(r *http.Request) refusal {
	policy := signature.Policy{Origin: n.config.Origin, Now: n.clock(), Development: n.config.Development}
	claim, err := signature.Parse(r)
	if err != nil {
		return signatureRefusal(err)
	}
	if err := claim.Check(r, nil, policy); err != nil {
		return signatureRefusal(err)
	}
	key := ap.IRI(claim.KeyID)
	if key.Host() == n.config.Origin.Host {
		return unauthorised(reasonKey)
	}
	if v := n.refuseSuspended(key); v.status != 0 {
		return v
	}
	owner, err := n.keyOwner(r.Context(), key)
	if err == nil {
		_, err = n.signedBy(r.Context(), r, claim, policy, keyName{actor: owner, id: key})
	}
	if err != nil {
		return n.keyRefusal(r.Context(), err)
	}
	return refusal{}
}

// refuseReader answers somebody who may not read. What comes in by a GET is
// not counted among activities.
func (n *Node) refuseReader(w http.ResponseWriter, v refusal) {
	if v.status == http.StatusTooManyRequests || v.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	writeReason(w, v.status, v.reason)
}

// showStub serves what everybody may know of one of our actors.
func (n *Node) showStub(w http.ResponseWriter, r *http.Request, iri ap.IRI, page bool) {
	unsigned := unauthorised(signature.ReasonMissing)
	d, err := n.ownDocument(r.Context(), iri)
	if err != nil || d.Tombstone {
		n.refuseReader(w, unsigned) // what is there and what is not, alike
		return
	}
	if page && d.URL != "" && d.URL != string(iri) && preferenceOf(r).wantsPage() {
		n.showDocument(w, r, iri, true)
		return
	}
	stub, err := activitystreams.Stub(d.Body)
	if err != nil {
		n.refuseReader(w, unsigned)
		return
	}
	n.serve(w, r, http.StatusOK, typeActivity, cachePrivate, stub)
}

// privateWriter makes sure that whatever is answered stays with the reader
// that it was made for.
type privateWriter struct {
	http.ResponseWriter
	wrote bool
}

// WriteHeader writes the status with our word to caches.
func (w *privateWriter) WriteHeader(status int) {
	if !w.wrote {
		w.wrote = true
		w.Header().Set("Cache-Control", cachePrivate)
		w.Header().Set("Vary", varyPrivate)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes a body.
func (w *privateWriter) Write(b []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}
