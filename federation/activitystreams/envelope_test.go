package activitystreams

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams"
)

// typed gives an envelope to go-fed as pub's inbox does.
func typed(t *testing.T, raw string) pub.Activity {
	t.Helper()
	o, err := Parse([]byte(raw))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	envelope, err := o.Envelope()
	if err != nil {
		t.Fatalf("envelope: %v", err)
	}
	var m map[string]any
	if err := json.Unmarshal(envelope, &m); err != nil {
		t.Fatal(err)
	}
	v, err := streams.ToType(context.Background(), m)
	if err != nil {
		t.Fatalf("go-fed refuses %s: %v", envelope, err)
	}
	a, ok := v.(pub.Activity)
	if !ok {
		t.Fatalf("go-fed reads %T, no activity", v)
	}
	if a.GetJSONLDId() == nil || a.GetJSONLDId().Get() == nil || a.GetActivityStreamsActor().Len() != 1 {
		t.Errorf("id or actor was lost in %s", envelope)
	}
	if _, err := streams.Serialize(a); err != nil {
		t.Errorf("go-fed cannot write it again: %v", err)
	}
	return a
}

// TestGoFedReadsWhatWeSend has go-fed read every kind of activity that a node
// sends, as it reads what others send.
func TestGoFedReadsWhatWeSend(t *testing.T) {
	read := map[string]bool{}
	for name, raw := range goldenDocuments(t) {
		o, err := Parse(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !activities[o.Type()] {
			continue
		}
		a := typed(t, string(raw))
		if a.GetTypeName() != o.Type() || a.GetJSONLDId().Get().String() != o.String("id") || a.GetActivityStreamsActor().At(0).GetIRI().String() != o.String("actor") {
			t.Errorf("%s: go-fed reads a %s of another id or actor", name, a.GetTypeName())
		}
		read[o.Type()] = true
	}
	for _, kind := range []string{"Accept", "Add", "Announce", "Create", "Delete", "Flag", "Follow", "Move", "Reject", "Remove", "Undo", "Update"} {
		if !read[kind] {
			t.Errorf("no %s among the golden documents", kind)
		}
	}
}

func TestEnvelopeOfEveryActivity(t *testing.T) {
	for kind := range activities {
		for _, object := range []string{
			`"https://b.example/1"`,
			`{"id":"https://b.example/1","type":"Note","content":"x"}`,
			`{"type":"Follow","actor":"https://a.example/1","object":"https://b.example/1"}`,
			`{"id":"https://b.example/1","type":"Tombstone","formerType":"Note"}`,
			`{"id":"https://b.example/1","type":"HostedService","name":"x"}`,
			`{"id":"https://b.example/1","type":"Unheard"}`,
			`["https://b.example/1","https://b.example/2"]`,
			`null`, `[]`, `{}`, `5`, `[null,{"id":null}]`,
		} {
			got := typed(t, `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/act/1","type":"`+kind+`",
				"actor":"https://a.example/1","object":`+object+`,"target":"https://b.example/t","to":"as:Public","cc":["https://a.example/1/followers"]}`)
			if got.GetTypeName() != kind {
				t.Errorf("%s: go-fed reads a %s", kind, got.GetTypeName())
			}
		}
	}
}

// Documents that made typed readers fail pass, reduced to what is safe.
func TestEnvelopeOfHostileActivities(t *testing.T) {
	hostile := []string{
		`"object":{"id":null,"type":"Note"}`,
		`"object":{"id":"https://a.example/n","type":"Note","id2":null,"tag":{"type":"Hashtag","name":"#x","href":5}}`,
		`"object":{"id":"https://a.example/n","type":["Note","Hashtag",null]},"tag":[{"type":"Hashtag"},{"type":null}]`,
		`"object":{"type":{"type":"Note"}},"instrument":{"id":null}`,
		`"object":{"id":"https://a.example/n","type":"Note","attachment":[[[[{"type":"Link"}]]]],"replies":{"first":{"items":[{"id":null}]}}}`,
		`"object":"https://a.example/n","to":[null,5,{"id":null},{"type":"Link","href":"::"}],"cc":{"id":{}},"bto":"x","published":true,"duration":"P1W"`,
		`"object":"https://a.example/n","content":5,"contentMap":[1],"summaryMap":{"":null},"name":{"x":1},"url":{"href":null},"@type":["x"]`,
	}
	for _, h := range hostile {
		a := typed(t, `{"id":"https://a.example/act/1","type":"Create","actor":[{"id":"https://a.example/1","type":"Person","inbox":null}],`+h+`}`)
		if a.GetTypeName() != "Create" {
			t.Errorf("%s: got %s", h, a.GetTypeName())
		}
	}
}

func TestEnvelopeRefuses(t *testing.T) {
	for name, raw := range map[string]string{
		"no id":             `{"type":"Create","actor":"https://a.example/1"}`,
		"id null":           `{"id":null,"type":"Create","actor":"https://a.example/1"}`,
		"no actor":          `{"id":"https://a.example/act/1","type":"Create"}`,
		"actor elsewhere":   `{"id":"https://a.example/act/1","type":"Create","actor":"acct:a@b.example"}`,
		"an object":         `{"id":"https://a.example/1","type":"Note","actor":"https://a.example/1"}`,
		"an extension":      `{"id":"https://a.example/1","type":"EmojiReact","actor":"https://a.example/1"}`,
		"an aliased type":   `{"id":"https://a.example/1","type":"as:Create","actor":"https://a.example/1"}`,
		"a type by fantasy": `{"id":"https://a.example/1","type":{"@id":"Create"},"actor":"https://a.example/1"}`,
	} {
		o, err := Parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := o.Envelope(); err == nil {
			t.Errorf("%s: got %s, want an error", name, got)
		}
	}
}
