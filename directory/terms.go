package directory

// Terms gives the values of each facet under which l is found. A facet that l
// says nothing on has no key; a facet that l answers with none of the values
// has a key without values. Values are sorted and unique. areas may be nil:
// then an area is found under its own code and, where that has the form of
// ISO 3166-2, its country.
func Terms(l Listing, v *Vocabulary, areas Areas) map[Facet][]string { return nil }
