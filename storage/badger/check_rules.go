package badger

import (
	"bytes"
	"fmt"
	"math"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/federation/ap"
)

func (c *checker) checkFollow(f ap.Follow) {
	if !c.has(followingKey(f.Actor, f.Object)) {
		c.problem("follow", string(f.ID), fmt.Sprintf("it is missing where %s's follows are listed", f.Actor))
	}
	if key := inboxKey(f); key != nil && !c.has(key) {
		c.problem("follow", string(f.ID), fmt.Sprintf("%s would not be delivered to", deliverTo(f)))
	}
	if f.State != ap.FollowAccepted {
		return
	}
	object, actor := c.counts[f.Object], c.counts[f.Actor]
	if f.Object == f.Actor {
		object.Followers++
		object.Following++
		c.counts[f.Object] = object
		return
	}
	object.Followers++
	actor.Following++
	c.counts[f.Object], c.counts[f.Actor] = object, actor
}

func (c *checker) countOutbox(o ap.OutboxItem) {
	n := c.counts[o.Actor]
	n.Outbox++
	c.counts[o.Actor] = n
}

func (c *checker) checkFollowing(key []byte, item *badgerdb.Item) {
	actor, err := item.ValueCopy(nil)
	if err != nil || !c.has(join(kindFollow, hash(string(key[1+hashSize:])), actor)) {
		c.problem("follow", string(actor), fmt.Sprintf("it is noted as following %s and does not", key[1+hashSize:]))
	}
}

func (c *checker) checkInbox(key []byte, item *badgerdb.Item) {
	actor := string(key[1+hashSize+1+hashSize:])
	b, _, err := c.raw(join(kindFollow, key[1:1+hashSize], []byte(actor)))
	var f ap.Follow
	if err == nil {
		err = decode(b, &f)
	}
	inbox, valueErr := item.ValueCopy(nil)
	if err != nil || valueErr != nil || !bytes.Equal(inboxKey(f), key) || string(inbox) != string(deliverTo(f)) {
		c.problem("follow", actor, "it is noted under an inbox that is not its own")
	}
}

func (c *checker) checkCounts(key []byte, item *badgerdb.Item) {
	record(c, "count", func(n counts) []byte { return byHash(kindCounts, n.Actor) }, nil)(key, item)
}

// compareCounts compares what was counted on the way with what is kept.
func (c *checker) compareCounts() {
	kept, err := collect[counts](c.tx, walk{prefix: []byte{kindCounts}}, math.MaxInt)
	if err != nil {
		c.problem("count", "", err.Error())
		return
	}
	for _, k := range kept {
		want := c.counts[k.Actor]
		want.Actor = k.Actor
		if k != want {
			c.problem("count", string(k.Actor), fmt.Sprintf("kept are %d followers, %d followed, %d in the outbox; there are %d, %d, %d",
				k.Followers, k.Following, k.Outbox, want.Followers, want.Following, want.Outbox))
		}
		delete(c.counts, k.Actor)
	}
	for actor := range c.counts {
		c.problem("count", string(actor), "its followers, followed and outbox are not counted")
	}
}

func (c *checker) checkDelivery(d ap.Delivery) {
	if !c.has(byHash(kindLane, d.Inbox)) {
		c.problem("delivery", string(d.Activity), fmt.Sprintf("it waits for %s, in a lane that is not there", d.Inbox))
	}
	if !c.has(byHash(kindDocument, d.Activity)) {
		c.problem("delivery", string(d.Activity), fmt.Sprintf("it waits for %s, but its document is missing", d.Inbox))
	}
}

func (c *checker) checkLane(l lane) {
	keys, err := c.keys(walk{prefix: byHash(kindDelivery, l.Inbox)}, 1)
	switch {
	case err != nil || len(keys) == 0:
		c.problem("lane", string(l.Inbox), "it holds no delivery")
	case string(keys[0]) != l.First:
		c.problem("lane", string(l.Inbox), "its first delivery is not the one that it names")
	}
}

func (c *checker) checkListing(key []byte, item *badgerdb.Item) {
	record(c, "listing", func(l directory.Listing) []byte { return byName(kindListing, l.Hoster.ID) }, func(l directory.Listing) {
		id := l.Hoster.ID
		p, found, err := load(c.tx, byName(kindPosition, id), func(position) bool { return true })
		if err != nil || !found || p.Removed {
			c.problem("listing", string(id), "it is missing from the feed")
		}
		if l.Handle != "" && !c.has(handleKey(l.Handle)) {
			c.problem("listing", string(id), fmt.Sprintf("it would not be found as %s", l.Handle))
		}
		if l.File == nil {
			return
		}
		if site, found, err := c.site(l.File.Site); err != nil || !found || site.Closed() {
			c.problem("listing", string(id), fmt.Sprintf("a file lists it, and its site %s is closed to files or not known", l.File.Site))
		}
	})(key, item)
}

func (c *checker) checkPosition(key []byte, item *badgerdb.Item) {
	id := directory.ID(key[1:])
	p, err := value[position](item)
	if err != nil {
		c.problem("listing", string(id), err.Error())
		return
	}
	if b, found, err := c.raw(feedKey(p.Sequence)); err != nil || !found || directory.ID(b) != id {
		c.problem("listing", string(id), "its place in the feed is empty or another's")
	}
	if listed := c.has(byName(kindListing, id)); listed == p.Removed {
		c.problem("listing", string(id), fmt.Sprintf("the feed says removed: %t; it is listed: %t", p.Removed, listed))
	}
}

func (c *checker) checkFeed(key []byte, item *badgerdb.Item) {
	id, err := item.ValueCopy(nil)
	if err == nil {
		var p position
		p, _, err = load(c.tx, byName(kindPosition, directory.ID(id)), func(position) bool { return true })
		if err == nil && p.Sequence == sequenceOf(key) {
			return
		}
	}
	c.problem("listing", string(id), fmt.Sprintf("the feed names it at %d, which is not its place", sequenceOf(key)))
}

func (c *checker) checkHandle(key []byte, item *badgerdb.Item) {
	id, err := item.ValueCopy(nil)
	if err == nil {
		var l directory.Listing
		l, _, err = c.listing(directory.ID(id))
		if err == nil && bytes.Equal(handleKey(l.Handle), key) {
			return
		}
	}
	c.problem("listing", string(id), "a handle leads to it that is not its own")
}

func (c *checker) checkNotice(key []byte, item *badgerdb.Item) {
	record(c, "notice", func(n directory.Notice) []byte { return byHash(kindNotice, n.ID) }, func(n directory.Notice) {
		if !c.has(noticeOfKey(n)) || !c.has(noticeTimeKey(n)) {
			c.problem("notice", string(n.ID), "it is missing from the lists by time")
		}
	})(key, item)
}

func (c *checker) checkNoticeIndex(key []byte, _ *badgerdb.Item) {
	id := key[len(key)-hashSize:]
	n, found, err := load(c.tx, join(kindNotice, id), func(directory.Notice) bool { return true })
	if err != nil || !found || !bytes.Equal(noticeOfKey(n), key) && !bytes.Equal(noticeTimeKey(n), key) {
		c.problem("notice", string(n.ID), "a list by time names it at a time that is not its own")
	}
}
