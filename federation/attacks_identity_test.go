package federation_test

import (
	"net/http"
	"testing"
	"time"

	"matou/federation/ap"
	"matou/federation/federationtest"
)

// followAgain makes a's directory follow a hoster again, as its operator does.
func (a *attack) followAgain(h *federationtest.Actor) {
	a.Helper()
	f := askToFollow(a, a.n, h)
	send(a, a.n, h, h.Activity("Accept", string(f.ID)))
	federationtest.Eventually(a, "the listing, again", func() bool { return isListed(a, a.n, h.ID) })
}

// changed makes sure that a hoster that came back as somebody else is neither
// listed nor heard, and that a person can change that.
func (a *attack) changed(h *federationtest.Actor) {
	a.Helper()
	if isListed(a, a.n, h.ID) || len(notices(a, a.n, h.ID)) > 0 {
		a.Error("it is still listed")
	}
	if f, _ := follows(a, a.n, a.n.ActorID("annuaire"), h.ID); f.State != ap.FollowChanged {
		a.Errorf("the Follow is %q, want %q", f.State, ap.FollowChanged)
	}
	a.refused(h, h.Create(h.Incident("Faux", "x")), federationtest.Request{}, 202)
	a.refused(h, h.Update(h.Document()), federationtest.Request{}, 202)
	f, _ := follows(a, a.n, a.n.ActorID("annuaire"), h.ID)
	a.refused(h, h.Activity("Accept", string(f.ID)), federationtest.Request{}, 202)
	a.followAgain(h)
}

// Somebody registers the expired domain of a hoster, and serves its actor with
// a key of his own.
func attackTakenOver(a *attack) {
	old := a.hoster.Key
	for name, keys := range map[string]func() any{
		"another key": func() any {
			return map[string]any{"id": a.hoster.KeyID, "owner": a.hoster.ID, "publicKeyPem": federationtest.PEM(&a.hoster.Key.PublicKey)}
		},
		"another key beside the public half of the old one": func() any {
			return []any{
				map[string]any{"id": a.hoster.ID + "#old", "owner": a.hoster.ID, "publicKeyPem": federationtest.PEM(&old.PublicKey)},
				map[string]any{"id": a.hoster.KeyID, "owner": a.hoster.ID, "publicKeyPem": federationtest.PEM(&a.hoster.Key.PublicKey)},
			}
		},
	} {
		old = a.hoster.Key
		a.hoster.Key = federationtest.Key(a, 5)
		if old == a.hoster.Key {
			a.hoster.Key = federationtest.Key(a, 6)
		}
		a.hoster.Set("publicKey", keys())
		a.clock.Add(10 * time.Minute)
		if got := a.post(a.hoster, a.hoster.Announce(a.note["id"].(string)), federationtest.Request{}); got.Status != 202 {
			a.Errorf("%s: answer is %+v", name, got)
		}
		a.changed(a.hoster)
	}
}

// The weekly look at a hoster's profile finds another key, or none.
func attackTakenOverSilently(a *attack) {
	quiet := a.peer.Hoster("calme")
	list(a, a.n, quiet)
	for name, key := range map[*federationtest.Actor]any{
		a.hoster: map[string]any{"id": a.hoster.KeyID, "owner": a.hoster.ID, "publicKeyPem": federationtest.PEM(&a.mallory.Key.PublicKey)},
		quiet:    nil,
	} {
		name.Set("publicKey", key)
		a.refreshNow(name)
		federationtest.Eventually(a, "the end of the listing", func() bool { return !isListed(a, a.n, name.ID) })
		if f, _ := follows(a, a.n, a.n.ActorID("annuaire"), name.ID); f.State != ap.FollowChanged {
			a.Errorf("the Follow of %s is %q, want %q", name.Name, f.State, ap.FollowChanged)
		}
	}
}

// refreshNow makes the refresh of a hoster due.
func (a *attack) refreshNow(h *federationtest.Actor) {
	a.Helper()
	send(a, a.n, h, h.Update(map[string]any{"id": h.ID + "/services", "type": "OrderedCollection"}))
}

// TestRotation: a hoster that changes its key by a word of its old one stays
// who it was.
func TestRotation(t *testing.T) {
	a := newAttack(t)
	old := a.hoster.Key
	a.hoster.Rotate(federationtest.Key(t, 6))
	a.hoster.Set("updated", a.clock.Now().Add(time.Second).UTC().Format(time.RFC3339))
	if got := a.post(a.hoster, a.hoster.Update(a.hoster.Document()), federationtest.Request{Key: old}); got.Status != 202 {
		t.Fatalf("the Update: %+v", got)
	}
	if got := a.post(a.hoster, a.hoster.Delete(a.note["id"].(string)), federationtest.Request{Key: old}); got.Status != 401 {
		t.Errorf("with the old key: %+v", got)
	}
	send(t, a.n, a.hoster, a.hoster.Create(a.hoster.Incident("Suite", "x")))
	if !isListed(t, a.n, a.hoster.ID) || len(notices(t, a.n, a.hoster.ID)) != 2 {
		t.Errorf("listed: %v, %d notices; want true and 2", isListed(t, a.n, a.hoster.ID), len(notices(t, a.n, a.hoster.ID)))
	}
}

