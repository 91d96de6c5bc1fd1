package federation_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

const activityType = "application/activity+json"

// publish makes n a hoster with a profile.
func publish(t testing.TB, n *federationtest.Node, handle string) directory.Hoster {
	t.Helper()
	h := directorytest.Hoster(handle)
	if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: h}); err != nil {
		t.Fatalf("publish the hoster: %v", err)
	}
	h, err := n.Hoster(t.Context())
	if err != nil {
		t.Fatalf("read the hoster: %v", err)
	}
	return h
}

func openNotice(t testing.TB, n *federationtest.Node, title string) directory.Notice {
	t.Helper()
	notice, err := n.PublishNotice(t.Context(), directory.NoticeDraft{
		Kind: directory.NoticeIncident, Stage: directory.Investigating, Title: title, Body: "Nous cherchons.", Language: "fr",
	})
	if err != nil {
		t.Fatalf("publish a notice: %v", err)
	}
	return notice
}

// TestContentNegotiation asks for the same actor in every way that peers and
// browsers do.
func TestContentNegotiation(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	publish(t, n, "chatdroite")
	id, page := n.ActorID("chatdroite"), n.URL+"/@chatdroite"
	tests := []struct {
		accept   string
		activity bool
	}{
		{"application/activity+json", true},
		{`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, true},
		{"application/ld+json", true},
		{`application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, true},
		{"application/activity+json, text/html", true},
		{"text/html;q=0.5, application/activity+json;q=0.6", true},
		{"APPLICATION/ACTIVITY+JSON ; Q=1.0", true},
		{"application/activity+json, */*;q=0.1", true},
		{`text/html;q=0.9, application/ld+json; profile="https://www.w3.org/ns/activitystreams";q=0.8`, false},
		{`application/ld+json; profile="https://x.example/a,b;q=0 https://www.w3.org/ns/activitystreams", text/html;q=0.9`, true},
		{`application/ld+json; profile="\\",text/html", text/html;q=0.9`, true},
		{"application/activity+json, text/html;q=0.9, */*;q=0.8", true},
		{"text/html, application/xhtml+xml, application/activity+json, */*;q=0.8", true},
		{"application/json", true}, // a machine; there is no other JSON
		{"text/html", false},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", false},
		{"text/html, application/activity+json;q=0.9", false},
		{"application/activity+json;q=0, text/html", false},
		{"application/activity+json;q=oops, text/html;q=0.1", false},
		{"*/*", false},
		{"", true}, // an empty header accepts nothing of ours
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			got := getAs(t, id, tt.accept)
			if !slices.Contains(got.header.Values("Vary"), "Accept") {
				t.Errorf("Vary is %q, want Accept in it", got.header.Values("Vary"))
			}
			if tt.activity {
				if got.status != 200 || got.header.Get("Content-Type") != activityType+"; charset=utf-8" {
					t.Fatalf("status %d, content type %q", got.status, got.header.Get("Content-Type"))
				}
				if o := got.object(t); o["id"] != id {
					t.Errorf("id is %v, want %s", o["id"], id)
				}
				return
			}
			if got.status != 303 || got.header.Get("Location") != page {
				t.Errorf("status %d to %q, want 303 to %s", got.status, got.header.Get("Location"), page)
			}
			if want := "<" + id + `>; rel="alternate"; type="application/activity+json"`; got.header.Get("Link") != want {
				t.Errorf("Link is %q, want %q", got.header.Get("Link"), want)
			}
		})
	}
	t.Run("no header", func(t *testing.T) {
		if got := get(t, id); got.status != 303 {
			t.Errorf("status is %d, want 303", got.status)
		}
	})
	t.Run("node actor for everybody", func(t *testing.T) {
		if got := getAs(t, n.URL+"/actor", "text/html"); got.status != 200 || got.object(t)["id"] != n.URL+"/actor" {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	})
	t.Run("page's address for machines", func(t *testing.T) {
		if got := getAs(t, page, activityType); got.status != 200 || got.object(t)["id"] != id {
			t.Errorf("status %d: %s", got.status, got.body)
		}
		if got := getAs(t, page, "text/html"); got.status != 404 {
			t.Errorf("status is %d: a page's address was taken from pages", got.status)
		}
	})
}

