package delivery

import (
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"matou/federation/ap"
)

func TestCircuitWindow(t *testing.T) {
	start := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	tests := []struct {
		name  string
		every time.Duration // between failures
		times int
		want  int // tries that the host may have right after
	}{
		{"four at once", 0, 4, 2},
		{"five at once", 0, 5, 0},
		{"five within ten minutes", 2 * time.Minute, 5, 0},
		{"one each eleven minutes", 11 * time.Minute, 20, 2},
		{"more than five at once", 0, 9, 0},
	}
	for _, test := range tests {
		c := newCircuits()
		now := start
		for range test.times {
			now = now.Add(test.every)
			c.failed("a.example", now)
		}
		if got, _ := c.room("a.example", 2, now); got != test.want {
			t.Errorf("%s: %d tries allowed, want %d", test.name, got, test.want)
		}
		if got, _ := c.room("b.example", 2, now); got != 2 {
			t.Errorf("%s: %d tries allowed to another host, want 2", test.name, got)
		}
	}
}

func TestCircuitHalfOpen(t *testing.T) {
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	c := newCircuits()
	for range 5 {
		c.failed("a.example", now)
	}
	room := func(after time.Duration) int {
		tries, _ := c.room("a.example", 2, now.Add(after))
		return tries
	}
	if room(29*time.Minute) != 0 || room(30*time.Minute) != 1 {
		t.Errorf("after 29 and 30 min %d and %d tries are allowed, want 0 and 1", room(29*time.Minute), room(30*time.Minute))
	}
	c.failed("a.example", now.Add(31*time.Minute))
	if room(60*time.Minute) != 0 || room(61*time.Minute) != 1 {
		t.Errorf("one failed try did not open it again")
	}
	if got := room(26 * time.Hour); got != 2 {
		t.Errorf("a day later %d tries are allowed, want 2", got)
	}
	c.answered("a.example")
	if got := room(62 * time.Minute); got != 2 || c.open() != 0 {
		t.Errorf("after an answer %d tries are allowed and %d circuits open, want 2 and 0", got, c.open())
	}
}

// Peers can name as many hosts as they like.
func TestCircuitsAreBounded(t *testing.T) {
	c := newCircuits()
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	for i := range 3 * circuitHosts {
		c.failed(fmt.Sprintf("h%d.example", i), now)
	}
	if got := c.hosts.Len(); got != circuitHosts {
		t.Errorf("%d hosts are remembered, want %d", got, circuitHosts)
	}
}

func TestReasonsAreShort(t *testing.T) {
	long := ""
	for len(long) < 500 {
		long += "é€"
	}
	o := outcome(ap.Lane{}, ap.Delivery{}, Result{Verdict: Retry, Reason: long}, time.Now())
	if len(o.Error) > 200 || len(o.Error) < 190 || !utf8.ValidString(o.Error) {
		t.Errorf("the error has %d bytes: %q", len(o.Error), o.Error)
	}
}

// Neither can they make this node remember hosts without end.
func TestSilencesAreBounded(t *testing.T) {
	s := newSilences()
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	kept := 0
	for i := range 2 * mostSilent {
		if keep, _ := s.failed(fmt.Sprintf("h%d.example", i), Result{Unreachable: true}, now); keep != nil {
			kept++
		}
	}
	if silent, _ := s.count(); silent != mostSilent || kept != mostSilent {
		t.Errorf("%d hosts are remembered and %d kept, want %d", silent, kept, mostSilent)
	}
}
