package storagetest

import (
	"errors"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// fromFile is the listing of a site as a file tells of it.
func fromFile(site, source string) directory.Listing {
	l := listing(1, "Les Lucioles")
	l.Hoster.ID = directory.SiteID("https://directory.example", site)
	l.Handle, l.Origin = site, source
	l.File = &directory.FromFile{Site: site, Source: source, SaidAt: start}
	return l
}

func testSites(t *testing.T, b *bench) {
	const source = "https://collective.example/federation.properties"
	listed := func(site string) bool {
		t.Helper()
		return good[bool](t)(b.Listed(b.ctx, directory.SiteID("https://directory.example", site)))
	}
	if _, err := b.Site(b.ctx, "lucioles.example"); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a site of which nothing is kept: got %v, want not found", err)
	}
	var all []directory.Listing
	for _, site := range []string{"lucioles.example", "asso.lucioles.example", "lucioles.example:8443", "lesserlucioles.example", "127.0.0.1:8420"} {
		all = append(all, fromFile(site, source))
	}
	b.apply(ap.Change{Listings: all})
	for _, l := range all {
		equal(t, l.File.Site+": listed", listed(l.File.Site), true)
		equal(t, l.File.Site, good[directory.Site](t)(b.Site(b.ctx, l.File.Site)), directory.Site{Host: l.File.Site})
		equal(t, l.Handle+": by its handle", good[directory.Listing](t)(b.ListingByHandle(b.ctx, l.Handle)), l)
	}
	var below []string
	for page := (ap.Page{Limit: 2}); ; {
		sites := good[[]directory.Site](t)(b.Sites(b.ctx, "lucioles.example", page))
		for _, s := range sites {
			page.After = s.Host
			below = append(below, s.Host)
		}
		if len(sites) < page.Limit {
			break
		}
	}
	equal(t, "sites of the domain, in pages", len(below), 3)
	equal(t, "all sites", len(good[[]directory.Site](t)(b.Sites(b.ctx, "", ap.Page{Limit: 200}))), len(all))

	// Closed in one Change with a listing, and before one: neither is kept.
	closed := directory.Site{Host: "lucioles.example", Spoken: &directory.Spoken{Hoster: directory.ID(peer(1)), At: start}}
	out := directory.Site{Host: "new.example", Excluded: &directory.Exclusion{At: start, Note: "asked by mail"}}
	b.apply(ap.Change{Sites: []directory.Site{closed, out}, RemoveListings: []directory.ID{all[0].Hoster.ID}, Listings: []directory.Listing{fromFile("new.example", source)}})
	b.apply(ap.Change{Listings: all})
	b.reopen()
	equal(t, "a site whose hoster spoke", listed("lucioles.example"), false)
	equal(t, "a site that is excluded", listed("new.example"), false)
	equal(t, "the one beside it", listed("asso.lucioles.example"), true)
	equal(t, "what is remembered", good[directory.Site](t)(b.Site(b.ctx, closed.Host)), closed)
	b.apply(ap.Change{RemoveSites: []string{closed.Host}})
	b.apply(ap.Change{Listings: all})
	equal(t, "a site that is open again", listed("lucioles.example"), true)

	c, _, err := b.HostRecords(b.ctx, "lucioles.example", "", 100)
	if err != nil || len(c.RemoveListings) != 3 {
		t.Errorf("records of a domain: got %d listings (%v), want those of its three sites", len(c.RemoveListings), err)
	}

	file := directory.SiteFile{Address: source, Collective: "Lucioles", AddedAt: start, ReadAt: start, DueAt: start.Add(time.Hour), Listed: 5}
	b.apply(ap.Change{SiteFiles: []directory.SiteFile{file, {Address: "/srv/other.csv", AddedAt: start}}})
	file.Listed = 4
	b.apply(ap.Change{SiteFiles: []directory.SiteFile{file}, RemoveSiteFiles: []string{"/srv/other.csv", "none"}})
	equal(t, "files", good[[]directory.SiteFile](t)(b.SiteFiles(b.ctx)), []directory.SiteFile{file})
	nameless := fromFile("", source)
	nameless.Hoster.ID = "https://directory.example/h/x"
	if _, err := b.Apply(b.ctx, ap.Change{Listings: []directory.Listing{nameless}}); err == nil {
		t.Error("a listing from a file without a site: got no error, want one")
	}
}