// A follower whose keys changed is known by the new ones; the old ones are
// dead, and so are those of actors that deleted themselves.
func attackStaleKey(a *attack) {
	send(a, a.n, a.alice, a.follow(a.alice))
	old := a.alice.Key
	a.alice.Rotate(federationtest.Key(a, 6))
	a.refused(a.alice, a.alice.Undo(a.follow(a.alice)), federationtest.Request{}, 401) // the one that is known is young
	a.clock.Add(10 * time.Minute)
	if got := a.post(a.alice, a.alice.Announce(a.note["id"].(string)), federationtest.Request{}); got.Status != 202 {
		a.Errorf("with the new key: %+v", got)
	}
	a.refused(a.alice, a.alice.Undo(a.follow(a.alice)), federationtest.Request{Key: old}, 401)
	a.clock.Add(10 * time.Minute)
	a.refused(a.alice, a.alice.Undo(a.follow(a.alice)), federationtest.Request{Key: old}, 401)
}

// Forged signatures make the node ask an origin that is away just then. Its
// actor's own signatures count all the same.
func attackKeyDisplaced(a *attack) {
	send(a, a.n, a.alice, a.follow(a.alice))
	for _, status := range []int{500, 403, 404} {
		want := 401
		if status == 500 { // it may be back soon, and know a new key
			want = 503
		}
		a.clock.Add(10 * time.Minute)
		a.peer.Fault("/users/alice", federationtest.Status(status))
		a.refused(a.alice, a.alice.Undo(a.follow(a.alice)), federationtest.Request{Key: a.mallory.Key}, want)
		if got := a.post(a.alice, a.alice.Announce(a.note["id"].(string)), federationtest.Request{}); got.Status != 202 {
			a.Errorf("origin answers %d: alice's own activity: %+v", status, got)
		}
	}
	before := a.peer.Fetches()
	for range 5 {
		a.refused(a.alice, a.alice.Undo(a.follow(a.alice)), federationtest.Request{Key: a.mallory.Key}, 401)
	}
	if got := a.peer.Fetches() - before; got != 0 {
		a.Errorf("%d more fetches for forged signatures", got)
	}
}

// A neighbour on a shared host deletes what it never owned: the actor that it
// names can still be known.
func attackBuriedNeighbour(a *attack) {
	bob := a.peer.Actor("bob")
	send(a, a.n, a.hoster, a.hoster.Delete(bob.ID))
	if got := a.post(bob, a.follow(bob), federationtest.Request{}); got.Status != 202 {
		a.Errorf("bob after his neighbour's Delete: %+v", got)
	}
	if _, ok := follows(a, a.n, bob.ID, a.n.ActorID("maison")); !ok {
		a.Error("bob does not follow")
	}
	// … and a note of his that has not come yet can still come.
	neighbour := a.peer.Hoster("voisin")
	list(a, a.n, neighbour)
	note := a.hoster.Incident("Suite", "x")
	send(a, a.n, neighbour, neighbour.Delete(note["id"].(string)))
	send(a, a.n, a.hoster, a.hoster.Create(note))
	if got := notices(a, a.n, a.hoster.ID); len(got) != 2 {
		a.Errorf("%d notices after a neighbour's Delete of one, want 2", len(got))
	}
	send(a, a.n, a.hoster, a.hoster.Delete(note["id"].(string)))
	a.refused(a.hoster, a.hoster.Create(note), federationtest.Request{}, 202)
}

// Only 410 says that an actor is gone.
func attackStillThere(a *attack) {
	a.clock.Add(48 * time.Hour) // its key is to be asked for again
	for status, want := range map[int]int{404: 401, 403: 401, 500: 503, 301: 401} {
		a.peer.Fault("/users/chatdroite", federationtest.Status(status))
		a.refused(a.mallory, a.hoster.Activity("Delete", a.hoster.ID), federationtest.Request{KeyID: a.hoster.KeyID}, want)
		a.clock.Add(time.Hour)
	}
	a.peer.Fault("/users/chatdroite", federationtest.Status(410))
	a.refused(a.mallory, a.hoster.Delete(a.note["id"].(string)), federationtest.Request{KeyID: a.hoster.KeyID}, 401)
}

