package federation

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/blocklist"
)

// A directory may list hosters that have no node from a file that others keep:
// a collective's tree, a table. Nothing of that passes between nodes: such a
// listing is nobody's Follow, is in no collection, and no Add, Remove or
// Announce tells of it. It stands until the file, the site's robots.txt or the
// keeper says otherwise, or its hoster speaks from a node of its own.

const (
	sitesAtOnce  = 200                 // of one page
	listedAtOnce = 100                 // listings in one Change
	siteFileFor  = 7 * 24 * time.Hour  // until a file is read again
	siteStaysFor = 91 * 24 * time.Hour // without having been read again
	mostSites    = 10_000              // of one file
)

// siteBackoff is the wait after the nth reading in vain; the last one repeats.
var siteBackoff = []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour}

// SiteReading is what one reading of a file gave.
type SiteReading struct {
	File    directory.SiteFile `json:"file"`              // Address, Path, Format and Collective
	Entries []SiteEntry        `json:"entries,omitempty"` // whom it tells of
	LeftOut []SiteLeftOut      `json:"leftOut,omitempty"` // whom the reader left out: an entry of theirs ends
	Unread  []string           `json:"unread,omitempty"`  // documents that could not be read now: what they told stays
	Partial bool               `json:"partial,omitempty"` // there was more than may be read: nobody's entry ends because it was not met
}

// SiteEntry is one hoster in a file.
type SiteEntry struct {
	Hoster   directory.Hoster `json:"hoster"`
	Document string           `json:"document"`          // that tells of it: the file, or one that it links to
	SaidAt   time.Time        `json:"saidAt,omitzero"`   // when it says that it was written
	Pending  []string         `json:"pending,omitempty"` // slugs of services whose documents could not be read now
	Unsure   string           `json:"unsure,omitempty"`  // why it is not to be listed now, where it is not yet; what stands of it stays
}

// SiteLeftOut is one whom a file names and who is not listed from it.
type SiteLeftOut struct {
	Name string `json:"name,omitempty"`
	Site string `json:"site,omitempty"` // "" where it names none
	Why  string `json:"why"`            // a sentence without its subject: "says no website"
}

// SiteChange is an entry of which the file says something else than before.
type SiteChange struct {
	Before directory.Listing `json:"before"`
	After  directory.Listing `json:"after"`
}

// SitePlan says what a reading does here, or has done.
type SitePlan struct {
	Added   []directory.Listing `json:"added"`
	Changed []SiteChange        `json:"changed"`
	Same    []directory.Listing `json:"same"`    // but for the day on which they were read
	Kept    []SiteLeftOut       `json:"kept"`    // entries that stay as they were read before, and why
	Gone    []SiteLeftOut       `json:"gone"`    // entries that end, and why
	LeftOut []SiteLeftOut       `json:"leftOut"` // who is not listed, and why

	spoken []directory.Site // whose hosters speak for themselves
	gone   []directory.Listing
}

// SiteOf gives the host by which a website is known: ASCII in small letters,
// without "www." and without the usual port. Errors are directory.ErrInvalid;
// addresses of machines and other ports are for development.
func SiteOf(website string, development bool) (string, error) {
	u, err := url.Parse(strings.TrimSpace(website))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", directory.Invalid("website", "is no address that begins with https://")
	}
	name, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "443" || port == "80" {
		port = ""
	}
	if port != "" && !development {
		return "", directory.Invalid("website", "must be at the usual port")
	}
	if port != "" {
		name += ":" + port
	}
	site, err := blocklist.Domain(name, development)
	if err != nil {
		return "", directory.Invalid("website", "is at no domain of its own")
	}
	return strings.TrimPrefix(site, "www."), nil
}

// related reports whether one of two hosts is the other or lies below it within
// what one body has registered: who has a domain answers for what is below it,
// and gives it away by the public suffix list alone.
func related(a, b string) bool {
	a, b = strings.TrimPrefix(a, "www."), strings.TrimPrefix(b, "www.")
	if a == b {
		return true
	}
	return domainOf(a) == domainOf(b) && (strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a))
}

// sitesOf gives the sites for which an actor speaks: that of its own host, and
// those above and below it in the same domain, unless the website that it names
// is elsewhere. "" is a website that is not known.
func (n *Node) sitesOf(ctx context.Context, host, website string) ([]string, error) {
	host = strings.TrimPrefix(host, "www.")
	all := []string{host}
	own, err := SiteOf(website, n.config.Development)
	if err == nil && own != host && related(own, host) {
		all = append(all, own)
	}
	if err == nil {
		return all, nil
	}
	err = n.eachSite(ctx, domainOf(host), func(s directory.Site) error {
		if s.Host != host && related(s.Host, host) {
			all = append(all, s.Host)
		}
		return nil
	})
	return all, err
}

