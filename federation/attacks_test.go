package federation_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// attack is a small network: a hoster that the directory n lists, a person,
// and somebody who means harm, on a host of its own.
type attack struct {
	*testing.T
	n       *federationtest.Node
	peer    *federationtest.Peer
	hoster  *federationtest.Actor
	note    map[string]any // published by hoster, and kept
	alice   *federationtest.Actor
	evil    *federationtest.Peer
	mallory *federationtest.Actor
	clock   *fakeClock
}

func newAttack(t *testing.T) *attack {
	t.Helper()
	a := &attack{T: t, peer: federationtest.NewPeer(t), evil: federationtest.NewPeer(t), clock: newClock(time.Now())}
	a.hoster, a.alice, a.mallory = a.peer.Hoster("chatdroite"), a.peer.Actor("alice"), a.evil.Actor("mallory")
	a.mallory.Key = federationtest.Key(t, 7)
	a.mallory.Rotate(a.mallory.Key)
	a.n = federationtest.NewNode(t, federationtest.Options{Hoster: "maison", Aggregator: "annuaire", Clock: a.clock.Now})
	list(t, a.n, a.hoster)
	a.note = a.hoster.Incident("Panne", "Le disque est plein.")
	send(t, a.n, a.hoster, a.hoster.Create(a.note))
	a.evil.Forget()
	return a
}

// post sends an activity to the shared inbox.
func (a *attack) post(by *federationtest.Actor, activity map[string]any, r federationtest.Request) federationtest.Reply {
	a.Helper()
	r.At = a.clock.Now().Add(r.At.Sub(time.Time{}))
	return by.Post(a, a.n.Inbox(), activity, r)
}

// refused sends what must be refused with a status, and makes sure that
// nothing changed.
func (a *attack) refused(by *federationtest.Actor, activity map[string]any, r federationtest.Request, status int) {
	a.Helper()
	before := a.state()
	if got := a.post(by, activity, r); got.Status != status {
		a.Errorf("answer is %d %q, want %d", got.Status, got.Reason, status)
	}
	if after := a.state(); after != before {
		a.Errorf("it had an effect:\n%s\n->\n%s", before, after)
	}
}

// state is what attackers would like to change, in a form to compare.
func (a *attack) state() string {
	a.Helper()
	var b strings.Builder
	for _, who := range []string{a.n.ActorID("maison"), a.n.ActorID("annuaire")} {
		followers, following, outbox, err := a.n.Store.Count(a.Context(), ap.IRI(who))
		if err != nil {
			a.Fatal(err)
		}
		fmt.Fprintln(&b, followers, following, outbox)
	}
	for _, l := range []string{a.hoster.ID, a.mallory.ID} {
		fmt.Fprintln(&b, l, isListed(a, a.n, l))
	}
	all, err := a.n.Store.Notices(a.Context(), "", 50)
	if err != nil {
		a.Fatal(err)
	}
	for _, notice := range all {
		fmt.Fprintf(&b, "%+v\n", notice)
	}
	for _, iri := range []string{a.note["id"].(string), a.hoster.ID, a.n.ActorID("maison"), a.n.ActorID("annuaire")} {
		d, err := a.n.Store.Document(a.Context(), ap.IRI(iri))
		fmt.Fprintf(&b, "%s %s %v %v\n", iri, d.Body, d.Tombstone, err)
	}
	return b.String()
}

func (a *attack) follow(by *federationtest.Actor) map[string]any {
	return by.Follow(a.n.ActorID("maison"))
}

