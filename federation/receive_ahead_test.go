package federation

import (
	"testing"
	"time"
)

// A profile dated years ahead is as new as its receipt, to the second: what
// its hoster says later in that second is not older, consent that it takes back
// least of all.
func TestNotAhead(t *testing.T) {
	now := time.Date(2026, 11, 22, 15, 8, 34, 951_618_049, time.UTC)
	got := notAhead(now.AddDate(73, 0, 0), now)
	if said := now.Truncate(time.Second); said.Before(got) || got.Before(said) {
		t.Errorf("dated ahead and received at %s: taken as of %s", now, got)
	}
	if at := now.Add(time.Second / 3); !notAhead(at, now).Equal(at) {
		t.Errorf("a clock a little ahead of ours: %s is taken as of %s", at, notAhead(at, now))
	}
}
