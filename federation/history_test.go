package federation_test

import (
	"slices"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/federationtest"
)

// past gives what n keeps of the past of a listing: the event and the voice of
// each entry, the latest first, with the facts that changed.
func past(t testing.TB, n *federationtest.Node, id string) []string {
	t.Helper()
	h, err := n.Store.History(t.Context(), directory.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range h.Entries {
		line := string(e.Event) + " by " + string(e.SaidBy)
		for _, f := range slices.Concat(e.Added, e.Changed, e.Removed) {
			line += " " + f.Field
		}
		all = append(all, line)
	}
	return all
}

// TestHistory: what a hoster changes is remembered by name, and goes when it
// withdraws; that it was away stays.
func TestHistory(t *testing.T) {
	p := federationtest.NewPeer(t)
	h := p.Hoster("chatdroite")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	want := func(what string, want ...string) {
		t.Helper()
		federationtest.Eventually(t, what, func() bool { return slices.Equal(past(t, n, h.ID), want) })
	}
	list(t, n, h)
	want("its coming", "entered by hoster")

	h.Set("name", "Chat Gauche")
	h.Set("updated", time.Now().Add(time.Minute).UTC().Format(time.RFC3339))
	send(t, n, h, h.Update(h.Document()))
	want("its new name", "changed by hoster name", "entered by hoster")

	h.Set("indexable", false)
	h.Set("updated", time.Now().Add(2*time.Minute).UTC().Format(time.RFC3339))
	send(t, n, h, h.Update(h.Document()))
	want("its withdrawal, and nothing that it said", "left by hoster")

	h.Set("indexable", true)
	h.Set("updated", time.Now().Add(3*time.Minute).UTC().Format(time.RFC3339))
	send(t, n, h, h.Update(h.Document()))
	want("its return", "entered by hoster", "left by hoster")

	h.Set("updated", time.Now().Add(4*time.Minute).UTC().Format(time.RFC3339))
	send(t, n, h, h.Delete(h.ID))
	want("its end")
}

// TestHistoryOfTheKeepersDecisions: who was suspended is known to have been,
// and what is purged leaves nothing.
func TestHistoryOfTheKeepersDecisions(t *testing.T) {
	p := federationtest.NewPeer(t)
	h := p.Hoster("chatdroite")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	list(t, n, h)
	mustSuspend(t, n, p.Host)
	federationtest.Eventually(t, "the end of the listing", func() bool { return !isListed(t, n, h.ID) })
	if got, want := past(t, n, h.ID), []string{"left by keeper"}; !slices.Equal(got, want) {
		t.Errorf("suspended: got %q, want %q", got, want)
	}
	purge(t, n, p.Host, true)
	if got := past(t, n, h.ID); len(got) > 0 {
		t.Errorf("purged: got %q, want nothing", got)
	}
}
