// Package search is the directory's index in memory.
package search

import "matou/directory"

// Index answers queries. Any number of goroutines may search while one writes.
type Index struct{}

// New makes an empty index. areas may be nil.
func New(v *directory.Vocabulary, areas directory.Areas) *Index { return &Index{} }

// Put adds l, or replaces the listing of the same hoster.
func (x *Index) Put(l directory.Listing) {}

// Remove takes the hoster's listing out; it does nothing where there is none.
func (x *Index) Remove(id directory.ID) {}

// Len gives how many listings can be found.
func (x *Index) Len() int { return 0 }

// Search answers q.
func (x *Index) Search(q directory.Query) directory.Result { return directory.Result{} }
