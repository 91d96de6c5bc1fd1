package federation_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// send posts an activity and fails unless it is taken.
func send(t testing.TB, n *federationtest.Node, a *federationtest.Actor, activity map[string]any) {
	t.Helper()
	if got := a.Post(t, n.Inbox(), activity); got.Status != 202 {
		t.Fatalf("%s: answer is %+v", activity["type"], got)
	}
}

// isListed reports whether n's directory lists a hoster.
func isListed(t testing.TB, n *federationtest.Node, id string) bool {
	t.Helper()
	_, err := n.Store.Listing(t.Context(), directory.ID(id))
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// ask lets n ask to follow a hoster, and gives the Follow.
func askToFollow(t testing.TB, n *federationtest.Node, h *federationtest.Actor) ap.Follow {
	t.Helper()
	f, err := n.Follow(t.Context(), "@"+h.Name+"@"+h.Peer.Host)
	if err != nil {
		t.Fatalf("follow: %v", err)
	}
	return f
}

// list makes n's directory follow and list a hoster, by the way that any
// hoster takes.
func list(t testing.TB, n *federationtest.Node, h *federationtest.Actor) {
	t.Helper()
	f := askToFollow(t, n, h)
	send(t, n, h, h.Activity("Accept", string(f.ID)))
	federationtest.Eventually(t, "the listing", func() bool { return isListed(t, n, h.ID) })
}

func notices(t testing.TB, n *federationtest.Node, hoster string) []directory.Notice {
	t.Helper()
	all, err := n.Store.Notices(t.Context(), directory.ID(hoster), 50)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReceiveFollow(t *testing.T) {
	p := federationtest.NewPeer(t)
	alice, bob := p.Actor("alice"), p.Actor("bob")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	hoster := n.ActorID("chatdroite")

	first := alice.Follow(hoster)
	send(t, n, alice, first)
	f, ok := follows(t, n, alice.ID, hoster)
	if !ok || f.State != ap.FollowAccepted || string(f.ID) != first["id"] || string(f.Inbox) != alice.Inbox || string(f.SharedInbox) != p.URL+"/inbox" {
		t.Fatalf("follow is %+v", f)
	}
	second := with(alice.Follow(hoster), map[string]any{"object": map[string]any{"id": hoster, "type": "Organization"}})
	send(t, n, alice, second)
	if f, _ := follows(t, n, alice.ID, hoster); string(f.ID) != second["id"] {
		t.Errorf("a repeated Follow stands under %s, want %s", f.ID, second["id"])
	}
	if total, _, _, err := n.Store.Count(t.Context(), ap.IRI(hoster)); err != nil || total != 1 {
		t.Errorf("%d followers (%v), want 1", total, err)
	}
	for _, nobody := range []string{n.URL + "/ap/actors/personne", n.URL + "/actor", "http://ailleurs.example/a", n.URL} {
		send(t, n, bob, bob.Follow(nobody))
		if _, ok := follows(t, n, bob.ID, nobody); ok {
			t.Errorf("bob follows %s", nobody)
		}
	}

	undo := []struct {
		name    string
		sender  *federationtest.Actor
		object  any
		follows bool
	}{
		{"another's, embedded", bob, second, true},
		{"another's, by id", bob, second["id"], true},
		{"embedded as if bob's", bob, with(second, map[string]any{"actor": bob.ID}), true},
		{"a Like", alice, with(second, map[string]any{"type": "Like"}), true},
		{"an unknown id", alice, p.URL + "/activities/0", true},
		{"two at once", alice, []any{second["id"], first["id"]}, true},
		{"by id", alice, second["id"], false},
	}
	for _, tt := range undo {
		t.Run("undo "+tt.name, func(t *testing.T) {
			before := p.Fetches()
			tt.sender.Post(t, n.Inbox(), tt.sender.Activity("Undo", tt.object))
			if _, ok := follows(t, n, alice.ID, hoster); ok != tt.follows {
				t.Errorf("follows: %v, want %v", ok, tt.follows)
			}
			if after := p.Fetches(); after > before+1 { // at most bob's key
				t.Errorf("the object of an Undo was fetched: %q", p.Requests()[before:])
			}
		})
	}
	forms := map[string]func(map[string]any) any{
		"whole":           func(f map[string]any) any { return f },
		"without its id":  func(f map[string]any) any { return with(f, map[string]any{"id": nil}) },
		"with another id": func(f map[string]any) any { return with(f, map[string]any{"id": p.URL + "/activities/autre"}) },
		"in a list":       func(f map[string]any) any { return []any{f} },
		"as a reference":  func(f map[string]any) any { return map[string]any{"id": f["id"], "type": "Follow"} },
	}
	for name, form := range forms {
		t.Run("undo "+name, func(t *testing.T) {
			follow := alice.Follow(hoster)
			send(t, n, alice, follow)
			send(t, n, alice, alice.Activity("Undo", form(follow)))
			if _, ok := follows(t, n, alice.ID, hoster); ok {
				t.Error("alice still follows")
			}
		})
	}
}

// TestReceiveAccept sends every form of Accept that peers use, and those that
// nobody may.
func TestReceiveAccept(t *testing.T) {
	p := federationtest.NewPeer(t)
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Idle: true})
	mallory := p.Actor("mallory")
	annuaire := n.ActorID("annuaire")
	embedded := func(f ap.Follow, id any) map[string]any {
		return with(map[string]any{"id": id, "type": "Follow", "actor": string(f.Actor), "object": string(f.Object)}, nil)
	}
	tests := []struct {
		name   string
		object func(f ap.Follow) any
		by     *federationtest.Actor // nil: whom we asked
		state  ap.FollowState
	}{
		{"by id", func(f ap.Follow) any { return string(f.ID) }, nil, ap.FollowAccepted},
		{"embedded", func(f ap.Follow) any { return embedded(f, string(f.ID)) }, nil, ap.FollowAccepted},
		{"embedded without id", func(f ap.Follow) any { return with(embedded(f, nil), map[string]any{"id": nil}) }, nil, ap.FollowAccepted},
		{"embedded under an id of theirs", func(f ap.Follow) any { return embedded(f, p.URL+"/follows/1") }, nil, ap.FollowAccepted},
		{"list of one id", func(f ap.Follow) any { return []any{string(f.ID)} }, nil, ap.FollowAccepted},
		{"list of one embedded", func(f ap.Follow) any { return []any{embedded(f, string(f.ID))} }, nil, ap.FollowAccepted},
		{"reference", func(f ap.Follow) any { return map[string]any{"id": string(f.ID)} }, nil, ap.FollowAccepted},
		{"unknown id", func(ap.Follow) any { return n.URL + "/ap/activities/0" }, nil, ap.FollowPending},
		{"somebody else by id", func(f ap.Follow) any { return string(f.ID) }, mallory, ap.FollowPending},
		{"somebody else embedded", func(f ap.Follow) any { return embedded(f, string(f.ID)) }, mallory, ap.FollowPending},
		{"Follow of another", func(f ap.Follow) any { return with(embedded(f, p.URL+"/1"), map[string]any{"actor": mallory.ID}) }, nil, ap.FollowPending},
		{"a Like", func(f ap.Follow) any { return with(embedded(f, p.URL+"/1"), map[string]any{"type": "Like"}) }, nil, ap.FollowPending},
		{"nothing", func(ap.Follow) any { return nil }, nil, ap.FollowPending},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := p.Hoster(fmt.Sprintf("hebergeur%d", i))
			f := askToFollow(t, n, h)
			by := tt.by
			if by == nil {
				by = h
			}
			send(t, n, by, by.Activity("Accept", tt.object(f)))
			got, ok := follows(t, n, annuaire, h.ID)
			if !ok || got.State != tt.state {
				t.Errorf("the Follow is %q, want %q", got.State, tt.state)
			}
		})
	}
	t.Run("reject, then accept", func(t *testing.T) {
		h := p.Hoster("refuse")
		f := askToFollow(t, n, h)
		send(t, n, h, h.Activity("Reject", string(f.ID)))
		if got, _ := follows(t, n, annuaire, h.ID); got.State != ap.FollowRejected {
			t.Errorf("the Follow is %q, want rejected", got.State)
		}
		send(t, n, h, h.Activity("Accept", string(f.ID)))
		if got, _ := follows(t, n, annuaire, h.ID); got.State != ap.FollowRejected {
			t.Errorf("a late Accept made the Follow %q", got.State)
		}
	})
}