// TestAttacks reproduces known attacks on ActivityPub servers. A is on the
// authentication of requests, B on whom an object belongs to, D on parsers and
// resources, E on identity and privacy.
func TestAttacks(t *testing.T) {
	for name, run := range map[string]func(*attack){
		"A1": attackUnsigned, "A2": attackOtherActor, "A3": attackUncovered, "A4": attackSwappedBody, "A5": attackDigests,
		"A6": attackOtherHost, "A8": attackReplay, "A9": attackDates, "A11": attackActorElsewhere, "A13": attackTwoKeys,
		"A14": attackKeyAddresses, "A17": attackWeakKeys, "A18": attackKeyLoop, "A19": attackFlood,
		"B1": attackAttribution, "B2": attackForeignObject, "B4": attackForeignDocument, "B6": attackRedirect,
		"B7": attackOtherActorUpdate, "B8": attackOtherNoteUpdate, "B9": attackDatedAhead, "B10": attackOtherDelete, "B11": attackDeleteStorm,
		"B13": attackOtherUndo, "B14": attackUndoFetch, "B15": attackUnaskedAccept, "B16": attackForgedAnnounce,
		"B18": attackCollections, "B25": attackSameID, "B26": attackSpellings, "B30": attackForeignCollections,
		"D1": attackLength, "D4": attackDuplicateKeys, "D5": attackEncodings, "D6": attackWrongTypes, "D12": attackAliases,
		"D14": attackManyObjects, "D19": attackVictimInbox, "D20": attackOwnInbox, "E5": attackBorrowedHandle, "E10": attackPrivateNote,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(newAttack(t))
		})
	}
}

func attackUnsigned(a *attack) {
	a.refused(a.alice, a.follow(a.alice), federationtest.Request{Scheme: federationtest.Unsigned}, 401)
}

func attackOtherActor(a *attack) {
	a.refused(a.mallory, with(a.mallory.Create(a.note), map[string]any{"actor": a.hoster.ID, "id": a.peer.NewID("x")}), federationtest.Request{}, 401)
	// On one host, too, an actor's key is its own.
	a.refused(a.alice, a.hoster.Delete(a.note["id"].(string)), federationtest.Request{}, 401)
}

func attackUncovered(a *attack) {
	for _, covered := range [][]string{{"date"}, {"host", "date", "digest"}, {"(request-target)", "date", "digest"}, {"(request-target)", "host", "date"}, {"(request-target)", "host", "digest"}} {
		a.refused(a.alice, a.follow(a.alice), federationtest.Request{Covered: covered}, 401)
	}
}

func attackSwappedBody(a *attack) {
	a.refused(a.hoster, a.hoster.Announce(a.hoster.ID), federationtest.Request{Swap: marshal(a, a.hoster.Delete(a.note["id"].(string)))}, 401)
	a.refused(a.hoster, a.hoster.Announce(a.hoster.ID), federationtest.Request{Scheme: federationtest.RFC9421, Swap: marshal(a, a.hoster.Delete(a.note["id"].(string)))}, 401)
}

func attackDigests(a *attack) {
	for _, digest := range []string{"SHA-512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
		"SHA-256=", "SHA-256=AAAA", "SHA-256=!!!!", "sha-256", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="} {
		a.refused(a.alice, a.follow(a.alice), federationtest.Request{Digest: digest}, 401)
	}
}

func attackOtherHost(a *attack) {
	a.refused(a.alice, a.follow(a.alice), federationtest.Request{Host: "autre.example"}, 401)
	a.refused(a.alice, a.follow(a.alice), federationtest.Request{Host: "autre.example", Header: http.Header{"X-Forwarded-Host": {a.n.Host}}}, 401)
}

func attackReplay(a *attack) {
	follow := a.follow(a.alice)
	body := marshal(a, follow)
	first := a.clock.Now()
	send := func() int {
		return a.alice.Post(a, a.n.Inbox(), nil, federationtest.Request{Body: body, At: first}).Status
	}
	if got := send(); got != 202 {
		a.Fatalf("the request itself: %d", got)
	}
	before := a.state()
	for _, step := range []struct {
		after  time.Duration
		status int
	}{{2 * time.Minute, 202}, {2 * time.Hour, 401}, {30 * 24 * time.Hour, 401}} {
		a.clock.Add(step.after)
		if got := send(); got != step.status {
			a.Errorf("after %v: %d, want %d", step.after, got, step.status)
		}
	}
	if a.state() != before {
		a.Error("a replay had an effect")
	}
}

func attackDates(a *attack) {
	ahead := time.Time{}.Add(2 * time.Hour)
	a.refused(a.alice, a.follow(a.alice), federationtest.Request{At: ahead}, 401)
	a.refused(a.alice, a.follow(a.alice), federationtest.Request{At: ahead, Scheme: federationtest.RFC9421}, 401)
	for _, date := range [][]string{nil, {"2026-11-21T12:00:00Z"}, {"Sat, 21 Nov 2026 12:00:00 GMT", "Sat, 21 Nov 2026 12:00:01 GMT"}} {
		a.refused(a.alice, a.follow(a.alice), federationtest.Request{Header: http.Header{"Date": date}}, 401)
	}
}

