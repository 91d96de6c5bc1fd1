package fetch

import (
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"
)

func TestStats(t *testing.T) {
	base := peer(t, map[string]http.HandlerFunc{
		"/good": answer("text/plain", "hello"), "/bad": answer("text/plain", "hello, hello"),
		"/none": http.NotFound, "/private": redirectTo("http://10.0.0.3/"), "/file": redirectTo("file:///x"),
	})
	c := New(Options{Development: true})
	t.Cleanup(c.Close)
	for _, path := range []string{"/good", "/good", "/bad", "/none", "/private", "/file"} {
		_, _ = c.Get(t.Context(), base+path, "text/plain", 5) // the counts tell
	}
	_, _ = c.Get(t.Context(), "gopher://x/", "text/plain", 5)
	_, _ = c.Object(t.Context(), base+"/good")
	_, _ = c.Post(t.Context(), base+"/none", nil, nil, nil)
	got := c.Stats()
	if want := map[string]uint64{ResultOK: 2, ResultStatus: 2, ResultBlocked: 5}; !maps.Equal(got.Results, want) {
		t.Errorf("results are %v, want %v", got.Results, want)
	}
	if want := map[string]uint64{BlockedSize: 1, BlockedPrivate: 1, BlockedRedirect: 1, BlockedAddress: 1, BlockedType: 1}; !maps.Equal(got.Blocked, want) {
		t.Errorf("blocked are %v, want %v", got.Blocked, want)
	}
	if got.SkewOf != 1 || got.Skew.Abs() > 2*time.Second {
		t.Errorf("the clock is %v ahead of %d hosts, want right beside one", got.Skew, got.SkewOf)
	}
}

// One host whose clock is wrong, however often it answers, moves nothing.
func TestSkewIsAMedian(t *testing.T) {
	c := New(Options{})
	t.Cleanup(c.Close)
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	dated := func(at time.Time) http.Header { return http.Header{"Date": {at.Format(http.TimeFormat)}} }
	for i := range 5 {
		c.compare(fmt.Sprintf("h%d.example", i), dated(now.Add(-time.Minute)), now)
	}
	for range 100 {
		c.compare("wrong.example", dated(now.Add(-1000*time.Hour)), now)
		c.compare("none.example", http.Header{}, now)
		c.compare("none.example", http.Header{"Date": {"soon"}}, now)
	}
	if got := c.Stats(); got.SkewOf != 6 || (got.Skew-time.Minute).Abs() > time.Second {
		t.Errorf("ahead by %v of %d hosts, want a minute of 6", got.Skew, got.SkewOf)
	}
	for i := range 1000 {
		c.compare(fmt.Sprintf("many%d.example", i), dated(now), now)
	}
	if got := c.Stats(); got.SkewOf != mostClocks {
		t.Errorf("%d clocks are remembered, want %d", got.SkewOf, mostClocks)
	}
}