// TestReceiveFromHoster follows a hoster's notices through an aggregator.
func TestReceiveFromHoster(t *testing.T) {
	p := federationtest.NewPeer(t)
	h, mallory := p.Hoster("chatdroite"), p.Actor("mallory")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})

	early := h.Incident("Trop tôt", "Personne ne nous suit encore.")
	send(t, n, h, h.Create(early))
	if got := notices(t, n, h.ID); len(got) != 0 {
		t.Fatalf("a note of a hoster that is not followed was kept: %v", got)
	}
	list(t, n, h)

	note := h.Incident("Panne", "Le disque est **plein**.\n\n<script>alert(1)</script>")
	id := note["id"].(string)
	send(t, n, h, h.Create(note))
	got := notices(t, n, h.ID)
	if len(got) != 1 || got[0].Title != "Panne" || got[0].Body != "<p>Le disque est <strong>plein</strong>.</p>" || string(got[0].ID) != id {
		t.Fatalf("notices are %+v", got)
	}
	send(t, n, h, h.Create(with(note, map[string]any{"title": "Autre"})))
	if got := notices(t, n, h.ID); got[0].Title != "Panne" {
		t.Error("a second Create of the same note changed it")
	}

	send(t, n, h, h.Update(with(note, map[string]any{"title": "Vieux", "updated": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)})))
	if got := notices(t, n, h.ID); got[0].Title != "Panne" {
		t.Error("an older Update changed the note")
	}
	newer := with(note, map[string]any{"title": "Panne réparée", "stage": "resolved", "updated": time.Now().Add(2 * time.Second).UTC().Format(time.RFC3339)})
	send(t, n, mallory, mallory.Update(newer))
	if got := notices(t, n, h.ID); got[0].Title != "Panne" {
		t.Error("mallory changed the note")
	}
	send(t, n, h, h.Update(newer))
	if got := notices(t, n, h.ID); got[0].Title != "Panne réparée" || got[0].Stage != directory.Resolved {
		t.Errorf("after the Update: %+v", got[0])
	}

	send(t, n, mallory, mallory.Delete(id))
	if got := notices(t, n, h.ID); len(got) != 1 {
		t.Fatal("mallory deleted the note")
	}
	send(t, n, h, h.Delete(id))
	if got := notices(t, n, h.ID); len(got) != 0 {
		t.Errorf("after the Delete: %+v", got)
	}
	send(t, n, h, h.Create(newer))
	if got := notices(t, n, h.ID); len(got) != 0 {
		t.Error("a late Create brought a deleted note back")
	}
	never := h.Incident("Jamais", "x")
	send(t, n, h, h.Delete(never["id"].(string)))
	send(t, n, h, h.Create(never))
	if got := notices(t, n, h.ID); len(got) != 0 {
		t.Error("a Create after its Delete was taken")
	}

	named := h.Incident("Par référence", "x")
	path := named["id"].(string)[len(p.URL):]
	p.Serve(path, with(named, map[string]any{"@context": "https://www.w3.org/ns/activitystreams"}))
	send(t, n, h, h.Activity("Create", named["id"]))
	if got := notices(t, n, h.ID); len(got) != 1 || got[0].Title != "Par référence" {
		t.Errorf("a note that was only named: %+v", got)
	}
}

