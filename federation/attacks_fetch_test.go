package federation_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"matou/federation/federationtest"
	"matou/federation/fetch"
)

// inside are addresses that no stranger may make a node ask, on a machine
// that may talk to itself: the tests' own.
var inside = []string{
	"http://10.0.0.1/x", "http://172.16.0.1/x", "http://192.168.1.1/x", "http://169.254.169.254/x", "http://[fc00::1]/x", "http://[fe80::1]/x",
	"http://0.0.0.0/x", "http://[::]/x", "http://255.255.255.255/x",
	"http://[::ffff:10.0.0.1]/x", "http://[::ffff:a00:1]/x",
	"http://100.64.0.1/x", "http://192.0.0.1/x", "http://198.18.0.1/x", "http://240.0.0.1/x", "http://224.0.0.1/x", "http://192.0.2.1/x",
	"http://[64:ff9b::a00:1]/x", "http://[2002:a00:1::]/x", "http://[2001::1]/x", "http://[2001:db8::1]/x",
	"http://167772161/x", "http://0x0a.1/x", "http://012.0.0.1/x", "http://10.0.0.1./x", "http://good.example@10.0.0.1/x",
	"data:application/activity+json,{}", "file:///etc/passwd", "gopher://10.0.0.1/x", "ftp://10.0.0.1/x", "javascript:alert(1)", "//10.0.0.1/x", "bear:x",
}

// soon fails where something takes as long as the node waits for an answer at
// most, which is half a minute: on a busy machine everything else takes its
// time.
func (a *attack) soon(what string, run func()) {
	a.Helper()
	start := time.Now()
	run()
	if took := time.Since(start); took > 25*time.Second {
		a.Errorf("%s took %v", what, took)
	}
}

// undialled fails where the node goes to an address and finds nobody, rather
// than refuse it.
func (a *attack) undialled(address string, run func()) {
	a.Helper()
	sought := func() uint64 {
		m, err := a.n.Metrics(a.Context())
		if err != nil {
			a.Fatal(err)
		}
		return m.Fetch.Results[fetch.ResultTimeout] + m.Fetch.Results[fetch.ResultNetwork]
	}
	before := sought()
	a.soon(address, run)
	if n := sought() - before; n > 0 {
		a.Errorf("%s was looked for %d times", address, n)
	}
}

// Handles, descriptors and redirects that lead inside.
func attackInside(a *attack) {
	descriptor := func(href string) http.HandlerFunc {
		return federationtest.Answer(federationtest.TypeJRD, map[string]any{
			"subject": "acct:x@" + a.evil.Host,
			"links":   []any{map[string]any{"rel": "self", "type": activityType, "href": href}},
		})
	}
	for _, address := range inside {
		a.undialled(address, func() {
			a.evil.Fault("/.well-known/webfinger", descriptor(address))
			if f, err := a.n.Follow(a.Context(), "@x@"+a.evil.Host); err == nil {
				a.Errorf("a descriptor leads to %s", f.Object)
			}
			a.evil.Fault("/.well-known/webfinger", federationtest.Redirect(address))
			if f, err := a.n.Follow(a.Context(), "@x@"+a.evil.Host); err == nil {
				a.Errorf("a redirected descriptor leads to %s", f.Object)
			}
			if host, ok := strings.CutPrefix(strings.TrimSuffix(address, "/x"), "http://"); ok {
				if f, err := a.n.Follow(a.Context(), "@x@"+host); err == nil {
					a.Errorf("a handle leads to %s", f.Object)
				}
			}
		})
	}
}

// Actors whose document leads inside, as redirects and as collections.
func attackInsideActor(a *attack) {
	for i, address := range inside {
		a.undialled(address, func() {
			led := a.evil.Actor(fmt.Sprint("mene", i))
			a.evil.Fault("/users/"+led.Name+"/x", federationtest.Redirect(address))
			led.ID += "/x"
			a.refused(led, a.follow(led), federationtest.Request{}, 401)
			named := a.evil.Actor(fmt.Sprint("nomme", i))
			named.Set("inbox", address)
			a.refused(named, a.follow(named), federationtest.Request{}, 401)
			a.refused(a.hoster, a.hoster.Activity("Create", address), federationtest.Request{}, 202)
		})
	}
}

