package federation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// candidate gives what n knows of a candidate; the zero one for nobody.
func candidate(t testing.TB, n *federationtest.Node, hoster string) ap.Candidate {
	t.Helper()
	k, err := n.Store.Candidate(context.Background(), ap.IRI(hoster))
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		t.Fatal(err)
	}
	return k
}

// learn makes n's directory follow another one, and waits until its listing was
// walked.
func learn(t testing.TB, n *federationtest.Node, from *federationtest.Actor) {
	t.Helper()
	f := askToFollow(t, n, from)
	send(t, n, from, from.Activity("Accept", string(f.ID)))
	walked(t, n, from.ID)
}

// walked waits until n has walked the listing of an aggregator.
func walked(t testing.TB, n *federationtest.Node, aggregator string) {
	t.Helper()
	federationtest.Eventually(t, "the walk of the listing", func() bool {
		_, err := n.Store.Source(context.Background(), ap.IRI(aggregator))
		return err == nil
	})
}

// known waits until a candidate was read from its own node.
func known(t testing.TB, n *federationtest.Node, hoster string) {
	t.Helper()
	federationtest.Eventually(t, "the look at a candidate", func() bool {
		a, err := n.Store.Actor(context.Background(), ap.IRI(hoster))
		return err == nil && a.Handle != ""
	})
}

// TestPropose is one directory that follows another: what that one lists waits
// for the keeper, who accepts or dismisses; what it lists no more stays listed.
func TestPropose(t *testing.T) {
	ctx := t.Context()
	hoster := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	other := federationtest.NewNode(t, federationtest.Options{Hoster: "menhir"})
	h, o := hoster.ActorID("chatdroite"), other.ActorID("menhir")
	west := federationtest.NewNode(t, federationtest.Options{Aggregator: "ouest"})
	east := federationtest.NewNode(t, federationtest.Options{Aggregator: "est"})
	follow := func(n *federationtest.Node, handle string) {
		t.Helper()
		if _, err := n.Follow(ctx, handle); err != nil {
			t.Fatal(err)
		}
	}
	follow(west, "@chatdroite@"+hoster.Host)
	federationtest.Eventually(t, "the listing", func() bool { return isListed(t, west, h) })
	follow(east, "@ouest@"+west.Host)
	federationtest.Eventually(t, "the hoster that was listed before is proposed", func() bool { return candidate(t, east, h).State == ap.CandidateProposed })
	follow(west, "@menhir@"+other.Host)
	federationtest.Eventually(t, "the hoster that is listed now is proposed", func() bool { return candidate(t, east, o).State == ap.CandidateProposed })
	known(t, east, h)
	known(t, east, o)
	if isListed(t, east, h) || isListed(t, east, o) {
		t.Error("somebody is listed whom nobody accepted")
	}
	all, err := east.Candidates(ctx, false)
	if err != nil || len(all) != 2 {
		t.Fatalf("candidates are %+v, %v; want two", all, err)
	}
	for _, k := range all {
		if k.Why != "" || k.Name == "" || !slices.Equal(k.From, []string{"@ouest@" + west.Host}) {
			t.Errorf("a candidate is %+v", k)
		}
	}

	if _, err := east.AcceptCandidate(ctx, "@chatdroite@"+hoster.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the listing of an accepted candidate", func() bool { return isListed(t, east, h) })
	l, err := east.Store.Listing(ctx, directory.ID(h))
	if err != nil || !slices.Equal(l.LearnedFrom, []directory.ID{directory.ID(west.ActorID("ouest"))}) || l.Origin != h {
		t.Errorf("listing is from %q, learned from %q, %v; want %s, and the other directory", l.Origin, l.LearnedFrom, err, h)
	}
	if err := east.DismissCandidate(ctx, "@menhir@"+other.Host); err != nil {
		t.Fatal(err)
	}
	if err := east.DismissCandidate(ctx, "@personne@"+other.Host); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("nobody's candidate was dismissed: %v", err)
	}

	for _, handle := range []string{"@chatdroite@" + hoster.Host, "@menhir@" + other.Host} {
		if err := west.Unfollow(ctx, handle); err != nil {
			t.Fatal(err)
		}
	}
	federationtest.Eventually(t, "the withdrawal is noted", func() bool {
		for _, id := range []string{h, o} {
			if s, _ := candidate(t, east, id).Source(ap.IRI(west.ActorID("ouest"))); s.WithdrawnAt.IsZero() {
				return false
			}
		}
		return true
	})
	if !isListed(t, east, h) {
		t.Error("a directory took a hoster out of another's listing")
	}
	follow(west, "@menhir@"+other.Host)
	federationtest.Eventually(t, "it is listed there again", func() bool {
		s, ok := candidate(t, east, o).Source(ap.IRI(west.ActorID("ouest")))
		return ok && s.WithdrawnAt.IsZero()
	})
	if got := candidate(t, east, o).State; got != ap.CandidateDismissed {
		t.Errorf("what was dismissed is %s when it is proposed again", got)
	}
}

