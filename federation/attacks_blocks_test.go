package federation_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// block decides on the host of a peer, as a keeper does.
func (a *attack) block(host string, severity ap.Severity) federation.BlockPlan {
	a.Helper()
	plan, err := a.n.ApplyBlocks(a.Context(), []ap.DomainBlock{{Domain: host, Severity: severity}}, true, ap.Decision{Verb: "block", Subject: host, By: "ana"})
	if err != nil || len(plan.Refused) > 0 {
		a.Fatalf("block %s: %v, %+v", host, err, plan.Refused)
	}
	return plan
}

// What a suspended host says does not come in, whoever brings it, and nothing
// goes out to it but the end of what connected it with this node.
func attackBlockedWords(a *attack) {
	send(a, a.n, a.alice, a.follow(a.alice))
	a.peer.AwaitType(a, "Accept")
	send(a, a.n, a.mallory, a.follow(a.mallory))
	a.peer.Forget()
	plan := a.block(a.peer.Host, ap.SeveritySuspend)
	if plan.Ties.Followers != 1 || plan.Ties.Following != 1 || plan.Ties.Listings != 1 {
		a.Errorf("cut: %+v, want one of each", plan.Ties)
	}
	a.peer.AwaitType(a, "Undo")
	a.peer.AwaitType(a, "Reject")
	if isListed(a, a.n, a.hoster.ID) || len(notices(a, a.n, a.hoster.ID)) > 0 {
		a.Error("it is still shown")
	}
	for _, pair := range [][2]string{{a.n.ActorID("annuaire"), a.hoster.ID}, {a.alice.ID, a.n.ActorID("maison")}} {
		if f, ok := follows(a, a.n, pair[0], pair[1]); ok {
			a.Errorf("the Follow stands: %+v", f)
		}
	}
	a.peer.Forget()

	// By itself.
	a.refused(a.hoster, a.hoster.Create(a.hoster.Incident("Encore", "x")), federationtest.Request{}, 403)
	a.refused(a.alice, a.follow(a.alice), federationtest.Request{}, 403)
	a.refused(a.hoster, a.hoster.Announce(a.note["id"].(string)), federationtest.Request{Scheme: federationtest.RFC9421}, 403)
	// By somebody who is not blocked.
	a.refused(a.mallory, a.mallory.Announce(a.note["id"].(string)), federationtest.Request{}, 202)
	a.refused(a.mallory, a.mallory.Activity("Announce", a.note), federationtest.Request{}, 202)
	a.refused(a.mallory, a.mallory.Create(a.note), federationtest.Request{}, 202)
	a.refused(a.mallory, a.mallory.Activity("Add", a.hoster.ID), federationtest.Request{}, 202)
	a.refused(a.mallory, a.mallory.Announce(a.hoster.ID), federationtest.Request{}, 202)
	// By this node's own keeper.
	if _, err := a.n.Follow(a.Context(), "@chatdroite@"+a.peer.Host); err == nil || !strings.Contains(err.Error(), "suspended") {
		a.Errorf("follow: %v, want a refusal that says why", err)
	}
	if got := a.peer.Requests(); len(got) > 0 {
		a.Errorf("the blocked host was asked: %q", got)
	}
	if got := a.peer.Received(); len(got) > 0 {
		a.Errorf("the blocked host was sent %d activities", len(got))
	}

	// What is decided can be taken back; then it is asked again.
	if err := a.n.Unblock(a.Context(), a.peer.Host, ap.Decision{Verb: "unblock"}); err != nil {
		a.Fatal(err)
	}
	a.followAgain(a.hoster)
	log, err := a.n.Decisions(a.Context(), ap.Page{Limit: 10})
	if err != nil || len(log) != 2 || log[0].Verb != "unblock" || log[1].By != "ana" || log[1].At.IsZero() {
		a.Errorf("log: %+v, %v", log, err)
	}
}

