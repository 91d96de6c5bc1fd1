package federation_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/federationtest"
)

// subscribing makes a peer answer WebFinger with a template for its people.
func subscribing(p *federationtest.Peer, template string) {
	p.Fault("/.well-known/webfinger", federationtest.Answer(federationtest.TypeJRD, map[string]any{
		"subject": "acct:ana@" + p.Host,
		"links":   []any{map[string]any{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": template}},
	}))
}

func visitor(from string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/suivre", nil)
	r.RemoteAddr = from
	return r
}

// TestFollowFrom: somebody is sent to their own server, by what it says itself
// or by what is usual, and nowhere else.
func TestFollowFrom(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	actor := n.ActorID("chatdroite")
	uri := url.QueryEscape(actor)
	tests := []struct {
		name, account, template, want string // HOST stands for the peer's
	}{
		{"its own template", "@ana@HOST", "http://HOST/suivre?qui={uri}", "http://HOST/suivre?qui=" + uri},
		{"without the first @", " ana@HOST ", "http://HOST/suivre?qui={uri}&x=1", "http://HOST/suivre?qui=" + uri + "&x=1"},
		{"a profile's page", "http://HOST/@ana", "http://HOST/s?u={uri}", "http://HOST/s?u=" + uri},
		{"a profile of another server", "http://vu.example/@ana@HOST/123", "http://HOST/s?u={uri}", "http://HOST/s?u=" + uri},
		{"a server", "HOST", "http://HOST/s?u={uri}", "http://HOST/s?u=" + uri},
		{"a server's page", "http://HOST/about", "http://HOST/s?u={uri}", "http://HOST/s?u=" + uri},
		{"no template", "ana@HOST", "", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template elsewhere", "ana@HOST", "http://ailleurs.example/s?u={uri}", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template that is a script", "ana@HOST", "javascript:alert('{uri}')//HOST?", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template with a user", "ana@HOST", "http://HOST@ailleurs.example/?u={uri}", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template with a backslash", "ana@HOST", `http://ailleurs.example\@HOST/?u={uri}`, "http://HOST/authorize_interaction?uri=" + uri},
		{"a template whose host we choose", "ana@HOST", "http://{uri}/?HOST", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template without a place", "ana@HOST", "http://HOST/s?u=uri", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template with two places", "ana@HOST", "http://HOST/s?u={uri}&v={uri}", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template with its place in the path", "ana@HOST", "http://HOST/{uri}", "http://HOST/authorize_interaction?uri=" + uri},
		{"a template with a line break", "ana@HOST", "http://HOST/\r\nX: y?u={uri}", "http://HOST/authorize_interaction?uri=" + uri},
		{"an endless template", "ana@HOST", "http://HOST/?u={uri}&" + strings.Repeat("a", 3000), "http://HOST/authorize_interaction?uri=" + uri},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := federationtest.NewPeer(t)
			host := strings.NewReplacer("HOST", p.Host)
			subscribing(p, host.Replace(tt.template))
			got, err := n.FollowFrom(visitor("127.0.0.1:1"), host.Replace(tt.account), directory.ID(actor))
			if want := host.Replace(tt.want); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
}

// TestFollowFromNowhere: what is no account, or no server of theirs, is told
// apart, since the visitor can do something about each.
func TestFollowFromNowhere(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	p := federationtest.NewPeer(t)
	p.Actor("ana")
	broken := federationtest.NewPeer(t)
	broken.Fault("/", federationtest.Status(http.StatusBadGateway))
	garbled := federationtest.NewPeer(t)
	garbled.Fault("/", federationtest.Answer(federationtest.TypeJRD, "x"))
	for account, want := range map[string]error{
		"":                             directory.ErrInvalid,
		"@":                            directory.ErrInvalid,
		"ana@":                         directory.ErrInvalid,
		"ana@social.example/x":         directory.ErrInvalid,
		"ana@social.example?x":         directory.ErrInvalid,
		"a b@social.example":           directory.ErrInvalid,
		"ana@bob@social.example":       directory.ErrInvalid,
		"ana@social.example\r\nX: y":   directory.ErrInvalid,
		"file:///etc/passwd":           directory.ErrInvalid,
		"javascript:alert(1)":          directory.ErrInvalid,
		"ana@user:pass@social.example": directory.ErrInvalid,
		strings.Repeat("a", 3000):      directory.ErrInvalid,
		"ana@" + n.Host:                directory.ErrForbidden,
		n.URL + "/@chatdroite":         directory.ErrForbidden,
		"personne@" + p.Host:           directory.ErrNotFound,
		"ana@" + garbled.Host:          directory.ErrNotFound,
	} {
		if got, err := n.FollowFrom(visitor("127.0.0.1:1"), account, directory.ID(n.ActorID("chatdroite"))); !errors.Is(err, want) {
			t.Errorf("%.40q: got %q, %v, want %v", account, got, err, want)
		}
	}
	_, err := n.FollowFrom(visitor("127.0.0.1:1"), "ana@"+broken.Host, directory.ID(n.ActorID("chatdroite")))
	for _, not := range []error{nil, directory.ErrInvalid, directory.ErrForbidden, directory.ErrNotFound, directory.ErrConflict} {
		if errors.Is(err, not) {
			t.Errorf("a server that does not answer: %v", err)
		}
	}
}

// TestFollowFromSparingly: a form that anybody can fill in makes few requests:
// what is known is not asked again, failures included, and each server and
// each visitor has a small budget.
func TestFollowFromSparingly(t *testing.T) {
	clock := newClock(time.Now())
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true, Clock: clock.Now})
	actor := directory.ID(n.ActorID("chatdroite"))
	p := federationtest.NewPeer(t)
	p.Actor("ana")
	for range 5 {
		if _, err := n.FollowFrom(visitor("127.0.0.1:1"), "ana@"+p.Host, actor); err != nil {
			t.Fatal(err)
		}
		if _, err := n.FollowFrom(visitor("127.0.0.1:1"), "personne@"+p.Host, actor); !errors.Is(err, directory.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if got := p.Fetches(); got != 2 {
		t.Errorf("%d requests, want one for each name: %q", got, p.Requests())
	}
	refused := 0
	for i := range 40 {
		if _, err := n.FollowFrom(visitor("127.0.0.1:1"), "p"+strings.Repeat("e", i+1)+"@"+p.Host, actor); errors.Is(err, directory.ErrConflict) {
			refused++
		}
	}
	if got := p.Fetches(); got > 21 || refused < 20 {
		t.Errorf("%d requests to one server, %d refused", got, refused)
	}
	refused = 0
	for range 12 { // loopback is this machine: visitors come from elsewhere
		if _, err := n.FollowFrom(visitor("[2001:db8::1]:1"), "ana@"+federationtest.NewPeer(t).Host, actor); errors.Is(err, directory.ErrConflict) {
			refused++
		}
	}
	if refused != 2 {
		t.Errorf("%d of 12 refused to one visitor, want 2", refused)
	}
	clock.Add(11 * time.Minute)
	if _, err := n.FollowFrom(visitor("[2001:db8::1]:1"), "personne@"+p.Host, actor); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("later: %v", err)
	}
}
