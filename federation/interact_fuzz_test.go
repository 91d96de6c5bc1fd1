package federation

import (
	"net/url"
	"strings"
	"testing"

	"matou/directory"
)

// FuzzTemplate: whatever a server says, a visitor is sent to that server, and
// whom they want to follow stays one value of the query.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{
		"https://social.example/s?u={uri}", "https://social.example/authorize_interaction?uri={uri}&x=1", "https://{uri}.example/?", "//social.example/?{uri}",
		"https://social.example@evil.example/?u={uri}", `https://evil.example\@social.example/?{uri}`, "https://social.example:443/?{uri}", "https://social.example/#?{uri}",
	} {
		f.Add(s)
	}
	n := &Node{}
	f.Fuzz(func(t *testing.T, template string) {
		if !n.isHome(template, "social.example") {
			return
		}
		const whom = "https://annuaire.example/ap/actors/annuaire?a=b&c#d"
		address := strings.ReplaceAll(template, "{uri}", url.QueryEscape(whom))
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host != "social.example" || u.User != nil {
			t.Fatalf("%q leads to %q: %v", template, address, err)
		}
		if !strings.Contains(u.RawQuery, url.QueryEscape(whom)) || strings.Contains(u.Fragment, "annuaire") {
			t.Errorf("%q: whom to follow left the query: %q", template, address)
		}
	})
}

// FuzzAccount: the server that a visitor names cannot become another part of
// an address.
func FuzzAccount(f *testing.F) {
	for _, s := range []string{"@a@b.example", "b.example", "https://b.example/@a", "https://b.example/@a@c.example/1", "acct:a@b.example", "a@b@c", "a@[::1]", "ä@bücher.example", "https://@/"} {
		f.Add(s)
	}
	n := &Node{}
	f.Fuzz(func(t *testing.T, account string) {
		name, host, err := n.parseAccount(account)
		if err != nil {
			return
		}
		u, err := url.Parse("https://" + host + "/.well-known/webfinger")
		if err != nil || u.Host != host || u.User != nil || u.Path != "/.well-known/webfinger" || host == "" {
			t.Errorf("%q names the host %q: %v", account, host, err)
		}
		if name != "" && !handleName.MatchString(name) {
			t.Errorf("%q names %q", account, directory.ID(name))
		}
	})
}
