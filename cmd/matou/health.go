package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"matou/federation/ap"
)

// The reasons for which a node is not ready, a closed list.
const (
	notIndexed  = "index"  // the search index is being built
	notWritable = "store"  // nothing can be written
	notWorking  = "worker" // nothing is delivered
)

// readyFor is how long an answer of /readyz stands: whoever asks often does
// not write often.
const readyFor = time.Second

// readiness remembers the last answer of /readyz.
type readiness struct {
	mu     sync.Mutex
	at     time.Time
	reason string
}

// healthy answers that the process is alive.
func (h *house) healthy(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "ok\n")
}

// ready answers whether the node can do its work, with 503 and a word where
// it cannot: the search index has caught up, deliveries are made, and the
// store can be written to.
func (h *house) ready(w http.ResponseWriter, r *http.Request) {
	reason := h.unready(r.Context())
	if reason == "" {
		plain(w, http.StatusOK, "ok\n")
		return
	}
	w.Header().Set("Retry-After", "5")
	plain(w, http.StatusServiceUnavailable, reason+"\n")
}

// unready gives why the node is not ready; "" where it is.
func (h *house) unready(ctx context.Context) string {
	h.readiness.mu.Lock()
	defer h.readiness.mu.Unlock()
	if now := time.Now(); now.Sub(h.readiness.at) > readyFor || h.readiness.reason != "" {
		h.readiness.at, h.readiness.reason = now, h.look(ctx)
	}
	return h.readiness.reason
}

// look looks at what the work of the node needs.
func (h *house) look(ctx context.Context) string {
	if !h.feeder.ready.Load() {
		return notIndexed
	}
	if !h.node.federation.Working() {
		return notWorking
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := h.writable(ctx); err != nil {
		h.node.log.ErrorContext(ctx, "store cannot be written to", slog.String("reason", err.Error()))
		return notWritable
	}
	return ""
}

// writable writes nothing, durably.
func (h *house) writable(ctx context.Context) error {
	_, err := h.node.store.Apply(ctx, ap.Change{})
	return err
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
