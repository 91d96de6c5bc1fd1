package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"matou/directory"
	"matou/federation/ap"
)

// counted compares what is counted of our actor.
func (b *bench) counted(when string, followers, following, outbox int) {
	b.t.Helper()
	f, g, o, err := b.Count(b.ctx, us)
	if err != nil || f != followers || g != following || o != outbox {
		b.t.Errorf("%s: counted %d followers, %d followed, %d in the outbox, %v; want %d, %d, %d", when, f, g, o, err, followers, following, outbox)
	}
}

func testFollows(t *testing.T, b *bench) {
	b.counted("empty", 0, 0, 0)
	f := follow(peer(1), us, ap.FollowPending)
	b.apply(ap.Change{Follows: []ap.Follow{f}})
	b.counted("pending", 0, 0, 0)
	equal(t, "inboxes while pending", len(good[[]ap.IRI](t)(b.Inboxes(b.ctx, us))), 0)
	equal(t, "pending is seen", good[[]ap.Follow](t)(b.Followers(b.ctx, us, ap.Page{Limit: 10})), []ap.Follow{f})

	f.State, f.SharedInbox = ap.FollowAccepted, "https://peer001.example/inbox"
	b.apply(ap.Change{Follows: []ap.Follow{f}})
	b.apply(ap.Change{Follows: []ap.Follow{f}})
	b.counted("accepted twice", 1, 0, 0)
	equal(t, "inboxes", good[[]ap.IRI](t)(b.Inboxes(b.ctx, us)), []ap.IRI{f.SharedInbox})
	equal(t, "Follow", good[ap.Follow](t)(b.Follow(b.ctx, peer(1), us)), f)
	if _, err := b.Follow(b.ctx, us, peer(1)); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("the other way round: got %v, want not found", err)
	}

	f.SharedInbox, f.Inbox = "", "https://peer001.example/moved"
	b.apply(ap.Change{Follows: []ap.Follow{f}})
	equal(t, "inboxes after a move", good[[]ap.IRI](t)(b.Inboxes(b.ctx, us)), []ap.IRI{f.Inbox})

	f.State = ap.FollowRejected
	b.apply(ap.Change{Follows: []ap.Follow{f, follow(us, peer(2), ap.FollowAccepted), follow(us, peer(3), ap.FollowPending)}})
	b.counted("rejected, and two of ours", 0, 1, 0)
	equal(t, "inboxes after a refusal", len(good[[]ap.IRI](t)(b.Inboxes(b.ctx, us))), 0)

	b.apply(ap.Change{RemoveFollows: []ap.Edge{{Actor: peer(1), Object: us}, {Actor: us, Object: peer(2)}, {Actor: us, Object: peer(9)}}})
	b.counted("undone", 0, 0, 0)
	equal(t, "followers", len(good[[]ap.Follow](t)(b.Followers(b.ctx, us, ap.Page{Limit: 10}))), 0)
	equal(t, "following", len(good[[]ap.Follow](t)(b.Following(b.ctx, us, ap.Page{Limit: 10}))), 1)
}