func TestServing(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	h := publish(t, n, "chatdroite")
	notice := openNotice(t, n, "Panne de courant")
	id := n.ActorID("chatdroite")

	got := getAs(t, id, activityType)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=180",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	again := ask(t, http.MethodGet, id, http.Header{"Accept": {activityType}, "If-None-Match": {`"other", W/` + got.header.Get("ETag")}})
	if again.status != 304 || len(again.body) > 0 {
		t.Errorf("status with the same tag is %d, want 304", again.status)
	}
	head := ask(t, http.MethodHead, id, http.Header{"Accept": {activityType}})
	if head.status != 200 || len(head.body) > 0 || head.header.Get("Content-Length") != fmt.Sprint(len(got.body)) {
		t.Errorf("HEAD: %d, %d bytes, length %s", head.status, len(head.body), head.header.Get("Content-Length"))
	}
	if got := getAs(t, string(h.Services[0].ID), activityType); got.status != 200 || got.object(t)["id"] != string(h.Services[0].ID) {
		t.Errorf("service: %d %s", got.status, got.body)
	}
	if got := getAs(t, string(notice.ID), activityType); got.status != 200 || got.object(t)["id"] != string(notice.ID) {
		t.Errorf("note: %d %s", got.status, got.body)
	}
	if got := getAs(t, notice.URL, activityType); got.status != 200 || got.object(t)["id"] != string(notice.ID) {
		t.Errorf("note at its page: %d %s", got.status, got.body)
	}
	thread := getAs(t, strings.Replace(string(notice.ID), "/notes/", "/contexts/", 1), activityType).object(t)
	if items := fmt.Sprint(thread["orderedItems"]); items != "["+string(notice.ID)+"]" {
		t.Errorf("thread holds %s", items)
	}
	for _, path := range []string{"/ap/notes/01JABCDEFGHJKMNPQRSTVWXYZ0", "/ap/actors/personne", "/ap/actors/personne/outbox", "/ap/", "/ap/actors/chatdroite/secret"} {
		missing := getAs(t, n.URL+path, activityType)
		if missing.status != 404 || missing.object(t)["error"] != "not_found" {
			t.Errorf("%s: %d %s", path, missing.status, missing.body)
		}
	}

	if err := n.DeleteNotice(t.Context(), notice.ID); err != nil {
		t.Fatal(err)
	}
	gone := getAs(t, string(notice.ID), activityType)
	if o := gone.object(t); gone.status != 410 || o["type"] != "Tombstone" || o["id"] != string(notice.ID) {
		t.Errorf("deleted note: %d %v", gone.status, o)
	}
}

// TestNoProfileYet: a hoster without a profile is nobody so far, for those who
// look for it and those who would follow it.
func TestNoProfileYet(t *testing.T) {
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", NoProfile: true, Idle: true})
	if got := get(t, n.URL+"/.well-known/webfinger?resource=acct:chatdroite@"+n.Host); got.status != 404 {
		t.Errorf("WebFinger: %d, want 404", got.status)
	}
	send(t, n, alice, alice.Follow(n.ActorID("chatdroite")))
	if _, ok := follows(t, n, alice.ID, n.ActorID("chatdroite")); ok {
		t.Error("alice follows nobody")
	}
	publish(t, n, "chatdroite")
	if got := get(t, n.URL+"/.well-known/webfinger?resource=acct:chatdroite@"+n.Host); got.status != 200 {
		t.Errorf("WebFinger after publication: %d, want 200", got.status)
	}
}

// TestPrivateDocuments: what was delivered to one inbox alone is not served to
// whoever guesses its address.
func TestPrivateDocuments(t *testing.T) {
	p := federationtest.NewPeer(t)
	alice := p.Actor("alice")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	if got := alice.Post(t, n.Inbox(), alice.Follow(n.ActorID("chatdroite"))); got.Status != 202 {
		t.Fatalf("follow: %+v", got)
	}
	accept := p.AwaitType(t, "Accept")
	if accept.Verified != nil {
		t.Errorf("the Accept: %v", accept.Verified)
	}
	if got := getAs(t, accept.Activity["id"].(string), activityType); got.status != 404 {
		t.Errorf("status of the Accept is %d, want 404", got.status)
	}
}

