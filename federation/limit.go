package federation

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Limits bound what others may ask of a node. Addresses of version 6 count by
// their /64, which is what one line gets. Each zero number stands for its
// default; a negative one for no limit.
type Limits struct {
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed
	Exempt    []netip.Prefix // addresses that are not limited
	Reads     int            // documents that one address may ask for in five minutes; 300
	Posts     int            // activities that one address may send in five minutes, where one that is refused counts for twenty; 6,000
	Followers int            // followers of one of our actors at one host; 20,000
	Domain    int            // activities with a signature that stands, of one domain in five minutes; 12,000
}

// Bounds of the limits themselves.
const (
	limitWindow   = 5 * time.Minute
	refusalCost   = 20       // posts
	mostAddresses = 16 << 10 // remembered: the one that asked longest ago is forgotten first
	mostForwarded = 16       // addresses read of X-Forwarded-For
	mostWaiting   = 1024     // activities that are being received at once
	waitingRetry  = "30"
)

// loopback is this machine: in development every peer is on it.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		value    *int
		standard int
	}{{&l.Reads, 300}, {&l.Posts, 6000}, {&l.Domain, 12000}, {&l.Followers, 20_000}} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	return l
}

// limiter holds the addresses to their limits. It remembers a bounded number
// of them.
type limiter struct {
	limits Limits
	reads  *buckets
	posts  *buckets
}

func newLimiter(l Limits) (*limiter, error) {
	l = l.withDefaults()
	reads, err := newBuckets(l.Reads)
	if err != nil {
		return nil, err
	}
	posts, err := newBuckets(l.Posts)
	return &limiter{limits: l, reads: reads, posts: posts}, err
}

// buckets is one token bucket for each address.
type buckets struct {
	size int // tokens, and how many come back in five minutes; below 1: no limit
	all  *lru.Cache[netip.Addr, *rate.Limiter]
}

func newBuckets(size int) (*buckets, error) {
	all, err := lru.New[netip.Addr, *rate.Limiter](mostAddresses)
	return &buckets{size: size, all: all}, err
}

// of gives the bucket of an address.
func (b *buckets) of(a netip.Addr) *rate.Limiter {
	if one, ok := b.all.Get(a); ok {
		return one
	}
	fresh := windowed(b.size)
	if before, ok, _ := b.all.PeekOrAdd(a, fresh); ok {
		return before
	}
	return fresh
}

// windowed makes a bucket of so many in five minutes.
func windowed(size int) *rate.Limiter {
	if size < 1 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(float64(size)/limitWindow.Seconds()), size)
}

// take takes tokens of an address, and reports false where there is not one.
func (b *buckets) take(a netip.Addr, now time.Time) bool {
	return b.size < 1 || b.of(a).AllowN(now, 1)
}

// charge takes tokens that are owed, down to below none.
func (b *buckets) charge(a netip.Addr, now time.Time, tokens int) {
	if b.size > 0 {
		b.of(a).ReserveN(now, min(tokens, b.size))
	}
}

// wait gives how long an address has to be silent to have a tenth of its
// tokens back, in whole seconds.
func (b *buckets) wait(a netip.Addr, now time.Time) int {
	missing := max(1, float64(b.size)/10) - b.of(a).TokensAt(now)
	return int(missing*limitWindow.Seconds()/float64(max(b.size, 1))) + 1
}

// client gives the address that a request is counted on, and false where it is
// counted on none: it is exempt, or came through a proxy of ours that does not
// say from where.
func (l *limiter) client(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	a := plain(peer.Addr())
	if within(l.limits.Proxies, a) {
		if a = l.forwarded(r.Header["X-Forwarded-For"]); !a.IsValid() {
			return a, false
		}
	}
	if within(l.limits.Exempt, a) {
		return a, false
	}
	return network(a), true
}

// forwarded gives the last address of X-Forwarded-For that is not a proxy of
// ours: what stands before it was written by others, who may write anything.
func (l *limiter) forwarded(lines []string) netip.Addr {
	read := 0
	for _, line := range slices.Backward(lines) {
		for line != "" && read < mostForwarded {
			at := strings.LastIndexByte(line, ',')
			word := strings.TrimSpace(line[at+1:])
			line = line[:max(at, 0)]
			read++
			a, err := netip.ParseAddr(strings.Trim(word, "[]"))
			if err != nil {
				host, _, _ := net.SplitHostPort(word)
				if a, err = netip.ParseAddr(host); err != nil {
					return netip.Addr{}
				}
			}
			if a = plain(a); !within(l.limits.Proxies, a) {
				return a
			}
		}
	}
	return netip.Addr{}
}

// plain gives an address in its one form.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// network gives what stands for an address: itself, or its /64.
func network(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}

func within(all []netip.Prefix, a netip.Addr) bool {
	for _, p := range all {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// limitRead holds whoever asks for a document to the limit of its address.
func (n *Node) limitRead(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a, ok := n.limits.client(r); ok && !n.limits.reads.take(a, n.clock()) {
			n.in.counts.readsLimited.Add(1)
			n.tooMany(w, n.limits.reads, a)
			return
		}
		h(w, r)
	}
}

// tooMany answers an address that has used up its tokens (RFC 6585 4; the
// other headers are draft-ietf-httpapi-ratelimit-headers-10's).
func (n *Node) tooMany(w http.ResponseWriter, b *buckets, a netip.Addr) {
	seconds := strconv.Itoa(b.wait(a, n.clock()))
	h := w.Header()
	h.Set("Retry-After", seconds)
	h.Set("RateLimit-Policy", `"address";q=`+strconv.Itoa(b.size)+`;w=`+strconv.Itoa(int(limitWindow.Seconds())))
	h.Set("RateLimit", `"address";r=0;t=`+seconds)
	writeReason(w, http.StatusTooManyRequests, reasonBusy)
}

// limitPost lets an activity in, or answers it: where its address has sent
// too many, or this node has too many at hand. Where it may come in, leave
// must be called with the status that it got.
func (n *Node) limitPost(w http.ResponseWriter, r *http.Request) (leave func(status int), ok bool) {
	a, known := n.limits.client(r)
	if known && !n.limits.posts.take(a, n.clock()) {
		n.in.counts.limited.Add(1)
		n.in.tally.add(typeLabel(""), resultLimited)
		n.tooMany(w, n.limits.posts, a)
		return nil, false
	}
	return func(status int) {
		if known && status >= 400 && status < 500 && status != http.StatusTooManyRequests {
			n.limits.posts.charge(a, n.clock(), refusalCost-1)
		}
	}, true
}
