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
// it go together with notes of other threads. Nothing is fetched for an author
// who is not listed; whether one is listed still is asked again under the lock.
func (n *Node) holdNote(ctx context.Context, rec *received) (unlock func(), err error) {
	_, embedded, err := rec.only()
	if err == nil && embedded == nil {
		err = n.listed(ctx, rec.actor)
	}
	if err != nil {
		return nil, err
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
	stored, err := n.store.Document(ctx, rec.note.doc.IRI)
	switch {
	case isNotFound(err):
		return n.relay(ctx, rec.note.view, rec.note.doc, rec.actor, c)
	case err != nil:
		return err
	case stored.Tombstone && stored.Owner != rec.actor && !stored.Local:
		// A neighbour on its host deleted what it never owned.
		return n.relay(ctx, rec.note.view, rec.note.doc, rec.actor, c)
	case stored.Tombstone:
		return ignored("deleted") // its Delete came first
	case stored.Owner != rec.actor:
		return ignored("not_its_own")
	}
	// It was found in the author's outbox before it was sent, and may stand
	// there as it was changed since: it is only to be announced still.
	return n.announceFresh(ctx, rec.note.view, c)
}

// authoredBy makes what is kept of a note by its author, as it was received
// now from that address.
func (n *Node) authoredBy(author ap.IRI, v activitystreams.NoteView, body []byte, from string) authored {
	now := n.now()
	v.PublishedAt, v.UpdatedAt = notAhead(v.PublishedAt, now), notAhead(v.UpdatedAt, now)
	if v.PublishedAt.IsZero() {
		v.PublishedAt = now
	}
	d := ap.Document{
		IRI: v.ID, Type: v.Type, Owner: author, Body: body, URL: v.URL, Public: true,
		UpdatedAt: v.UpdatedAt, FetchedAt: now, FetchedFrom: from,
	}
	if d.UpdatedAt.IsZero() {
		d.UpdatedAt = v.PublishedAt
	}
	return authored{view: v, doc: d}
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
	from, body := "inbox", []byte(nil)
	var view activitystreams.NoteView
	if embedded != nil {
		if body, err = embeddedBytes(rec.member, embedded); err != nil {
			return nil, err
		}
		view, err = activitystreams.NoteOf(embedded)
	} else {
		doc, fault := n.fetchNote(ctx, id)
		if fault != nil {
			return nil, fault
		}
		from, body = doc.FetchedFrom, doc.Body
		view, err = activitystreams.DecodeNote(body)
	}
	switch {
	case err != nil || view.Type != "Note":
		return nil, ignored("no_note")
	case view.ID != id || view.AttributedTo != rec.actor:
		return nil, ignored("not_its_own")
	case !view.Public:
		return nil, ignored("not_public")
	case isConversation(view):
		return nil, ignored("conversation")
	}
	note := n.authoredBy(rec.actor, view, body, from)
	return &note, nil
}

// isConversation reports whether a note answers somebody and is no step of a
// notice: it is between people, and no news for everyone who reads a directory.
// Nobody else's notice has steps of this author's, whatever the note calls itself.
func isConversation(v activitystreams.NoteView) bool {
	return v.InReplyTo != "" && (v.Kind == "" || v.InReplyTo.Host() != v.ID.Host())
}

// fetchNote fetches a note that an activity only names, within the budget of
// its host.
func (n *Node) fetchNote(ctx context.Context, id ap.IRI) (ap.Document, error) {
	leave, ok := n.in.keys.begin(id.Host(), n.clock())
	if !ok {
		return ap.Document{}, ignored("busy")
	}
	defer leave()
	doc, err := n.fetchDocument(ctx, id)
	if err != nil {
		n.log.InfoContext(ctx, "object not fetched", "object", string(id), "error", clip(err.Error()))
		return ap.Document{}, ignored("not_fetched")
	}
	return doc, nil
}
