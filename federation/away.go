package federation

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	awayTries = 5           // requests in a row without an answer …
	awayFor   = time.Minute // … keep a host from being asked for this
)

// away remembers which hosts do not answer when they are asked for keys: a
// flood of activities in their names must not become a flood of requests that
// each wait for nothing. The zero value is ready.
type away struct {
	mu    sync.Mutex
	hosts *lru.Cache[string, absence]
}

// absence is what is held against one host.
type absence struct {
	tries int
	until time.Time
}

// is reports whether a host is not to be asked now.
func (a *away) is(host string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hosts == nil {
		return false
	}
	known, _ := a.hosts.Peek(host)
	return now.Before(known.until)
}

// note tells whether a host that was asked has answered.
func (a *away) note(host string, answered bool, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hosts == nil {
		a.hosts, _ = lru.New[string, absence](mostBudgets) // fails for sizes below one only
	}
	if answered {
		a.hosts.Remove(host)
		return
	}
	known, _ := a.hosts.Get(host)
	if known.tries++; known.tries >= awayTries {
		known = absence{tries: awayTries - 1, until: now.Add(awayFor)} // then one try at a time decides
	}
	a.hosts.Add(host, known)
}