// What consent brought here goes with it: nothing of a hoster's words is left.
func attackKeptAfterWithdrawal(a *attack) {
	id := ap.IRI(a.note["id"].(string))
	reply := with(a.hoster.Incident("Panne", "Suite."), map[string]any{"inReplyTo": a.note["id"]})
	send(a, a.n, a.hoster, a.hoster.Create(reply))
	a.hoster.Set("indexable", false)
	send(a, a.n, a.hoster, a.hoster.Update(a.hoster.Document()))
	for _, iri := range []ap.IRI{id, ap.IRI(reply["id"].(string))} {
		if d, err := a.n.Store.Document(a.Context(), iri); err == nil {
			a.Errorf("%s is still kept: %s", iri, d.Body)
		}
	}
	a.refused(a.hoster, a.hoster.Create(a.hoster.Incident("Après", "x")), federationtest.Request{}, 202)
}

// Notes that two actors announce, and what is not for everyone.
func attackAnnounceAgain(a *attack) {
	first := a.hoster.Announce(a.note["id"].(string))
	a.refused(a.hoster, a.hoster.Announce(first["id"].(string)), federationtest.Request{}, 202)
	a.refused(a.mallory, a.mallory.Activity("Announce", a.hoster.Announce(a.note["id"].(string))), federationtest.Request{}, 202)
	a.refused(a.hoster, a.hoster.Announce(a.n.URL+"/ap/activities/announce-0"), federationtest.Request{}, 202)
}

// What a hoster answers to people is no news: whoever writes to it must not
// get its replies repeated by every directory.
func attackBaitedReply(a *attack) {
	reply := with(a.hoster.Note("<p>Merci !</p>"), map[string]any{"inReplyTo": a.evil.URL + "/notes/1"})
	a.refused(a.hoster, a.hoster.Create(reply), federationtest.Request{}, 202)
	a.refused(a.hoster, a.hoster.Update(reply), federationtest.Request{}, 202)
	// Nor is it where it calls itself a step of somebody else's notice.
	step := with(a.hoster.Incident("Achetez", "x"), map[string]any{"inReplyTo": a.evil.URL + "/notes/1"})
	a.refused(a.hoster, a.hoster.Create(step), federationtest.Request{}, 202)
	for _, n := range []map[string]any{reply, step} {
		if d, err := a.n.Store.Document(a.Context(), ap.IRI(n["id"].(string))); err == nil {
			a.Errorf("it is kept: %s", d.Body)
		}
	}
}

// An actor that says it has moved, or is many, is who it was.
func attackAliasesOfActor(a *attack) {
	many := make([]any, 10_000)
	for i := range many {
		many[i] = a.alice.ID
	}
	a.mallory.Set("alsoKnownAs", many)
	a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{}, 401)
	thief := a.evil.Actor("voleur")
	thief.Set("alsoKnownAs", []any{a.hoster.ID})
	thief.Set("movedTo", a.hoster.ID)
	a.refused(thief, thief.Activity("Move", thief.ID), federationtest.Request{}, 202)
	a.refused(thief, with(thief.Activity("Move", a.hoster.ID), map[string]any{"target": thief.ID}), federationtest.Request{}, 202)
}

// Consent that is taken back while the profile is being read stays taken back,
// also where the hoster's clock did not move in between.
func attackConsentOvertaken(a *attack) {
	for _, path := range []string{"/users/chatdroite/services", "/users/chatdroite"} {
		document := a.hoster.Document()
		asked, end := make(chan struct{}, 10), make(chan struct{})
		a.peer.Fault(path, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				w.WriteHeader(http.StatusAccepted)
				return
			}
			asked <- struct{}{}
			<-end
			if r.URL.Path == path && path == "/users/chatdroite" {
				federationtest.Answer(activityType, document)(w, r) // as it was
				return
			}
			a.peer.Fault(path, nil)
			a.peer.ServeHTTP(w, r)
		})
		a.refreshNow(a.hoster)
		<-asked
		a.hoster.Set("indexable", false)
		send(a, a.n, a.hoster, a.hoster.Update(a.hoster.Document()))
		close(end)
		federationtest.Eventually(a, "the end of the refresh", func() bool {
			due, err := a.n.Store.DueRefreshes(a.Context(), a.clock.Now(), 10)
			return err == nil && len(due) == 0
		})
		if isListed(a, a.n, a.hoster.ID) {
			a.Errorf("listed after its consent was taken back while %s was read", path)
		}
		a.peer.Fault(path, nil)
		a.hoster.Set("indexable", true)
		send(a, a.n, a.hoster, a.hoster.Update(a.hoster.Document()))
		federationtest.Eventually(a, "the listing, again", func() bool { return isListed(a, a.n, a.hoster.ID) })
	}
}
