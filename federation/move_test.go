package federation_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestMove moves a hoster from one node to another: its followers are told,
// the directory that lists it goes along, and the old node falls silent.
func TestMove(t *testing.T) {
	p := federationtest.NewPeer(t)
	alice, bob := p.Actor("alice"), p.Actor("bob")
	old := federationtest.NewNode(t, federationtest.Options{Hoster: "vieux"})
	fresh := federationtest.NewNode(t, federationtest.Options{Hoster: "neuf"})
	dir := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	from, to := old.ActorID("vieux"), fresh.ActorID("neuf")
	send(t, old, alice, alice.Follow(from))
	p.AwaitType(t, "Accept")
	if _, err := dir.Follow(t.Context(), "@vieux@"+old.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the old listing", func() bool { return isListed(t, dir, from) })
	before, err := dir.Store.Listing(t.Context(), directory.ID(from))
	if err != nil {
		t.Fatal(err)
	}
	notice := publishIncident(t, old)

	if _, err := old.Move(t.Context(), "", "@neuf@"+fresh.Host); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("to where nobody knows it: %v", err)
	}
	if _, err := fresh.AddAlias(t.Context(), "", "@vieux@"+old.Host); err != nil {
		t.Fatalf("add an alias: %v", err)
	}
	if _, err := old.Move(t.Context(), "vieux", "@neuf@"+fresh.Host); err != nil {
		t.Fatalf("move: %v", err)
	}
	moved := p.AwaitType(t, "Move")
	if moved.Verified != nil || moved.Actor != from || moved.ObjectID() != from || moved.Activity["target"] != to {
		t.Errorf("the followers got %s (%v)", moved.Raw, moved.Verified)
	}
	if _, o := document(t, from); o["movedTo"] != to {
		t.Errorf("the old actor says %v", o["movedTo"])
	}
	federationtest.Eventually(t, "the new listing alone", func() bool { return isListed(t, dir, to) && !isListed(t, dir, from) })
	after, err := dir.Store.Listing(t.Context(), directory.ID(to))
	if err != nil || !after.ListedAt.Equal(before.ListedAt) {
		t.Errorf("listed at %v (%v), want %v as before", after.ListedAt, err, before.ListedAt)
	}
	if got, want := past(t, dir, to), []string{"moved by hoster", "entered by hoster"}; !slices.Equal(got, want) {
		t.Errorf("its history is %q, want %q", got, want)
	}
	m, err := dir.Store.MoveByHandle(t.Context(), "vieux@"+old.Host)
	if err != nil || m.ToHandle != "@neuf@"+fresh.Host || !m.Done() {
		t.Errorf("the old handle leads to %+v, %v", m, err)
	}
	federationtest.Eventually(t, "the end of the old Follow", func() bool {
		_, here := follows(t, dir, dir.ActorID("annuaire"), from)
		_, there := follows(t, old, dir.ActorID("annuaire"), from)
		return !here && !there
	})

	if _, err := old.PublishNotice(t.Context(), directory.NoticeDraft{Kind: directory.NoticeIncident, Title: "x", Language: "fr"}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("a notice after the move: %v", err)
	}
	if _, err := old.PublishHoster(t.Context(), ap.Profile{Hoster: directorytest.Hoster("autre")}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("a profile after the move: %v", err)
	}
	if err := old.DeleteNotice(t.Context(), directory.ID(notice)); err != nil {
		t.Errorf("what was said cannot be taken back: %v", err)
	}
	send(t, old, bob, bob.Follow(from))
	if got := p.AwaitType(t, "Reject"); got.Actor != from {
		t.Errorf("a follower after the move: %s", got.Raw)
	}
	if _, err := old.Move(t.Context(), "", "@neuf@"+fresh.Host); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("a second move: %v", err)
	}
	if _, err := old.MoveBack(t.Context(), ""); err != nil {
		t.Fatalf("move back: %v", err)
	}
	publishIncident(t, old)
	if _, o := document(t, from); o["movedTo"] != nil {
		t.Errorf("back, the actor says %v", o["movedTo"])
	}
}

