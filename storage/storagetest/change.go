package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/storage"
)

func received(id ap.IRI, expires time.Time) *ap.Activity {
	return &ap.Activity{ID: id, Type: "Create", Actor: peer(1), ReceivedAt: start, ExpiresAt: expires}
}

func testOnce(t *testing.T, b *bench) {
	c := ap.Change{
		Activity:  received(peer(1)+"/a", start.Add(time.Hour)),
		Documents: []ap.Document{document(peer(1)+"/note", "first", start)},
	}
	b.apply(c)
	c.Documents[0].Body = []byte("second")
	c.Documents = append(c.Documents, document(peer(1)+"/other", "second", start))
	c.Follows = []ap.Follow{follow(peer(1), us, ap.FollowAccepted)}
	applied, err := b.Apply(b.ctx, c)
	if err != nil || applied {
		t.Errorf("Apply again: got %t, %v, want false", applied, err)
	}
	got := good[ap.Document](t)(b.Document(b.ctx, peer(1)+"/note"))
	equal(t, "body", string(got.Body), "first")
	if _, err := b.Document(b.ctx, peer(1)+"/other"); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a part of the second Change was applied: %v", err)
	}
	if _, err := b.Follow(b.ctx, peer(1), us); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a part of the second Change was applied: %v", err)
	}
	// Two actors may use one id: the second is no repetition of the first.
	other := *c.Activity
	other.Actor = peer(2)
	c.Activity = &other
	if applied, err := b.Apply(b.ctx, c); err != nil || !applied {
		t.Errorf("the same id of another actor: got %t, %v, want true", applied, err)
	}
}

func testForgotten(t *testing.T, b *bench) {
	c := ap.Change{Activity: received(peer(1)+"/a", start.Add(time.Hour))}
	b.apply(c)
	b.later(time.Hour - time.Nanosecond)
	if applied, err := b.Apply(b.ctx, c); err != nil || applied {
		t.Errorf("before it expires: got %t, %v, want false", applied, err)
	}
	b.later(time.Nanosecond)
	c.Activity.ExpiresAt = start.Add(3 * time.Hour)
	b.apply(c)
	if applied, err := b.Apply(b.ctx, c); err != nil || applied {
		t.Errorf("recorded anew: got %t, %v, want false", applied, err)
	}
	c.Activity = received(peer(1)+"/for-ever", time.Time{})
	b.apply(c)
	b.later(100 * 365 * 24 * time.Hour)
	if applied, err := b.Apply(b.ctx, c); err != nil || applied {
		t.Errorf("without an expiry: got %t, %v, want false", applied, err)
	}
}

func testRace(t *testing.T, b *bench) {
	const ids, copies = 20, 16
	var applied [ids]atomic.Int32
	var wg sync.WaitGroup
	for n := range copies {
		wg.Go(func() {
			for i := range ids {
				c := ap.Change{
					Activity:  received(ap.IRI(fmt.Sprintf("%s/a/%d", peer(1), i)), start.Add(time.Hour)),
					Documents: []ap.Document{document(ap.IRI(fmt.Sprintf("%s/copy/%d/%d", peer(1), i, n)), "x", start)},
				}
				ok, err := b.Apply(b.ctx, c)
				if err != nil {
					t.Errorf("Apply: %v", err)
				}
				if ok {
					applied[i].Add(1)
				}
			}
		})
	}
	wg.Wait()
	for i := range ids {
		if got := applied[i].Load(); got != 1 {
			t.Errorf("activity %d: applied %d times, want once", i, got)
		}
		found := 0
		for n := range copies {
			if _, err := b.Document(b.ctx, ap.IRI(fmt.Sprintf("%s/copy/%d/%d", peer(1), i, n))); err == nil {
				found++
			}
		}
		if found != 1 {
			t.Errorf("activity %d: %d documents, want 1", i, found)
		}
	}
}

