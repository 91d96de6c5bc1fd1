package federation

import (
	"context"
	"fmt"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// PublishNotice opens a notice of this node's hoster: a note in its outbox and
// to its followers, the root of the notice's thread. Errors: *FieldError for a
// draft that is not valid, ErrNotFound where the hoster has no profile yet,
// ErrForbidden without the hoster role.
func (n *Node) PublishNotice(ctx context.Context, draft directory.NoticeDraft) (directory.Notice, error) {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	s, err := n.speaker(ctx)
	if err != nil {
		return directory.Notice{}, err
	}
	id := n.newID()
	draft.Hoster = s.hoster.ID
	notice, err := directory.OpenNotice(draft, directory.ID(n.noteIRI(id)), n.now())
	if err != nil {
		return directory.Notice{}, err
	}
	if err := s.checkAffects(notice); err != nil {
		return directory.Notice{}, err
	}
	notice.URL = n.config.Origin.String() + "/@" + s.local.Username + "/" + id
	c := ap.Change{Notices: []directory.Notice{notice}}
	if err := n.createNote(ctx, &c, s, notice, -1); err != nil {
		return directory.Notice{}, err
	}
	_, err = n.apply(ctx, c)
	return notice, err
}

// UpdateNotice moves a notice on, or closes it by its last stage: the words
// are a new note in the thread, and the root is rewritten to say how things
// stand, because some peers never show an edit and others never show a reply.
// Errors: ErrNotFound for a notice that is not ours, *FieldError for a stage
// that cannot follow.
func (n *Node) UpdateNotice(ctx context.Context, id directory.ID, u directory.NoticeUpdate) (directory.Notice, error) {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	s, notice, err := n.ownNotice(ctx, id)
	if err != nil {
		return directory.Notice{}, err
	}
	u.ID = directory.ID(n.noteIRI(n.newID()))
	if notice, err = notice.Advance(u, n.after(notice.UpdatedAt)); err != nil {
		return directory.Notice{}, err
	}
	c := ap.Change{Notices: []directory.Notice{notice}}
	if err := n.createNote(ctx, &c, s, notice, len(notice.Updates)-1); err != nil {
		return directory.Notice{}, err
	}
	if err := n.editRoot(ctx, &c, s, notice); err != nil {
		return directory.Notice{}, err
	}
	_, err = n.apply(ctx, c)
	return notice, err
}

// EditNotice corrects the title and body of a notice; an empty one stays as it
// was. Followers receive an Update of the same note.
func (n *Node) EditNotice(ctx context.Context, id directory.ID, title, body string) (directory.Notice, error) {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	s, notice, err := n.ownNotice(ctx, id)
	if err != nil {
		return directory.Notice{}, err
	}
	if title == "" {
		title = notice.Title
	}
	if body == "" {
		body = notice.Body
	}
	if notice, err = notice.Edit(title, body, n.after(notice.UpdatedAt)); err != nil {
		return directory.Notice{}, err
	}
	c := ap.Change{Notices: []directory.Notice{notice}}
	if err := n.editRoot(ctx, &c, s, notice); err != nil {
		return directory.Notice{}, err
	}
	_, err = n.apply(ctx, c)
	return notice, err
}

// DeleteNotice takes a notice and its whole thread back: each note becomes a
// Tombstone, and followers receive a Delete of each (ActivityPub 6.4).
func (n *Node) DeleteNotice(ctx context.Context, id directory.ID) error {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	s, notice, err := n.ownNotice(ctx, id)
	if err != nil {
		return err
	}
	inboxes, err := n.store.Inboxes(ctx, s.local.ID)
	if err != nil {
		return err
	}
	c := ap.Change{RemoveNotices: []directory.ID{notice.ID}}
	notes := []ap.IRI{ap.IRI(notice.ID)}
	for _, u := range notice.Updates {
		notes = append(notes, ap.IRI(u.ID))
	}
	for i := len(notes) - 1; i >= 0; i-- { // the root last
		if err := n.deleteNote(&c, s, notes[i], inboxes); err != nil {
			return err
		}
		if err := n.unrelay(ctx, notes[i], &c); err != nil {
			return err
		}
	}
	_, err = n.apply(ctx, c)
	return err
}

// Notices gives this node's own notices, last updated first.
func (n *Node) Notices(ctx context.Context, limit int) ([]directory.Notice, error) {
	local, ok := n.localKind(ap.KindHoster)
	if !ok {
		return nil, fmt.Errorf("list notices: this node has no hoster role: %w", directory.ErrForbidden)
	}
	return n.store.Notices(ctx, directory.ID(local.ID), limit)
}

// speaker is this node's hoster, ready to speak.
type speaker struct {
	local  ap.LocalActor
	hoster directory.Hoster
	names  map[directory.ID]string // of services
}

func (n *Node) speaker(ctx context.Context) (speaker, error) {
	local, ok := n.localKind(ap.KindHoster)
	if !ok {
		return speaker{}, fmt.Errorf("this node has no hoster role: %w", directory.ErrForbidden)
	}
	p, err := n.store.Profile(ctx, local.ID)
	if isNotFound(err) {
		return speaker{}, fmt.Errorf("the hoster of this node has no profile yet; write it and run \"matou hoster publish\" first: %w", err)
	}
	if err != nil {
		return speaker{}, err
	}
	s := speaker{local: local, hoster: p.Hoster, names: map[directory.ID]string{}}
	for _, v := range p.Hoster.Services {
		s.names[v.ID] = v.Name
	}
	return s, nil
}

// checkAffects refuses a notice on a service that the hoster does not run.
func (s speaker) checkAffects(notice directory.Notice) error {
	for i, id := range notice.Affects {
		if _, ok := s.names[id]; !ok {
			return directory.Invalid(fmt.Sprintf("affects[%d]", i), "%s is not a service of this hoster", id)
		}
	}
	return nil
}

// ownNotice finds one of our hoster's notices.
func (n *Node) ownNotice(ctx context.Context, id directory.ID) (speaker, directory.Notice, error) {
	s, err := n.speaker(ctx)
	if err != nil {
		return speaker{}, directory.Notice{}, err
	}
	notice, err := n.store.Notice(ctx, id)
	if err != nil {
		return speaker{}, directory.Notice{}, fmt.Errorf("notice %s: %w", id, err)
	}
	if notice.Hoster != s.hoster.ID {
		return speaker{}, directory.Notice{}, fmt.Errorf("notice %s is not ours: %w", id, directory.ErrForbidden)
	}
	return s, notice, nil
}

// createNote adds to c the note that tells the notice (which < 0) or one of
// its updates, and the Create that publishes it; where this node is an
// aggregator too, its aggregator announces it.
func (n *Node) createNote(ctx context.Context, c *ap.Change, s speaker, notice directory.Notice, which int) error {
	if err := here(s.local); err != nil {
		return err
	}
	note, err := n.encodeNote(s, notice, which)
	if err != nil {
		return err
	}
	create, err := activitystreams.Create(n.activityIRI(ulidOf(note.IRI)), note, n.now())
	if err != nil {
		return fmt.Errorf("write the Create: %w", err)
	}
	c.Documents = append(c.Documents, note)
	if err := n.publish(ctx, c, s.local.ID, create); err != nil {
		return err
	}
	return n.announce(ctx, note.IRI, s.local.ID, c)
}

// editRoot adds to c the root note of the notice as it stands now, and the
// Update that tells the followers.
func (n *Node) editRoot(ctx context.Context, c *ap.Change, s speaker, notice directory.Notice) error {
	if err := here(s.local); err != nil {
		return err
	}
	root, err := n.encodeNote(s, notice, -1)
	if err != nil {
		return err
	}
	// The Create in the outbox carries the note: it is rewritten with it.
	create, err := activitystreams.Create(n.activityIRI(ulidOf(root.IRI)), root, notice.PublishedAt)
	if err != nil {
		return fmt.Errorf("write the Create: %w", err)
	}
	create.Local, create.Public, create.Owner, create.UpdatedAt = true, true, s.local.ID, root.UpdatedAt
	c.Documents = append(c.Documents, root, create)
	return n.broadcastUpdate(ctx, c, s.local.ID, root)
}

func (n *Node) encodeNote(s speaker, notice directory.Notice, which int) (ap.Document, error) {
	note, err := activitystreams.EncodeNote(n.endpoints(s.local), notice, which, s.hoster.Name, s.names)
	if err != nil {
		return ap.Document{}, fmt.Errorf("write the note: %w", err)
	}
	note.Local, note.Public, note.Owner = true, true, s.local.ID
	return note, nil
}

// deleteNote adds to c the Tombstones of a note and of its Create, and the
// Delete to the followers.
func (n *Node) deleteNote(c *ap.Change, s speaker, note ap.IRI, inboxes []ap.IRI) error {
	now := n.now()
	gone, err := activitystreams.Delete(n.activityIRI(n.newID()), s.local.ID, note, "Note", activitystreams.FollowersOf(s.local.ID), now)
	if err != nil {
		return fmt.Errorf("write the Delete: %w", err)
	}
	create := n.activityIRI(ulidOf(note))
	for iri, former := range map[ap.IRI]string{note: "Note", create: "Create"} {
		t, err := activitystreams.Tombstone(iri, former, now)
		if err != nil {
			return fmt.Errorf("write the Tombstone: %w", err)
		}
		t.Local, t.Public, t.Owner = true, true, s.local.ID
		c.Documents = append(c.Documents, t)
	}
	c.RemoveOutbox = append(c.RemoveOutbox, ap.OutboxItem{Actor: s.local.ID, Key: ulidOf(note), Activity: create})
	n.send(c, s.local.ID, gone, inboxes, false)
	return nil
}
