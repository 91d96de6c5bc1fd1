package federation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of featured collections.
const (
	mostFeatured     = 150                 // items that peers read of one collection (FEP-7aa9)
	mostRegions      = 24                  // collections that one hoster is asked for
	featuredPage     = 100                 // items of a page, where there are more than mostFeatured
	askFeaturedAgain = 30 * 24 * time.Hour // where no answer came
)

// Regions is what featured collections need to know of places.
type Regions struct {
	Areas directory.Areas
	Page  func(directory.AreaCode) string // path and query of the directory's page of an area
}

// regions gives the places that this node knows, nil where it is told of none:
// then it features nobody.
func (n *Node) regions() (*Regions, error) {
	if n.config.Regions == nil {
		return nil, nil //nolint:nilnil // a node may do without
	}
	return n.config.Regions()
}

// regionOf gives the area whose collection shows what stands in an area: its
// region, or its country where it lies in no region.
func regionOf(areas directory.Areas, code directory.AreaCode) (directory.Area, bool) {
	var country directory.Area
	for _, c := range areas.Ancestors(code) {
		a, ok := areas.Area(c)
		switch {
		case !ok:
		case a.Kind == directory.AreaRegion:
			return a, true
		case a.Kind == directory.AreaCountry:
			country = a
		}
	}
	return country, country.Code != ""
}

// regionsOf gives the collections that a hoster may stand in, by where it has
// its seat and where it works, its seat's first.
func (n *Node) regionsOf(h directory.Hoster, areas directory.Areas) []ap.IRI {
	var all []ap.IRI
	seat := h.Seat.Area
	if seat == "" {
		seat = h.Seat.Country
	}
	for _, code := range append([]directory.AreaCode{seat}, h.Serves...) {
		a, ok := regionOf(areas, code)
		if id := n.featuredIRI(a.Code); ok && !slices.Contains(all, id) && len(all) < mostRegions {
			all = append(all, id)
		}
	}
	return all
}

// featuredIRI is the id of the collection of a region.
func (n *Node) featuredIRI(code directory.AreaCode) ap.IRI {
	return n.iri("/ap/collections/" + strings.ToLower(string(code)))
}

// featuredKey names the item of an actor in a collection, and is its place in
// the order: a hash of both says nothing of anybody, and nobody comes first
// everywhere.
func featuredKey(i ap.FeaturedItem) string {
	sum := sha256.Sum256([]byte(i.Collection + " " + i.Actor))
	return hex.EncodeToString(sum[:10])
}

// unshow adds to c what followers are told when an item is not shown any more.
// inbox is of whom it features, where they are told too.
func (n *Node) unshow(ctx context.Context, agg ap.LocalActor, i ap.FeaturedItem, inbox ap.IRI, c *ap.Change) error {
	if i.Standing != ap.StandingFeatured {
		return nil
	}
	object, target := activitystreams.FeaturedItemIRI(i.Collection, featuredKey(i)), i.Collection
	others, err := n.shownBeside(ctx, i)
	if err != nil {
		return err
	}
	if others == 0 {
		object, target = i.Collection, n.endpoints(agg).FeaturedCollections()
	}
	d, err := activitystreams.Remove(n.activityIRI(n.newID()), agg.ID, object, target, n.now())
	if err != nil {
		return fmt.Errorf("write a Remove: %w", err)
	}
	return n.tellOfFeatured(ctx, agg, d, inbox, c)
}

// show adds to c that an item is shown from now on, and its collection with it
// where it is the first.
func (n *Node) show(ctx context.Context, agg ap.LocalActor, i ap.FeaturedItem, inbox ap.IRI, c *ap.Change) error {
	i.Standing, i.At, i.CheckedAt = ap.StandingFeatured, n.now(), n.now()
	c.FeaturedItems = append(c.FeaturedItems, i)
	others, err := n.shownBeside(ctx, i)
	if err != nil {
		return err
	}
	id := n.activityIRI(n.newID())
	var d ap.Document
	if others > 0 {
		d, err = activitystreams.AddFeaturedItem(id, agg.ID, i, featuredKey(i), n.now())
	} else {
		var f activitystreams.FeaturedCollection
		if f, err = n.featuredCollection(i.Collection, []ap.FeaturedItem{i}); err != nil {
			return err
		}
		d, err = f.Add(id, n.endpoints(agg).FeaturedCollections(), featuredKey, n.now())
	}
	if err != nil {
		return fmt.Errorf("write an Add: %w", err)
	}
	return n.tellOfFeatured(ctx, agg, d, inbox, c)
}

// tellOfFeatured sends what became of a collection to those who follow the
// directory and to whom it features (FEP-7aa9, "Federating Changes"). It does
// not stand in the outbox, which is for what hosters say.
func (n *Node) tellOfFeatured(ctx context.Context, agg ap.LocalActor, d ap.Document, inbox ap.IRI, c *ap.Change) error {
	inboxes, err := n.store.Inboxes(ctx, agg.ID)
	if err != nil {
		return fmt.Errorf("find the inboxes of the followers: %w", err)
	}
	n.send(c, agg.ID, d, append(inboxes, inbox), false)
	return nil
}

