package ap_test

import (
	"net/url"
	"strings"
	"testing"

	"matou/federation/ap"
)

// The host of an address is the one that net/url reads in it.
func FuzzHost(f *testing.F) {
	for _, s := range []string{
		"https://hoster.example/ap/actors/a", "http://127.0.0.1:8420/a#main-key", "https://HOSTER.example/", "https://a@b.example/", "https://a.example", "https:///x",
		"https://a.example:/x", "https://a.example:8x/", "https://a:1:2/", "https://[::1]:80/", "https://a.example/%zz", "https://a.example/a b", "https://a.example/\x7f",
		"https://a.example/x?y", "https://a.example/#a#b", "HTTPS://a.example/", "//a.example/", "a.example", "", "https://a_b.example/", "http://é.example/", "https://:80/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := ""
		if u, err := url.Parse(s); err == nil {
			want = strings.ToLower(u.Host)
		}
		if got := ap.IRI(s).Host(); got != want {
			t.Errorf("the host of %q: got %q, want %q", s, got, want)
		}
	})
}