// TestRing: three directories that learn from one another in a ring, and follow
// what they learn. A hoster that one of them lists is listed by all, each tells
// it once, and then there is silence.
func TestRing(t *testing.T) {
	hoster := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	h := hoster.ActorID("chatdroite")
	nodes := ring(t, 3)
	told := func(n *federationtest.Node, name string) (adds, removes int) {
		t.Helper()
		items, err := n.Store.Outbox(t.Context(), ap.IRI(n.ActorID(name)), ap.Page{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			d, err := n.Store.Document(t.Context(), item.Activity)
			if err != nil {
				t.Fatal(err)
			}
			switch d.Type {
			case "Add":
				adds++
			case "Remove":
				removes++
			}
		}
		return adds, removes
	}
	if _, err := nodes[0].Follow(t.Context(), "@chatdroite@"+hoster.Host); err != nil {
		t.Fatal(err)
	}
	for i, n := range nodes {
		federationtest.Eventually(t, fmt.Sprintf("the listing by directory %d", i), func() bool { return isListed(t, n, h) })
	}
	received := func() (all uint64) {
		for _, n := range nodes {
			s := n.ReceiveStats()
			all += s.Applied + s.Ignored + s.Duplicate
		}
		return all
	}
	// What goes round the ring takes milliseconds: what still moves when
	// nothing has come for a while goes round for ever.
	before, still := received(), time.Now()
	for begin := time.Now(); time.Since(still) < 500*time.Millisecond; time.Sleep(20 * time.Millisecond) {
		if now := received(); now != before {
			before, still = now, time.Now()
		}
		if time.Since(begin) > time.Minute {
			t.Fatal("the ring does not come to rest")
		}
	}
	// Each Follow round the ring and of the hoster is one message and its
	// answer; each directory tells its one follower once.
	if most := uint64(3*2 + 3*2 + 3 + 3); before > most {
		t.Errorf("%d messages came to the three directories, want at most %d", before, most)
	}
	for i, n := range nodes {
		if adds, removes := told(n, fmt.Sprintf("annuaire%d", i)); adds != 1 || removes != 0 {
			t.Errorf("directory %d told %d Adds and %d Removes, want one Add", i, adds, removes)
		}
	}

	// One keeper leaves the hoster out: the others keep it, and it does not
	// come back by way of them.
	if err := nodes[1].Unfollow(t.Context(), "@chatdroite@"+hoster.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the Remove", func() bool { _, removes := told(nodes[1], "annuaire1"); return removes == 1 })
	for _, n := range nodes {
		learnAgain(t, n)
	}
	if isListed(t, nodes[1], h) || !isListed(t, nodes[0], h) || !isListed(t, nodes[2], h) {
		t.Error("the hoster came back to who left it out, or went from who did not")
	}
}

// ring starts directories annuaire0 … of which each follows the next one, the
// last the first, and whatever it lists.
func ring(t testing.TB, size int) []*federationtest.Node {
	t.Helper()
	nodes := make([]*federationtest.Node, size)
	for i := range nodes {
		nodes[i] = federationtest.NewNode(t, federationtest.Options{Aggregator: fmt.Sprintf("annuaire%d", i), Learn: ap.LearnFollow})
	}
	for i, n := range nodes {
		next := (i + 1) % size
		if _, err := n.Follow(context.Background(), fmt.Sprintf("@annuaire%d@%s", next, nodes[next].Host)); err != nil {
			t.Fatal(err)
		}
	}
	for i, n := range nodes {
		next := (i + 1) % size
		walked(t, n, nodes[next].ActorID(fmt.Sprintf("annuaire%d", next)))
	}
	return nodes
}

// learnAgain walks the listings of all directories that n follows once more.
func learnAgain(t testing.TB, n *federationtest.Node) {
	t.Helper()
	all, err := n.Following(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if !f.Aggregator {
			continue
		}
		before, err := n.Store.Refresh(t.Context(), f.Object)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.LearnFrom(t.Context(), f.Handle, ap.LearnFollow); err != nil {
			t.Fatal(err)
		}
		federationtest.Eventually(t, "another walk", func() bool {
			now, err := n.Store.Refresh(t.Context(), f.Object)
			return err == nil && now.Reason == "weekly" && now.DueAt.After(before.DueAt)
		})
	}
}

// TestLearn: what a peer of another make may say as a directory, by policy.
func TestLearn(t *testing.T) {
	p := federationtest.NewPeer(t)
	h, shy, person := p.Hoster("chatdroite"), p.Hoster("timide"), p.Actor("alice")
	shy.Set("indexable", false)

	t.Run("follow", func(t *testing.T) {
		from := p.Aggregator("suivi", h.ID, shy.ID, person.ID, p.URL+"/users/personne", "javascript:alert(1)")
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Learn: ap.LearnFollow})
		learn(t, n, from)
		asked := p.Await(t, "the Follow of a listed hoster", func(r federationtest.Received) bool {
			return r.Type == "Follow" && r.ObjectID() == h.ID && r.Actor == n.ActorID("annuaire")
		})
		if isListed(t, n, h.ID) {
			t.Error("listed before it agreed")
		}
		send(t, n, h, h.Activity("Accept", asked.Activity["id"]))
		federationtest.Eventually(t, "the listing", func() bool { return isListed(t, n, h.ID) })
		known(t, n, h.ID)
		for _, other := range []*federationtest.Actor{shy, person} {
			federationtest.Eventually(t, "the look", func() bool { _, err := n.Store.Actor(t.Context(), ap.IRI(other.ID)); return err == nil })
			if _, asked := follows(t, n, n.ActorID("annuaire"), other.ID); asked {
				t.Errorf("%s was asked", other.Name)
			}
		}

		// A hoster that leaves is not asked again, whoever lists it.
		f, _ := follows(t, n, n.ActorID("annuaire"), h.ID)
		send(t, n, h, h.Activity("Reject", string(f.ID)))
		learnAgain(t, n)
		send(t, n, from, from.Add(h.ID))
		if got := candidate(t, n, h.ID).State; got != ap.CandidateRefused {
			t.Errorf("a hoster that said no is %s", got)
		}
		if _, asked := follows(t, n, n.ActorID("annuaire"), h.ID); asked {
			t.Error("a hoster that said no was asked again")
		}
	})
	t.Run("ignore", func(t *testing.T) {
		from := p.Aggregator("ignore", h.ID)
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Learn: ap.LearnIgnore})
		learn(t, n, from)
		send(t, n, from, from.Add(h.ID))
		if k := candidate(t, n, h.ID); k.Hoster != "" {
			t.Errorf("noted: %+v", k)
		}
		if err := n.LearnFrom(t.Context(), "ignore@"+p.Host, ap.LearnPropose); err != nil {
			t.Fatal(err)
		}
		federationtest.Eventually(t, "the candidate", func() bool { return candidate(t, n, h.ID).State == ap.CandidateProposed })
	})
	t.Run("unfollow", func(t *testing.T) {
		from := p.Aggregator("quitte", h.ID)
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
		learn(t, n, from)
		federationtest.Eventually(t, "the candidate", func() bool { return candidate(t, n, h.ID).State == ap.CandidateProposed })
		if err := n.Unfollow(t.Context(), "quitte@"+p.Host); err != nil {
			t.Fatal(err)
		}
		if k := candidate(t, n, h.ID); k.Hoster != "" {
			t.Errorf("what a directory proposed stays when it is followed no more: %+v", k)
		}
		send(t, n, from, from.Add(h.ID))
		if k := candidate(t, n, h.ID); k.Hoster != "" {
			t.Errorf("a directory that is followed no more proposes: %+v", k)
		}
	})
	t.Run("lists no more", func(t *testing.T) {
		from := p.Aggregator("retire", h.ID)
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
		learn(t, n, from)
		federationtest.Eventually(t, "the candidate", func() bool { return candidate(t, n, h.ID).State == ap.CandidateProposed })
		from.List(shy.ID) // and its Remove was lost
		if err := n.LearnFrom(t.Context(), "retire@"+p.Host, ap.LearnPropose); err != nil {
			t.Fatal(err)
		}
		federationtest.Eventually(t, "the withdrawal", func() bool {
			s, ok := candidate(t, n, h.ID).Source(ap.IRI(from.ID))
			return ok && !s.WithdrawnAt.IsZero()
		})
		all, err := n.Candidates(t.Context(), false)
		if err != nil || len(all) != 1 || all[0].Hoster != ap.IRI(shy.ID) {
			t.Errorf("candidates are %+v, %v; want the one that is still listed", all, err)
		}
	})
}

