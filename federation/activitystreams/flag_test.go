package activitystreams

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"matou/federation/ap"
)

// TestFlagOf reads a Flag in the forms of different peers.
func TestFlagOf(t *testing.T) {
	const a, b = "https://a.example/users/1", "https://a.example/notes/2"
	for name, tt := range map[string]struct {
		members string
		objects []ap.IRI
		content string
	}{
		"a list":            {`"object":["` + a + `","` + b + `"],"content":"x"`, []ap.IRI{a, b}, "x"},
		"an id":             {`"object":"` + a + `"`, []ap.IRI{a}, ""},
		"an object":         {`"object":{"id":"` + b + `","type":"Note","content":"y"}`, []ap.IRI{b}, ""},
		"both names":        {`"object":"` + a + `","objects":["` + b + `","` + a + `"]`, []ap.IRI{a, b}, ""},
		"nothing":           {`"content":5`, nil, ""},
		"markup":            {`"object":"` + a + `","content":"<p>un<script>alert(1)</script></p><p>deux</p>"`, []ap.IRI{a}, "un\ndeux"},
		"hidden characters": {`"object":"` + a + `","content":"a\u202eb\u200bc"`, []ap.IRI{a}, "abc"},
		"by language":       {`"object":"` + a + `","contentMap":{"fr":"salut"}`, []ap.IRI{a}, "salut"},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := Parse([]byte(`{"id":"https://b.example/1","type":"Flag","actor":"https://b.example/actor",` + tt.members + `}`))
			if err != nil {
				t.Fatal(err)
			}
			v := FlagOf(o)
			if !slices.Equal(v.Objects, tt.objects) || v.Content != tt.content {
				t.Errorf("got %q on %q, want %q on %q", v.Content, v.Objects, tt.content, tt.objects)
			}
		})
	}
}

// FuzzFlagOf: however it is written, what a keeper is shown is bounded and
// holds no character that acts on a terminal or turns the text around.
func FuzzFlagOf(f *testing.F) {
	f.Add(`{"type":"Flag","object":["https://a.example/1"],"content":"<p>x</p>"}`)
	f.Add(`{"object":{"id":5},"objects":"https://a.example/1","contentMap":{"fr":"\u001b[2J"}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		o, err := Parse([]byte(raw))
		if err != nil {
			return
		}
		v := FlagOf(o)
		if len(v.Objects) > maxFlagged || utf8.RuneCountInString(v.Content) > ap.MaxReport || strings.ContainsAny(v.Content, "\x1b\x00\u202e") {
			t.Errorf("%q: read as %q on %d objects", raw, v.Content, len(v.Objects))
		}
	})
}
