package activitystreams

import (
	"encoding/json"
	"math"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"

	"matou/directory"
	"matou/federation/ap"
)

// maxItems is how many entries of one collection document are read.
const maxItems = 200

// OrderedCollection gives the head of a paged collection. A total below zero
// and an empty first are left out (without first, peers read it as private).
func OrderedCollection(id ap.IRI, total int, first ap.IRI) []byte {
	c := streams.NewActivityStreamsOrderedCollection()
	if u, err := parseURL(first); err == nil {
		p := streams.NewActivityStreamsFirstProperty()
		p.SetIRI(u)
		c.SetActivityStreamsFirst(p)
	}
	setTotal(c, total)
	return collection(c, id, "", nil)
}

// OrderedCollectionPage gives one page. An item is an ap.IRI, a string or a
// json.RawMessage with a whole document; what is none of these is left out.
func OrderedCollectionPage(id, partOf, next ap.IRI, items []any) []byte {
	c := streams.NewActivityStreamsOrderedCollectionPage()
	if u, err := parseURL(partOf); err == nil {
		p := streams.NewActivityStreamsPartOfProperty()
		p.SetIRI(u)
		c.SetActivityStreamsPartOf(p)
	}
	if u, err := parseURL(next); err == nil {
		p := streams.NewActivityStreamsNextProperty()
		p.SetIRI(u)
		c.SetActivityStreamsNext(p)
	}
	return collection(c, id, "orderedItems", items)
}

// OrderedCollectionOf gives a small ordered collection whole, without pages.
func OrderedCollectionOf(id ap.IRI, items []any) []byte {
	c := streams.NewActivityStreamsOrderedCollection()
	setTotal(c, len(items))
	return collection(c, id, "orderedItems", items)
}

// Collection gives a small collection whole. A total below zero is left out.
func Collection(id ap.IRI, total int, items []any) []byte {
	c := streams.NewActivityStreamsCollection()
	setTotal(c, total)
	return collection(c, id, "items", items)
}

func setTotal(c interface {
	SetActivityStreamsTotalItems(vocab.ActivityStreamsTotalItemsProperty)
}, total int) {
	if total >= 0 {
		p := streams.NewActivityStreamsTotalItemsProperty()
		p.Set(total)
		c.SetActivityStreamsTotalItems(p)
	}
}

// collection writes a typed collection with its items under key. The context
// is that of everything of ours, since an item may be any of our documents.
func collection(c vocab.Type, id ap.IRI, key string, items []any) []byte {
	m, err := streams.Serialize(c)
	if err != nil {
		return nil
	}
	m["id"] = string(id)
	context := any(AS)
	if key != "" {
		all := make([]any, 0, len(items))
		for _, item := range items {
			v, rich := collectionItem(item)
			if v != nil {
				all = append(all, v)
			}
			if rich {
				context = contextAll
			}
		}
		m[key] = all
	}
	body, err := marshal(m, context)
	if err != nil {
		return nil
	}
	return body
}

// collectionItem gives an item as it is written, without its own @context, and
// whether it is a whole document.
func collectionItem(item any) (v any, rich bool) {
	switch item := item.(type) {
	case ap.IRI:
		return string(item), false
	case string:
		return item, false
	case json.RawMessage:
		return bareItem(item)
	case []byte:
		return bareItem(item)
	}
	return nil, false
}

func bareItem(raw []byte) (any, bool) {
	o, err := parse(raw)
	if err != nil {
		return nil, false
	}
	delete(o, "@context")
	b, err := encode(map[string]any(o))
	if err != nil {
		return nil, false
	}
	return b, true
}

// CollectionView is a collection, or a page of one, of another node.
type CollectionView struct {
	ID     ap.IRI
	Type   string // Collection, OrderedCollection, CollectionPage, OrderedCollectionPage
	PartOf ap.IRI
	Total  int // -1: not said
	First  ap.IRI
	Next   ap.IRI // on the host of ID, and neither ID nor First
	Items  []Item // at most 200, those of an embedded first page included
}

// Item is one entry of a collection.
type Item struct {
	IRI ap.IRI
	Raw []byte // the document where it was embedded; to be trusted only on the collection's own host
}

// DecodeCollection reads a collection or a page. First and Next elsewhere than
// on the collection's own host are left out; the caller still bounds how many
// pages it follows.
func DecodeCollection(raw []byte) (CollectionView, error) {
	o, err := Parse(raw)
	if err != nil {
		return CollectionView{}, err
	}
	c := CollectionView{ID: o.ID(), Type: o.Type(), Total: -1}
	switch {
	case c.ID == "":
		return CollectionView{}, directory.Invalid("id", "must be a canonical address")
	case c.Type != "Collection" && c.Type != "OrderedCollection" && c.Type != "CollectionPage" && c.Type != "OrderedCollectionPage":
		return CollectionView{}, directory.Invalid("type", "must be a collection, not %.40q", c.Type)
	}
	if n, ok := o.Int("totalItems"); ok {
		c.Total = min(n, math.MaxInt32)
	}
	c.PartOf = sameOrigin(c.ID, o.IRI("partOf"))
	c.First = sameOrigin(c.ID, o.IRI("first"))
	c.Next = sameOrigin(c.ID, o.IRI("next"))
	c.Items = items(nil, o)
	if page, ok := o.Child("first"); ok && len(c.Items) == 0 {
		c.Items = items(c.Items, page)
		if n := page.IRI("next"); n != "" && len(c.Items) > 0 {
			c.First, c.Next = "", sameOrigin(c.ID, n)
		}
	}
	if c.Next == c.ID || c.Next == c.First {
		c.Next = ""
	}
	return c, nil
}

// embedded gives an object inside o as a document of its own. Of o's @context
// it takes the language only: nothing else in it is ever read.
func (o Object) embedded(m map[string]any) []byte {
	if _, own := m["@context"]; !own {
		m["@context"] = AS
		if l := o.language(); l != "und" {
			m["@context"] = []any{AS, map[string]any{"@language": string(l)}}
		}
	}
	raw, err := encode(m)
	if err != nil {
		return nil // cannot be: Parse gave the tree
	}
	return raw
}

// items adds the entries of a collection or page.
func items(all []Item, o Object) []Item {
	for _, key := range []string{"orderedItems", "items"} {
		for _, v := range o.list(key, maxItems) {
			item := Item{IRI: iriOf(v)}
			if m, ok := v.(map[string]any); ok {
				item.Raw = o.embedded(m)
			}
			if (item.IRI != "" || item.Raw != nil) && len(all) < maxItems {
				all = append(all, item)
			}
		}
	}
	return all
}
