package badger

import (
	"context"
	"fmt"

	"matou/federation/ap"
)

// DomainBlocks gives at most limit blocks after that domain, by domain.
func (s *Store) DomainBlocks(ctx context.Context, after string, limit int) ([]ap.DomainBlock, error) {
	return read(ctx, s, func(t *tx) ([]ap.DomainBlock, error) {
		return collect[ap.DomainBlock](t, walk{prefix: []byte{kindBlock}, from: []byte(after), past: after != ""}, limit)
	})
}

// DomainAllows gives at most limit allowances after that domain, by domain.
func (s *Store) DomainAllows(ctx context.Context, after string, limit int) ([]ap.DomainAllow, error) {
	return read(ctx, s, func(t *tx) ([]ap.DomainAllow, error) {
		return collect[ap.DomainAllow](t, walk{prefix: []byte{kindAllow}, from: []byte(after), past: after != ""}, limit)
	})
}

// Decisions gives the keeper's log, newest first; the cursor is the last Key.
func (s *Store) Decisions(ctx context.Context, p ap.Page) ([]ap.Decision, error) {
	return read(ctx, s, func(t *tx) ([]ap.Decision, error) {
		w := walk{prefix: []byte{kindDecision}, backward: true}
		if p.After != "" {
			w.from, w.past = []byte(p.After), true
		}
		return collect[ap.Decision](t, w, pageOf(p))
	})
}

// applyPolicy applies what a keeper has decided, and what goes with it.
func (t *tx) applyPolicy(c *ap.Change) error {
	return first(
		each(c.DomainBlocks, func(b ap.DomainBlock) error { return t.save(byName(kindBlock, b.Domain), b) }),
		each(c.RemoveDomainBlocks, func(d string) error { return t.Delete(byName(kindBlock, d)) }),
		each(c.DomainAllows, func(a ap.DomainAllow) error { return t.save(byName(kindAllow, a.Domain), a) }),
		each(c.RemoveDomainAllows, func(d string) error { return t.Delete(byName(kindAllow, d)) }),
		each(c.Decisions, func(d ap.Decision) error { return t.save(byName(kindDecision, d.Key), d) }),
		each(c.RemoveActivities, func(id ap.IRI) error { return t.Delete(byHash(kindActivity, id)) }),
		each(c.RemoveHosts, func(name string) error { return t.Delete(byHash(kindHost, name)) }),
		each(c.RemoveRefreshes, t.removeRefresh),
		each(c.RemoveCandidates, t.removeCandidate),
	)
}

// removeCandidate forgets a candidate, and that anybody proposed it.
func (t *tx) removeCandidate(hoster ap.IRI) error {
	c, found, err := t.candidate(hoster)
	if err != nil || !found {
		return err
	}
	for _, s := range c.Sources {
		if err := t.Delete(proposedKey(s.Aggregator, hoster)); err != nil {
			return err
		}
	}
	return t.Delete(byName(kindCandidate, hoster))
}

// checkBlock finds a severity that no version knows: it would limit nothing.
func (c *checker) checkBlock(b ap.DomainBlock) {
	switch b.Severity {
	case ap.SeverityNoop, ap.SeveritySilence, ap.SeveritySuspend:
	default:
		c.problem("domain block", b.Domain, fmt.Sprintf("its severity %q means nothing; add it again", b.Severity))
	}
}
