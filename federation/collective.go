package federation

import (
	"context"
	"fmt"
	"slices"

	"matou/directory"
	"matou/federation/ap"
)

// noteMembers adds to c what a followed directory says of the members of the
// collective whose word it carries: whom it lists. It is kept as that
// directory's word, under its id, whatever else says who is a member; a
// directory that carries no word any more takes its list back.
func (n *Node) noteMembers(ctx context.Context, from ap.Actor, hosters []ap.IRI, c *ap.Change) error {
	before, err := n.store.Collectives(ctx)
	if err != nil {
		return fmt.Errorf("read the lists of members: %w", err)
	}
	for _, k := range before {
		if k.Source == string(from.ID) && k.Slug != from.Collective {
			c.RemoveCollectives = append(c.RemoveCollectives, ap.MemberList{Slug: k.Slug, Source: k.Source})
		}
	}
	if from.Collective == "" {
		return nil
	}
	list := directory.Collective{Slug: from.Collective, Name: from.Name, Website: from.URL, Source: string(from.ID), ReadAt: n.now()}
	for _, h := range hosters {
		if len(h) <= longestID {
			list.Members = append(list.Members, directory.Member{Hoster: directory.ID(h)})
		}
	}
	c.Collectives = append(c.Collectives, list)
	return nil
}

// Collectives gives the lists of members that this node has read, of each
// source; its own directory's, whose list is its listing, is not among them.
func (n *Node) Collectives(ctx context.Context) ([]directory.Collective, error) {
	all, err := n.store.Collectives(ctx)
	return slices.DeleteFunc(all, n.isOwnWord), err
}

// isOwnWord reports whether list is what this node's keeper wrote down of the
// members of a collective.
func (n *Node) isOwnWord(list directory.Collective) bool {
	agg, ok := n.localKind(ap.KindAggregator)
	return ok && list.Source == string(agg.ID)
}

// KeepCollective keeps a list of members that the keeper has imported, in place
// of the one of that collective from the same source. Errors are
// *directory.FieldErrors, and directory.ErrConflict for a source that is a
// directory: its list is read from itself.
func (n *Node) KeepCollective(ctx context.Context, list directory.Collective) error {
	if err := list.Validate(); err != nil {
		return err
	}
	known, err := n.store.KnowsActor(ctx, ap.IRI(list.Source))
	if err != nil {
		return err
	}
	if known {
		return fmt.Errorf("%s is an actor, whose list is read from itself: %w", list.Source, directory.ErrConflict)
	}
	list.ReadAt = n.now()
	_, err = n.apply(ctx, ap.Change{Collectives: []directory.Collective{list}})
	return err
}

// ForgetCollective forgets the lists of a collective's members: the one from
// source, or of every source for "". It gives how many there were;
// directory.ErrNotFound for none.
func (n *Node) ForgetCollective(ctx context.Context, slug, source string) (int, error) {
	all, err := n.Collectives(ctx)
	if err != nil {
		return 0, err
	}
	var c ap.Change
	for _, k := range all {
		if k.Slug == slug && (source == "" || k.Source == source) {
			c.RemoveCollectives = append(c.RemoveCollectives, ap.MemberList{Slug: k.Slug, Source: k.Source})
		}
	}
	if len(c.RemoveCollectives) == 0 {
		return 0, fmt.Errorf("list of the members of %q: %w", slug, directory.ErrNotFound)
	}
	_, err = n.apply(ctx, c)
	return len(c.RemoveCollectives), err
}

// Word gives what this node's own directory says of the hosters that it lists:
// that they are members of the collective whose word it carries. It is false
// where it carries none.
func (n *Node) Word() (directory.Collective, bool) {
	agg, ok := n.localKind(ap.KindAggregator)
	a := n.config.Aggregator
	if !ok || a == nil || a.Collective == "" {
		return directory.Collective{}, false
	}
	return directory.Collective{
		Slug: a.Collective, Charter: a.Charter, Source: string(agg.ID),
		Name: a.Name, Website: n.config.Origin.String() + "/",
	}, true
}
