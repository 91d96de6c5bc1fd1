package federation_test

import (
	"maps"
	"net/http"
	"time"

	"matou/federation/ap"
	"matou/federation/federationtest"
)

func init() {
	maps.Copy(attacks, map[string]func(*attack){
		"B19 circle": attackMovesInACircle, "B19 chain": attackChainOfMoves, "B21 ours": attackMoveToOurs,
		"B22 revoked": attackRevokedStamp,
	})
}

// moved gives where an actor has moved, as far as the node believes it.
func (a *attack) moved(from *federationtest.Actor) ap.IRI {
	m, err := a.n.Store.Move(a.Context(), ap.IRI(from.ID))
	if err != nil {
		return ""
	}
	return m.To
}

// Three hosters that each name both others, and send everybody round and
// round: one step is taken, and no other for a week, by whomever.
func attackMovesInACircle(a *attack) {
	one, two, three := a.evil.Hoster("un"), a.evil.Hoster("deux"), a.evil.Hoster("trois")
	all := []any{one.ID, two.ID, three.ID}
	for _, h := range []*federationtest.Actor{one, two, three} {
		h.Set("alsoKnownAs", all)
	}
	list(a, a.n, one)
	one.Set("movedTo", two.ID)
	send(a, a.n, one, moveTo(one, two.ID))
	follow := a.evil.Await(a, "the Follow", func(r federationtest.Received) bool { return r.Type == "Follow" && r.ObjectID() == two.ID })
	send(a, a.n, two, two.Activity("Accept", follow.Activity["id"]))
	federationtest.Eventually(a, "the new listing alone", func() bool { return isListed(a, a.n, two.ID) && !isListed(a, a.n, one.ID) })

	two.Set("movedTo", three.ID)
	a.refused(two, moveTo(two, three.ID), federationtest.Request{}, 202)
	one.Set("movedTo", nil)
	two.Set("movedTo", one.ID)
	a.refused(two, moveTo(two, one.ID), federationtest.Request{}, 202)
	if to := a.moved(two); to != "" {
		a.Errorf("the second has moved to %s within a week", to)
	}
	a.clock.Add(moveWeek)
	two.Set("movedTo", three.ID)
	if got := a.post(two, moveTo(two, three.ID), federationtest.Request{}); got.Status != http.StatusAccepted || a.moved(two) != ap.IRI(three.ID) {
		a.Errorf("after a week: answer is %+v, moved to %q", got, a.moved(two))
	}
}

// moveWeek is how long nobody is followed any further.
const moveWeek = 7*24*time.Hour + time.Minute

// A home that says that it has moved on itself: nobody is followed along a
// chain, however its links name one another.
func attackChainOfMoves(a *attack) {
	one, two, three := a.evil.Hoster("un"), a.evil.Hoster("deux"), a.evil.Hoster("trois")
	list(a, a.n, one)
	one.Set("movedTo", two.ID)
	two.Set("alsoKnownAs", []any{one.ID})
	two.Set("movedTo", three.ID)
	three.Set("alsoKnownAs", []any{two.ID, one.ID})
	a.refused(one, moveTo(one, two.ID), federationtest.Request{}, 202)
	a.refused(one, moveTo(one, three.ID), federationtest.Request{}, 202) // its own document says another
	a.unmoved(one)
}

// Actors that claim to have become one of this node, and a Move in the name of
// one of ours: nothing of ours ever changes.
func attackMoveToOurs(a *attack) {
	h := a.evil.Hoster("imposteur")
	list(a, a.n, h)
	for _, target := range []string{a.n.ActorID("maison"), a.n.ActorID("annuaire"), a.n.URL + "/actor", a.n.URL + "/ap/notes/01JABCDEFGHJKMNPQRSTVWXYZ0"} {
		h.Set("movedTo", target)
		a.refused(h, moveTo(h, target), federationtest.Request{}, 202)
		a.refused(h, with(h.Activity("Move", target), map[string]any{"target": h.ID}), federationtest.Request{}, 202)
	}
	a.unmoved(h)
	for _, name := range []string{"maison", "annuaire"} {
		if w, err := a.n.Moved(name); err != nil || w.MovedTo != "" || len(w.AlsoKnownAs) > 0 {
			a.Errorf("%s is %+v, %v", name, w, err)
		}
	}
}

// A permission that was taken back: it is gone for whoever checks it, nobody
// gets it again by asking once more, and nobody else can take one back.
func attackRevokedStamp(a *attack) {
	note := publishIncident(a.T, a.n)
	request := quoteRequest(a.mallory, note)
	quoting := request["instrument"].(map[string]any)["id"]
	send(a, a.n, a.mallory, request)
	stamp, _ := answerTo(a, a.evil, request).Activity["result"].(string)
	for _, by := range []*federationtest.Actor{a.alice, a.mallory} {
		a.refused(by, by.Delete(stamp), federationtest.Request{}, 202)
		a.refused(by, by.Activity("Delete", map[string]any{"id": stamp, "type": "QuoteAuthorization"}), federationtest.Request{}, 202)
	}
	if status, _ := document(a, stamp); status != http.StatusOK {
		a.Errorf("after Deletes by others, the stamp is answered with %d", status)
	}
	if _, err := a.n.RevokeStamp(a.Context(), stamp); err != nil {
		a.Fatal(err)
	}
	for range 3 {
		again := with(request, map[string]any{"id": a.evil.NewID("activities"), "instrument": quoting})
		send(a, a.n, a.mallory, again)
		if got := answerTo(a, a.evil, again); got.Type != "Reject" || got.Activity["result"] != nil {
			a.Errorf("asked again: %s", got.Raw)
		}
	}
	if status, _ := document(a, stamp); status != http.StatusGone {
		a.Errorf("revoked, the stamp is answered with %d, want 410", status)
	}
}
