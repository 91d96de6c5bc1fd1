package directory

import "slices"

// Relation is what a hoster says of itself and one other: that it backs it up,
// watches over it, takes over from it. It is one side's word until the other
// says the same (demands 38 and 48).
type Relation struct {
	Kind     RelationKind `json:"kind"`
	With     ID           `json:"with,omitempty"`     // the other's actor; "" where it has none that is known
	Name     string       `json:"name,omitempty"`     // the other's name, for people
	Website  string       `json:"website,omitempty"`  // the other's site
	Services []string     `json:"services,omitempty"` // slugs of the services concerned, of the one who is helped; none: all
	Since    Date         `json:"since,omitzero"`
	Until    Date         `json:"until,omitzero"`
	Comment  Text         `json:"comment,omitempty"`
}

// RelationKind is what one hoster does for or with another.
type RelationKind string

// The kinds, each beside its other side.
const (
	RelationBacksUp      RelationKind = "backs-up" // keeps copies of its data
	RelationBackedUpBy   RelationKind = "backed-up-by"
	RelationWatches      RelationKind = "watches" // notices when it is down
	RelationWatchedBy    RelationKind = "watched-by"
	RelationStandsInFor  RelationKind = "stands-in-for" // acts while the other is away
	RelationStoodInForBy RelationKind = "stood-in-for-by"
	RelationHouses       RelationKind = "houses" // has its machines in its room
	RelationHousedBy     RelationKind = "housed-by"
	RelationSuccessor    RelationKind = "hands-over-to" // proposes it as its successor
	RelationTakesOver    RelationKind = "takes-over-from"
	RelationSharesOnCall RelationKind = "shares-on-call" // both take turns
	RelationAnswersWith  RelationKind = "answers-with"   // together they answer what one alone cannot
)

// otherSides are the kinds with what the other side says.
var otherSides = map[RelationKind]RelationKind{
	RelationBacksUp: RelationBackedUpBy, RelationBackedUpBy: RelationBacksUp,
	RelationWatches: RelationWatchedBy, RelationWatchedBy: RelationWatches,
	RelationStandsInFor: RelationStoodInForBy, RelationStoodInForBy: RelationStandsInFor,
	RelationHouses: RelationHousedBy, RelationHousedBy: RelationHouses,
	RelationSuccessor: RelationTakesOver, RelationTakesOver: RelationSuccessor,
	RelationSharesOnCall: RelationSharesOnCall, RelationAnswersWith: RelationAnswersWith,
}

// RelationKinds gives every kind, in the order in which they are declared.
func RelationKinds() []RelationKind {
	return []RelationKind{
		RelationBacksUp, RelationBackedUpBy, RelationWatches, RelationWatchedBy,
		RelationStandsInFor, RelationStoodInForBy, RelationHouses, RelationHousedBy,
		RelationSuccessor, RelationTakesOver, RelationSharesOnCall, RelationAnswersWith,
	}
}

// OtherSide gives what the other hoster says of the same relation; "" for a
// kind that is not known.
func (k RelationKind) OtherSide() RelationKind { return otherSides[k] }

// SaidBy tells which of two sides has said something. Neither counts for more
// than what it is: a claim of one, or the word of both.
type SaidBy string

// The sides.
const (
	SaidByBoth   SaidBy = "both"
	SaidByHoster SaidBy = "hoster" // the hoster in question alone
	SaidByOther  SaidBy = "other"  // the other side alone
)

// Tie is one relation of a hoster, seen from that hoster's side, and who says
// it. With is never empty where the other side said it.
type Tie struct {
	Relation
	SaidBy SaidBy `json:"saidBy"`
}

// mostTies bounds how many relations others can state with one hoster: what
// they state costs them nothing.
const mostTies = 100

// Ties gives the relations of h: those that it states, and those that others
// state with it. theirs are the relations that others state, by who states
// them; those that have ended before today are left out. The order is that of
// h's own profile, then of the other sides' ids.
func Ties(h Hoster, theirs map[ID][]Relation, today Date) []Tie {
	var ties []Tie
	for _, r := range h.Relations {
		if ended(r.Until, today) {
			continue
		}
		by := SaidByHoster
		if r.With != "" && r.With != h.ID && slices.ContainsFunc(theirs[r.With], func(o Relation) bool { return o.mirrors(r.Kind, h.ID, today) }) {
			by = SaidByBoth
		}
		ties = append(ties, Tie{r, by})
	}
	for _, other := range sortedIDs(theirs) {
		if other == h.ID {
			continue
		}
		for _, o := range theirs[other] {
			kind := o.Kind.OtherSide()
			stated := slices.ContainsFunc(h.Relations, func(r Relation) bool {
				return r.With == other && r.Kind == kind && !ended(r.Until, today)
			})
			if o.With != h.ID || kind == "" || stated || ended(o.Until, today) || len(ties)-len(h.Relations) >= mostTies {
				continue
			}
			seen := o
			seen.Kind, seen.With, seen.Name, seen.Website = kind, other, "", ""
			ties = append(ties, Tie{seen, SaidByOther})
		}
	}
	return ties
}

// mirrors reports whether r says to id what id says with kind.
func (r Relation) mirrors(kind RelationKind, id ID, today Date) bool {
	return r.With == id && r.Kind == kind.OtherSide() && !ended(r.Until, today)
}

func sortedIDs(m map[ID][]Relation) []ID {
	ids := make([]ID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
