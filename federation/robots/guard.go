package robots

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"matou/federation/fetch"
)

// Product is the token by which a robots.txt names this program.
const Product = "matou"

// What keeps a reader from an address. Both come wrapped, with the host.
var (
	// ErrDisallowed: the host's robots.txt says no.
	ErrDisallowed = errors.New("its robots.txt asks matou to stay away")
	// ErrUnsure: the host's robots.txt cannot be had now, so that nobody knows
	// what it says: nothing is read there, and nothing is concluded of it.
	ErrUnsure = errors.New("its robots.txt cannot be had now")
)

// Getter fetches an address: fetch.Client's Get.
type Getter interface {
	Get(ctx context.Context, address, accept string, maxBytes int64) (fetch.Response, error)
}

// Guard asks each host once what may be read there, and remembers it. A Guard
// is for one walk of one goroutine.
type Guard struct {
	client Getter
	hosts  map[string]host
}

// host is what one scheme, name and port has answered.
type host struct {
	rules Rules
	err   error
}

// NewGuard makes a Guard.
func NewGuard(client Getter) *Guard {
	return &Guard{client: client, hosts: map[string]host{}}
}

// Allow gives nil where an address may be read, else ErrDisallowed or
// ErrUnsure. An answer of 4xx is a host that asks for nothing; one of 5xx, or
// none, is a host to stay away from (RFC 9309 2.3.1).
func (g *Guard) Allow(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%w: %s is no address", fetch.ErrAddress, address)
	}
	at := u.Scheme + "://" + u.Host
	h, asked := g.hosts[at]
	if !asked {
		h.rules, h.err = g.ask(ctx, at)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		g.hosts[at] = h
	}
	if h.err != nil {
		return fmt.Errorf("%s: %w: %w", u.Host, ErrUnsure, h.err)
	}
	path := u.EscapedPath()
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if !h.rules.Allows(path) {
		return fmt.Errorf("%s: %w", u.Host, ErrDisallowed)
	}
	return nil
}

func (g *Guard) ask(ctx context.Context, at string) (Rules, error) {
	r, err := g.client.Get(ctx, at+"/robots.txt", "text/plain, */*;q=0.1", MaxBytes)
	var status *fetch.StatusError
	if errors.As(err, &status) && status.Status >= 400 && status.Status < 500 {
		return Rules{}, nil
	}
	if err != nil {
		return Rules{}, err
	}
	return Parse(r.Body, Product), nil
}
