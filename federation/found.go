package federation

import (
	"context"

	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// fetchNotes gives the public notes of the first pages of an actor's outbox,
// newest first, at most 20 of each.
func (n *Node) fetchNotes(ctx context.Context, actor ap.Actor, pages int) ([]authored, error) {
	var notes []authored
	seen := map[ap.IRI]bool{}
	next := actor.Outbox
	for pages > 0 && next != "" && !seen[next] && next.Host() == actor.ID.Host() {
		seen[next] = true
		doc, err := n.fetchDocument(ctx, next)
		if err != nil {
			return nil, err
		}
		page, err := activitystreams.DecodeCollection(doc.Body)
		if err != nil {
			return nil, err
		}
		if next = page.Next; len(page.Items) == 0 {
			if next = page.First; len(seen) > 1 {
				break // an empty page is the last
			}
			continue // the collection, whose pages stand elsewhere
		}
		pages--
		for _, item := range page.Items[:min(len(page.Items), firstNotes)] {
			if v, body, ok := createdNote(item.Raw, actor.ID); ok {
				notes = append(notes, n.authoredBy(actor.ID, v, body, doc.FetchedFrom))
			}
		}
	}
	return notes, nil
}

// createdNote gives the public note that a Create of its author carries, and
// its bytes.
func createdNote(create []byte, author ap.IRI) (v activitystreams.NoteView, body []byte, ok bool) {
	o, member, err := activitystreams.ParseMember(create, "object")
	if err != nil || o.Type() != "Create" {
		return v, nil, false
	}
	object, ok := o.Child("object")
	if !ok {
		return v, nil, false
	}
	v, err = activitystreams.NoteOf(object)
	if err != nil || v.Type != "Note" || !v.Public || isConversation(v) || v.AttributedTo != author || v.ID.Host() != author.Host() {
		return v, nil, false
	}
	body, err = embeddedBytes(member, object)
	return v, body, err == nil
}

// keepNote adds to c a note that was found and not sent, unless it is known
// already, or was deleted.
func (n *Node) keepNote(ctx context.Context, note authored, author ap.IRI, c *ap.Change) error {
	if _, err := n.store.Document(ctx, note.doc.IRI); !isNotFound(err) {
		return err
	}
	c.Documents = append(c.Documents, note.doc)
	return n.keepNotice(ctx, note.view, author, c)
}
