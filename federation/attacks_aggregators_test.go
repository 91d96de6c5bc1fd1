package federation_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// candidates counts what other directories have proposed.
func (a *attack) candidates() int {
	a.Helper()
	total := 0
	for page := (ap.Page{Limit: 200}); ; {
		ks, err := a.n.Store.Candidates(a.Context(), page)
		if err != nil {
			a.Fatal(err)
		}
		if total += len(ks); len(ks) < page.Limit {
			return total
		}
		page.After = string(ks[len(ks)-1].Hoster)
	}
}

// A directory that ours follows repeats what others say, true and forged: what
// is shown comes from hosters that ours follows itself, and from nobody in
// between.
func attackDirectoryRelays(a *attack) {
	from := a.evil.Aggregator("relais")
	learn(a, a.n, from)
	other := a.peer.Hoster("ailleurs")
	theirs := other.Incident("Ailleurs", "x")
	a.peer.Serve(strings.TrimPrefix(theirs["id"].(string), a.peer.URL), with(theirs, map[string]any{"@context": "https://www.w3.org/ns/activitystreams"}))
	before := a.peer.Fetches()
	again := from.Announce(a.note["id"].(string))
	for _, activity := range []map[string]any{
		from.Activity("Announce", with(a.note, map[string]any{"title": "Faux"})),
		from.Activity("Announce", theirs),
		from.Announce(theirs["id"].(string)),
		again,
		from.Announce(again["id"].(string)),
		from.Activity("Announce", again),
		from.Announce(a.n.URL + "/ap/activities/announce-0"),
		from.Create(from.Incident("De l'annuaire", "x")),
		from.Update(with(a.note, map[string]any{"title": "Faux"})),
		from.Delete(a.note["id"].(string)),
	} {
		a.refused(from, activity, federationtest.Request{}, 202)
	}
	if got := a.peer.Fetches() - before; got != 0 {
		a.Errorf("%d requests on the word of a directory", got)
	}
}

// Adds and Removes by who is not asked, on what is not theirs, of what is no
// hoster, and of what we list ourselves.
func attackForeignListing(a *attack) {
	from, stranger := a.evil.Aggregator("tiers"), a.evil.Aggregator("inconnu")
	victim := a.peer.Hoster("victime")
	learn(a, a.n, from)
	on := func(activity map[string]any, target any) map[string]any {
		return with(activity, map[string]any{"target": target})
	}
	many := make([]any, 500)
	for i := range many {
		many[i] = fmt.Sprintf("%s/users/h%d", a.peer.URL, i)
	}
	before := a.peer.Fetches()
	for _, tt := range []struct {
		by       *federationtest.Actor
		activity map[string]any
	}{
		{stranger, stranger.Add(victim.ID)},
		{stranger, on(stranger.Add(victim.ID), from.ID+"/listing")},
		{a.hoster, on(a.hoster.Activity("Add", victim.ID), a.hoster.ID+"/listing")},
		{from, on(from.Add(victim.ID), a.n.ActorID("annuaire")+"/listing")},
		{from, on(from.Add(victim.ID), from.ID+"/followers")},
		{from, on(from.Add(victim.ID), stranger.ID+"/listing")},
		{from, on(from.Add(victim.ID), nil)},
		{from, from.Activity("Add", victim.ID)},
		{from, on(from.Activity("Add", many), from.ID+"/listing")},
		{from, on(from.Activity("Add", 5), from.ID+"/listing")},
		{from, from.Add(from.ID)},
		{from, from.Add(a.n.ActorID("maison"))},
		{from, from.Add(a.n.ActorID("annuaire"))},
		{from, from.Add(a.hoster.ID)},
		{from, from.Add("javascript:alert(1)")},
		{from, from.Add("http://user@" + a.peer.Host + "/users/victime")},
		{from, from.Remove(a.hoster.ID)},
		{from, from.Remove(victim.ID)},
		{stranger, on(stranger.Remove(a.hoster.ID), a.n.ActorID("annuaire")+"/listing")},
	} {
		a.refused(tt.by, tt.activity, federationtest.Request{}, 202)
	}
	if got := a.candidates(); got != 0 {
		a.Errorf("%d candidates, want none", got)
	}
	if got := a.peer.Fetches() - before; got != 0 {
		a.Errorf("%d requests to those named", got)
	}

	// What the Add carries of the hoster is not read: it is asked itself.
	forged := with(victim.Document(), map[string]any{"name": "Escroquerie", "inbox": from.Inbox, "services": from.ID + "/services"})
	send(a, a.n, from, on(from.Activity("Add", forged), from.ID+"/listing"))
	known(a, a.n, victim.ID)
	got, err := a.n.Store.Actor(a.Context(), ap.IRI(victim.ID))
	if err != nil || got.Name != "Victime" || string(got.Inbox) != victim.Inbox {
		a.Errorf("the candidate is %q with inbox %s, %v; want what its own node says", got.Name, got.Inbox, err)
	}
	if _, asked := follows(a, a.n, a.n.ActorID("annuaire"), victim.ID); asked {
		a.Error("it was asked without the keeper")
	}
}

