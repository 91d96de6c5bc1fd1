package federation_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// regions is a gazetteer of two regions and a country without any.
type regions map[directory.AreaCode]directory.Area

var someRegions = regions{
	"FR":     {Code: "FR", Kind: directory.AreaCountry, Name: directory.Text{"fr": "France"}},
	"FR-BRE": {Code: "FR-BRE", Kind: directory.AreaRegion, Name: directory.Text{"fr": "Bretagne", "en": "Brittany"}, Parent: []directory.AreaCode{"FR"}},
	"FR-22":  {Code: "FR-22", Kind: directory.AreaDepartment, Name: directory.Text{"fr": "Côtes-d'Armor"}, Parent: []directory.AreaCode{"FR-BRE", "FR"}},
	"FR-OCC": {Code: "FR-OCC", Kind: directory.AreaRegion, Name: directory.Text{"fr": "Occitanie"}, Parent: []directory.AreaCode{"FR"}},
	"LU":     {Code: "LU", Kind: directory.AreaCountry, Name: directory.Text{"fr": "Luxembourg"}},
}

func (r regions) Area(c directory.AreaCode) (directory.Area, bool) {
	a, ok := r[c]
	return a, ok
}

func (r regions) Ancestors(c directory.AreaCode) []directory.AreaCode {
	return append([]directory.AreaCode{c}, r[c].Parent...)
}

func (regions) Locate(string) []directory.Area { return nil }

func loadRegions() (*federation.Regions, error) {
	return &federation.Regions{Areas: someRegions, Page: func(c directory.AreaCode) string { return "/hebergeurs?place=" + string(c) }}, nil
}

// featuring is a directory that features, a hoster of Brittany that lets it
// ask, and somebody who follows the directory.
type featuring struct {
	*testing.T
	n          *federationtest.Node
	peer       *federationtest.Peer
	alice      *federationtest.Actor
	collection string // of Brittany
	clock      *fakeClock
}

func newFeaturing(t *testing.T, own string) *featuring {
	t.Helper()
	f := &featuring{T: t, peer: federationtest.NewPeer(t), clock: newClock(time.Now())}
	f.n = federationtest.NewNode(t, federationtest.Options{Hoster: own, Aggregator: "annuaire", Clock: f.clock.Now, Regions: loadRegions})
	f.collection = f.n.URL + "/ap/collections/fr-bre"
	f.alice = f.peer.Actor("alice")
	send(t, f.n, f.alice, f.alice.Follow(f.n.ActorID("annuaire")))
	return f
}

// hoster makes one with its seat in an area, and says whether it may be asked.
func (f *featuring) hoster(name, area string, serves []any, may bool) *federationtest.Actor {
	h := f.peer.Hoster(name)
	h.Set("location", map[string]any{"type": "Place", "area": area})
	if serves != nil {
		h.Set("serves", serves)
	}
	if may {
		h.Set("interactionPolicy", map[string]any{"canFeature": map[string]any{"automaticApproval": []any{federationtest.Public}}})
	}
	return h
}

// asked gives the FeatureRequests that came for a hoster, by collection.
func (f *featuring) asked(h *federationtest.Actor) map[string]string {
	all := map[string]string{}
	for _, r := range f.peer.Received() {
		if r.Type == "FeatureRequest" && r.ObjectID() == h.ID && r.Verified == nil && r.Actor == f.n.ActorID("annuaire") {
			all[r.Activity["instrument"].(string)] = r.Activity["id"].(string)
		}
	}
	return all
}

// stamp serves the permission of a hoster, and gives its id.
func (f *featuring) stamp(h *federationtest.Actor, collection string) string {
	path := fmt.Sprintf("/stamps/%s/%x", h.Name, collection[len(collection)-3:])
	return f.peer.Serve(path, map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": f.peer.URL + path, "type": "FeatureAuthorization",
		"interactingObject": collection, "interactionTarget": h.ID,
	})
}

// accept answers a request with a stamp.
func (f *featuring) accept(h *federationtest.Actor, request, stamp string) {
	f.Helper()
	yes := h.Activity("Accept", request)
	yes["result"] = stamp
	send(f, f.n, h, yes)
}

// join takes a hoster all the way into the collection of Brittany, and gives
// its stamp.
func (f *featuring) join(name string) (*federationtest.Actor, string) {
	f.Helper()
	h := f.hoster(name, "FR-22", nil, true)
	list(f, f.n, h)
	federationtest.Eventually(f, "the request", func() bool { return len(f.asked(h)) == 1 })
	stamp := f.stamp(h, f.collection)
	f.accept(h, f.asked(h)[f.collection], stamp)
	f.shows(stamp)
	return h, stamp
}

// items gives the stamps of the items that a collection shows.
func (f *featuring) items(collection string) []string {
	f.Helper()
	a := getAs(f, collection, activityType)
	if a.status != 200 {
		f.Fatalf("GET %s: %d", collection, a.status)
	}
	var stamps []string
	for _, i := range a.object(f)["orderedItems"].([]any) {
		stamps = append(stamps, i.(map[string]any)["featureAuthorization"].(string))
	}
	return stamps
}

