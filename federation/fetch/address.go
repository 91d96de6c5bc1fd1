package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxAddressBytes is the longest address that is fetched.
const maxAddressBytes = 2048

// parse reads an address that has a form that may be fetched: absolute, https
// (or http in development), at most 2048 bytes, the host in its one canonical
// writing (lower case, xn-- for other scripts, no default port, IP addresses
// in their usual form), without userinfo, and without control characters,
// escaped ones included. It does not resolve the host. The error is an
// ErrAddress.
func (c *Client) parse(address string) (*url.URL, error) {
	if len(address) > maxAddressBytes {
		return nil, unusable("it is %d bytes long, more than %d", len(address), maxAddressBytes)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, unusable("it cannot be read as an address")
	}
	if strings.Contains(address, `\`) {
		return nil, unusable("it has a backslash")
	}
	if err := c.check(u); err != nil {
		return nil, err
	}
	return u, nil
}

func unusable(why string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrAddress, fmt.Sprintf(why, args...))
}

func (c *Client) check(u *url.URL) error {
	switch {
	case u.Scheme == "https", u.Scheme == "http" && c.options.Development:
	default:
		return unusable("it begins with %q; write it with https://", u.Scheme)
	}
	if u.Opaque != "" || u.Host == "" {
		return unusable("it names no host")
	}
	if u.User != nil {
		return unusable("it has a user name before the host")
	}
	query, err := url.QueryUnescape(u.RawQuery)
	if err != nil || hasControl(u.Path) || hasControl(u.RawQuery) || hasControl(query) || hasControl(u.Fragment) {
		return unusable("its path or query has control characters or is badly escaped")
	}
	if len(u.String()) > maxAddressBytes {
		return unusable("it is longer than %d bytes", maxAddressBytes)
	}
	if canonical(u).Host != u.Host {
		return unusable("write its host as %q", canonical(u).Host)
	}
	if err := c.checkPort(u.Port()); err != nil {
		return err
	}
	if !c.options.Development && !strings.ContainsAny(u.Host, ".:") {
		return unusable("%q is no public host name", u.Host)
	}
	return checkHost(u.Hostname())
}

func (c *Client) checkPort(port string) error {
	if port == "" {
		return nil
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 || !c.options.Development && !slices.Contains(c.options.Ports, uint16(number)) {
		return unusable("port %s is not among those that are dialled", port)
	}
	return nil
}

// canonical gives u with the host in lower case and without the port that the
// scheme implies.
func canonical(u *url.URL) *url.URL {
	again := *u
	again.Host = strings.TrimSuffix(strings.ToLower(u.Host), ":")
	switch u.Scheme {
	case "https":
		again.Host = strings.TrimSuffix(again.Host, ":443")
	case "http":
		again.Host = strings.TrimSuffix(again.Host, ":80")
	}
	return &again
}

// checkHost refuses host names that resolvers and libraries read in different
// ways. A name whose last label is a number is an IPv4 address to many of
// them (WHATWG URL 3.5), so it must be one to all of them.
func checkHost(host string) error {
	if strings.Contains(host, ":") { // IPv6, out of its brackets
		ip, err := netip.ParseAddr(host)
		if err != nil || ip.Zone() != "" || ip.Is4In6() || ip.String() != host {
			return unusable("its host is an IPv6 address in an unusual form")
		}
		return nil
	}
	if len(host) > 253 || strings.ContainsFunc(host, isForeign) {
		return unusable("its host has characters that no host name has; write names in other scripts as xn--…")
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return unusable("its host has a label that is empty or too long")
		}
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x") {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err != nil || ip.String() != host {
		return unusable("its host is an IP address in an unusual form")
	}
	return nil
}

func isForeign(c rune) bool {
	return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_'
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c == 0x7f })
}