// Listings without an end, in a circle, elsewhere, or of more than anybody
// lists.
func attackEndlessListing(a *attack) {
	number := 0
	page := func(of func(n int, self string) map[string]any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			number++
			self := "http://" + r.Host + r.URL.RequestURI()
			document := of(number, self)
			document["@context"], document["id"] = "https://www.w3.org/ns/activitystreams", self
			federationtest.Answer(activityType, document)(w, r)
		}
	}
	items := func(n, count int) (all []any) {
		for i := range count {
			all = append(all, fmt.Sprintf("http://h%d-%d.liste%d.example/actor", n, i, n%7))
		}
		return all
	}
	for name, of := range map[string]func(n int, self string) map[string]any{
		"ever_new": func(n int, _ string) map[string]any {
			return map[string]any{"type": "OrderedCollectionPage", "orderedItems": items(n, 200), "next": fmt.Sprintf("%s/l/ever_new/%d", a.evil.URL, n)}
		},
		"empty": func(n int, _ string) map[string]any {
			return map[string]any{"type": "OrderedCollectionPage", "orderedItems": []any{}, "next": fmt.Sprintf("%s/l/empty/%d", a.evil.URL, n)}
		},
		"circle": func(_ int, self string) map[string]any {
			next := a.evil.URL + "/l/circle/a"
			if next == self {
				next = a.evil.URL + "/l/circle/b"
			}
			return map[string]any{"type": "OrderedCollectionPage", "orderedItems": []any{}, "next": next}
		},
		"elsewhere": func(int, string) map[string]any {
			return map[string]any{"type": "OrderedCollection", "first": a.peer.URL + "/users/chatdroite/services"}
		},
	} {
		from := a.evil.Aggregator(name)
		from.Set("listing", a.evil.URL+"/l/"+name+"/0")
		a.evil.Fault("/l/"+name+"/", page(of))
		before, elsewhere := a.evil.Fetches(), a.peer.Fetches()
		learn(a, a.n, from)
		if got := a.evil.Fetches() - before; got > 60 {
			a.Errorf("%s: %d requests", name, got)
		}
		if got := a.peer.Fetches() - elsewhere; got != 0 {
			a.Errorf("%s: %d requests to somebody else", name, got)
		}
	}
	if got := a.candidates(); got > 7*50 {
		a.Errorf("%d candidates on seven domains, want at most 50 on each", got)
	}
}