// TestThreads: updates of one notice that arrive at the same time are all
// kept.
func TestThreads(t *testing.T) {
	p := federationtest.NewPeer(t)
	h := p.Hoster("chatdroite")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	list(t, n, h)
	root := h.Incident("Panne", "x")
	send(t, n, h, h.Create(root))
	const updates = 12
	done := make(chan int)
	for i := range updates {
		reply := with(h.Incident("Panne", fmt.Sprintf("%d", i)), map[string]any{"inReplyTo": root["id"]})
		go func() { done <- h.Post(t, n.Inbox(), h.Create(reply)).Status }()
	}
	for range updates {
		if status := <-done; status != 202 {
			t.Errorf("status is %d", status)
		}
	}
	if got := notices(t, n, h.ID); len(got) != 1 || len(got[0].Updates) != updates {
		t.Errorf("%d notices, the first with %d updates; want 1 with %d", len(got), len(got[0].Updates), updates)
	}
}

// TestConsent: a hoster that does not want to be found any more is gone from
// the directory when the answer to its Update is there.
func TestConsent(t *testing.T) {
	for _, member := range []string{"indexable", "discoverable"} {
		t.Run(member, func(t *testing.T) {
			p := federationtest.NewPeer(t)
			h := p.Hoster("chatdroite")
			n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
			list(t, n, h)
			send(t, n, h, h.Create(h.Incident("Panne", "x")))
			h.Set(member, false)
			send(t, n, h, h.Update(h.Document()))
			if isListed(t, n, h.ID) || len(notices(t, n, h.ID)) > 0 {
				t.Error("still listed")
			}
			h.Set(member, true)
			send(t, n, h, h.Update(h.Document()))
			federationtest.Eventually(t, "the listing, again", func() bool { return isListed(t, n, h.ID) })
		})
	}
}

