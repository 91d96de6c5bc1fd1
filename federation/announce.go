package federation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// announceWindow is how old a note may be to be announced still: what is found
// later (a hoster newly listed, a node that was away) is kept, not announced.
const announceWindow = 48 * time.Hour

// relay adds to c what an aggregator does with a public note of a hoster that
// it lists: it keeps the notice for its pages, and its own actor announces the
// note, once, to those who follow the directory. A note that was announced
// before is only kept as it stands now, so relay serves Create and Update
// alike. The caller has made sure that the author is listed.
func (n *Node) relay(ctx context.Context, note activitystreams.NoteView, doc ap.Document, author ap.IRI, c *ap.Change) error {
	c.Documents = append(c.Documents, doc)
	if err := n.keepNotice(ctx, note, author, c); err != nil {
		return err
	}
	return n.announceFresh(ctx, note, c)
}

// announceFresh adds to c the Announce of a note that is not too old for it.
func (n *Node) announceFresh(ctx context.Context, note activitystreams.NoteView, c *ap.Change) error {
	if n.now().Sub(note.PublishedAt) > announceWindow {
		return nil
	}
	return n.announce(ctx, note.ID, note.AttributedTo, c)
}

// announce adds to c the Announces of a note by this node's aggregator and by
// the actors of its author's areas, as far as they do not stand already. They
// go to those who follow each and not to the author: in the middle of an
// incident nobody needs to hear from every directory at every step.
func (n *Node) announce(ctx context.Context, note, author ap.IRI, c *ap.Change) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok || agg.MovedTo != "" || n.policy(note.Host()).silenced() {
		return nil
	}
	relays, err := n.relays(ctx, agg, author, c)
	if err != nil {
		return err
	}
	for _, by := range relays {
		if err := n.announceBy(ctx, by, note, c); err != nil {
			return err
		}
	}
	return nil
}

// announceBy adds to c the Announce of a note by one actor of ours, unless it
// stands already. The id comes from both, so that there is one.
func (n *Node) announceBy(ctx context.Context, by ap.LocalActor, note ap.IRI, c *ap.Change) error {
	if by.MovedTo != "" {
		return nil
	}
	id := n.announceIRI(by, note)
	if _, err := n.store.Document(ctx, id); err == nil {
		return nil
	} else if !isNotFound(err) {
		return err
	}
	doc, err := activitystreams.Announce(id, by.ID, note, "", n.now())
	if err != nil {
		return fmt.Errorf("write the Announce: %w", err)
	}
	inboxes, err := n.store.Inboxes(ctx, by.ID)
	if err != nil {
		return err
	}
	if len(inboxes) > 0 { // a proof is for the way
		doc = n.proven(by.ID, doc)
	}
	doc.Local, doc.Public, doc.Owner = true, true, by.ID
	c.Documents = append(c.Documents, doc)
	c.Deliveries = append(c.Deliveries, n.deliveries(n.now(), id, by.ID, inboxes)...)
	c.Outbox = append(c.Outbox, ap.OutboxItem{Actor: by.ID, Key: n.newID(), Activity: id})
	return nil
}

// announceIRI is the id of the Announce of a note by our aggregator or by the
// actor of an area.
func (n *Node) announceIRI(by ap.LocalActor, note ap.IRI) ap.IRI {
	named := string(note)
	if by.Kind == ap.KindArea {
		named += " " + string(by.ID)
	}
	sum := sha256.Sum256([]byte(named))
	return n.activityIRI("announce-" + hex.EncodeToString(sum[:16]))
}

// unrelay adds to c the end of a note that was relayed: the notice or its
// update goes, and the Announce is undone.
func (n *Node) unrelay(ctx context.Context, note ap.IRI, c *ap.Change) error {
	if _, ok := n.localKind(ap.KindAggregator); !ok {
		return nil
	}
	if err := n.dropNote(ctx, note, c); err != nil {
		return err
	}
	return n.unannounce(ctx, note, c)
}

// unannounce adds to c the Undo of every Announce of a note, wherever its
// author was at home when it was announced.
func (n *Node) unannounce(ctx context.Context, note ap.IRI, c *ap.Change) error {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return nil
	}
	for _, by := range append([]ap.LocalActor{agg}, n.areaActors()...) {
		if err := n.unannounceBy(ctx, by, note, c); err != nil {
			return err
		}
	}
	return nil
}

// unannounceBy adds to c the Undo of the Announce of a note by one actor of
// ours, where there is one.
func (n *Node) unannounceBy(ctx context.Context, by ap.LocalActor, note ap.IRI, c *ap.Change) error {
	id := n.announceIRI(by, note)
	d, err := n.store.Document(ctx, id)
	if isNotFound(err) || err == nil && d.Tombstone {
		return nil
	}
	if err != nil {
		return err
	}
	undo, err := activitystreams.Undo(n.activityIRI(n.newID()), by.ID, d.Body, []ap.IRI{ap.Public}, []ap.IRI{activitystreams.FollowersOf(by.ID)}, n.now())
	if err != nil {
		return fmt.Errorf("write the Undo: %w", err)
	}
	inboxes, err := n.store.Inboxes(ctx, by.ID)
	if err != nil {
		return err
	}
	n.send(c, by.ID, undo, inboxes, false)
	gone, err := activitystreams.Tombstone(id, "Announce", n.now())
	if err != nil {
		return err
	}
	gone.Local, gone.Public, gone.Owner = true, true, by.ID
	c.Documents = append(c.Documents, gone)
	return n.dropFromOutbox(ctx, by.ID, id, c)
}

