package activitystreams

import (
	"encoding/json"
	"testing"

	"matou/federation/ap"
)

const (
	testQuoting = "https://social.example/users/ana/statuses/7"
	testRequest = "https://social.example/users/ana/quote_requests/7"
)

func testStamp() ap.Stamp {
	return ap.Stamp{
		ID: "https://les-lucioles.example/ap/stamps/00112233445566778899aabbccddeeff", Kind: ap.StampQuote,
		Actor: testEndpoints().Actor, Interacting: testQuoting, Target: "https://les-lucioles.example/ap/notes/01JNA0000000000000000000A1",
		Requester: "https://social.example/users/ana", At: testDay,
	}
}

// goldenStamps are what a node says of permissions (FEP-044f, FEP-7aa9), of its
// homes (FEP-7628) and to the keepers of others.
func goldenStamps(t testing.TB, all map[string][]byte) {
	t.Helper()
	s := testStamp()
	featured := s
	featured.Kind, featured.Interacting, featured.Target = ap.StampFeature, "https://annuaire.example/ap/collections/fr-bre", s.Actor
	r := StampRequest{ID: testRequest, Type: TypeQuoteRequest, Actor: s.Requester, Object: s.Target, Instrument: s.Interacting}
	activity := func(n string) ap.IRI {
		return ap.IRI("https://les-lucioles.example/ap/activities/01JNA0000000000000000000" + n)
	}
	for name, write := range map[string]func() (ap.Document, error){
		"stamp-quote":   func() (ap.Document, error) { return Stamp(s) },
		"stamp-feature": func() (ap.Document, error) { return Stamp(featured) },
		"stamp-delete":  func() (ap.Document, error) { return RevokeStamp(activity("E1"), s, testDay) },
		"stamp-accept":  func() (ap.Document, error) { return AcceptStamp(activity("E2"), s.Actor, r, s.ID, testDay) },
		"stamp-reject":  func() (ap.Document, error) { return RejectStamp(activity("E3"), s.Actor, r, testDay) },
		"move": func() (ap.Document, error) {
			return Move(activity("E4"), s.Actor, "https://neuf.example/ap/actors/lucioles", testDay)
		},
		"flag": func() (ap.Document, error) {
			return Flag(activity("E5"), "https://les-lucioles.example/actor", []ap.IRI{s.Requester, testQuoting}, "Réclame.", s.Requester, testDay)
		},
	} {
		d, err := write()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = d.Body
	}
}

// TestStampNamesOnly: a stamp carries nothing of what it is about, because not
// everybody who may read it may read that (FEP-044f, "Approval stamps").
func TestStampNamesOnly(t *testing.T) {
	d, err := Stamp(testStamp())
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		t.Fatal(err)
	}
	for member, want := range map[string]string{"interactingObject": testQuoting, "attributedTo": string(testEndpoints().Actor), "type": "QuoteAuthorization"} {
		if doc[member] != want {
			t.Errorf("%s: got %v, want the id %s", member, doc[member], want)
		}
	}
}

func TestStampRequestOf(t *testing.T) {
	note := `"https://les-lucioles.example/ap/notes/1"`
	carried := `{"id":"` + testQuoting + `","type":"Note","attributedTo":"https://social.example/users/ana","quote":` + note + `}`
	tests := []struct {
		name, members string
		instrument    ap.IRI
		carries       bool
		wrong         bool
	}{
		{"a name", `"object":` + note + `,"instrument":"` + testQuoting + `"`, testQuoting, false, false},
		{"what quotes", `"object":` + note + `,"instrument":` + carried, testQuoting, true, false},
		{"in lists", `"object":[` + note + `],"instrument":[` + carried + `]`, testQuoting, true, false},
		{"a name as an object", `"object":` + note + `,"instrument":{"id":"` + testQuoting + `","type":"Note"}`, testQuoting, false, false},
		{"nothing to quote", `"instrument":"` + testQuoting + `"`, "", false, true},
		{"nothing that quotes", `"object":` + note, "", false, true},
		{"a number", `"object":5,"instrument":"` + testQuoting + `"`, "", false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := Parse([]byte(`{"id":"` + testRequest + `","type":"QuoteRequest","actor":"https://social.example/users/ana",` + tt.members + `}`))
			if err != nil {
				t.Fatal(err)
			}
			r, err := StampRequestOf(o)
			if (err != nil) != tt.wrong || r.Instrument != tt.instrument || (r.Embedded != nil) != tt.carries {
				t.Errorf("got %+v, %v", r, err)
			}
			if r.Embedded != nil && r.Embedded.Quoted() != r.Object {
				t.Errorf("it quotes %q, want %q", r.Embedded.Quoted(), r.Object)
			}
		})
	}
}

// TestQuoted: peers write what they quote under four names.
func TestQuoted(t *testing.T) {
	for document, want := range map[string]ap.IRI{
		`{"quote":"https://a.example/1","quoteUrl":"https://a.example/2"}`: "https://a.example/1",
		`{"quoteUrl":"https://a.example/2"}`:                               "https://a.example/2",
		`{"quoteUri":"https://a.example/3"}`:                               "https://a.example/3",
		`{"_misskey_quote":"https://a.example/4"}`:                         "https://a.example/4",
		`{"quote":5}`: "", `{}`: "",
	} {
		o, err := Parse([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Quoted(); got != want {
			t.Errorf("%s: got %q, want %q", document, got, want)
		}
	}
}

// FuzzStampRequestOf: whatever asks, what is read names all that an answer
// needs, or is refused; and the answer can be written.
func FuzzStampRequestOf(f *testing.F) {
	for _, s := range []string{
		`{"id":"https://a.example/1","type":"QuoteRequest","actor":"https://a.example/a","object":"https://b.example/n","instrument":{"id":"https://a.example/n","type":"Note","quote":"https://b.example/n"}}`,
		`{"id":"https://a.example/1","type":["FeatureRequest"],"actor":["https://a.example/a"],"object":{"id":"https://b.example/n"},"instrument":[]}`,
		`{"type":"QuoteRequest"}`, `[]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := Parse(raw)
		if err != nil {
			return
		}
		r, err := StampRequestOf(o)
		if err != nil {
			return
		}
		if r.ID == "" || r.Actor == "" || r.Object == "" || r.Instrument == "" {
			t.Errorf("%s: read as %+v", raw, r)
		}
		if _, err := RejectStamp("https://c.example/1", "https://c.example/a", r, testDay); err != nil {
			t.Errorf("%s: no answer: %v", raw, err)
		}
	})
}
