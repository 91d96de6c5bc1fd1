package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
)

// peer is a server on loopback that misbehaves by path.
func peer(t *testing.T, handlers map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, handler := range handlers {
		mux.HandleFunc(path, handler)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func answer(mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		io.WriteString(w, body)
	}
}

func redirectTo(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	}
}

// hang answers nothing until the client goes away.
func hang(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // net/http notices only then that the client leaves
	<-r.Context().Done()
}

// drip sends a byte now and then, without end.
func drip(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	for r.Context().Err() == nil {
		io.WriteString(w, ".")
		w.(http.Flusher).Flush()
		time.Sleep(5 * time.Millisecond)
	}
}

// endless sends as much as it can, without end.
func endless(w http.ResponseWriter, r *http.Request) {
	block := make([]byte, 32<<10)
	for {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// bomb sends few bytes that inflate to 64 MiB.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	packed, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
	defer packed.Close()
	block := make([]byte, 1<<20)
	for range 64 {
		if _, err := packed.Write(block); err != nil {
			return
		}
	}
}

func packed(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Accept-Encoding") != "gzip" {
		http.Error(w, "no gzip", http.StatusNotAcceptable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	io.WriteString(z, "hello")
	z.Close()
}

func TestGet(t *testing.T) {
	base := peer(t, map[string]http.HandlerFunc{
		"/plain":  answer("Text/Plain; Charset=utf-8", "hello"),
		"/packed": packed,
		"/empty":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"/once":   redirectTo("/plain"),
		"/thrice": redirectTo("/twice"),
		"/twice":  redirectTo("once#part"),
	})
	c := New(Options{Development: true})
	t.Cleanup(c.Close)
	for path, want := range map[string]Response{
		"/plain":   {Status: 200, URL: base + "/plain", MediaType: "text/plain", Body: []byte("hello")},
		"/plain#x": {Status: 200, URL: base + "/plain", MediaType: "text/plain", Body: []byte("hello")},
		"/packed":  {Status: 200, URL: base + "/packed", MediaType: "text/plain", Body: []byte("hello")},
		"/thrice":  {Status: 200, URL: base + "/plain", MediaType: "text/plain", Body: []byte("hello")},
		"/empty":   {Status: 204, URL: base + "/empty"},
	} {
		got, err := c.Get(t.Context(), base+path, "text/plain", 5)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got.Status != want.Status || got.URL != want.URL || got.MediaType != want.MediaType || string(got.Body) != string(want.Body) {
			t.Errorf("%s: got %d %s %q %q, want %d %s %q %q", path, got.Status, got.URL, got.MediaType, got.Body,
				want.Status, want.URL, want.MediaType, want.Body)
		}
	}
}

func TestMisbehavingPeers(t *testing.T) {
	base := peer(t, map[string]http.HandlerFunc{
		"/hang":    hang,
		"/drip":    drip,
		"/endless": endless,
		"/bomb":    bomb,
		"/long":    answer("text/plain", strings.Repeat("a", 1<<16+1)),
		"/lie": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			io.WriteString(w, "abc")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"/headers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("a", 1<<20))
		},
		"/zstd": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "zstd")
			io.WriteString(w, "abc")
		},
		"/self":     redirectTo("/self"),
		"/ping":     redirectTo("/pong"),
		"/pong":     redirectTo("/ping"),
		"/1":        redirectTo("/2"),
		"/2":        redirectTo("/3"),
		"/3":        redirectTo("/4"),
		"/4":        redirectTo("/5"),
		"/nowhere":  redirectTo(""),
		"/file":     redirectTo("file:///etc/passwd"),
		"/data":     redirectTo("data:text/plain,hello"),
		"/userinfo": redirectTo("http://ada@127.0.0.1/"),
		"/newline":  redirectTo("/a%0ab"),
		"/private":  redirectTo("http://10.0.0.3/"),
		"/metadata": redirectTo("http://169.254.169.254/latest/meta-data/"),
	})
	patient := New(Options{Development: true})
	hasty := New(Options{Development: true, Timeout: 300 * time.Millisecond})
	t.Cleanup(patient.Close)
	t.Cleanup(hasty.Close)
	tests := []struct {
		path string
		want error
	}{
		{"/hang", ErrTimeout},
		{"/drip", ErrTimeout},
		{"/endless", ErrTooLarge},
		{"/bomb", ErrTooLarge},
		{"/long", ErrTooLarge},
		{"/lie", io.ErrUnexpectedEOF},
		{"/headers", nil},
		{"/zstd", ErrMediaType},
		{"/self", ErrRedirect},
		{"/ping", ErrRedirect},
		{"/1", ErrRedirect},
		{"/nowhere", ErrRedirect},
		{"/file", ErrRedirect},
		{"/data", ErrRedirect},
		{"/userinfo", ErrRedirect},
		{"/newline", ErrRedirect},
		{"/private", ErrPrivate},
		{"/metadata", ErrPrivate},
	}
	for _, test := range tests {
		c := patient
		if errors.Is(test.want, ErrTimeout) {
			c = hasty
		}
		got, err := c.Get(t.Context(), base+test.path, "text/plain", 1<<16)
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: got %d %q, error %v, want %v", test.path, got.Status, got.Body, err, test.want)
		}
	}
}

