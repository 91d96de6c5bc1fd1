package federation_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

func authorizedFetch(c *federation.Config) { c.AuthorizedFetch = true }

// TestAuthorizedFetch: who signs may read; who does not learns of actors how to
// check their signatures, and of all else nothing. What is needed to find the
// node and to check what it signs stays open.
func TestAuthorizedFetch(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire", Configure: authorizedFetch})
	notice := openNotice(t, n, "Panne")
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	stub, whole := 1, 2
	actor := n.ActorID("chatdroite")
	for path, want := range map[string]struct{ unsigned, signed int }{
		actor:                              {stub, whole},
		n.URL + "/@chatdroite":             {stub, whole},
		n.ActorID("annuaire"):              {stub, whole},
		n.URL + "/actor":                   {whole, whole},
		actor + "/outbox":                  {401, whole},
		actor + "/outbox?page=true":        {401, whole},
		actor + "/followers":               {401, whole},
		actor + "/services":                {401, whole},
		n.ActorID("annuaire") + "/listing": {401, whole},
		n.URL + "/actor/following":         {401, whole},
		string(notice.ID):                  {401, whole},
		actor + "/nothing":                 {401, 404},
		n.URL + "/ap/notes/nothing":        {401, 404},
		n.URL + "/nodeinfo/2.1":            {whole, whole},
		n.URL + "/.well-known/nodeinfo":    {whole, whole},
		n.URL + "/.well-known/host-meta":   {whole, whole},
		n.URL + "/.well-known/webfinger?resource=acct:chatdroite@" + n.Host: {whole, whole},
	} {
		for by, expected := range map[*federationtest.Actor]int{nil: want.unsigned, alice: want.signed} {
			resp, body := readAs(t, path, by, federationtest.Request{}, nil)
			var doc map[string]any
			_ = json.Unmarshal(body, &doc) // some are XML
			got := resp.StatusCode
			if got == http.StatusOK {
				got = whole
				if doc["publicKey"] != nil && doc["outbox"] == nil {
					got = stub
				}
			}
			if got != expected {
				t.Errorf("%s, signed %t: got %d (%d), want %d", path, by != nil, got, resp.StatusCode, expected)
			}
			if expected == stub && (doc["inbox"] == nil || doc["assertionMethod"] == nil || doc["name"] != nil || doc["summary"] != nil) {
				t.Errorf("%s: the stub is %s", path, body)
			}
			private := resp.Header.Get("Cache-Control") == "private, no-store"
			if want.unsigned != whole && !private {
				t.Errorf("%s, signed %t: kept as %q", path, by != nil, resp.Header.Get("Cache-Control"))
			}
		}
	}
	resp, _ := readAs(t, actor, nil, federationtest.Request{}, http.Header{"Accept": {"text/html"}})
	if resp.StatusCode != http.StatusSeeOther {
		t.Errorf("somebody with a browser: %d, want %d", resp.StatusCode, http.StatusSeeOther)
	}
	resp, _ = readAs(t, string(notice.ID)+"x", nil, federationtest.Request{}, http.Header{"Accept": {"text/html"}})
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("somebody with a browser, at nothing: %d, want %d", resp.StatusCode, http.StatusUnauthorized)
	}
}

// Readers whose keys have addresses of their own, and blocked ones.
func TestAuthorizedReaders(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Configure: authorizedFetch})
	outbox := n.ActorID("chatdroite") + "/outbox"
	p := federationtest.NewPeer(t)
	read := func(a *federationtest.Actor, scheme federationtest.Scheme) int {
		t.Helper()
		resp, _ := readAs(t, outbox, a, federationtest.Request{Scheme: scheme}, nil)
		return resp.StatusCode
	}
	zoe := p.Actor("zoe")
	for _, scheme := range []federationtest.Scheme{federationtest.Cavage, federationtest.RFC9421} {
		if got := read(zoe, scheme); got != 200 {
			t.Errorf("by scheme %d: %d", scheme, got)
		}
	}
	// As GoToSocial has it: a stub of the actor stands at the key's address.
	noe := p.Actor("noe")
	noe.KeyID = noe.ID + "/main-key"
	noe.Rotate(noe.Key)
	p.Serve("/users/noe/main-key", map[string]any{
		"@context": noe.Document()["@context"], "id": noe.ID, "type": "Person", "preferredUsername": "noe", "publicKey": noe.Document()["publicKey"],
	})
	fetched := p.Fetches()
	for range 2 {
		if got := read(noe, federationtest.Cavage); got != 200 {
			t.Errorf("a key at a path: %d", got)
		}
	}
	if got := p.Fetches() - fetched; got != 2 { // the key, then its owner; and nothing the second time
		t.Errorf("%d fetches, want 2", got)
	}
	// A key by itself, and one that names an owner who does not list it.
	ana := p.Actor("ana")
	ana.KeyID = p.URL + "/keys/ana"
	ana.Rotate(ana.Key)
	p.Serve("/keys/ana", ana.Document()["publicKey"])
	if got := read(ana, federationtest.Cavage); got != 200 {
		t.Errorf("a key by itself: %d", got)
	}
	eve := p.Actor("eve")
	eve.KeyID = p.URL + "/keys/eve"
	p.Serve("/keys/eve", map[string]any{"id": eve.KeyID, "owner": ana.ID, "publicKeyPem": federationtest.PEM(&eve.Key.PublicKey)})
	if got := read(eve, federationtest.Cavage); got != 401 {
		t.Errorf("a key that its owner does not list: %d, want 401", got)
	}
	// Two nodes that both ask for signatures can read one another.
	other := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Configure: authorizedFetch})
	if _, err := other.Follow(t.Context(), "@chatdroite@"+n.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the listing", func() bool { return isListed(t, other, n.ActorID("chatdroite")) })

	if _, err := n.ApplyBlocks(t.Context(), []ap.DomainBlock{{Domain: p.Host, Severity: ap.SeveritySuspend}}, false, ap.Decision{}); err != nil {
		t.Fatal(err)
	}
	if got := read(zoe, federationtest.Cavage); got != 403 {
		t.Errorf("a blocked reader: %d, want 403", got)
	}
}
