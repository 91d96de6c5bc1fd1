package federation_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"matou/federation/ap"
	"matou/federation/federationtest"
)

func attackAttribution(a *attack) {
	list(a.T, a.n, a.evil.Hoster("mechant"))
	evil := a.evil.Hoster("pire")
	list(a.T, a.n, evil)
	for _, by := range []any{a.hoster.ID, nil, []any{a.hoster.ID, evil.ID}, map[string]any{"id": a.hoster.ID}} {
		a.refused(evil, evil.Create(with(evil.Incident("Faux", "x"), map[string]any{"attributedTo": by})), federationtest.Request{}, 202)
	}
}

func attackForeignObject(a *attack) {
	evil := a.evil.Hoster("pire")
	list(a.T, a.n, evil)
	for _, id := range []string{a.note["id"].(string), a.n.URL + "/ap/notes/01JABCDEFGHJKMNPQRSTVWXYZ0", a.n.ActorID("maison"), evil.ID, a.hoster.ID, a.peer.URL + "/notes/nouveau", ""} {
		a.refused(evil, evil.Create(with(evil.Incident("Faux", "x"), map[string]any{"id": id})), federationtest.Request{}, 202)
		a.refused(evil, evil.Update(with(evil.Incident("Faux", "x"), map[string]any{"id": id})), federationtest.Request{}, 202)
	}
}

