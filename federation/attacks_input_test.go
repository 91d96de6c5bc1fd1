package federation_test

import (
	"fmt"
	"maps"
	"strings"

	"matou/directory"
	"matou/federation/federationtest"
)

func attackLength(a *attack) {
	a.refused(a.alice, nil, federationtest.Request{Body: make([]byte, 10<<20)}, 413)
}

func attackDuplicateKeys(a *attack) {
	id := a.peer.NewID("x")
	for _, body := range []string{
		`{"id":%q,"type":"Follow","actor":%q,"actor":"` + a.hoster.ID + `","object":%q}`,
		`{"id":%q,"type":"Follow","Actor":%q,"object":%q}`,
		`{"id":%q,"Type":"Follow","actor":%q,"object":%q}`,
		`[{"id":%q,"type":"Follow","actor":%q,"object":%q}]`,
	} {
		a.refused(a.alice, nil, federationtest.Request{Body: fmt.Appendf(nil, body, id, a.alice.ID, a.n.ActorID("maison"))}, 400)
	}
}

func attackEncodings(a *attack) {
	good := marshal(a, a.follow(a.alice))
	for name, body := range map[string][]byte{
		"UTF-16": {0xff, 0xfe, '{', 0, '}', 0}, "invalid UTF-8": append([]byte(`{"x":"`+"\xff"+`",`), good[1:]...),
		"NaN": append([]byte(`{"x":NaN,`), good[1:]...), "two documents": append(append([]byte{}, good...), good...),
		"null": []byte(`null`), "nothing": {}, "NUL": append([]byte(`{"x":"\u0000",`), good[1:]...),
	} {
		before := a.state()
		if got := a.post(a.alice, nil, federationtest.Request{Body: body}); got.Status != 400 {
			a.Errorf("%s: answer is %+v, want 400", name, got)
		}
		if a.state() != before {
			a.Errorf("%s had an effect", name)
		}
	}
	if got := a.post(a.alice, nil, federationtest.Request{Body: append([]byte("\xef\xbb\xbf"), good...)}); got.Status != 202 {
		a.Errorf("byte order mark: answer is %+v, want 202", got)
	}
}

// Whatever stands in the place of a value, the node answers, and goes on.
func attackWrongTypes(a *attack) {
	values := []any{nil, 5, 1e300, true, "", "x", []any{}, []any{nil}, []any{[]any{}}, map[string]any{}, map[string]any{"id": nil},
		map[string]any{"id": 5, "type": []any{5}}, map[string]any{"type": "Hashtag", "name": 5}, strings.Repeat("x", 5000)}
	for _, kind := range []string{"Follow", "Undo", "Accept", "Create", "Update", "Delete", "Block", "Announce"} {
		for _, member := range []string{"id", "type", "actor", "object", "to", "cc", "@context", "published", "tag", "target"} {
			for _, v := range values {
				activity := a.hoster.Activity(kind, a.note["id"])
				if kind == "Delete" {
					activity["object"] = a.evil.URL // nothing that stands here
				}
				activity[member] = v
				got := a.post(a.hoster, activity, federationtest.Request{})
				if got.Status != 202 && got.Status != 400 && got.Status != 401 {
					a.Fatalf("%s with %s %v: answer is %+v", kind, member, v, got)
				}
			}
		}
	}
	note := a.hoster.Incident("x", "x")
	for member := range maps.Clone(note) {
		for _, v := range values {
			odd := with(a.hoster.Incident("x", "x"), nil)
			odd[member] = v
			for _, activity := range []map[string]any{a.hoster.Create(odd), a.hoster.Update(odd)} {
				if got := a.post(a.hoster, activity, federationtest.Request{}); got.Status != 202 && got.Status != 400 {
					a.Fatalf("note with %s %v: answer is %+v", member, v, got)
				}
			}
		}
	}
	if s := a.n.ReceiveStats(); s.Failed > 0 {
		a.Errorf("%d activities met an error of the node", s.Failed)
	}
	if !isListed(a, a.n, a.hoster.ID) {
		a.Error("the listing is gone")
	}
}

func attackAliases(a *attack) {
	base := a.follow(a.alice)
	for _, activity := range []map[string]any{
		{"@context": []any{"https://www.w3.org/ns/activitystreams", map[string]any{"acteur": "as:actor"}}, "id": base["id"], "type": "Follow", "acteur": a.alice.ID, "object": base["object"]},
		{"id": base["id"], "type": "Follow", "https://www.w3.org/ns/activitystreams#actor": a.alice.ID, "object": base["object"]},
		{"@id": base["id"], "@type": "Follow", "actor": a.alice.ID, "object": base["object"]},
	} {
		a.refused(a.alice, activity, federationtest.Request{}, 400)
	}
}

