package federation

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"matou/directory"
	"matou/federation/ap"
)

// How long others may keep what they were served.
const (
	cacheObject    = "public, max-age=180"
	cacheDiscovery = "public, max-age=3600"
)

// showObject serves the document of this node at the request's path: as
// ActivityStreams, or by sending a person on to its page. Nothing that is
// served depends on who signed the request.
func (n *Node) showObject(w http.ResponseWriter, r *http.Request) {
	n.showDocument(w, r, n.iri(r.URL.Path), true)
}

// showActor is showObject for the node's own actor, which everybody must be
// able to read without a signature and whatever they accept, because others
// check our signatures by it.
func (n *Node) showActor(w http.ResponseWriter, r *http.Request) {
	n.showDocument(w, r, n.nodeActor(), false)
}

// showDocument serves one of our documents. Where a page is allowed, the
// document has one and the request would rather see it, it is sent there.
func (n *Node) showDocument(w http.ResponseWriter, r *http.Request, iri ap.IRI, page bool) {
	w.Header().Set("Vary", "Accept")
	d, err := n.ownDocument(r.Context(), iri)
	if err == nil {
		err = n.stampCounts(r.Context(), d)
	}
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	if d.Tombstone {
		n.serve(w, r, http.StatusGone, typeActivity, cacheObject, d.Body)
		return
	}
	if page && n.sendToPage(w, r, iri, d.URL) {
		return
	}
	n.serve(w, r, http.StatusOK, typeActivity, cacheObject, d.Body)
}

// sendToPage sends a request that would rather see a page to the one of an
// object, where it has one, and reports whether it did.
func (n *Node) sendToPage(w http.ResponseWriter, r *http.Request, iri ap.IRI, page string) bool {
	h := w.Header()
	if page == "" || page == string(iri) {
		return false
	}
	if !preferenceOf(r).wantsPage() {
		h.Set("Link", "<"+page+`>; rel="alternate"; type="text/html"`)
		return false
	}
	h.Set("Link", alternate(iri))
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", cacheObject)
	h.Set("Location", page)
	w.WriteHeader(http.StatusSeeOther)
	return true
}

// ownDocument gives a document of this node that anybody may read; one that
// is not for everyone is not found.
func (n *Node) ownDocument(ctx context.Context, iri ap.IRI) (ap.Document, error) {
	d, err := n.store.Document(ctx, iri)
	if err != nil {
		return ap.Document{}, err
	}
	if !d.Local || !(d.Public || d.Tombstone) {
		return ap.Document{}, directory.ErrNotFound
	}
	return d, nil
}

// published reports whether an actor of this node has a document. Once it has
// one it keeps it, so that a yes is remembered.
func (n *Node) published(ctx context.Context, actor ap.IRI) (bool, error) {
	if _, ok := n.in.published.Load(actor); ok {
		return true, nil
	}
	_, err := n.ownDocument(ctx, actor)
	if isNotFound(err) {
		return false, nil
	}
	if err == nil {
		n.in.published.Store(actor, struct{}{})
	}
	return err == nil, err
}

// alternate is the Link header by which a reader of a page finds the object
// that it shows.
func alternate(iri ap.IRI) string {
	return "<" + string(iri) + `>; rel="alternate"; type="` + typeActivity + `"`
}

// serve writes a body that everybody may read, from any web page, with an
// entity tag so that a reader who has it already gets 304 (RFC 9110 13.1.2).
func (n *Node) serve(w http.ResponseWriter, r *http.Request, status int, mediaType, cache string, body []byte) {
	sum := sha256.Sum256(body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", cache)
	h.Set("ETag", tag)
	if status == http.StatusOK && matchesTag(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if !strings.Contains(mediaType, "charset=") {
		mediaType += "; charset=utf-8"
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	}
}

// matchesTag reports whether an If-None-Match header names the tag, weakly.
func matchesTag(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		t = strings.TrimSpace(t)
		if t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}

// refuse answers a request that failed: the one table from error to status on
// this edge. What went wrong inside is logged and not told.
func (n *Node) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, reason := http.StatusInternalServerError, "internal"
	switch {
	case errors.Is(err, directory.ErrNotFound):
		status, reason = http.StatusNotFound, "not_found"
	case errors.Is(err, directory.ErrGone):
		status, reason = http.StatusGone, "gone"
	case errors.Is(err, directory.ErrInvalid):
		status, reason = http.StatusBadRequest, "invalid"
	case errors.Is(err, directory.ErrForbidden):
		status, reason = http.StatusForbidden, "forbidden"
	case r.Context().Err() != nil:
		status, reason = http.StatusServiceUnavailable, "cancelled"
	default:
		n.log.ErrorContext(r.Context(), "answer a request", "path", clip(r.URL.Path), "error", err)
	}
	writeReason(w, status, reason)
}

// writeReason writes a status with a reason code and nothing else.
func writeReason(w http.ResponseWriter, status int, reason string) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	body, err := json.Marshal(map[string]string{"error": reason})
	if err == nil {
		_, _ = w.Write(append(body, '\n')) // the reader has gone: nobody is left to tell
	}
}

// clip bounds what a stranger wrote before it goes into a log.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