// A domain with any number of subdomains has one budget: of keys that are asked
// for, and of hosters that others propose.
func attackSubdomains(a *attack) {
	host := func(i int) string { return fmt.Sprintf("http://n%d.ferme.example", i) }
	limited := 0
	for i := range 260 {
		nobody := *a.mallory
		nobody.ID = host(i) + "/users/n"
		follow := with(nobody.Follow(a.n.ActorID("maison")), map[string]any{"id": host(i) + "/1"})
		got := a.post(&nobody, follow, federationtest.Request{KeyID: nobody.ID + "#main-key"})
		if got.Status == 429 && got.Header.Get("Retry-After") != "" {
			limited++
		}
	}
	if limited < 40 {
		a.Errorf("%d of 260 actors of one domain were put off, want all but the 200 of its budget and what comes back meanwhile", limited)
	}
	from := a.evil.Aggregator("ferme")
	learn(a, a.n, from)
	for i := range 80 {
		send(a, a.n, from, from.Add(host(1000+i)+"/actor"))
	}
	if got := a.candidates(); got != 50 {
		a.Errorf("%d candidates on one domain, want 50", got)
	}
}

// Sock puppets that follow so that this node writes to a victim: an inbox
// elsewhere is not taken, a shared one is written to once, and many on one host
// are written to by few connections at once.
func attackPuppets(a *attack) {
	maison := a.n.ActorID("maison")
	for i := range 20 {
		puppet := a.evil.Actor(fmt.Sprintf("detourne%d", i))
		puppet.Set("inbox", fmt.Sprintf("%s/users/victime%d/inbox", a.peer.URL, i))
		puppet.Set("endpoints", nil)
		a.refused(puppet, puppet.Follow(maison), federationtest.Request{}, 401)
	}
	const each = 12
	for i := range each {
		shared, alone := a.evil.Actor(fmt.Sprintf("groupe%d", i)), a.evil.Actor(fmt.Sprintf("seul%d", i))
		alone.Set("endpoints", nil)
		send(a, a.n, shared, shared.Follow(maison))
		send(a, a.n, alone, alone.Follow(maison))
	}
	federationtest.Eventually(a, "the Accepts", func() bool { return len(a.evil.Received()) == 2*each })
	var open, most, group atomic.Int32
	a.evil.Fault("/", nil)
	for _, prefix := range []string{"/inbox", "/users/seul"} {
		a.evil.Fault(prefix, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				http.NotFound(w, r)
				return
			}
			if prefix == "/inbox" {
				group.Add(1)
			}
			if now := open.Add(1); now > most.Load() {
				most.Store(now)
			}
			time.Sleep(20 * time.Millisecond) // a victim that is kept busy
			open.Add(-1)
			w.WriteHeader(http.StatusAccepted)
		})
	}
	openNotice(a, a.n, "Panne")
	federationtest.Eventually(a, "the deliveries", func() bool {
		lanes, _ := a.n.Store.QueueSize()
		return lanes == 0
	})
	if most.Load() > 2 || most.Load() == 0 {
		a.Errorf("%d connections at once to one host, want at most 2", most.Load())
	}
	// Its own Create, and the Announce of the directory in the same house is
	// for other followers.
	if group.Load() != 1 {
		a.Errorf("%d deliveries to a shared inbox of %d followers, want 1", group.Load(), each)
	}
}

// What somebody addresses to our followers is not passed on to them
// (ActivityPub 7.1.2 would have it so for replies).
func attackForwarding(a *attack) {
	maison := a.n.ActorID("maison")
	send(a, a.n, a.alice, a.follow(a.alice))
	a.peer.AwaitType(a, "Accept")
	for _, activity := range []map[string]any{
		a.mallory.Create(with(a.mallory.Note("<p>Achetez</p>"), map[string]any{"inReplyTo": a.note["id"]})),
		a.mallory.Announce(a.note["id"].(string)),
		a.mallory.Activity("Like", maison),
	} {
		activity["to"], activity["cc"] = []any{maison + "/followers", a.n.ActorID("annuaire") + "/followers"}, []any{federationtest.Public}
		a.refused(a.mallory, activity, federationtest.Request{}, 202)
	}
	openNotice(a, a.n, "Panne")
	a.peer.AwaitType(a, "Create")
	for _, r := range a.peer.Received() {
		if !strings.HasPrefix(r.Actor, a.n.URL) || strings.Contains(string(r.Raw), a.evil.URL) {
			a.Errorf("passed on: %s", r.Raw)
		}
	}
}

