package delivery

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	circuitFailures = 5                // tries without an answer …
	circuitWindow   = 10 * time.Minute // … within this …
	circuitOpen     = 30 * time.Minute // … keep a host from being tried for this
	circuitForget   = 24 * time.Hour   // after which nothing is held against it
	circuitHosts    = 4096             // remembered at most: peers can invent hosts without end
)

// circuit is what is held against one host.
type circuit struct {
	failures  int
	since     time.Time // of the first of failures
	openUntil time.Time // zero: closed. Once past: one try at a time, until one is answered
}

// circuits remembers hosts that do not answer. It belongs to one goroutine.
type circuits struct{ hosts *lru.Cache[string, *circuit] }

func newCircuits() circuits {
	hosts, _ := lru.New[string, *circuit](circuitHosts) // fails for sizes below one only
	return circuits{hosts}
}

// room gives how many tries host may have at once, and where that is none,
// until when.
func (c circuits) room(host string, perHost int, now time.Time) (tries int, until time.Time) {
	state, found := c.hosts.Get(host)
	switch {
	case !found || state.openUntil.IsZero() || now.Sub(state.openUntil) > circuitForget:
		return perHost, time.Time{}
	case now.Before(state.openUntil):
		return 0, state.openUntil
	}
	return 1, time.Time{}
}

// failed notes a try without an answer and reports whether that opened the
// circuit.
func (c circuits) failed(host string, now time.Time) bool {
	state, found := c.hosts.Get(host)
	if !found || now.Sub(state.openUntil) > circuitForget && !state.openUntil.IsZero() {
		state = &circuit{since: now}
		c.hosts.Add(host, state)
	}
	if now.Before(state.openUntil) {
		return false // it began before the circuit opened
	}
	if now.Sub(state.since) > circuitWindow {
		state.failures, state.since = 0, now
	}
	state.failures++
	if state.failures < circuitFailures && state.openUntil.IsZero() {
		return false
	}
	state.failures, state.openUntil = 0, now.Add(circuitOpen)
	return true
}

// answered forgets what is held against host.
func (c circuits) answered(host string) { c.hosts.Remove(host) }

// open counts the hosts whose circuit is not closed.
func (c circuits) open() int {
	n := 0
	for _, state := range c.hosts.Values() {
		if !state.openUntil.IsZero() {
			n++
		}
	}
	return n
}
