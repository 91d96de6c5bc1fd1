package delivery

import (
	"fmt"
	"math/rand/v2"
	"time"

	"matou/federation/ap"
)

// schedule is how long before each try of a delivery the one before it was:
// nine tries in about three and a half days, so that a weekend without its
// machine costs a peer nothing.
var schedule = []time.Duration{
	0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour,
	3 * time.Hour, 8 * time.Hour, 24 * time.Hour, 48 * time.Hour,
}

const (
	maxRefusals   = 3                  // tries that may be answered 401 or 403
	maxAge        = 4 * 24 * time.Hour // of a delivery that waits behind others in a failing lane
	maxRetryAfter = 24 * time.Hour
	maxReason     = 200 // bytes
)

// outcome says what becomes of the first delivery of a lane after a try. A
// Retry-After lengthens a wait of the schedule and never shortens it: nine
// tries must not be used up in a minute.
func outcome(l ap.Lane, d ap.Delivery, r Result, now time.Time) ap.Outcome {
	o := ap.Outcome{Delivery: d, Error: shorten(r.Reason)}
	switch r.Verdict {
	case Delivered:
		o.Done, o.Error = true, ""
		return o
	case Gone:
		o.Done, o.Gone = true, true
		return o
	case GiveUp:
		o.Done = true
		return o
	}
	tries := l.Attempts + 1
	if tries >= len(schedule) || r.Verdict == Refused && tries >= maxRefusals || outdated(l, d, now) {
		o.Done = true
		o.Error = shorten(fmt.Sprintf("given up after try %d: %s", tries, r.Reason))
		return o
	}
	wait := jitter(schedule[tries])
	o.RetryAt = now.Add(max(wait, min(r.After, maxRetryAfter)))
	return o
}

// outdated reports whether d has waited so long, in a lane that has been
// failing, that one more failed try is enough. In a lane that has not, it is
// this node that was away.
func outdated(l ap.Lane, d ap.Delivery, now time.Time) bool {
	return !l.FailingSince.IsZero() && now.Sub(d.CreatedAt) > maxAge
}

// jitter lengthens or shortens d by up to a fifth, so that what failed together
// does not come again together.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}

// shorten keeps a reason within what an ap.Outcome holds, without cutting a
// character.
func shorten(s string) string {
	if len(s) <= maxReason {
		return s
	}
	end := maxReason
	for end > 0 && s[end]&0xC0 == 0x80 {
		end--
	}
	return s[:end]
}