// TestAliases: what an actor of ours is known as elsewhere stands in its
// document, in a bounded number.
func TestAliases(t *testing.T) {
	p := federationtest.NewPeer(t)
	bob := p.Actor("bob")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison", Aggregator: "annuaire"})
	for _, name := range []string{"", "annuaire"} {
		if _, err := n.AddAlias(t.Context(), name, "@bob@"+p.Host); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if _, err := n.AddAlias(t.Context(), name, "@bob@"+p.Host); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("%q, twice: %v", name, err)
		}
	}
	for _, name := range []string{"maison", "annuaire"} {
		_, o := document(t, n.ActorID(name))
		if all, ok := o["alsoKnownAs"].([]any); !ok || len(all) != 1 || all[0] != bob.ID {
			t.Errorf("%s is known as %v", name, o["alsoKnownAs"])
		}
	}
	for name, err := range map[string]error{
		"itself":  second(n.AddAlias(t.Context(), "", "@maison@"+n.Host)),
		"unknown": second(n.RemoveAlias(t.Context(), "", p.URL+"/users/alice")),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p.Fault("/.well-known", federationtest.Status(500))
	if _, err := n.RemoveAlias(t.Context(), "", bob.ID); err != nil {
		t.Errorf("remove by id: %v", err)
	}
	if _, o := document(t, n.ActorID("maison")); o["alsoKnownAs"] != nil {
		t.Errorf("still known as %v", o["alsoKnownAs"])
	}
	if _, err := n.Moved("personne"); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("an actor that is not there: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// moving is a directory that lists a hoster which says that it has moved, to a
// home on another host that says it is the same.
type moving struct {
	dir       *federationtest.Node
	p, q      *federationtest.Peer
	old, home *federationtest.Actor
}

func newMoving(t *testing.T) moving {
	t.Helper()
	m := moving{p: federationtest.NewPeer(t), q: federationtest.NewPeer(t)}
	m.old, m.home = m.p.Hoster("lucioles"), m.q.Hoster("lucioles")
	m.dir = federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	list(t, m.dir, m.old)
	m.old.Set("movedTo", m.home.ID)
	m.home.Set("alsoKnownAs", []any{m.old.ID})
	return m
}

// move is the Move that the old home sends.
func (m moving) move() map[string]any {
	return with(m.old.Activity("Move", m.old.ID), map[string]any{"target": m.home.ID})
}

// accept answers the Follow that the directory sent to the new home.
func (m moving) accept(t *testing.T) {
	t.Helper()
	follow := m.q.AwaitType(t, "Follow")
	send(t, m.dir, m.home, m.home.Activity("Accept", follow.Activity["id"]))
}

// update lets the old home say something, and waits until the directory has
// read it.
func (m moving) update(t *testing.T, member string, value any) {
	t.Helper()
	m.old.Set(member, value)
	read := func() time.Time {
		l, err := m.dir.Store.Listing(t.Context(), directory.ID(m.old.ID))
		if err != nil {
			t.Fatal(err)
		}
		return l.FetchedAt
	}
	before := read()
	send(t, m.dir, m.old, m.old.Update(m.old.Document()))
	federationtest.Eventually(t, "the update read", func() bool { return read().After(before) })
}

// TestMoveWaits: until the new home has accepted and was read, the old listing
// stands, whatever is read of it meanwhile.
func TestMoveWaits(t *testing.T) {
	m := newMoving(t)
	send(t, m.dir, m.old, m.move())
	m.q.AwaitType(t, "Follow")
	m.update(t, "name", "Les Lucioles")
	if !isListed(t, m.dir, m.old.ID) || isListed(t, m.dir, m.home.ID) {
		t.Fatal("the old listing is gone before the new one was read")
	}
	m.p.Forget()
	m.accept(t)
	federationtest.Eventually(t, "the new listing alone", func() bool { return isListed(t, m.dir, m.home.ID) && !isListed(t, m.dir, m.old.ID) })
	if undo := m.p.AwaitType(t, "Undo"); undo.Actor != m.dir.ActorID("annuaire") {
		t.Errorf("undone: %s", undo.Raw)
	}
}

// TestMoveNoticed: a directory that missed the Move finds out when it reads the
// profile (FEP-7628).
func TestMoveNoticed(t *testing.T) {
	m := newMoving(t)
	m.update(t, "name", "Les Lucioles")
	m.accept(t)
	federationtest.Eventually(t, "the new listing alone", func() bool { return isListed(t, m.dir, m.home.ID) && !isListed(t, m.dir, m.old.ID) })
}

// TestMoveTakenBack: a move that either side takes back before the new home
// was read changes nothing of the old listing.
func TestMoveTakenBack(t *testing.T) {
	t.Run("by the old home", func(t *testing.T) {
		m := newMoving(t)
		send(t, m.dir, m.old, m.move())
		m.q.AwaitType(t, "Follow")
		m.update(t, "movedTo", nil)
		m.accept(t)
		federationtest.Eventually(t, "the new listing", func() bool { return isListed(t, m.dir, m.home.ID) })
		if !isListed(t, m.dir, m.old.ID) {
			t.Error("the old listing is gone")
		}
	})
	t.Run("by the new home", func(t *testing.T) {
		m := newMoving(t)
		send(t, m.dir, m.old, m.move())
		m.q.AwaitType(t, "Follow")
		m.home.Set("alsoKnownAs", nil)
		m.accept(t)
		federationtest.Eventually(t, "the new listing", func() bool { return isListed(t, m.dir, m.home.ID) })
		if !isListed(t, m.dir, m.old.ID) {
			t.Error("the old listing is gone")
		}
	})
}

// TestMoveUnlisted: a new home that does not want to be found speaks for the
// old one too.
func TestMoveUnlisted(t *testing.T) {
	m := newMoving(t)
	m.home.Set("indexable", false)
	send(t, m.dir, m.old, m.move())
	m.accept(t)
	federationtest.Eventually(t, "no listing", func() bool { return !isListed(t, m.dir, m.old.ID) })
	if isListed(t, m.dir, m.home.ID) {
		t.Error("the new home is listed without its consent")
	}
}

// keep makes the Follow of the new home stand in a state.
func (m moving) keep(t *testing.T, state ap.FollowState) {
	t.Helper()
	f := ap.Follow{ID: "http://x.example/1", Actor: ap.IRI(m.dir.ActorID("annuaire")), Object: ap.IRI(m.home.ID), State: state, Inbox: ap.IRI(m.home.Inbox)}
	if _, err := m.dir.Store.Apply(t.Context(), ap.Change{Follows: []ap.Follow{f}}); err != nil {
		t.Fatal(err)
	}
}

// TestMoveTurnedAway: a Move is no way around a no.
func TestMoveTurnedAway(t *testing.T) {
	noes := map[string]func(*testing.T, moving){
		"dismissed by the keeper": func(t *testing.T, m moving) {
			if _, err := m.dir.Store.Apply(t.Context(), ap.Change{Verdicts: []ap.Verdict{{Hoster: ap.IRI(m.home.ID), State: ap.CandidateDismissed}}}); err != nil {
				t.Fatal(err)
			}
		},
		"keys that nobody vouched for": func(t *testing.T, m moving) { m.keep(t, ap.FollowChanged) },
		"the new home's own no":        func(t *testing.T, m moving) { m.keep(t, ap.FollowRejected) },
		"suspended while it was asked": func(t *testing.T, m moving) {
			meanwhile(m.q, "/users/", func() { mustSuspend(t, m.dir, m.q.Host) })
		},
	}
	for name, no := range noes {
		t.Run(name, func(t *testing.T) {
			m := newMoving(t)
			no(t, m)
			send(t, m.dir, m.old, m.move())
			if _, err := m.dir.Store.Move(t.Context(), ap.IRI(m.old.ID)); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("the move was taken: %v", err)
			}
			if f, ok := follows(t, m.dir, m.dir.ActorID("annuaire"), m.home.ID); ok && f.State == ap.FollowPending {
				t.Errorf("the new home is followed: %+v", f)
			}
		})
	}
}
