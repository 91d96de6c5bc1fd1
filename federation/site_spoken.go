package federation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"matou/directory"
	"matou/federation/ap"
)

// takeOver adds to c that a hoster's own word, l, stands from now on in place of
// what files tell of its site. The past of the entry becomes its own.
func (n *Node) takeOver(ctx context.Context, l directory.Listing, c *ap.Change) error {
	sites, err := n.sitesOf(ctx, l.Hoster.ID.Host(), l.Hoster.Website)
	if err != nil {
		return err
	}
	for _, host := range sites {
		before, listed, err := n.closeSite(ctx, host, l.Hoster.ID, c)
		if err != nil {
			return err
		}
		if !listed {
			continue
		}
		n.log.InfoContext(ctx, "entry from a file taken over", "site", host, "actor", string(l.Hoster.ID))
		n.takesPast(before, l, c)
	}
	return nil
}

// takesPast adds to c that the past of an entry becomes that of the listing that
// replaces it, which is listed since then, with what is other in it.
func (n *Node) takesPast(before, l directory.Listing, c *ap.Change) {
	c.CarryHistories = append(c.CarryHistories, ap.HistoryCarry{From: before.Hoster.ID, To: l.Hoster.ID})
	taken, _ := directory.Changes(before, l, n.now(), directory.VoiceHoster)
	taken.Event = directory.HistoryTakenOver
	c.History = slices.DeleteFunc(c.History, func(e directory.HistoryEntry) bool {
		return e.Hoster == l.Hoster.ID && e.Event == directory.HistoryEntered
	})
	c.History = append(c.History, taken)
	for i := range c.Listings {
		if c.Listings[i].Hoster.ID == l.Hoster.ID && before.ListedAt.Before(c.Listings[i].ListedAt) {
			c.Listings[i].ListedAt = before.ListedAt
		}
	}
}

// closeSite adds to c that a hoster spoke for a site of which something is kept,
// and the end of its entry, which it gives where there is one. A file lists the
// site no more, whatever the hoster decides later.
func (n *Node) closeSite(ctx context.Context, host string, hoster directory.ID, c *ap.Change) (before directory.Listing, listed bool, err error) {
	s, err := n.store.Site(ctx, host)
	if isNotFound(err) {
		return before, false, nil
	}
	if err != nil {
		return before, false, err
	}
	if s.Spoken == nil {
		s.Spoken = &directory.Spoken{Hoster: hoster, At: n.now()}
		c.Sites = append(c.Sites, s)
	} else if s.Spoken.Hoster != hoster { // it has another home now
		s.Spoken.Hoster = hoster
		c.Sites = append(c.Sites, s)
	}
	before, err = n.store.Listing(ctx, n.siteID(host))
	if isNotFound(err) || err == nil && before.File == nil {
		return directory.Listing{}, false, nil
	}
	if err != nil {
		return before, false, err
	}
	c.RemoveListings = append(c.RemoveListings, before.Hoster.ID)
	return before, true, nil
}

// spokeAgainst adds to c that a hoster does not want to be listed, says its own
// node: what files tell of its sites goes too, and its past.
func (n *Node) spokeAgainst(ctx context.Context, hoster ap.IRI, c *ap.Change) error {
	sites, err := n.sitesOf(ctx, hoster.Host(), "")
	if err != nil {
		return err
	}
	for _, host := range sites {
		before, listed, err := n.closeSite(ctx, host, directory.ID(hoster), c)
		if err != nil {
			return err
		}
		if listed {
			n.siteLeaves(before, directory.VoiceHoster, c)
			n.log.InfoContext(ctx, "entry from a file withdrawn", "site", host, "actor", string(hoster))
		}
	}
	return nil
}

// siteLeaves adds to c all that is kept of the past of an entry that ends.
func (n *Node) siteLeaves(l directory.Listing, by directory.Voice, c *ap.Change) {
	c.ForgetHistories = append(c.ForgetHistories, l.Hoster.ID)
	c.History = append(c.History, directory.Leaves(l.Hoster.ID, n.now(), by))
}

// remember adds to c that a hoster whose own word was listed has spoken for its
// sites: once that word goes, no file takes its place.
func (n *Node) remember(ctx context.Context, l directory.Listing, c *ap.Change) error {
	host := strings.TrimPrefix(l.Hoster.ID.Host(), "www.")
	sites := []string{host}
	if own, err := SiteOf(l.Hoster.Website, n.config.Development); err == nil && own != host && related(own, host) {
		sites = append(sites, own)
	}
	for _, host := range sites {
		s, err := n.store.Site(ctx, host)
		if err != nil && !isNotFound(err) {
			return err
		}
		if s.Spoken != nil {
			continue
		}
		s.Host, s.Spoken = host, &directory.Spoken{Hoster: l.Hoster.ID, At: n.now()}
		c.Sites = append(c.Sites, s)
	}
	return nil
}