// An object that answers under the address of another of its host: whoever may
// put a file there would speak for its neighbours.
func attackOtherAddress(a *attack) {
	copied := a.hoster.Document()
	copied["publicKey"] = map[string]any{"id": a.hoster.KeyID, "owner": a.hoster.ID, "publicKeyPem": federationtest.PEM(&a.mallory.Key.PublicKey)}
	address := a.peer.Serve("/files/actor", copied)
	for _, actor := range []string{address, a.hoster.ID} {
		forged := with(a.hoster.Delete(a.note["id"].(string)), map[string]any{"actor": actor})
		a.refused(a.mallory, forged, federationtest.Request{KeyID: address + "#main-key"}, 401)
	}
	real := a.hoster.Incident("Vraie", "x")
	for _, id := range []any{real["id"], a.peer.URL + "/notes/encore", nil, 5} {
		copied := with(real, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": id})
		a.refused(a.hoster, a.hoster.Activity("Create", a.peer.Serve("/files/note", copied)), federationtest.Request{}, 202)
	}
	a.peer.Serve("/files/note", map[string]any{})
	a.peer.Fault("/files/led", federationtest.Redirect(a.note["id"].(string)))
	a.refused(a.hoster, a.hoster.Activity("Create", a.peer.URL+"/files/led"), federationtest.Request{}, 202)
	if d, err := a.n.Store.Actor(a.Context(), ap.IRI(address)); err == nil {
		a.Errorf("the copy was kept: %+v", d)
	}
}

// A file that somebody uploaded to a hoster's node. What it is served as says
// whether the node itself speaks; our own serves no files of anybody's.
func attackUploads(a *attack) {
	for i, mediaType := range []string{
		"application/json", "text/plain", "application/octet-stream", "application/ld+json", "application/xml", "text/html", "",
		`application/ld+json; profile="https://evil.example/"`, `application/ld+json; profile="https://www.w3.org/ns/activitystreams.evil"`, "application/activity+json2",
	} {
		path := fmt.Sprintf("/uploads/%d.json", i)
		note := with(a.hoster.Incident("Fausse", "x"), map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": a.peer.URL + path})
		a.peer.Fault(path, federationtest.Answer(mediaType, note))
		a.refused(a.hoster, a.hoster.Activity("Create", note["id"]), federationtest.Request{}, 202)
	}
	for _, path := range []string{"/uploads", "/media", "/ap/actors/maison/uploadMedia", "/api/v2/media", "/ap/actors/maison/outbox"} {
		resp, err := http.Post(a.n.URL+path, "application/octet-stream", strings.NewReader("x"))
		if err != nil {
			a.Fatal(err)
		}
		_ = resp.Body.Close() // its status is what counts
		if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
			a.Errorf("POST %s: answer is %d", path, resp.StatusCode)
		}
	}
}

func attackForeignDocument(a *attack) {
	address := a.evil.Serve("/users/copie", a.hoster.Document())
	a.refused(a.mallory, with(a.hoster.Follow(a.n.ActorID("maison")), map[string]any{"actor": address, "id": a.evil.NewID("x")}), federationtest.Request{KeyID: address + "#main-key"}, 401)
	for _, mediaType := range []string{"application/json", "text/plain", "application/octet-stream", "application/ld+json"} {
		fake := a.evil.Actor("type" + strings.NewReplacer("/", "", "+", "").Replace(mediaType))
		a.evil.Fault("/users/"+fake.Name, federationtest.Answer(mediaType, fake.Document()))
		a.refused(fake, a.follow(fake), federationtest.Request{}, 401)
	}
}

func attackRedirect(a *attack) {
	document := a.alice.Document()
	document["publicKey"] = map[string]any{"id": a.alice.KeyID, "owner": a.alice.ID, "publicKeyPem": federationtest.PEM(&a.mallory.Key.PublicKey)}
	a.peer.Fault("/users/alice", federationtest.Redirect(a.evil.Serve("/alice.json", document)))
	a.refused(a.alice, a.follow(a.alice), federationtest.Request{Key: a.mallory.Key}, 401)
}

func attackOtherActorUpdate(a *attack) {
	evil := a.evil.Hoster("pire")
	list(a.T, a.n, evil)
	withdrawn := a.hoster.Document()
	withdrawn["indexable"] = false
	a.refused(evil, evil.Update(withdrawn), federationtest.Request{}, 202)
	a.refused(a.alice, a.alice.Update(withdrawn), federationtest.Request{}, 202)
}

func attackOtherNoteUpdate(a *attack) {
	neighbour := a.peer.Hoster("voisin")
	list(a.T, a.n, neighbour)
	newer := with(a.note, map[string]any{"title": "Faux", "updated": a.clock.Now().Add(time.Minute).UTC().Format(time.RFC3339)})
	a.refused(neighbour, neighbour.Update(newer), federationtest.Request{}, 202)
	a.refused(neighbour, neighbour.Update(with(newer, map[string]any{"attributedTo": neighbour.ID})), federationtest.Request{}, 202)
	a.refused(a.mallory, with(a.mallory.Update(newer), map[string]any{"id": a.peer.NewID("x")}), federationtest.Request{}, 401)
}

// A note dated years ahead could otherwise never be changed or closed again.
func attackDatedAhead(a *attack) {
	note := a.hoster.Incident("Demain", "x")
	note["published"], note["updated"] = "2039-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
	send(a, a.n, a.hoster, a.hoster.Create(note))
	a.clock.Add(time.Minute)
	send(a, a.n, a.hoster, a.hoster.Update(with(note, map[string]any{"title": "Réparé", "updated": a.clock.Now().UTC().Format(time.RFC3339)})))
	for _, notice := range notices(a, a.n, a.hoster.ID) {
		if notice.UpdatedAt.After(a.clock.Now().Add(time.Hour)) || notice.Title == "Demain" {
			a.Errorf("notice is %+v", notice)
		}
	}
	a.refused(a.hoster, a.hoster.Update(with(a.note, map[string]any{"type": "Person", "inbox": a.hoster.Inbox})), federationtest.Request{}, 202)
}

func attackOtherDelete(a *attack) {
	neighbour := a.peer.Hoster("voisin")
	list(a.T, a.n, neighbour)
	for _, by := range []*federationtest.Actor{neighbour, a.alice, a.mallory} {
		a.refused(by, by.Delete(a.note["id"].(string)), federationtest.Request{}, 202)
		a.refused(by, by.Delete(a.n.ActorID("maison")), federationtest.Request{}, 202)
		a.refused(by, by.Activity("Delete", a.hoster.ID), federationtest.Request{}, 202)
	}
}

func attackDeleteStorm(a *attack) {
	for i := range 50 {
		gone := *a.mallory
		gone.ID = fmt.Sprintf("%s/users/parti%d", a.evil.URL, i)
		a.refused(&gone, gone.Activity("Delete", gone.ID), federationtest.Request{KeyID: gone.ID + "#main-key"}, 202)
	}
	if got := a.evil.Fetches(); got != 0 {
		a.Errorf("%d fetches for accounts that are gone", got)
	}
}

func attackOtherUndo(a *attack) {
	follow := a.follow(a.alice)
	send(a, a.n, a.alice, follow)
	for _, object := range []any{follow, follow["id"], with(follow, map[string]any{"actor": a.mallory.ID}), with(follow, map[string]any{"actor": nil})} {
		a.refused(a.mallory, a.mallory.Activity("Undo", object), federationtest.Request{}, 202)
	}
}

func attackUndoFetch(a *attack) {
	address := a.evil.Serve("/piege", map[string]any{})
	a.refused(a.mallory, a.mallory.Activity("Undo", address), federationtest.Request{}, 202)
	for _, r := range a.evil.Requests() {
		if strings.Contains(r, "piege") {
			a.Errorf("the object of an Undo was fetched: %s", r)
		}
	}
}

func attackUnaskedAccept(a *attack) {
	unasked := map[string]any{"id": a.n.URL + "/ap/activities/1", "type": "Follow", "actor": a.n.ActorID("annuaire"), "object": a.mallory.ID}
	a.refused(a.mallory, a.mallory.Activity("Accept", unasked), federationtest.Request{}, 202)
	a.refused(a.mallory, a.mallory.Activity("Reject", with(unasked, map[string]any{"object": a.hoster.ID})), federationtest.Request{}, 202)
	if _, ok := follows(a, a.n, a.n.ActorID("annuaire"), a.mallory.ID); ok {
		a.Error("an Accept made a Follow")
	}
}

func attackForgedAnnounce(a *attack) {
	forged := with(a.note, map[string]any{"id": a.peer.NewID("notes"), "title": "Faux"})
	a.refused(a.mallory, a.mallory.Activity("Announce", forged), federationtest.Request{}, 202)
	a.refused(a.hoster, a.hoster.Activity("Announce", with(forged, map[string]any{"attributedTo": a.alice.ID})), federationtest.Request{}, 202)
}

func attackCollections(a *attack) {
	send(a, a.n, a.alice, a.follow(a.alice))
	for _, kind := range []string{"Add", "Remove"} {
		for _, target := range []string{"/followers", "/following", "/listing", "/collections/featured", "/outbox"} {
			activity := a.mallory.Activity(kind, a.alice.ID)
			activity["target"] = a.n.ActorID("maison") + target
			a.refused(a.mallory, activity, federationtest.Request{}, 202)
		}
	}
}

func attackSameID(a *attack) {
	first := a.hoster.Announce(a.note["id"].(string))
	send(a, a.n, a.hoster, first)
	create := a.hoster.Create(a.hoster.Incident("Une", "x"))
	send(a, a.n, a.hoster, create)
	a.refused(a.hoster, with(a.hoster.Delete(a.note["id"].(string)), map[string]any{"id": create["id"]}), federationtest.Request{}, 202)
	// A neighbour that guesses an id and uses it first takes nothing away.
	guessed := a.hoster.Delete(a.note["id"].(string))
	send(a, a.n, a.alice, with(a.follow(a.alice), map[string]any{"id": guessed["id"]}))
	send(a, a.n, a.hoster, guessed)
	if got := notices(a, a.n, a.hoster.ID); len(got) != 1 {
		a.Errorf("%d notices after the Delete of one of two, want 1", len(got))
	}
}

// Ids that are one thing to a host and another to a careless reader.
func attackSpellings(a *attack) {
	host := a.peer.Host
	for _, actor := range []string{
		strings.ToUpper(a.peer.URL) + "/users/chatdroite", "http://user@" + host + "/users/chatdroite", a.hoster.ID + "#", a.hoster.ID + "\u200b",
		"http://" + host + "/users/../users/chatdroite", "http://" + host + ".:80/users/chatdroite", "//" + host + "/users/chatdroite", "users/chatdroite",
		"http://" + host + "/users/chatdroite%0a", " " + a.hoster.ID, a.hoster.ID + "/", a.hoster.ID + "?",
	} {
		activity := with(a.hoster.Delete(a.note["id"].(string)), map[string]any{"actor": actor})
		before := a.state()
		got := a.post(a.mallory, activity, federationtest.Request{KeyID: a.hoster.KeyID})
		if got.Status != 400 && got.Status != 401 {
			a.Errorf("%q: answer is %+v", actor, got)
		}
		if a.state() != before {
			a.Errorf("%q had an effect", actor)
		}
	}
}

func attackForeignCollections(a *attack) {
	a.mallory.Set("followers", a.hoster.ID+"/followers")
	a.mallory.Set("outbox", a.hoster.ID+"/outbox")
	send(a, a.n, a.mallory, a.follow(a.mallory))
	got, err := a.n.Store.Actor(a.Context(), ap.IRI(a.mallory.ID))
	if err != nil || got.Followers != "" || got.Outbox != "" {
		a.Errorf("mallory's collections are %q and %q (%v)", got.Followers, got.Outbox, err)
	}
}
