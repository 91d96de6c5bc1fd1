package main

import (
	"net"
	"net/netip"
	"strings"

	"matou/federation"
)

type serverConfig struct {
	TrustedProxies []string `toml:"trusted_proxies" help:"The addresses and ranges of the reverse proxies in front of the node: what they say in X-Forwarded-For is believed, and nothing that others say there. Left empty, this machine where listen is a loopback address, else none."`
}

// limitsConfig bounds what others may ask of the node.
type limitsConfig struct {
	Reads  int      `toml:"reads" help:"How many documents one address may ask for in five minutes; -1 for no limit. An IPv6 address counts with its whole /64." default:"300"`
	Posts  int      `toml:"posts" help:"How many activities one address may send in five minutes, where one that is refused counts for twenty; -1 for no limit." default:"6000"`
	Domain int      `toml:"domain" help:"How many activities one domain may send in five minutes, from whatever addresses, with signatures that stand; -1 for no limit." default:"12000"`
	Exempt []string `toml:"exempt" help:"Addresses and ranges that are not limited. In development this machine is one of them."`
}

// metricsConfig says where the metrics are.
type metricsConfig struct {
	Listen string `toml:"listen" help:"The address and port of the metrics for Prometheus, at /metrics; empty for none. In development, where many nodes share a machine, there are none unless another address is given than this one." default:"127.0.0.1:9429"`
	Token  string `toml:"token" help:"What a reader of the metrics must show, as Authorization: Bearer …; 16 characters at least. An address that others can reach is refused without one."`
}

// standardMetrics is where metrics are unless the configuration says more.
const standardMetrics = "127.0.0.1:9429"

// metricsOn reports whether the metrics are served.
func (c *config) metricsOn() bool {
	return c.Metrics.Listen != "" && (!c.Development || c.Metrics.Listen != standardMetrics)
}

// checkServer says what is wrong with proxies, limits and metrics.
func (c *config) checkServer(add func(string, string, ...any)) {
	for field, all := range map[string][]string{"server.trusted_proxies": c.Server.TrustedProxies, "limits.exempt": c.Limits.Exempt} {
		for _, word := range all {
			if _, err := parsePrefix(word); err != nil {
				add(field, "must hold addresses and ranges, as in 10.0.0.1 or 2001:db8::/32, not %q", word)
			}
		}
	}
	for field, n := range map[string]int{"limits.reads": c.Limits.Reads, "limits.posts": c.Limits.Posts, "limits.domain": c.Limits.Domain} {
		if n == 0 || n < -1 {
			add(field, "must be a number above 0, or -1 for no limit, not %d", n)
		}
	}
	if !c.metricsOn() {
		return
	}
	host, port, err := net.SplitHostPort(c.Metrics.Listen)
	switch {
	case err != nil || port == "":
		add("metrics.listen", "must be an address and a port, as in %s, or empty, not %q", standardMetrics, c.Metrics.Listen)
	case c.Metrics.Token == "" && !isLoopback(host):
		add("metrics.listen", "can be reached by others at %q: set metrics.token, or listen on this machine only (%s)", c.Metrics.Listen, standardMetrics)
	case c.Metrics.Token != "" && len(c.Metrics.Token) < 16:
		add("metrics.token", "must have 16 characters at least: others could guess it")
	}
}

// parsePrefix reads an address or a range.
func parsePrefix(word string) (netip.Prefix, error) {
	if strings.Contains(word, "/") {
		return netip.ParsePrefix(word)
	}
	a, err := netip.ParseAddr(word)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// federationLimits gives the limits of a configuration that was checked.
func federationLimits(c *config) federation.Limits {
	l := federation.Limits{Reads: c.Limits.Reads, Posts: c.Limits.Posts, Domain: c.Limits.Domain}
	proxies := c.Server.TrustedProxies
	if host, _, err := net.SplitHostPort(c.Listen); len(proxies) == 0 && err == nil && isLoopback(host) {
		proxies = []string{"127.0.0.0/8", "::1"}
	}
	for _, word := range proxies {
		if p, err := parsePrefix(word); err == nil {
			l.Proxies = append(l.Proxies, p)
		}
	}
	for _, word := range c.Limits.Exempt {
		if p, err := parsePrefix(word); err == nil {
			l.Exempt = append(l.Exempt, p)
		}
	}
	return l
}
