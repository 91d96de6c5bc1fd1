package federation_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// with gives an activity with other members; nil takes one away.
func with(activity map[string]any, members map[string]any) map[string]any {
	a := maps.Clone(activity)
	for k, v := range members {
		if v == nil {
			delete(a, k)
			continue
		}
		a[k] = v
	}
	return a
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestInboxOrder sends one activity for each reason to refuse it, and makes
// sure that none of those found without asking anybody made the node ask.
func TestInboxOrder(t *testing.T) {
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	mallory := p.Actor("mallory")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	hoster := n.ActorID("chatdroite")
	follow := func() map[string]any { return alice.Follow(hoster) }
	deep := []byte(`{"id":"` + p.NewID("x") + `","type":"Follow","actor":"` + alice.ID + `","object":` + strings.Repeat(`[`, 64) + strings.Repeat(`]`, 64) + `}`)
	tests := []struct {
		name     string
		activity map[string]any
		request  federationtest.Request
		status   int
		reason   string
		fetches  int
	}{
		{"form", follow(), federationtest.Request{ContentType: "application/x-www-form-urlencoded"}, 415, "content_type", 0},
		{"plain JSON", follow(), federationtest.Request{ContentType: "application/json"}, 415, "content_type", 0},
		{"JSON-LD without profile", follow(), federationtest.Request{ContentType: "application/ld+json"}, 415, "content_type", 0},
		{"compressed", follow(), federationtest.Request{Header: http.Header{"Content-Encoding": {"gzip"}}}, 415, "content_encoding", 0},
		{"too long", follow(), federationtest.Request{Body: make([]byte, 256<<10+1)}, 413, "size", 0},
		{"unsigned", follow(), federationtest.Request{Scheme: federationtest.Unsigned}, 401, "missing", 0},
		{"two signatures", follow(), federationtest.Request{Header: http.Header{"Signature": {"a", "b"}}}, 401, "malformed", 0},
		{"date alone covered", follow(), federationtest.Request{Covered: []string{"date"}}, 401, "uncovered", 0},
		{"host not covered", follow(), federationtest.Request{Covered: []string{"(request-target)", "date", "digest"}}, 401, "uncovered", 0},
		{"digest not covered", follow(), federationtest.Request{Covered: []string{"(request-target)", "host", "date"}}, 401, "uncovered", 0},
		{"old", follow(), federationtest.Request{At: time.Now().Add(-2 * time.Hour)}, 401, "date", 0},
		{"not yet", follow(), federationtest.Request{At: time.Now().Add(2 * time.Hour)}, 401, "date", 0},
		{"other body", follow(), federationtest.Request{Swap: []byte(`{}`)}, 401, "digest", 0},
		{"other digest", follow(), federationtest.Request{Digest: "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}, 401, "digest", 0},
		{"other host", follow(), federationtest.Request{Host: "ailleurs.example"}, 401, "host", 0},
		{"no JSON", nil, federationtest.Request{Body: []byte(`<p>`)}, 400, "malformed", 0},
		{"deep JSON", nil, federationtest.Request{Body: deep}, 400, "malformed", 0},
		{"a key twice", nil, federationtest.Request{Body: []byte(`{"actor":"a","actor":"b"}`)}, 400, "malformed", 0},
		{"no actor", with(follow(), map[string]any{"actor": nil}), federationtest.Request{}, 400, "actor", 0},
		{"two actors", with(follow(), map[string]any{"actor": []any{alice.ID, mallory.ID}}), federationtest.Request{}, 400, "actor", 0},
		{"no id", with(follow(), map[string]any{"id": nil}), federationtest.Request{}, 400, "id", 0},
		{"id elsewhere", with(follow(), map[string]any{"id": "http://ailleurs.example/1"}), federationtest.Request{}, 401, "id", 0},
		{"id on our host", with(follow(), map[string]any{"id": n.URL + "/ap/activities/1"}), federationtest.Request{}, 401, "id", 0},
		{"our own actor", with(follow(), map[string]any{"actor": hoster, "id": n.URL + "/ap/activities/1"}), federationtest.Request{KeyID: hoster + "#main-key"}, 401, "actor", 0},
		{"key elsewhere", follow(), federationtest.Request{KeyID: "http://ailleurs.example/key"}, 401, "key", 0},
		{"key of ours", follow(), federationtest.Request{KeyID: n.URL + "/actor#main-key"}, 401, "key", 0},
		{"unknown deletes itself", alice.Delete(alice.ID), federationtest.Request{Key: mallory.Key}, 202, "", 0},
		{"unknown updates itself", alice.Update(alice.Document()), federationtest.Request{Key: mallory.Key}, 202, "", 0},
		// From here on the actor has to be asked for its key: once.
		{"other's key", follow(), federationtest.Request{Key: mallory.Key}, 401, "signature", 1},
		{"other's key, now known", follow(), federationtest.Request{Key: mallory.Key}, 401, "signature", 0},
		{"mallory speaks for alice", follow(), federationtest.Request{Key: mallory.Key, KeyID: mallory.KeyID}, 401, "key", 1},
		{"unknown type", with(follow(), map[string]any{"type": "EmojiReact"}), federationtest.Request{}, 202, "", 0},
		{"unknown type, not signed by its actor", with(follow(), map[string]any{"type": "EmojiReact"}), federationtest.Request{Key: mallory.Key}, 401, "signature", 0},
		{"no type", with(follow(), map[string]any{"type": nil}), federationtest.Request{}, 400, "malformed", 0},
		{"without a context", with(follow(), map[string]any{"@context": nil}), federationtest.Request{}, 202, "", 0},
		{"list of types", with(follow(), map[string]any{"type": []any{"Follow", "http://autre.example/Suivre"}}), federationtest.Request{}, 202, "", 0},
		{"question", alice.Activity("Question", nil), federationtest.Request{}, 202, "", 0},
		{"good", follow(), federationtest.Request{}, 202, "", 0},
		{"good by RFC 9421", follow(), federationtest.Request{Scheme: federationtest.RFC9421}, 202, "", 0},
		{"good with other media type", follow(), federationtest.Request{ContentType: `application/ld+json;profile="https://www.w3.org/ns/activitystreams";charset=utf-8`}, 202, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := p.Fetches()
			got := alice.Post(t, n.Inbox(), tt.activity, tt.request)
			if got.Status != tt.status || got.Reason != tt.reason {
				t.Errorf("answer is %d %q, want %d %q", got.Status, got.Reason, tt.status, tt.reason)
			}
			if fetches := p.Fetches() - before; fetches != tt.fetches {
				t.Errorf("%d fetches, want %d: %q", fetches, tt.fetches, p.Requests())
			}
		})
	}
	t.Run("other methods", func(t *testing.T) {
		for _, path := range []string{"/inbox", "/actor/inbox", "/ap/actors/chatdroite/inbox"} {
			if got := get(t, n.URL+path); got.status != 405 || got.header.Get("Allow") != "POST" {
				t.Errorf("GET %s: %d, Allow %q", path, got.status, got.header.Get("Allow"))
			}
		}
	})
	t.Run("every inbox", func(t *testing.T) {
		for _, path := range []string{"/inbox", "/actor/inbox", "/ap/actors/chatdroite/inbox"} {
			if got := alice.Post(t, n.URL+path, follow()); got.Status != 202 {
				t.Errorf("%s: %+v", path, got)
			}
		}
	})
}

func follows(t testing.TB, n *federationtest.Node, actor, object string) (ap.Follow, bool) {
	t.Helper()
	f, err := n.Store.Follow(t.Context(), ap.IRI(actor), ap.IRI(object))
	if errors.Is(err, directory.ErrNotFound) {
		return f, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return f, true
}

// TestDuplicates: an activity that comes again has no second effect, whatever
// it says by then.
func TestDuplicates(t *testing.T) {
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	follow := alice.Follow(n.ActorID("chatdroite"))
	for range 3 {
		if got := alice.Post(t, n.Inbox(), follow); got.Status != 202 {
			t.Fatalf("answer is %+v", got)
		}
	}
	undo := with(alice.Undo(follow), map[string]any{"id": follow["id"]})
	if got := alice.Post(t, n.Inbox(), undo); got.Status != 202 {
		t.Fatalf("answer is %+v", got)
	}
	if _, ok := follows(t, n, alice.ID, n.ActorID("chatdroite")); !ok {
		t.Error("an activity under the id of another took effect")
	}
	s := n.ReceiveStats()
	if s.Applied != 1 || s.Duplicate != 3 {
		t.Errorf("%d applied and %d duplicate, want 1 and 3", s.Applied, s.Duplicate)
	}
	lanes, err := n.Store.DueLanes(t.Context(), time.Now(), 10, func(ap.IRI) bool { return false })
	if err != nil || len(lanes) != 1 {
		t.Fatalf("%d lanes (%v), want 1", len(lanes), err)
	}
	if ds, err := n.Store.Deliveries(t.Context(), lanes[0].Inbox, 10); err != nil || len(ds) != 1 {
		t.Errorf("%d answers queued (%v), want 1", len(ds), err)
	}
}

// TestKeys follows a key through its life.
func TestKeys(t *testing.T) {
	start := time.Now()
	clock := newClock(start)
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true, Clock: clock.Now})
	post := func(o federationtest.Request) int {
		t.Helper()
		o.At = clock.Now()
		return alice.Post(t, n.Inbox(), alice.Activity("Like", n.ActorID("chatdroite")), o).Status
	}
	fetches := func(want int) {
		t.Helper()
		if got := p.Fetches(); got != want {
			t.Errorf("%d fetches, want %d", got, want)
		}
	}
	step := func(name string, o federationtest.Request, status, fetched int) {
		t.Helper()
		if got := post(o); got != status {
			t.Errorf("%s: status is %d, want %d", name, got, status)
		}
		fetches(fetched)
	}
	old := alice.Key
	step("first", federationtest.Request{}, 202, 1)
	step("again", federationtest.Request{}, 202, 1)

	alice.Rotate(federationtest.Key(t, 6))
	step("new key, at once", federationtest.Request{}, 401, 1) // the old one was fetched a moment ago
	clock.Add(6 * time.Minute)
	step("new key, later", federationtest.Request{}, 202, 2)
	step("old key after the new one", federationtest.Request{Key: old}, 401, 2)
	clock.Add(25 * time.Hour)
	step("next day", federationtest.Request{}, 202, 3)

	p.Fault("/users/alice", federationtest.Status(404))
	clock.Add(25 * time.Hour)
	step("gone missing", federationtest.Request{}, 401, 4)
	step("not asked again", federationtest.Request{}, 401, 4)
	clock.Add(11 * time.Minute)
	p.Fault("/users/alice", nil)
	step("back", federationtest.Request{}, 202, 5)

	p.Fault("/users/alice", federationtest.Status(503))
	clock.Add(25 * time.Hour)
	step("away", federationtest.Request{}, 503, 6)
	clock.Add(2 * time.Minute)
	p.Fault("/users/alice", nil)
	step("back after a short absence", federationtest.Request{}, 202, 7)
}
