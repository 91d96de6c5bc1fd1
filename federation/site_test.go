package federation_test

import (
	"errors"
	"testing"
	"time"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

const sitesFile = "https://veilleuses.example/federation.properties"

// toldBy is a hoster as a file tells of it, with more than a file may say.
func toldBy(name, website, document string) federation.SiteEntry {
	return federation.SiteEntry{Document: document, Hoster: directory.Hoster{
		ID: "https://victim.example/ap/actors/victim", Handle: "lucioles", Name: name, Website: website,
		Logo: website + "logo.png", ConfirmedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Discoverable: true, Indexable: true,
		Relations:   []directory.Relation{{Kind: directory.RelationSuccessor, With: "https://victim.example/ap/actors/victim"}},
		Memberships: []directory.Membership{{Collective: "chatons"}},
		Statements:  []directory.Statement{{Criterion: "no-tracking", Value: directory.Met, SaidBy: "https://judge.example/actor"}},
		Services:    []directory.Service{{ID: "https://victim.example/pad", Slug: "pad", Name: "Pad", Share: 50}},
	}}
}

func readingOf(entries ...federation.SiteEntry) federation.SiteReading {
	return federation.SiteReading{File: directory.SiteFile{Address: sitesFile, Collective: "Les Veilleuses"}, Entries: entries}
}

func applySites(t *testing.T, n *federationtest.Node, r federation.SiteReading) federation.SitePlan {
	t.Helper()
	plan, err := n.ApplySites(t.Context(), r, ap.Decision{Verb: "list from a file", Subject: r.File.Address})
	if err != nil {
		t.Fatalf("ApplySites: %v", err)
	}
	return plan
}

func siteListed(t *testing.T, n *federationtest.Node, site string) bool {
	t.Helper()
	listed, err := n.Store.Listed(t.Context(), directory.SiteID(n.URL, site))
	if err != nil {
		t.Fatal(err)
	}
	return listed
}

// A file speaks of a hoster, and in nobody else's name: no id, consent, tie,
// word of others or visitor is taken from it, and no follower hears of it.
func TestFileSaysNoMoreThanItMay(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Idle: true})
	applySites(t, n, readingOf(
		toldBy("Les Lucioles", "https://www.lucioles.example/", "https://veilleuses.example/lucioles.properties"),
		toldBy("Le Menhir", "https://menhir.example/", "https://matou.menhir.example/menhir.properties"),
	))
	l, err := n.Store.Listing(t.Context(), directory.SiteID(n.URL, "lucioles.example"))
	if err != nil {
		t.Fatal(err)
	}
	h := l.Hoster
	if h.Discoverable || h.Indexable || h.Logo != "" || !h.ConfirmedAt.IsZero() || len(h.Relations)+len(h.Memberships)+len(h.Statements) > 0 {
		t.Errorf("got %+v, want nothing that only the hoster could say", h)
	}
	if s := h.Services[0]; s.Share != 0 || s.ID != l.Hoster.ID+"/services/pad" {
		t.Errorf("got a service %+v, want no share and an id of this directory", s)
	}
	if l.File == nil || l.File.Source != sitesFile || l.File.Collective != "Les Veilleuses" || l.Handle != "lucioles.example" {
		t.Errorf("got a listing of %q from %+v, want it from the file", l.Handle, l.File)
	}
	own, err := n.Store.Listing(t.Context(), directory.SiteID(n.URL, "menhir.example"))
	if err != nil || len(own.Hoster.Memberships) != 1 {
		t.Errorf("a document on the hoster's own domain: got %d claims, %v; want its claim", len(own.Hoster.Memberships), err)
	}
	outbox, err := n.Store.Outbox(t.Context(), ap.IRI(n.ActorID("annuaire")), ap.Page{Limit: 10})
	if err != nil || len(outbox) != 0 {
		t.Errorf("got %d activities (%v), want that nobody is told", len(outbox), err)
	}
	if victim, err := n.Store.Listed(t.Context(), "https://victim.example/ap/actors/victim"); err != nil || victim {
		t.Errorf("got listed %t (%v) under the id of somebody else, want not", victim, err)
	}
}

