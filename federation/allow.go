package federation

import (
	"context"
	"fmt"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/blocklist"
)

// Allows gives every domain that is allowed, by domain.
func (n *Node) Allows(ctx context.Context) ([]ap.DomainAllow, error) {
	all := []ap.DomainAllow{}
	err := n.eachAllow(ctx, func(a ap.DomainAllow) { all = append(all, a) })
	return all, err
}

// Allow lets a node that federates only with whom it names federate with a
// domain. Whom it follows there already is listed again.
func (n *Node) Allow(ctx context.Context, a ap.DomainAllow, d ap.Decision) (ap.DomainAllow, error) {
	b := ap.DomainBlock{Domain: a.Domain, PublicComment: a.Comment}
	rules := blocklist.Rules{Own: n.config.Origin.Host, Development: n.config.Development}
	if err := blocklist.Check(&b, rules); err != nil {
		return ap.DomainAllow{}, err
	}
	a.Domain, a.Comment, a.At = b.Domain, b.PublicComment, n.now()
	d.Subject = a.Domain
	if err := n.decide(ctx, ap.Change{DomainAllows: []ap.DomainAllow{a}, Decisions: []ap.Decision{n.decision(d)}}); err != nil {
		return ap.DomainAllow{}, fmt.Errorf("allow a domain: %w", err)
	}
	return a, n.relist(ctx, a.Domain)
}

// Disallow takes that back. Follows stay, and rest, until the domain is allowed
// again; listings go.
func (n *Node) Disallow(ctx context.Context, domain string, d ap.Decision) (Ties, error) {
	name, err := blocklist.Domain(domain, n.config.Development)
	if err != nil {
		return Ties{}, err
	}
	found := false
	if err := n.eachAllow(ctx, func(a ap.DomainAllow) { found = found || a.Domain == name }); err != nil {
		return Ties{}, err
	}
	if !found {
		return Ties{}, fmt.Errorf("%s is not among the domains that are allowed: see matou federation allow list: %w", name, directory.ErrNotFound)
	}
	d.Subject = name
	if err := n.decide(ctx, ap.Change{RemoveDomainAllows: []string{name}, Decisions: []ap.Decision{n.decision(d)}}); err != nil {
		return Ties{}, fmt.Errorf("take an allowance back: %w", err)
	}
	return n.enforce(ctx)
}

// Decisions gives the keeper's log, newest first.
func (n *Node) Decisions(ctx context.Context, p ap.Page) ([]ap.Decision, error) {
	return n.store.Decisions(ctx, p)
}
