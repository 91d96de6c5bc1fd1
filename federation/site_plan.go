package federation

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// planner weighs one reading against what stands.
type planner struct {
	*Node
	reading SiteReading
	stands  map[string]directory.Listing // by site, from whatever file
	met     map[string]string            // names of the hosters of this reading, by site
	voices  map[string][]voice           // hosters that have a node, by their domain
	out     SitePlan
}

// voice is a hoster that spoke from its own node.
type voice struct {
	actor   ap.IRI
	website string // "" where it is not known
	listed  bool   // else it said that it is not to be
}

// speakers gathers who spoke for itself in the domains of the reading.
func (p *planner) speakers(ctx context.Context) error {
	p.voices = map[string][]voice{}
	domains := map[string]bool{}
	for _, e := range p.reading.Entries {
		if site, err := SiteOf(e.Hoster.Website, p.config.Development); err == nil {
			domains[domainOf(site)] = true
		}
	}
	agg, ok := p.localKind(ap.KindAggregator)
	if !ok || len(domains) == 0 {
		return nil
	}
	return p.eachFollowing(ctx, agg.ID, func(f ap.Follow) (bool, error) {
		domain := domainOf(f.Object.Host())
		if !domains[domain] {
			return true, nil
		}
		v, ok, err := p.voiceOf(ctx, f)
		if ok {
			p.voices[domain] = append(p.voices[domain], v)
		}
		return true, err
	})
}

// voiceOf gives what somebody whom this directory follows has said of being
// listed; false where that is nothing yet.
func (p *planner) voiceOf(ctx context.Context, f ap.Follow) (voice, bool, error) {
	v := voice{actor: f.Object}
	if f.State == ap.FollowRejected {
		return v, true, nil
	}
	l, err := p.store.Listing(ctx, directory.ID(f.Object))
	if err == nil {
		v.website, v.listed = l.Hoster.Website, true
		return v, true, nil
	}
	if !isNotFound(err) {
		return v, false, err
	}
	a, err := p.store.Actor(ctx, f.Object)
	if isNotFound(err) {
		return v, false, nil
	}
	return v, f.State == ap.FollowAccepted && a.Services != "" && !consents(a), err
}

// plan goes through the reading, then through what it did not meet.
func (p *planner) plan(ctx context.Context) (SitePlan, error) {
	p.out = SitePlan{
		Added: []directory.Listing{}, Changed: []SiteChange{}, Same: []directory.Listing{},
		Kept: []SiteLeftOut{}, Gone: []SiteLeftOut{}, LeftOut: []SiteLeftOut{},
	}
	refused := map[string]SiteLeftOut{}
	for _, o := range p.reading.LeftOut {
		refused[o.Site] = o
		if l, ok := p.stands[o.Site]; !ok || l.File.Source != p.reading.File.Address {
			p.out.LeftOut = append(p.out.LeftOut, o)
		}
	}
	for i, e := range p.reading.Entries {
		if i >= mostSites {
			p.reading.Partial = true
			break
		}
		if err := p.weigh(ctx, e); err != nil {
			return SitePlan{}, err
		}
	}
	for site, l := range p.stands {
		if _, met := p.met[site]; met || l.File.Source != p.reading.File.Address {
			continue
		}
		o, byReader := refused[site]
		switch {
		case byReader:
			p.end(l, o.Why)
		case p.reading.Partial:
			p.keep(l, "the file names more than is read")
		case slices.Contains(p.reading.Unread, l.Origin):
			p.keep(l, "its document could not be read now")
		default:
			p.end(l, "the file names it no more")
		}
	}
	for _, list := range []*[]SiteLeftOut{&p.out.Kept, &p.out.Gone, &p.out.LeftOut} {
		slices.SortStableFunc(*list, func(a, b SiteLeftOut) int { return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Name, b.Name)) })
	}
	return p.out, nil
}

// keep leaves an entry as it was read before, until nobody could read it for a
// quarter of a year.
func (p *planner) keep(l directory.Listing, why string) {
	if p.clock().Sub(l.FetchedAt) > siteStaysFor {
		p.end(l, "it could not be read for a quarter of a year")
		return
	}
	p.out.Kept = append(p.out.Kept, SiteLeftOut{Name: l.Hoster.Name, Site: l.File.Site, Why: why})
}

func (p *planner) end(l directory.Listing, why string) {
	p.out.Gone = append(p.out.Gone, SiteLeftOut{Name: l.Hoster.Name, Site: l.File.Site, Why: why})
	p.out.gone = append(p.out.gone, l)
}

// weigh decides on one hoster of the file.
func (p *planner) weigh(ctx context.Context, e SiteEntry) error {
	site, _ := SiteOf(e.Hoster.Website, p.config.Development) // "" where it is at none
	leave := func(why string) {
		o := SiteLeftOut{Name: e.Hoster.Name, Site: site, Why: why}
		if l, ok := p.stands[site]; ok && site != "" && l.File.Source == p.reading.File.Address {
			p.end(l, why)
			return
		}
		p.out.LeftOut = append(p.out.LeftOut, o)
	}
	if site == "" {
		leave(noSite(e.Hoster.Website))
		return nil
	}
	if name, twice := p.met[site]; twice {
		p.out.LeftOut = append(p.out.LeftOut, SiteLeftOut{Name: e.Hoster.Name, Site: site, Why: "has the same website as " + name})
		return nil
	}
	p.met[site] = e.Hoster.Name
	why, err := p.refuses(ctx, site)
	if err != nil {
		return err
	}
	old, stands := p.stands[site]
	switch {
	case why != "":
		leave(why)
	case stands && old.File.Source != p.reading.File.Address:
		leave("is listed from " + old.File.Source)
	case e.Hoster.State == directory.StateClosed:
		leave("is closed, as the file says")
	case e.Unsure != "" && stands:
		p.keep(old, e.Unsure)
	case e.Unsure != "":
		leave(e.Unsure)
	default:
		l := p.entry(site, e)
		if err := l.Hoster.Validate(); err != nil {
			leave(fmt.Sprintf("cannot be shown as it is (%s)", clip(err.Error())))
			return nil
		}
		p.put(l, old, stands, e.Pending)
	}
	return nil
}

