package federation_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// publish has a node publish a notice, and gives the note.
func publishIncident(t testing.TB, n *federationtest.Node) string {
	t.Helper()
	notice, err := n.PublishNotice(t.Context(), directory.NoticeDraft{
		Kind: directory.NoticeIncident, Title: "Panne", Body: "Le disque est plein.", Language: "fr",
	})
	if err != nil {
		t.Fatalf("publish a notice: %v", err)
	}
	return string(notice.ID)
}

// fetched gives what stands at an address, for everyone.
func document(t testing.TB, address string) (status int, o map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", activityType)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	if err := json.NewDecoder(resp.Body).Decode(&o); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return resp.StatusCode, o
}

// quoteRequest asks for a stamp as Mastodon does: with the note inside.
func quoteRequest(by *federationtest.Actor, note string) map[string]any {
	quoting := by.Note("<p>Voyez</p>")
	quoting["quote"] = note
	r := by.Activity("QuoteRequest", note)
	r["instrument"] = quoting
	return r
}

// answerTo waits for the answer to a request.
func answerTo(t testing.TB, p *federationtest.Peer, request map[string]any) federationtest.Received {
	t.Helper()
	return p.Await(t, "an answer", func(r federationtest.Received) bool { return r.ObjectID() == request["id"] })
}

// TestQuoteRequest asks for permission to quote, checks it as a stranger
// would, and sees it taken back (FEP-044f).
func TestQuoteRequest(t *testing.T) {
	p := federationtest.NewPeer(t)
	bob := p.Actor("bob")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	note := publishIncident(t, n)
	_, o := document(t, note)
	policy, _ := json.Marshal(o["interactionPolicy"])
	if got, want := string(policy), `{"canQuote":{"automaticApproval":["`+federationtest.Public+`"]}}`; got != want {
		t.Errorf("policy is %s, want %s", got, want)
	}

	request := quoteRequest(bob, note)
	quoting := request["instrument"].(map[string]any)["id"]
	send(t, n, bob, request)
	answer := answerTo(t, p, request)
	if answer.Type != "Accept" || answer.Actor != n.ActorID("chatdroite") || answer.Verified != nil {
		t.Fatalf("answer is %+v", answer)
	}
	object := answer.Object()
	if object["type"] != "QuoteRequest" || object["object"] != note || object["instrument"] != quoting || object["actor"] != bob.ID {
		t.Errorf("the answer repeats %v", object)
	}
	stamp, _ := answer.Activity["result"].(string)
	status, o := document(t, stamp)
	if status != 200 || o["id"] != stamp || o["type"] != "QuoteAuthorization" || o["attributedTo"] != n.ActorID("chatdroite") ||
		o["interactingObject"] != quoting || o["interactionTarget"] != note {
		t.Errorf("stamp is %d %v", status, o)
	}

	again := with(request, map[string]any{"id": p.NewID("activities"), "instrument": quoting})
	send(t, n, bob, again)
	if got := answerTo(t, p, again).Activity["result"]; got != stamp {
		t.Errorf("asked again: stamp %v, want %s", got, stamp)
	}

	if _, err := n.RevokeStamp(t.Context(), "nonesuch"); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("revoke what was never given: %v", err)
	}
	if _, err := n.RevokeStamp(t.Context(), stamp[len(stamp)-6:]); err != nil {
		t.Fatalf("revoke: %v", err)
	}
	if _, err := n.RevokeStamp(t.Context(), stamp); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("revoke again: %v", err)
	}
	gone := p.AwaitType(t, "Delete")
	if gone.ObjectID() != stamp || gone.Object()["interactingObject"] != quoting {
		t.Errorf("revocation is %s", gone.Raw)
	}
	if status, o := document(t, stamp); status != http.StatusGone || o["type"] != "Tombstone" {
		t.Errorf("revoked: %d %v", status, o)
	}
	once := with(again, map[string]any{"id": p.NewID("activities")})
	send(t, n, bob, once)
	if got := answerTo(t, p, once); got.Type != "Reject" || got.Activity["result"] != nil {
		t.Errorf("asked again after it was revoked: %s", got.Raw)
	}
	if all, err := n.Stamps(t.Context()); err != nil || len(all) != 1 || all[0].Holds() {
		t.Errorf("stamps are %+v, %v", all, err)
	}
}

