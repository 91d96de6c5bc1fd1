package federationtest

import "slices"

// Attack is a known attack on servers of the fediverse, and what a node does
// about it. Every row has a subtest of federation's TestAttacks of its name.
type Attack struct {
	Row      string // "A1"
	Case     string // what somebody sends or serves
	Expected string // what a node does
	Answer   string // HTTP statuses that the sender sees, "—" where nobody waits for one
}

// Attacks gives every row, in order.
func Attacks() []Attack { return slices.Clone(attackTable) }
