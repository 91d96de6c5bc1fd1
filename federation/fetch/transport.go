package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// newTransport makes a transport that dials public addresses only. hosts
// stands in for the resolver where it has the name; it is nil but in tests.
func newTransport(o Options, hosts map[string]string) *http.Transport {
	dialer := &net.Dialer{
		Timeout:   min(dialTimeout, o.Timeout),
		KeepAlive: 30 * time.Second,
		Control:   control(o),
	}
	return &http.Transport{
		Proxy: nil, // a proxy would resolve and dial in our place, unguarded
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if stand, found := hosts[address]; found {
				address = stand
			}
			return dialer.DialContext(ctx, network, address)
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    min(dialTimeout, o.Timeout),
		ResponseHeaderTimeout:  min(headerTimeout, o.Timeout),
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true, // read inflates, under a cap
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    2, // many hosts, few requests to each
		MaxConnsPerHost:        o.ConnsPerHost,
		IdleConnTimeout:        90 * time.Second,
	}
}

// control guards each connection just before it is made, when the address is
// the resolved one.
func control(o Options) func(network, address string, c syscall.RawConn) error {
	rules := []ssrf.Option{ssrf.WithPorts(o.Ports...)}
	if o.Development {
		rules = []ssrf.Option{
			ssrf.WithAnyPort(),
			ssrf.WithAllowedV4Prefixes(netip.MustParsePrefix("127.0.0.0/8")),
			ssrf.WithAllowedV6Prefixes(netip.MustParsePrefix("::1/128")),
		}
	}
	guardian := ssrf.New(rules...)
	return func(network, address string, c syscall.RawConn) error {
		err := guardian.Safe(network, address, c)
		host, port, _ := net.SplitHostPort(address)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ssrf.ErrProhibitedPort):
			return fmt.Errorf("%w: port %s is not among those that may be dialled", ErrPrivate, port)
		default:
			return fmt.Errorf("%w: %s is a private or reserved one, and only public ones are dialled", ErrPrivate, host)
		}
	}
}
