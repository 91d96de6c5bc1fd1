package federation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// suspend blocks a domain of n.
func suspend(ctx context.Context, n *federationtest.Node, domain string) error {
	_, err := n.ApplyBlocks(ctx, []ap.DomainBlock{{Domain: domain, Severity: ap.SeveritySuspend}}, true, ap.Decision{Verb: "block", Subject: domain})
	return err
}

// TestBlockLargeHost: more follows and notices than one transaction holds are
// cut in steps; what is interrupted goes on where it was.
func TestBlockLargeHost(t *testing.T) {
	const many, news = 1500, 250
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison", Aggregator: "annuaire", Idle: true})
	ours, dir := ap.IRI(n.ActorID("maison")), ap.IRI(n.ActorID("annuaire"))
	const host = "https://grand.mechant.example"
	hoster := ap.IRI(host + "/users/hebergeur")
	c := ap.Change{
		Follows:  []ap.Follow{{ID: ap.IRI(n.URL + "/f"), Actor: dir, Object: hoster, State: ap.FollowAccepted, Inbox: hoster + "/inbox", Raw: []byte(`{"type":"Follow","id":"` + n.URL + `/f"}`)}},
		Listings: []directory.Listing{{Hoster: directory.Hoster{ID: directory.ID(hoster), Name: "Grand"}}},
	}
	for i := range many {
		who := ap.IRI(fmt.Sprintf("%s/users/%04d", host, i))
		c.Follows = append(c.Follows, ap.Follow{
			ID: who + "/f", Actor: who, Object: ours, State: ap.FollowAccepted, Inbox: who + "/inbox", SharedInbox: host + "/inbox",
			Raw: []byte(`{"type":"Follow","id":"` + string(who) + `/f"}`),
		})
	}
	now := time.Now().UTC()
	for i := range news {
		notice := directory.Notice{ID: directory.ID(fmt.Sprintf("%s/notes/%d", host, i)), Hoster: directory.ID(hoster), PublishedAt: now, UpdatedAt: now.Add(time.Duration(i))}
		for j := range 8 {
			notice.Updates = append(notice.Updates, directory.NoticeUpdate{ID: directory.ID(fmt.Sprintf("%s/%d", notice.ID, j)), At: now})
		}
		c.Notices = append(c.Notices, notice)
	}
	if _, err := n.Store.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for ctx.Err() == nil {
			if followers, _, _, err := n.Store.Count(ctx, ours); err != nil || followers < many-100 {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if err := suspend(ctx, n, "mechant.example"); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	cancel()
	if err := suspend(t.Context(), n, "mechant.example"); err != nil {
		t.Fatal(err)
	}
	followers, _, _, err := n.Store.Count(t.Context(), ours)
	_, following, _, err2 := n.Store.Count(t.Context(), dir)
	if followers != 0 || following != 0 || err != nil || err2 != nil {
		t.Errorf("left: %d followers, %d followed, %v, %v", followers, following, err, err2)
	}
	if isListed(t, n, string(hoster)) || len(notices(t, n, string(hoster))) > 0 {
		t.Error("it is still shown")
	}
	parting, err := n.Store.Deliveries(t.Context(), hoster+"/inbox", 10)
	if err != nil || len(parting) != 1 || !parting[0].Parting {
		t.Errorf("last words for the hoster: %+v, %v", parting, err)
	}
	if report, err := n.Store.Check(t.Context()); err != nil || len(report.Problems) > 0 {
		t.Errorf("the store: %+v, %v", report.Problems, err)
	}
}

// TestBlockMeanwhile: what is being received while a domain is blocked leaves
// no Follow behind.
func TestBlockMeanwhile(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison"})
	peer := federationtest.NewPeer(t)
	var wg sync.WaitGroup
	begun := make(chan struct{}, 100)
	for i := range 8 {
		who := peer.Actor(fmt.Sprintf("personne%d", i))
		wg.Go(func() {
			for range 6 {
				got := who.Post(t, n.Inbox(), who.Follow(n.ActorID("maison")))
				begun <- struct{}{}
				if got.Status != 202 && got.Status != 403 {
					t.Errorf("answer is %+v", got)
				}
			}
		})
	}
	<-begun
	if err := suspend(t.Context(), n, peer.Host); err != nil {
		t.Error(err)
	}
	wg.Wait()
	left, err := n.Store.Followers(t.Context(), ap.IRI(n.ActorID("maison")), ap.Page{Limit: 100})
	if err != nil || len(left) > 0 {
		t.Errorf("%d follow still, %v", len(left), err)
	}
}

// TestBlockWhileKeyIsAsked: an activity whose key cannot be asked for any more,
// because its host is suspended now, is refused as any other of that host; and
// nothing of it is remembered once the host is suspended no more.
func TestBlockWhileKeyIsAsked(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison"})
	peer := federationtest.NewPeer(t)
	alice := peer.Actor("alice")
	peer.Fault("/users/", func(w http.ResponseWriter, r *http.Request) {
		mustSuspend(t, n, peer.Host)
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	})
	if got := alice.Post(t, n.Inbox(), alice.Follow(n.ActorID("maison"))); got.Status != 403 || got.Reason != "blocked" {
		t.Errorf("while it is being suspended: %+v", got)
	}
	peer.Fault("/users/", nil)
	if err := n.Unblock(t.Context(), peer.Host, ap.Decision{Verb: "unblock"}); err != nil {
		t.Fatal(err)
	}
	send(t, n, alice, alice.Follow(n.ActorID("maison")))
}
