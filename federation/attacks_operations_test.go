package federation_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"matou/federation"
	"matou/federation/federationtest"
	"matou/federation/fetch"
)

func init() {
	maps.Copy(attacks, map[string]func(*attack){
		"A19 dead host": attackFloodOfADeadHost, "A19 addresses": attackFloodOfAnAddress,
		"C2": attackNoAddress, "C3": attackMappedAddresses, "C4": attackReservedRanges, "C5": attackRebinding,
		"C7": attackOddHosts, "C8": attackOtherSchemes, "C10": attackErrands, "C11": attackSlowAnswers, "C13": attackBomb,
		"C15": attackProxy, "C16": attackHeaders, "C17": attackCertificate, "C18": attackManyDeadHosts, "C19": attackHeavyPages,
		"D18 capped": attackCrowd, "D17": attackManyActivities, "D17 reads": attackManyReads, "D25": attackLog,
	})
}

// leads makes a handle, a redirected actor and a note lead to an address, and
// makes sure that the node refuses it for one of the reasons.
func (a *attack) leads(address string, reasons ...string) {
	a.Helper()
	blocked := func() (n uint64) {
		m, err := a.n.Metrics(a.Context())
		if err != nil {
			a.Fatal(err)
		}
		for _, r := range reasons {
			n += m.Fetch.Blocked[r]
		}
		return n
	}
	a.soon(address, func() {
		before := blocked()
		a.evil.Fault("/.well-known/webfinger", federationtest.Redirect(address))
		if f, err := a.n.Follow(a.Context(), "@x@"+a.evil.Host); err == nil {
			a.Errorf("a handle leads to %s", f.Object)
		}
		if got := blocked(); got <= before {
			a.Errorf("%s was not refused for %v: %d such refusals before and after", address, reasons, got)
		}
		led := a.evil.Actor(fmt.Sprintf("mene%d", before))
		a.evil.Fault("/users/"+led.Name, federationtest.Redirect(address))
		a.refused(led, a.follow(led), federationtest.Request{}, 401)
	})
}

func attackNoAddress(a *attack) {
	for _, host := range []string{"0.0.0.0", "[::]", "255.255.255.255"} {
		a.leads("http://"+host+"/x", fetch.BlockedPrivate)
	}
}

func attackMappedAddresses(a *attack) {
	for _, host := range []string{"[::ffff:10.0.0.1]", "[::ffff:a00:1]", "[0:0:0:0:0:ffff:10.0.0.1]"} {
		a.leads("http://"+host+"/x", fetch.BlockedRedirect) // no canonical form: not even parsed
	}
	// The same as the answer of a resolver.
	names := newNames(a)
	names.set("mapped.example.", "::ffff:10.0.0.1")
	a.leads("http://mapped.example/x", fetch.BlockedPrivate)
}

func attackReservedRanges(a *attack) {
	for _, host := range []string{
		"100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
		"[64:ff9b::a00:1]", "[64:ff9b:1::1]", "[2002:a00:1::]", "[2001::1]", "[2001:db8::1]", "[ff02::1]", "[100::1]", "[fec0::1]", "[4000::1]",
	} {
		a.leads("http://"+host+"/x", fetch.BlockedPrivate)
	}
}

// The first answer of the resolver is an address that may be dialled, the
// second one is inside. What was checked a moment ago does not count.
func attackRebinding(a *attack) {
	_, port, _ := net.SplitHostPort(a.evil.Host)
	host := "rebound.example:" + port
	names := newNames(a)
	names.set("rebound.example.", "127.0.0.1", "10.0.0.1")
	asked := 0
	a.evil.Fault("/.well-known/webfinger", func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Connection", "close")
		federationtest.Answer(federationtest.TypeJRD, map[string]any{
			"subject": "acct:x@" + host,
			"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": "http://" + host + "/users/x"}},
		})(w, r)
	})
	if f, err := a.n.Follow(a.Context(), "@x@"+host); err == nil || !strings.Contains(err.Error(), "not a public address") {
		a.Errorf("leads to %q (%v), want a refusal of the address", f.Object, err)
	}
	if asked != 1 {
		a.Errorf("the first address was asked %d times, want once", asked)
	}
}

func attackOddHosts(a *attack) {
	for _, host := range []string{
		"167772161", "0x0a.1", "0x0a000001", "012.0.0.1", "10.1", "10.0.0.1.", "good.example@10.0.0.1", "10.0.0.1%2f.example", "ⓛocalhost", "LOCALHOST.",
	} {
		a.leads("http://"+host+"/x", fetch.BlockedRedirect)
	}
	// Ports: a node of production dials 443 alone.
	client := fetch.New(fetch.Options{})
	defer client.Close()
	for _, address := range []string{"https://peer.example:22/", "https://peer.example:8443/", "https://peer.example:0/", "https://peer.example:99999/"} {
		if _, err := client.Get(a.Context(), address, "*/*", 10); err == nil || client.Stats().Blocked[fetch.BlockedAddress] == 0 {
			a.Errorf("%s: %v", address, err)
		}
	}
}

