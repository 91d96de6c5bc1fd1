// Package blocklist reads and writes lists of domains that nodes share: the
// CSV of Mastodon, plain text, and the JSON of /api/v1/instance/domain_blocks.
// A list is somebody else's word on many strangers, so every row is checked by
// itself, and each that is left out is told with its reason. The package does
// no I/O.
package blocklist

import (
	"iter"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"matou/directory"
)

// names maps and checks names as resolvers will meet them (UTS 46,
// non-transitional, with the rules of STD 3 and of RFC 5893 on directions).
var names = idna.New(
	idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true),
	idna.ValidateLabels(true), idna.CheckHyphens(false), idna.CheckJoiners(true), idna.VerifyDNSLength(true),
)

// maxDomain is how many bytes a domain may be written in.
const maxDomain = 1024

// Domain gives a domain in the one form in which it is kept: ASCII, small
// letters, no port, no dot at the end. "*.example.org" is example.org, since
// what is decided on a domain holds below it. An address of a machine, a name
// under which strangers register theirs (com, co.uk), and a name of which
// letters were hidden are refused, as directory.ErrInvalid; in development
// addresses are taken, with a port too.
func Domain(s string, development bool) (string, error) {
	name := strings.TrimPrefix(strings.TrimSpace(s), "*.")
	name = strings.TrimSuffix(name, ".")
	switch {
	case name == "":
		return "", invalid("must name a domain, as in example.org")
	case len(name) > maxDomain:
		return "", invalid("is longer than a domain can be")
	case strings.Contains(name, "*"):
		return "", invalid("hides letters of the domain behind *: ask its publisher for the whole name")
	case strings.ContainsAny(name, "/@?#"):
		return "", invalid("must be a domain alone, as in example.org, without an address around it")
	}
	if isIP(name) {
		if development {
			return strings.ToLower(name), nil
		}
		return "", invalid("must be a domain, not the address of a machine")
	}
	ascii, err := names.ToASCII(name)
	if err != nil {
		return "", invalid("is no domain that could be reached")
	}
	if last := ascii[strings.LastIndexByte(ascii, '.')+1:]; last == "" || last[0] >= '0' && last[0] <= '9' {
		return "", invalid("must be a domain, not the address of a machine")
	}
	if !strings.Contains(ascii, ".") {
		if development && ascii == "localhost" {
			return ascii, nil
		}
		return "", invalid("covers everything that ends in it; name the domains that are meant")
	}
	if suffix, icann := publicsuffix.PublicSuffix(ascii); icann && suffix == ascii {
		return "", invalid("covers everything that ends in it; name the domains that are meant")
	}
	return ascii, nil
}

// Above gives the domains above one, the nearest first.
func Above(domain string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			_, above, ok := strings.Cut(domain, ".")
			if !ok || !yield(above) {
				return
			}
			domain = above
		}
	}
}

// isIP reports whether a name is an IP address, with a port or without.
func isIP(name string) bool {
	host, _, err := net.SplitHostPort(name)
	if err != nil {
		host = strings.Trim(name, "[]")
	}
	_, err = netip.ParseAddr(host)
	return err == nil
}

// Display is a domain for people to read: as it is kept, and, where that is the
// xn-- form of another script, the letters beside it, as long as they are what
// the form stands for and hide nothing.
func Display(domain string) string {
	if !strings.Contains(domain, "xn--") {
		return domain
	}
	letters, err := names.ToUnicode(domain)
	if err != nil || letters == domain || strings.ContainsFunc(letters, hidden) {
		return domain
	}
	if again, err := names.ToASCII(letters); err != nil || again != domain {
		return domain
	}
	return domain + " (" + letters + ")"
}

func invalid(reason string) error { return directory.Invalid("domain", "%s", reason) }
