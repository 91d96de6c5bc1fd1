package federation_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"matou/federation/federationtest"
)

// FuzzInbox sends a listed hoster's rightly signed requests with any body:
// whatever it is, the node answers, and nothing in it is the node's own fault.
func FuzzInbox(f *testing.F) {
	p := federationtest.NewPeer(f)
	h := p.Hoster("chatdroite")
	n := federationtest.NewNode(f, federationtest.Options{Hoster: "maison", Aggregator: "annuaire"})
	list(f, n, h)
	// Hosts and ports are others in every process: inputs have names for them.
	named, real := strings.NewReplacer(p.Host, "peer.example", n.Host, "node.example"), strings.NewReplacer("peer.example", p.Host, "node.example", n.Host)
	for _, kind := range []string{"Follow", "Undo", "Accept", "Create", "Update", "Delete", "Block", "Announce", "Add", "Move", "Flag", "QuoteRequest"} {
		body, err := json.Marshal(h.Activity(kind, h.Incident("Panne", "x")))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(named.Replace(string(body)))
	}
	f.Add(`{"id":"/","type":["Create",{}],"actor":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		before := n.ReceiveStats().Failed
		got := h.Post(t, n.Inbox(), nil, federationtest.Request{Body: []byte(real.Replace(body))})
		switch got.Status {
		case 202, 400, 401, 413, 429:
		default:
			t.Errorf("answer is %+v", got)
		}
		if after := n.ReceiveStats().Failed; after != before {
			t.Errorf("the node failed on it")
		}
	})
}

// FuzzRequest reads anything at any address of a node that is there for
// others: no path, query or header makes it fail.
func FuzzRequest(f *testing.F) {
	n := federationtest.NewNode(f, federationtest.Options{Hoster: "maison", Aggregator: "annuaire"})
	for _, s := range []string{
		"/.well-known/webfinger?resource=acct:maison@node.example", "/.well-known/webfinger?resource=https://%zz", "/.well-known/nodeinfo", "/nodeinfo/2.1",
		"/ap/actors/maison/outbox?max_id=01JABCDEFGHJKMNPQRSTVWXYZ0", "/ap/actors/annuaire/following?page=true&after=x", "/ap/actors/annuaire/listing?page=true&after=%00",
		"/ap/actors/maison/services?page=999999999999999999999", "/ap/actors/%2e%2e/inbox", "/ap/notes/\xff", "/actor", "/robots.txt", "/authorize_interaction?uri=javascript:alert(1)",
	} {
		f.Add(s, "application/activity+json", `"x"`)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	f.Fuzz(func(t *testing.T, target, accept, match string) {
		path, query, _ := strings.Cut(target, "?")
		u := &url.URL{Scheme: "http", Host: n.Host, Path: "/" + strings.TrimPrefix(path, "/"), RawQuery: strings.ReplaceAll(query, "node.example", n.Host)}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), nil)
		if err != nil || strings.ContainsAny(accept+match+query, "\r\n\x00") {
			return
		}
		r.Header.Set("Accept", accept)
		r.Header.Set("If-None-Match", match)
		resp, err := client.Do(r)
		if err != nil {
			return // it could not be sent
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close() // it was read
		if err != nil || resp.StatusCode >= 500 {
			t.Errorf("GET %s: %d %.200s %v", u, resp.StatusCode, body, err)
		}
		if to := resp.Header.Get("Location"); to != "" && !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, n.URL+"/") {
			t.Errorf("GET %s leads to %s", u, to)
		}
	})
}