// What a reading does with each kind of entry.
func TestSitesOfAReading(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Idle: true, Clock: func() time.Time { return now }})
	entry := func(name string) federation.SiteEntry {
		return toldBy(name, "https://"+name+".example/", "https://veilleuses.example/"+name+".properties")
	}
	first := applySites(t, n, readingOf(entry("ana"), entry("bob"), entry("cleo"), entry("ana"), toldBy("x", "ftp://x.example/", "x"), toldBy("y", "", "y")))
	if len(first.Added) != 3 || len(first.LeftOut) == 0 {
		t.Fatalf("got %d new and %v left out, want 3 new", len(first.Added), first.LeftOut)
	}
	now = now.Add(7 * 24 * time.Hour)
	again := readingOf(entry("ana"), entry("dora"))
	again.Entries[0].Hoster.Name = "Ana et les autres"
	again.Unread = []string{"https://veilleuses.example/cleo.properties"}
	other := entry("eve")
	other.Unsure = "nobody knows"
	again.Entries = append(again.Entries, other)
	plan := applySites(t, n, again)
	if len(plan.Changed) != 1 || len(plan.Added) != 1 || len(plan.Kept) != 1 || len(plan.Gone) != 1 || plan.Gone[0].Site != "bob.example" {
		t.Errorf("got %d changed, %d new, kept %v, gone %v; want ana changed, dora new, cleo kept, bob gone", len(plan.Changed), len(plan.Added), plan.Kept, plan.Gone)
	}
	for site, want := range map[string]bool{"ana.example": true, "bob.example": false, "cleo.example": true, "dora.example": true, "eve.example": false} {
		if got := siteListed(t, n, site); got != want {
			t.Errorf("%s: got listed %t, want %t", site, got, want)
		}
	}
	partial := readingOf(entry("ana"))
	partial.Partial = true
	if plan := applySites(t, n, partial); len(plan.Gone) != 0 || len(plan.Kept) != 2 {
		t.Errorf("a file that names more than is read: got gone %v, kept %v; want nobody gone", plan.Gone, plan.Kept)
	}
	now = now.Add(92 * 24 * time.Hour)
	if err := n.SiteFileFailed(t.Context(), sitesFile, errors.New("away")); err != nil {
		t.Fatal(err)
	}
	if siteListed(t, n, "ana.example") {
		t.Error("a file that nobody could read for a quarter of a year: got its entries, want none")
	}
}

// A domain that is blocked is listed from no file either.
func TestBlockedSitesAreNotListed(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Idle: true})
	r := readingOf(toldBy("Ana", "https://www.ana.example/", sitesFile), toldBy("Bob", "https://bob.example/", sitesFile))
	applySites(t, n, r)
	if _, err := n.ApplyBlocks(t.Context(), []ap.DomainBlock{{Domain: "ana.example", Severity: ap.SeveritySilence}}, true, ap.Decision{}); err != nil {
		t.Fatal(err)
	}
	if siteListed(t, n, "ana.example") || !siteListed(t, n, "bob.example") {
		t.Error("got the entry of a blocked domain, or not that of another; want it to end alone")
	}
	if plan := applySites(t, n, r); len(plan.Added) != 0 {
		t.Errorf("got %d new, want that it stays out", len(plan.Added))
	}
}

// A hoster that refuses to be followed, from a node on the same host as its
// site, is listed from no file; what the keeper decides does not change that.
func TestSiteOfWhoRefuses(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	peer := federationtest.NewPeer(t)
	ana := peer.Actor("ana")
	r := readingOf(toldBy("Ana", peer.URL+"/", sitesFile))
	applySites(t, n, r)
	if !siteListed(t, n, peer.Host) {
		t.Fatal("got no entry, want one")
	}
	if err := n.IncludeSite(t.Context(), peer.Host, true, ap.Decision{}); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a site that is open already: got %v, want not found", err)
	}
	f, err := n.Follow(t.Context(), "@ana@"+peer.Host)
	if err != nil {
		t.Fatal(err)
	}
	ana.Post(t, n.Inbox(), ana.Activity("Reject", string(f.ID)))
	federationtest.Eventually(t, "the entry ends", func() bool { return !siteListed(t, n, peer.Host) })
	if plan := applySites(t, n, r); len(plan.Added) != 0 {
		t.Errorf("got %d new, want that it stays out", len(plan.Added))
	}
	if err := n.IncludeSite(t.Context(), peer.Host, false, ap.Decision{}); !errors.Is(err, federation.ErrSpoken) {
		t.Errorf("include: got %v, want that this is not the keeper's to decide", err)
	}
}

func TestSiteOf(t *testing.T) {
	for _, c := range []struct{ website, want string }{
		{"https://www.Hoster.example/a?b", "hoster.example"},
		{"http://hoster.example:443", "hoster.example"},
		{"https://hébergeur.example/", "xn--hbergeur-b1a.example"},
		{"https://asso.hoster.example", "asso.hoster.example"},
		{"https://hoster.example:8443/", ""},
		{"https://192.0.2.7/", ""},
		{"https://[2001:db8::1]/", ""},
		{"https://com/", ""},
		{"ftp://hoster.example/", ""},
		{"hoster.example", ""},
		{"", ""},
	} {
		got, err := federation.SiteOf(c.website, false)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: got %q, %v; want %q", c.website, got, err, c.want)
		}
	}
}
