package web

import (
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// alphabet puts names in the order of a language: "Île-de-France" among the I
// (Unicode Technical Standard 10, with the rules of the language).
type alphabet struct {
	mu       sync.Mutex
	collator *collate.Collator
	buffer   collate.Buffer
}

func newAlphabet(t language.Tag) *alphabet { return &alphabet{collator: collate.New(t)} }

// key gives what to compare a name by, byte for byte.
func (a *alphabet) key(name string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.buffer.Reset()
	return string(a.collator.KeyFromString(&a.buffer, name))
}

// compare tells which of two names comes first.
func (a *alphabet) compare(one, other string) int {
	return strings.Compare(a.key(one), a.key(other))
}
