package federation_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"matou/federation"
	"matou/federation/federationtest"
)

// limited is a node that reads X-Forwarded-For from loopback.
func (a *attack) limited(l federation.Limits) *federationtest.Node {
	l.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	return federationtest.NewNode(a, federationtest.Options{Hoster: "maison", Clock: a.clock.Now, Idle: true, Configure: func(c *federation.Config) { c.Limits = l }})
}

// from is a request as a proxy passes it on.
func (a *attack) from(address string) federationtest.Request {
	return federationtest.Request{At: a.clock.Now(), Header: http.Header{"X-Forwarded-For": {address}}}
}

// Bad signatures use up the budget of the address that they come from, twenty
// times as fast as good ones; other addresses are none the worse.
func attackFloodOfAnAddress(a *attack) {
	n := a.limited(federation.Limits{Posts: 100})
	bad := a.from("203.0.113.9, 198.51.100.7")
	bad.Covered = []string{"date"}
	count := map[int]int{}
	for range 20 {
		got := a.alice.Post(a, n.Inbox(), a.alice.Follow(n.ActorID("maison")), bad)
		count[got.Status]++
		if got.Status == 429 && (got.Header.Get("Retry-After") == "" || !strings.Contains(got.Header.Get("RateLimit"), "r=0")) {
			a.Errorf("headers of 429 are %v", got.Header)
		}
	}
	if count[401] != 5 || count[429] != 15 {
		a.Errorf("answers are %v, want five 401 and then 429", count)
	}
	good := func(address string) int {
		return a.alice.Post(a, n.Inbox(), a.alice.Follow(n.ActorID("maison")), a.from(address)).Status
	}
	// What stands before the last address was written by whoever sent it.
	for address, want := range map[string]int{"198.51.100.7": 429, "203.0.113.9, 198.51.100.7": 429, "203.0.113.9": 202, "2001:db8:1:2::1": 202} {
		if got := good(address); got != want {
			a.Errorf("a good activity of %s: %d, want %d", address, got, want)
		}
	}
	a.clock.Add(5 * time.Minute)
	if got := good("198.51.100.7"); got != 202 {
		a.Errorf("five minutes later: %d, want 202", got)
	}
}

// One domain cannot send more than its share, wherever from; another is served
// all the while.
func attackManyActivities(a *attack) {
	n := a.limited(federation.Limits{Domain: 50})
	count := map[int]int{}
	for i := range 80 {
		got := a.mallory.Post(a, n.Inbox(), a.mallory.Activity("Like", a.note["id"]), a.from(fmt.Sprintf("192.0.2.%d", i)))
		count[got.Status]++
		if got.Status == 429 && got.Header.Get("Retry-After") == "" {
			a.Error("429 does not say when to come again")
		}
	}
	if count[202] != 50 || count[429] != 30 {
		a.Errorf("answers are %v, want 50 202 and 30 429", count)
	}
	if got := a.alice.Post(a, n.Inbox(), a.alice.Follow(n.ActorID("maison")), a.from("192.0.2.1")); got.Status != 202 {
		a.Errorf("another domain: %+v, want 202", got)
	}
	a.clock.Add(time.Minute)
	if got := a.mallory.Post(a, n.Inbox(), a.mallory.Activity("Like", a.note["id"]), a.from("192.0.2.1")); got.Status != 202 {
		a.Errorf("a minute later: %+v, want 202", got)
	}
}

// One host has so many followers here and no more; another's are still taken,
// and who follows already may say so again.
func attackCrowd(a *attack) {
	n := federationtest.NewNode(a, federationtest.Options{Hoster: "maison", Clock: a.clock.Now, Configure: func(c *federation.Config) {
		c.Limits.Followers = 5
	}})
	follow := func(by *federationtest.Actor, answer string) {
		a.Helper()
		by.Peer.Forget()
		if got := by.Post(a, n.Inbox(), by.Follow(n.ActorID("maison")), federationtest.Request{At: a.clock.Now()}); got.Status != 202 {
			a.Fatalf("%s: %+v", by.ID, got)
		}
		by.Peer.AwaitType(a, answer)
	}
	for i := range 8 {
		want := "Accept"
		if i >= 5 {
			want = "Reject"
		}
		follow(a.evil.Actor(fmt.Sprintf("foule%d", i)), want)
	}
	follow(a.alice, "Accept")
	first := *a.evil.Actor("foule0")
	follow(&first, "Accept")
}

// Documents are given to one address so often, and to its neighbours of one
// line together.
func attackManyReads(a *attack) {
	n := a.limited(federation.Limits{Reads: 10})
	get := func(path, from string) int {
		r, err := http.NewRequest(http.MethodGet, n.URL+path, http.NoBody)
		if err != nil {
			a.Fatal(err)
		}
		r.Header.Set("Accept", activityType)
		r.Header.Set("X-Forwarded-For", from)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			a.Fatal(err)
		}
		_ = resp.Body.Close() // nothing is read of it
		return resp.StatusCode
	}
	count := map[int]int{}
	for i := range 30 {
		count[get([]string{"/actor", "/ap/actors/maison", "/ap/actors/maison/outbox"}[i%3], fmt.Sprintf("2001:db8:1:2::%x", i+1))]++
	}
	if count[200] != 10 || count[429] != 20 {
		a.Errorf("answers are %v, want ten 200", count)
	}
	if got := get("/actor", "2001:db8:1:3::1"); got != 200 {
		a.Errorf("another line: %d, want 200", got)
	}
	if got := get("/actor", ""); got != 200 {
		a.Errorf("a proxy that does not say for whom: %d, want 200", got)
	}
}

// What strangers write reaches the log cut and escaped, if at all.
func attackLog(a *attack) {
	var out safeBuffer
	n := federationtest.NewNode(a, federationtest.Options{
		Hoster: "maison", Clock: a.clock.Now, Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	nasty := "x\r\nlevel=ERROR msg=forged\x1b[2J\u202e" + strings.Repeat("y", 50_000)
	for _, activity := range []map[string]any{
		with(a.alice.Follow(n.ActorID("maison")), map[string]any{"type": nasty}),
		with(a.alice.Follow(n.ActorID("maison")), map[string]any{"object": nasty}),
		with(a.alice.Follow(n.ActorID("maison")), map[string]any{"id": a.peer.URL + "/" + nasty}),
		a.alice.Create(with(a.alice.Note("x"), map[string]any{"id": a.peer.URL + "/n", "content": nasty, "type": nasty})),
		a.alice.Update(map[string]any{"id": a.alice.ID, "type": nasty, "name": nasty, "preferredUsername": nasty}),
	} {
		a.alice.Post(a, n.Inbox(), activity, federationtest.Request{At: a.clock.Now()})
	}
	a.evil.Fault("/users/mallory", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", nasty[20:200])
		w.WriteHeader(http.StatusTeapot)
	})
	a.mallory.Post(a, n.Inbox(), a.mallory.Follow(n.ActorID("maison")), federationtest.Request{At: a.clock.Now()})
	_, _ = n.Follow(a.Context(), "@x\x1b[2J@"+a.evil.Host)
	for line := range strings.Lines(out.String()) {
		if len(line) > 4096 {
			a.Errorf("a line of the log has %d bytes: %.200s", len(line), line)
		}
		if strings.HasPrefix(line, "level=") || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\r\x1b\u202e") {
			a.Errorf("a line of the log is %q", line)
		}
	}
}

// safeBuffer is a buffer that a node and a test may use at once.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
