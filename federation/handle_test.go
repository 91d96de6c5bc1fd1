package federation_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// TestFollowHandle resolves handles as people type them. Every failure is a
// sentence that names what to look at.
func TestFollowHandle(t *testing.T) {
	p := federationtest.NewPeer(t)
	h := p.Hoster("chatdroite")
	other := federationtest.NewPeer(t)
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Idle: true})
	for _, handle := range []string{"@chatdroite@" + p.Host, "chatdroite@" + p.Host, "acct:chatdroite@" + p.Host, " @ChatDroite@" + p.Host + " "} {
		if f, err := n.Follow(t.Context(), handle); err != nil || string(f.Object) != h.ID {
			t.Errorf("%q leads to %q (%v), want %s", handle, f.Object, err, h.ID)
		}
	}
	if a, err := n.Store.Actor(t.Context(), ap.IRI(h.ID)); err != nil || a.Handle != "chatdroite@"+p.Host {
		t.Errorf("handle is %q (%v)", a.Handle, err)
	}

	descriptor := func(href string) http.HandlerFunc {
		return federationtest.Answer(federationtest.TypeJRD, map[string]any{
			"subject": "acct:x@" + other.Host,
			"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": href}},
		})
	}
	tests := []struct {
		name, handle string
		webfinger    http.HandlerFunc
		is           error // nil: any
		says         string
	}{
		{"no at sign", "chatdroite", nil, directory.ErrInvalid, "@name@host"},
		{"no name", "@@" + other.Host, nil, directory.ErrInvalid, "@name@host"},
		{"a path", "x@" + other.Host + "/y", nil, directory.ErrInvalid, "host"},
		{"credentials", "x@y@" + other.Host, nil, directory.ErrInvalid, ""},
		{"nobody", "personne@" + other.Host, nil, directory.ErrNotFound, other.Host},
		{"not JSON", "x@" + other.Host, federationtest.Answer("text/html", "x"), nil, "text/html"},
		{"no links", "x@" + other.Host, federationtest.Answer(federationtest.TypeJRD, map[string]any{}), directory.ErrNotFound, "no ActivityPub actor"},
		{"scheme", "x@" + other.Host, descriptor("javascript:alert(1)"), directory.ErrInvalid, "cannot be used"},
		{"somebody else's actor", "x@" + other.Host, descriptor(h.ID), directory.ErrForbidden, "does not say so"},
		{"our own actor", "x@" + other.Host, descriptor(n.ActorID("annuaire")), directory.ErrForbidden, "this very node"},
		{"server error", "x@" + other.Host, federationtest.Status(500), nil, other.Host},
		{"endless", "x@" + other.Host, federationtest.Huge(1 << 20), nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			other.Fault("/.well-known/webfinger", tt.webfinger)
			_, err := n.Follow(t.Context(), tt.handle)
			if err == nil {
				t.Fatal("it leads somewhere")
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error is %v, want %v", err, tt.is)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error is %q, want %q in it", err, tt.says)
			}
		})
	}
}

// TestSplitDomain: a handle may be on another host than its actor, where both
// say so.
func TestSplitDomain(t *testing.T) {
	home, name := federationtest.NewPeer(t), federationtest.NewPeer(t)
	h := home.Hoster("chatdroite")
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Idle: true})
	descriptor := federationtest.Answer(federationtest.TypeJRD, map[string]any{
		"subject": "acct:chatdroite@" + name.Host,
		"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": h.ID}},
	})
	name.Fault("/.well-known/webfinger", descriptor)
	if _, err := n.Follow(t.Context(), "@chatdroite@"+name.Host); err == nil {
		t.Error("one side alone was believed")
	}
	home.Fault("/.well-known/webfinger", descriptor)
	if f, err := n.Follow(t.Context(), "@chatdroite@"+name.Host); err != nil || string(f.Object) != h.ID {
		t.Errorf("leads to %q (%v), want %s", f.Object, err, h.ID)
	}
}