// A silenced hoster stays followed, and is neither listed nor announced; when
// the silence ends it is listed again by itself.
func attackSilencedWords(a *attack) {
	send(a, a.n, a.mallory, a.mallory.Follow(a.n.ActorID("annuaire")))
	a.evil.AwaitType(a, "Accept")
	a.evil.Forget()
	plan := a.block(a.peer.Host, ap.SeveritySilence)
	if plan.Ties.Followers != 0 || plan.Ties.Following != 0 || plan.Ties.Listings != 1 {
		a.Errorf("cut: %+v, want the listing alone", plan.Ties)
	}
	a.evil.Await(a, "the end of the Announce", func(r federationtest.Received) bool { return r.Type == "Undo" })
	a.evil.Forget()
	a.refused(a.hoster, a.hoster.Create(a.hoster.Incident("Bruit", "x")), federationtest.Request{}, 202)
	a.hoster.Set("updated", a.clock.Now().Add(time.Second).UTC().Format(time.RFC3339))
	if got := a.post(a.hoster, a.hoster.Update(a.hoster.Document()), federationtest.Request{}); got.Status != 202 {
		a.Errorf("its Update: %+v", got)
	}
	federationtest.Eventually(a, "the refresh", func() bool {
		due, err := a.n.Store.DueRefreshes(a.Context(), a.clock.Now(), 10)
		return err == nil && len(due) == 0
	})
	if isListed(a, a.n, a.hoster.ID) {
		a.Error("it is listed")
	}
	if f, ok := follows(a, a.n, a.n.ActorID("annuaire"), a.hoster.ID); !ok || f.State != ap.FollowAccepted {
		a.Errorf("the Follow is %+v, %t", f, ok)
	}
	for _, r := range a.evil.Received() {
		if r.Type == "Announce" {
			a.Errorf("announced: %s", r.Raw)
		}
	}
	if err := a.n.Unblock(a.Context(), a.peer.Host, ap.Decision{Verb: "unblock"}); err != nil {
		a.Fatal(err)
	}
	federationtest.Eventually(a, "the listing, again", func() bool { return isListed(a, a.n, a.hoster.ID) })
}

// A host that nobody blocked sends whoever asks on to one that is blocked.
func attackRedirectToBlocked(a *attack) {
	a.block(a.evil.Host, ap.SeveritySuspend)
	a.evil.Forget()
	a.peer.Fault("/users/leurre", federationtest.Redirect(a.mallory.ID))
	lure := *a.alice
	lure.ID = a.peer.URL + "/users/leurre"
	a.refused(&lure, lure.Follow(a.n.ActorID("maison")), federationtest.Request{KeyID: lure.ID + "#main-key"}, 401)
	if got := a.evil.Requests(); len(got) > 0 {
		a.Errorf("the blocked host was asked: %q", got)
	}
}

// A block holds for all names below, which are free to make: nobody is asked
// for any of their keys.
func attackBlockedSubdomains(a *attack) {
	a.block("ferme.example", ap.SeveritySuspend)
	before := a.n.ReceiveStats().KeysFetched
	for _, host := range []string{"ferme.example", "a.ferme.example", "b.a.ferme.example", "a.ferme.example:8443"} {
		farmed := *a.mallory
		farmed.ID = "http://" + host + "/users/mallory"
		a.refused(&farmed, farmed.Follow(a.n.ActorID("maison")), federationtest.Request{KeyID: farmed.ID + "#main-key"}, 403)
	}
	// Nothing of the body is read before.
	a.refused(a.mallory, nil, federationtest.Request{KeyID: "http://c.ferme.example/k", Body: []byte("{")}, 403)
	if got := a.n.ReceiveStats().KeysFetched - before; got != 0 {
		a.Errorf("%d keys were asked for", got)
	}
}

