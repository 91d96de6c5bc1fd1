package badger

import (
	"context"
	"math"

	"matou/federation/ap"
)

// Silences gives the hosts to which nothing can be delivered, in no order
// that means anything.
func (s *Store) Silences(ctx context.Context) ([]ap.Silence, error) {
	return read(ctx, s, func(t *tx) ([]ap.Silence, error) {
		return collect[ap.Silence](t, walk{prefix: []byte{kindSilence}}, math.MaxInt)
	})
}

func (t *tx) saveSilence(s ap.Silence) error  { return t.save(byHash(kindSilence, s.Host), s) }
func (t *tx) removeSilence(host string) error { return t.Delete(byHash(kindSilence, host)) }
