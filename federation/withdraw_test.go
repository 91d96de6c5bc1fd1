package federation_test

import (
	"fmt"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestWithdrawMuch: a listing ends also where its hoster has said more than one
// transaction holds.
func TestWithdrawMuch(t *testing.T) {
	p := federationtest.NewPeer(t)
	h := p.Hoster("bavard")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	list(t, n, h)
	at := time.Now()
	var said int
	keep := func(notices, updates int) {
		t.Helper()
		var c ap.Change
		for range notices {
			said++
			root := fmt.Sprintf("%s/notes/%d", p.URL, said)
			notice := directory.Notice{ID: directory.ID(root), Hoster: directory.ID(h.ID), Kind: directory.NoticeAnnouncement, PublishedAt: at, UpdatedAt: at}
			c.Documents = append(c.Documents, note(root, h.ID, at))
			for k := range updates {
				id := fmt.Sprintf("%s/%d", root, k)
				notice.Updates = append(notice.Updates, directory.NoticeUpdate{ID: directory.ID(id), At: at})
				c.Documents = append(c.Documents, note(id, h.ID, at))
			}
			c.Notices = append(c.Notices, notice)
		}
		if _, err := n.Store.Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for range 16 {
		keep(500, 0)
	}
	for range 40 {
		keep(1, directory.MaxUpdates)
	}
	send(t, n, h, h.Delete(h.ID))
	if isListed(t, n, h.ID) || len(notices(t, n, h.ID)) > 0 {
		t.Error("a hoster that deleted itself is shown still")
	}
}

func note(id, owner string, at time.Time) ap.Document {
	return ap.Document{IRI: ap.IRI(id), Type: "Note", Owner: ap.IRI(owner), Body: []byte("{}"), Public: true, UpdatedAt: at}
}