// An actor's document at somebody else's address, and a key that points there.
func attackActorElsewhere(a *attack) {
	document := a.hoster.Document()
	document["publicKey"] = map[string]any{"id": a.hoster.KeyID, "owner": a.hoster.ID, "publicKeyPem": federationtest.PEM(&a.mallory.Key.PublicKey)}
	address := a.evil.Serve("/files/actor.json", document)
	a.refused(a.mallory, a.hoster.Delete(a.note["id"].(string)), federationtest.Request{KeyID: address + "#main-key"}, 401)
	a.refused(a.mallory, with(a.hoster.Delete(a.note["id"].(string)), map[string]any{"actor": address, "id": a.evil.NewID("x")}), federationtest.Request{KeyID: address + "#main-key"}, 401)
	if _, err := a.n.Store.Actor(a.Context(), ap.IRI(address)); err == nil {
		a.Error("the forged actor was kept")
	}
}

func attackTwoKeys(a *attack) {
	a.mallory.Set("publicKey", []any{
		map[string]any{"id": a.hoster.KeyID, "owner": a.hoster.ID, "publicKeyPem": federationtest.PEM(&a.mallory.Key.PublicKey)},
		map[string]any{"id": a.mallory.KeyID, "owner": a.mallory.ID, "publicKeyPem": federationtest.PEM(&a.mallory.Key.PublicKey)},
	})
	if got := a.post(a.mallory, a.follow(a.mallory), federationtest.Request{}); got.Status != 202 {
		a.Fatalf("mallory's own key: %+v", got)
	}
	a.refused(a.mallory, a.hoster.Delete(a.note["id"].(string)), federationtest.Request{KeyID: a.hoster.KeyID}, 401)
}

func attackKeyAddresses(a *attack) {
	for _, id := range []string{"acct:mallory@" + a.evil.Host, "data:text/plain,x", "file:///etc/passwd", "http://127.0.0.1/",
		"http://169.254.169.254/latest", "javascript:alert(1)", "http://" + strings.Repeat("a", 100_000), "#main-key", "x",
		a.evil.URL + "@" + a.peer.Host + "/users/alice#main-key", a.peer.URL + "/%0aHost:%20x#k"} {
		a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{KeyID: id}, 401)
	}
	for _, r := range a.evil.Requests() {
		if !strings.HasPrefix(r, "GET /users/mallory") {
			a.Errorf("the node asked for %s", r)
		}
	}
}

func attackWeakKeys(a *attack) {
	for name, pem := range map[string]any{
		"garbage": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"512 bits": "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf\n" +
			"9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ==\n-----END PUBLIC KEY-----\n",
		"endless":  "-----BEGIN PUBLIC KEY-----\n" + strings.Repeat("A", 100_000) + "\n-----END PUBLIC KEY-----\n",
		"a secret": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"a number": 5, "a list": []any{}, "nothing": nil,
	} {
		weak := a.evil.Actor(strings.ReplaceAll(strings.ReplaceAll(name, " ", ""), "512bits", "small"))
		weak.Set("publicKey", map[string]any{"id": weak.KeyID, "owner": weak.ID, "publicKeyPem": pem})
		a.refused(weak, a.follow(weak), federationtest.Request{}, 401)
	}
}

// The attacker's host fetches our actor for every fetch of its own: one
// verification makes one request, and our node actor needs no signature.
func attackKeyLoop(a *attack) {
	document := a.mallory.Document()
	a.evil.Fault("/users/mallory", func(w http.ResponseWriter, r *http.Request) {
		if got := getAs(a, a.n.URL+"/actor", activityType); got.status != 200 {
			a.Errorf("node actor for an unsigned request: %d", got.status)
		}
		federationtest.Answer(activityType, document)(w, r)
	})
	if got := a.post(a.mallory, a.follow(a.mallory), federationtest.Request{}); got.Status != 202 {
		a.Errorf("answer is %+v", got)
	}
	if got := a.evil.Fetches(); got != 1 {
		a.Errorf("%d fetches for one verification: %q", got, a.evil.Requests())
	}
}