func testRecords(t *testing.T, b *bench) {
	actor := ap.Actor{ID: peer(1), Type: "Person", Username: "ana", Inbox: peer(1) + "/inbox", SharedInbox: "https://peer001.example/inbox", Keys: []ap.Key{{ID: peer(1) + "#key", Owner: peer(1), DER: []byte{0, 1, 0xff}}}, FetchedAt: start}
	ours := ap.LocalActor{ID: us, Kind: ap.KindHoster, Username: "chatdroite", KeyID: us + "#main-key", PrivateDER: []byte{1, 2}, CreatedAt: start}
	node := ap.LocalActor{ID: local, Kind: ap.KindNode, Username: "hoster.example", CreatedAt: start}
	host := ap.Host{Name: "peer001.example", MessageSignatures: start}
	profile := ap.Profile{Actor: us, Hoster: listing(1, "Chat & <Droite>").Hoster, Source: map[string][]byte{"https://x.example/a.properties": []byte("a=é\r\n\xff")}}
	doc := document(us, "{\"name\":\"a<b>&\u2028\",\r\n\t\"x\": 1}\xff", start)
	doc.URL, doc.FetchedFrom, doc.FetchedAt = "https://hoster.example/", "inbox", start
	b.apply(ap.Change{
		LocalActors: []ap.LocalActor{ours, node}, Actors: []ap.Actor{actor}, Documents: []ap.Document{doc},
		Hosts: []ap.Host{host}, Profiles: []ap.Profile{profile},
	})
	equal(t, "Actor", good[ap.Actor](t)(b.Actor(b.ctx, actor.ID)), actor)
	equal(t, "KnowsActor", good[bool](t)(b.KnowsActor(b.ctx, actor.ID)), true)
	equal(t, "Host", good[ap.Host](t)(b.Host(b.ctx, host.Name)), host)
	equal(t, "Profile", good[ap.Profile](t)(b.Profile(b.ctx, us)), profile)
	equal(t, "Document", good[ap.Document](t)(b.Document(b.ctx, us)), doc)
	locals := map[ap.IRI]ap.LocalActor{}
	for _, a := range good[[]ap.LocalActor](t)(b.LocalActors(b.ctx)) {
		locals[a.ID] = a
	}
	equal(t, "LocalActors", locals, map[ap.IRI]ap.LocalActor{us: ours, local: node})

	b.apply(ap.Change{RemoveActors: []ap.IRI{actor.ID}, RemoveDocuments: []ap.IRI{us}})
	equal(t, "KnowsActor of one that was removed", good[bool](t)(b.KnowsActor(b.ctx, actor.ID)), false)
	if _, err := b.Actor(b.ctx, actor.ID); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a removed actor: got %v, want not found", err)
	}
	if _, err := b.Document(b.ctx, us); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a removed document: got %v, want not found", err)
	}
}