// eachSite visits the sites of a domain; "": all.
func (n *Node) eachSite(ctx context.Context, domain string, visit func(directory.Site) error) error {
	for page := (ap.Page{Limit: sitesAtOnce}); ; {
		sites, err := n.store.Sites(ctx, domain, page)
		if err != nil {
			return err
		}
		for _, s := range sites {
			page.After = s.Host
			if err := visit(s); err != nil {
				return err
			}
		}
		if len(sites) < page.Limit {
			return nil
		}
	}
}

// siteID is the id of the listing of a site.
func (n *Node) siteID(site string) directory.ID {
	return directory.SiteID(n.config.Origin.String(), site)
}

// fromFiles gives what is listed from files now, by site.
func (n *Node) fromFiles(ctx context.Context) (map[string]directory.Listing, error) {
	all := map[string]directory.Listing{}
	err := n.eachSite(ctx, "", func(s directory.Site) error {
		l, err := n.store.Listing(ctx, n.siteID(s.Host))
		if err == nil && l.File != nil {
			all[s.Host] = l
		}
		if isNotFound(err) {
			return nil
		}
		return err
	})
	return all, err
}

// PlanSites says what ApplySites would do with a reading, and changes nothing.
func (n *Node) PlanSites(ctx context.Context, r SiteReading) (SitePlan, error) {
	if _, ok := n.localKind(ap.KindAggregator); !ok {
		return SitePlan{}, fmt.Errorf("this node keeps no directory: %w", directory.ErrForbidden)
	}
	if strings.TrimSpace(r.File.Address) == "" {
		return SitePlan{}, directory.Invalid("file", "must be named")
	}
	p := planner{Node: n, reading: r, met: map[string]string{}}
	var err error
	if p.stands, err = n.fromFiles(ctx); err != nil {
		return SitePlan{}, fmt.Errorf("read what is listed from files: %w", err)
	}
	if err := p.speakers(ctx); err != nil {
		return SitePlan{}, fmt.Errorf("look for hosters that speak for themselves: %w", err)
	}
	return p.plan(ctx)
}

// ApplySites lists what a reading tells, and ends the entries of this file that
// it tells of no more. The file is read again after a week. d says who decides
// where the file is new here; it is noted then alone.
func (n *Node) ApplySites(ctx context.Context, r SiteReading, d ap.Decision) (SitePlan, error) {
	n.siteMu.Lock()
	defer n.siteMu.Unlock()
	plan, err := n.PlanSites(ctx, r)
	if err != nil {
		return plan, err
	}
	file, known, err := n.siteFile(ctx, r.File.Address)
	if err != nil {
		return plan, err
	}
	if !known {
		file.AddedAt = n.now()
	}
	file.Address, file.Path, file.Format, file.Collective = r.File.Address, r.File.Path, r.File.Format, r.File.Collective
	file.ReadAt, file.DueAt, file.Tries, file.Error = n.now(), n.now().Add(siteFileFor), 0, ""
	file.Listed = len(plan.Added) + len(plan.Changed) + len(plan.Same) + len(plan.Kept)
	file.LeftOut = len(plan.LeftOut) + len(plan.Gone)
	for _, c := range n.siteChanges(plan) {
		if _, err := n.apply(ctx, c); err != nil {
			return plan, fmt.Errorf("list what the file tells: %w", err)
		}
	}
	c := ap.Change{SiteFiles: []directory.SiteFile{file}}
	if !known {
		d.Effect = fmt.Sprintf("%d listed, %d left out", file.Listed, file.LeftOut)
		c.Decisions = []ap.Decision{n.decision(d)}
	}
	_, err = n.apply(ctx, c)
	return plan, err
}

// siteChanges writes a plan down in steps: one transaction does not hold what a
// file of thousands tells.
func (n *Node) siteChanges(plan SitePlan) []ap.Change {
	var all []ap.Change
	var c ap.Change
	step := func() {
		if len(c.Listings)+len(c.RemoveListings)+len(c.Sites) >= listedAtOnce {
			all, c = append(all, c), ap.Change{}
		}
	}
	for _, s := range plan.spoken {
		c.Sites = append(c.Sites, s)
		step()
	}
	for _, l := range plan.gone {
		c.RemoveListings = append(c.RemoveListings, l.Hoster.ID)
		n.siteHistory(&c, &l, nil)
		step()
	}
	for _, l := range plan.Added {
		c.Listings = append(c.Listings, l)
		n.siteHistory(&c, nil, &l)
		step()
	}
	for _, x := range plan.Changed {
		c.Listings = append(c.Listings, x.After)
		n.siteHistory(&c, &x.Before, &x.After)
		step()
	}
	for _, l := range plan.Same {
		c.Listings = append(c.Listings, l)
		step()
	}
	return append(all, c)
}

