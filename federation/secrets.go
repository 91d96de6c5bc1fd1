package federation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/proof"
	"matou/federation/signature"
)

// Secrets gives the actors of this node with their keys, by id: who this node
// is to all others. Whoever has them can speak in its name.
func (n *Node) Secrets() []ap.LocalActor {
	n.mu.RLock()
	defer n.mu.RUnlock()
	all := make([]ap.LocalActor, 0, len(n.actors))
	for _, a := range n.actors {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b ap.LocalActor) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

// TakeSecrets makes this node the one that Secrets was asked on, under the
// same address: its keys and documents are those actors' from now on. Errors:
// directory.ErrInvalid for actors of another address or keys that cannot be
// read, directory.ErrNotFound where none of them is configured here,
// directory.ErrConflict where other keys were used here already, unless they
// are to be replaced.
func (n *Node) TakeSecrets(ctx context.Context, actors []ap.LocalActor, replace bool) error {
	n.noticeMu.Lock()
	defer n.noticeMu.Unlock()
	var c ap.Change
	configured := false
	for _, a := range actors {
		if err := n.checkSecrets(a); err != nil {
			return err
		}
		mine, ok := n.local(a.ID)
		if ok && mine.KeyID == a.KeyID && string(mine.PrivateDER) == string(a.PrivateDER) && string(mine.ProofDER) == string(a.ProofDER) {
			configured = configured || n.stands(mine)
			continue // they are the same
		}
		if ok && !replace {
			if err := n.unused(ctx, mine); err != nil {
				return err
			}
		}
		old, err := n.store.Document(ctx, a.ID)
		if err != nil && !isNotFound(err) {
			return err
		}
		a.ChangedAt = n.after(old.UpdatedAt)
		c.LocalActors = append(c.LocalActors, a)
		if !n.stands(a) {
			continue // kept for when it is configured
		}
		configured = true
		doc, err := n.documentOf(ctx, a)
		if isNotFound(err) {
			continue // a hoster without a profile
		}
		if err != nil {
			return err
		}
		doc.UpdatedAt = a.ChangedAt
		c.Documents = append(c.Documents, doc)
	}
	if !configured {
		return fmt.Errorf("none of these actors has a handle that this node is configured with: %w", directory.ErrNotFound)
	}
	if len(c.LocalActors) == 0 {
		return nil
	}
	return n.adopt(ctx, c)
}

// checkSecrets refuses an actor that is not of this node's address, or whose
// keys cannot be read.
func (n *Node) checkSecrets(a ap.LocalActor) error {
	origin := n.config.Origin.String()
	switch {
	case !strings.HasPrefix(string(a.ID), origin+"/"):
		return directory.Invalid("actor", "%s is no actor of %s: keys hold for the address that they were made for", clip(string(a.ID)), origin)
	case !slices.Contains([]ap.LocalKind{ap.KindNode, ap.KindHoster, ap.KindAggregator, ap.KindArea}, a.Kind),
		(a.Kind == ap.KindArea) != (a.Area != ""),
		(a.Kind == ap.KindNode) != (a.ID == n.nodeActor()),
		a.Kind != ap.KindNode && a.ID != n.actorIRI(a.Username):
		return directory.Invalid("actor", "%s is not as this version of matou writes it", clip(string(a.ID)))
	case !strings.HasPrefix(string(a.KeyID), string(a.ID)+"#"),
		len(a.ProofDER) > 0 && !strings.HasPrefix(string(a.ProofKeyID), string(a.ID)+"#"):
		return directory.Invalid("actor", "the keys of %s are not its own", clip(string(a.ID)))
	}
	_, err := signature.ParsePrivate(a.PrivateDER)
	if err == nil && len(a.ProofDER) > 0 {
		_, err = proof.ParsePrivate(a.ProofDER)
	}
	if err == nil && a.Retired != nil {
		_, err = signature.ParsePrivate(a.Retired.PrivateDER)
	}
	if err != nil {
		return directory.Invalid("actor", "the keys of %s cannot be read", clip(string(a.ID)))
	}
	return nil
}

// unused makes sure that nobody knows one of our actors by the keys that it
// has.
func (n *Node) unused(ctx context.Context, a ap.LocalActor) error {
	followers, following, said, err := n.store.Count(ctx, a.ID)
	if err != nil {
		return err
	}
	if followers+following+said > 0 {
		return fmt.Errorf("%s has other keys here, which %d followers, %d followed and %d activities know it by; add --replace to give them up: %w",
			a.Username, followers, following, said, directory.ErrConflict)
	}
	return nil
}