// TestAskedADay: however many hosters a directory lists, it makes ours ask so
// many a day, and the rest on the next.
func TestAskedADay(t *testing.T) {
	clock := newClock(time.Now())
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Learn: ap.LearnFollow, Clock: clock.Now})
	const many = 60
	var all []string
	for i := range 3 {
		p := federationtest.NewPeer(t) // each of the domains gives some
		for j := range many / 3 {
			all = append(all, p.Hoster(fmt.Sprintf("h%d_%d", i, j)).ID)
		}
	}
	from := federationtest.NewPeer(t).Aggregator("beaucoup", all...)
	f := askToFollow(t, n, from)
	if got := from.Post(t, n.Inbox(), from.Activity("Accept", string(f.ID)), federationtest.Request{At: clock.Now()}); got.Status != 202 {
		t.Fatalf("accept: %+v", got)
	}
	asked := func() (total int) {
		following, err := n.Following(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(following) - 1
	}
	federationtest.Eventually(t, "a day's Follows", func() bool { return asked() == 50 })
	waiting := func() (total int) {
		for _, id := range all {
			if candidate(t, n, id).State == ap.CandidateWanted {
				total++
			}
		}
		return total
	}
	if got := waiting(); got != many-50 {
		t.Errorf("%d wait for the next day, want %d", got, many-50)
	}
	clock.Add(24 * time.Hour)
	if err := n.LearnFrom(t.Context(), "beaucoup@"+from.Peer.Host, ap.LearnFollow); err != nil { // wakes the loop
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the rest on the next day", func() bool { return asked() == many })
}
