package federation

import (
	"context"
	"maps"
	"strings"

	"matou/directory"
	"matou/federation/ap"
)

// mostNamed is how many ties are named one by one.
const mostNamed = 50

// Ties are the follows and listings that a decision on domains cuts.
type Ties struct {
	Followers int      `json:"followers"` // of ours, who are told by Reject
	Following int      `json:"following"` // of those whom we follow, who are told by Undo
	Listings  int      `json:"listings"`  // withdrawn
	Named     []string `json:"named"`     // whom we follow, and is listed, of these: at most 50
}

// Any reports whether there are any.
func (t Ties) Any() bool { return t.Followers+t.Following+t.Listings > 0 }

// tie is one Follow between an actor of ours and one of another host.
type tie struct {
	local  ap.IRI
	follow ap.Follow
	ours   bool // our actor follows
}

// other is the actor at the other end.
func (t tie) other() ap.IRI {
	if t.ours {
		return t.follow.Object
	}
	return t.follow.Actor
}

// eachTie visits every Follow of this node's actors, either way.
func (n *Node) eachTie(ctx context.Context, visit func(tie) error) error {
	for _, a := range n.locals() {
		page := ap.Page{Limit: 200}
		for {
			fs, err := n.store.Followers(ctx, a.ID, page)
			if err != nil {
				return err
			}
			for _, f := range fs {
				if err := visit(tie{local: a.ID, follow: f}); err != nil {
					return err
				}
			}
			if len(fs) < page.Limit {
				break
			}
			page.After = string(fs[len(fs)-1].Actor)
		}
		err := n.eachFollowing(ctx, a.ID, func(f ap.Follow) (bool, error) {
			return true, visit(tie{local: a.ID, follow: f, ours: true})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cuts reports whether a standing leaves something of a tie to be ended.
func (n *Node) cuts(ctx context.Context, t tie, s standing) (bool, error) {
	if s.severity == ap.SeveritySuspend {
		return true, nil
	}
	if !t.ours || !s.silenced() {
		return false, nil
	}
	return n.store.Listed(ctx, directory.ID(t.follow.Object))
}

// tiesCut tells which ties policies would cut that the present ones leave.
func (n *Node) tiesCut(ctx context.Context, after *policies) (Ties, error) {
	ties := Ties{Named: []string{}}
	err := n.eachTie(ctx, func(t tie) error {
		host := t.other().Host()
		s := after.of(host)
		if !s.silenced() || s == n.policy(host) {
			return nil
		}
		cut, err := n.cuts(ctx, t, s)
		if err == nil && cut {
			n.noteTie(ctx, t, s, &ties)
		}
		return err
	})
	return ties, err
}

// noteTie counts a tie that is cut.
func (n *Node) noteTie(ctx context.Context, t tie, s standing, ties *Ties) {
	if s.severity == ap.SeveritySuspend {
		if t.ours {
			ties.Following++
		} else {
			ties.Followers++
		}
	}
	if !t.ours {
		return
	}
	if listed, err := n.store.Listed(ctx, directory.ID(t.follow.Object)); err == nil && listed {
		ties.Listings++
	}
	if len(ties.Named) < mostNamed {
		ties.Named = append(ties.Named, n.nameOf(ctx, t.follow.Object))
	}
}

// nameOf is the handle of an actor, or its id where it has none.
func (n *Node) nameOf(ctx context.Context, id ap.IRI) string {
	if a, err := n.store.Actor(ctx, id); err == nil && a.Handle != "" {
		return "@" + strings.TrimPrefix(a.Handle, "@")
	}
	return string(id)
}

// with gives policies as they would be with more blocks.
func (p *policies) with(blocks []ap.DomainBlock) *policies {
	p.mu.RLock()
	defer p.mu.RUnlock()
	next := &policies{
		allowlist: p.allowlist, development: p.development, own: p.own,
		allows: maps.Clone(p.allows), blocks: maps.Clone(p.blocks),
	}
	for _, b := range blocks {
		next.blocks[b.Domain] = standingOf(b)
	}
	return next
}
