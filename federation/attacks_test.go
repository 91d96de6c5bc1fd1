package federation_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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

// attacks are the rows that change the network: each has one of its own. The
// key is the row, and a word where a row has several.
var attacks = map[string]func(*attack){
	"A8": attackReplay, "A11": attackActorElsewhere, "A13": attackTwoKeys, "A14": attackKeyAddresses, "A17": attackWeakKeys,
	"A18": attackKeyLoop, "A19": attackFlood, "A19 slow": attackSlowOrigin, "A20": attackStaleKey, "A20 displaced": attackKeyDisplaced,
	"A23": attackInjectedLines, "B1": attackAttribution, "B2": attackForeignObject, "B2 services": attackForeignServices,
	"B6": attackRedirect, "B7": attackOtherActorUpdate, "B8": attackOtherNoteUpdate, "B9": attackDatedAhead, "B10": attackOtherDelete,
	"B10 neighbour": attackBuriedNeighbour, "B11": attackDeleteStorm, "B12": attackStillThere, "B13": attackOtherUndo,
	"B14": attackUndoFetch, "B18": attackCollections, "B20": attackAliasesOfActor, "B24": attackTakenOver,
	"B24 silently": attackTakenOverSilently, "B25": attackSameID, "B30": attackForeignCollections, "C1": attackInside,
	"C6": attackInsideActor, "C12": attackEndless, "D3": attackLongLists, "D6": attackWrongTypes, "D8": attackSlowUpdate,
	"D9": attackEndlessCollections, "D19": attackVictimInbox, "D20": attackOwnInbox, "D22": attackOverlongProfile, "D23": attackTimes,
	"D24": attackKeysOfTheStore, "B3": attackOtherAddress, "B5": attackUploads, "D7": attackTypes, "D11": attackContexts, "D15": attackSanitiser, "D16": attackLanguages,
	"B16 directory": attackDirectoryRelays, "B18 directory": attackForeignListing, "D9 listing": attackEndlessListing, "D10": attackSubdomains,
	"D18": attackPuppets, "D21": attackForwarding, "E19": attackFalseAlarm, "E20": attackSplitView,
	"B27": attackBlockedWords, "B27 silenced": attackSilencedWords, "B27 redirect": attackRedirectToBlocked, "D10 blocked": attackBlockedSubdomains,
	"C9": attackInsideHome, "C20": attackVisitorsFetch, "E6": attackLostHandle, "E8": attackPages, "E9": attackFollowers, "E11": attackHiddenAddressees,
	"E12": attackCaches, "E15": attackTellingErrors, "E16": attackOpenRedirect,
	"E4": attackLookalikes, "E13": attackReadBlocks, "E17": attackGovern, "E18": attackPoisonedList,
	"E1": attackMarkup, "E2": attackStyles, "E3": attackDisguisedLinks, "E7": attackPictures, "E7 fetched": attackFetchedPictures, "E5": attackBorrowedHandle, "E14": attackKeptAfterWithdrawal, "E14 overtaken": attackConsentOvertaken,
}

// refusals are the rows that leave the network as it is, and share one.
var refusals = map[string]func(*attack){
	"A1": attackUnsigned, "A2": attackOtherActor, "A3": attackUncovered, "A4": attackSwappedBody, "A5": attackDigests,
	"A6": attackOtherHost, "A7": attackParameters, "A9": attackDates, "A12": attackStandAloneKey, "A15": attackOwnKey,
	"A16": attackAlgorithms, "A22": attackTwoSignatures, "A24": attackMessageSignatures, "A25": attackDowngrade,
	"B4": attackForeignDocument, "B15": attackUnaskedAccept, "B16": attackForgedAnnounce, "B17": attackAnnounceAgain,
	"B26": attackSpellings, "B28": attackBaitedReply, "C14": attackCircles, "D1": attackLength, "D2": attackDeepDocuments, "D4": attackDuplicateKeys,
	"D5": attackEncodings, "D12": attackAliases, "D13": attackUnknownTypes, "D14": attackManyObjects, "E10": attackPrivateNote,
}

// TestAttacks reproduces known attacks on ActivityPub servers, by the rows of
// federationtest.Attacks. A is on the authentication of requests, B on whom an
// object belongs to, C on requests that the node makes, D on parsers and
// resources, E on identity and privacy.
func TestAttacks(t *testing.T) {
	results := &attackResults{held: map[string]bool{}}
	t.Cleanup(func() { results.document(t, len(attacks)+len(refusals)) })
	shared := newAttack(t)
	for name, run := range refusals {
		t.Run(name, func(t *testing.T) {
			results.await(t, name)
			same := *shared
			same.T = t
			run(&same)
		})
	}
	for name, run := range attacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results.await(t, name)
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
	loops := make(chan string, 10)
	a.evil.Fault("/users/mallory", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet { // the answer to the Follow
			w.WriteHeader(http.StatusAccepted)
			return
		}
		// This runs beside the test, which may have ended: it only tells.
		resp, err := http.Get(a.n.URL + "/actor")
		if err != nil {
			loops <- err.Error()
		} else {
			loops <- resp.Status
			_ = resp.Body.Close() // its status is what counts
		}
		federationtest.Answer(activityType, document)(w, r)
	})
	if got := a.post(a.mallory, a.follow(a.mallory), federationtest.Request{}); got.Status != 202 {
		a.Fatalf("answer is %+v", got)
	}
	if got := <-loops; got != "200 OK" {
		a.Errorf("node actor for an unsigned request: %s", got)
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
