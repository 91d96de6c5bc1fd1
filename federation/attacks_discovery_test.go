package federation_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// What is asked of a server because a visitor named it: names, redirects and
// templates that lead inside.
func attackInsideHome(a *attack) {
	actor := directory.ID(a.n.ActorID("maison"))
	for _, address := range inside {
		a.undialled(address, func() {
			p := federationtest.NewPeer(a) // what is known of a server is not asked again
			p.Fault("/.well-known/webfinger", federationtest.Redirect(address))
			if to, err := a.n.FollowFrom(visitor("127.0.0.1:1"), "ana@"+p.Host, actor); err == nil {
				a.Errorf("a redirect to %s sends visitors to %s", address, to)
			}
			p = federationtest.NewPeer(a)
			subscribing(p, address+"?u={uri}")
			to, err := a.n.FollowFrom(visitor("127.0.0.1:1"), "ana@"+p.Host, actor)
			if err != nil || !strings.HasPrefix(to, p.URL+"/") {
				a.Errorf("a template of %s sends visitors to %q, %v", address, to, err)
			}
			if host, ok := strings.CutPrefix(strings.TrimSuffix(address, "/x"), "http://"); ok {
				if to, err := a.n.FollowFrom(visitor("127.0.0.1:1"), "ana@"+host, actor); err == nil {
					a.Errorf("the name of a server sends visitors to %s", to)
				}
			}
		})
	}
}

// public is every address that answers to anybody, each with a parameter in
// the place of %s.
func (a *attack) public() []string {
	var all []string
	for _, path := range []string{
		"/.well-known/webfinger?resource=%s", "/.well-known/webfinger?resource=acct:%s", "/.well-known/host-meta?uri=%s", "/.well-known/nodeinfo?uri=%s",
		"/nodeinfo/2.1?uri=%s", "/api/v1/instance?url=%s", "/actor?id=%s", "/ap/actors/maison?resolve=%s", "/ap/actors/maison/outbox?page=%s",
		"/ap/actors/maison/followers?page=true&uri=%s", "/ap/actors/annuaire/following?page=true&after=%s", "/ap/actors/annuaire/listing?page=true&after=%s",
		"/ap/actors/maison/services?after=%s", "/ap/actors/annuaire/collections/regions?uri=%s", "/ap/contexts/x?uri=%s", "/@maison?url=%s", "/ap/%s",
		"/authorize_interaction?uri=%s", "/search?resolve=true&q=%s",
	} {
		all = append(all, a.n.URL+path)
	}
	return all
}

// Visitors who name addresses to this node, so that it goes there.
func attackVisitorsFetch(a *attack) {
	a.evil.Forget()
	for _, address := range a.public() {
		for _, uri := range []string{a.mallory.ID, a.evil.URL + "/x", "mallory@" + a.evil.Host} {
			for _, accept := range []string{activityType, "text/html"} {
				getAs(a, fmt.Sprintf(address, url.QueryEscape(uri)), accept)
			}
		}
	}
	if got := a.evil.Requests(); len(got) > 0 {
		a.Errorf("visitors made the node ask %q", got)
	}
}

// Addresses of ours that send whoever follows them to another site.
func attackOpenRedirect(a *attack) {
	for _, address := range a.public() {
		for _, uri := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"} {
			for _, accept := range []string{activityType, "text/html"} {
				got := getAs(a, fmt.Sprintf(address, url.QueryEscape(uri)), accept)
				here, err := url.Parse(a.n.URL)
				if err != nil {
					a.Fatal(err)
				}
				if to, err := here.Parse(got.header.Get("Location")); err != nil || to.Host != here.Host || to.Scheme != here.Scheme {
					a.Errorf("%s sends to %s", address, got.header.Get("Location"))
				}
			}
		}
	}
	subscribing(a.evil, "http://ailleurs.example/?u={uri}")
	to, err := a.n.FollowFrom(visitor("127.0.0.1:1"), "ana@"+a.evil.Host, directory.ID(a.n.ActorID("maison")))
	if err != nil || !strings.HasPrefix(to, a.evil.URL+"/") {
		a.Errorf("sent to %s, %v; want the server that was named", to, err)
	}
}

