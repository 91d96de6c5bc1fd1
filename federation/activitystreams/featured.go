package activitystreams

import (
	"encoding/json"
	"slices"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// Types of FEP-7aa9, recommendations by a collection of their own.
const (
	TypeFeaturedCollection = "FeaturedCollection"
	TypeFeaturedItem       = "FeaturedItem"
	TypeFeatureRequest     = "FeatureRequest"
)

const featuredNS = "https://w3id.org/fep/7aa9#"

// The contexts of what FEP-7aa9 adds, every term inline.
var (
	contextFeatured = []any{AS, define(0, "Hashtag", "sensitive", "discoverable",
		TypeFeaturedCollection, TypeFeaturedItem, "topic", "featuredObject", "featuredObjectType", "featureAuthorization")}
	contextFeatureRequest = []any{AS, define(0, TypeFeatureRequest)}
)

// FeaturedCollection is a collection of hosters that an aggregator features:
// those of one area.
type FeaturedCollection struct {
	ID       ap.IRI
	Actor    ap.IRI // the aggregator
	URL      string // its page
	Origin   string // of the pages of hashtags
	Area     directory.Text
	Of       string             // name of the directory
	Language directory.Language // of the texts that come first
	First    ap.IRI             // first page, where Items are not all
	Total    int
	Items    []ap.FeaturedItem
}

// FeaturedItemIRI is the id of the item of an actor: the name is the key by
// which the items of a collection are ordered.
func FeaturedItemIRI(collection ap.IRI, key string) ap.IRI {
	return collection + "/items/" + ap.IRI(key)
}

// Encode gives the document, with its items in the order given; keyOf names
// each (FEP-7aa9, "Representation of Featured Collections"). Peers show the
// first text of a language map, so the directory's own language leads.
func (f FeaturedCollection) Encode(keyOf func(ap.FeaturedItem) string) ([]byte, error) {
	doc := f.document(keyOf)
	return marshal(doc, contextFeatured)
}

func (f FeaturedCollection) document(keyOf func(ap.FeaturedItem) string) map[string]any {
	lang := f.Language
	if lang != "en" {
		lang = "fr"
	}
	names, summaries := directory.Text{}, directory.Text{}
	for _, l := range []directory.Language{"fr", "en"} {
		w := wordsIn(l)
		area, _ := f.Area.In(l)
		names[l] = w.hosters + w.colon + area
		summaries[l] = paragraph(w.featured(f.Of, area))
	}
	area, _ := f.Area.In(lang)
	doc := map[string]any{
		"id": string(f.ID), "type": TypeFeaturedCollection, "attributedTo": string(f.Actor),
		"name": names[lang], "nameMap": leading(lang, names),
		"summary": summaries[lang], "summaryMap": leading(lang, summaries),
		"sensitive": false, "discoverable": true, "totalItems": f.Total,
		"orderedItems": featuredItems(f.ID, f.Items, keyOf),
	}
	if f.URL != "" {
		doc["url"] = f.URL
	}
	if tag := camel(area); tag != "" {
		doc["topic"] = Endpoints{Origin: f.Origin}.hashtags([]string{tag})[0]
	}
	if f.First != "" {
		doc["first"] = string(f.First)
	}
	return doc
}

// Page gives a part of the items of f, which has more than a document holds.
func (f FeaturedCollection) Page(self, next ap.IRI, items []ap.FeaturedItem, keyOf func(ap.FeaturedItem) string) ([]byte, error) {
	doc := map[string]any{
		"id": string(self), "type": "OrderedCollectionPage", "partOf": string(f.ID),
		"totalItems": f.Total, "orderedItems": featuredItems(f.ID, items, keyOf),
	}
	if next != "" {
		doc["next"] = string(next)
	}
	return marshal(doc, contextFeatured)
}

// EncodeFeaturedItem gives one item as a document of its own.
func EncodeFeaturedItem(i ap.FeaturedItem, key string) ([]byte, error) {
	return marshal(featuredItem(i, key), contextFeatured)
}

func featuredItems(collection ap.IRI, items []ap.FeaturedItem, keyOf func(ap.FeaturedItem) string) []any {
	all := make([]any, 0, len(items))
	for _, i := range items {
		i.Collection = collection
		all = append(all, featuredItem(i, keyOf(i)))
	}
	return all
}

func featuredItem(i ap.FeaturedItem, key string) map[string]any {
	doc := map[string]any{
		"id": string(FeaturedItemIRI(i.Collection, key)), "type": TypeFeaturedItem,
		"featuredObject": string(i.Actor), "featureAuthorization": string(i.Stamp), "published": stamp(i.At),
	}
	if i.ActorType != "" {
		doc["featuredObjectType"] = i.ActorType
	}
	return doc
}

// leading writes a language map with one language first.
func leading(first directory.Language, t directory.Text) json.RawMessage {
	languages := []directory.Language{"fr", "en"}
	if first != languages[0] {
		slices.Reverse(languages)
	}
	out := []byte{'{'}
	for i, l := range languages {
		if i > 0 {
			out = append(out, ',')
		}
		key, err1 := encode(string(l))
		value, err2 := encode(t[l])
		if err1 != nil || err2 != nil { // cannot be: both are strings
			return json.RawMessage("{}")
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}')
}

// Add gives the activity that tells of a new collection: that it stands now in
// target, the collections of its actor, with the items that it has (FEP-7aa9,
// "Federating Changes").
func (f FeaturedCollection) Add(id, target ap.IRI, keyOf func(ap.FeaturedItem) string, at time.Time) (ap.Document, error) {
	return addition{id, f.Actor, f.ID, target, f.document(keyOf), ""}.write(at)
}

// AddFeaturedItem tells that an item stands in its collection now; those who
// keep the collection learn it, and the actor that is featured.
func AddFeaturedItem(id, actor ap.IRI, i ap.FeaturedItem, key string, at time.Time) (ap.Document, error) {
	return addition{id, actor, FeaturedItemIRI(i.Collection, key), i.Collection, featuredItem(i, key), i.Actor}.write(at)
}

// addition is an Add that carries what is added.
type addition struct {
	id, actor, object, target ap.IRI
	document                  map[string]any
	to                        ap.IRI // whom it concerns besides the followers, or ""
}

func (a addition) write(at time.Time) (ap.Document, error) {
	cc := []ap.IRI{FollowersOf(a.actor)}
	if a.to != "" {
		cc = append(cc, a.to)
	}
	m, err := draft{"Add", a.id, a.actor, []ap.IRI{ap.Public}, cc, at}.serialise()
	if err != nil {
		return ap.Document{}, err
	}
	m["object"], m["target"] = a.document, string(a.target)
	return document(m, contextFeatured, a.actor, at)
}

// FeatureRequest asks object whether collection may feature it (FEP-7aa9,
// "Obtaining consent").
func FeatureRequest(id, actor, object, collection ap.IRI, at time.Time) (ap.Document, error) {
	if at.IsZero() {
		return ap.Document{}, directory.Invalid("published", "must be said")
	}
	return document(map[string]any{
		"id": string(id), "type": TypeFeatureRequest, "actor": string(actor), "object": string(object),
		"instrument": string(collection), "to": []any{string(object)}, "published": stamp(at),
	}, contextFeatureRequest, actor, at)
}

// StampView is a FeatureAuthorization or QuoteAuthorization of another node.
type StampView struct {
	ID          ap.IRI
	Type        string
	Actor       ap.IRI // attributedTo; "" where it is not said
	Interacting ap.IRI // interactingObject
	Target      ap.IRI // interactionTarget
}

// DecodeStamp reads a stamp. What is missing or no address stays empty; only
// what is no document at all is an error.
func DecodeStamp(raw []byte) (StampView, error) {
	o, err := Parse(raw)
	if err != nil {
		return StampView{}, err
	}
	return StampView{
		ID: o.ID(), Type: o.Type(), Actor: o.IRI("attributedTo"),
		Interacting: o.IRI("interactingObject"), Target: o.IRI("interactionTarget"),
	}, nil
}

// MayFeature reports whether the actor of a document lets an actor that
// follows it feature it, at once or after a look (FEP-7aa9, "Interaction
// Policies"). Without a policy nobody may.
func MayFeature(raw []byte, asker ap.IRI) bool {
	o, err := Parse(raw)
	if err != nil {
		return false
	}
	policy, _ := o.Child("interactionPolicy")
	rule, ok := policy.Child("canFeature")
	if !ok {
		return false
	}
	followers := o.IRI("followers")
	for _, key := range []string{"automaticApproval", "manualApproval"} {
		for _, who := range rule.IRIs(key) {
			if who == ap.Public || who == asker || followers != "" && who == followers {
				return true
			}
		}
	}
	return false
}
