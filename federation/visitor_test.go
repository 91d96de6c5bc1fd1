package federation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestReportByVisitor: what a visitor writes waits for the keepers with nothing
// of the visitor beside it; where they want an answer is forgotten when it is
// closed.
func TestReportByVisitor(t *testing.T) {
	p := federationtest.NewPeer(t)
	h := p.Hoster("lucioles")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	list(t, n, h)
	about := directory.ID(h.ID)
	if err := n.ReportByVisitor(visitor("192.0.2.1:1"), about, "  Le lien\r\nest \u202emort\x00. ", " ana@perso.example "); err != nil {
		t.Fatal(err)
	}
	all := reports(t, n)
	if len(all) != 1 {
		t.Fatalf("got %d reports, want 1", len(all))
	}
	r := all[0]
	if r.Content != "Le lien\nest mort." || r.Contact != "ana@perso.example" || !r.FromVisitor() || len(r.Objects) != 1 || r.Objects[0] != ap.IRI(about) {
		t.Errorf("got %+v", r)
	}
	if strings.Contains(fmt.Sprintf("%+v", r), "192.0.2") {
		t.Error("the report holds the visitor's address")
	}
	if err := n.ReportByVisitor(visitor("192.0.2.2:1"), about, "Le lien\nest mort.", ""); err != nil {
		t.Fatal(err)
	}
	if r = reports(t, n)[0]; r.Times != 2 || r.Contact != "ana@perso.example" {
		t.Errorf("told twice: got %d times and contact %q", r.Times, r.Contact)
	}
	closed, err := n.CloseReport(t.Context(), "last", "Prévenus.")
	if err != nil || closed.Contact != "" {
		t.Errorf("closed: contact %q is kept: %v", closed.Contact, err)
	}
	if kept, err := n.Report(t.Context(), r.Key); err != nil || kept.Contact != "" {
		t.Errorf("closed and kept: contact %q, %v", kept.Contact, err)
	}
}

// TestReportByVisitorRefused: each fault is of a field, and nothing is kept.
func TestReportByVisitorRefused(t *testing.T) {
	p := federationtest.NewPeer(t)
	h := p.Hoster("lucioles")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	list(t, n, h)
	for _, tt := range []struct {
		name, words, contact, field string
	}{
		{"no words", " \r\n", "", "words"},
		{"too many words", strings.Repeat("é", ap.MaxReport+1), "", "words"},
		{"words that are none", "a\xff", "", "words"},
		{"a long contact", "x", strings.Repeat("é", 201), "contact"},
		{"a contact of two lines", "x", "a\nb", "contact"},
	} {
		var fault *directory.FieldError
		if err := n.ReportByVisitor(visitor("192.0.2.1:1"), directory.ID(h.ID), tt.words, tt.contact); !errors.As(err, &fault) || fault.Field != tt.field {
			t.Errorf("%s: got %v, want a fault of %s", tt.name, err, tt.field)
		}
	}
	if err := n.ReportByVisitor(visitor("192.0.2.1:1"), "https://ailleurs.example/a", "x", ""); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a stranger: got %v", err)
	}
	if all := reports(t, n); len(all) != 0 {
		t.Errorf("kept %d reports", len(all))
	}
}

// TestExamine: a hoster who would like to be listed is seen as the directory
// would see it, and nothing of it is kept.
func TestExamine(t *testing.T) {
	p := federationtest.NewPeer(t)
	h, person := p.Hoster("lucioles"), p.Actor("ana")
	h.Set("discoverable", true)
	h.Set("indexable", true)
	shy := p.Hoster("timide")
	shy.Set("indexable", false)
	p.Serve("/.well-known/nodeinfo", map[string]any{"links": []any{map[string]any{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": p.URL + "/nodeinfo/2.1"}}})
	p.Serve("/nodeinfo/2.1", map[string]any{"metadata": map[string]any{"staffAccounts": []any{"https://ailleurs.example/a", h.ID}}})
	quiet := federationtest.NewPeer(t)
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire"})
	for _, tt := range []struct {
		name, account string
		stopped       directory.Stop
		ready, listed bool
	}{
		{"a hoster", "@lucioles@" + p.Host, "", true, false},
		{"its page", p.URL + "/@lucioles", "", true, false},
		{"its host", p.Host, "", true, false},
		{"one that is not to be searched", "timide@" + p.Host, "", false, false},
		{"a person", "ana@" + p.Host, "", false, false},
		{"nobody", "personne@" + p.Host, directory.StopNobody, false, false},
		{"a host without a hoster", quiet.Host, directory.StopNameless, false, false},
		{"nowhere", "ana@127.0.0.1:1", directory.StopUnreachable, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := n.Examine(visitor("127.0.0.1:1"), tt.account)
			if err != nil {
				t.Fatal(err)
			}
			if e.Stopped != tt.stopped || e.Ready() != tt.ready || e.Listed != tt.listed || e.Asked {
				t.Errorf("got %+v", e)
			}
		})
	}
	for _, id := range []string{h.ID, person.ID, shy.ID} {
		if _, err := n.Store.Actor(t.Context(), ap.IRI(id)); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s is kept: %v", id, err)
		}
	}
	list(t, n, h)
	if e, err := n.Examine(visitor("127.0.0.1:1"), "@lucioles@"+p.Host); err != nil || !e.Asked || !e.Listed {
		t.Errorf("listed: got %+v, %v", e, err)
	}
	for account, want := range map[string]error{"": directory.ErrInvalid, "a b@c": directory.ErrInvalid, "annuaire@" + strings.TrimPrefix(n.URL, "http://"): directory.ErrForbidden} {
		if _, err := n.Examine(visitor("127.0.0.1:1"), account); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", account, err, want)
		}
	}
}