// ExcludeSite keeps a site out of what files list: its entry ends, and no file
// brings it back. It takes the host of a website, or its address.
func (n *Node) ExcludeSite(ctx context.Context, name string, d ap.Decision) (directory.Site, error) {
	n.siteMu.Lock()
	defer n.siteMu.Unlock()
	host, err := n.siteNamed(name)
	if err != nil {
		return directory.Site{}, err
	}
	s, err := n.store.Site(ctx, host)
	if err != nil && !isNotFound(err) {
		return s, err
	}
	if s.Excluded != nil {
		return s, fmt.Errorf("%s was left out already on %s: %w", host, s.Excluded.At.Format("2006-01-02"), directory.ErrConflict)
	}
	s.Host, s.Excluded = host, &directory.Exclusion{At: n.now(), Note: d.Note}
	c := ap.Change{Sites: []directory.Site{s}}
	l, err := n.store.Listing(ctx, n.siteID(host))
	switch {
	case err == nil && l.File != nil:
		c.RemoveListings = []directory.ID{l.Hoster.ID}
		n.siteLeaves(l, directory.VoiceKeeper, &c)
		d.Effect = "its entry ended"
	case err != nil && !isNotFound(err):
		return s, err
	}
	d.Subject = host
	c.Decisions = []ap.Decision{n.decision(d)}
	_, err = n.apply(ctx, c)
	return s, err
}

// IncludeSite lets files list a site again, from their next reading on. Where
// its hoster spoke for itself that is not the keeper's to decide, and ErrSpoken,
// unless the hoster asked for it.
func (n *Node) IncludeSite(ctx context.Context, name string, asked bool, d ap.Decision) error {
	n.siteMu.Lock()
	defer n.siteMu.Unlock()
	host, err := n.siteNamed(name)
	if err != nil {
		return err
	}
	s, err := n.store.Site(ctx, host)
	if isNotFound(err) || err == nil && !s.Closed() {
		return fmt.Errorf("%s is not left out: %w", host, directory.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if s.Spoken != nil && !asked {
		return fmt.Errorf("%s: %w, on %s; a file may list it again only where the hoster itself asked for that (--asked): %w", host, ErrSpoken, s.Spoken.At.Format("2006-01-02"), directory.ErrConflict)
	}
	s.Excluded, s.Spoken = nil, nil
	d.Subject = host
	if asked {
		d.Effect = "its hoster asked for it"
	}
	_, err = n.apply(ctx, ap.Change{Sites: []directory.Site{s}, Decisions: []ap.Decision{n.decision(d)}})
	return err
}

// siteNamed gives the site that a keeper names by its host or its address.
func (n *Node) siteNamed(name string) (string, error) {
	if !strings.Contains(name, "://") {
		name = "https://" + name
	}
	host, err := SiteOf(name, n.config.Development)
	if err != nil {
		return "", directory.Invalid("host", "must be the host of a website, as in hoster.example")
	}
	return host, nil
}

// SiteState is what this directory keeps of a site, for people to read.
type SiteState struct {
	directory.Site
	Listed *directory.FromFile `json:"listed,omitempty"` // nil: no file lists it now
	Name   string              `json:"name,omitempty"`
}

// Sites gives the sites that files list, and those that none may list.
func (n *Node) Sites(ctx context.Context) ([]SiteState, error) {
	all := []SiteState{}
	err := n.eachSite(ctx, "", func(s directory.Site) error {
		state := SiteState{Site: s}
		l, err := n.store.Listing(ctx, n.siteID(s.Host))
		if err == nil && l.File != nil {
			state.Listed, state.Name = l.File, l.Hoster.Name
		} else if err != nil && !isNotFound(err) {
			return err
		}
		if state.Listed != nil || s.Closed() {
			all = append(all, state)
		}
		return nil
	})
	return all, err
}

// SpokenFor gives the hoster that speaks for a site itself, or
// directory.ErrNotFound.
func (n *Node) SpokenFor(ctx context.Context, site string) (directory.ID, error) {
	s, err := n.store.Site(ctx, site)
	if err != nil {
		return "", err
	}
	if s.Spoken == nil {
		return "", fmt.Errorf("site %s: %w", clip(site), directory.ErrNotFound)
	}
	return s.Spoken.Hoster, nil
}

// enforceSites ends what files tell of hosts that are blocked.
func (n *Node) enforceSites(ctx context.Context) error {
	all, err := n.fromFiles(ctx)
	if err != nil {
		return err
	}
	var plan SitePlan
	for site, l := range all {
		if n.policy(site).silenced() {
			plan.gone = append(plan.gone, l)
		}
	}
	for _, c := range n.siteChanges(plan) {
		if _, err := n.apply(ctx, c); err != nil {
			return fmt.Errorf("end the entries of blocked hosts: %w", err)
		}
	}
	return nil
}