// Names with letters that are not seen, or that turn others round, and handles
// and hosts in letters that look like others.
func attackLookalikes(a *attack) {
	for _, handle := range []string{"@сhatdroite@" + a.peer.Host, "@chat\u200bdroite@" + a.peer.Host, "@chatdroite@ехample.org", "@chat\u202edroite@" + a.peer.Host} {
		if _, err := a.n.Follow(a.Context(), handle); err == nil || strings.ContainsAny(err.Error(), "\u200b\u202e") {
			a.Errorf("%+q: %v, want a refusal without its hidden letters", handle, err)
		}
	}
	for _, host := range []string{"ехample.org", "EXAMPLE.org", "example.org.", "example\u200b.org"} {
		look := *a.mallory
		look.ID = "http://" + host + "/users/mallory"
		a.refused(&look, look.Follow(a.n.ActorID("maison")), federationtest.Request{}, 400)
	}
	for name, want := range map[string]string{
		"Chat\u202edroite\u202c": "Chatdroite", "Chat\u200bdroite": "Chatdroite", "\u2066Chat\u2069 droite": "Chat droite",
		"Cha\U000e0074t\u3164": "Chat", "Ch\u00adat\ufeff": "Chat",
	} {
		a.hoster.Set("name", name)
		a.hoster.Set("nameMap", map[string]any{"fr": name})
		a.clock.Add(time.Minute)
		a.hoster.Set("updated", a.clock.Now().UTC().Format(time.RFC3339))
		send(a, a.n, a.hoster, a.hoster.Update(a.hoster.Document()))
		federationtest.Eventually(a, "the listing with its new name", func() bool {
			l, err := a.n.Store.Listing(a.Context(), directory.ID(a.hoster.ID))
			return err == nil && l.Hoster.Name == want
		})
		known, err := a.n.Store.Actor(a.Context(), ap.IRI(a.hoster.ID))
		if err != nil || known.Name != want {
			a.Errorf("%+q: the actor is %+q, %v, want %q", name, known.Name, err, want)
		}
	}
}

// Nobody is told whom this node blocks.
func attackReadBlocks(a *attack) {
	a.block("mechant.example", ap.SeveritySuspend)
	a.block(a.evil.Host, ap.SeveritySilence)
	for _, path := range []string{"/api/v1/instance/domain_blocks", "/api/v1/instance/peers", "/api/v1/admin/domain_blocks", "/federation/blocks/list", "/blocks"} {
		if got, _ := fetchBody(a, a.n.URL+path); got != 404 {
			a.Errorf("%s: %d, want 404", path, got)
		}
	}
	for _, path := range []string{"/nodeinfo/2.1", "/api/v1/instance", "/actor", "/ap/actors/annuaire", "/ap/actors/annuaire/outbox?page=true", "/.well-known/nodeinfo"} {
		if _, body := fetchBody(a, a.n.URL+path); strings.Contains(body, "mechant.example") || strings.Contains(body, a.evil.Host) {
			a.Errorf("%s tells whom it blocks: %s", path, body)
		}
	}
}

// What governs the node is not at its public address, whoever asks and from
// whatever page: there is no form, no session and no token to be stolen.
func attackGovern(a *attack) {
	for _, path := range []string{"/federation/blocks/put", "/federation/purge", "/follow", "/hoster/publish", "/admin", "/state"} {
		for _, origin := range []string{"", "https://evil.example", a.n.URL} {
			r, err := http.NewRequestWithContext(a.Context(), http.MethodPost, a.n.URL+path, strings.NewReader(`{"blocks":[]}`))
			if err != nil {
				a.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Origin", origin)
			r.Header.Set("Cookie", "session=1")
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				a.Fatal(err)
			}
			_ = resp.Body.Close() // its status is what counts
			if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
				a.Errorf("%s from %q: %d, want 404", path, origin, resp.StatusCode)
			}
		}
	}
}