// A host gives the handle of a listed hoster to somebody else, or to nobody.
func attackLostHandle(a *attack) {
	lost, absent := a.hoster, a.peer.Hoster("absent")
	list(a, a.n, absent)
	answer := func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.RawQuery, "absent") {
			http.NotFound(w, r)
			return
		}
		federationtest.Answer(federationtest.TypeJRD, map[string]any{
			"subject": r.URL.Query().Get("resource"),
			"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": a.alice.ID}},
		})(w, r)
	}
	a.peer.Fault("/.well-known/webfinger", answer)
	a.refreshNow(lost)
	federationtest.Eventually(a, "the end of a listing under a stranger's handle", func() bool { return !isListed(a, a.n, lost.ID) })

	a.peer.Forget()
	a.refreshNow(absent)
	federationtest.Eventually(a, "the look at its handle", func() bool {
		return slices.ContainsFunc(a.peer.Requests(), func(r string) bool { return strings.Contains(r, "absent%40") })
	})
	if !isListed(a, a.n, absent.ID) {
		a.Error("one 404 ended a listing: its server may be under repair")
	}
	late := ap.Refresh{Actor: ap.IRI(absent.ID), DueAt: a.clock.Now(), Attempts: 4, Reason: "retry"}
	federationtest.Eventually(a, "the end of a listing whose handle is nobody's", func() bool {
		if !isListed(a, a.n, absent.ID) {
			return true
		}
		if _, err := a.n.Store.Apply(a.Context(), ap.Change{Refreshes: []ap.Refresh{late}}); err != nil {
			a.Fatal(err)
		}
		a.refreshNow(lost) // wakes whoever looks for what is due
		time.Sleep(20 * time.Millisecond)
		return false
	})

	a.peer.Fault("/.well-known/webfinger", nil)
	a.refreshNow(lost)
	federationtest.Eventually(a, "the listing, when the handle is right again", func() bool { return isListed(a, a.n, lost.ID) })
}

// A hoster whose page is a script, or somebody else's.
func attackPages(a *attack) {
	for i, page := range []any{"javascript:alert(1)", "data:text/html,x", "https://banque.example/", "http://" + a.evil.Host + "/", "//x", 5, []any{}, map[string]any{"href": "javascript:alert(1)"}} {
		h := a.peer.Hoster(fmt.Sprint("page", i))
		h.Set("url", page)
		list(a, a.n, h)
		l, err := a.n.Store.Listing(a.Context(), directory.ID(h.ID))
		if err != nil || l.URL != "" {
			a.Errorf("page %v: kept as %q, %v", page, l.URL, err)
		}
	}
}

// Who reads every list of this node's, to learn who follows it.
func attackFollowers(a *attack) {
	send(a, a.n, a.alice, a.follow(a.alice))
	send(a, a.n, a.alice, a.alice.Follow(a.n.ActorID("annuaire")))
	for _, actor := range []string{a.n.URL + "/actor", a.n.ActorID("maison"), a.n.ActorID("annuaire")} {
		for _, path := range []string{"", "/followers", "/followers?page=true", "/followers?page=1", "/followers?max_id=0", "/following", "/following?page=true", "/outbox?page=true", "/collections/featured", "/listing?page=true"} {
			if got := getAs(a, actor+path, activityType); strings.Contains(string(got.body), a.alice.ID) {
				a.Errorf("%s tells who follows: %s", path, got.body)
			}
		}
	}
	if got := getAs(a, a.n.ActorID("maison")+"/followers", activityType).object(a); got["totalItems"] != 1.0 || got["first"] != nil || got["items"] != nil || got["orderedItems"] != nil {
		a.Errorf("followers are %v, want their number alone", got)
	}
}