// Answers without an end, and answers that grow when they are opened.
func attackEndless(a *attack) {
	chunk := []byte(strings.Repeat(" ", 64<<10))
	for name, answer := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", activityType)
			for r.Context().Err() == nil {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
		"bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", activityType)
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 1000 {
				if _, err := z.Write(chunk); err != nil {
					return
				}
			}
		},
		"long":    federationtest.Huge(300 << 10),
		"false":   func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "1000000000") },
		"headers": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) },
		"odd":     func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "br") },
	} {
		a.soon(name, func() {
			long := a.evil.Actor(name)
			a.evil.Fault("/users/"+name, answer)
			want := 401
			if name == "headers" { // to the transport no answer at all
				want = 503
			}
			a.refused(long, a.follow(long), federationtest.Request{}, want)
			a.evil.Fault("/.well-known/webfinger", answer)
			if f, err := a.n.Follow(a.Context(), "@"+name+"@"+a.evil.Host); err == nil {
				a.Errorf("%s leads to %s", name, f.Object)
			}
			a.evil.Fault("/.well-known/webfinger", nil)
		})
	}
}

// Redirects in a circle and without an end, and to somebody else whom the node
// is to disturb: of an object none is followed.
func attackCircles(a *attack) {
	for name, to := range map[string]func(r *http.Request) string{
		"self": func(r *http.Request) string { return r.URL.Path },
		"turns": func(r *http.Request) string {
			return r.URL.Path + "?" + fmt.Sprint(len(r.URL.RawQuery)%2) + strings.Repeat("x", 1-len(r.URL.RawQuery)%2)
		},
		"endless": func(r *http.Request) string { return r.URL.RequestURI() + "x?" },
	} {
		led := a.evil.Actor(name)
		a.evil.Fault("/users/"+name, func(w http.ResponseWriter, r *http.Request) { federationtest.Redirect(to(r))(w, r) })
		before := a.evil.Fetches()
		a.refused(led, a.follow(led), federationtest.Request{}, 401)
		if got := a.evil.Fetches() - before; got > 1 {
			a.Errorf("%s: %d requests", name, got)
		}
	}
	led, before := a.evil.Actor("victime"), a.peer.Fetches()
	a.evil.Fault("/users/victime", federationtest.Redirect(a.peer.URL+"/users/alice"))
	a.refused(led, a.follow(led), federationtest.Request{}, 401)
	if got := a.peer.Fetches() - before; got > 0 {
		a.Errorf("%d requests to a victim", got)
	}
}

// Collections whose next page is always another, or the same, or elsewhere.
func attackEndlessCollections(a *attack) {
	pages := func(prefix string, page func(number int) map[string]any) {
		number := 0
		a.evil.Fault(prefix, func(w http.ResponseWriter, r *http.Request) {
			number++
			document := page(number)
			document["@context"], document["id"] = "https://www.w3.org/ns/activitystreams", "http://"+r.Host+r.URL.RequestURI()
			document["totalItems"] = json.Number("9223372036854775808")
			federationtest.Answer(activityType, document)(w, r)
		})
	}
	for name, page := range map[string]func(n int) map[string]any{
		"ever new": func(n int) map[string]any {
			return map[string]any{"type": "OrderedCollectionPage", "orderedItems": []any{}, "next": fmt.Sprintf("%s/p/%d", a.evil.URL, n)}
		},
		"ever new first": func(n int) map[string]any {
			return map[string]any{"type": "OrderedCollection", "first": fmt.Sprintf("%s/p/%d", a.evil.URL, n)}
		},
		"itself": func(int) map[string]any {
			return map[string]any{"type": "OrderedCollectionPage", "next": a.evil.URL + "/p/0"}
		},
		"elsewhere": func(int) map[string]any {
			return map[string]any{"type": "OrderedCollection", "first": a.peer.URL + "/users/chatdroite/services"}
		},
	} {
		for _, member := range []string{"services", "outbox"} {
			h := a.evil.Hoster(strings.ReplaceAll(name, " ", "") + member)
			h.Set(member, a.evil.URL+"/p/0")
			pages("/p/", page)
			before, elsewhere := a.evil.Fetches(), a.peer.Fetches()
			list(a, a.n, h)
			if got := a.evil.Fetches() - before; got > 40 {
				a.Errorf("%s, %s: %d requests", name, member, got)
			}
			if got := a.peer.Fetches() - elsewhere; got != 0 {
				a.Errorf("%s, %s: %d requests to somebody else", name, member, got)
			}
		}
	}
}

