package peers

import (
	"net/http"
	"slices"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation"
	"matou/federation/federationtest"
)

// TestFedifyReads fetches what stands behind more than an address: a signature,
// or terms that Fedify does not know.
func TestFedifyReads(t *testing.T) {
	t.Run("a signed GET gets the actor and its notes, an unsigned one what checks signatures", func(t *testing.T) {
		t.Parallel()
		n, actor := hosterWith(t, federationtest.Options{Configure: func(c *federation.Config) { c.AuthorizedFetch = true }})
		p := startPeer(t, "rfc9421")
		note := string(announce(t, n, "Atelier du samedi").ID)
		if got := p.read(actor, true); got.Type != "Organization" || got.Name == "" || got.Summary == "" {
			t.Errorf("signed: actor read as %+v, want all of it", got)
		}
		if got := p.read(note, true); got.Type != "Note" || got.Author != actor {
			t.Errorf("signed: note read as %+v, want it", got)
		}
		stub := p.read(actor, false)
		if stub.ID != actor || stub.Inbox == "" || stub.Name != "" || stub.Summary != "" || len(stub.Attachments) > 0 {
			t.Errorf("unsigned: actor read as %+v, want its id and inbox alone", stub)
		}
		if got := p.document(note, false).Status; got != http.StatusUnauthorized {
			t.Errorf("unsigned: the note answers %d, want 401", got)
		}
		p.follow(actor) // Fedify asks for our key without a signature
		announce(t, n, "Encore un atelier")
		p.await("the notice", func(h heard) bool { return h.Type == "Create" && h.Actor == actor })
		p.allVerified()
	})

	t.Run("a featured collection, its items and their stamps can be fetched, as documents", func(t *testing.T) {
		t.Parallel()
		h, hosterID := hoster(t)
		p := startPeer(t, "rfc9421")
		n := federationtest.NewNode(t, federationtest.Options{Aggregator: "bretagne", Regions: oneRegion})
		us := n.ActorID("bretagne")
		p.follow(us)
		if _, err := n.Follow(t.Context(), "@"+directorytest.Hoster("Chat Droite").Handle+"@"+h.Host); err != nil {
			t.Fatal(err)
		}
		index, collection := us+"/collections/regions", n.URL+"/ap/collections/fr"
		// An Add that carries a type which Fedify does not know is none that it
		// takes (Mastodon takes no other); what comes after it arrives all the same.
		p.awaitRequest("the Add", func(s seen) bool {
			return s.Activity["type"] == "Add" && s.Activity["target"] == index && s.Status == http.StatusBadRequest
		})
		announce(t, h, "Atelier du samedi")
		p.await("the Announce", func(a heard) bool { return a.Type == "Announce" && a.Actor == us })

		doc := p.document(collection, false).Document
		items, _ := doc["orderedItems"].([]any)
		if doc["type"] != "FeaturedCollection" || len(items) != 1 {
			t.Fatalf("collection read as %v, want a FeaturedCollection of one", doc)
		}
		item, _ := items[0].(map[string]any)
		stamp, _ := item["featureAuthorization"].(string)
		if item["featuredObject"] != hosterID {
			t.Errorf("the item features %v, want %s", item["featuredObject"], hosterID)
		}
		if got := p.document(stamp, false).Document; got["interactingObject"] != collection || got["interactionTarget"] != hosterID {
			t.Errorf("stamp read as %v, want that %s may feature %s", got, collection, hosterID)
		}
		all, _ := p.document(index, false).Document["orderedItems"].([]any)
		if !slices.Contains(all, any(collection)) {
			t.Errorf("the index names %v, want %s", all, collection)
		}
		p.allVerified()
	})
}

// places is a gazetteer of one country.
type places struct{}

func (places) Area(c directory.AreaCode) (directory.Area, bool) {
	return directory.Area{Code: "FR", Kind: directory.AreaCountry, Name: directory.Text{"fr": "France"}}, c == "FR"
}

func (places) Ancestors(directory.AreaCode) []directory.AreaCode { return []directory.AreaCode{"FR"} }

func (places) Locate(string) []directory.Area { return nil }

func oneRegion() (*federation.Regions, error) { return &federation.Regions{Areas: places{}}, nil }
