package badger

import (
	"container/heap"
	"sync"
	"time"

	"matou/federation/ap"
)

// schedule tells which lanes, or refreshes, are due. It is made from the records
// when the store is opened and follows what the writer commits. On the disk it
// would be a queue, and an LSM tree is slow at those: whoever asks for the first
// entry walks over all that were removed before it.
type schedule struct {
	mu      sync.Mutex
	byTime  dueHeap
	entries map[ap.IRI]*dueEntry
}

// dueEntry is one lane or actor, and its place in the heap.
type dueEntry struct {
	id    ap.IRI
	at    time.Time
	place int
}

// dueChange is what a transaction changes of a schedule.
type dueChange struct {
	id   ap.IRI
	at   time.Time
	gone bool
}

func newSchedule() *schedule { return &schedule{entries: map[ap.IRI]*dueEntry{}} }

// apply takes over what was committed, in order.
func (s *schedule) apply(changes []dueChange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		e := s.entries[c.id]
		switch {
		case e == nil && !c.gone:
			e = &dueEntry{id: c.id, at: c.at}
			s.entries[c.id] = e
			heap.Push(&s.byTime, e)
		case e != nil && c.gone:
			heap.Remove(&s.byTime, e.place)
			delete(s.entries, c.id)
		case e != nil:
			e.at = c.at
			heap.Fix(&s.byTime, e.place)
		}
	}
}

// next gives when the earliest is due; the zero time for none.
func (s *schedule) next() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byTime) == 0 {
		return time.Time{}
	}
	return s.byTime[0].at
}

// due gives at most limit that are due at now, earliest first, leaving out
// those that skip names.
func (s *schedule) due(now time.Time, limit int, skip func(ap.IRI) bool) []ap.IRI {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []ap.IRI
	var taken []*dueEntry
	for len(ids) < limit && len(s.byTime) > 0 && !s.byTime[0].at.After(now) {
		e := heap.Pop(&s.byTime).(*dueEntry)
		taken = append(taken, e)
		if skip == nil || !skip(e.id) {
			ids = append(ids, e.id)
		}
	}
	for _, e := range taken {
		heap.Push(&s.byTime, e)
	}
	return ids
}

// size counts the entries.
func (s *schedule) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

// ids gives the entries that choose takes, in no order.
func (s *schedule) ids(choose func(ap.IRI) bool) []ap.IRI {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ap.IRI
	for id := range s.entries {
		if choose(id) {
			all = append(all, id)
		}
	}
	return all
}

// dueHeap is a heap.Interface: the earliest first, then by id.
type dueHeap []*dueEntry

func (h dueHeap) Len() int { return len(h) }

func (h dueHeap) Less(i, j int) bool {
	if c := h[i].at.Compare(h[j].at); c != 0 {
		return c < 0
	}
	return h[i].id < h[j].id
}

func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

// Push is for package heap.
func (h *dueHeap) Push(x any) {
	e := x.(*dueEntry)
	e.place = len(*h)
	*h = append(*h, e)
}

// Pop is for package heap.
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return e
}
