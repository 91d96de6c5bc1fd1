package storagetest

import (
	"testing"

	"matou/directory"
	"matou/federation/ap"
)

func testCollectives(t *testing.T, b *bench) {
	all := func() []directory.Collective {
		t.Helper()
		return good[[]directory.Collective](t)(b.Collectives(b.ctx))
	}
	equal(t, "lists at first", len(all()), 0)
	list := directory.Collective{
		Slug: "chatons", Name: "CHATONS", Source: string(peer(1)), ReadAt: start,
		Members: []directory.Member{{Hoster: directory.ID(peer(2))}, {Website: "https://lucioles.example/", Name: "Les Lucioles"}},
	}
	beside := directory.Collective{Slug: "chatons", Name: "CHATONS", Source: "https://stats.example/chatons.properties", ReadAt: start}
	changed, cancel := b.ListingsChanged()
	defer cancel()
	b.apply(ap.Change{Collectives: []directory.Collective{list, beside}})
	select {
	case <-changed:
	default:
		t.Error("a new list: got nobody woken who watches the listings, want them to read it")
	}
	equal(t, "lists of two sources", len(all()), 2)

	list.Members = list.Members[:1]
	b.apply(ap.Change{Collectives: []directory.Collective{list}, RemoveCollectives: []ap.MemberList{{Slug: "chatons", Source: beside.Source}, {Slug: "none", Source: "none"}}})
	b.reopen()
	equal(t, "the newer list, and no other", all(), []directory.Collective{list})
	b.apply(ap.Change{RemoveSources: []ap.IRI{peer(1)}})
	equal(t, "lists once their source is forgotten", len(all()), 0)
	if _, err := b.Apply(b.ctx, ap.Change{Collectives: []directory.Collective{{Source: "x"}}}); err == nil {
		t.Error("a list without a slug: got no error, want one")
	}
}
