package federation

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// Which address a request counts on: only proxies of ours are believed, and of
// what they pass on only what they wrote themselves.
func TestClientAddress(t *testing.T) {
	l, err := newLimiter(Limits{
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/24")},
		Exempt:  []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, peer string
		forwarded  []string
		want       string // "": counts on none
	}{
		{"a stranger", "198.51.100.1:4000", nil, "198.51.100.1"},
		{"a stranger who says to be another", "198.51.100.1:4000", []string{"203.0.113.1"}, "198.51.100.1"},
		{"an IPv4 stranger on an IPv6 socket", "[::ffff:198.51.100.1]:4000", nil, "198.51.100.1"},
		{"an IPv6 stranger", "[2001:db8:1:2:3:4:5:6]:4000", nil, "2001:db8:1:2::"},
		{"with a zone", "[fe80::1%eth0]:4000", nil, "fe80::"},
		{"a proxy that says nothing", "127.0.0.1:4000", nil, ""},
		{"a proxy that says nonsense", "127.0.0.1:4000", []string{"unknown"}, ""},
		{"a proxy that says nothing behind something", "127.0.0.1:4000", []string{"203.0.113.1, "}, ""},
		{"a proxy", "127.0.0.1:4000", []string{"203.0.113.1"}, "203.0.113.1"},
		{"behind what the stranger wrote", "127.0.0.1:4000", []string{"1.2.3.4, 5.6.7.8, 203.0.113.1"}, "203.0.113.1"},
		{"in several lines", "127.0.0.1:4000", []string{"1.2.3.4", "203.0.113.1"}, "203.0.113.1"},
		{"two proxies", "127.0.0.1:4000", []string{"1.2.3.4, 203.0.113.1, 10.0.0.7"}, "203.0.113.1"},
		{"nothing but proxies", "127.0.0.1:4000", []string{"10.0.0.7, 10.0.0.8"}, ""},
		{"with a port", "127.0.0.1:4000", []string{"203.0.113.1:5678"}, "203.0.113.1"},
		{"IPv6", "127.0.0.1:4000", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::"},
		{"IPv6 with a port", "127.0.0.1:4000", []string{"[2001:db8:1:2::9]:443"}, "2001:db8:1:2::"},
		{"exempt", "127.0.0.1:4000", []string{"192.0.2.9"}, ""},
		{"exempt and direct", "192.0.2.9:4000", nil, ""},
		{"no address at all", "@", nil, ""},
	}
	for _, tt := range tests {
		r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
		got, ok := l.client(r)
		if want := tt.want != ""; ok != want || ok && got.String() != tt.want {
			t.Errorf("%s: counts on %v (%t), want %q", tt.name, got, ok, tt.want)
		}
	}
}

// A line of addresses longer than any proxy writes is read from its end.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{"", "203.0.113.1", "a, b,c", "[::1]:80, 127.0.0.1", ",,,,", "::ffff:1.2.3.4%x"} {
		f.Add(s)
	}
	l, err := newLimiter(Limits{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		a := l.forwarded([]string{line})
		if a.IsValid() && (a.Is4In6() || a.Zone() != "" || within(l.limits.Proxies, a)) {
			t.Errorf("%q gives %v", line, a)
		}
	})
}

func TestLimitsAreBounded(t *testing.T) {
	b, err := newBuckets(10)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	for i := range 2 * mostAddresses {
		b.take(netip.MustParseAddr(fmt.Sprintf("2001:db8:%x:%x::", i>>16, i&0xffff)), now)
	}
	if got := b.all.Len(); got != mostAddresses {
		t.Errorf("%d addresses are remembered, want %d", got, mostAddresses)
	}
}

// What is owed is paid back before anything is given again, and waiting as
// long as the answer says is enough.
func TestBuckets(t *testing.T) {
	b, err := newBuckets(300)
	if err != nil {
		t.Fatal(err)
	}
	a := netip.MustParseAddr("203.0.113.1")
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	for range 16 {
		if !b.take(a, now) {
			break
		}
		b.charge(a, now, refusalCost-1)
	}
	if b.take(a, now) {
		t.Fatal("320 tokens of 300 were taken, and one more was given")
	}
	wait := b.wait(a, now)
	if wait < 30 || wait > 60 {
		t.Errorf("the wait is %d s, want half a minute or a little more", wait)
	}
	if !b.take(a, now.Add(time.Duration(wait)*time.Second)) {
		t.Errorf("after %d s nothing is given", wait)
	}
	if !b.take(netip.MustParseAddr("203.0.113.2"), now) {
		t.Error("another address pays for it")
	}
	none, err := newBuckets(-1)
	if err != nil {
		t.Fatal(err)
	}
	none.charge(a, now, 1000)
	if !none.take(a, now) {
		t.Error("no limit limits")
	}
}

func BenchmarkLimit(b *testing.B) {
	l, err := newLimiter(Limits{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		b.Fatal(err)
	}
	r := &http.Request{RemoteAddr: "127.0.0.1:4000", Header: http.Header{"X-Forwarded-For": {"203.0.113.1"}}}
	now := time.Now()
	for b.Loop() {
		if a, ok := l.client(r); ok {
			l.posts.take(a, now)
		}
	}
}

// An inbox that has enough at hand says so before it looks at more.
func TestInboxIsFull(t *testing.T) {
	l, err := newLimiter(Limits{})
	if err != nil {
		t.Fatal(err)
	}
	n := &Node{clock: time.Now, limits: l, log: slog.New(slog.DiscardHandler)}
	n.in.waiting.Store(mostWaiting)
	r := httptest.NewRequest(http.MethodPost, "/inbox", strings.NewReader("{}"))
	r.Header.Set("Content-Type", typeActivity)
	w := httptest.NewRecorder()
	n.receive(w, r)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != waitingRetry {
		t.Errorf("answer is %d, Retry-After %q, want 503 and %s", w.Code, w.Header().Get("Retry-After"), waitingRetry)
	}
	if got := n.in.waiting.Load(); got != mostWaiting {
		t.Errorf("%d wait afterwards, want %d", got, mostWaiting)
	}
}
