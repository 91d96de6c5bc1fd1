package delivery

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"matou/federation/ap"
)

const (
	deadAfter     = 7 * 24 * time.Hour  // without an answer a host is given up …
	probeEvery    = 7 * 24 * time.Hour  // … and tried so seldom from then on
	lostAfter     = 30 * 24 * time.Hour // without a name it is forgotten with all its followers
	awayAfter     = 24 * time.Hour      // without an answer of anybody it is this node that is away
	heardEvery    = time.Hour           // a host that speaks and does not listen is tried anew so often
	mostSilent    = 10_000              // hosts remembered: peers can invent hosts without end
	givenUpReason = "the host has not answered for seven days"
)

// Hosts keeps over restarts which hosts do not answer.
type Hosts interface {
	// Silences gives what is kept.
	Silences(ctx context.Context) ([]ap.Silence, error)
	// Apply applies a Change of Silences and RemoveSilences.
	Apply(ctx context.Context, c ap.Change) (applied bool, err error)
}

// silences are the hosts to which nothing can be delivered. The lanes' turns
// note how they fare, Heard that one of them spoke.
type silences struct {
	some atomic.Bool // there is one: whoever hears a host looks no further without

	mu         sync.Mutex
	hosts      map[string]*ap.Silence
	revived    []string  // heard of, and not yet told to the loop
	lastAnswer time.Time // of any host
}

func newSilences() *silences { return &silences{hosts: map[string]*ap.Silence{}} }

// fate is what a turn does with a lane.
type fate int

const (
	deliver fate = iota
	probe        // the host was given up, and is tried once
	drain        // the host was given up: nothing is tried
)

func (s *silences) fateOf(host string, now time.Time) fate {
	if !s.some.Load() {
		return deliver
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch known := s.hosts[host]; {
	case known == nil || known.DeadAt.IsZero():
		return deliver
	case now.Before(known.ProbeAt):
		return drain
	}
	return probe
}

// failed notes a try that a host did not take. It gives what to keep of that,
// if anything, and whether the host is lost for good.
func (s *silences) failed(host string, r Result, now time.Time) (keep *ap.Silence, lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.hosts[host]
	if known == nil {
		if len(s.hosts) >= mostSilent {
			return nil, false
		}
		known = &ap.Silence{Host: host, Since: now.UTC(), LastError: shorten(r.Reason)}
		s.hosts[host], keep = known, known
		s.some.Store(true)
	}
	if r.NoName == known.NoNameAt.IsZero() {
		keep, known.NoNameAt = known, time.Time{}
		if r.NoName {
			known.NoNameAt = now.UTC()
		}
	}
	away := now.Sub(s.lastAnswer) > awayAfter
	switch {
	case away || now.Sub(known.Since) < deadAfter:
	case known.DeadAt.IsZero():
		known.DeadAt, known.ProbeAt, keep = now.UTC(), now.UTC().Add(probeEvery), known
	case !now.Before(known.ProbeAt):
		known.ProbeAt, keep = now.UTC().Add(probeEvery), known
	}
	lost = !away && r.NoName && now.Sub(known.NoNameAt) >= lostAfter
	if keep == nil {
		return nil, lost
	}
	known.LastError = shorten(r.Reason)
	kept := *known
	return &kept, lost
}

// answered notes that a host took or refused something, and reports whether it
// had been silent.
func (s *silences) answered(host string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastAnswer = now
	return s.remove(host)
}

func (s *silences) remove(host string) bool {
	_, found := s.hosts[host]
	delete(s.hosts, host)
	s.some.Store(len(s.hosts) > 0)
	return found
}

// heard notes that a host spoke to us, and reports whether that is news.
func (s *silences) heard(host string, now time.Time) bool {
	if !s.some.Load() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.hosts[host]
	if known == nil || now.Sub(known.Since) < heardEvery {
		return false
	}
	s.remove(host)
	s.revived = append(s.revived, host)
	return true
}

func (s *silences) takeRevived() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.revived
	s.revived = nil
	return all
}

// load takes over what is kept.
func (s *silences) load(all []ap.Silence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range all[:min(len(all), mostSilent)] {
		s.hosts[one.Host] = &one
	}
	s.some.Store(len(s.hosts) > 0)
}

func (s *silences) count() (silent, dead int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.hosts {
		if !one.DeadAt.IsZero() {
			dead++
		}
	}
	return len(s.hosts), dead
}

// Silent counts the hosts to which nothing can be delivered, and those of them
// that were given up.
func (w *Worker) Silent() (silent, dead int) { return w.silences.count() }

// Dead reports whether a host was given up: what is queued for it now is
// thrown away. It is false where the host is due to be tried again.
func (w *Worker) Dead(host string) bool { return w.silences.fateOf(host, time.Now()) == drain }

// Heard tells that a host spoke to us: one that was silent is tried again. It
// never waits, and costs next to nothing.
func (w *Worker) Heard(host string) {
	if w.silences.heard(host, time.Now()) {
		w.Wake()
	}
}

// heed notes how a host fared with one try. What cannot be kept is known
// until the next start.
func (w *Worker) heed(ctx context.Context, host string, r Result) {
	now := time.Now()
	switch {
	case !r.Answered && !r.Unreachable:
		return // nothing was sent
	case r.Answered && !r.Down:
		if w.silences.answered(host, now) {
			w.keep(ctx, ap.Change{RemoveSilences: []string{host}})
			w.log.InfoContext(ctx, "host answers again", slog.String("host", host))
		}
		return
	}
	keep, lost := w.silences.failed(host, r, now)
	if keep != nil {
		w.keep(ctx, ap.Change{Silences: []ap.Silence{*keep}})
		if keep.DeadAt.Equal(now) {
			w.log.InfoContext(ctx, "host given up", slog.String("host", host), slog.String("reason", keep.LastError))
		}
	}
	if lost && w.options.Lost != nil {
		w.log.InfoContext(ctx, "host forgotten: its name has led nowhere for thirty days", slog.String("host", host))
		w.options.Lost(ctx, host)
	}
}

func (w *Worker) keep(ctx context.Context, c ap.Change) {
	if w.options.Hosts == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if _, err := w.options.Hosts.Apply(ctx, c); err != nil {
		w.log.WarnContext(ctx, "what is known of a host is not kept", slog.String("error", err.Error()))
	}
}
