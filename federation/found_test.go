package federation_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestNoticesOfBefore lists a hoster that has an incident open: the directory
// shows it with its updates, announces nothing that it only found, and follows
// the thread from there, its deletion included.
func TestNoticesOfBefore(t *testing.T) {
	ctx := context.Background()
	h := directorytest.Hoster("Chat Droite")
	hoster := federationtest.NewNode(t, federationtest.Options{Hoster: h.Handle})
	if _, err := hoster.PublishHoster(ctx, ap.Profile{Hoster: h}); err != nil {
		t.Fatal(err)
	}
	notice, err := hoster.PublishNotice(ctx, directory.NoticeDraft{
		Kind: directory.NoticeIncident, Language: "fr", Title: "Le courrier arrive en retard", Body: "Nous cherchons.",
	})
	if err != nil {
		t.Fatal(err)
	}
	step := func(stage directory.Stage, body string) {
		t.Helper()
		if notice, err = hoster.UpdateNotice(ctx, notice.ID, directory.NoticeUpdate{Stage: stage, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	step(directory.Identified, "Un disque est plein.")

	agg := federationtest.NewNode(t, federationtest.Options{Aggregator: "bretagne"})
	if _, err := agg.Follow(ctx, "@"+h.Handle+"@"+hoster.Host); err != nil {
		t.Fatal(err)
	}
	shown := func() (directory.Notice, bool) {
		all, err := agg.Store.Notices(ctx, directory.ID(hoster.ActorID(h.Handle)), 10)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(n directory.Notice) bool { return n.ID == notice.ID })
		if i < 0 {
			return directory.Notice{}, false
		}
		return all[i], true
	}
	federationtest.Eventually(t, "the incident of before is shown", func() bool {
		n, ok := shown()
		return ok && n.Stage == directory.Identified && len(n.Updates) == 1
	})
	announced := func() int {
		items, err := agg.Store.Outbox(ctx, ap.IRI(agg.ActorID("bretagne")), ap.Page{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, item := range items {
			if strings.Contains(string(item.Activity), "/announce-") {
				total++
			}
		}
		return total
	}
	if got := announced(); got != 0 {
		t.Errorf("%d notes were announced that were only found", got)
	}
	step(directory.Resolved, "Le courrier repart.")
	federationtest.Eventually(t, "the next step is shown", func() bool {
		n, _ := shown()
		return n.Stage == directory.Resolved && len(n.Updates) == 2
	})
	if got := announced(); got == 0 {
		t.Error("the next step was not announced")
	}
	if err := hoster.DeleteNotice(ctx, notice.ID); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the notice goes with its deletion", func() bool {
		_, ok := shown()
		return !ok && announced() == 0
	})
}
