package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"

	"matou/directory/search"
)

const metricsBegin, metricsEnd = "<!-- metrics, by make docs -->\n", "<!-- end of metrics -->\n"

// TestDocsMetrics holds the table of docs/operations.md to the metrics that
// there are (make docs).
func TestDocsMetrics(t *testing.T) {
	const file = "../../docs/operations.md"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := bytes.Cut(raw, []byte(metricsBegin))
	got, after, ended := bytes.Cut(rest, []byte(metricsEnd))
	if !found || !ended {
		t.Fatalf("%s has no place for the metrics", file)
	}
	var b bytes.Buffer
	b.WriteString("| metric | labels | |\n|---|---|---|\n")
	for _, d := range descriptions {
		labels := ""
		for i, l := range d.labels {
			if i > 0 {
				labels += ", "
			}
			labels += "`" + l + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.name, labels, cell(d.help))
	}
	if *update {
		whole := bytes.Join([][]byte{before, []byte(metricsBegin), b.Bytes(), []byte(metricsEnd), after}, nil)
		if err := os.WriteFile(file, whole, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Errorf("%s does not list the metrics as they are: run make docs", file)
	}
}

// testHouse is a node in a folder of its own, with an index and no site.
func testHouse(t *testing.T) *house {
	t.Helper()
	c, err := loadConfig(writeFile(t, "matou.toml", goodConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := openNode(t.Context(), c, newLog(c, &terminal{errOut: io.Discard}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	index := search.New(&n.vocabulary, nil)
	return &house{node: n, index: index, feeder: &feeder{feed: n.store, index: index, log: n.log}}
}

// What is told is what is described, and no stranger chooses a label.
func TestMetrics(t *testing.T) {
	h := testHouse(t)
	router := mux.NewRouter()
	h.node.federation.Routes(router)
	inbox := httptest.NewServer(router)
	t.Cleanup(inbox.Close)
	for _, kind := range []string{"Follow", "\"} 1\nforged 1", strings.Repeat("x", 300)} {
		body := fmt.Sprintf(`{"id":"https://x.example/1","type":%q,"actor":"https://x.example/a","object":"https://x.example/b"}`, kind)
		resp, err := http.Post(inbox.URL+"/inbox", "application/activity+json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	r, err := newRegistry(h)
	if err != nil {
		t.Fatal(err)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, f := range families {
		told[f.GetName()] = true
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if strings.HasPrefix(f.GetName(), "matou_") && (len(l.GetValue()) > 40 || strings.ContainsAny(l.GetValue(), "\" \n")) {
					t.Errorf("%s has the label %q", f.GetName(), l.GetValue())
				}
			}
		}
	}
	for _, d := range descriptions {
		if len(d.labels) == 0 && d.name != "matou_clock_skew_seconds" && !told[d.name] {
			t.Errorf("%s is described, and not told", d.name)
		}
	}
	if !told["matou_inbox_total"] || !told["matou_signature_failures_total"] {
		t.Error("the refused activities are not counted")
	}
}

func TestMetricsToken(t *testing.T) {
	r := prometheus.NewRegistry()
	tests := []struct {
		token, shown, path string
		want               int
	}{
		{"", "", "/metrics", 200},
		{"", "", "/", 404},
		{"a-long-enough-token", "", "/metrics", 401},
		{"a-long-enough-token", "Bearer another", "/metrics", 401},
		{"a-long-enough-token", "a-long-enough-token", "/metrics", 401},
		{"a-long-enough-token", "Bearer a-long-enough-token", "/metrics", 200},
	}
	for _, test := range tests {
		q := httptest.NewRequest(http.MethodGet, test.path, http.NoBody)
		if test.shown != "" {
			q.Header.Set("Authorization", test.shown)
		}
		w := httptest.NewRecorder()
		metricsHandler(r, test.token).ServeHTTP(w, q)
		if w.Code != test.want {
			t.Errorf("%q for %q: got %d, want %d", test.shown, test.token, w.Code, test.want)
		}
	}
}

// A node is ready when it can do its work, and says in one word why not.
func TestReady(t *testing.T) {
	h := testHouse(t)
	ask := func(handler http.HandlerFunc) (int, string) {
		h.readiness = readiness{}
		w := httptest.NewRecorder()
		handler(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control: got %q, want no-store", got)
		}
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	want := func(code int, word string) {
		t.Helper()
		if gotCode, got := ask(h.ready); gotCode != code || got != word {
			t.Errorf("got %d %q, want %d %q", gotCode, got, code, word)
		}
	}
	want(503, notIndexed)
	h.feeder.ready.Store(true)
	want(503, notWorking)
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { ended <- h.node.federation.Run(ctx) }()
	for limit := time.Now().Add(time.Minute); !h.node.federation.Working() && time.Now().Before(limit); {
		time.Sleep(time.Millisecond)
	}
	want(200, "ok")
	if err := h.node.store.Close(); err != nil {
		t.Fatal(err)
	}
	want(503, notWritable)
	if code, got := ask(h.healthy); code != 200 || got != "ok" {
		t.Errorf("the process is alive, and says %d %q", code, got)
	}
	stop()
	<-ended
}
