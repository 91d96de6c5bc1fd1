package fetch

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The results of a request, a closed list.
const (
	ResultOK        = "ok"
	ResultStatus    = "status"    // an answer other than 2xx
	ResultTimeout   = "timeout"   // no whole answer in time
	ResultNetwork   = "network"   // no answer
	ResultBlocked   = "blocked"   // see Blocked
	ResultCancelled = "cancelled" // by this node
)

// The reasons for which a request was not made, or its answer not read, a
// closed list.
const (
	BlockedAddress  = "address"  // of a form that is never fetched
	BlockedPrivate  = "private"  // an address that is not public
	BlockedSize     = "size"     // more than was to be read
	BlockedRedirect = "redirect" // to where it may not lead, or too many
	BlockedType     = "type"     // not the media type that was asked for
)

// Stats counts the requests of a Client since it was made. The keys are the
// constants above.
type Stats struct {
	Results map[string]uint64
	Blocked map[string]uint64
	Skew    time.Duration // how far our clock is ahead: the median of what SkewOf hosts last answered
	SkewOf  int
}

// mostClocks is how many hosts' clocks ours is compared with.
const mostClocks = 64

// stats is what Stats is made from.
type stats struct {
	mu      sync.Mutex
	results map[string]uint64
	blocked map[string]uint64
	clocks  []clock // of the hosts that answered last, oldest first
}

// clock is how far a host's clock is behind ours.
type clock struct {
	host string
	skew time.Duration
}

// Stats gives a snapshot.
func (c *Client) Stats() Stats {
	s := &c.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]time.Duration, len(s.clocks))
	for i, one := range s.clocks {
		all[i] = one.skew
	}
	slices.Sort(all)
	out := Stats{Results: maps.Clone(s.results), Blocked: maps.Clone(s.blocked), SkewOf: len(all)}
	if len(all) > 0 {
		out.Skew = all[len(all)/2]
	}
	return out
}

// count notes what came of one request.
func (c *Client) count(err error) {
	result, reason := resultOf(err)
	s := &c.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.results == nil {
		s.results, s.blocked = map[string]uint64{}, map[string]uint64{}
	}
	s.results[result]++
	if reason != "" {
		s.blocked[reason]++
	}
}

func resultOf(err error) (result, blocked string) {
	var status *StatusError
	switch {
	case err == nil:
		return ResultOK, ""
	case errors.As(err, &status):
		return ResultStatus, ""
	case errors.Is(err, context.Canceled):
		return ResultCancelled, ""
	case errors.Is(err, ErrRedirect):
		return ResultBlocked, BlockedRedirect
	case errors.Is(err, ErrAddress):
		return ResultBlocked, BlockedAddress
	case errors.Is(err, ErrPrivate):
		return ResultBlocked, BlockedPrivate
	case errors.Is(err, ErrTooLarge):
		return ResultBlocked, BlockedSize
	case errors.Is(err, ErrMediaType):
		return ResultBlocked, BlockedType
	case errors.Is(err, ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return ResultTimeout, ""
	}
	return ResultNetwork, ""
}

// compare notes the clock of a host that answered. One host counts once, so
// that one whose clock is wrong does not decide.
func (c *Client) compare(host string, answer http.Header, now time.Time) {
	there, err := http.ParseTime(answer.Get("Date"))
	if err != nil {
		return
	}
	s := &c.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clocks = slices.DeleteFunc(s.clocks, func(known clock) bool { return known.host == host })
	if len(s.clocks) == mostClocks {
		s.clocks = slices.Delete(s.clocks, 0, 1)
	}
	// A Date is cut to its second: half of one is the likeliest rest.
	s.clocks = append(s.clocks, clock{host, now.Sub(there) - time.Second/2})
}
