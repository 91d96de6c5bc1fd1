package peers

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/federationtest"
)

// TestFedifyFollowsAHoster is the whole story of a reader on an independent
// implementation, whichever signature scheme it tries first.
func TestFedifyFollowsAHoster(t *testing.T) {
	for _, firstKnock := range []string{"rfc9421", "draft-cavage-http-signatures-12"} {
		t.Run(firstKnock, func(t *testing.T) {
			t.Parallel()
			n, actor := hoster(t)
			p := startPeer(t, firstKnock)
			steps := []struct {
				name string
				step func(*testing.T, *federationtest.Node, *peer)
			}{
				{"its Follow is accepted", func(t *testing.T, n *federationtest.Node, p *peer) {
					t.Helper()
					p.follow(actor)
					if got := followers(t, n, actor); got != 1 {
						t.Errorf("%d followers, want 1", got)
					}
				}},
				{"it reads a notice, its edit and its deletion", readsAnAnnouncement},
				{"it reads an incident as a thread", readsAnIncident},
				{"it hears nothing after its Undo", hearsNothingAfterUndo},
			}
			for _, s := range steps {
				t.Run(s.name, func(t *testing.T) {
					p.t = t
					s.step(t, n, p)
				})
			}
			p.t = t
			p.allVerified()
		})
	}
}

func readsAnAnnouncement(t *testing.T, n *federationtest.Node, p *peer) {
	t.Helper()
	ctx := t.Context()
	notice := announce(t, n, "Atelier du samedi")
	id := string(notice.ID)
	created := p.await("the announcement", func(h heard) bool { return h.Type == "Create" && h.Object == id })
	if created.ObjectType != "Note" || !strings.Contains(created.Content, "<em>ensemble</em>") || !strings.Contains(created.Content, "Atelier du samedi") {
		t.Errorf("announcement read as %+v", created)
	}
	if created.Language != "fr" {
		t.Errorf("language %q, want fr", created.Language)
	}
	if _, err := n.EditNotice(ctx, notice.ID, "", "On installe *ensemble* un agenda libre, à 14 h."); err != nil {
		t.Fatal(err)
	}
	edited := p.await("the edit", func(h heard) bool { return h.Type == "Update" && h.Object == id })
	if !strings.Contains(edited.Content, "14 h") || edited.Updated == "" {
		t.Errorf("edit read as %+v", edited)
	}
	if err := n.DeleteNotice(ctx, notice.ID); err != nil {
		t.Fatal(err)
	}
	p.await("the deletion", func(h heard) bool { return h.Type == "Delete" && h.Object == id && h.ObjectType == "Tombstone" })
	resp, err := http.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusGone {
		t.Errorf("deleted note answers %d, want 410", resp.StatusCode)
	}
}

func readsAnIncident(t *testing.T, n *federationtest.Node, p *peer) {
	t.Helper()
	ctx := t.Context()
	notice, err := n.PublishNotice(ctx, directory.NoticeDraft{
		Kind: directory.NoticeIncident, Language: "fr", Title: "Le courrier arrive en retard", Body: "Nous cherchons pourquoi.",
	})
	if err != nil {
		t.Fatal(err)
	}
	root := string(notice.ID)
	p.await("the incident", func(h heard) bool { return h.Type == "Create" && h.Object == root })
	for _, step := range []directory.NoticeUpdate{
		{Stage: directory.Identified, Body: "Un disque est plein."},
		{Stage: directory.Resolved, Body: "Le courrier repart."},
	} {
		if _, err := n.UpdateNotice(ctx, notice.ID, step); err != nil {
			t.Fatal(err)
		}
		p.await("the reply "+step.Body, func(h heard) bool {
			return h.Type == "Create" && h.ReplyTo == root && strings.Contains(h.Content, step.Body)
		})
	}
	p.await("the incident told as resolved in its first note", func(h heard) bool {
		return h.Type == "Update" && h.Object == root && strings.Contains(h.Content, "Terminé")
	})
	idle(t, n)
	inOrder(t, p.journal().Read, root)
}

func hearsNothingAfterUndo(t *testing.T, n *federationtest.Node, p *peer) {
	t.Helper()
	actor := n.ActorID(directorytest.Hoster("Chat Droite").Handle)
	p.say("unfollow", map[string]any{"actor": actor}, http.StatusAccepted)
	federationtest.Eventually(t, "the Undo", func() bool { return followers(t, n, actor) == 0 })
	idle(t, n)
	before := len(p.journal().Received)
	announce(t, n, "Personne ne lit plus")
	idle(t, n)
	if after := len(p.journal().Received); after != before {
		t.Errorf("%d requests after the unfollow", after-before)
	}
}

