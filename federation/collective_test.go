package federation_test

import (
	"context"
	"errors"
	"testing"

	"matou/directory"
	"matou/federation"
	"matou/federation/federationtest"
)

// lists gives the lists of members that n has read, by their slugs.
func lists(t testing.TB, n *federationtest.Node) map[string]directory.Collective {
	t.Helper()
	all, err := n.Collectives(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	bySlug := map[string]directory.Collective{}
	for _, k := range all {
		bySlug[k.Slug] = k
	}
	return bySlug
}

// A directory that carries the word of a collective says who its members are by
// listing them; one that follows it keeps that word under its name, and forgets
// it with the Follow.
func TestCollectiveIsToldByItsDirectory(t *testing.T) {
	ctx := t.Context()
	hoster := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite"})
	meute := federationtest.NewNode(t, federationtest.Options{Aggregator: "meute", Configure: func(c *federation.Config) {
		c.Aggregator.Collective, c.Aggregator.Charter = "meute", "meute-1"
	}})
	reader := federationtest.NewNode(t, federationtest.Options{Aggregator: "ouest"})
	if word, ok := meute.Word(); !ok || word.Slug != "meute" || word.Charter != "meute-1" {
		t.Errorf("its own word: got %+v, %t; want that of the collective", word, ok)
	}
	if _, ok := reader.Word(); ok {
		t.Error("a directory of no collective: got a word, want none")
	}
	if _, err := meute.Follow(ctx, "@chatdroite@"+hoster.Host); err != nil {
		t.Fatal(err)
	}
	h := hoster.ActorID("chatdroite")
	federationtest.Eventually(t, "the listing", func() bool { return isListed(t, meute, h) })
	if _, err := reader.Follow(ctx, "@meute@"+meute.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the list of members", func() bool { return len(lists(t, reader)["meute"].Members) == 1 })
	got := lists(t, reader)["meute"]
	if got.Source != meute.ActorID("meute") || got.Members[0].Hoster != directory.ID(h) {
		t.Errorf("got %+v, want the word of that directory on that hoster", got)
	}

	// Nobody else can speak in its name.
	err := reader.KeepCollective(ctx, directory.Collective{Slug: "meute", Source: meute.ActorID("meute"), Members: []directory.Member{{Name: "Passant"}}})
	if !errors.Is(err, directory.ErrConflict) {
		t.Errorf("an import in the name of a directory: got %v, want a conflict", err)
	}
	if err := reader.Unfollow(ctx, "@meute@"+meute.Host); err != nil {
		t.Fatal(err)
	}
	if got := lists(t, reader); len(got) != 0 {
		t.Errorf("after the Follow has ended: got %v, want no list", got)
	}
}

func TestCollectiveThatAKeeperImports(t *testing.T) {
	ctx := t.Context()
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "ouest", Idle: true})
	list := directory.Collective{Slug: "meute", Name: "La Meute", Source: "https://stats.example/meute.properties", Members: []directory.Member{{Website: "https://chat.example/"}}}
	if err := n.KeepCollective(ctx, list); err != nil {
		t.Fatal(err)
	}
	list.Members = append(list.Members, directory.Member{})
	if err := n.KeepCollective(ctx, list); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("a member who is nobody: got %v, want invalid", err)
	}
	if got := lists(t, n)["meute"]; len(got.Members) != 1 || got.ReadAt.IsZero() {
		t.Errorf("got %+v, want the list as it was imported, and when", got)
	}
	if n, err := n.ForgetCollective(ctx, "meute", "elsewhere"); n != 0 || !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a list of another source: got %d, %v; want none", n, err)
	}
	if n, err := n.ForgetCollective(ctx, "meute", ""); n != 1 || err != nil {
		t.Errorf("forgotten: got %d, %v; want one", n, err)
	}
}