// dropFromOutbox adds to c the removal of an activity from an outbox.
func (n *Node) dropFromOutbox(ctx context.Context, actor, activity ap.IRI, c *ap.Change) error {
	page := ap.Page{Limit: 200}
	for {
		items, err := n.store.Outbox(ctx, actor, page)
		if err != nil {
			return err
		}
		for _, item := range items {
			if item.Activity == activity {
				c.RemoveOutbox = append(c.RemoveOutbox, item)
				return nil
			}
		}
		if len(items) < page.Limit {
			return nil
		}
		page.After = items[len(items)-1].Key
	}
}

// keepNotice adds to c the notice that a hoster's note tells: a root note is
// the notice, a reply to one is an update of it. Notes that are neither (a
// conversation, a note without our terms) are no notices.
func (n *Node) keepNotice(ctx context.Context, v activitystreams.NoteView, author ap.IRI, c *ap.Change) error {
	if v.Kind == "" {
		return nil
	}
	id := directory.ID(v.ID)
	if v.InReplyTo != "" {
		id = directory.ID(v.InReplyTo)
	}
	stored, err := n.pendingNotice(ctx, id, c)
	switch {
	case isNotFound(err) && v.InReplyTo != "":
		return nil // an update of something that we never knew
	case err != nil && !isNotFound(err):
		return err
	case err == nil && stored.Hoster != directory.ID(author):
		return nil // not theirs to change
	}
	notice := noticeOf(v, stored, author)
	for i := range c.Notices {
		if c.Notices[i].ID == notice.ID {
			c.Notices[i] = notice
			return nil
		}
	}
	c.Notices = append(c.Notices, notice)
	return nil
}

// noticeOf gives the notice that a note tells, on what was stored of it before
// (the zero Notice where nothing was): the root says what it is and how it
// stands, a reply adds one update.
func noticeOf(v activitystreams.NoteView, stored directory.Notice, author ap.IRI) directory.Notice {
	notice := stored
	at := v.UpdatedAt
	if at.IsZero() {
		at = v.PublishedAt
	}
	if at.After(notice.UpdatedAt) {
		notice.UpdatedAt = at
	}
	if v.InReplyTo == "" {
		notice.ID, notice.Hoster, notice.HTML = directory.ID(v.ID), directory.ID(author), true
		notice.Kind, notice.Stage, notice.Affects = v.Kind, v.Stage, v.Affects
		notice.Title, notice.Body, notice.Language = v.Title, v.HTML, v.Language
		notice.StartsAt, notice.EndsAt, notice.NextUpdateAt = v.StartsAt, v.EndsAt, v.NextUpdateAt
		notice.URL = v.URL
		if notice.PublishedAt.IsZero() {
			notice.PublishedAt = v.PublishedAt // what was said is not said at another time later
		}
		return notice
	}
	u := directory.NoticeUpdate{ID: directory.ID(v.ID), Stage: v.Stage, Body: v.HTML, At: v.PublishedAt}
	notice.Updates = slices.Clone(notice.Updates)
	if i := slices.IndexFunc(notice.Updates, func(x directory.NoticeUpdate) bool { return x.ID == u.ID }); i >= 0 {
		u.At = notice.Updates[i].At
		notice.Updates[i] = u
		return notice
	}
	if len(notice.Updates) >= directory.MaxUpdates {
		return notice // each of them is read and written with every other
	}
	notice.Updates = append(notice.Updates, u)
	slices.SortStableFunc(notice.Updates, func(a, b directory.NoticeUpdate) int { return a.At.Compare(b.At) })
	notice.Stage = v.Stage
	return notice
}

// pendingNotice gives a notice as it will stand after c.
func (n *Node) pendingNotice(ctx context.Context, id directory.ID, c *ap.Change) (directory.Notice, error) {
	for _, notice := range c.Notices {
		if notice.ID == id {
			return notice, nil
		}
	}
	return n.store.Notice(ctx, id)
}

// dropNote adds to c the end of the notice that a note tells, or of the one
// update of it.
func (n *Node) dropNote(ctx context.Context, note ap.IRI, c *ap.Change) error {
	id := directory.ID(note)
	if _, err := n.store.Notice(ctx, id); err == nil {
		c.RemoveNotices = append(c.RemoveNotices, id)
		return nil
	} else if !isNotFound(err) {
		return err
	}
	d, err := n.store.Document(ctx, note)
	if isNotFound(err) || err == nil && (d.Tombstone || d.Type != "Note") {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := activitystreams.DecodeNote(d.Body)
	if err != nil {
		return fmt.Errorf("read the note %s as it is kept: %w", note, err)
	}
	if v.InReplyTo == "" {
		return nil
	}
	notice, err := n.pendingNotice(ctx, directory.ID(v.InReplyTo), c)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	notice.Updates = slices.DeleteFunc(slices.Clone(notice.Updates), func(u directory.NoticeUpdate) bool { return u.ID == id })
	c.Notices = append(c.Notices, notice)
	return nil
}
