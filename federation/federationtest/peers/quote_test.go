package peers

import (
	"net/http"
	"slices"
	"testing"

	"matou/federation"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestFedifyQuotesANotice asks for permissions to quote, in Fedify's own
// reading of FEP-044f.
func TestFedifyQuotesANotice(t *testing.T) {
	t.Run("it is permitted, the permission can be checked, and its end is told", func(t *testing.T) {
		t.Parallel()
		n, actor := hoster(t)
		p := startPeer(t, "rfc9421")
		note, quoting := string(announce(t, n, "Atelier du samedi").ID), p.url+"/notes/1"
		if policy := p.read(note, false).MayQuote; !slices.Equal(policy, []string{string(ap.Public)}) {
			t.Errorf("the notice may be quoted by %q, want by everyone", policy)
		}
		ask := map[string]any{"actor": actor, "object": note, "note": quoting}
		request := p.say("quote", ask, http.StatusAccepted)
		yes := p.await("the Accept", func(h heard) bool { return h.Type == "Accept" && h.Object == request.ID })
		if yes.ObjectType != "QuoteRequest" || yes.Result == "" {
			t.Errorf("read as %+v, want the Accept of a QuoteRequest with a result", yes)
		}
		stamp := p.read(yes.Result, false)
		if stamp.Type != "QuoteAuthorization" || stamp.Author != actor || stamp.InteractingObject != quoting || stamp.InteractionTarget != note {
			t.Errorf("stamp read as %+v, want that %s lets %s quote %s", stamp, actor, quoting, note)
		}
		again := p.say("quote", ask, http.StatusAccepted)
		same := p.await("the second Accept", func(h heard) bool { return h.Type == "Accept" && h.Object == again.ID })
		if same.Result != yes.Result {
			t.Errorf("the same question got another stamp: %s, want %s", same.Result, yes.Result)
		}

		if _, err := n.RevokeStamp(t.Context(), yes.Result); err != nil {
			t.Fatal(err)
		}
		p.await("the Delete of the stamp", func(h heard) bool {
			return h.Type == "Delete" && h.Actor == actor && h.Object == yes.Result && h.ObjectType == "QuoteAuthorization"
		})
		if got := p.document(yes.Result, true).Status; got != http.StatusGone {
			t.Errorf("the stamp answers %d, want 410", got)
		}
		late := p.say("quote", ask, http.StatusAccepted)
		p.await("the no after the revocation", func(h heard) bool { return h.Type == "Reject" && h.Object == late.ID })
		p.allVerified()
	})

	t.Run("it is told no where quotes are not wanted", func(t *testing.T) {
		t.Parallel()
		n, actor := hosterWith(t, federationtest.Options{Configure: func(c *federation.Config) { c.NoQuotes = true }})
		p := startPeer(t, "rfc9421")
		note := string(announce(t, n, "Atelier du samedi").ID)
		if policy := p.read(note, false).MayQuote; !slices.Equal(policy, []string{actor}) {
			t.Errorf("the notice may be quoted by %q, want by its author alone", policy)
		}
		request := p.say("quote", map[string]any{"actor": actor, "object": note, "note": p.url + "/notes/1"}, http.StatusAccepted)
		no := p.await("the Reject", func(h heard) bool { return h.Type == "Reject" && h.Object == request.ID })
		if no.ObjectType != "QuoteRequest" || no.Result != "" {
			t.Errorf("read as %+v, want the Reject of a QuoteRequest", no)
		}
		p.allVerified()
	})
}
