package activitystreams

import "matou/federation/ap"

// OrderedCollection gives the head of a paged collection. A total below zero
// and an empty first are left out (without first, peers read it as private).
func OrderedCollection(id ap.IRI, total int, first ap.IRI) []byte { return nil }

// OrderedCollectionPage gives one page. An item is an ap.IRI, a string or a
// json.RawMessage with a whole document; what is none of these is left out.
func OrderedCollectionPage(id, partOf, next ap.IRI, items []any) []byte { return nil }

// OrderedCollectionOf gives a small ordered collection whole, without pages.
func OrderedCollectionOf(id ap.IRI, items []any) []byte { return nil }

// Collection gives a small collection whole. A total below zero is left out.
func Collection(id ap.IRI, total int, items []any) []byte { return nil }

// CollectionView is a collection, or a page of one, of another node.
type CollectionView struct {
	ID     ap.IRI
	Type   string // Collection, OrderedCollection, CollectionPage, OrderedCollectionPage
	PartOf ap.IRI
	Total  int // -1: not said
	First  ap.IRI
	Next   ap.IRI // on the host of ID, and not ID itself
	Items  []Item // at most 200, those of an embedded first page included
}

// Item is one entry of a collection.
type Item struct {
	IRI ap.IRI
	Raw []byte // the document where it was embedded; to be trusted only on the collection's own host
}

// DecodeCollection reads a collection or a page.
func DecodeCollection(raw []byte) (CollectionView, error) { return CollectionView{}, errSkeleton }
