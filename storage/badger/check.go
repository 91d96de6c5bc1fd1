package badger

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/federation/ap"
	"matou/storage"
)

// Check reads every record and every index of one moment, compares them, and
// verifies the checksums of the tables. A bit flipped in the write-ahead log
// makes Badger forget what follows it without a word: what contradicts itself
// afterwards is found here, and the counts tell the rest.
func (s *Store) Check(ctx context.Context) (storage.Report, error) {
	c := checker{
		report: storage.Report{Engine: "badger", Counts: map[string]int{}, Bytes: diskUse(s.dir)},
		counts: map[ap.IRI]counts{}, stamps: map[string]int{},
	}
	err := s.view(ctx, func(t *tx) error {
		c.tx = t
		if v, _, err := load(t, schemaKey, func(schema) bool { return true }); err != nil {
			c.problem("record", "schema", "the version of the layout cannot be read: "+err.Error())
		} else {
			c.report.Schema = v.Version
		}
		if err := c.walk(); err != nil {
			return err
		}
		c.compareCounts()
		c.compareStampCounts()
		if err := verifyChecksums(s.db); err != nil {
			c.problem("checksum", "", err.Error())
		}
		return nil
	})
	if err != nil {
		return storage.Report{}, fmt.Errorf("check store: %w", err)
	}
	return c.report, nil
}

// verifyChecksums verifies every table on the disk.
func verifyChecksums(db *badgerdb.DB) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a table cannot be read (%v); restore a backup", p)
		}
	}()
	if err := db.VerifyChecksum(); err != nil {
		return fmt.Errorf("a table has changed on the disk (%w); restore a backup", err)
	}
	return nil
}

