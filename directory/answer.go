package directory

// Few is how many hits are few: under it, a Result says what could be asked
// instead, so that no question ends in nothing.
const Few = 5

// Held is one thing that a query asks, and what it hides.
type Held struct {
	Facet  Facet  // "" for the text
	Value  string // one value of Facet
	Hides  int    // listings that come back without it
	Unsaid int    // how many of those say nothing on it, which is not a "no"
}

// Reading is what some words of a query's text were understood as.
type Reading struct {
	Words   string   // as typed
	Facet   Facet    // FacetNeed, FacetReplaces, FacetServes for a place, or another; "" where no listing holds the words
	Values  []string // of Facet; any of them
	Narrows bool     // the words narrow the query; else their meaning is only offered
	Offer   *Query   // the query with the filters instead of the words; nil where there are none
	Total   int      // what Offer finds
}

// RelaxationKind says what a Relaxation changes.
type RelaxationKind string

// The kinds of relaxations, in the order in which a Result gives them.
const (
	RelaxFilter     RelaxationKind = "filter"     // one filter less
	RelaxWords      RelaxationKind = "words"      // some words less
	RelaxArea       RelaxationKind = "area"       // an area around the one asked for
	RelaxNear       RelaxationKind = "near"       // another area of its kind, nearby
	RelaxFamily     RelaxationKind = "family"     // the family of services around a need or a program
	RelaxEverything RelaxationKind = "everything" // the whole directory
)

// Relaxation is one step away from a query, and what it finds. Nobody has to
// take it: a Result never mixes what it finds with what was asked for.
type Relaxation struct {
	Kind    RelaxationKind
	Facet   Facet  // of the filter that changes; "" for words and everything
	Value   string // the value of the filter, or the words, that the step leaves out
	Instead string // the value that stands in its place; "" where none does
	Query   Query  // to ask, from its first page
	Total   int    // what it finds: more than the query that it comes from
}
