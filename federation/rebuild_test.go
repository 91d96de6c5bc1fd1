package federation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// export is everything that a directory shows, as JSON, apart from the times at
// which it was read.
func export(t testing.TB, n *federationtest.Node) string {
	t.Helper()
	ctx := context.Background()
	listings, err := n.Store.Listings(ctx, "", 200)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	for _, l := range listings {
		l.FetchedAt, l.ListedAt = time.Time{}, time.Time{}
		notices, err := n.Store.Notices(ctx, l.Hoster.ID, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []any{l, notices} {
			if err := e.Encode(v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.String()
}

// shelter is a few hosters' nodes with something to say, of which each can be
// shut.
type shelter struct {
	nodes []*federationtest.Node
	shut  []*atomic.Bool
}

func newShelter(t *testing.T, size int) *shelter {
	t.Helper()
	s := &shelter{}
	for i := range size {
		shut := &atomic.Bool{}
		n := federationtest.NewNode(t, federationtest.Options{
			Hoster: fmt.Sprintf("h%d", i),
			Wrap: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if shut.Load() {
						w.WriteHeader(http.StatusBadGateway)
						return
					}
					next.ServeHTTP(w, r)
				})
			},
		})
		notice := openNotice(t, n, "Panne de courant")
		if _, err := n.UpdateNotice(t.Context(), notice.ID, directory.NoticeUpdate{Stage: directory.Identified, Body: "Le fusible."}); err != nil {
			t.Fatal(err)
		}
		s.nodes, s.shut = append(s.nodes, n), append(s.shut, shut)
	}
	return s
}

func (s *shelter) id(i int) string     { return s.nodes[i].ActorID(fmt.Sprintf("h%d", i)) }
func (s *shelter) handle(i int) string { return fmt.Sprintf("@h%d@%s", i, s.nodes[i].Host) }

// followed makes n's directory follow all of them, and waits for their
// listings.
func (s *shelter) followed(t *testing.T, n *federationtest.Node, handles []string) {
	t.Helper()
	for _, h := range handles {
		if _, err := n.Follow(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	for i := range s.nodes {
		federationtest.Eventually(t, "the listing", func() bool { return isListed(t, n, s.id(i)) })
	}
}

// rebuild rebuilds n's directory and waits until everybody was asked.
func rebuild(t *testing.T, n *federationtest.Node) federation.Rebuild {
	t.Helper()
	state, err := n.StartRebuild(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the rebuild", func() bool {
		state, err = n.Rebuilding(t.Context())
		return err == nil && state.Left == 0
	})
	return state
}

// TestRebuild damages what a directory keeps, and wipes it: what hosters say
// comes back from their own nodes, as it was.
func TestRebuild(t *testing.T) {
	ctx := t.Context()
	s := newShelter(t, 3)
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	s.followed(t, n, []string{s.handle(0), s.handle(1), s.handle(2)})
	before := export(t, n)
	_, _, told, err := n.Store.Count(ctx, ap.IRI(n.ActorID("annuaire")))
	if err != nil {
		t.Fatal(err)
	}
	first := notices(t, n, s.id(0))[0]
	wrong := func() ap.Change {
		l, err := n.Store.Listing(ctx, directory.ID(s.id(0)))
		if err != nil {
			t.Fatal(err)
		}
		l.Hoster.Name, l.Hoster.Services = "Quelqu'un d'autre", l.Hoster.Services[:1]
		bad := first
		bad.Title, bad.UpdatedAt, bad.Updates = "Rien à signaler", time.Now().Add(24*time.Hour), nil
		ahead := ap.Document{IRI: ap.IRI(first.ID), Type: "Note", Owner: ap.IRI(s.id(0)), Body: []byte(`{}`), UpdatedAt: time.Now().Add(24 * time.Hour)}
		invented := bad
		invented.ID += "0"
		return ap.Change{Listings: []directory.Listing{l}, Notices: []directory.Notice{bad, invented}, Documents: []ap.Document{ahead}}
	}
	wiped := func() ap.Change {
		var c ap.Change
		for i := range s.nodes {
			l, err := n.Store.Listing(ctx, directory.ID(s.id(i)))
			if err != nil {
				t.Fatal(err)
			}
			c.RemoveListings = append(c.RemoveListings, l.Hoster.ID)
			c.RemoveDocuments = append(c.RemoveDocuments, ap.IRI(l.Hoster.ID))
			for _, v := range l.Hoster.Services {
				c.RemoveDocuments = append(c.RemoveDocuments, ap.IRI(v.ID))
			}
			for _, v := range notices(t, n, s.id(i)) {
				c.RemoveNotices = append(c.RemoveNotices, v.ID)
				c.RemoveDocuments = append(c.RemoveDocuments, ap.IRI(v.ID), ap.IRI(v.Updates[0].ID))
			}
		}
		return c
	}
	for name, damage := range map[string]func() ap.Change{"wrong": wrong, "wiped": wiped} {
		if _, err := n.Store.Apply(ctx, damage()); err != nil {
			t.Fatal(err)
		}
		if export(t, n) == before {
			t.Fatalf("%s: the damage shows nowhere", name)
		}
		if state := rebuild(t, n); state.Total != 3 || len(state.Failed) > 0 {
			t.Errorf("%s: the rebuild ended as %+v", name, state)
		}
		if got := export(t, n); got != before {
			t.Errorf("%s: after the rebuild the directory shows\n%s\nwant\n%s", name, got, before)
		}
	}
	if _, _, now, err := n.Store.Count(ctx, ap.IRI(n.ActorID("annuaire"))); err != nil || now > told+3 {
		t.Errorf("the rebuilds put %d activities into the outbox, %v; want at most the Adds of what was wiped", now-told, err)
	}
}

// TestRebuildFailures: a hoster that does not answer is named, and shown as it
// was until it does.
func TestRebuildFailures(t *testing.T) {
	s := newShelter(t, 2)
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	s.followed(t, n, []string{s.handle(0), s.handle(1)})
	before := export(t, n)
	old, err := n.Store.Listing(t.Context(), directory.ID(s.id(1)))
	if err != nil {
		t.Fatal(err)
	}

	s.shut[1].Store(true)
	state := rebuild(t, n)
	if len(state.Failed) != 1 || "@"+state.Failed[0].Handle != s.handle(1) || !state.Failed[0].Listed || state.Failed[0].Error == "" {
		t.Errorf("failed are %+v, want %s, listed still", state.Failed, s.handle(1))
	}
	if got := export(t, n); got != before {
		t.Error("a hoster that did not answer is shown otherwise than before")
	}
	if l, err := n.Store.Listing(t.Context(), directory.ID(s.id(1))); err != nil || !l.FetchedAt.Equal(old.FetchedAt) {
		t.Errorf("it is dated %s, %v; want the day on which it was read, %s", l.FetchedAt, err, old.FetchedAt)
	}

	s.shut[1].Store(false)
	read, err := n.Store.Listing(t.Context(), directory.ID(s.id(0)))
	if err != nil {
		t.Fatal(err)
	}
	if state := rebuild(t, n); len(state.Failed) != 0 || state.Total != 2 {
		t.Errorf("the second rebuild ended as %+v", state)
	}
	if again, err := n.Store.Listing(t.Context(), directory.ID(s.id(0))); err != nil || !again.FetchedAt.Equal(read.FetchedAt) {
		t.Errorf("the second rebuild began again with a hoster that was read (%v)", err)
	}
	if got := export(t, n); got != before {
		t.Error("the directory is not as it was")
	}
}

// TestRebuildGoesOn: what is due when the node stops is done by the next one on
// the same store, without being asked.
func TestRebuildGoesOn(t *testing.T) {
	s := newShelter(t, 3)
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	s.followed(t, n, []string{s.handle(0), s.handle(1), s.handle(2)})
	before := export(t, n)

	// Only the store knows of it: no node that runs is told.
	var c ap.Change
	for i := range s.nodes {
		c.Refreshes = append(c.Refreshes, ap.Refresh{Actor: ap.IRI(s.id(i)), DueAt: time.Now().Add(-time.Second), Reason: ap.ReasonRebuild})
		c.RemoveNotices = append(c.RemoveNotices, notices(t, n, s.id(i))[0].ID)
	}
	if _, err := n.Store.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if state, err := n.Rebuilding(t.Context()); err != nil || state.Left != 3 {
		t.Fatalf("under way is %+v, %v; want three hosters left", state, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- n.Refresh(ctx) }()
	federationtest.Eventually(t, "the rest of the rebuild", func() bool { return export(t, n) == before })
	stop()
	if err := <-ended; err != nil && ctx.Err() == nil {
		t.Error(err)
	}
}

// TestFromNothing: an empty store, the keys of before and the handles that the
// directory followed make the same directory.
func TestFromNothing(t *testing.T) {
	s := newShelter(t, 3)
	var keys []ap.LocalActor
	var handles []string
	var address, before string
	t.Run("before", func(t *testing.T) {
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
		s.followed(t, n, []string{s.handle(0), s.handle(1), s.handle(2)})
		all, err := n.Following(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			handles = append(handles, "@"+f.Handle)
		}
		if keys, err = n.Store.LocalActors(t.Context()); err != nil {
			t.Fatal(err)
		}
		address, before = n.Host, export(t, n)
	})
	if len(handles) != 3 {
		t.Fatalf("followed were %q", handles)
	}
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Address: address, Keys: keys})
	if got := export(t, n); got != "" {
		t.Fatalf("the store is not empty: %s", got)
	}
	s.followed(t, n, handles)
	if got := export(t, n); got != before {
		t.Errorf("the directory shows\n%s\nwant\n%s", got, before)
	}
}