// siteHistory adds to c what became of an entry, for its history; nil is no
// entry.
func (n *Node) siteHistory(c *ap.Change, before, after *directory.Listing) {
	switch {
	case before == nil:
		c.History = append(c.History, directory.Enters(*after, n.now(), directory.VoiceFile))
	case after == nil:
		n.siteLeaves(*before, directory.VoiceFile, c)
	default:
		if e, some := directory.Changes(*before, *after, n.now(), directory.VoiceFile); some {
			c.History = append(c.History, e)
		}
	}
}

// siteFile gives what is kept of a file.
func (n *Node) siteFile(ctx context.Context, address string) (directory.SiteFile, bool, error) {
	all, err := n.store.SiteFiles(ctx)
	for _, f := range all {
		if f.Address == address {
			return f, true, nil
		}
	}
	return directory.SiteFile{}, false, err
}

// SiteFiles gives the files from which this node's directory lists hosters.
func (n *Node) SiteFiles(ctx context.Context) ([]directory.SiteFile, error) {
	return n.store.SiteFiles(ctx)
}

// DueSiteFiles gives the files that are to be read now.
func (n *Node) DueSiteFiles(ctx context.Context) ([]directory.SiteFile, error) {
	all, err := n.store.SiteFiles(ctx)
	var due []directory.SiteFile
	for _, f := range all {
		if !f.DueAt.After(n.clock()) {
			due = append(due, f)
		}
	}
	return due, err
}

// SiteFileFailed notes that a file could not be read. What it told stays, until
// it could not be read for a quarter of a year: then nobody stands by it, and
// its entries end.
func (n *Node) SiteFileFailed(ctx context.Context, address string, why error) error {
	n.siteMu.Lock()
	defer n.siteMu.Unlock()
	f, known, err := n.siteFile(ctx, address)
	if err != nil || !known {
		return err
	}
	f.DueAt = n.now().Add(siteBackoff[min(f.Tries, len(siteBackoff)-1)])
	f.Tries++
	f.Error = clip(why.Error())
	var c ap.Change
	if n.clock().Sub(f.ReadAt) > siteStaysFor && f.Listed > 0 {
		if _, err := n.endEntries(ctx, address); err != nil {
			return err
		}
		f.Listed = 0
	}
	c.SiteFiles = []directory.SiteFile{f}
	_, err = n.apply(ctx, c)
	return err
}

// ForgetSiteFile ends all entries of a file, which is read no more, and gives
// how many there were. directory.ErrNotFound for a file that is not read.
func (n *Node) ForgetSiteFile(ctx context.Context, address string, d ap.Decision) (int, error) {
	n.siteMu.Lock()
	defer n.siteMu.Unlock()
	_, known, err := n.siteFile(ctx, address)
	if err != nil {
		return 0, err
	}
	if !known {
		return 0, fmt.Errorf("the file %s: %w", clip(address), directory.ErrNotFound)
	}
	gone, err := n.endEntries(ctx, address)
	if err != nil {
		return gone, err
	}
	d.Subject, d.Effect = address, fmt.Sprintf("%d entries ended", gone)
	_, err = n.apply(ctx, ap.Change{RemoveSiteFiles: []string{address}, Decisions: []ap.Decision{n.decision(d)}})
	return gone, err
}

// endEntries ends every entry of a file.
func (n *Node) endEntries(ctx context.Context, source string) (int, error) {
	all, err := n.fromFiles(ctx)
	if err != nil {
		return 0, err
	}
	var plan SitePlan
	for _, l := range all {
		if l.File.Source == source {
			plan.gone = append(plan.gone, l)
		}
	}
	for _, c := range n.siteChanges(plan) {
		if _, err := n.apply(ctx, c); err != nil {
			return 0, fmt.Errorf("end the entries of %s: %w", clip(source), err)
		}
	}
	return len(plan.gone), nil
}

// ErrSpoken says that a hoster speaks for itself, which no keeper decides.
var ErrSpoken = errors.New("its hoster spoke for itself")