// diskUse is how many bytes the files of a directory take on the disk, holes
// left out as far as the system tells.
func diskUse(dir string) int64 {
	if dir == "" {
		return 0
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	var n int64
	for _, e := range entries {
		if i, err := os.Stat(filepath.Join(dir, e.Name())); err == nil {
			n += allocated(i)
		}
	}
	return n
}

// checker is one check under way.
type checker struct {
	*tx
	report storage.Report
	counts map[ap.IRI]counts // as they should be
	stamps map[string]int    // given, as they should be
}

func (c *checker) problem(kind, id, detail string) { c.report.Add(kind, id, detail) }

// rule is what is counted and checked of one kind of keys.
type rule struct {
	name  string // in Report.Counts; "" for an index
	check func(key []byte, item *badgerdb.Item)
}

// rules are all the kinds there are.
func (c *checker) rules() map[byte]rule {
	return map[byte]rule{
		kindActor:      {"actors", record(c, "actor", func(a ap.Actor) []byte { return byHash(kindActor, a.ID) }, nil)},
		kindLocalActor: {"local actors", record(c, "actor", func(a ap.LocalActor) []byte { return byHash(kindLocalActor, a.ID) }, nil)},
		kindActivity:   {"activities", record(c, "activity", func(a ap.Activity) []byte { return byHash(kindActivity, a.ID) }, nil)},
		kindDocument:   {"documents", record(c, "document", func(d ap.Document) []byte { return byHash(kindDocument, d.IRI) }, nil)},
		kindHost:       {"hosts", record(c, "host", func(h ap.Host) []byte { return byHash(kindHost, h.Name) }, nil)},
		kindSilence:    {"silences", record(c, "silence", func(s ap.Silence) []byte { return byHash(kindSilence, s.Host) }, nil)},
		kindProfile:    {"profiles", record(c, "profile", func(p ap.Profile) []byte { return byHash(kindProfile, p.Actor) }, nil)},
		kindFollow:     {"follows", record(c, "follow", func(f ap.Follow) []byte { return followKey(f.Actor, f.Object) }, c.checkFollow)},
		kindOutbox:     {"outbox items", record(c, "outbox", outboxKey, c.countOutbox)},
		kindDelivery:   {"deliveries", record(c, "delivery", func(d ap.Delivery) []byte { return deliveryKey(d.Inbox, d.Key) }, c.checkDelivery)},
		kindLane:       {"lanes", record(c, "lane", func(l lane) []byte { return byHash(kindLane, l.Inbox) }, c.checkLane)},
		kindPack:       {"packs", func([]byte, *badgerdb.Item) {}},
		kindRefresh:    {"refreshes", record(c, "refresh", func(r ap.Refresh) []byte { return byHash(kindRefresh, r.Actor) }, nil)},
		kindListing:    {"listings", c.checkListing},
		kindNotice:     {"notices", c.checkNotice},
		kindPosition:   {"feed positions", c.checkPosition},
		kindBlock:      {"domain blocks", record(c, "domain block", func(b ap.DomainBlock) []byte { return byName(kindBlock, b.Domain) }, c.checkBlock)},
		kindAllow:      {"domains allowed", record(c, "domain allowed", func(a ap.DomainAllow) []byte { return byName(kindAllow, a.Domain) }, nil)},
		kindDecision:   {"decisions", record(c, "decision", func(d ap.Decision) []byte { return byName(kindDecision, d.Key) }, nil)},
		kindCounts:     {"", c.checkCounts},
		kindFollowing:  {"", c.checkFollowing},
		kindInbox:      {"", c.checkInbox},
		kindHandle:     {"", c.checkHandle},
		kindFeed:       {"", c.checkFeed},
		kindNoticeOf:   {"", c.checkNoticeIndex},
		kindNoticeTime: {"", c.checkNoticeIndex},
		kindFeatured:   {"featured items", record(c, "featured item", func(i ap.FeaturedItem) []byte { return featuredKey(i.Collection, i.Actor) }, c.checkFeatured)},
		kindFeaturedOf: {"", c.checkFeaturedOf},
		kindStamp:      {"stamps", record(c, "stamp", func(s ap.Stamp) []byte { return byHash(kindStamp, s.ID) }, c.checkStamp)},
		kindStampPair:  {"", c.checkStampPair},
		kindStampCount: {"", record(c, "count", func(n stampCount) []byte { return byHash(kindStampCount, n.Of) }, nil)},
		kindReport:     {"reports", record(c, "report", func(r ap.Report) []byte { return byName(kindReport, r.Key) }, c.checkReport)},
		kindOpenReport: {"", c.checkOpenReport},
		kindMove:       {"moves", record(c, "move", func(m ap.Move) []byte { return byHash(kindMove, m.From) }, c.checkMove)},
		kindMoveTo:     {"", c.checkMoveTo},
		kindMoveHandle: {"", c.checkMoveHandle},
		kindCandidate:  {"candidates", c.checkCandidate},
		kindSource:     {"sources", record(c, "source", func(s ap.Source) []byte { return byHash(kindSource, s.Aggregator) }, nil)},
		kindProposed:   {"", c.checkProposed},
		kindCollective: {"lists of members", record(c, "list of members", collectiveKey, nil)},
		kindSite:       {"sites", record(c, "site", siteKey, nil)},
		kindSiteFile:   {"files of sites", record(c, "file of sites", siteFileKey, nil)},
		kindHistory:    {"history entries", c.checkHistory},
		kindPast:       {"", record(c, "history", func(p past) []byte { return byHash(kindPast, p.Hoster) }, c.checkPast)},
		kindMeta:       {"", func([]byte, *badgerdb.Item) {}},
	}
}

// walk visits every key once.
func (c *checker) walk() error {
	rules := c.rules()
	return c.visit(walk{}, func(key []byte, item *badgerdb.Item) (bool, error) {
		r, known := rules[key[0]]
		if !known {
			c.problem("record", fmt.Sprintf("%q", key), "nothing known to this version has such a key")
			return true, nil
		}
		if r.name != "" {
			c.report.Counts[r.name]++
		}
		r.check(bytes.Clone(key), item)
		return true, nil
	})
}

// record checks that a record can be read and stands under its own key, then
// what more there is to check.
func record[T any](c *checker, kind string, keyOf func(T) []byte, more func(T)) func([]byte, *badgerdb.Item) {
	return func(key []byte, item *badgerdb.Item) {
		v, err := value[T](item)
		switch {
		case err != nil:
			c.problem(kind, fmt.Sprintf("%q", key), err.Error())
		case !bytes.Equal(key, keyOf(v)):
			c.problem(kind, fmt.Sprintf("%q", key), "the record belongs under another key")
		case more != nil:
			more(v)
		}
	}
}

// has reports whether a key is there.
func (c *checker) has(key []byte) bool {
	_, found, err := c.raw(key)
	return found && err == nil
}

// sequenceOf reads the number of a key of the feed.
func sequenceOf(key []byte) uint64 {
	if len(key) != 9 {
		return 0
	}
	return binary.BigEndian.Uint64(key[1:])
}