func TestCollections(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire", Idle: true})
	h := publish(t, n, "chatdroite")
	var want []string
	for i := range 45 {
		want = append([]string{string(openNotice(t, n, fmt.Sprintf("Incident %d", i)).ID)}, want...)
	}
	actor := n.ActorID("chatdroite")

	head := get(t, actor+"/outbox").object(t)
	if head["totalItems"] != 45.0 || head["type"] != "OrderedCollection" {
		t.Errorf("outbox is %v", head)
	}
	var got []string
	pages := 0
	for next, _ := head["first"].(string); next != "" && pages < 9; pages++ {
		page := get(t, next).object(t)
		if page["id"] != next || page["partOf"] != actor+"/outbox" {
			t.Errorf("page %s is %v of %v", next, page["id"], page["partOf"])
		}
		items, _ := page["orderedItems"].([]any)
		for _, item := range items {
			create := item.(map[string]any)
			got = append(got, create["object"].(map[string]any)["id"].(string))
		}
		next, _ = page["next"].(string)
	}
	if !slices.Equal(got, want) || pages != 3 {
		t.Errorf("%d pages hold %d notes, want 3 with %d, newest first", pages, len(got), len(want))
	}
	if got := get(t, actor+"/outbox?max_id=x'--"); got.status != 400 {
		t.Errorf("status of a page that cannot be is %d, want 400", got.status)
	}
	end := get(t, actor+"/outbox?page=true&max_id=00000000000000000000000000").object(t)
	if end["next"] != nil {
		t.Errorf("page beyond the end goes on: %v", end)
	}

	followers := get(t, actor+"/followers").object(t)
	if followers["totalItems"] != 0.0 || followers["first"] != nil {
		t.Errorf("followers are %v, want a count alone", followers)
	}
	services := get(t, actor+"/services").object(t)
	if items := services["orderedItems"].([]any); len(items) != len(h.Services) {
		t.Errorf("%d services, want %d", len(items), len(h.Services))
	}
	featured := get(t, actor+"/collections/featured").object(t)
	if items := featured["orderedItems"].([]any); len(items) != 20 {
		t.Errorf("%d pinned notices, want 20", len(items))
	}
	listing := get(t, get(t, n.ActorID("annuaire")+"/listing").object(t)["first"].(string)).object(t)
	if got := fmt.Sprint(listing["orderedItems"]); got != "["+actor+"]" {
		t.Errorf("listing is %s, want the own hoster", got)
	}
	for path, status := range map[string]int{
		n.URL + "/actor/outbox": 200, n.URL + "/actor/followers": 200, n.URL + "/actor/following": 200,
		actor + "/following": 200, actor + "/collections/tags": 200, actor + "/listing": 404,
		n.ActorID("annuaire") + "/services": 404, n.ActorID("annuaire") + "/following?page=true": 200,
	} {
		if got := get(t, path); got.status != status {
			t.Errorf("%s: status is %d, want %d", path, got.status, status)
		}
	}
}

// TestServicePages: a hoster of very many services is read in pages, each
// service once.
func TestServicePages(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	h := directorytest.Hoster("chatdroite")
	pattern := h.Services[0]
	h.Services = nil
	for i := range directory.MaxServices {
		s := pattern
		s.Slug = fmt.Sprintf("service-%03d", i)
		s.Summary = directory.Text{"fr": strings.Repeat("Un service parmi d'autres. ", 15)}
		h.Services = append(h.Services, s)
	}
	if _, err := n.PublishHoster(t.Context(), ap.Profile{Hoster: h}); err != nil {
		t.Fatal(err)
	}
	head := get(t, n.ActorID("chatdroite")+"/services").object(t)
	seen := map[string]bool{}
	pages := 0
	for next, _ := head["first"].(string); next != "" && pages < 50; pages++ {
		a := get(t, next)
		if len(a.body) > 256<<10 {
			t.Errorf("page of %d bytes", len(a.body))
		}
		page := a.object(t)
		for _, item := range page["orderedItems"].([]any) {
			id := item.(map[string]any)["id"].(string)
			if seen[id] {
				t.Errorf("%s stands twice", id)
			}
			seen[id] = true
		}
		next, _ = page["next"].(string)
	}
	if len(seen) != directory.MaxServices || pages < 2 || head["totalItems"] != float64(directory.MaxServices) {
		t.Errorf("%d services in %d pages, total %v; want %d in several", len(seen), pages, head["totalItems"], directory.MaxServices)
	}
}