// inOrder checks that each reply came before the rewritten root that counts on
// it, and the steps in their order.
func inOrder(t *testing.T, read []heard, root string) {
	t.Helper()
	var got []string
	for _, h := range read {
		if h.Object == root || h.ReplyTo == root {
			got = append(got, h.Type)
		}
	}
	if want := "Create Create Update Create Update"; strings.Join(got, " ") != want {
		t.Errorf("the thread came as %q, want %q", strings.Join(got, " "), want)
	}
}

// TestFedifyFollowsADirectory follows one directory and hears of its hosters:
// the directory announces what they say, and the words are read where they
// live.
func TestFedifyFollowsADirectory(t *testing.T) {
	ctx := context.Background()
	h, hosterID := hoster(t)
	_, directoryID := directoryOf(t, h, federationtest.Options{})
	p := startPeer(t, "rfc9421")
	p.follow(directoryID)

	notice, err := h.PublishNotice(ctx, directory.NoticeDraft{
		Kind: directory.NoticeIncident, Language: "fr", Title: "Les pads sont lents", Body: "Nous regardons.",
	})
	if err != nil {
		t.Fatal(err)
	}
	id := string(notice.ID)
	announced := p.await("the Announce", func(a heard) bool { return a.Type == "Announce" && a.Object == id })
	if announced.Actor != directoryID || !strings.Contains(announced.Content, "Nous regardons.") {
		t.Errorf("announced as %+v, want the hoster's own words by %s", announced, directoryID)
	}
	if note := p.read(announced.Object, false); note.Type != "Note" || note.Author != hosterID {
		t.Errorf("the note is read at its hoster's as %+v, want a Note of %s", note, hosterID)
	}
	if err := h.DeleteNotice(ctx, notice.ID); err != nil {
		t.Fatal(err)
	}
	p.await("the Undo of the Announce", func(a heard) bool { return a.Type == "Undo" && a.Actor == directoryID })
	p.allVerified()
	p.proofsHold("Announce", "Undo")
}

// TestSecondKnock delivers to a peer that takes RFC 9421 only: refused once by
// draft-cavage, then remembered.
func TestSecondKnock(t *testing.T) {
	n, actor := hoster(t)
	p := startPeer(t, "rfc9421")
	p.control("settings", map[string]bool{"refuseCavage": true}, nil)
	p.control("follow", map[string]string{"actor": actor}, nil)
	p.await("the Accept", func(h heard) bool { return h.Type == "Accept" })
	idle(t, n)
	for i := range 2 {
		if _, err := n.PublishNotice(context.Background(), directory.NoticeDraft{
			Kind: directory.NoticeAnnouncement, Language: "fr", Title: fmt.Sprintf("Nouvelle %d", i), Body: "Bonjour.",
		}); err != nil {
			t.Fatal(err)
		}
		idle(t, n)
	}
	var got []string
	for _, s := range p.journal().Received {
		if s.Method == http.MethodPost {
			got = append(got, fmt.Sprintf("%v %s %d", s.Activity["type"], s.Check.Scheme, s.Status))
		}
	}
	want := []string{"Accept draft-cavage 401", "Accept rfc9421 202", "Create rfc9421 202", "Create rfc9421 202"}
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("knocks: %v\nwant: %v", got, want)
	}
	p.allVerified()
}

// TestFedifyReadsAHoster looks our documents up as a person who pastes an
// address into a search field would.
func TestFedifyReadsAHoster(t *testing.T) {
	_, actor := hoster(t)
	p := startPeer(t, "rfc9421")
	got := p.read(actor, false)
	h := directorytest.Hoster("Chat Droite")
	if got.ID != actor || got.Type != "Organization" || got.Name != h.Name {
		t.Errorf("read as %+v, want the Organization %s", got, actor)
	}
	if len(got.Attachments) < 4 || got.Attachments[0].Name == "" || got.Attachments[0].Value == "" {
		t.Errorf("profile fields read as %+v, want at least four", got.Attachments)
	}
	if got.Summary == "" {
		t.Error("no summary")
	}
}
