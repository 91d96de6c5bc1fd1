package web

import (
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// Where a service says nothing of its machines, what its hoster says of all of
// them stands there, and is told to be that.
func TestMachinesOfAServiceThatSaysNothing(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	l.Hoster.Services[1].Hosting = directory.Hosting{}
	n := directoryNode(t, []directory.Listing{l}, nil)
	for address, want := range map[string]string{
		"/h/les_lucioles@les-lucioles.example/services/cloud":    "C'est ce que la structure dit de tous ses services ; elle ne dit rien d'autre de celui-ci. machines à elle",
		"/en/h/les_lucioles@les-lucioles.example/services/cloud": "This is what the hoster says of all its services; it says nothing else of this one. machines of its own",
		"/comparer?h=les_lucioles@les-lucioles.example":          "Le Nuage — machines à elle",
	} {
		if text := n.page(address).words(); !strings.Contains(text, want) {
			t.Errorf("%s does not say %q: %s", address, want, text)
		}
	}
	page := "/h/les_lucioles@les-lucioles.example"
	own, all := n.page(page+"/services/"+l.Hoster.Services[0].Slug).words(), n.page(page).words()
	if strings.Contains(own, "de tous ses services") {
		t.Error("a service that speaks of its machines is told to say nothing of them")
	}
	if strings.Contains(all, "Le Nuage : machines à elle") {
		t.Error("the page of the hoster says the same machines twice")
	}
}