func testFollowPages(t *testing.T, b *bench) {
	var c ap.Change
	for i := range 25 {
		c.Follows = append(c.Follows, follow(peer(i), us, ap.FollowAccepted), follow(us, peer(100+i), ap.FollowAccepted), follow(peer(i), local, ap.FollowAccepted))
	}
	slices.Reverse(c.Follows)
	b.apply(c)
	b.counted("all", 25, 25, 0)
	walks := map[string]func(p ap.Page) (string, []ap.Follow, error){
		"followers": func(p ap.Page) (string, []ap.Follow, error) {
			all, err := b.Followers(b.ctx, us, p)
			return string(last(all).Actor), all, err
		},
		"following": func(p ap.Page) (string, []ap.Follow, error) {
			all, err := b.Following(b.ctx, us, p)
			return string(last(all).Object), all, err
		},
	}
	for name, next := range walks {
		var seen []string
		p := ap.Page{Limit: 10}
		for _, want := range []int{10, 10, 5, 0} {
			after, all, err := next(p)
			if err != nil || len(all) != want {
				t.Fatalf("%s after %q: got %d, %v, want %d", name, p.After, len(all), err, want)
			}
			for _, f := range all {
				seen = append(seen, string(f.Actor+" "+f.Object))
			}
			p.After = after
		}
		if !slices.IsSorted(seen) || len(slices.Compact(seen)) != 25 {
			t.Errorf("%s: not each once in order: %v", name, seen)
		}
	}
	at := func(origin string, most int) int {
		return good[int](t)(b.CountFollowersAt(b.ctx, us, origin, most))
	}
	b.apply(ap.Change{Follows: []ap.Follow{
		follow("https://crowd.example/a", us, ap.FollowAccepted), follow("https://crowd.example/b", us, ap.FollowPending),
		follow("https://crowd.example.org/c", us, ap.FollowAccepted), follow("https://crowd.example:8443/d", us, ap.FollowAccepted),
	}})
	equal(t, "of one host", at("https://crowd.example/", 10), 2)
	equal(t, "up to a number", at("https://crowd.example/", 1), 1)
	equal(t, "of none", at("https://nobody.example/", 10), 0)
}

// last gives the last element, or the zero value.
func last[T any](all []T) (v T) {
	if len(all) > 0 {
		v = all[len(all)-1]
	}
	return v
}

func testInboxes(t *testing.T, b *bench) {
	var c ap.Change
	for i := range 30 {
		f := follow(peer(i), us, ap.FollowAccepted)
		if i%3 > 0 {
			f.SharedInbox = ap.IRI(fmt.Sprintf("https://shared%d.example/inbox", i%3))
		}
		c.Follows = append(c.Follows, f)
	}
	pending := follow(peer(50), us, ap.FollowPending)
	elsewhere := follow(peer(51), local, ap.FollowAccepted)
	nowhere := follow(peer(52), us, ap.FollowAccepted)
	nowhere.Inbox = ""
	c.Follows = append(c.Follows, pending, elsewhere, nowhere)
	b.apply(c)
	got := good[[]ap.IRI](t)(b.Inboxes(b.ctx, us))
	slices.Sort(got)
	var want []ap.IRI
	for i := 0; i < 30; i += 3 {
		want = append(want, peer(i)+"/inbox")
	}
	want = append(want, "https://shared1.example/inbox", "https://shared2.example/inbox")
	slices.Sort(want)
	equal(t, "inboxes", got, want)
	b.apply(ap.Change{RemoveFollows: []ap.Edge{{Actor: peer(1), Object: us}}})
	equal(t, "one of many on a shared inbox left", len(good[[]ap.IRI](t)(b.Inboxes(b.ctx, us))), len(want))
}

func testOutbox(t *testing.T, b *bench) {
	var items []ap.OutboxItem
	for i := range 7 {
		items = append(items, ap.OutboxItem{Actor: us, Key: ulid(i), Activity: activityIRI(i)})
	}
	b.apply(ap.Change{Outbox: items})
	b.apply(ap.Change{Outbox: items[2:4]})
	b.apply(ap.Change{Outbox: []ap.OutboxItem{{Actor: local, Key: ulid(99), Activity: activityIRI(99)}}})
	b.counted("seven, two of them twice", 0, 0, 7)
	slices.Reverse(items)
	page := good[[]ap.OutboxItem](t)(b.Outbox(b.ctx, us, ap.Page{Limit: 4}))
	equal(t, "first page", page, items[:4])
	page = good[[]ap.OutboxItem](t)(b.Outbox(b.ctx, us, ap.Page{After: page[3].Key, Limit: 4}))
	equal(t, "second page", page, items[4:])
	b.apply(ap.Change{RemoveOutbox: []ap.OutboxItem{items[0], {Actor: us, Key: ulid(50)}}})
	b.counted("one removed", 0, 0, 6)
	equal(t, "newest now", good[[]ap.OutboxItem](t)(b.Outbox(b.ctx, us, ap.Page{Limit: 1})), items[1:2])
	equal(t, "nobody's", len(good[[]ap.OutboxItem](t)(b.Outbox(b.ctx, peer(1), ap.Page{Limit: 1}))), 0)
}