// TestRequestsRefused: what may not be quoted or featured is answered with no,
// and says so beforehand.
func TestRequestsRefused(t *testing.T) {
	p := federationtest.NewPeer(t)
	bob := p.Actor("bob")
	n := federationtest.NewNode(t, federationtest.Options{
		Hoster: "chatdroite", Aggregator: "annuaire",
		Configure: func(c *federation.Config) { c.NoQuotes, c.NoFeatures = true, true },
	})
	note := publishIncident(t, n)
	hoster := n.ActorID("chatdroite")
	for address, want := range map[string]string{
		note:                  `{"canQuote":{"automaticApproval":["` + hoster + `"]}}`,
		hoster:                `{"canFeature":{"automaticApproval":["` + hoster + `"]}}`,
		n.ActorID("annuaire"): `{"canFeature":{"automaticApproval":["` + n.ActorID("annuaire") + `"]}}`,
	} {
		_, o := document(t, address)
		if got, _ := json.Marshal(o["interactionPolicy"]); string(got) != want {
			t.Errorf("policy of %s is %s, want %s", address, got, want)
		}
	}
	feature := with(bob.Activity("FeatureRequest", hoster), map[string]any{"instrument": bob.ID + "/featured/1"})
	for _, request := range []map[string]any{quoteRequest(bob, note), feature} {
		send(t, n, bob, request)
		if got := answerTo(t, p, request); got.Type != "Reject" {
			t.Errorf("%s: answer is %s", request["type"], got.Raw)
		}
	}
	if all, err := n.Stamps(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("stamps are %+v, %v", all, err)
	}
}

// TestFeatureRequest asks for a place in a collection of recommendations
// (FEP-7aa9).
func TestFeatureRequest(t *testing.T) {
	p := federationtest.NewPeer(t)
	bob := p.Actor("bob")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire"})
	collection := bob.ID + "/featured/1"
	given := map[string]string{}
	for _, handle := range []string{"chatdroite", "annuaire"} {
		request := with(bob.Activity("FeatureRequest", n.ActorID(handle)), map[string]any{"instrument": collection})
		send(t, n, bob, request)
		answer := answerTo(t, p, request)
		stamp, _ := answer.Activity["result"].(string)
		if answer.Type != "Accept" || answer.Actor != n.ActorID(handle) {
			t.Fatalf("%s: answer is %s", handle, answer.Raw)
		}
		given[handle] = stamp
		status, o := document(t, stamp)
		if status != 200 || o["type"] != "FeatureAuthorization" || o["interactingObject"] != collection || o["interactionTarget"] != n.ActorID(handle) {
			t.Errorf("%s: stamp is %d %v", handle, status, o)
		}
	}

	hidden := directorytest.Hoster("chatdroite")
	hidden.Discoverable = false
	if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: hidden}); err != nil {
		t.Fatal(err)
	}
	_, o := document(t, n.ActorID("chatdroite"))
	if got, _ := json.Marshal(o["interactionPolicy"]); string(got) != `{"canFeature":{"automaticApproval":["`+n.ActorID("chatdroite")+`"]}}` {
		t.Errorf("policy of one that does not want to be found is %s", got)
	}
	if status, _ := document(t, given["chatdroite"]); status != http.StatusNotFound {
		t.Errorf("what it permitted before is answered with %d, want 404", status)
	}
	if status, _ := document(t, given["annuaire"]); status != http.StatusOK {
		t.Errorf("what the directory permitted is answered with %d, want 200", status)
	}
	request := with(bob.Activity("FeatureRequest", n.ActorID("chatdroite")), map[string]any{"instrument": bob.ID + "/featured/2"})
	send(t, n, bob, request)
	if got := answerTo(t, p, request); got.Type != "Reject" {
		t.Errorf("one that does not want to be found: %s", got.Raw)
	}
	hidden.Discoverable = true
	if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: hidden}); err != nil {
		t.Fatal(err)
	}
	if status, _ := document(t, given["chatdroite"]); status != http.StatusOK {
		t.Errorf("to be found again, it is answered with %d, want 200", status)
	}
}

// TestRequestsIgnored: requests on what is not ours, or for what is not their
// sender's, have no answer.
func TestRequestsIgnored(t *testing.T) {
	p, other := federationtest.NewPeer(t), federationtest.NewPeer(t)
	bob := p.Actor("bob")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	note := publishIncident(t, n)
	request := quoteRequest(bob, note)
	quoting := request["instrument"].(map[string]any)
	for name, members := range map[string]map[string]any{
		"a note of nobody":          {"object": n.URL + "/ap/notes/01JABCDEFGHJKMNPQRSTVWXYZ0"},
		"an actor":                  {"object": n.ActorID("chatdroite")},
		"a note elsewhere":          {"object": other.URL + "/notes/1"},
		"two notes":                 {"object": []any{note, note + "x"}, "instrument": nil},
		"nothing to quote with":     {"instrument": nil},
		"another host's note":       {"instrument": other.URL + "/notes/1"},
		"another's note":            {"instrument": with(quoting, map[string]any{"attributedTo": p.URL + "/users/alice"})},
		"a note that quotes others": {"instrument": with(quoting, map[string]any{"quote": other.URL + "/notes/1"})},
		"a collection featuring":    {"type": "FeatureRequest"},
		"an actor quoting":          {"instrument": bob.ID},
	} {
		send(t, n, bob, with(request, members))
		if all, err := n.Stamps(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("%s: stamps are %+v, %v", name, all, err)
		}
		request["id"] = p.NewID("activities")
	}
	send(t, n, bob, request)
	answerTo(t, p, request)
	for _, r := range p.Received() {
		if r.ObjectID() != request["id"] {
			t.Errorf("answered %s", r.Raw)
		}
	}
}
