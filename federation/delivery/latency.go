package delivery

import (
	"sync"
	"time"
)

// latencyBounds are upper bounds of how long deliveries took, in seconds:
// moments, the steps of the schedule, and all of it.
var latencyBounds = []float64{0.1, 0.5, 1, 2, 5, 30, 60, 300, 1200, 4800, 15_600, 44_400, 131_000, 304_000}

// Latency tells how long deliveries took from when they were queued until an
// inbox took them: a histogram since the start.
type Latency struct {
	Bounds []float64 // seconds, ascending
	Counts []uint64  // of those that took at most as long as the bound
	Count  uint64
	Sum    float64 // seconds
}

type latency struct {
	mu     sync.Mutex
	counts []uint64
	count  uint64
	sum    float64
}

func (l *latency) add(d time.Duration) {
	seconds := max(d.Seconds(), 0)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = make([]uint64, len(latencyBounds))
	}
	for i, bound := range latencyBounds {
		if seconds <= bound {
			l.counts[i]++
		}
	}
	l.count++
	l.sum += seconds
}

// Latency gives a snapshot.
func (w *Worker) Latency() Latency {
	l := &w.latency
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := make([]uint64, len(latencyBounds))
	copy(counts, l.counts)
	return Latency{Bounds: latencyBounds, Counts: counts, Count: l.count, Sum: l.sum}
}