func testNotFound(t *testing.T, b *bench) {
	lookups := map[string]func() error{
		"Actor":           func() error { _, err := b.Actor(b.ctx, us); return err },
		"Document":        func() error { _, err := b.Document(b.ctx, us); return err },
		"Host":            func() error { _, err := b.Host(b.ctx, "peer.example"); return err },
		"Profile":         func() error { _, err := b.Profile(b.ctx, us); return err },
		"Follow":          func() error { _, err := b.Follow(b.ctx, us, peer(1)); return err },
		"Listing":         func() error { _, err := b.Listing(b.ctx, "https://x.example/"); return err },
		"ListingVersion":  func() error { _, err := b.ListingVersion(b.ctx, "https://x.example/"); return err },
		"ListingByHandle": func() error { _, err := b.ListingByHandle(b.ctx, "a@x.example"); return err },
		"Notice":          func() error { _, err := b.Notice(b.ctx, "https://x.example/n"); return err },
	}
	for name, lookup := range lookups {
		if err := lookup(); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	for name, removal := range map[string]ap.Change{
		"nothing":  {},
		"removals": {RemoveActors: []ap.IRI{us}, RemoveDocuments: []ap.IRI{us}, RemoveFollows: []ap.Edge{{Actor: us, Object: peer(1)}}, RemoveOutbox: []ap.OutboxItem{{Actor: us, Key: ulid(1)}}, RefreshesDone: []ap.RefreshDone{{Actor: us}}, RemoveListings: []directory.ID{"https://x.example/"}, RemoveNotices: []directory.ID{"https://x.example/n"}},
	} {
		if applied, err := b.Apply(b.ctx, removal); err != nil || !applied {
			t.Errorf("%s: got %t, %v, want true", name, applied, err)
		}
	}
	changes := good[[]directory.ListingChange](t)(b.ListingChanges(b.ctx, 0, 10))
	if len(changes) != 0 {
		t.Errorf("removing what is not listed grew the feed: %v", changes)
	}
}

func testTombstone(t *testing.T, b *bench) {
	iri := peer(1) + "/note"
	stone := ap.Document{IRI: iri, Type: "Tombstone", Owner: us, Tombstone: true, UpdatedAt: start.Add(-time.Hour), ExpiresAt: start.Add(time.Hour)}
	b.apply(ap.Change{Documents: []ap.Document{document(iri, "before", start)}})
	b.apply(ap.Change{Documents: []ap.Document{stone}})
	equal(t, "older than what it replaces", good[ap.Document](t)(b.Document(b.ctx, iri)), stone)

	b.apply(ap.Change{Documents: []ap.Document{document(iri, "after", start.Add(24*time.Hour)), document(us, "beside", start)}})
	equal(t, "it stands", good[ap.Document](t)(b.Document(b.ctx, iri)).Tombstone, true)
	equal(t, "the rest of the Change is applied", string(good[ap.Document](t)(b.Document(b.ctx, us)).Body), "beside")

	stone.ExpiresAt = start.Add(2 * time.Hour)
	b.apply(ap.Change{Documents: []ap.Document{stone}})
	equal(t, "a later one", good[ap.Document](t)(b.Document(b.ctx, iri)), stone)

	b.later(2 * time.Hour)
	if d, err := b.Document(b.ctx, iri); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("expired: got %v, %v, want not found", d, err)
	}
	b.apply(ap.Change{Documents: []ap.Document{document(iri, "again", start.Add(-2*time.Hour))}})
	equal(t, "expired and replaced", string(good[ap.Document](t)(b.Document(b.ctx, iri)).Body), "again")

	never := peer(1) + "/never"
	b.apply(ap.Change{Documents: []ap.Document{{IRI: never, Type: "Tombstone", Owner: peer(2), Tombstone: true, UpdatedAt: start.Add(time.Hour)}}})
	b.apply(ap.Change{Documents: []ap.Document{document(never, "its owner's", start)}})
	equal(t, "a Tombstone of another owner", string(good[ap.Document](t)(b.Document(b.ctx, never)).Body), "its owner's")
}

func testOlder(t *testing.T, b *bench) {
	iri := peer(1) + "/note"
	for _, step := range []struct {
		body string
		at   time.Duration
		want string
	}{
		{"one", 0, "one"},
		{"older", -time.Nanosecond, "one"},
		{"as old", 0, "as old"},
		{"newer", time.Nanosecond, "newer"},
		{"one", 0, "newer"},
	} {
		b.apply(ap.Change{Documents: []ap.Document{document(iri, step.body, start.Add(step.at))}})
		equal(t, step.body, string(good[ap.Document](t)(b.Document(b.ctx, iri)).Body), step.want)
	}
}

