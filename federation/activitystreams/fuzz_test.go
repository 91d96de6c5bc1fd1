package activitystreams

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/go-fed/activity/streams"

	"matou/federation/ap"
)

// An address that is accepted is one thing to every reader: its host is what
// it reads, and nothing in it becomes a line of a request.
func FuzzParseIRI(f *testing.F) {
	for _, s := range []string{
		"https://hoster.example/a?b#c", "http://127.0.0.1:80/", "https://[::1]/", "https://HOSTER.example/", "https://a@b.example/%0a", "https://0x7f.1/",
		"https://hoster.example:443/", "https://hoster.example/../x", "https://hoster.example\\@evil.example/", "https:///x", "https://hoster.example./",
	} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, allowHTTP bool) {
		i, err := ParseIRI(s, allowHTTP)
		if err != nil {
			return
		}
		u, err := url.Parse(s)
		if err != nil || u.Host != i.Host() || u.User != nil || string(i) != s || u.String() != s || len(s) > maxIRI {
			t.Fatalf("%q was accepted with the host %q: %+v, %v", s, i.Host(), u, err)
		}
		if !strings.HasPrefix(s, "https://"+u.Host) && !(allowHTTP && strings.HasPrefix(s, "http://"+u.Host)) {
			t.Fatalf("%q was accepted", s)
		}
		if unescaped, err := url.PathUnescape(u.EscapedPath()); err != nil || strings.ContainsAny(s+unescaped, "\r\n\x00") {
			t.Fatalf("%q was accepted: %q, %v", s, unescaped, err)
		}
	})
}

// Whatever a collection says, its pages are on its own host and its items few.
func FuzzDecodeCollection(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"id":"https://a.example/c","type":"OrderedCollection","totalItems":1e400,"first":{"next":"https://b.example/2","items":["https://a.example/1",{"id":5}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := DecodeCollection(raw)
		if err != nil {
			return
		}
		for _, next := range []ap.IRI{c.First, c.Next, c.PartOf} {
			if next != "" && next.Host() != c.ID.Host() {
				t.Errorf("%s leads to %s", c.ID, next)
			}
		}
		if len(c.Items) > maxItems || c.Total < -1 || c.Next == c.ID && c.ID != "" {
			t.Errorf("%d items of %d, next %s", len(c.Items), c.Total, c.Next)
		}
		for _, item := range c.Items {
			if item.Raw != nil && !json.Valid(item.Raw) {
				t.Errorf("an item is %q", item.Raw)
			}
		}
	})
}

// What Envelope gives is what go-fed's typed vocabulary takes without fault:
// it has panicked on what strangers wrote.
func FuzzEnvelope(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"id":"https://a.example/1","type":["Follow",null],"actor":{"id":"https://a.example/2"},"object":[{"id":null,"tag":{"type":"Hashtag"}}],"to":[null,5,"as:Public"]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := Parse(raw)
		if err != nil {
			return
		}
		envelope, err := o.Envelope()
		if err != nil {
			return
		}
		var m map[string]any
		if err := json.Unmarshal(envelope, &m); err != nil {
			t.Fatalf("%s: %v", envelope, err)
		}
		if _, err := streams.ToType(context.Background(), m); err != nil {
			t.Errorf("go-fed does not take %s: %v", envelope, err)
		}
	})
}

// Languages are those that exist in form, and few.
func FuzzLanguages(f *testing.F) {
	for _, s := range []string{"fr", "fr-CA", "zh_Hant_TW", "x", "!!", "", "fr-", "de-1996", "\u202efr", strings.Repeat("a", 40)} {
		f.Add(s, "texte")
	}
	f.Fuzz(func(t *testing.T, tag, words string) {
		o := Object{"contentMap": map[string]any{tag: words, "fr": words}, "content": words, "@context": []any{AS, map[string]any{"@language": tag}}}
		for l := range o.Text("content", "contentMap") {
			if len(l) < 2 || len(l) > 3 || strings.Trim(string(l), letters) != "" {
				t.Errorf("the language %q was read of %q", l, tag)
			}
		}
		if l := o.language(); l != "und" && (len(l) < 2 || len(l) > 3) {
			t.Errorf("the language %q was read of %q", l, tag)
		}
	})
}

// What is taken for words alone is what formatting it in full gives, too.
func FuzzHTMLFromMarkdown(f *testing.F) {
	for _, s := range []string{
		"Le courrier arrive en retard, nous cherchons.", "L'équipe (enfin) dit : « ça va ! »", "12. rue", "voir www.hoster.example", "a-b", "a  b", "a ",
		"a\u00a0b\u00a0", "ａ\u3164b", "a\nb", "A.\tB", "http://a", `dit "non"`, "a\u0301", "---", "a\ufffd", "ß%41", "a: b", "x\u202fy ?",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, md string) {
		if got, want := HTMLFromMarkdown(md), format(md); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// The words of a text without a tag are those that reading its tags gives.
func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"un\n\n deux", "a\r\nb", "a\x00b", "\xff", "<b>a", "&eacute;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := PlainText(s), PlainText("<b></b>"+s); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// Whatever was taken as a Follow can be answered: the Accept carries it, with
// all that it said but its context.
func FuzzAccept(f *testing.F) {
	seeds(f)
	f.Add([]byte("\xef\xbb\xbf{\"@context\":[\"https://www.w3.org/ns/activitystreams\"],\"type\":\"Follow\",\"n\":1e400}"))
	const us, them = ap.IRI("https://hoster.example/ap/actors/a"), ap.IRI("https://peer.example/b")
	read := func(t *testing.T, raw []byte) (o map[string]any) {
		d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, byteOrderMark)))
		d.UseNumber()
		if err := d.Decode(&o); err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		return o
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := Parse(raw); err != nil {
			return
		}
		d, err := Accept(us+"/1", us, raw, them, testDay)
		if err != nil {
			t.Fatalf("no answer to %q: %v", raw, err)
		}
		answer, follow := read(t, d.Body), read(t, raw)
		delete(follow, "@context")
		if answer["type"] != "Accept" || !reflect.DeepEqual(answer["object"], any(follow)) {
			t.Errorf("%q is answered with %q", raw, d.Body)
		}
	})
}
