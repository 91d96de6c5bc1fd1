package badger

import (
	"encoding/binary"
	"fmt"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/federation/ap"
)

// A transaction of Badger holds 15 % of a memtable. Three keys for each of
// 10,000 deliveries do not fit, so a Change with many is written in packs,
// still in one transaction, and the writer spreads the packs over the lanes
// before it takes the next Change. A crash between leaves packs: the next
// start spreads them. Nobody sees a delivery twice, or out of order.
const (
	packAbove = 500      // deliveries of one Change
	packItems = 200      // deliveries of one pack
	packBytes = 32 << 10 // about, of one pack
)

// pack is a run of deliveries that differ in their keys and inboxes alone.
type pack struct {
	Activity  ap.IRI    `json:"activity"`
	Signer    ap.IRI    `json:"signer"`
	CreatedAt time.Time `json:"createdAt"`
	Keys      []string  `json:"keys"`
	Inboxes   []ap.IRI  `json:"inboxes"`
}

// deliveries unpacks.
func (p pack) deliveries() []ap.Delivery {
	all := make([]ap.Delivery, len(p.Keys))
	for i, key := range p.Keys {
		all[i] = ap.Delivery{Key: key, Activity: p.Activity, Inbox: p.Inboxes[i], Signer: p.Signer, CreatedAt: p.CreatedAt}
	}
	return all
}

// packAll divides deliveries into packs, in order.
func packAll(all []ap.Delivery) []pack {
	var packs []pack
	bytes := 0
	for i, d := range all {
		last := len(packs) - 1
		if i == 0 || packs[last].Activity != d.Activity || packs[last].Signer != d.Signer ||
			!packs[last].CreatedAt.Equal(d.CreatedAt) || len(packs[last].Keys) == packItems || bytes > packBytes {
			packs = append(packs, pack{Activity: d.Activity, Signer: d.Signer, CreatedAt: d.CreatedAt})
			last, bytes = last+1, 0
		}
		packs[last].Keys = append(packs[last].Keys, d.Key)
		packs[last].Inboxes = append(packs[last].Inboxes, d.Inbox)
		bytes += len(d.Key) + len(d.Inbox)
	}
	return packs
}

// enqueue adds deliveries to their lanes, or packs them for that.
func (t *tx) enqueue(all []ap.Delivery) error {
	if len(all) <= packAbove {
		return each(all, t.deliver)()
	}
	for _, p := range packAll(all) {
		t.packs++
		if err := t.save(packKey(t.packs), p); err != nil {
			return err
		}
	}
	return nil
}

func packKey(n uint64) []byte { return join(kindPack, number(n)) }

// spread moves the packs 1 to n to the lanes, one transaction each; those that
// have been spread are passed over.
func (s *Store) spread(n uint64) error {
	for i := uint64(1); i <= n; i++ {
		if err := s.spreadOne(packKey(i)); err != nil {
			return fmt.Errorf("spread deliveries: %w", err)
		}
	}
	return nil
}

// spreadOne moves one pack.
func (s *Store) spreadOne(key []byte) error {
	t, err := s.begin()
	if err != nil {
		return err
	}
	defer t.Discard()
	p, found, err := load(t, key, func(pack) bool { return true })
	if err != nil || !found {
		return err
	}
	if err := each(p.deliveries(), t.deliver)(); err != nil {
		return err
	}
	if err := t.Delete(key); err != nil {
		return err
	}
	return s.end(t)
}

// newest gives the greatest number of a kind of keys; 0 where there is none.
func (t *tx) newest(kind byte) (n uint64, err error) {
	err = t.visit(walk{prefix: []byte{kind}, backward: true}, func(key []byte, _ *badgerdb.Item) (bool, error) {
		n = binary.BigEndian.Uint64(key[1:])
		return false, nil
	})
	return n, err
}