func (f *featuring) shows(stamp string) {
	f.Helper()
	federationtest.Eventually(f, "the item", func() bool { return slices.Contains(f.items(f.collection), stamp) })
}

func (f *featuring) hides(stamp string) {
	f.Helper()
	federationtest.Eventually(f, "the end of the item", func() bool { return !slices.Contains(f.items(f.collection), stamp) })
}

func (f *featuring) standing(h *federationtest.Actor) ap.Standing {
	f.Helper()
	i, err := f.n.Store.FeaturedItem(f.Context(), ap.IRI(f.collection), ap.IRI(h.ID))
	if err != nil {
		f.Fatal(err)
	}
	return i.Standing
}

// told gives the activities of a type that came to followers about an object.
func (f *featuring) told(kind, object string) int {
	total := 0
	for _, r := range f.peer.Received() {
		if r.Type == kind && r.ObjectID() == object && r.Path == "/inbox" {
			total++
		}
	}
	return total
}

// TestFeatured: a hoster is asked, says yes, is shown, and takes it back; those
// who follow the directory hear of each step.
func TestFeatured(t *testing.T) {
	f := newFeaturing(t, "")
	all := f.n.ActorID("annuaire") + "/collections/regions"
	if got := getAs(t, f.n.ActorID("annuaire"), activityType).object(t)["featuredCollections"]; got != all {
		t.Errorf("featuredCollections is %v, want %s", got, all)
	}
	if got := getAs(t, f.collection, activityType); got.status != 404 {
		t.Errorf("a collection for which nobody was asked: %d, want 404", got.status)
	}

	h := f.hoster("chatdroite", "FR-22", []any{"FR-OCC", "LU", "FR-BRE"}, true)
	list(t, f.n, h)
	federationtest.Eventually(t, "three requests", func() bool { return len(f.asked(h)) == 3 })
	asked := f.asked(h)
	for _, code := range []string{"fr-bre", "fr-occ", "lu"} {
		if asked[f.n.URL+"/ap/collections/"+code] == "" {
			t.Errorf("not asked for %s: %v", code, asked)
		}
	}
	empty := getAs(t, f.collection, activityType).object(t) // whoever is asked can look at what it is for
	if empty["type"] != "FeaturedCollection" || empty["totalItems"] != 0.0 || empty["attributedTo"] != f.n.ActorID("annuaire") || empty["name"] != "Hébergeurs\u00a0: Bretagne" {
		t.Errorf("the collection before anybody agreed: %v", empty)
	}
	if items := getAs(t, all, activityType).object(t)["orderedItems"].([]any); len(items) != 0 {
		t.Errorf("an empty collection is featured: %v", items)
	}

	stamp := f.stamp(h, f.collection)
	f.accept(h, asked[f.collection], stamp)
	f.shows(stamp)
	if items := getAs(t, all, activityType).object(t)["orderedItems"].([]any); len(items) != 1 || items[0] != f.collection {
		t.Errorf("featured collections are %v, want %s", items, f.collection)
	}
	federationtest.Eventually(t, "the new collection, at followers", func() bool { return f.told("Add", f.collection) == 1 })
	item := getAs(t, f.collection, activityType).object(t)["orderedItems"].([]any)[0].(map[string]any)
	alone := getAs(t, item["id"].(string), activityType)
	if alone.status != 200 || alone.object(t)["featuredObject"] != h.ID || alone.object(t)["featuredObjectType"] != "Organization" {
		t.Errorf("the item alone: %d %s", alone.status, alone.body)
	}

	second, _ := f.join("deux")
	if got := len(f.items(f.collection)); got != 2 {
		t.Errorf("%d items, want 2", got)
	}
	federationtest.Eventually(t, "the new item, at followers", func() bool {
		return slices.ContainsFunc(f.peer.Received(), func(r federationtest.Received) bool {
			return r.Type == "Add" && r.Object()["featuredObject"] == second.ID && r.Activity["target"] == f.collection
		})
	})

	send(t, f.n, h, h.Delete(stamp))
	f.hides(stamp)
	federationtest.Eventually(t, "the end of the item, at followers", func() bool { return f.told("Remove", item["id"].(string)) == 1 })
	if got := getAs(t, item["id"].(string), activityType); got.status != 404 {
		t.Errorf("the item after its stamp was deleted: %d, want 404", got.status)
	}

	if err := f.n.Unfollow(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	if got := f.items(f.collection); len(got) != 0 {
		t.Errorf("items after the hoster is listed no more: %v", got)
	}
	federationtest.Eventually(t, "the end of the collection, at followers", func() bool { return f.told("Remove", f.collection) == 1 })
	if r, err := f.n.Store.Check(t.Context()); err != nil || len(r.Problems) > 0 {
		t.Errorf("the store: %v, %v", r.Problems, err)
	}
}

// TestFeaturedWithoutConsent: nothing but a stamp of the hoster's own, for this
// collection, at its own host puts it there; whoever says no, or nothing, is
// left alone.
func TestFeaturedWithoutConsent(t *testing.T) {
	f := newFeaturing(t, "")
	quiet := f.hoster("muet", "FR-22", nil, false)
	list(t, f.n, quiet)
	h := f.hoster("chatdroite", "FR-22", nil, true)
	list(t, f.n, h)
	federationtest.Eventually(t, "the request", func() bool { return len(f.asked(h)) == 1 })
	request := f.asked(h)[f.collection]
	if got := f.asked(quiet); len(got) != 0 {
		t.Errorf("a hoster without a policy was asked: %v", got)
	}

	evil := federationtest.NewPeer(t)
	mallory := evil.Actor("mallory")
	f.accept(mallory, request, evil.Serve("/stamp", map[string]any{"id": evil.URL + "/stamp", "type": "FeatureAuthorization"}))
	f.accept(h, request, evil.URL+"/stamp") // a stamp on another host
	f.accept(h, request+"x", f.stamp(h, f.collection))
	if got := f.standing(h); got != ap.StandingAsked {
		t.Fatalf("standing is %s, want asked", got)
	}
	f.accept(h, request, f.stamp(h, f.n.URL+"/ap/collections/fr-occ")) // a stamp for something else
	federationtest.Eventually(t, "the look at the stamp", func() bool { return f.standing(h) == ap.StandingWithdrawn })
	f.accept(h, request, f.stamp(h, f.collection)) // its word was taken
	if got := f.items(f.collection); len(got) != 0 {
		t.Errorf("shown without consent: %v", got)
	}

	no := f.hoster("non", "FR-22", nil, true)
	list(t, f.n, no)
	federationtest.Eventually(t, "the request", func() bool { return len(f.asked(no)) == 1 })
	send(t, f.n, no, no.Activity("Reject", map[string]any{"id": f.asked(no)[f.collection], "type": "FeatureRequest"}))
	if got := f.standing(no); got != ap.StandingRefused {
		t.Errorf("standing after a Reject is %s", got)
	}
	f.clock.Add(60 * 24 * time.Hour)
	f.peer.Forget()
	for _, who := range []*federationtest.Actor{no, quiet} {
		news := who.Update(map[string]any{"id": who.ID + "/services", "type": "OrderedCollection"})
		if got := who.Post(t, f.n.Inbox(), news, federationtest.Request{At: f.clock.Now()}); got.Status != 202 {
			t.Fatalf("news of %s: %+v", who.Name, got)
		}
	}
	federationtest.Eventually(t, "both profiles read again", func() bool {
		got := f.peer.Requests()
		return slices.Contains(got, "GET /users/non/services") && slices.Contains(got, "GET /users/muet/services")
	})
	if len(f.asked(no))+len(f.asked(quiet)) != 0 {
		t.Errorf("asked again: %v %v", f.asked(no), f.asked(quiet))
	}
}

// TestFeaturedLookedAtAgain: a stamp that is gone from its origin ends the item
// without any word; one that cannot be looked at does not; nor does a hoster
// stay where it does not work any more.
func TestFeaturedLookedAtAgain(t *testing.T) {
	f := newFeaturing(t, "")
	h, stamp := f.join("chatdroite")
	again := func() {
		t.Helper()
		f.peer.Forget()
		send(t, f.n, h, h.Update(map[string]any{"id": h.ID + "/services", "type": "OrderedCollection"}))
		federationtest.Eventually(t, "the look at the stamp", func() bool {
			return slices.Contains(f.peer.Requests(), "GET "+strings.TrimPrefix(stamp, f.peer.URL))
		})
	}
	f.peer.Fault("/stamps/", federationtest.Status(http.StatusBadGateway))
	again()
	time.Sleep(50 * time.Millisecond) // what must not happen has no sign
	f.shows(stamp)
	f.peer.Fault("/stamps/", federationtest.Status(http.StatusNotFound))
	again()
	f.hides(stamp)

	f.peer.Fault("/stamps/", nil)
	other, kept := f.join("ailleurs")
	other.Set("location", map[string]any{"type": "Place", "country": "LU"})
	send(t, f.n, other, other.Update(map[string]any{"id": other.ID + "/services", "type": "OrderedCollection"}))
	f.hides(kept)
	federationtest.Eventually(t, "the request for the new place", func() bool { return f.asked(other)[f.n.URL+"/ap/collections/lu"] != "" })
}

// TestFeaturedOwn: a directory's own hoster stands in its collections by stamps
// that anybody can check, and leaves them by revoking one.
func TestFeaturedOwn(t *testing.T) {
	f := newFeaturing(t, "maison") // of Lannion, in Brittany
	stamps := f.items(f.collection)
	if len(stamps) != 1 {
		t.Fatalf("items are %v, want its own hoster", stamps)
	}
	got := getAs(t, stamps[0], activityType).object(t)
	if got["type"] != "FeatureAuthorization" || got["interactingObject"] != f.collection || got["interactionTarget"] != f.n.ActorID("maison") {
		t.Errorf("the stamp is %v", got)
	}
	if _, err := f.n.RevokeStamp(t.Context(), stamps[0]); err != nil {
		t.Fatal(err)
	}
	if left := f.items(f.collection); len(left) != 0 {
		t.Errorf("items after its stamp was revoked: %v", left)
	}
}
