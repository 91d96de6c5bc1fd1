package web

import "sync"

// recent keeps what was used last, in two halves: once the young one is full it
// becomes the old one, and what nobody asked for since then is dropped.
type recent[K comparable, V any] struct {
	mu         sync.Mutex
	half       int // how many each half holds at the most
	young, old map[K]V
}

func newRecent[K comparable, V any](most int) *recent[K, V] {
	return &recent[K, V]{half: most / 2, young: map[K]V{}}
}

// Get gives what is kept under a key.
func (r *recent[K, V]) Get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.young[key]
	if !ok {
		if v, ok = r.old[key]; ok {
			r.add(key, v)
		}
	}
	return v, ok
}

// Add keeps v, in place of what was kept under its key.
func (r *recent[K, V]) Add(key K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(key, v)
}

func (r *recent[K, V]) add(key K, v V) {
	if _, ok := r.young[key]; !ok && len(r.young) >= r.half {
		r.young, r.old = map[K]V{}, r.young
	}
	r.young[key] = v
}
