package badger

import (
	"bytes"
	"fmt"
	"math"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/federation/ap"
)

func (c *checker) checkStamp(v ap.Stamp) {
	for _, of := range countedUnder(v) {
		c.stamps[of]++
	}
	if id, _, err := c.raw(stampPairKey(v.Interacting, v.Target)); err != nil || ap.IRI(id) != v.ID {
		c.problem("stamp", string(v.ID), fmt.Sprintf("it would not be found for %s on %s", v.Interacting, v.Target))
	}
	if v.Remote {
		return
	}
	d, found, err := c.document(v.ID)
	switch {
	case err != nil || !found:
		c.problem("stamp", string(v.ID), "its document is missing: others cannot check it")
	case d.Tombstone == v.Holds():
		c.problem("stamp", string(v.ID), fmt.Sprintf("it holds: %t; its document is gone: %t", v.Holds(), d.Tombstone))
	}
}

func (c *checker) checkStampPair(key []byte, item *badgerdb.Item) {
	id, err := item.ValueCopy(nil)
	if err == nil {
		var v ap.Stamp
		v, _, err = load(c.tx, byHash(kindStamp, string(id)), func(ap.Stamp) bool { return true })
		if err == nil && bytes.Equal(stampPairKey(v.Interacting, v.Target), key) {
			return
		}
	}
	c.problem("stamp", string(id), "it is noted for a pair that is not its own")
}

// compareStampCounts compares what was counted on the way with what is kept.
func (c *checker) compareStampCounts() {
	kept, err := collect[stampCount](c.tx, walk{prefix: []byte{kindStampCount}}, math.MaxInt)
	if err != nil {
		c.problem("count", "", err.Error())
		return
	}
	for _, k := range kept {
		if want := c.stamps[k.Of]; k.Stamps != want {
			c.problem("count", k.Of, fmt.Sprintf("kept are %d stamps given; there are %d", k.Stamps, want))
		}
		delete(c.stamps, k.Of)
	}
	for of := range c.stamps {
		c.problem("count", of, "its stamps are not counted")
	}
}

func (c *checker) checkReport(r ap.Report) {
	if noted := c.has(openReportKey(r)); noted != r.Open() {
		c.problem("report", r.Key, fmt.Sprintf("it is open: %t; it is noted as open: %t", r.Open(), noted))
	}
}

func (c *checker) checkOpenReport(key []byte, _ *badgerdb.Item) {
	id := string(key[1+hashSize:])
	r, found, err := c.loadReport(id)
	if err != nil || !found || !bytes.Equal(openReportKey(r), key) {
		c.problem("report", id, "it is noted as open under a host that is not its own")
	}
}

func (c *checker) checkMove(m ap.Move) {
	if !c.has(moveToKey(m)) {
		c.problem("move", string(m.From), fmt.Sprintf("it is missing from those who moved to %s", m.To))
	}
	if key := moveHandleKey(m); key != nil && !c.has(key) {
		c.problem("move", string(m.From), fmt.Sprintf("it would not be found as %s", m.FromHandle))
	}
}

func (c *checker) checkMoveTo(key []byte, _ *badgerdb.Item) {
	from := ap.IRI(key[1+hashSize:])
	m, found, err := load(c.tx, byHash(kindMove, from), func(m ap.Move) bool { return m.From == from })
	if err != nil || !found || !bytes.Equal(moveToKey(m), key) {
		c.problem("move", string(from), "it is noted as having moved where it did not")
	}
}

func (c *checker) checkMoveHandle(key []byte, item *badgerdb.Item) {
	from, err := item.ValueCopy(nil)
	if err == nil {
		var m ap.Move
		m, _, err = load(c.tx, byHash(kindMove, string(from)), func(m ap.Move) bool { return m.From == ap.IRI(from) })
		// Of two that had one handle, the later one is found by it.
		if err == nil && bytes.Equal(moveHandleKey(m), key) {
			return
		}
	}
	c.problem("move", string(from), "a handle leads to it that was not its own")
}