// Signatures of ever new actors: the host that they name is asked only so
// often, and about one that is missing only once.
func attackFlood(a *attack) {
	for range 20 {
		nobody := *a.mallory
		nobody.ID = a.evil.URL + "/users/nobody"
		a.refused(&nobody, nobody.Follow(a.n.ActorID("maison")), federationtest.Request{KeyID: nobody.ID + "#main-key"}, 401)
	}
	if got := a.evil.Fetches(); got != 1 {
		a.Errorf("a missing actor was asked for %d times", got)
	}
	limited := 0
	for i := range 260 {
		nobody := *a.mallory
		nobody.ID = fmt.Sprintf("%s/users/nobody%d", a.evil.URL, i)
		got := a.post(&nobody, nobody.Follow(a.n.ActorID("maison")), federationtest.Request{KeyID: nobody.ID + "#main-key"})
		if got.Status == 429 && got.Header.Get("Retry-After") != "" {
			limited++
		}
	}
	if got := a.evil.Fetches(); got > 205 || limited == 0 {
		a.Errorf("%d fetches, %d put off; want 200 fetches and the rest put off", got, limited)
	}
}

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

func attackLength(a *attack) {
	a.refused(a.alice, nil, federationtest.Request{Body: make([]byte, 10<<20)}, 413)
}

func attackDuplicateKeys(a *attack) {
	id := a.peer.NewID("x")
	for _, body := range []string{
		`{"id":%q,"type":"Follow","actor":%q,"actor":"` + a.hoster.ID + `","object":%q}`,
		`{"id":%q,"type":"Follow","Actor":%q,"object":%q}`,
		`{"id":%q,"Type":"Follow","actor":%q,"object":%q}`,
		`[{"id":%q,"type":"Follow","actor":%q,"object":%q}]`,
	} {
		a.refused(a.alice, nil, federationtest.Request{Body: fmt.Appendf(nil, body, id, a.alice.ID, a.n.ActorID("maison"))}, 400)
	}
}

func attackEncodings(a *attack) {
	good := marshal(a, a.follow(a.alice))
	for name, body := range map[string][]byte{
		"UTF-16": {0xff, 0xfe, '{', 0, '}', 0}, "invalid UTF-8": append([]byte(`{"x":"`+"\xff"+`",`), good[1:]...),
		"NaN": append([]byte(`{"x":NaN,`), good[1:]...), "two documents": append(append([]byte{}, good...), good...),
		"null": []byte(`null`), "nothing": {}, "NUL": append([]byte(`{"x":"\u0000",`), good[1:]...),
	} {
		before := a.state()
		if got := a.post(a.alice, nil, federationtest.Request{Body: body}); got.Status != 400 {
			a.Errorf("%s: answer is %+v, want 400", name, got)
		}
		if a.state() != before {
			a.Errorf("%s had an effect", name)
		}
	}
	if got := a.post(a.alice, nil, federationtest.Request{Body: append([]byte("\xef\xbb\xbf"), good...)}); got.Status != 202 {
		a.Errorf("byte order mark: answer is %+v, want 202", got)
	}
}

// Whatever stands in the place of a value, the node answers, and goes on.
func attackWrongTypes(a *attack) {
	values := []any{nil, 5, 1e300, true, "", "x", []any{}, []any{nil}, []any{[]any{}}, map[string]any{}, map[string]any{"id": nil},
		map[string]any{"id": 5, "type": []any{5}}, map[string]any{"type": "Hashtag", "name": 5}, strings.Repeat("x", 5000)}
	for _, kind := range []string{"Follow", "Undo", "Accept", "Create", "Update", "Delete", "Block", "Announce"} {
		for _, member := range []string{"id", "type", "actor", "object", "to", "cc", "@context", "published", "tag", "target"} {
			for _, v := range values {
				activity := a.hoster.Activity(kind, a.note["id"])
				if kind == "Delete" {
					activity["object"] = a.evil.URL // nothing that stands here
				}
				activity[member] = v
				got := a.post(a.hoster, activity, federationtest.Request{})
				if got.Status != 202 && got.Status != 400 && got.Status != 401 {
					a.Fatalf("%s with %s %v: answer is %+v", kind, member, v, got)
				}
			}
		}
	}
	note := a.hoster.Incident("x", "x")
	for member := range maps.Clone(note) {
		for _, v := range values {
			odd := with(a.hoster.Incident("x", "x"), nil)
			odd[member] = v
			for _, activity := range []map[string]any{a.hoster.Create(odd), a.hoster.Update(odd)} {
				if got := a.post(a.hoster, activity, federationtest.Request{}); got.Status != 202 && got.Status != 400 {
					a.Fatalf("note with %s %v: answer is %+v", member, v, got)
				}
			}
		}
	}
	if s := a.n.ReceiveStats(); s.Failed > 0 {
		a.Errorf("%d activities met an error of the node", s.Failed)
	}
	if !isListed(a, a.n, a.hoster.ID) {
		a.Error("the listing is gone")
	}
}