// Whoever holds a hoster's key can say that all is down, and cannot unsay what
// was said before, nor when.
func attackFalseAlarm(a *attack) {
	reply := with(a.hoster.Incident("Panne", "Le disque est remplacé."), map[string]any{"inReplyTo": a.note["id"], "stage": "monitoring"})
	send(a, a.n, a.hoster, a.hoster.Create(reply))
	before := notices(a, a.n, a.hoster.ID)[0]
	later := func(note map[string]any, changes map[string]any) map[string]any {
		a.clock.Add(time.Minute)
		return with(note, with(changes, map[string]any{
			"updated": a.clock.Now().UTC().Format(time.RFC3339), "published": a.clock.Now().AddDate(-1, 0, 0).UTC().Format(time.RFC3339),
		}))
	}
	for _, activity := range []map[string]any{
		a.hoster.Update(later(a.note, map[string]any{"title": "Tout est en panne", "stage": "investigating"})),
		a.hoster.Update(later(reply, map[string]any{"stage": "investigating"})),
	} {
		if got := a.post(a.hoster, activity, federationtest.Request{}); got.Status != 202 {
			a.Fatalf("answer is %+v", got)
		}
	}
	after := notices(a, a.n, a.hoster.ID)[0]
	if after.Title != "Tout est en panne" || len(after.Updates) != len(before.Updates) {
		a.Fatalf("the notice is %+v", after)
	}
	if !after.PublishedAt.Equal(before.PublishedAt) || !after.Updates[0].At.Equal(before.Updates[0].At) {
		a.Errorf("said at %s and %s, want %s and %s", after.PublishedAt, after.Updates[0].At, before.PublishedAt, before.Updates[0].At)
	}
	if !after.UpdatedAt.After(before.UpdatedAt) {
		a.Error("the change itself has no time")
	}
	if !isListed(a, a.n, a.hoster.ID) {
		a.Error("the hoster is not listed any more")
	}
}

// A hoster's node that tells each directory something else: each shows what it
// read itself, from where and when. Directories tell one another ids only, so
// that neither can be used against the other.
func attackSplitView(a *attack) {
	other := federationtest.NewNode(a, federationtest.Options{Aggregator: "autre"})
	h := a.evil.Hoster("double")
	h.Set("services", a.evil.URL+"/s/double")
	a.evil.Serve("/s/double", map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": a.evil.URL + "/s/double", "type": "OrderedCollection", "orderedItems": []any{},
	})
	a.evil.Fault("/users/double", func(w http.ResponseWriter, r *http.Request) {
		document := h.Document()
		if strings.Contains(r.Header.Get("Signature")+r.Header.Get("Signature-Input"), other.URL) {
			document["name"] = "L'autre visage"
		}
		if r.URL.Path != "/users/double" || r.Method != http.MethodGet {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		federationtest.Answer(activityType, document)(w, r)
	})
	for want, n := range map[string]*federationtest.Node{"Double": a.n, "L'autre visage": other} {
		list(a, n, h)
		l, err := n.Store.Listing(a.Context(), directory.ID(h.ID))
		if err != nil || l.Hoster.Name != want || l.Origin != h.ID || l.FetchedAt.IsZero() {
			a.Errorf("listing is of %q from %q at %s, %v; want %q from %s", l.Hoster.Name, l.Origin, l.FetchedAt, err, want, h.ID)
		}
		d, err := n.Store.Document(a.Context(), ap.IRI(h.ID))
		if err != nil || d.FetchedFrom != h.ID || !strings.Contains(string(d.Body), want) {
			a.Errorf("kept is %s from %q, %v; want the bytes that say %q", d.Body, d.FetchedFrom, err, want)
		}
	}
}