// A list from elsewhere that would cut this node from everyone, or from itself.
func attackPoisonedList(a *attack) {
	before := a.state()
	var rows []ap.DomainBlock
	for _, domain := range []string{"com", "*.com", "co.uk", "example", a.n.Host, "", "a b", "mech***.example", strings.Repeat("a.", 200) + "example"} {
		rows = append(rows, ap.DomainBlock{Domain: domain, Severity: ap.SeveritySuspend})
	}
	for _, domain := range []string{"méchant.example", "xn--mchant-bva.example", "MÉCHANT.example.", "a.xn--mchant-bva.example"} {
		rows = append(rows, ap.DomainBlock{Domain: domain, Severity: ap.SeveritySuspend})
	}
	plan, err := a.n.PlanBlocks(a.Context(), rows, false)
	if err != nil || len(plan.Refused) != 9 || len(plan.Added) != 1 || plan.Covered != 3 {
		a.Errorf("plan: %+v, %v; want 9 refused, one added, 3 covered", plan, err)
	}
	if all, err := a.n.Blocks(a.Context()); err != nil || len(all) != 0 {
		a.Errorf("a plan has changed %+v, %v", all, err)
	}
	if _, err := a.n.ApplyBlocks(a.Context(), rows, false, ap.Decision{Verb: "import"}); err != nil {
		a.Fatal(err)
	}
	all, err := a.n.Blocks(a.Context())
	if err != nil || len(all) != 1 || all[0].Domain != "xn--mchant-bva.example" {
		a.Errorf("kept: %+v, %v", all, err)
	}
	// The list of somebody milder takes nothing back.
	milder := []ap.DomainBlock{{Domain: "méchant.example", Severity: ap.SeveritySilence}, {Domain: "b.méchant.example", Severity: ap.SeverityNoop}}
	if plan, err := a.n.ApplyBlocks(a.Context(), milder, false, ap.Decision{Verb: "import"}); err != nil || plan.Covered != 2 {
		a.Errorf("plan: %+v, %v", plan, err)
	}
	if after := a.state(); after != before {
		a.Errorf("it had an effect:\n%s\n->\n%s", before, after)
	}
}

// TestAllowlistMode: a node that names whom it federates with answers nobody
// else, and keeps its follows until it names them again.
func TestAllowlistMode(t *testing.T) {
	a := &attack{T: t, peer: federationtest.NewPeer(t), clock: newClock(time.Now())}
	a.hoster, a.note = a.peer.Hoster("chatdroite"), map[string]any{"id": a.peer.URL + "/none"}
	a.mallory = a.hoster
	a.n = federationtest.NewNode(t, federationtest.Options{
		Hoster: "maison", Aggregator: "annuaire", Clock: a.clock.Now, Configure: func(c *federation.Config) { c.Allowlist = true },
	})
	a.refused(a.hoster, a.follow(a.hoster), federationtest.Request{}, 403)
	if _, err := a.n.Allow(t.Context(), ap.DomainAllow{Domain: a.peer.Host}, ap.Decision{Verb: "allow"}); err != nil {
		t.Fatal(err)
	}
	list(t, a.n, a.hoster)
	if !isListed(t, a.n, a.hoster.ID) {
		t.Fatal("whom it names is not listed")
	}
	if _, err := a.n.Disallow(t.Context(), a.peer.Host, ap.Decision{Verb: "disallow"}); err != nil {
		t.Fatal(err)
	}
	a.refused(a.hoster, a.hoster.Create(a.hoster.Incident("Encore", "x")), federationtest.Request{}, 403)
	if isListed(t, a.n, a.hoster.ID) {
		t.Error("it is still listed")
	}
	if _, ok := follows(t, a.n, a.n.ActorID("annuaire"), a.hoster.ID); !ok {
		t.Error("the Follow is gone: a slip of the hand could not be taken back")
	}
	if _, err := a.n.Allow(t.Context(), ap.DomainAllow{Domain: a.peer.Host}, ap.Decision{Verb: "allow"}); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the listing, again", func() bool { return isListed(t, a.n, a.hoster.ID) })
	if _, err := a.n.Follow(t.Context(), "@x@autre.example"); err == nil || !strings.Contains(err.Error(), "federation allow") {
		t.Errorf("follow of somebody else: %v", err)
	}
}

