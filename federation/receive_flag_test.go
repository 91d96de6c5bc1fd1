package federation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

func reports(t testing.TB, n *federationtest.Node) []ap.Report {
	t.Helper()
	all, err := n.Reports(t.Context(), true, 2000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestFlag sends Flags in the forms of different peers, on what concerns the
// keepers of this node and what does not.
func TestFlag(t *testing.T) {
	p := federationtest.NewPeer(t)
	server, h := p.Actor("server"), p.Hoster("lucioles")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison", Aggregator: "annuaire"})
	list(t, n, h)
	incident := h.Incident("Panne", "x")
	send(t, n, h, h.Create(incident))
	note := publishIncident(t, n)
	hoster := n.ActorID("maison")
	tests := []struct {
		name    string
		object  any
		content any
		want    []string // objects that are kept; nil: no report
		text    string
	}{
		{"a list, as Mastodon sends", []any{hoster, note}, "Faux <b>bruit</b>\n\nsuite", []string{hoster, note}, "Faux bruit\nsuite"},
		{"one id", hoster, "un", []string{hoster}, "un"},
		{"one object", map[string]any{"id": note, "type": "Note"}, "objet", []string{note}, "objet"},
		{"a listed hoster and its note", []any{h.ID, incident["id"]}, "liste", []string{h.ID, incident["id"].(string)}, "liste"},
		{"among strangers", []any{"https://ailleurs.example/a", hoster, p.URL + "/users/personne"}, "parmi", []string{hoster}, "parmi"},
		{"without words", []any{note}, nil, []string{note}, ""},
		{"words that are none", []any{note, hoster}, 5, []string{note, hoster}, ""},
		{"too many words", hoster, strings.Repeat("é", 9000), []string{hoster}, strings.Repeat("é", ap.MaxReport)},
		{"strangers only", []any{"https://ailleurs.example/a", p.URL + "/users/personne"}, "x", nil, ""},
		{"what does not exist here", n.URL + "/ap/notes/01JABCDEFGHJKMNPQRSTVWXYZ0", "x", nil, ""},
		{"nothing", nil, "x", nil, ""},
		{"numbers", []any{1, 2}, "x", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(reports(t, n))
			flag := server.Activity("Flag", tt.object)
			flag["content"] = tt.content
			send(t, n, server, flag)
			all := reports(t, n)
			if tt.want == nil {
				if len(all) != before {
					t.Errorf("kept %+v", all[0])
				}
				return
			}
			if len(all) != before+1 {
				t.Fatalf("%d reports, want %d", len(all), before+1)
			}
			got := all[0]
			have := map[string]bool{}
			for _, o := range got.Objects {
				have[string(o)] = true
			}
			for _, o := range tt.want {
				if !have[o] {
					t.Errorf("objects are %q, want %q", got.Objects, tt.want)
				}
			}
			if len(got.Objects) != len(tt.want) || got.Content != tt.text || string(got.Reporter) != server.ID || got.Times != 1 {
				t.Errorf("report is %+v, want the objects %q and the words %q", got, tt.want, tt.text)
			}
		})
	}
}

// TestReportQueue: equal reports are one, a domain has so many open and no
// more, and closing one makes room.
func TestReportQueue(t *testing.T) {
	clock := newClock(time.Now())
	p := federationtest.NewPeer(t)
	server, other := p.Actor("server"), p.Actor("other")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison", Clock: clock.Now, Idle: true})
	flag := func(by *federationtest.Actor, words string) {
		t.Helper()
		f := by.Activity("Flag", n.ActorID("maison"))
		f["content"] = words
		send(t, n, by, f)
	}
	flag(server, "zéro")
	clock.Add(time.Minute)
	flag(other, "zéro")
	if got := reports(t, n); len(got) != 1 || got[0].Times != 2 || got[0].LastAt.Sub(got[0].At) != time.Minute {
		t.Fatalf("the same twice: %+v", got)
	}
	for i := range 30 {
		flag(server, fmt.Sprint(i))
	}
	if got := reports(t, n); len(got) != 20 {
		t.Errorf("%d open reports of one domain, want 20", len(got))
	}

	last, err := n.Report(t.Context(), "last")
	if err != nil {
		t.Fatal(err)
	}
	closed, err := n.CloseReport(t.Context(), last.Key[len(last.Key)-8:], "Rien à faire.")
	if err != nil || closed.Key != last.Key || closed.Note != "Rien à faire." || closed.Open() {
		t.Fatalf("close: %+v, %v", closed, err)
	}
	if _, err := n.CloseReport(t.Context(), last.Key, ""); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("close again: %v", err)
	}
	if _, err := n.CloseReport(t.Context(), "nonesuch", ""); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("close what is not there: %v", err)
	}
	if open, err := n.Reports(t.Context(), false, 100); err != nil || len(open) != 19 {
		t.Errorf("%d open (%v), want 19", len(open), err)
	}
	flag(server, "place")
	if open, err := n.Reports(t.Context(), false, 100); err != nil || len(open) != 20 {
		t.Errorf("%d open (%v), want 20", len(open), err)
	}
	clock.Add(181 * 24 * time.Hour)
	if got := reports(t, n); len(got) != 20 {
		t.Errorf("%d after half a year, want the 20 that are open", len(got))
	}
}

// TestSendReport: a report goes out in the name of the node.
func TestSendReport(t *testing.T) {
	p := federationtest.NewPeer(t)
	bob := p.Actor("bob")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "maison"})
	if err := n.SendReport(t.Context(), "@bob@"+p.Host, "Réclame.", []string{p.URL + "/notes/1"}); err != nil {
		t.Fatal(err)
	}
	got := p.AwaitType(t, "Flag")
	if got.Verified != nil || got.Actor != n.URL+"/actor" || got.Activity["content"] != "Réclame." ||
		fmt.Sprint(got.Activity["object"]) != fmt.Sprint([]any{bob.ID, p.URL + "/notes/1"}) {
		t.Errorf("flag is %s (%v)", got.Raw, got.Verified)
	}
	for name, err := range map[string]error{
		"no words":        n.SendReport(t.Context(), "@bob@"+p.Host, "", nil),
		"another's notes": n.SendReport(t.Context(), "@bob@"+p.Host, "x", []string{"https://ailleurs.example/1"}),
	} {
		if !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