// Services that stand in a hoster's collection and are not its own.
func attackForeignServices(a *attack) {
	evil := a.peer.Hoster("voisin")
	service := func(id string, by any) map[string]any {
		return map[string]any{"id": id, "type": "HostedService", "attributedTo": by, "slug": "pad", "name": "Pad"}
	}
	a.peer.Serve("/users/voisin/services", map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": a.peer.URL + "/users/voisin/services", "type": "OrderedCollection",
		"orderedItems": []any{
			service(a.note["id"].(string), evil.ID), service(a.hoster.ID, evil.ID),
			service(a.peer.URL+"/users/voisin/services/1", a.hoster.ID), service(a.evil.URL+"/s/1", evil.ID), service(a.n.ActorID("maison"), evil.ID),
		},
	})
	before := map[string]string{}
	mine := []string{a.note["id"].(string), a.hoster.ID, a.n.ActorID("maison")}
	for _, iri := range mine {
		before[iri] = a.document(iri)
	}
	list(a, a.n, evil)
	for _, iri := range mine {
		if got := a.document(iri); got != before[iri] {
			a.Errorf("%s has become %s", iri, got)
		}
	}
	a.refused(evil, evil.Delete(a.note["id"].(string)), federationtest.Request{}, 202)
}

// A slow origin is asked only so many things at the same time.
func attackSlowOrigin(a *attack) {
	end := make(chan struct{})
	a.evil.Fault("/users/", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-end:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusNotFound)
	})
	const all = 60
	answers := make(chan int, all)
	for i := range all {
		slow := *a.mallory
		slow.ID = fmt.Sprintf("%s/users/lent%d", a.evil.URL, i)
		go func() {
			answers <- a.post(&slow, slow.Follow(a.n.ActorID("maison")), federationtest.Request{KeyID: slow.ID + "#main-key"}).Status
		}()
	}
	for range all - 32 {
		if got := <-answers; got != http.StatusTooManyRequests {
			a.Errorf("answer is %d, want 429", got)
		}
	}
	if got := a.post(a.alice, a.follow(a.alice), federationtest.Request{}); got.Status != 429 && got.Status != 202 {
		a.Errorf("alice meanwhile: %+v", got)
	}
	close(end)
	for range 32 {
		<-answers
	}
}

// An actor that is slow to tell of itself holds nobody else back.
func attackSlowUpdate(a *attack) {
	send(a, a.n, a.mallory, a.follow(a.mallory))
	asked, end := make(chan struct{}, 10), make(chan struct{})
	a.evil.Fault("/users/mallory", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			asked <- struct{}{}
			<-end
		}
		w.WriteHeader(http.StatusNotFound)
	})
	done := make(chan int, 1)
	go func() {
		done <- a.post(a.mallory, a.mallory.Activity("Update", a.mallory.ID), federationtest.Request{}).Status
	}()
	<-asked
	free := make(chan struct{})
	go func() {
		defer close(free)
		a.post(a.mallory, a.mallory.Undo(a.follow(a.mallory)), federationtest.Request{})
	}()
	select {
	case <-free:
	case <-time.After(20 * time.Second):
		a.Error("an Undo waits for the origin that an Update named")
	}
	close(end)
	if got := <-done; got != 202 {
		a.Errorf("the Update: %d", got)
	}
	<-free
}
