package web

import "testing"

// Every page can be set into its layout in every language.
func TestTemplatesAreWhole(t *testing.T) {
	s, err := New(directoryNode(t, nil, nil).options)
	if err != nil {
		t.Fatal(err)
	}
	for language, pages := range s.pages {
		for name, read := range pages {
			if _, err := read(); err != nil {
				t.Errorf("%s in %s: %v", name, language, err)
			}
		}
	}
}