// put notes an entry as new, changed, or the same.
func (p *planner) put(l, old directory.Listing, stands bool, slugs []string) {
	if !stands {
		p.out.Added = append(p.out.Added, l)
		return
	}
	l.ListedAt = old.ListedAt
	l.Hoster.Services = pending(l.Hoster.Services, old.Hoster.Services, slugs)
	if saysTheSame(old, l) {
		p.out.Same = append(p.out.Same, l)
		return
	}
	p.out.Changed = append(p.out.Changed, SiteChange{Before: old, After: l})
}

// pending gives services with those of before whose documents could not be read
// now.
func pending(now, before []directory.Service, slugs []string) []directory.Service {
	for _, s := range before {
		here := slices.ContainsFunc(now, func(o directory.Service) bool { return o.Slug == s.Slug })
		if !here && slices.Contains(slugs, s.Slug) && len(now) < directory.MaxServices {
			now = append(now, s)
		}
	}
	return now
}

// saysTheSame reports whether two entries differ in nothing but the day on
// which they were read.
func saysTheSame(a, b directory.Listing) bool {
	e, some := directory.Changes(a, b, time.Time{}, directory.VoiceFile)
	return !some && e.More == 0 && a.Origin == b.Origin && reflect.DeepEqual(a.File, b.File)
}

// noSite says what is missing of a website.
func noSite(website string) string {
	if strings.TrimSpace(website) == "" {
		return "says no website, by whose host it could be known"
	}
	return "has a website that is at no domain of its own"
}

// refuses says why no file may list a site; "" where one may.
func (p *planner) refuses(ctx context.Context, site string) (string, error) {
	if related(site, p.config.Origin.Host) {
		return "is this directory's own", nil
	}
	if p.policy(site).silenced() {
		return "is blocked here: see matou federation blocks list", nil
	}
	s, err := p.store.Site(ctx, site)
	if err != nil && !isNotFound(err) {
		return "", err
	}
	switch {
	case s.Excluded != nil:
		return "was left out by the keeper on " + s.Excluded.At.Format(time.DateOnly), nil
	case s.Spoken != nil:
		return "spoke for itself, from a node of its own, on " + s.Spoken.At.Format(time.DateOnly), nil
	}
	for _, v := range p.voices[domainOf(site)] {
		if !v.speaksFor(site, p.config.Development) {
			continue
		}
		p.out.spoken = append(p.out.spoken, directory.Site{Host: site, Spoken: &directory.Spoken{Hoster: directory.ID(v.actor), At: p.now()}})
		if v.listed {
			return "speaks for itself, from a node of its own", nil
		}
		return "does not agree to be listed, says its own node", nil
	}
	return "", nil
}

// speaksFor reports whether a site is that of the hoster: see sitesOf.
func (v voice) speaksFor(site string, development bool) bool {
	if !related(site, v.actor.Host()) {
		return false
	}
	own, err := SiteOf(v.website, development)
	return err != nil || own == site || strings.TrimPrefix(v.actor.Host(), "www.") == site
}

// entry makes the listing of a site of what a file tells.
func (p *planner) entry(site string, e SiteEntry) directory.Listing {
	id := p.siteID(site)
	h := toldByFile(e.Hoster, id)
	if !related(ap.IRI(e.Document).Host(), site) { // else it is the hoster's own document
		h.Memberships, h.Statements = nil, nil
		for i := range h.Services {
			h.Services[i].Statements = nil
		}
	}
	return directory.Listing{
		Hoster: h, Handle: site, URL: h.Website, Origin: e.Document,
		FetchedAt: p.now(), ListedAt: p.now(),
		File: &directory.FromFile{Site: site, Source: p.reading.File.Address, Collective: p.reading.File.Collective, SaidAt: e.SaidAt},
	}
}

// toldByFile gives of a hoster what a file can say of it. Whatever only the
// hoster itself could say from its node is not taken: its consent, its share in
// what visitors are sent to, its ties to others, their word on it; and nothing
// that would make this node fetch more than the file, such as a logo.
func toldByFile(h directory.Hoster, id directory.ID) directory.Hoster {
	h.ID, h.Discoverable, h.Indexable = id, false, false
	h.Logo, h.Relations = "", nil
	h.ConfirmedAt = time.Time{} // not to this directory: see FromFile.SaidAt
	h.Statements = ownStatements(h.Statements)
	h.Services = slices.Clone(h.Services)
	for i := range h.Services {
		s := &h.Services[i]
		s.ID = id + "/services/" + directory.ID(s.Slug)
		s.Logo, s.Share, s.Level, s.LevelComment = "", 0, keptLevel(s.Level), ""
		s.Statements = ownStatements(s.Statements)
	}
	if h.Owner != nil {
		owner := *h.Owner
		owner.Logo = ""
		h.Owner = &owner
	}
	return h
}

// keptLevel leaves out how a service fares at the moment: a week later that is
// no news. That it is over stays.
func keptLevel(l directory.Level) directory.Level {
	if l == directory.LevelOver {
		return l
	}
	return ""
}

// ownStatements leaves out what others are said to have said.
func ownStatements(all []directory.Statement) []directory.Statement {
	return slices.DeleteFunc(slices.Clone(all), func(s directory.Statement) bool { return s.SaidBy != "" })
}
