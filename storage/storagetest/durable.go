package storagetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

func testReopen(t *testing.T, b *bench) {
	c := sending(1, start, inbox)
	c.Activity = received(peer(1)+"/a", start.Add(time.Hour))
	c.LocalActors = []ap.LocalActor{{ID: us, Kind: ap.KindHoster, CreatedAt: start}}
	c.Follows = []ap.Follow{follow(peer(1), us, ap.FollowAccepted)}
	c.Outbox = []ap.OutboxItem{{Actor: us, Key: ulid(1), Activity: activityIRI(1)}}
	c.Refreshes = []ap.Refresh{{Actor: peer(1), DueAt: start}}
	c.Listings = []directory.Listing{listing(1, "one")}
	c.Notices = []directory.Notice{notice(1, directory.ID(us), start)}
	b.apply(c)
	b.settle(ap.Outcome{Delivery: delivery(1, inbox, start), RetryAt: start.Add(time.Minute), Error: "timeout"})
	b.reopen()

	if applied, err := b.Apply(b.ctx, c); err != nil || applied {
		t.Errorf("the same activity: got %t, %v, want false", applied, err)
	}
	b.counted("after a restart", 1, 0, 1)
	equal(t, "document", string(good[ap.Document](t)(b.Document(b.ctx, activityIRI(1))).Body), "activity")
	equal(t, "lane", b.lanes(start.Add(time.Minute)), []ap.Lane{{Inbox: inbox, DueAt: start.Add(time.Minute), Attempts: 1, FailingSince: start, LastError: "timeout"}})
	equal(t, "delivery", b.waiting(inbox), []string{ulid(1)})
	equal(t, "local actors", len(good[[]ap.LocalActor](t)(b.LocalActors(b.ctx))), 1)
	equal(t, "refresh", good[time.Time](t)(b.NextRefresh(b.ctx)), start)
	equal(t, "listing", told(b.feed()), []string{"hoster001.example one"})
	equal(t, "notice", len(good[[]directory.Notice](t)(b.Notices(b.ctx, directory.ID(us), 9))), 1)
}

// testWriters has many goroutines write what belongs together, while others
// read: nobody may see a half.
func testWriters(t *testing.T, b *bench) {
	const writers, rounds = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			actor := peer(w)
			for i := range rounds {
				at := start.Add(time.Duration(i))
				c := sending(w*rounds+i, at, ap.IRI(fmt.Sprintf("%s/inbox", actor)))
				c.Documents = append(c.Documents, document(actor+"/left", fmt.Sprint(i), at), document(actor+"/right", fmt.Sprint(i), at))
				c.Follows = []ap.Follow{follow(actor, us, ap.FollowAccepted)}
				c.Listings = []directory.Listing{listing(w, fmt.Sprint(i))}
				if _, err := b.Apply(b.ctx, c); err != nil {
					t.Errorf("Apply: %v", err)
				}
				if i%2 == 0 {
					if err := b.Settle(b.ctx, []ap.Outcome{{Delivery: c.Deliveries[0], Done: true}}); err != nil {
						t.Errorf("Settle: %v", err)
					}
				}
			}
		})
		wg.Go(func() {
			for range rounds {
				left, err := b.Document(b.ctx, peer(w)+"/left")
				if err != nil {
					continue
				}
				// Read later, so never older.
				right, err := b.Document(b.ctx, peer(w)+"/right")
				if err != nil || right.UpdatedAt.Before(left.UpdatedAt) {
					t.Errorf("half of a Change was seen: %s, then %s, %v", left.UpdatedAt, right.UpdatedAt, err)
				}
			}
		})
	}
	wg.Wait()
	b.counted("one follower each", writers, 0, 0)
	equal(t, "feed", len(b.feed()), writers)
	equal(t, "lanes", len(b.lanes(start.Add(time.Hour))), writers)
	equal(t, "waiting", len(b.waiting(peer(0)+"/inbox")), rounds/2)
	b.reopen()
	b.counted("after a restart", writers, 0, 0)
}