func TestCancelledIsNoTimeout(t *testing.T) {
	base := peer(t, map[string]http.HandlerFunc{"/hang": hang})
	c := New(Options{Development: true})
	t.Cleanup(c.Close)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := c.Get(ctx, base+"/hang", "text/plain", 5)
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}

func TestStatus(t *testing.T) {
	base := peer(t, map[string]http.HandlerFunc{
		"/{status}": func(w http.ResponseWriter, r *http.Request) {
			var status int
			fmt.Sscan(r.PathValue("status"), &status)
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(status)
		},
	})
	c := New(Options{Development: true})
	t.Cleanup(c.Close)
	for status, sentinel := range map[int]error{
		401: directory.ErrForbidden, 403: directory.ErrForbidden, 404: directory.ErrNotFound,
		410: directory.ErrGone, 304: nil, 429: nil, 500: nil,
	} {
		resp, err := c.Get(t.Context(), fmt.Sprintf("%s/%d", base, status), "text/plain", 5)
		var answered *StatusError
		if !errors.As(err, &answered) || answered.Status != status || answered.RetryAfter != 2*time.Minute {
			t.Errorf("%d: error is %#v", status, err)
			continue
		}
		if sentinel != nil && !errors.Is(err, sentinel) {
			t.Errorf("%d: %v is not %v", status, err, sentinel)
		}
		if resp.Status != status {
			t.Errorf("%d: the response says %d", status, resp.Status)
		}
	}
}

func TestObjectTypes(t *testing.T) {
	const profile = "https://www.w3.org/ns/activitystreams"
	for mediaType, accepted := range map[string]bool{
		`application/activity+json`:                                           true,
		`Application/Activity+JSON; charset=utf-8`:                            true,
		`application/ld+json; profile="` + profile + `"`:                      true,
		`application/ld+json;charset=utf-8;profile="` + profile + ` urn:x:y"`: true,
		`application/ld+json`:                                                 false,
		`application/ld+json; profile="` + profile + `x"`:                     false,
		`application/json`:                                                    false,
		`application/octet-stream`:                                            false,
		`text/plain`:                                                          false,
		`text/html; x="application/activity+json"`:                            false,
		`application/activity+json, text/html`:                                false,
		`application/activity+json; charset="utf-8`:                           false,
		`image/png; profile="https://www.w3.org/ns/etc."`:                     false,
		``: false,
	} {
		base := peer(t, map[string]http.HandlerFunc{"/": answer(mediaType, "{}")})
		c := New(Options{Development: true})
		_, err := c.Object(t.Context(), base+"/object")
		if accepted && err != nil || !accepted && !errors.Is(err, ErrMediaType) {
			t.Errorf("%q: error %v, accepted should be %t", mediaType, err, accepted)
		}
		c.Close()
	}
}

