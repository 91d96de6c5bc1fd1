package activitystreams

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"matou/federation/ap"
)

func TestCollectionsOverTheWire(t *testing.T) {
	id := ap.IRI("https://a.example/outbox")
	c, err := DecodeCollection(OrderedCollection(id, 42, id+"?page=1"))
	if err != nil || c.ID != id || c.Total != 42 || c.First != id+"?page=1" || c.Type != "OrderedCollection" || len(c.Items) != 0 {
		t.Errorf("head: got %+v, %v", c, err)
	}
	c, err = DecodeCollection(OrderedCollection(id, 42, ""))
	if err != nil || c.First != "" {
		t.Errorf("hidden: got %+v, %v", c, err)
	}
	note := json.RawMessage(`{"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/n","type":"Note"}`)
	c, err = DecodeCollection(OrderedCollectionPage(id+"?page=1", id, id+"?page=2", []any{note, ap.IRI("https://a.example/2"), "https://a.example/3", 5, json.RawMessage(`{`)}))
	if err != nil || c.PartOf != id || c.Next != id+"?page=2" || len(c.Items) != 3 || c.Total != -1 {
		t.Fatalf("page: got %+v, %v", c, err)
	}
	if o, err := Parse(c.Items[0].Raw); err != nil || o.ID() != "https://a.example/n" || c.Items[0].IRI != "https://a.example/n" || c.Items[1].Raw != nil || c.Items[2].IRI != "https://a.example/3" {
		t.Errorf("items: got %+v, %v", c.Items, err)
	}
	for _, raw := range [][]byte{Collection(id, 0, nil), OrderedCollectionOf(id, nil)} {
		if c, err = DecodeCollection(raw); err != nil || c.Total != 0 || !strings.Contains(string(raw), `tems":[]`) {
			t.Errorf("empty: got %s, %v", raw, err)
		}
	}
}

func TestDecodeCollectionOfPeers(t *testing.T) {
	tests := []struct {
		file  string
		total int
		items int
		first bool
	}{
		{"mastodon-outbox", 42, 0, true},
		{"mastodon-featured", 1, 1, false},
		{"misskey-followers", 3, 0, true},
		{"wordpress-following", -1, 1, false},
	}
	for _, test := range tests {
		c, err := DecodeCollection(testdata(t, "peers/"+test.file+".json"))
		if err != nil || c.Total != test.total || len(c.Items) != test.items || (c.First != "") != test.first {
			t.Errorf("%s: got %+v, %v", test.file, c, err)
		}
	}
}

func TestDecodeCollectionHostile(t *testing.T) {
	const id = `"id":"https://a.example/c","type":"OrderedCollectionPage"`
	tests := []struct {
		name, raw string
		check     func(CollectionView) bool
	}{
		{"next is itself", `{` + id + `,"next":"https://a.example/c"}`, func(c CollectionView) bool { return c.Next == "" }},
		{"next elsewhere", `{` + id + `,"next":"https://victim.example/c","first":"https://victim.example/1","partOf":{"id":"https://victim.example/1"}}`,
			func(c CollectionView) bool { return c.Next == "" && c.First == "" && c.PartOf == "" }},
		{"a huge total", `{` + id + `,"totalItems":9223372036854775808}`, func(c CollectionView) bool { return c.Total == 1<<31-1 }},
		{"a total below zero", `{` + id + `,"totalItems":-5}`, func(c CollectionView) bool { return c.Total == 0 }},
		{"items of every shape", `{` + id + `,"orderedItems":[null,5,true,[],{},"x","https://a.example/1",{"type":"Note"}]}`,
			func(c CollectionView) bool { return len(c.Items) == 3 }},
		{"an embedded first page", `{"id":"https://a.example/c","type":"Collection","first":{"type":"CollectionPage","next":"https://a.example/c?2","items":["https://a.example/1"]}}`,
			func(c CollectionView) bool { return len(c.Items) == 1 && c.Next == "https://a.example/c?2" }},
		{"too many items", `{` + id + `,"items":["https://a.example/` + manyItems() + `"]}`, func(c CollectionView) bool { return len(c.Items) == maxItems }},
	}
	for _, test := range tests {
		c, err := DecodeCollection([]byte(test.raw))
		if err != nil || !test.check(c) {
			t.Errorf("%s: got %+v, %v", test.name, c, err)
		}
	}
	for name, raw := range map[string]string{"no id": `{"type":"Collection"}`, "no collection": `{"id":"https://a.example/c","type":"Note"}`} {
		if c, err := DecodeCollection([]byte(raw)); err == nil {
			t.Errorf("%s: got %+v", name, c)
		}
	}
}

func manyItems() string {
	var all []string
	for i := range 1000 {
		all = append(all, fmt.Sprint(i))
	}
	return strings.Join(all, `","https://a.example/`)
}
