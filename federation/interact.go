package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/net/idna"
	"golang.org/x/time/rate"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// relSubscribe is the relation of the address at which somebody's own server
// asks them whether to follow: {uri} stands for whom (OStatus 1.0 subscribe, as
// Mastodon and most others serve it).
const relSubscribe = "http://ostatus.org/schema/1.0/subscribe"

// interactPath is that address on this node, and on servers that say nothing.
const interactPath = "/authorize_interaction?uri={uri}"

// What anybody may make this node ask of other servers without being known to
// it: little, and nothing twice.
const (
	homesPerVisitor = 10  // in five minutes, by address
	homesPerServer  = 20  // in five minutes
	homesAtOnce     = 8   // lookups open at the same time
	mostHomes       = 512 // remembered
	homeLife        = time.Hour
	homeAbsence     = 10 * time.Minute // of a server that could not be asked, or knew nobody of that name
	homeTimeout     = 8 * time.Second  // somebody is waiting for the page
)

// homes finds and remembers the addresses at which servers let their people
// follow.
type homes struct {
	visitors *buckets
	servers  *lru.Cache[string, *rate.Limiter]
	known    *lru.Cache[string, foundHome] // by "name@host"
	open     atomic.Int32
}

// foundHome is what a server said, or why it said nothing.
type foundHome struct {
	template string
	err      error
	until    time.Time
}

func newHomes() (*homes, error) {
	h := &homes{}
	var err error
	if h.visitors, err = newBuckets(homesPerVisitor); err != nil {
		return nil, err
	}
	if h.servers, err = lru.New[string, *rate.Limiter](mostHomes); err != nil {
		return nil, err
	}
	h.known, err = lru.New[string, foundHome](mostHomes)
	return h, err
}

// FollowFrom gives the address at which a visitor of a page of this node can
// follow an actor from their own server: account is what they typed, the
// address of an account ("@name@host", "name@host", "https://host/@name") or
// the name of a server. r is their request, by whose address attempts are
// bounded. The address is on the server that was named, or on the one that
// answers for its names, whatever it says itself.
//
// Errors: directory.ErrInvalid where account is no such address,
// directory.ErrForbidden for this very node and for servers that its keeper
// blocks, directory.ErrNotFound where the server knows nobody of that name,
// directory.ErrConflict where too much was asked lately; any other where the
// server cannot be asked.
func (n *Node) FollowFrom(r *http.Request, account string, actor directory.ID) (string, error) {
	name, host, err := n.parseAccount(account)
	if err != nil {
		return "", err
	}
	if host == n.config.Origin.Host {
		return "", fmt.Errorf("%s is this very node: %w", host, directory.ErrForbidden)
	}
	if n.policy(host).suspended() {
		return "", fmt.Errorf("%s is blocked here: %w", host, directory.ErrForbidden)
	}
	template, err := n.home(r, name, host)
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(template, "{uri}", url.QueryEscape(string(actor))), nil
}

// parseAccount reads the address of an account or the name of a server; of the
// latter the name is "".
func (n *Node) parseAccount(account string) (name, host string, err error) {
	account = strings.TrimSpace(account)
	if len(account) > maxResource || hasControl(account) {
		return "", "", directory.Invalid("account", "must be the address of an account")
	}
	if _, rest, ok := strings.Cut(account, "://"); ok { // the page of a profile, or of the server
		host, path, _ := strings.Cut(rest, "/")
		account = host
		if who, ok := strings.CutPrefix(path, "@"); ok {
			who, _, _ = strings.Cut(who, "/")
			if account = who; !strings.Contains(who, "@") {
				account = who + "@" + host
			}
		}
	}
	name, host, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(account, "acct:"), "@"), "@")
	if !ok {
		name, host = "", name
	}
	if host, err = idna.Lookup.ToASCII(strings.TrimSuffix(strings.ToLower(host), "/")); err != nil && !n.config.Development {
		return "", "", directory.Invalid("account", "must name a host")
	}
	if name != "" {
		return n.parseHandle(name + "@" + host)
	}
	_, host, err = n.parseHandle("anybody@" + host) // the host is what is checked
	return "", host, err
}