func TestObjectIsBounded(t *testing.T) {
	base := peer(t, map[string]http.HandlerFunc{
		"/fits": answer("application/activity+json", strings.Repeat(" ", maxObjectBytes)),
		"/over": answer("application/activity+json", strings.Repeat(" ", maxObjectBytes+1)),
	})
	c := New(Options{Development: true})
	t.Cleanup(c.Close)
	if _, err := c.Object(t.Context(), base+"/fits"); err != nil {
		t.Errorf("256 KiB: %v", err)
	}
	if _, err := c.Object(t.Context(), base+"/over"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte more: error %v, want %v", err, ErrTooLarge)
	}
}

// Each hop is another request: a signature made for the first one would be
// worthless, or a gift, at the second.
func TestEachHopIsSignedAnew(t *testing.T) {
	var seen []string
	note := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.Header.Get("Signature"))
			next(w, r)
		}
	}
	base := peer(t, map[string]http.HandlerFunc{
		"/a": note(redirectTo("/b")),
		"/b": note(answer("text/plain", "hello")),
	})
	c := New(Options{Development: true, Sign: func(r *http.Request) error {
		if len(r.Header.Values("Signature")) > 0 {
			return errors.New("it is signed already")
		}
		r.Header.Set("Signature", r.Method+" "+r.URL.Path+" "+r.Header.Get("Accept"))
		return nil
	}})
	t.Cleanup(c.Close)
	if _, err := c.Get(t.Context(), base+"/a", "text/plain", 5); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(seen), "[GET /a text/plain GET /b text/plain]"; got != want {
		t.Errorf("signatures are %s, want %s", got, want)
	}
}

func TestPost(t *testing.T) {
	var hits atomic.Int32
	base := peer(t, map[string]http.HandlerFunc{
		"/inbox": func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.Header.Get("Content-Type") != "application/activity+json" || r.Header.Get("Signature") != "s" || string(body) != "{}" {
				http.Error(w, "", http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusAccepted)
		},
		"/moved":  redirectTo("/target"),
		"/target": func(http.ResponseWriter, *http.Request) { hits.Add(1) },
		"/busy": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"/endless": endless,
		"/hang":    hang,
	})
	c := New(Options{Development: true, Timeout: time.Second})
	t.Cleanup(c.Close)
	header := http.Header{"Content-Type": {"application/activity+json"}}
	sign := func(r *http.Request) error { r.Header.Set("Signature", "s"); return nil }
	for path, want := range map[string]Response{
		"/inbox":   {Status: 202},
		"/moved":   {Status: 302},
		"/busy":    {Status: 429, RetryAfter: 30 * time.Second},
		"/endless": {Status: 200},
	} {
		got, err := c.Post(t.Context(), base+path, []byte("{}"), header, sign)
		if err != nil || got.Status != want.Status || got.RetryAfter != want.RetryAfter {
			t.Errorf("%s: got %d, retry after %s, error %v; want %d, %s", path, got.Status, got.RetryAfter, err, want.Status, want.RetryAfter)
		}
		if len(got.Body) > maxPostReplyBytes {
			t.Errorf("%s: %d bytes of answer were kept", path, len(got.Body))
		}
	}
	if hits.Load() != 0 {
		t.Error("a POST followed a redirect")
	}
	if _, err := c.Post(t.Context(), base+"/hang", []byte("{}"), header, sign); !errors.Is(err, ErrTimeout) {
		t.Errorf("/hang: error %v, want %v", err, ErrTimeout)
	}
	refusal := errors.New("no key")
	if _, err := c.Post(t.Context(), base+"/inbox", nil, header, func(*http.Request) error { return refusal }); !errors.Is(err, refusal) {
		t.Errorf("a signer that refuses: error %v, want %v", err, refusal)
	}
	if header.Get("Signature") != "" {
		t.Error("the caller's header was changed")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"120":                           2 * time.Minute,
		" 120 ":                         2 * time.Minute,
		"86401":                         24 * time.Hour,
		"999999999999999999999999":      24 * time.Hour,
		"-5":                            0,
		"1.5":                           0,
		"soon":                          0,
		"Sat, 14 Mar 2026 15:19:26 GMT": 10 * time.Minute,
		"Sat, 14 Mar 2026 15:00:00 GMT": 0,
		"Sat, 14 Mar 2037 15:00:00 GMT": 24 * time.Hour,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}
