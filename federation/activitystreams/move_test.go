package activitystreams

import (
	"encoding/json"
	"fmt"
	"testing"

	"matou/federation/ap"
)

// TestDecodeWhereabouts reads what actors say of their homes.
func TestDecodeWhereabouts(t *testing.T) {
	const id = "https://a.example/users/1"
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf("https://a.example/users/%d", i))
	}
	long, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		members string
		moved   ap.IRI
		aliases int
		named   bool
	}{
		"at home":        {`"x":1`, "", 0, false},
		"one alias":      {`"alsoKnownAs":"` + id + `"`, "", 1, true},
		"a list":         {`"alsoKnownAs":["https://b.example/1","` + id + `"]`, "", 2, true},
		"moved":          {`"movedTo":"` + id + `"`, id, 0, false},
		"moved, in full": {`"movedTo":{"id":"` + id + `","type":"Person"}`, id, 0, false},
		"not at all":     {`"movedTo":5,"alsoKnownAs":{"a":"b"}`, "", 0, false},
		"nowhere":        {`"movedTo":null,"alsoKnownAs":null`, "", 0, false},
		"far too many":   {`"alsoKnownAs":` + string(long), "", MaxAliases, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := DecodeWhereabouts([]byte(`{"id":"https://b.example/1","type":"Person",` + tt.members + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if w.MovedTo != tt.moved || len(w.Aliases) != tt.aliases || w.Names(id) != tt.named {
				t.Errorf("got %+v, want moved to %q, %d aliases", w, tt.moved, tt.aliases)
			}
		})
	}
}

// FuzzDecodeWhereabouts: aliases are bounded, and an empty id names nobody.
func FuzzDecodeWhereabouts(f *testing.F) {
	f.Add([]byte(`{"id":"https://b.example/1","movedTo":"https://a.example/1","alsoKnownAs":["https://a.example/1",""]}`))
	f.Add([]byte(`{"alsoKnownAs":[[["x"]],{"id":"y"}],"movedTo":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		w, err := DecodeWhereabouts(raw)
		if err == nil && (len(w.Aliases) > MaxAliases || w.Names("")) {
			t.Errorf("%s: read as %+v", raw, w)
		}
	})
}
