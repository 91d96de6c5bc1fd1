package federation_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"matou/federation/federationtest"
)

var update = flag.Bool("update", false, "write docs/attacks.md anew")

// attackDocument is written by a whole run of TestAttacks, and compared at
// every other.
const attackDocument = "../docs/attacks.md"

// attackResults is what became of the subtests of one run.
type attackResults struct {
	mu   sync.Mutex
	held map[string]bool // by the name of the subtest
}

// row is the row that a subtest is of.
func row(subtest string) string {
	r, _, _ := strings.Cut(subtest, " ")
	return r
}

// await makes the result of a subtest known when it ends.
func (r *attackResults) await(t *testing.T, name string) {
	t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.held[name] = !t.Failed()
	})
}

// result sums the subtests of a row up.
func (r *attackResults) result(of string) string {
	result := "not tried"
	for name, held := range r.held {
		switch {
		case row(name) != of:
		case !held:
			return "FAILS"
		default:
			result = "holds"
		}
	}
	return result
}

// document writes the table with the results of this run, or makes sure that
// the one that is there says the same.
func (r *attackResults) document(t *testing.T, subtests int) {
	if len(r.held) < subtests {
		return // a part of them was asked for
	}
	want := attackTable(r)
	if *update {
		if err := os.WriteFile(attackDocument, want, 0o644); err != nil {
			t.Error(err)
		}
		return
	}
	got, err := os.ReadFile(attackDocument)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/attacks.md does not say what this run showed (%v): run make docs", err)
	}
}

// attackTable is docs/attacks.md.
func attackTable(r *attackResults) []byte {
	var b bytes.Buffer
	b.WriteString(`# Attacks, and what a node does about them

Written by ` + "`make docs`" + ` from a run of the tests; a run that shows anything else
than this page fails. Each row is one or more subtests of
` + "`go test ./federation -run TestAttacks`" + `: a real node on loopback, and peers that
misbehave. [security.md](security.md) says what the rows have in common.

The answer is what the sender sees: 202 is also for what is dropped, so that
honest peers do not come again and others learn nothing; "—" where nobody waits
for an answer.
`)
	titles := map[byte]string{
		'A': "Who sent it", 'B': "Whose it is", 'C': "Requests that the node makes",
		'D': "Readers and resources", 'E': "What people see, and what stays private",
	}
	section := byte(0)
	for _, a := range federationtest.Attacks() {
		if a.Row[0] != section {
			section = a.Row[0]
			fmt.Fprintf(&b, "\n## %c. %s\n\n| | case | expected | answer | result |\n|---|---|---|---|---|\n", section, titles[section])
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", a.Row, a.Case, a.Expected, a.Answer, r.result(a.Row))
	}
	return b.Bytes()
}

// TestAttackTable: every row of the table has a subtest, and every subtest a
// row; the rows are numbered without a gap.
func TestAttackTable(t *testing.T) {
	rows := map[string]bool{}
	number := map[byte]int{}
	for _, a := range federationtest.Attacks() {
		rows[a.Row] = true
		number[a.Row[0]]++
		if want := fmt.Sprintf("%c%d", a.Row[0], number[a.Row[0]]); a.Row != want {
			t.Errorf("row is %s, want %s", a.Row, want)
		}
		if a.Case == "" || a.Expected == "" || a.Answer == "" || strings.ContainsAny(a.Case+a.Expected+a.Answer, "|\n") {
			t.Errorf("row %s is not whole: %+v", a.Row, a)
		}
	}
	var names []string
	for _, set := range []map[string]func(*attack){attacks, refusals} {
		for name := range set {
			names = append(names, name)
			if !rows[row(name)] {
				t.Errorf("the subtest %q is not in the table", name)
			}
		}
	}
	for r := range rows {
		if !slices.ContainsFunc(names, func(name string) bool { return row(name) == r }) {
			t.Errorf("%s has no subtest", r)
		}
	}
}
