package activitystreams

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matou/directory"
	"matou/federation/ap"
)

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat(`{"object":`, 33) + `1` + strings.Repeat(`}`, 33)
	wide := `{"tag":[` + strings.Repeat(`0,`, 5000) + `0]}`
	tests := []struct{ name, raw string }{
		{"nothing", ``},
		{"a list", `[{"id":"https://a.example/1"}]`},
		{"a string", `"https://a.example/1"`},
		{"two objects", `{} {}`},
		{"unfinished", `{"id":"https://a.example/1"`},
		{"a key twice", `{"actor":"https://a.example/1","actor":"https://b.example/1"}`},
		{"a key twice, escaped", `{"actor":1,"\u0061ctor":2}`},
		{"a key twice inside", `{"object":{"id":1,"id":2}}`},
		{"UTF-16", "\xff\xfe{\x00}\x00"},
		{"broken UTF-8", "{\"name\":\"\xff\"}"},
		{"NUL, escaped", `{"name":"a\u0000b"}`},
		{"NUL in a key", `{"na\u0000me":1}`},
		{"half a surrogate pair", `{"name":"\ud83d"}`},
		{"the other half", `{"name":"\udc00"}`},
		{"halves in the wrong order", `{"name":"\udc00\ud83d"}`},
		{"not a number", `{"totalItems":NaN}`},
		{"nested too deep", deep},
		{"too many values", wide},
		{"another context only", `{"@context":"https://w3id.org/security/v1"}`},
		{"a context that is no word on ActivityStreams", `{"@context":{"as":"https://www.w3.org/ns/activitystreams"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, err := Parse([]byte(test.raw))
			if !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("got %v, %v, want ErrInvalid", o, err)
			}
		})
	}
}

func TestParseTakes(t *testing.T) {
	tests := []struct{ name, raw string }{
		{"a byte order mark", "\xef\xbb\xbf{}"},
		{"no context", `{"type":"Note"}`},
		{"context null", `{"@context":null}`},
		{"context in a list", `{"@context":["https://w3id.org/security/v1","https://www.w3.org/ns/activitystreams",{"x":"https://x.example/"}]}`},
		{"a surrogate pair", `{"name":"\ud83d\ude00"}`},
		{"an escaped backslash before u", `{"name":"\\ud83d"}`},
		{"numbers out of range", `{"totalItems":1e400,"n":1180591620717411303424}`},
		{"32 deep", strings.Repeat(`{"object":`, 31) + `{}` + strings.Repeat(`}`, 31)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Parse([]byte(test.raw)); err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Keys are exact: a reader that folds case would see another actor.
func TestParseKeepsCase(t *testing.T) {
	o, err := Parse([]byte(`{"Actor":"https://mallory.example/1","ID":"https://a.example/2"}`))
	if err != nil || o.IRI("actor") != "" || o.ID() != "" {
		t.Errorf("got actor %q, id %q, %v, want none", o.IRI("actor"), o.ID(), err)
	}
}

func TestParseIRI(t *testing.T) {
	good := []string{
		"https://a.example", "https://a.example/", "https://a.example/users/b", "https://a.example/b#main-key",
		"https://a.example/?author=2", "https://a.example:8443/x", "https://a.example/caf%C3%A9", "https://xn--caf-dma.example/",
		"https://a.example/@b", "https://a.example/x?q=%20a+b", "https://192.0.2.7/x", "https://[2001:db8::1]/x",
	}
	for _, s := range good {
		if got, err := ParseIRI(s, false); err != nil || string(got) != s {
			t.Errorf("ParseIRI(%q) = %q, %v", s, got, err)
		}
	}
	bad := []string{
		"", "a.example/x", "//a.example/x", "/x", "acct:a@b.example", "http://a.example/", "ftp://a.example/", "data:text/html,x",
		"javascript:alert(1)", "https:a.example", "https://", "https:///x", "HTTPS://a.example/", "https://A.example/",
		"https://a.example:443/", "https://a.example:/", "https://a.example:0/", "https://a.example:99999/", "https://a.example:08443/",
		"https://good.example@127.0.0.1/", "https://user:pw@a.example/", "https://a.example./", "https://a..example/",
		"https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::ffff:1]/%", "https://[fe80::1%25eth0]/", "https://[2001:DB8::1]/",
		"https://café.example/", "https://a.example/café", "https://a.example/a b", "https://a.example/\n", "https://a.example/inbox%0Ahost:%20b",
		"https://a.example/x?q=%00", "https://a.example/x#%0d", "https://a.example/x%", "https://a.example/a/../b", "https://a.example/./b", "https://a.example/%2e%2e/b",
		`https://a.example\b.example/`, "https://a.example/<script>", "https://a%2eexample/", "https://" + strings.Repeat("a", 3000) + ".example/",
	}
	for _, s := range bad {
		if got, err := ParseIRI(s, false); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("ParseIRI(%.60q) = %q, %v, want ErrInvalid", s, got, err)
		}
	}
	if _, err := ParseIRI("http://127.0.0.1:8080/actor", true); err != nil {
		t.Errorf("http where it is allowed: %v", err)
	}
	if _, err := ParseIRI("http://a.example:80/actor", true); err == nil {
		t.Error("http with its usual port was taken")
	}
}