// TestEnds: each way in which a hoster ends its listing ends it at once.
func TestEnds(t *testing.T) {
	ends := map[string]func(n *federationtest.Node, h *federationtest.Actor, f ap.Follow) map[string]any{
		"Reject": func(_ *federationtest.Node, h *federationtest.Actor, f ap.Follow) map[string]any {
			return h.Activity("Reject", string(f.ID))
		},
		"Block": func(n *federationtest.Node, h *federationtest.Actor, _ ap.Follow) map[string]any {
			return h.Activity("Block", n.ActorID("annuaire"))
		},
		"Delete": func(_ *federationtest.Node, h *federationtest.Actor, _ ap.Follow) map[string]any {
			return h.Activity("Delete", h.ID)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			p := federationtest.NewPeer(t)
			h := p.Hoster("chatdroite")
			n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
			list(t, n, h)
			send(t, n, h, h.Follow(n.ActorID("annuaire")))
			f, _ := follows(t, n, n.ActorID("annuaire"), h.ID)
			send(t, n, h, end(n, h, f))
			if isListed(t, n, h.ID) {
				t.Error("still listed")
			}
			if _, ok := follows(t, n, n.ActorID("annuaire"), h.ID); ok {
				t.Error("still followed")
			}
			if _, ok := follows(t, n, h.ID, n.ActorID("annuaire")); ok != (name == "Reject") {
				t.Errorf("still a follower: %v", ok)
			}
			if name != "Delete" {
				return
			}
			// Its key counts no more, even where its host still serves it.
			if got := h.Post(t, n.Inbox(), h.Follow(n.ActorID("annuaire"))); got.Status != 401 {
				t.Errorf("status after its Delete is %d, want 401", got.Status)
			}
		})
	}
	t.Run("Delete of an actor whose key is gone", func(t *testing.T) {
		clock := newClock(time.Now())
		p := federationtest.NewPeer(t)
		alice := p.Actor("alice")
		n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true, Clock: clock.Now})
		hoster := n.ActorID("chatdroite")
		send(t, n, alice, alice.Follow(hoster))
		clock.Add(48 * time.Hour)
		for _, step := range []struct{ origin, status int }{{404, 401}, {410, 202}} {
			clock.Add(time.Hour)
			p.Fault("/users/alice", federationtest.Status(step.origin))
			got := alice.Post(t, n.Inbox(), alice.Activity("Delete", alice.ID), federationtest.Request{At: clock.Now()})
			if got.Status != step.status {
				t.Errorf("origin answers %d: status is %d, want %d", step.origin, got.Status, step.status)
			}
			if _, ok := follows(t, n, alice.ID, hoster); ok != (step.origin == 404) {
				t.Errorf("origin answers %d: follows: %v", step.origin, ok)
			}
		}
	})
}
