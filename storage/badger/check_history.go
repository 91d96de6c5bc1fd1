package badger

import (
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
)

func (c *checker) checkHistory(key []byte, item *badgerdb.Item) {
	e, err := value[directory.HistoryEntry](item)
	if err != nil {
		c.problem("history entry", fmt.Sprintf("%q", key), err.Error())
		return
	}
	p, err := c.past(e.Hoster)
	n := uint64(0)
	if len(key) == len(historyKey(e.Hoster, 0)) {
		n = sequenceOf(append([]byte{key[0]}, key[1+hashSize:]...))
	}
	switch {
	case string(historyKey(e.Hoster, n)) != string(key):
		c.problem("history entry", string(e.Hoster), "the record belongs under another key")
	case err != nil || n < p.First || n >= p.Next:
		c.problem("history entry", string(e.Hoster), "it is none of those that are counted for its listing")
	}
}

func (c *checker) checkPast(p past) {
	for n := p.First; n < p.Next && n-p.First <= directory.MaxHistory; n++ {
		if !c.has(historyKey(p.Hoster, n)) {
			c.problem("history", string(p.Hoster), "an entry that is counted is missing")
			return
		}
	}
	if p.Next-p.First > directory.MaxHistory {
		c.problem("history", string(p.Hoster), fmt.Sprintf("more than %d entries are counted", directory.MaxHistory))
	}
}