// shown gives the items that a collection shows, in its neutral order.
func (n *Node) shown(ctx context.Context, collection ap.IRI) (items []ap.FeaturedItem, known bool, err error) {
	page := ap.Page{Limit: 200}
	for {
		some, err := n.store.FeaturedItems(ctx, collection, page)
		if err != nil {
			return nil, false, err
		}
		for _, i := range some {
			known = true
			if i.Standing == ap.StandingFeatured {
				items = append(items, i)
			}
		}
		if len(some) < page.Limit {
			break
		}
		page.After = string(some[len(some)-1].Actor)
	}
	slices.SortFunc(items, func(a, b ap.FeaturedItem) int { return strings.Compare(featuredKey(a), featuredKey(b)) })
	return items, known, nil
}

// featuredCollections is the collections of an aggregator that show anybody, by
// id (FEP-7aa9, "Featured Collections on Actors").
func (n *Node) featuredCollections(ctx context.Context, a ap.LocalActor, _ url.Values) ([]byte, error) {
	if a.Kind != ap.KindAggregator {
		return nil, directory.ErrNotFound
	}
	ids, err := n.store.FeaturedCollections(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	var items []any
	for _, id := range ids {
		shown, _, err := n.shown(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(shown) > 0 {
			items = append(items, id)
		}
	}
	return activitystreams.OrderedCollectionOf(n.endpoints(a).FeaturedCollections(), items), nil
}

// shownBeside counts what the collection of an item shows besides it.
func (n *Node) shownBeside(ctx context.Context, i ap.FeaturedItem) (int, error) {
	items, _, err := n.shown(ctx, i.Collection)
	items = slices.DeleteFunc(items, func(x ap.FeaturedItem) bool { return x.Actor == i.Actor })
	return len(items), err
}

// featuredCollection describes the collection of that id with its items. The
// error is directory.ErrNotFound where no area has it.
func (n *Node) featuredCollection(id ap.IRI, items []ap.FeaturedItem) (activitystreams.FeaturedCollection, error) {
	agg, ok := n.localKind(ap.KindAggregator)
	regions, err := n.regions()
	if err != nil {
		return activitystreams.FeaturedCollection{}, err
	}
	if !ok || regions == nil {
		return activitystreams.FeaturedCollection{}, directory.ErrNotFound
	}
	area, ok := regions.Areas.Area(directory.AreaCode(strings.ToUpper(ulidOf(id))))
	if !ok || n.featuredIRI(area.Code) != id {
		return activitystreams.FeaturedCollection{}, directory.ErrNotFound
	}
	f := activitystreams.FeaturedCollection{
		ID: id, Actor: agg.ID, Origin: n.config.Origin.String(), Area: area.Name, Of: n.config.Aggregator.Name,
		Language: n.config.Aggregator.Language, Total: len(items), Items: items,
	}
	if regions.Page != nil {
		f.URL = n.config.Origin.String() + regions.Page(area.Code)
	}
	if len(items) > mostFeatured {
		f.First, f.Items = id+"?page=true", items[:mostFeatured]
	}
	return f, nil
}

// showFeatured serves a featured collection, or the page of it that the query
// asks for, or sends a person to the directory's page of that area. One for
// which nobody was ever asked is not there.
func (n *Node) showFeatured(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	id := n.iri("/ap/collections/" + mux.Vars(r)["region"])
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		n.refuse(w, r, directory.Invalid("page", "must be percent-encoded"))
		return
	}
	items, known, err := n.shown(r.Context(), id)
	if err == nil && !known {
		err = directory.ErrNotFound
	}
	var f activitystreams.FeaturedCollection
	if err == nil {
		f, err = n.featuredCollection(id, items)
	}
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	if !q.Has("page") && n.sendToPage(w, r, id, f.URL) {
		return
	}
	body, err := f.Encode(featuredKey)
	if q.Has("page") {
		body, err = pageOfFeatured(f, items, q.Get("after"))
	}
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	n.serve(w, r, http.StatusOK, typeActivity, cacheObject, body)
}

// pageOfFeatured writes the items after one.
func pageOfFeatured(f activitystreams.FeaturedCollection, items []ap.FeaturedItem, after string) ([]byte, error) {
	self, next := f.ID+"?page=true", ap.IRI("")
	if after != "" {
		if _, err := hex.DecodeString(after); err != nil {
			return nil, directory.Invalid("after", "must be the key of an item")
		}
		self += "&after=" + ap.IRI(after)
	}
	start := slices.IndexFunc(items, func(i ap.FeaturedItem) bool { return featuredKey(i) > after })
	if start < 0 {
		start = len(items)
	}
	items = items[start:]
	if len(items) > featuredPage {
		items = items[:featuredPage]
		next = f.ID + "?page=true&after=" + ap.IRI(featuredKey(items[len(items)-1]))
	}
	return f.Page(self, next, items, featuredKey)
}

// showFeaturedItem serves one item of a featured collection.
func (n *Node) showFeaturedItem(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	items, _, err := n.shown(r.Context(), n.iri("/ap/collections/"+mux.Vars(r)["region"]))
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	at := slices.IndexFunc(items, func(i ap.FeaturedItem) bool { return featuredKey(i) == mux.Vars(r)["item"] })
	if at < 0 {
		n.refuse(w, r, directory.ErrNotFound)
		return
	}
	body, err := activitystreams.EncodeFeaturedItem(items[at], mux.Vars(r)["item"])
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	n.serve(w, r, http.StatusOK, typeActivity, cacheObject, body)
}