func attackOtherSchemes(a *attack) {
	for _, address := range []string{
		"data:application/activity+json,{}", "file:///etc/passwd", "gopher://10.0.0.1/x", "ftp://10.0.0.1/x", "javascript:alert(1)", "bear:x", "unix:///run/x.sock",
	} {
		a.leads(address, fetch.BlockedRedirect)
		named := a.evil.Actor(fmt.Sprintf("schema%d", len(address)))
		named.Set("inbox", address)
		a.refused(named, a.follow(named), federationtest.Request{}, 401)
	}
}

// A hoster names other people's addresses wherever a profile has room for
// one: nobody is asked but the hoster's own host.
func attackErrands(a *attack) {
	victim := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		a.Errorf("the node asked the victim for %s", r.URL)
	}))
	a.Cleanup(victim.Close)
	at := func(path string) string { return victim.URL + path }
	a.hoster.Set("url", at("/page"))
	a.hoster.Set("icon", map[string]any{"type": "Image", "mediaType": "image/png", "url": at("/icon.png")})
	a.hoster.Set("image", map[string]any{"type": "Image", "url": at("/image.png")})
	a.hoster.Set("website", at("/"))
	a.hoster.Set("featured", at("/featured"))
	a.hoster.Set("attachment", []any{map[string]any{"type": "PropertyValue", "name": "Status", "value": `<a href="` + at("/status") + `">status</a>`}})
	a.hoster.Set("statusUrl", at("/health"))
	a.refreshNow(a.hoster)
	note := a.hoster.Incident("Panne", "Voir "+at("/status"))
	note["attachment"] = []any{map[string]any{"type": "Document", "mediaType": "image/png", "url": at("/42.png")}}
	note["context"], note["inReplyTo"], note["replies"] = at("/context"), nil, at("/replies")
	send(a, a.n, a.hoster, a.hoster.Create(note))
	a.due(a.hoster)
}

// due waits until nothing is due to be fetched.
func (a *attack) due(h *federationtest.Actor) {
	a.Helper()
	federationtest.Eventually(a, "the refresh of "+h.Name, func() bool {
		due, err := a.n.Store.DueRefreshes(a.Context(), a.clock.Now().Add(time.Second), 10)
		return err == nil && len(due) == 0
	})
}

// A byte now and then, or headers and nothing more, costs the node its
// patience once and nothing else.
func attackSlowAnswers(a *attack) {
	n := federationtest.NewNode(a, federationtest.Options{Aggregator: "annuaire", Idle: true, Configure: func(c *federation.Config) {
		c.Patience = 300 * time.Millisecond
	}})
	for name, answer := range map[string]http.HandlerFunc{
		"drip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", federationtest.TypeJRD)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		},
		"headers": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", federationtest.TypeJRD)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
		"nothing": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		a.evil.Fault("/.well-known/webfinger", answer)
		a.soon(name, func() {
			if _, err := n.Follow(a.Context(), "@x@"+a.evil.Host); err == nil {
				a.Errorf("%s leads somewhere", name)
			}
		})
	}
	m, err := n.Metrics(a.Context())
	if got := m.Fetch.Results[fetch.ResultTimeout]; err != nil || got != 3 {
		a.Errorf("%d timeouts (%v), want 3", got, err)
	}
}

// bombOf compresses so many zeros into a few bytes.
func bombOf(size int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(make([]byte, size))
	_ = z.Close()
	return b.Bytes()
}

// What a few bytes become when they are inflated is counted, not what came.
func attackBomb(a *attack) {
	for name, encoding := range map[string]string{"gzip": "gzip", "twice": "gzip, gzip", "brotli": "br"} {
		led := a.evil.Actor("bombe" + name)
		a.evil.Fault("/users/"+led.Name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", activityType)
			w.Header().Set("Content-Encoding", encoding)
			_, _ = w.Write(bombOf(8 << 20))
		})
		a.soon(name, func() { a.refused(led, a.follow(led), federationtest.Request{}, 401) })
	}
	m, err := a.n.Metrics(a.Context())
	if err != nil || m.Fetch.Blocked[fetch.BlockedSize] != 1 || m.Fetch.Blocked[fetch.BlockedType] != 2 {
		a.Errorf("refused: %v (%v), want one for its size and two for their encoding", m.Fetch.Blocked, err)
	}
	// And what is sent to us is not inflated at all.
	got := a.alice.Post(a, a.n.Inbox(), nil, federationtest.Request{Body: bombOf(1 << 20), Header: http.Header{"Content-Encoding": {"gzip"}}})
	if got.Status != http.StatusUnsupportedMediaType {
		a.Errorf("a compressed activity: %+v, want 415", got)
	}
}

