package federation

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/net/idna"

	"matou/directory"
	"matou/federation/ap"
)

// reasonBlocked answers a host that the keeper has suspended, or not allowed.
const reasonBlocked = "blocked"

// standing is how this node deals with one host. The zero standing is that of
// a host like any other.
type standing struct {
	severity      ap.Severity
	unnamed       bool // this node federates only with whom it names, and this is nobody of them
	rejectMedia   bool
	rejectReports bool
}

// suspended reports whether nothing is taken from the host or sent to it.
func (s standing) suspended() bool { return s.unnamed || s.severity == ap.SeveritySuspend }

// silenced reports whether the host's hosters are not to be shown.
func (s standing) silenced() bool { return s.suspended() || s.severity == ap.SeveritySilence }

// and is what both say: the more severe of each.
func (s standing) and(o standing) standing {
	if o.severity.Weight() > s.severity.Weight() {
		s.severity = o.severity
	}
	s.unnamed = s.unnamed || o.unnamed
	s.rejectMedia = s.rejectMedia || o.rejectMedia
	s.rejectReports = s.rejectReports || o.rejectReports
	return s
}

// standingOf is what one block says of its hosts.
func standingOf(b ap.DomainBlock) standing {
	return standing{severity: b.Severity, rejectMedia: b.RejectMedia, rejectReports: b.RejectReports}
}

// policies are the keeper's decisions on domains, in memory: they are asked
// for each request that comes or goes.
type policies struct {
	allowlist   bool // federate only with whom allows names
	development bool // domains may be addresses with a port
	own         string

	// gate is held for reading by whoever looks a policy up, decides on it and
	// applies, where nothing else would find what slipped in between; for
	// writing while a policy changes.
	gate sync.RWMutex

	mu     sync.RWMutex
	blocks map[string]standing
	allows map[string]struct{}
}

// newPolicies gives those of a node that has decided nothing yet.
func newPolicies(c Config) *policies {
	return &policies{
		allowlist: c.Allowlist, development: c.Development, own: c.Origin.Host,
		blocks: map[string]standing{}, allows: map[string]struct{}{},
	}
}

// policy gives how this node deals with a host, written as in an IRI or as
// people write it. What is decided on a domain holds for every name below it,
// and the most severe counts: looking it up takes as many steps as the name has
// labels.
func (n *Node) policy(host string) standing { return n.policies.of(host) }

// of is policy.
func (p *policies) of(host string) standing {
	if host == "" || host == p.own {
		return standing{}
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if len(p.blocks) == 0 && !p.allowlist {
		return standing{}
	}
	full := canonicalHost(host)
	s := standing{}
	named := p.look(full, &s) // with its port, in development
	for name := bareHost(full); name != ""; {
		named = p.look(name, &s) || named
		if isAddress(name) {
			break
		}
		_, name, _ = strings.Cut(name, ".")
	}
	s.unnamed = p.allowlist && !named
	return s
}

// hold keeps policies as they are until release is called.
func (p *policies) hold() (release func()) {
	p.gate.RLock()
	return p.gate.RUnlock
}

// any reports whether any host may be unlike others.
func (p *policies) any() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.allowlist || len(p.blocks) > 0
}

// look adds what is decided on one domain to s, and reports whether it is
// allowed.
func (p *policies) look(domain string, s *standing) bool {
	if b, ok := p.blocks[domain]; ok {
		*s = s.and(b)
	}
	_, ok := p.allows[domain]
	return ok
}

// canonicalHost is a host in the one form in which domains are kept: small
// letters, xn-- for other scripts, no dot at the end. What IRIs hold is so
// already, and passes unchanged.
func canonicalHost(host string) string {
	unusual := func(c rune) bool { return c >= 0x80 || c >= 'A' && c <= 'Z' }
	if strings.ContainsFunc(host, unusual) {
		host = strings.ToLower(host)
		name := bareHost(host)
		if ascii, err := idna.Lookup.ToASCII(name); err == nil {
			host = strings.Replace(host, name, ascii, 1)
		}
	}
	return strings.TrimSuffix(host, ".")
}

// bareHost is a host without its port, and an IPv6 address without its
// brackets.
func bareHost(host string) string {
	if strings.HasPrefix(host, "[") {
		inside, _, _ := strings.Cut(host[1:], "]")
		return inside
	}
	if i := strings.IndexByte(host, ':'); i >= 0 && i == strings.LastIndexByte(host, ':') {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// isAddress reports whether a bare host is an IP address: no domain ends in a
// label that begins with a digit (WHATWG URL 3.5).
func isAddress(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Contains(host, ":") || last != "" && last[0] >= '0' && last[0] <= '9'
}

// pageOfPolicies is how many domains are read at once.
const pageOfPolicies = 1000

// loadPolicies reads the keeper's decisions.
func (n *Node) loadPolicies(ctx context.Context) error {
	p := n.policies
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := n.eachBlock(ctx, func(b ap.DomainBlock) { p.blocks[b.Domain] = standingOf(b) }); err != nil {
		return fmt.Errorf("read the blocks of domains: %w", err)
	}
	if err := n.eachAllow(ctx, func(a ap.DomainAllow) { p.allows[a.Domain] = struct{}{} }); err != nil {
		return fmt.Errorf("read the domains that are allowed: %w", err)
	}
	return nil
}

// eachBlock visits every block, by domain.
func (n *Node) eachBlock(ctx context.Context, visit func(ap.DomainBlock)) error {
	for after := ""; ; {
		all, err := n.store.DomainBlocks(ctx, after, pageOfPolicies)
		if err != nil {
			return err
		}
		for _, b := range all {
			visit(b)
		}
		if len(all) < pageOfPolicies {
			return nil
		}
		after = all[len(all)-1].Domain
	}
}

// eachAllow visits every domain that is allowed, by domain.
func (n *Node) eachAllow(ctx context.Context, visit func(ap.DomainAllow)) error {
	for after := ""; ; {
		all, err := n.store.DomainAllows(ctx, after, pageOfPolicies)
		if err != nil {
			return err
		}
		for _, a := range all {
			visit(a)
		}
		if len(all) < pageOfPolicies {
			return nil
		}
		after = all[len(all)-1].Domain
	}
}

// refuseSuspended refuses an activity by the host of the key that signs it,
// before anything of it is read and before anybody is asked for the key. 403
// tells an honest peer not to come again with it.
func (n *Node) refuseSuspended(key ap.IRI) refusal {
	if n.policy(key.Host()).suspended() {
		return refusal{http.StatusForbidden, reasonBlocked}
	}
	return refusal{}
}

// mayFetch refuses to ask a suspended host for anything. Its error is a
// directory.ErrForbidden.
func (n *Node) mayFetch(host string) error {
	s := n.policy(host)
	switch {
	case s.severity == ap.SeveritySuspend:
		return fmt.Errorf("%s is suspended by this node: see matou federation blocks list: %w", clip(host), directory.ErrForbidden)
	case s.unnamed:
		return fmt.Errorf("%s is not among those with whom this node federates: see matou federation allow: %w", clip(host), directory.ErrForbidden)
	}
	return nil
}