// Addressees that are hidden stay hidden: what we send has none, and what a
// hoster sent with some is told to others by its id alone.
func attackHiddenAddressees(a *attack) {
	send(a, a.n, a.alice, a.alice.Follow(a.n.ActorID("annuaire")))
	note := a.hoster.Incident("Discret", "x")
	note["bto"], note["bcc"] = []any{"https://secret.example/a"}, "https://secret.example/b"
	create := a.hoster.Create(note)
	create["bto"], create["bcc"] = "https://secret.example/c", []any{"https://secret.example/d"}
	send(a, a.n, a.hoster, create)
	openNotice(a, a.n, "Ouvert")
	a.peer.Await(a, "the Announce", func(r federationtest.Received) bool {
		return r.Type == "Announce" && r.ObjectID() == note["id"] && r.Path == "/inbox"
	})
	bodies := [][]byte{getAs(a, a.n.ActorID("annuaire")+"/outbox?page=true", activityType).body, getAs(a, a.n.ActorID("maison")+"/outbox?page=true", activityType).body}
	for _, r := range a.peer.Received() {
		bodies = append(bodies, r.Raw)
	}
	for _, body := range bodies {
		for _, hidden := range []string{"secret.example", `"bto"`, `"bcc"`} {
			if strings.Contains(string(body), hidden) {
				a.Errorf("%s stands in %s", hidden, body)
			}
		}
	}
}

// Caches between this node and its readers.
func attackCaches(a *attack) {
	send(a, a.n, a.alice, a.follow(a.alice))
	accept := a.peer.Await(a, "the Accept", func(r federationtest.Received) bool {
		return r.Type == "Accept" && r.Activity["actor"] == a.n.ActorID("maison")
	})
	for _, address := range []string{accept.Activity["id"].(string), a.n.ActorID("maison") + "/secret", a.note["id"].(string) + "x", a.n.URL + "/ap/x"} {
		got := getAs(a, address, activityType)
		if control := got.header.Get("Cache-Control"); strings.HasPrefix(address, a.n.URL) && (got.status != 404 || control != "no-store") {
			a.Errorf("%s: %d, %s; want 404, kept by nobody", address, got.status, control)
		}
	}
	for _, address := range []string{a.n.ActorID("maison"), a.n.ActorID("maison") + "/outbox"} {
		if got := getAs(a, address, activityType); !strings.HasPrefix(got.header.Get("Cache-Control"), "public") || !slices.Contains(got.header.Values("Vary"), "Accept") {
			a.Errorf("%s: %s, Vary %s", address, got.header.Get("Cache-Control"), got.header.Values("Vary"))
		}
	}
}

// Answers to what is wrong, in every way, say one word and nothing of the
// inside.
func attackTellingErrors(a *attack) {
	told := func(what string, status int, body string) {
		a.Helper()
		var word string
		if n, err := fmt.Sscanf(body, `{"error":%q}`, &word); err != nil || n != 1 || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz_") != "" || len(word) > 30 || status < 400 || status >= 500 {
			a.Errorf("%s: %d %q, want a word", what, status, body)
		}
	}
	for what, r := range map[string]federationtest.Request{
		"unsigned": {Scheme: federationtest.Unsigned}, "swapped": {Swap: []byte("{}")}, "other key": {Key: federationtest.Key(a, 5)},
		"no json": {Body: []byte("{\"x\": goroutine")}, "other type": {ContentType: "text/plain"}, "key elsewhere": {KeyID: "https://10.0.0.1/key#x"},
		"no such key": {KeyID: a.evil.URL + "/users/nobody#main-key"}, "old": {At: time.Time{}.Add(-48 * time.Hour)},
	} {
		r.At = a.clock.Now().Add(r.At.Sub(time.Time{}))
		signed, err := a.mallory.Sign(a.n.Inbox(), a.follow(a.mallory), r)
		if err != nil {
			a.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(signed)
		if err != nil {
			a.Fatal(err)
		}
		body := make([]byte, 4<<10)
		n, _ := resp.Body.Read(body)
		_ = resp.Body.Close() // it was read
		told(what, resp.StatusCode, string(body[:n]))
	}
	for _, path := range []string{"/ap/x", "/ap/actors/maison/outbox?max_id=%27", "/ap/actors/maison/outbox?page=%zz", "/.well-known/webfinger?resource=%00", "/inbox", "/ap/collections/fr-bre/items/x", "/ap/actors/maison/services?after=%"} {
		got := getAs(a, a.n.URL+path, activityType)
		if got.status != 200 {
			told(path, got.status, string(got.body))
		}
	}
}
