package robots_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"matou/federation/fetch"
	"matou/federation/robots"
)

// The cases follow the examples and the rules of RFC 9309 2.2 and 5.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, file, path string
		want             bool
	}{
		{"nothing is said", "", "/a", true},
		{"everybody is kept away", "User-agent: *\nDisallow: /", "/a", false},
		{"an empty rule rules nothing", "User-agent: *\nDisallow:", "/a", true},
		{"another reader is kept away", "User-agent: goodbot\nDisallow: /", "/a", true},
		{"this reader is kept away", "user-agent: MATOU\ndisallow: /", "/a", false},
		{"with a version", "User-agent: matou/1.0\nDisallow: /", "/a", false},
		{"a longer name is another's", "User-agent: matoubot\nDisallow: /", "/a", true},
		{"who is named does not go by what is for all", "User-agent: *\nDisallow: /\n\nUser-agent: matou\nDisallow: /private", "/a", true},
		{"a named group without rules", "User-agent: *\nDisallow: /\nUser-agent: matou\n", "/a", true},
		{"several names for one group", "User-agent: a\nUser-agent: matou\nDisallow: /x", "/x/1", false},
		{"groups of one name count together", "User-agent: matou\nDisallow: /x\nUser-agent: b\nDisallow: /y\nUser-agent: matou\nDisallow: /z", "/z", false},
		{"what is between them does not", "User-agent: matou\nDisallow: /x\nUser-agent: b\nDisallow: /y\nUser-agent: matou\nDisallow: /z", "/y", true},
		{"the longest rule counts", "User-agent: *\nDisallow: /example/page/\nAllow: /example/page/disallowed.gif", "/example/page/disallowed.gif", true},
		{"and its order does not", "User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", false},
		{"of two of one length the mild one", "User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
		{"a star", "User-agent: *\nDisallow: *.gif$", "/x/y.gif", false},
		{"a star and more behind", "User-agent: *\nDisallow: *.gif$", "/x/y.gif?z", true},
		{"a star in the middle", "User-agent: *\nDisallow: /a*/z", "/a/b/c/z/q", false},
		{"a star at the end, anchored", "User-agent: *\nDisallow: /a*$", "/abc", false},
		{"an anchor alone", "User-agent: *\nDisallow: /a$", "/ab", true},
		{"the query counts", "User-agent: *\nDisallow: /*?print=", "/p?print=1", false},
		{"escaped as it need not be", "User-agent: *\nDisallow: /%7Eana", "/~ana/x", false},
		{"letters and their escapes", "User-agent: *\nDisallow: /é", "/%c3%a9t%C3%A9", false},
		{"reserved signs stay apart", "User-agent: *\nDisallow: /a%2Fb", "/a/b", true},
		{"its own file", "User-agent: *\nDisallow: /", "/robots.txt", true},
		{"comments and spaces", "# us\r\n  User-agent :  *  # all\r\n Disallow : /x # y\r\n", "/x", false},
		{"a byte order mark, old line ends", "\ufeffUser-agent: *\rDisallow: /x", "/x", false},
		{"other lines do not part a group", "User-agent: *\nCrawl-delay: 5\nSitemap: https://a.example/\nDisallow: /x", "/x", false},
		{"rules before any group", "Disallow: /x", "/x", true},
		{"a page for people", "<!doctype html><title>Hello</title>", "/x", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := robots.Parse([]byte(c.file), "matou").Allows(c.path); got != c.want {
				t.Errorf("%q allows %s: got %t, want %t", c.file, c.path, got, c.want)
			}
		})
	}
}

// A host that is broken, slow or full of stars is no reason to wait or to go on
// reading there.
func TestGuard(t *testing.T) {
	answers := map[string]func(http.ResponseWriter){
		"none":     func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"locked":   func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) },
		"no":       func(w http.ResponseWriter) { fmt.Fprint(w, "User-agent: matou\nDisallow: /files/") },
		"broken":   func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"too long": func(w http.ResponseWriter) { fmt.Fprint(w, strings.Repeat("# no end\n", robots.MaxBytes/8)) },
	}
	want := map[string]error{"no": robots.ErrDisallowed, "broken": robots.ErrUnsure, "too long": robots.ErrUnsure}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			asked := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				if r.URL.Path != "/robots.txt" {
					t.Errorf("got a request for %s, want none but for the robots.txt", r.URL.Path)
				}
				answer(w)
			}))
			defer s.Close()
			g := robots.NewGuard(fetch.New(fetch.Options{Development: true, Timeout: time.Minute}))
			for range 3 {
				if err := g.Allow(t.Context(), s.URL+"/files/a.properties"); !errors.Is(err, want[name]) {
					t.Errorf("got %v, want %v", err, want[name])
				}
			}
			if asked != 1 {
				t.Errorf("got %d requests, want one", asked)
			}
		})
	}
}

// A private address is not even asked.
func TestGuardAsksNoPrivateAddress(t *testing.T) {
	g := robots.NewGuard(fetch.New(fetch.Options{Timeout: time.Minute}))
	for _, address := range []string{"https://127.0.0.1/a", "https://[::1]/a", "https://10.0.0.1/a"} {
		if err := g.Allow(t.Context(), address); !errors.Is(err, robots.ErrUnsure) {
			t.Errorf("%s: got %v, want that nobody knows", address, err)
		}
	}
}

// Who gives up leaves no verdict behind.
func TestGuardStopsWithItsContext(t *testing.T) {
	g := robots.NewGuard(fetch.New(fetch.Options{Timeout: time.Minute}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Allow(ctx, "https://hoster.example/a"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was stopped", err)
	}
}

func FuzzRules(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: /%7E", "/a/b?c")
	f.Add("\ufeffuser-agent: matou/2\rdisallow: ******$", "%")
	f.Fuzz(func(t *testing.T, file, path string) {
		rules := robots.Parse([]byte(file), "matou")
		rules.Allows(path)
		if !rules.Allows("/robots.txt") {
			t.Errorf("%q: a robots.txt that keeps its own reader away", file)
		}
		if all := robots.Parse([]byte("User-agent: matou\nDisallow: /\n"), "matou"); strings.HasPrefix(path, "/") && path != "/robots.txt" && all.Allows(path) {
			t.Errorf("%q: got allowed where everything is disallowed", path)
		}
	})
}
