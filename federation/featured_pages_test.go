package federation_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestFeaturedPages: a collection with more hosters than peers read of one
// gives each exactly once in its pages, in an order that is no ranking.
func TestFeaturedPages(t *testing.T) {
	f := newFeaturing(t, "")
	const total = 250
	var c ap.Change
	for i := range total {
		actor := ap.IRI(fmt.Sprintf("https://h%03d.example/a", i))
		c.FeaturedItems = append(c.FeaturedItems, ap.FeaturedItem{
			Collection: ap.IRI(f.collection), Actor: actor, Standing: ap.StandingFeatured, Stamp: actor + "/stamp", At: f.clock.Now(),
		})
	}
	if _, err := f.n.Store.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	whole := getAs(t, f.collection, activityType).object(t)
	head := whole["orderedItems"].([]any)
	if len(head) != 150 || whole["totalItems"] != float64(total) {
		t.Errorf("%d items and a total of %v, want 150 and %d", len(head), whole["totalItems"], total)
	}
	var order []string
	next, _ := whole["first"].(string)
	for pages := 0; next != "" && pages < 10; pages++ {
		page := getAs(t, next, activityType).object(t)
		if page["id"] != next || page["partOf"] != f.collection {
			t.Errorf("page %s is %v of %v", next, page["id"], page["partOf"])
		}
		for _, i := range page["orderedItems"].([]any) {
			order = append(order, i.(map[string]any)["featuredObject"].(string))
		}
		next, _ = page["next"].(string)
	}
	if head[0].(map[string]any)["featuredObject"] != order[0] {
		t.Error("the whole and its first page begin differently")
	}
	if slices.IsSorted(order) {
		t.Error("the order is that of the names")
	}
	slices.Sort(order)
	if len(order) != total || len(slices.Compact(order)) != total {
		t.Errorf("%d items in the pages, want each of %d once", len(order), total)
	}
	beyond := getAs(t, f.collection+"?page=true&after=ffffffffffffffffffff", activityType).object(t)
	if len(beyond["orderedItems"].([]any)) != 0 || beyond["next"] != nil {
		t.Errorf("beyond the end: %v", beyond)
	}
	if got := getAs(t, f.collection+"?page=true&after="+url.QueryEscape("é"), activityType); got.status != 400 {
		t.Errorf("a cursor that is none: %d, want 400", got.status)
	}
}

// TestFeaturedBetweenNodes: two nodes of this program understand one another:
// the hoster's gives the stamp by itself, and ends the item by taking it back.
func TestFeaturedBetweenNodes(t *testing.T) {
	h := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Regions: loadRegions})
	f := &featuring{T: t, n: n, collection: n.URL + "/ap/collections/fr-bre"}
	if _, err := n.Follow(t.Context(), "@chatdroite@"+h.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the collection", func() bool { return getAs(t, f.collection, activityType).status == 200 })
	federationtest.Eventually(t, "the item", func() bool { return len(f.items(f.collection)) == 1 })
	stamp := f.items(f.collection)[0]
	got := getAs(t, stamp, activityType).object(t)
	if !strings.HasPrefix(stamp, h.URL+"/") || got["interactingObject"] != f.collection || got["interactionTarget"] != h.ActorID("chatdroite") {
		t.Errorf("the stamp %s is %v", stamp, got)
	}
	if _, err := h.RevokeStamp(t.Context(), stamp); err != nil {
		t.Fatal(err)
	}
	f.hides(stamp)
}
