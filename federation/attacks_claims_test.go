package federation_test

import (
	"fmt"
	"maps"
	"strings"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

func init() {
	maps.Copy(attacks, map[string]func(*attack){
		"B19 one side": attackOneSidedMoves, "B21 fame": attackBorrowedFame, "B22 elsewhere": attackStampsElsewhere,
		"B23 own word": attackForgedMembership, "B29": attackEndlessPoll,
	})
}

// moveTo is the Move that an actor sends of itself.
func moveTo(from *federationtest.Actor, target string) map[string]any {
	return with(from.Activity("Move", from.ID), map[string]any{"target": target})
}

// unmoved makes sure that no home of an actor is known but its own.
func (a *attack) unmoved(h *federationtest.Actor) {
	a.Helper()
	if m, err := a.n.Store.Move(a.Context(), ap.IRI(h.ID)); err == nil {
		a.Errorf("%s has moved: %+v", h.Name, m)
	}
	if f, ok := follows(a, a.n, a.n.ActorID("annuaire"), h.ID); !ok || f.State != ap.FollowAccepted {
		a.Errorf("%s is followed: %v, %+v", h.Name, ok, f)
	}
}

// Moves that one side alone speaks of, to nowhere, to ourselves, by somebody
// else, and again and again.
func attackOneSidedMoves(a *attack) {
	h := a.evil.Hoster("nomade")
	list(a, a.n, h)
	other := a.evil.Hoster("autre")
	for _, target := range []string{other.ID, a.hoster.ID, a.n.ActorID("maison"), h.ID, a.evil.URL + "/nulle-part", "http://10.0.0.1/x", ""} {
		h.Set("movedTo", target)
		a.refused(h, moveTo(h, target), federationtest.Request{}, 202)
	}
	// The target names the mover, and the mover's own document says nothing.
	h.Set("movedTo", nil)
	other.Set("alsoKnownAs", []any{h.ID})
	a.refused(h, moveTo(h, other.ID), federationtest.Request{}, 202)
	for _, by := range []*federationtest.Actor{a.mallory, other} {
		a.refused(by, with(by.Activity("Move", a.hoster.ID), map[string]any{"target": by.ID}), federationtest.Request{}, 202)
	}
	before := a.evil.Fetches()
	for range 300 {
		a.post(h, moveTo(h, a.evil.URL+"/nulle-part"), federationtest.Request{})
	}
	if got := a.evil.Fetches() - before; got > 250 {
		a.Errorf("%d fetches for a storm of Moves", got)
	}
	a.unmoved(h)
	a.unmoved(a.hoster)
}

// An actor that says it has become a well-known one, or has always been it.
func attackBorrowedFame(a *attack) {
	h := a.evil.Hoster("inconnu")
	list(a, a.n, h)
	famous := a.document(a.hoster.ID)
	h.Set("movedTo", a.hoster.ID)
	h.Set("alsoKnownAs", []any{a.hoster.ID})
	h.Set("url", a.hoster.ID)
	h.Set("webfinger", "chatdroite@"+a.peer.Host)
	send(a, a.n, h, h.Update(h.Document()))
	a.refreshNow(h)
	federationtest.Eventually(a, "the refresh", func() bool { return strings.Contains(a.document(h.ID), "movedTo") })
	a.refused(h, moveTo(h, a.hoster.ID), federationtest.Request{}, 202)
	a.unmoved(h)
	a.unmoved(a.hoster)
	if got := a.document(a.hoster.ID); got != famous {
		a.Errorf("the well-known one has become %s", got)
	}
	l, err := a.n.Store.Listing(a.Context(), directory.ID(h.ID))
	if err == nil && (strings.Contains(l.URL, a.peer.Host) || strings.Contains(l.Handle, a.peer.Host)) {
		a.Errorf("the listing leads to %q, %q", l.URL, l.Handle)
	}
}

// Stamps that stand on another host than what they permit, and that nobody
// gave to whom asks for them.
func attackStampsElsewhere(a *attack) {
	own := publishIncident(a.T, a.n)
	for what, instrument := range map[string]any{
		"another's note":                with(a.alice.Note("x"), map[string]any{"quote": own}),
		"its own, said to be another's": with(a.mallory.Note("x"), map[string]any{"quote": own, "attributedTo": a.alice.ID}),
		"ours":                          own,
		"itself":                        a.mallory.ID,
		"nothing":                       nil,
	} {
		request := with(quoteRequest(a.mallory, own), map[string]any{"instrument": instrument})
		before := a.state()
		if got := a.post(a.mallory, request, federationtest.Request{}); got.Status != 202 {
			a.Errorf("%s: answer is %+v", what, got)
		}
		if a.state() != before {
			a.Errorf("%s had an effect", what)
		}
	}
	// An Accept whose stamp stands anywhere answers only what was asked.
	for _, stamp := range []string{a.evil.Serve("/stamps/1", map[string]any{"type": "FeatureAuthorization"}), a.hoster.ID + "/stamps/1", a.n.URL + "/ap/stamps/1"} {
		accept := with(a.mallory.Activity("Accept", a.n.URL+"/ap/activities/1"), map[string]any{"result": stamp})
		a.refused(a.mallory, accept, federationtest.Request{}, 202)
		a.refused(a.mallory, a.mallory.Delete(stamp), federationtest.Request{}, 202)
	}
	asked := a.mallory.Follow(a.n.ActorID("maison"))
	send(a, a.n, a.mallory, asked)
	answerTo(a, a.evil, asked) // what was answered before has arrived by now
	for _, r := range a.evil.Received() {
		if r.ObjectID() != asked["id"] {
			a.Errorf("answered with %s of %s", r.Type, r.ObjectID())
		}
	}
}

// What a hoster writes of its standing with others is its own word, whoever
// the document says has said it.
func attackForgedMembership(a *attack) {
	h := a.evil.Hoster("membre")
	h.Set("memberships", []any{map[string]any{"collective": "chatons", "since": "2016-10-13", "saidBy": a.hoster.ID, "confirmedBy": a.hoster.ID, "proof": a.hoster.ID}})
	h.Set("statements", []any{map[string]any{"criterion": "open-formats", "says": "met", "saidBy": a.hoster.ID, "proof": "javascript:alert(1)"}})
	list(a, a.n, h)
	l, err := a.n.Store.Listing(a.Context(), directory.ID(h.ID))
	if err != nil {
		a.Fatal(err)
	}
	if len(l.Hoster.Memberships) != 1 {
		a.Errorf("memberships are %+v, want the one that it claims", l.Hoster.Memberships)
	}
	if kept := fmt.Sprintf("%+v %+v", l.Hoster.Memberships, l.Hoster.Statements); strings.Contains(kept, a.hoster.ID) || strings.Contains(kept, "javascript") {
		a.Errorf("somebody else vouches for it: %s", kept)
	}
	for _, member := range []string{"discoverable", "indexable"} {
		quiet := a.evil.Hoster("discret" + member)
		quiet.Set(member, nil)
		f := askToFollow(a, a.n, quiet)
		send(a, a.n, quiet, quiet.Activity("Accept", string(f.ID)))
		federationtest.Eventually(a, "the refresh", func() bool {
			due, err := a.n.Store.DueRefreshes(a.Context(), a.clock.Now(), 10)
			return err == nil && len(due) == 0
		})
		if isListed(a, a.n, quiet.ID) {
			a.Errorf("listed without %s", member)
		}
	}
}

func attackEndlessPoll(a *attack) {
	for options, want := range map[int]int{100: 202, 1500: 400, 100_000: 413} {
		for _, member := range []string{"oneOf", "anyOf"} {
			answers := make([]any, options)
			for i := range answers {
				answers[i] = map[string]any{"type": "Note", "name": fmt.Sprint("Réponse ", i), "replies": map[string]any{"type": "Collection", "totalItems": i}}
			}
			poll := with(a.hoster.Note("<p>Votez</p>"), map[string]any{"type": "Question", member: answers})
			a.refused(a.hoster, a.hoster.Create(poll), federationtest.Request{}, want)
		}
	}
}