func testRefused(t *testing.T, b *bench) {
	beside := []ap.Document{document(us, "x", start)}
	long := ap.IRI("https://peer.example/" + strings.Repeat("a", 2048))
	for name, c := range map[string]ap.Change{
		"an actor without an id":       {Actors: []ap.Actor{{}}},
		"an id that is too long":       {Actors: []ap.Actor{{ID: long}}},
		"a delivery without a key":     {Deliveries: []ap.Delivery{{Activity: us, Inbox: us, Signer: us}}},
		"an outbox item with too much": {Outbox: []ap.OutboxItem{{Actor: us, Activity: us, Key: strings.Repeat("0", 65)}}},
		"a follow without an object":   {Follows: []ap.Follow{{Actor: us}}},
		"an activity without an id":    {Activity: &ap.Activity{}},
		"a year that JSON cannot say":  {Actors: []ap.Actor{{ID: us, FetchedAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}},
		"another's refresh":            {RefreshesDone: []ap.RefreshDone{{Actor: us, Next: &ap.Refresh{Actor: local}}}},
	} {
		c.Documents = beside
		if applied, err := b.Apply(b.ctx, c); err == nil || applied {
			t.Errorf("%s: got %t, %v, want an error", name, applied, err)
		}
		if _, err := b.Document(b.ctx, us); !errors.Is(err, directory.ErrNotFound) {
			t.Fatalf("%s: a part of it was applied", name)
		}
	}
}

func testContext(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if applied, err := b.Apply(ctx, ap.Change{Documents: []ap.Document{document(us, "x", start)}}); applied || !errors.Is(err, context.Canceled) {
		t.Errorf("Apply: got %t, %v, want context.Canceled", applied, err)
	}
	if _, err := b.Document(b.ctx, us); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("it was applied: %v", err)
	}
	if _, err := b.Document(ctx, us); !errors.Is(err, context.Canceled) {
		t.Errorf("Document: got %v, want context.Canceled", err)
	}
	if err := b.Settle(ctx, []ap.Outcome{{Delivery: delivery(1, us, start)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("Settle: got %v, want context.Canceled", err)
	}
}

// testSequence has many callers write one record: the last who was answered
// stands, and each sees what it wrote.
func testSequence(t *testing.T, b *bench) {
	for i := range 50 {
		b.apply(ap.Change{Hosts: []ap.Host{{Name: "peer.example", MessageSignatures: start.Add(time.Duration(i))}}})
		got := good[ap.Host](t)(b.Host(b.ctx, "peer.example"))
		equal(t, "read after write", got.MessageSignatures, start.Add(time.Duration(i)))
	}
}

func testTooBig(t *testing.T, b *bench) {
	body := strings.Repeat("x", 200<<10)
	var many []ap.Document
	for i := range 100 {
		many = append(many, document(activityIRI(i), body, start))
	}
	small, big := document(us, "small", start), document(local, strings.Repeat("x", 8<<20), start)
	for name, documents := range map[string][]ap.Document{
		"one that is too big": {small, big},
		"too many":            append([]ap.Document{small}, many...),
	} {
		applied, err := b.Apply(b.ctx, ap.Change{Documents: documents})
		if applied || !errors.Is(err, storage.ErrTooBig) {
			t.Errorf("%s: got %t, %v, want ErrTooBig", name, applied, err)
		}
		if _, err := b.Document(b.ctx, us); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: a part of it was applied: %v", name, err)
		}
	}
	// Each fits by itself: together they take as many transactions as needed.
	var wg sync.WaitGroup
	for _, d := range many {
		wg.Go(func() {
			if _, err := b.Apply(b.ctx, ap.Change{Documents: []ap.Document{d}}); err != nil {
				t.Errorf("many at once: %v", err)
			}
		})
	}
	wg.Wait()
	for _, d := range many {
		equal(t, "body", len(good[ap.Document](t)(b.Document(b.ctx, d.IRI)).Body), len(body))
	}
}

func testClosed(t *testing.T, b *bench) {
	if err := b.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if _, err := b.Apply(b.ctx, ap.Change{}); !errors.Is(err, storage.ErrClosed) {
		t.Errorf("Apply: got %v, want ErrClosed", err)
	}
	if _, err := b.Document(b.ctx, us); !errors.Is(err, storage.ErrClosed) {
		t.Errorf("Document: got %v, want ErrClosed", err)
	}
	if err := b.Settle(b.ctx, []ap.Outcome{{}}); !errors.Is(err, storage.ErrClosed) {
		t.Errorf("Settle: got %v, want ErrClosed", err)
	}
}
