package federationtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// Attack is a known attack on servers of the fediverse, and what a node does
// about it. Every row has a subtest of TestAttacks of its own name in one of
// the packages that it names.
type Attack struct {
	Row      string   // "A1"
	Case     string   // what somebody sends or serves
	Expected string   // what a node does
	Answer   string   // HTTP statuses that the sender sees, "—" where nobody waits for one
	Absent   string   // why the case cannot arise here; its subtest makes sure of that
	In       []string // packages beside federation whose TestAttacks has it, e.g. "cmd/matou"
	Only     bool     // shown by In alone
}

// Attacks gives every row, in order.
func Attacks() []Attack { return slices.Clone(attackTable) }

// Packages gives the packages that show a row.
func (a Attack) Packages() []string {
	if a.Only {
		return a.In
	}
	return append([]string{"federation"}, a.In...)
}

// CheckAttacks makes sure that the subtests of a package's TestAttacks are the
// rows that the table says it shows: each at least once, and no other. The name
// of a subtest is its row, and a word behind it where a row has several.
func CheckAttacks[Run any](t *testing.T, pkg string, subtests ...map[string]Run) {
	t.Helper()
	missing := map[string]bool{}
	for _, a := range attackTable {
		if slices.Contains(a.Packages(), pkg) {
			missing[a.Row] = true
		}
	}
	known := maps.Clone(missing)
	for _, set := range subtests {
		for name := range set {
			row, _, _ := strings.Cut(name, " ")
			if !known[row] {
				t.Errorf("the subtest %q of %s is not in the table of attacks", name, pkg)
			}
			delete(missing, row)
		}
	}
	for _, row := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("attack %s has no subtest in %s", row, pkg)
	}
}