// Every reader takes every shape.
func TestObjectToleratesShapes(t *testing.T) {
	shapes := []string{`null`, `true`, `5`, `"x"`, `""`, `[]`, `{}`, `[null]`, `[[]]`, `[{}]`, `{"id":5}`, `[1,"https://a.example/1",{"id":"https://a.example/2"}]`}
	for _, shape := range shapes {
		raw := `{`
		for i, key := range []string{"id", "type", "actor", "object", "published", "name", "nameMap", "url", "to", "inbox", "publicKey", "endpoints", "icon", "totalItems", "first", "orderedItems", "attributedTo", "content", "source", "contact", "work", "hours", "statements", "location", "affects"} {
			if i > 0 {
				raw += ","
			}
			raw += `"` + key + `":` + shape
		}
		readEverything([]byte(raw + `}`))
	}
}

// readEverything gives raw to every reader; it is there to find panics.
func readEverything(raw []byte) {
	o, err := Parse(raw)
	if err == nil {
		for key := range o {
			o.IRI(key)
			o.IRIs(key)
			o.Child(key)
			o.Time(key)
			o.Bool(key)
			o.Int(key)
			o.Text(key, key)
		}
		o.Types()
		_, _ = o.Envelope()
	}
	_, _ = DecodeActor(raw)
	_, _, _ = DecodeHoster(raw, [][]byte{raw})
	_, _ = DecodeNote(raw)
	_, _ = DecodeCollection(raw)
}

func TestObjectReaders(t *testing.T) {
	o, err := Parse([]byte(`{"type":["vcard:individual","https://www.w3.org/ns/activitystreams#Person","x"],
		"to":["as:Public","Public","https://www.w3.org/ns/activitystreams#Public","https://a.example/1",{"id":"https://a.example/1"},{"type":"Link","href":"https://a.example/2"},7],
		"object":[5,{"id":"https://a.example/3"}],"totalItems":1e400,"published":"2026-02-01T08:00:00.25+01:00","updated":"0001-01-01T00:00:00Z",
		"contentMap":{"fr-CA":"à","x!":"b","fr":"c","en_GB":"d","toolong":"e","de":""},"matou:tagline":{"fr":"f"},"https://w3id.org/matou/ns#website":"https://w.example/"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Type(); got != "Person" {
		t.Errorf("type: got %q, want Person", got)
	}
	if got := o.IRIs("to"); len(got) != 3 || got[0] != ap.Public || got[2] != "https://a.example/2" {
		t.Errorf("to: got %q", got)
	}
	if got := o.IRI("object"); got != "https://a.example/3" {
		t.Errorf("object: got %q", got)
	}
	if n, ok := o.Int("totalItems"); !ok || n != 1<<31-1 {
		t.Errorf("totalItems: got %d, %v, want it clamped", n, ok)
	}
	if got := o.Time("published"); got.Format("15:04:05.00") != "07:00:00.25" {
		t.Errorf("published: got %v", got)
	}
	if got := o.Time("updated"); !got.IsZero() {
		t.Errorf("updated: got %v, want none", got)
	}
	if got := o.Text("content", "contentMap"); len(got) != 2 || got["fr"] != "c" && got["fr"] != "à" || got["en"] != "d" {
		t.Errorf("contentMap: got %v", got)
	}
	var tagline directory.Text
	newReader(o, new([]string)).text("tagline", &tagline, 100)
	if tagline["fr"] != "f" || o.String("website") != "https://w.example/" {
		t.Errorf("our terms, prefixed and whole: got %v, %q", tagline, o.String("website"))
	}
	aliased := Object{"as:actor": "https://a.example/1", AS + "#actor": "https://a.example/1", "type": "as:Create"}
	if aliased.IRI("actor") != "" || aliased.Type() != "" {
		t.Errorf("aliases of ActivityStreams terms were followed: %q %q", aliased.IRI("actor"), aliased.Type())
	}
}

func TestAudienceIsBounded(t *testing.T) {
	all := make([]any, 0, 4000)
	for i := range 4000 {
		all = append(all, "https://a.example/"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i/26))
	}
	if got := len((Object{"to": all}).IRIs("to")); got > maxAudience {
		t.Errorf("got %d addresses, want at most %d", got, maxAudience)
	}
}

func seeds(f *testing.F) {
	for _, pattern := range []string{"testdata/peers/*.json", "testdata/golden/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
}

// What Parse takes, encoding/json takes too and reads alike.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"id":null,"tag":{"type":"Hashtag"},"object":{"type":["Note",null]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := Parse(raw)
		readEverything(raw)
		if err != nil {
			return
		}
		again, err := encode(map[string]any(o))
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if !json.Valid(again) {
			t.Fatalf("not JSON: %s", again)
		}
		if _, err := Parse(again); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
