package fetch

import (
	"errors"
	"strings"
	"testing"
	"time"

	"matou/directory"
)

func TestAddress(t *testing.T) {
	const production, development, never = "production", "development", "never"
	for address, allowed := range map[string]string{
		"https://hoster.example":                              production,
		"https://hoster.example/":                             production,
		"https://hoster.example/actor#main-key":               production,
		"https://hoster.example/a?b=c&d=%C3%A9":               production,
		"https://xn--bcher-kva.example/":                      production,
		"https://under_score.example/":                        production,
		"https://93.184.216.34/":                              production,
		"https://[2606:2800:220:1:248:1893:25c8:1946]/":       production,
		"https://10.0.0.3/":                                   production, // of good form; refused when dialled
		"http://hoster.example/":                              development,
		"https://hoster.example:8443/":                        development,
		"http://localhost:9101/actor":                         development,
		"http://127.0.0.1:9101/actor":                         development,
		"http://[::1]:9101/actor":                             development,
		"https://localhost/":                                  development,
		"":                                                    never,
		"hoster.example":                                      never,
		"//hoster.example/":                                   never,
		"https:///path":                                       never,
		"https:hoster.example":                                never,
		"https://hoster.example:443/":                         never,
		"http://hoster.example:80/":                           never,
		"https://hoster.example:/":                            never,
		"https://hoster.example:0/":                           never,
		"https://hoster.example:99999/":                       never,
		"https://Hoster.example/":                             never,
		"HTTPS://hoster.example/\n":                           never,
		"https://hoster.example./":                            never,
		"https://hoster..example/":                            never,
		"https://.example/":                                   never,
		"https://büche.example/":                              never,
		"https://ada@hoster.example/":                         never,
		"https://ada:secret@hoster.example/":                  never,
		"https://good.example@127.0.0.1/":                     never,
		"https://good.example\\@127.0.0.1/":                   never,
		"https://hoster.example/inbox%0Ahost:%20x":            never,
		"https://hoster.example/?a=%0d":                       never,
		"https://hoster.example/?a=%zz":                       never,
		"https://hoster.example/%zz":                          never,
		"https://hoster.example/\x00":                         never,
		"https://hoster example/":                             never,
		"https://2130706433/":                                 never,
		"https://0x7f000001/":                                 never,
		"https://0x7f.1/":                                     never,
		"https://127.1/":                                      never,
		"https://0177.0.0.1/":                                 never,
		"https://127.0.0.0x1/":                                never,
		"https://hoster.example.1/":                           never,
		"https://256.1.1.1/":                                  never,
		"https://[::ffff:127.0.0.1]/":                         never,
		"https://[::ffff:7f00:1]/":                            never,
		"https://[0:0:0:0:0:0:0:1]/":                          never,
		"https://[fe80::1%25eth0]/":                           never,
		"https://127%2e0%2e0%2e1/":                            never,
		"file:///etc/passwd":                                  never,
		"data:text/plain,hello":                               never,
		"gopher://hoster.example/":                            never,
		"ftp://hoster.example/":                               never,
		"javascript:alert(1)":                                 never,
		"acct:ada@hoster.example":                             never,
		"https://hoster.example/" + strings.Repeat("a", 2048): never,
		"https://" + strings.Repeat("a", 64) + ".example/":    never,
	} {
		for _, mode := range []string{production, development} {
			_, err := New(Options{Development: mode == development}).parse(address)
			want := allowed == mode || allowed == production
			if (err == nil) != want {
				t.Errorf("%s: %.80q: error %v, accepted should be %t", mode, address, err, want)
			}
			if err != nil && (!errors.Is(err, ErrAddress) || !errors.Is(err, directory.ErrInvalid)) {
				t.Errorf("%s: %.80q: %v is no ErrAddress", mode, address, err)
			}
		}
	}
	if _, err := New(Options{Ports: []uint16{443, 8443}}).parse("https://hoster.example:8443/"); err != nil {
		t.Errorf("a configured port: %v", err)
	}
}

// What is accepted must be dialled as it reads: one host, no line breaks.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"https://hoster.example/a?b#c", "http://[::1]:80/", "https://0x7f.1/", "https://a@b/%0a"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, address string, development bool) {
		c := New(Options{Development: development})
		u, err := c.parse(address)
		if err != nil {
			return
		}
		if again, err := c.parse(u.String()); err != nil || again.Host != u.Host {
			t.Fatalf("%q was accepted, and written again as %q it is not: %v", address, u, err)
		}
		if u.User != nil || hasControl(u.RequestURI()) || u.Host != strings.ToLower(u.Host) || !development && u.Scheme != "https" {
			t.Fatalf("%q was accepted", address)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120")
	f.Add("Sat, 14 Mar 2026 15:19:26 GMT")
	f.Fuzz(func(t *testing.T, value string) {
		if d := retryAfter(value, time.Unix(1773500966, 0)); d < 0 || d > maxRetryAfter {
			t.Fatalf("%q gives %s", value, d)
		}
	})
}

// Where a redirect leads could have been asked for in the first place, and
// not without https from where there was https.
func FuzzRedirect(f *testing.F) {
	for _, s := range []string{"/a", "//b.example/c", "http://a.example/", "https://b.example:443/#x", "?x", "javascript:alert(1)", "https://10.0.0.1/", "\\\\b.example", "https:b.example", "../%0a"} {
		f.Add(s)
	}
	c := New(Options{})
	from, err := c.parse("https://a.example/x")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string) {
		to, err := c.redirect(from, location)
		if err != nil {
			return
		}
		if again, err := c.parse(to.String()); err != nil || again.Host != to.Host || to.Scheme != "https" {
			t.Fatalf("%q leads to %s: %v", location, to, err)
		}
	})
}