// TestPurge: nothing of a host is left, what was announced of it is taken back,
// and others keep what is theirs.
func TestPurge(t *testing.T) {
	a := newAttack(t)
	send(t, a.n, a.alice, a.follow(a.alice))
	a.mallory.Set("discoverable", true)
	send(t, a.n, a.mallory, a.mallory.Follow(a.n.ActorID("annuaire")))
	fresh := a.hoster.Incident("Neuf", "x")
	send(t, a.n, a.hoster, a.hoster.Create(fresh))
	a.evil.Await(t, "the Announce", func(r federationtest.Received) bool { return r.Type == "Announce" && r.ObjectID() == fresh["id"] })

	counted := purge(t, a.n, a.peer.Host, false)
	if counted.Actors < 2 || counted.Follows != 2 || counted.Listings != 1 || counted.Notices != 2 || counted.Documents < 3 || counted.Activities < 3 {
		t.Errorf("counted: %+v", counted)
	}
	if !isListed(t, a.n, a.hoster.ID) {
		t.Fatal("counting has removed something")
	}
	purge(t, a.n, a.peer.Host, true)
	if left := purge(t, a.n, a.peer.Host, false); left.Total() != 0 {
		t.Errorf("left: %+v", left)
	}
	a.evil.Await(t, "the end of the Announce", func(r federationtest.Received) bool { return r.Type == "Undo" })
	if isListed(t, a.n, a.hoster.ID) || len(notices(t, a.n, a.hoster.ID)) > 0 {
		t.Error("it is still shown")
	}
	if _, ok := follows(t, a.n, a.mallory.ID, a.n.ActorID("annuaire")); !ok {
		t.Error("somebody else's Follow went with it")
	}
	if _, _, err := a.n.PurgeStep(t.Context(), a.n.Host, nil, true); err == nil {
		t.Error("a node purges itself")
	}
	report, err := a.n.Store.Check(t.Context())
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("the store: %+v, %v", report.Problems, err)
	}
}

// purge goes over the store of n once, or until nothing is left.
func purge(t *testing.T, n *federationtest.Node, host string, apply bool) federation.Purged {
	t.Helper()
	var all federation.Purged
	var after []byte
	for {
		found, next, err := n.PurgeStep(t.Context(), host, after, apply)
		if err != nil {
			t.Fatal(err)
		}
		if all = all.Plus(found); next == nil {
			return all
		}
		after = next
	}
}

// TestBlockRestart: what is decided holds after a restart, and what a crash left
// undone is done then.
func TestBlockRestart(t *testing.T) {
	peer, dir := federationtest.NewPeer(t), t.TempDir()
	hoster, address := peer.Hoster("chatdroite"), ""
	t.Run("before", func(t *testing.T) {
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Dir: dir})
		list(t, n, hoster)
		address = n.Host
		// As if the node had been stopped before it cut anything.
		block := ap.DomainBlock{Domain: peer.Host, Severity: ap.SeveritySuspend, At: time.Now()}
		if _, err := n.Store.Apply(t.Context(), ap.Change{DomainBlocks: []ap.DomainBlock{block}}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("after", func(t *testing.T) {
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Dir: dir, Address: address})
		federationtest.Eventually(t, "the end of the listing", func() bool {
			all, err := n.Store.Listings(context.Background(), "", 10)
			return err == nil && len(all) == 0
		})
		if got := hoster.Post(t, n.Inbox(), hoster.Create(hoster.Incident("x", "y"))); got.Status != 403 {
			t.Errorf("answer is %+v, want 403", got)
		}
	})
}

// fetchBody gives the status and the body of a GET.
func fetchBody(t testing.TB, address string) (int, string) {
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
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
