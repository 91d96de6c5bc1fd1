package federation

import (
	"context"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// authored is a note that its own author sent us, as a view and as the
// document that is kept.
type authored struct {
	view activitystreams.NoteView
	doc  ap.Document
}

// holdNote reads the note of a Create before anything is held back, then lets
// it go together with notes of other threads.
func (n *Node) holdNote(ctx context.Context, rec *received) (unlock func(), err error) {
	ok, err := n.follows(ctx, rec.actor)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ignored("not_followed")
	}
	if rec.note, err = n.noteOf(ctx, rec); err != nil {
		return nil, err
	}
	root := rec.note.view.ID
	if rec.note.view.InReplyTo != "" {
		root = rec.note.view.InReplyTo
	}
	shared := n.shareActor(rec.actor)
	alone := n.lockThread(root)
	return func() { alone(); shared() }, nil
}

// receiveCreate takes a public note of a hoster that this node's directory
// lists: the notice is shown, and announced to those who follow the directory.
func (n *Node) receiveCreate(ctx context.Context, rec *received, c *ap.Change) error {
	if err := n.listed(ctx, rec.actor); err != nil {
		return err
	}
	_, err := n.store.Document(ctx, rec.note.doc.IRI)
	if err == nil {
		return ignored("known") // or deleted: its Tombstone came first
	}
	if !isNotFound(err) {
		return err
	}
	return n.relay(ctx, rec.note.view, rec.note.doc, rec.actor, c)
}

// noteOf reads the note that an activity of its author carries or names. A
// note that stands in the activity is believed because its author signed the
// activity: so it must be the author's own, on the author's own host. One that
// is only named is fetched from there.
func (n *Node) noteOf(ctx context.Context, rec *received) (*authored, error) {
	id, embedded, err := rec.only()
	if err != nil {
		return nil, err
	}
	if id == "" || id.Host() != rec.actor.Host() || id == rec.actor {
		return nil, ignored("foreign_object")
	}
	now := n.now()
	doc := ap.Document{IRI: id, Public: true, FetchedAt: now, FetchedFrom: "inbox"}
	var view activitystreams.NoteView
	if embedded != nil {
		if doc.Body, err = rec.embeddedBytes(embedded); err != nil {
			return nil, err
		}
		view, err = activitystreams.NoteOf(embedded)
	} else {
		if doc, err = n.fetchNote(ctx, id); err != nil {
			return nil, err
		}
		view, err = activitystreams.DecodeNote(doc.Body)
	}
	switch {
	case err != nil || view.Type != "Note":
		return nil, ignored("no_note")
	case view.ID != id || view.AttributedTo != rec.actor:
		return nil, ignored("not_its_own")
	case !view.Public:
		return nil, ignored("not_public")
	}
	view.PublishedAt, view.UpdatedAt = notAhead(view.PublishedAt, now), notAhead(view.UpdatedAt, now)
	if view.PublishedAt.IsZero() {
		view.PublishedAt = now
	}
	doc.Type, doc.Owner, doc.URL = view.Type, rec.actor, view.URL
	doc.UpdatedAt = view.UpdatedAt
	if doc.UpdatedAt.IsZero() {
		doc.UpdatedAt = view.PublishedAt
	}
	return &authored{view: view, doc: doc}, nil
}

// fetchNote fetches a note that an activity only names, within the budget of
// its host.
func (n *Node) fetchNote(ctx context.Context, id ap.IRI) (ap.Document, error) {
	if !n.in.keys.allow(id.Host(), n.clock()) {
		return ap.Document{}, ignored("busy")
	}
	doc, err := n.fetchDocument(ctx, id)
	if err != nil {
		n.log.InfoContext(ctx, "object not fetched", "object", string(id), "error", clip(err.Error()))
		return ap.Document{}, ignored("not_fetched")
	}
	return doc, nil
}
