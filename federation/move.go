package federation

import (
	"context"
	"fmt"
	"slices"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// mover gives the actor of this node that moves or is known elsewhere: the one
// of that name, else the hoster, else the aggregator.
func (n *Node) mover(name string) (ap.LocalActor, error) {
	if name != "" {
		a, ok := n.named(name)
		if !ok || a.Kind == ap.KindNode {
			return ap.LocalActor{}, fmt.Errorf("this node has no actor %q: %w", name, directory.ErrNotFound)
		}
		return a, nil
	}
	for _, kind := range []ap.LocalKind{ap.KindHoster, ap.KindAggregator} {
		if a, ok := n.localKind(kind); ok {
			return a, nil
		}
	}
	return ap.LocalActor{}, fmt.Errorf("this node has neither a hoster nor an aggregator: %w", directory.ErrForbidden)
}

// Moved says where the actor of that name (see Move) lives now, "" for here,
// and by what other ids it is known.
func (n *Node) Moved(name string) (ap.LocalActor, error) {
	a, err := n.mover(name)
	a.PrivateDER, a.ProofDER, a.Retired = nil, nil, nil
	return a, err
}

// Move tells everybody that an actor of this node (name, or "" for the hoster,
// else the aggregator) lives at another handle now: its document says so, and
// its followers receive a Move, by which their nodes follow the new one
// (FEP-7628). The new one must name ours first (alsoKnownAs). From then on ours
// publishes nothing more and takes no followers. Errors are sentences for the
// person who typed the handle.
func (n *Node) Move(ctx context.Context, name, to string) (ap.LocalActor, error) {
	a, err := n.mover(name)
	if err != nil {
		return ap.LocalActor{}, err
	}
	target, err := n.newHome(ctx, a, to)
	if err != nil {
		return ap.LocalActor{}, err
	}
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	a, _ = n.local(a.ID)
	if a.MovedTo != "" {
		return ap.LocalActor{}, fmt.Errorf("%s has moved to %s already: %w", a.Username, a.MovedTo, directory.ErrConflict)
	}
	a.MovedTo = target
	var c ap.Change
	if err := n.rewrite(ctx, &a, &c); err != nil {
		return ap.LocalActor{}, err
	}
	move, err := activitystreams.Move(n.activityIRI(n.newID()), a.ID, target, n.now())
	if err != nil {
		return ap.LocalActor{}, fmt.Errorf("write the Move: %w", err)
	}
	inboxes, err := n.store.Inboxes(ctx, a.ID)
	if err != nil {
		return ap.LocalActor{}, err
	}
	n.send(&c, a.ID, move, inboxes, false)
	if a.Kind == ap.KindHoster {
		if err := n.unlistOwn(ctx, &c, directory.ID(a.ID)); err != nil {
			return ap.LocalActor{}, err
		}
	}
	return a, n.applyActor(ctx, a, c)
}

// newHome fetches the actor of a handle, and makes sure that it names a.
func (n *Node) newHome(ctx context.Context, a ap.LocalActor, handle string) (ap.IRI, error) {
	id, err := n.resolveHandle(ctx, handle)
	if err != nil {
		return "", err
	}
	if _, ours := n.local(id); ours {
		return "", fmt.Errorf("%s is an actor of this very node: %w", handle, directory.ErrConflict)
	}
	_, doc, err := n.readActor(ctx, id)
	if err != nil {
		return "", fmt.Errorf("fetch the actor of %s: %w", handle, err)
	}
	w, err := activitystreams.DecodeWhereabouts(doc.Body)
	switch {
	case err != nil:
		return "", fmt.Errorf("read the actor of %s: %w", handle, err)
	case w.MovedTo != "":
		return "", fmt.Errorf("%s has itself moved on to %s: move there: %w", handle, w.MovedTo, directory.ErrConflict)
	case !w.Names(a.ID):
		return "", fmt.Errorf("%s does not say that it is the same as @%s@%s: have its keeper add that as an alias first (on matou: matou alias add @%s@%s): %w",
			handle, a.Username, n.config.Origin.Host, a.Username, n.config.Origin.Host, directory.ErrConflict)
	}
	return id, nil
}

// MoveBack takes a move back: the actor lives here again, and publishes. The
// followers that went stay where they went.
func (n *Node) MoveBack(ctx context.Context, name string) (ap.LocalActor, error) {
	return n.change(ctx, name, func(a *ap.LocalActor) error {
		if a.MovedTo == "" {
			return fmt.Errorf("%s has not moved: %w", a.Username, directory.ErrConflict)
		}
		a.MovedTo = ""
		return nil
	})
}

// AddAlias says that the actor of a handle elsewhere is the same as one of
// ours, so that it can move here. Errors are sentences.
func (n *Node) AddAlias(ctx context.Context, name, handle string) (ap.LocalActor, error) {
	id, err := n.resolveHandle(ctx, handle)
	if err != nil {
		return ap.LocalActor{}, err
	}
	return n.change(ctx, name, func(a *ap.LocalActor) error {
		switch {
		case id == a.ID:
			return fmt.Errorf("%s is this very actor: %w", handle, directory.ErrConflict)
		case slices.Contains(a.AlsoKnownAs, id):
			return fmt.Errorf("%s is an alias already: %w", handle, directory.ErrConflict)
		case len(a.AlsoKnownAs) >= activitystreams.MaxAliases:
			return directory.Invalid("alias", "must not be more than %d: remove one first", activitystreams.MaxAliases)
		}
		a.AlsoKnownAs = append(slices.Clone(a.AlsoKnownAs), id)
		return nil
	})
}

// RemoveAlias takes an alias back, named by its handle, or by its id where its
// host does not answer any more.
func (n *Node) RemoveAlias(ctx context.Context, name, handle string) (ap.LocalActor, error) {
	id := ap.IRI(handle)
	if a, err := n.mover(name); err == nil && !slices.Contains(a.AlsoKnownAs, id) {
		if id, err = n.resolveHandle(ctx, handle); err != nil {
			return ap.LocalActor{}, fmt.Errorf("%w; an alias can also be removed by its id: see matou alias list", err)
		}
	}
	return n.change(ctx, name, func(a *ap.LocalActor) error {
		i := slices.Index(a.AlsoKnownAs, id)
		if i < 0 {
			return fmt.Errorf("%s is no alias (see matou alias list): %w", handle, directory.ErrNotFound)
		}
		a.AlsoKnownAs = slices.Delete(slices.Clone(a.AlsoKnownAs), i, i+1)
		return nil
	})
}

// change changes what one of our actors says of its homes, and tells its
// followers.
func (n *Node) change(ctx context.Context, name string, f func(*ap.LocalActor) error) (ap.LocalActor, error) {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	a, err := n.mover(name)
	if err != nil {
		return ap.LocalActor{}, err
	}
	if err := f(&a); err != nil {
		return ap.LocalActor{}, err
	}
	var c ap.Change
	if err := n.rewrite(ctx, &a, &c); err != nil {
		return ap.LocalActor{}, err
	}
	if a.Kind == ap.KindHoster && a.MovedTo == "" {
		p, err := n.store.Profile(ctx, a.ID)
		if err == nil {
			err = n.listOwn(ctx, &c, p.Hoster)
		}
		if err != nil && !isNotFound(err) {
			return ap.LocalActor{}, err
		}
	}
	return a, n.applyActor(ctx, a, c)
}

// rewrite adds to c an actor of ours as it stands now, its document, and the
// Update that tells its followers. A hoster without a profile has no document
// yet.
func (n *Node) rewrite(ctx context.Context, a *ap.LocalActor, c *ap.Change) error {
	old, err := n.store.Document(ctx, a.ID)
	if err != nil && !isNotFound(err) {
		return err
	}
	a.ChangedAt = n.after(old.UpdatedAt)
	c.LocalActors = append(c.LocalActors, *a)
	doc, err := n.actorDocument(ctx, *a)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	doc.UpdatedAt = a.ChangedAt
	c.Documents = append(c.Documents, doc)
	return n.broadcastUpdate(ctx, c, a.ID, doc)
}

// actorDocument writes the document of the hoster or the aggregator as it
// stands; directory.ErrNotFound for a hoster without a profile.
func (n *Node) actorDocument(ctx context.Context, a ap.LocalActor) (ap.Document, error) {
	switch a.Kind {
	case ap.KindAggregator:
		return n.encodeAggregator(a)
	case ap.KindArea:
		return n.encodeArea(a)
	}
	p, err := n.store.Profile(ctx, a.ID)
	if err != nil {
		return ap.Document{}, err
	}
	return activitystreams.EncodeHoster(n.endpoints(a), p.Hoster, n.config.Vocabulary)
}

// applyActor applies c, which holds a, and keeps a in memory.
func (n *Node) applyActor(ctx context.Context, a ap.LocalActor, c ap.Change) error {
	if _, err := n.apply(ctx, c); err != nil {
		return err
	}
	return n.addLocal(a)
}

// here refuses to publish in the name of an actor that has moved away.
func here(a ap.LocalActor) error {
	if a.MovedTo == "" {
		return nil
	}
	return fmt.Errorf("%s has moved to %s and publishes nothing here any more: publish there, or take the move back with matou move --back: %w",
		a.Username, a.MovedTo, directory.ErrConflict)
}