// home gives the template of a server, from memory where it was asked lately.
func (n *Node) home(r *http.Request, name, host string) (string, error) {
	now, key := n.clock(), strings.ToLower(name)+"@"+host
	if k, ok := n.homes.known.Get(key); ok && now.Before(k.until) {
		return k.template, k.err
	}
	if a, ok := n.limits.client(r); ok && !n.homes.take(a, now) || !n.homes.server(host).AllowN(now, 1) {
		return "", fmt.Errorf("ask %s: asked too often lately: %w", host, directory.ErrConflict)
	}
	defer n.homes.open.Add(-1)
	if n.homes.open.Add(1) > homesAtOnce {
		return "", fmt.Errorf("ask %s: too many are asked at once: %w", host, directory.ErrConflict)
	}
	ctx, cancel := context.WithTimeout(r.Context(), homeTimeout)
	defer cancel()
	template, err := n.askHome(ctx, name, host)
	if r.Context().Err() != nil {
		return "", err // they have left: nothing was learnt
	}
	k := foundHome{template: template, err: err, until: now.Add(homeLife)}
	if err != nil {
		k.until = now.Add(homeAbsence)
	}
	n.homes.known.Add(key, k)
	return template, err
}

func (h *homes) take(a netip.Addr, now time.Time) bool { return h.visitors.take(a, now) }

// server gives the budget of a server.
func (h *homes) server(host string) *rate.Limiter {
	fresh := windowed(homesPerServer)
	if before, ok, _ := h.servers.PeekOrAdd(host, fresh); ok {
		return before
	}
	return fresh
}

// askHome asks a server's WebFinger where its people follow. One that says
// nothing of it, or is asked for nobody in particular, is taken for one that
// has the usual address.
func (n *Node) askHome(ctx context.Context, name, host string) (string, error) {
	usual := n.scheme() + "://" + host + interactPath
	anybody := name == ""
	if anybody {
		name = host // as the account of the server itself is called
		if at := strings.IndexByte(host, ':'); at >= 0 {
			name = host[:at]
		}
	}
	resource := url.QueryEscape("acct:" + name + "@" + host)
	resp, err := n.client.Get(ctx, n.scheme()+"://"+host+"/.well-known/webfinger?resource="+resource, typeJRD+", application/json;q=0.9", maxDescriptor)
	if err != nil {
		err = originError(err)
		known := errors.Is(err, directory.ErrNotFound) || isGone(err) || errors.Is(err, directory.ErrInvalid)
		if anybody && known {
			return usual, nil
		}
		return "", fmt.Errorf("ask %s where its people follow: %w", host, err)
	}
	d, err := readDescriptor(resp.Body)
	if err != nil {
		return "", fmt.Errorf("ask %s where its people follow: its answer cannot be read: %w", host, directory.ErrNotFound)
	}
	for _, l := range d.Links {
		if l.Rel == relSubscribe && l.Template != "" {
			if n.isHome(l.Template, host, ap.IRI(resp.URL).Host()) {
				return l.Template, nil
			}
			n.log.InfoContext(ctx, "address to follow at passed over", "host", host, "template", clip(l.Template))
		}
	}
	return usual, nil
}

// isHome reports whether a visitor may be sent to a template: it has a place
// for whom to follow, stands on one of the hosts, and is an address that this
// node would fetch itself.
func (n *Node) isHome(template string, hosts ...string) bool {
	if len(template) > maxResource || strings.Count(template, "{uri}") != 1 {
		return false
	}
	// What stands for {uri} is escaped and must be in the query, where it
	// cannot become another part of the address.
	before, _, _ := strings.Cut(template, "{uri}")
	if !strings.Contains(before, "?") || strings.Contains(before, "#") {
		return false
	}
	i, err := activitystreams.ParseIRI(strings.Replace(template, "{uri}", "x", 1), n.config.Development)
	if err != nil || strings.ContainsAny(template, "\\") {
		return false
	}
	for _, h := range hosts {
		if h != "" && i.Host() == h {
			return true
		}
	}
	return false
}
