package federation

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"matou/federation/ap"
)

// Routes adds everything that other nodes ask of this one: discovery,
// documents, collections and inboxes. The addresses of pages are taken only
// for requests that ask for ActivityStreams, so that a router may give the
// same addresses to pages after it.
func (n *Node) Routes(r *mux.Router) {
	get := func(path string, h http.HandlerFunc) *mux.Route {
		if !strings.HasPrefix(path, "/@") {
			r.HandleFunc(path, preflight).Methods(http.MethodOptions)
		}
		return r.HandleFunc(path, n.limitRead(h)).Methods(http.MethodGet, http.MethodHead)
	}
	signed := func(h http.HandlerFunc) http.HandlerFunc { return n.toSigners(h, nil, false) }
	get("/.well-known/webfinger", n.showWebFinger)
	get("/.well-known/host-meta", n.showHostMeta)
	get("/.well-known/host-meta.json", n.showHostMetaJSON)
	get("/.well-known/nodeinfo", n.showNodeInfoIndex)
	get("/nodeinfo/2.0", n.showNodeInfo("2.0"))
	get("/nodeinfo/2.1", n.showNodeInfo("2.1"))
	get("/robots.txt", n.showRobots)
	get("/api/v1/instance", n.showInstance)

	for _, path := range []string{"/inbox", "/actor/inbox", "/ap/actors/{name}/inbox"} {
		r.HandleFunc(path, n.receive).Methods(http.MethodPost)
		r.HandleFunc(path, n.onlyPost)
	}

	get("/actor", n.showActor)
	for path, collection := range map[string]collectionFunc{
		"outbox": n.outbox, "followers": n.followers, "following": n.following,
	} {
		get("/actor/"+path, signed(n.showCollection(collection)))
		get("/ap/actors/{name}/"+path, signed(n.showCollection(collection)))
	}
	for path, collection := range map[string]collectionFunc{
		"collections/featured": n.featured, "collections/tags": n.tags, "services": n.services, "listing": n.listing,
		"collections/regions": n.featuredCollections,
	} {
		get("/ap/actors/{name}/"+path, signed(n.showCollection(collection)))
	}
	get("/ap/contexts/{id}", signed(n.showThread))
	get("/ap/collections/{region}", signed(n.showFeatured))
	get("/ap/collections/{region}/items/{item}", signed(n.showFeaturedItem))
	object := n.toSigners(n.showObject, func(r *http.Request) ap.IRI { return n.iri(r.URL.Path) }, true)
	r.PathPrefix("/ap/").Methods(http.MethodOptions).HandlerFunc(preflight)
	r.PathPrefix("/ap/").Methods(http.MethodGet, http.MethodHead).HandlerFunc(n.limitRead(object))

	shown := n.toSigners(n.showPageObject, func(r *http.Request) ap.IRI {
		iri, _ := n.pageObject(r.URL.Path)
		return iri
	}, false)
	get("/@{handle}", shown).MatcherFunc(n.asksForObject)
	get("/@{handle}/{id}", shown).MatcherFunc(n.asksForObject)
}

// preflight lets programs in any web page read what anybody may read, with the
// headers that reading ActivityStreams takes: the profile in Accept is what
// browsers ask about first (Fetch 3.3).
func preflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match, Signature, Signature-Input, Date")
	h.Set("Access-Control-Max-Age", "86400")
	h.Set("Allow", "GET, HEAD, OPTIONS")
	w.WriteHeader(http.StatusNoContent)
}

// onlyPost answers every other method at an inbox.
func (n *Node) onlyPost(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", http.MethodPost)
	writeReason(w, http.StatusMethodNotAllowed, "method")
}

// asksForObject takes a request at the address of a page where it asks for
// ActivityStreams and the page is of one of our actors or notes.
func (n *Node) asksForObject(r *http.Request, m *mux.RouteMatch) bool {
	if !preferenceOf(r).wantsActivity() {
		return false
	}
	_, ok := n.pageObject(r.URL.Path)
	return ok
}

// pageObject gives the id of what the page at a path shows: an actor of ours
// at /@name, one of its notes at /@name/ULID.
func (n *Node) pageObject(path string) (ap.IRI, bool) {
	handle, note, isNote := strings.Cut(strings.TrimPrefix(path, "/@"), "/")
	a, ok := n.named(handle)
	if !ok || a.Kind == ap.KindNode {
		return "", false
	}
	if !isNote {
		return a.ID, true
	}
	return n.noteIRI(note), isULID(note)
}

// showPageObject serves the object that a page shows, at the page's address.
func (n *Node) showPageObject(w http.ResponseWriter, r *http.Request) {
	iri, _ := n.pageObject(r.URL.Path)
	n.showDocument(w, r, iri, false)
}

// isULID reports whether s has the form of a ULID.
func isULID(s string) bool {
	if len(s) != 26 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		digit, letter := c >= '0' && c <= '9', c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U'
		if !digit && !letter {
			return false
		}
	}
	return true
}
