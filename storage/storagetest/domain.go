package storagetest

import (
	"fmt"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

func block(domain string, s ap.Severity) ap.DomainBlock {
	return ap.DomainBlock{Domain: domain, Severity: s, RejectReports: true, PublicComment: "spam <&>", PrivateComment: "ana", At: start}
}

// testDomains: what a keeper decides comes back as it was, by domain, in pages,
// and the log newest first.
func testDomains(t *testing.T, b *bench) {
	first, second := block("a.example", ap.SeveritySuspend), block("xn--mchant-bva.example", ap.SeveritySilence)
	allow := ap.DomainAllow{Domain: "ami.example", Comment: "amis", At: start}
	log := []ap.Decision{
		{Key: ulid(1), At: start, By: "ana", Verb: "block", Subject: "a.example", Note: "spam"},
		{Key: ulid(2), At: start, Verb: "allow", Subject: "ami.example"},
	}
	b.apply(ap.Change{DomainBlocks: []ap.DomainBlock{second, first}, DomainAllows: []ap.DomainAllow{allow}, Decisions: log})
	equal(t, "blocks", good[[]ap.DomainBlock](t)(b.DomainBlocks(b.ctx, "", 10)), []ap.DomainBlock{first, second})
	equal(t, "after the first", good[[]ap.DomainBlock](t)(b.DomainBlocks(b.ctx, "a.example", 10)), []ap.DomainBlock{second})
	equal(t, "at most one", good[[]ap.DomainBlock](t)(b.DomainBlocks(b.ctx, "", 1)), []ap.DomainBlock{first})
	equal(t, "allowed", good[[]ap.DomainAllow](t)(b.DomainAllows(b.ctx, "", 10)), []ap.DomainAllow{allow})
	equal(t, "log", good[[]ap.Decision](t)(b.Decisions(b.ctx, ap.Page{Limit: 1})), log[1:])
	equal(t, "log before", good[[]ap.Decision](t)(b.Decisions(b.ctx, ap.Page{After: ulid(2), Limit: 10})), log[:1])

	first.Severity = ap.SeverityNoop
	b.apply(ap.Change{DomainBlocks: []ap.DomainBlock{first}, RemoveDomainBlocks: []string{second.Domain, "b.example"}, RemoveDomainAllows: []string{allow.Domain}})
	b.reopen()
	equal(t, "replaced, removed", good[[]ap.DomainBlock](t)(b.DomainBlocks(b.ctx, "", 10)), []ap.DomainBlock{first})
	if got := good[[]ap.DomainAllow](t)(b.DomainAllows(b.ctx, "", 10)); len(got) != 0 {
		t.Errorf("allowed: got %+v, want none", got)
	}
}

// testHostRecords: everything of a domain is found, whatever holds it, and
// nothing of anybody else; what removes it leaves nothing that contradicts
// itself.
func testHostRecords(t *testing.T, b *bench) {
	const domain = "mechant.example"
	theirs := func(n int) ap.IRI { return ap.IRI(fmt.Sprintf("https://a%d.%s/actor", n, domain)) }
	for n := range 3 {
		for _, id := range []ap.IRI{theirs(n), peer(n), ap.IRI(fmt.Sprintf("https://pas%s/%d", domain, n))} {
			host := id.Host()
			l := listing(n, "Nuages")
			l.Hoster.ID, l.Handle = directory.ID(id), "@hoster@"+host
			said := notice(n, l.Hoster.ID, start)
			said.ID = directory.ID(id + "/note")
			note := document(id+"/note", "x", start)
			note.Local, note.Owner = false, id
			b.apply(ap.Change{
				Activity: &ap.Activity{ID: id + "/activity", Actor: id, ReceivedAt: start, ExpiresAt: start.Add(time.Hour)},
				Actors:   []ap.Actor{{ID: id, Inbox: id + "/inbox", FetchedAt: start}}, Documents: []ap.Document{note},
				Follows:  []ap.Follow{follow(id, us, ap.FollowAccepted), follow(us, id, ap.FollowPending)},
				Hosts:    []ap.Host{{Name: host, MessageSignatures: start}},
				Listings: []directory.Listing{l}, Notices: []directory.Notice{said},
				Refreshes: []ap.Refresh{{Actor: id, DueAt: start}},
				History:   []directory.HistoryEntry{directory.Enters(l, start, directory.VoiceHoster)},
			})
			b.apply(sending(100+n, start, id+"/inbox"))
		}
	}
	found, after := 0, ""
	for {
		c, next, err := b.HostRecords(b.ctx, domain, after, 5)
		if err != nil {
			t.Fatal(err)
		}
		found += len(c.RemoveActors) + len(c.RemoveDocuments) + len(c.RemoveFollows) + len(c.RemoveListings) + len(c.RemoveNotices) +
			len(c.DropLanes) + len(c.RemoveActivities) + len(c.RemoveHosts) + len(c.RemoveRefreshes) + len(c.ForgetHistories)
		b.apply(c)
		if after = next; next == "" {
			break
		}
	}
	equal(t, "records of three hosts", found, 3*11)
	b.agrees()
	if c, _, err := b.HostRecords(b.ctx, domain, "", 1000); err != nil || len(c.RemoveActors)+len(c.RemoveDocuments)+len(c.DropLanes) > 0 {
		t.Errorf("left: %+v, %v", c, err)
	}
	for n := range 3 {
		good[ap.Actor](t)(b.Actor(b.ctx, peer(n)))
		good[directory.Listing](t)(b.Listing(b.ctx, directory.ID(peer(n))))
		good[ap.Follow](t)(b.Follow(b.ctx, peer(n), us))
		good[ap.Document](t)(b.Document(b.ctx, activityIRI(100+n)))
	}
	followers, following, _, err := b.Count(b.ctx, us)
	if err != nil || followers != 6 || following != 0 {
		t.Errorf("Count: got %d, %d, %v, want 6 followers", followers, following, err)
	}
}
