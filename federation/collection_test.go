package federation_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"matou/federation/federationtest"
)

// TestCollectionsServed holds every collection, and every page of one, to what
// readers rely on: whatever they accept they get ActivityStreams, from any
// site, not again where it has not changed, and nobody's under another name.
func TestCollectionsServed(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire", Idle: true, Regions: loadRegions})
	notice := openNotice(t, n, "Panne")
	hoster, directory := n.ActorID("chatdroite"), n.ActorID("annuaire")
	addresses := []string{
		n.URL + "/actor/outbox", n.URL + "/actor/followers", n.URL + "/actor/following",
		hoster + "/outbox", hoster + "/outbox?page=true", hoster + "/followers", hoster + "/following", hoster + "/services",
		hoster + "/services?page=true", hoster + "/collections/featured", hoster + "/collections/tags",
		directory + "/outbox", directory + "/outbox?page=true", directory + "/followers", directory + "/following", directory + "/following?page=true",
		directory + "/listing", directory + "/listing?page=true", directory + "/collections/regions",
		strings.Replace(string(notice.ID), "/notes/", "/contexts/", 1),
		n.URL + "/ap/collections/fr-bre", n.URL + "/ap/collections/fr-bre?page=true",
	}
	for _, address := range addresses {
		t.Run(strings.TrimPrefix(address, n.URL), func(t *testing.T) {
			got := getAs(t, address, activityType)
			if got.status != 200 || got.header.Get("Content-Type") != activityType+"; charset=utf-8" {
				t.Fatalf("status %d, content type %q", got.status, got.header.Get("Content-Type"))
			}
			if o := got.object(t); o["id"] != address || !strings.Contains(fmt.Sprint(o["type"]), "Collection") {
				t.Errorf("it is %v, a %v", o["id"], o["type"])
			}
			if !slices.Contains(got.header.Values("Vary"), "Accept") || got.header.Get("Access-Control-Allow-Origin") != "*" || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers are %v", got.header)
			}
			for _, accept := range []string{"application/ld+json", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, "application/json"} {
				if again := getAs(t, address, accept); again.status != 200 || string(again.body) != string(got.body) {
					t.Errorf("for %s: %d", accept, again.status)
				}
			}
			if person := getAs(t, address, "text/html"); person.status != 200 && (person.status != 303 || person.header.Get("Link") == "") {
				t.Errorf("for a person: %d", person.status)
			}
			if again := ask(t, http.MethodGet, address, http.Header{"Accept": {activityType}, "If-None-Match": {got.header.Get("ETag")}}); again.status != 304 || len(again.body) > 0 {
				t.Errorf("with the same tag: %d, want 304", again.status)
			}
			head := ask(t, http.MethodHead, address, http.Header{"Accept": {activityType}})
			if head.status != 200 || len(head.body) > 0 || head.header.Get("ETag") != got.header.Get("ETag") {
				t.Errorf("HEAD: %d, tag %s", head.status, head.header.Get("ETag"))
			}
			before := ask(t, http.MethodOptions, address, http.Header{"Origin": {"https://app.example"}, "Access-Control-Request-Headers": {"accept"}})
			if before.status != 204 || before.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(before.header.Get("Access-Control-Allow-Headers"), "Accept") {
				t.Errorf("OPTIONS: %d %v", before.status, before.header)
			}
		})
	}
	for _, address := range []string{
		hoster + "/likes", hoster + "/collections/regions", hoster + "/collections/x", hoster + "/listing", directory + "/services",
		n.URL + "/ap/actors/personne/followers", n.URL + "/ap/collections/fr", n.URL + "/ap/collections/FR-BRE", n.URL + "/ap/collections/xx",
		n.URL + "/ap/collections/fr-bre/items/00", n.URL + "/ap/contexts/01JABCDEFGHJKMNPQRSTVWXYZ0",
	} {
		if got := getAs(t, address, activityType); got.status != 404 || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %s; want 404, not kept", address, got.status, got.header.Get("Cache-Control"))
		}
	}
}

// TestOutboxWhilePublishing: what is published between two pages neither
// repeats nor hides anything on them, and every page leads to an end.
func TestOutboxWhilePublishing(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	for i := range 40 { // the second page is full: what follows is empty, and the end
		openNotice(t, n, fmt.Sprintf("Avant %d", i))
	}
	var titles []string
	seen := map[string]bool{}
	for next := n.ActorID("chatdroite") + "/outbox?page=true"; next != ""; {
		if seen[next] || len(seen) > 4 {
			t.Fatalf("page %s again, after %d", next, len(seen))
		}
		seen[next] = true
		page := get(t, next).object(t)
		for _, item := range page["orderedItems"].([]any) {
			titles = append(titles, item.(map[string]any)["object"].(map[string]any)["title"].(string))
		}
		openNotice(t, n, "Pendant")
		next, _ = page["next"].(string)
	}
	if len(titles) != 40 || titles[0] != "Avant 39" || titles[39] != "Avant 0" || slices.Contains(titles, "Pendant") {
		t.Errorf("%d notes, %q to %q; want the 40 of before, newest first", len(titles), titles[0], titles[len(titles)-1])
	}
}