func attackAliases(a *attack) {
	base := a.follow(a.alice)
	for _, activity := range []map[string]any{
		{"@context": []any{"https://www.w3.org/ns/activitystreams", map[string]any{"acteur": "as:actor"}}, "id": base["id"], "type": "Follow", "acteur": a.alice.ID, "object": base["object"]},
		{"id": base["id"], "type": "Follow", "https://www.w3.org/ns/activitystreams#actor": a.alice.ID, "object": base["object"]},
		{"@id": base["id"], "@type": "Follow", "actor": a.alice.ID, "object": base["object"]},
	} {
		a.refused(a.alice, activity, federationtest.Request{}, 400)
	}
}

func attackManyObjects(a *attack) {
	var many []any
	for range 2000 {
		many = append(many, a.n.ActorID("maison"))
	}
	a.refused(a.alice, a.alice.Activity("Follow", many), federationtest.Request{}, 202)
	a.refused(a.alice, with(a.alice.Activity("Follow", nil), map[string]any{"type": "OrderedCollection", "orderedItems": many}), federationtest.Request{}, 202)
	a.refused(a.alice, a.alice.Activity("Follow", strings.Split(strings.Repeat("x ", 6000), " ")), federationtest.Request{}, 400)
}

// A follower whose inbox is somebody else's: our deliveries would hit them.
func attackVictimInbox(a *attack) {
	a.mallory.Set("inbox", a.alice.Inbox)
	a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{}, 401)
	shared := a.evil.Actor("partage")
	shared.Set("endpoints", map[string]any{"sharedInbox": a.peer.URL + "/inbox"})
	send(a, a.n, shared, a.follow(shared))
	if f, ok := follows(a, a.n, shared.ID, a.n.ActorID("maison")); !ok || f.SharedInbox != "" {
		a.Errorf("follow is %+v", f)
	}
}

func attackOwnInbox(a *attack) {
	a.mallory.Set("inbox", a.n.Inbox())
	a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{}, 401)
}

// A handle of the attacker's host that names somebody else's actor is not
// that actor's.
func attackBorrowedHandle(a *attack) {
	a.evil.Fault("/.well-known/webfinger", federationtest.Answer(federationtest.TypeJRD, map[string]any{
		"subject": "acct:officiel@" + a.evil.Host,
		"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": a.hoster.ID}},
	}))
	if f, err := a.n.Follow(a.Context(), "@officiel@"+a.evil.Host); err == nil {
		a.Errorf("the borrowed handle leads to %s", f.Object)
	}
	a.evil.Fault("/.well-known/webfinger", federationtest.Answer(federationtest.TypeJRD, map[string]any{
		"subject": "acct:officiel@" + a.evil.Host,
		"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": a.n.ActorID("maison")}},
	}))
	if f, err := a.n.Follow(a.Context(), "@officiel@"+a.evil.Host); err == nil {
		a.Errorf("the borrowed handle leads to our own %s", f.Object)
	}
}

func attackPrivateNote(a *attack) {
	for _, to := range []any{[]any{a.hoster.ID + "/followers"}, []any{a.n.ActorID("annuaire")}, []any{}, nil} {
		note := with(a.hoster.Incident("Entre nous", "x"), map[string]any{"to": to, "cc": []any{}})
		a.refused(a.hoster, with(a.hoster.Create(note), map[string]any{"to": to, "cc": []any{}}), federationtest.Request{}, 202)
	}
	if _, err := a.n.Store.Notice(a.Context(), directory.ID(a.note["id"].(string))); err != nil {
		a.Errorf("the public note is gone: %v", err)
	}
}
