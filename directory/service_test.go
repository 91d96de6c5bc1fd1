package directory_test

import (
	"reflect"
	"slices"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// A service that says nothing of its machines is on those of its hoster, whole,
// and is found by where they are; one that says anything speaks for itself.
func TestMachinesOfAServiceAreItsHostersUnlessItSaysOtherwise(t *testing.T) {
	v := directory.LoadVocabulary()
	for name, c := range map[string]struct {
		hoster, service directory.Hosting
		want            directory.Hosting
		inherited       bool
		data            []string
	}{
		"neither":              {},
		"the hoster alone":     {hoster: directory.Hosting{Country: "BE", Control: directory.ControlOwns}, want: directory.Hosting{Country: "BE", Control: directory.ControlOwns}, inherited: true, data: []string{"BE"}},
		"the service alone":    {service: directory.Hosting{Country: "DE"}, want: directory.Hosting{Country: "DE"}, data: []string{"DE"}},
		"both":                 {hoster: directory.Hosting{Country: "BE", Control: directory.ControlOwns}, service: directory.Hosting{Country: "DE"}, want: directory.Hosting{Country: "DE"}, data: []string{"DE"}},
		"the service in words": {hoster: directory.Hosting{Country: "BE"}, service: directory.Hosting{Way: directory.Text{"fr": "À pied."}}, want: directory.Hosting{Way: directory.Text{"fr": "À pied."}}},
		"an empty text":        {hoster: directory.Hosting{Country: "BE"}, service: directory.Hosting{Way: directory.Text{}}, want: directory.Hosting{Country: "BE"}, inherited: true, data: []string{"BE"}},
	} {
		l := directorytest.Listing("Les Lucioles")
		l.Hoster.DataIn, l.Hoster.Hosting = nil, c.hoster
		l.Hoster.Services = []directory.Service{{Slug: "pad", Name: "Pad", Hosting: c.service}}
		got, inherited := l.Hoster.HostingOf(l.Hoster.Services[0])
		if !reflect.DeepEqual(got, c.want) || inherited != c.inherited {
			t.Errorf("%s: got %+v, inherited %t; want %+v, %t", name, got, inherited, c.want, c.inherited)
		}
		if terms := directory.Terms(l, &v, nil); !slices.Equal(terms[directory.FacetData], c.data) {
			t.Errorf("%s: found by data in %v, want %v", name, terms[directory.FacetData], c.data)
		}
	}
}