// There is nothing here that fetches for whoever asks.
func attackProxy(a *attack) {
	target := a.evil.URL + "/x"
	for _, path := range []string{"/proxy?url=", "/proxy/", "/media?url=", "/media/proxy?url=", "/api/v1/proxy?url=", "/image?src=", "/ap/actors/maison?url=", "/ap/proxy/", "/resolve?uri="} {
		r, err := http.NewRequest(http.MethodGet, a.n.URL+path+target, http.NoBody)
		if err != nil {
			a.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			a.Fatal(err)
		}
		_ = resp.Body.Close() // nothing is read of it
		if resp.StatusCode == http.StatusOK && !strings.HasPrefix(path, "/ap/actors/") {
			a.Errorf("%s: answer is %d", path, resp.StatusCode)
		}
	}
	if got := a.evil.Requests(); len(got) > 0 {
		a.Errorf("the node asked for %q", got)
	}
}

// Headers without an end, towards the node and in answers to it.
func attackHeaders(a *attack) {
	conn, err := net.Dial("tcp", a.n.Host)
	if err != nil {
		a.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	go func() {
		_, _ = fmt.Fprintf(conn, "POST /inbox HTTP/1.1\r\nHost: %s\r\n", a.n.Host)
		line := "X-A: " + strings.Repeat("a", 8<<10) + "\r\n"
		for {
			if _, err := io.WriteString(conn, line); err != nil {
				return
			}
		}
	}()
	answer := make([]byte, 64)
	n, _ := conn.Read(answer)
	if got := string(answer[:n]); !strings.HasPrefix(got, "HTTP/1.1 431") {
		a.Errorf("answer is %q, want 431", got)
	}
	led := a.evil.Actor("entete")
	a.evil.Fault("/users/entete", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 64<<10)) })
	a.refused(led, a.follow(led), federationtest.Request{}, 503)
}

// A certificate that nobody vouches for, in development too; and no line of
// the program that would let one pass.
func attackCertificate(a *attack) {
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	a.Cleanup(server.Close)
	led := *a.mallory
	led.ID = server.URL + "/users/mallory"
	a.refused(&led, with(led.Follow(a.n.ActorID("maison")), map[string]any{"id": server.URL + "/1"}), federationtest.Request{KeyID: led.ID + "#main-key"}, 503)
	if asked > 0 {
		a.Errorf("%d requests went through", asked)
	}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte("InsecureSkip"+"Verify")) {
			a.Errorf("%s turns the check of certificates off", path)
		}
		return err
	})
	if err != nil {
		a.Fatal(err)
	}
}

// Actors of ever new hosts that nobody answers at leave nothing behind.
func attackManyDeadHosts(a *attack) {
	for i := range 100 {
		nobody := *a.mallory
		nobody.ID = fmt.Sprintf("http://127.0.%d.%d:9/users/x", 1+i/50, 1+i%50)
		activity := with(nobody.Follow(a.n.ActorID("maison")), map[string]any{"id": nobody.ID + "/1"})
		a.refused(&nobody, activity, federationtest.Request{KeyID: nobody.ID + "#main-key"}, 503)
	}
	silent, err := a.n.Store.Silences(a.Context())
	if err != nil || len(silent) > 0 {
		a.Errorf("%d hosts are kept (%v), want none", len(silent), err)
	}
	if lanes, _ := a.n.Store.QueueSize(); lanes > 2 {
		a.Errorf("%d inboxes are waited for", lanes)
	}
}

// Pages that are made to keep a reader of markup busy are not read where a
// document is expected, and are read in time that grows with them in a note.
func attackHeavyPages(a *attack) {
	for i, page := range []string{
		strings.Repeat("<div>", 40_000), strings.Repeat("<a href='x", 20_000), "<!--" + strings.Repeat("-->", 60_000),
		`<link rel="alternate" type="application/activity+json" href="` + a.hoster.ID + `">` + strings.Repeat("<", 100_000),
	} {
		led := a.evil.Actor(fmt.Sprintf("page%d", i))
		a.evil.Fault("/users/"+led.Name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, page)
		})
		a.soon("page", func() { a.refused(led, a.follow(led), federationtest.Request{}, 401) })
		note := a.hoster.Incident("Panne", "x")
		note["source"], note["contentMap"] = map[string]any{"content": "x", "mediaType": "text/html"}, nil
		note["content"] = page[:30_000]
		a.soon("note", func() { send(a, a.n, a.hoster, a.hoster.Create(note)) })
	}
}

// A flood in the names of ever new actors of a host that does not answer: it is
// asked a few times, and then left alone.
func attackFloodOfADeadHost(a *attack) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		a.Fatal(err)
	}
	defer l.Close()
	var mu sync.Mutex
	dialled := 0
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			dialled++
			mu.Unlock()
			_ = conn.Close() // without an answer
		}
	}()
	for i := range 200 {
		nobody := *a.mallory
		nobody.ID = fmt.Sprintf("http://%s/users/%d", l.Addr(), i)
		activity := with(nobody.Follow(a.n.ActorID("maison")), map[string]any{"id": nobody.ID + "/1"})
		a.refused(&nobody, activity, federationtest.Request{KeyID: nobody.ID + "#main-key"}, 503)
	}
	mu.Lock()
	defer mu.Unlock()
	if dialled > 20 {
		a.Errorf("the host was dialled %d times for 200 activities", dialled)
	}
}