// The first type that is known counts; an address is a type only where it is
// that of ActivityStreams or of our own terms.
func attackTypes(a *attack) {
	for i, kind := range []any{
		[]any{"Person", "vcard:individual"}, []any{"vcard:individual", "Person"}, "https://www.w3.org/ns/activitystreams#Person", []any{5, nil, "Service"},
	} {
		actor := a.peer.Actor(fmt.Sprint("genre", i))
		actor.Set("type", kind)
		send(a, a.n, actor, with(a.follow(actor), map[string]any{"type": []any{"Follow", "schema:FollowAction"}}))
		if _, ok := follows(a, a.n, actor.ID, a.n.ActorID("maison")); !ok {
			a.Errorf("an actor of type %v does not follow", kind)
		}
	}
	for i, kind := range []any{"https://evil.example/ns#Person", "person", "Note", []any{}, []any{[]any{"Person"}}, map[string]any{"id": "Person"}, 5, strings.Repeat("Person", 50)} {
		actor := a.peer.Actor(fmt.Sprint("rien", i))
		actor.Set("type", kind)
		a.refused(actor, a.follow(actor), federationtest.Request{}, 401)
	}
	many := []any{}
	for i := range 3000 {
		many = append(many, fmt.Sprint("t:", i))
	}
	a.refused(a.alice, with(a.follow(a.alice), map[string]any{"type": append(many, "Follow")}), federationtest.Request{}, 400)
}

func attackManyObjects(a *attack) {
	var many []any
	for range 2000 {
		many = append(many, a.n.ActorID("maison"))
	}
	a.refused(a.alice, a.alice.Activity("Follow", many), federationtest.Request{}, 202)
	a.refused(a.alice, with(a.alice.Activity("Follow", nil), map[string]any{"type": "OrderedCollection", "orderedItems": many}), federationtest.Request{}, 202)
	a.refused(a.alice, a.alice.Activity("Follow", strings.Split(strings.Repeat("x ", 6000), " ")), federationtest.Request{}, 400)
}

// A follower whose inbox is somebody else's: our deliveries would hit them.
func attackVictimInbox(a *attack) {
	a.mallory.Set("inbox", a.alice.Inbox)
	a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{}, 401)
	shared := a.evil.Actor("partage")
	shared.Set("endpoints", map[string]any{"sharedInbox": a.peer.URL + "/inbox"})
	send(a, a.n, shared, a.follow(shared))
	if f, ok := follows(a, a.n, shared.ID, a.n.ActorID("maison")); !ok || f.SharedInbox != "" {
		a.Errorf("follow is %+v", f)
	}
}

func attackOwnInbox(a *attack) {
	a.mallory.Set("inbox", a.n.Inbox())
	a.refused(a.mallory, a.follow(a.mallory), federationtest.Request{}, 401)
}

// A handle of the attacker's host that names somebody else's actor is not
// that actor's.
func attackBorrowedHandle(a *attack) {
	a.evil.Fault("/.well-known/webfinger", federationtest.Answer(federationtest.TypeJRD, map[string]any{
		"subject": "acct:officiel@" + a.evil.Host,
		"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": a.hoster.ID}},
	}))
	if f, err := a.n.Follow(a.Context(), "@officiel@"+a.evil.Host); err == nil {
		a.Errorf("the borrowed handle leads to %s", f.Object)
	}
	a.evil.Fault("/.well-known/webfinger", federationtest.Answer(federationtest.TypeJRD, map[string]any{
		"subject": "acct:officiel@" + a.evil.Host,
		"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": a.n.ActorID("maison")}},
	}))
	if f, err := a.n.Follow(a.Context(), "@officiel@"+a.evil.Host); err == nil {
		a.Errorf("the borrowed handle leads to our own %s", f.Object)
	}
}

func attackPrivateNote(a *attack) {
	for _, to := range []any{[]any{a.hoster.ID + "/followers"}, []any{a.n.ActorID("annuaire")}, []any{}, nil} {
		note := with(a.hoster.Incident("Entre nous", "x"), map[string]any{"to": to, "cc": []any{}})
		a.refused(a.hoster, with(a.hoster.Create(note), map[string]any{"to": to, "cc": []any{}}), federationtest.Request{}, 202)
	}
	if _, err := a.n.Store.Notice(a.Context(), directory.ID(a.note["id"].(string))); err != nil {
		a.Errorf("the public note is gone: %v", err)
	}
}
