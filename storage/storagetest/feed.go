package storagetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// feed gives all changes of listings.
func (b *bench) feed() []directory.ListingChange {
	b.t.Helper()
	return good[[]directory.ListingChange](b.t)(b.ListingChanges(b.ctx, 0, 1000))
}

// told puts a feed in short words.
func told(changes []directory.ListingChange) []string {
	var all []string
	for _, c := range changes {
		name := "removed"
		if c.Listing != nil {
			name = c.Listing.Hoster.Name
		}
		all = append(all, c.ID.Host()+" "+name)
	}
	return all
}

func testFeed(t *testing.T, b *bench) {
	b.apply(ap.Change{Listings: []directory.Listing{listing(1, "one"), listing(2, "two")}})
	b.apply(ap.Change{Listings: []directory.Listing{listing(3, "three")}})
	b.apply(ap.Change{Listings: []directory.Listing{listing(1, "one again")}})
	equal(t, "newest wins", told(b.feed()), []string{"hoster002.example two", "hoster003.example three", "hoster001.example one again"})
	before := b.feed()
	equal(t, "whole", *before[0].Listing, listing(2, "two"))

	b.apply(ap.Change{RemoveListings: []directory.ID{listing(2, "").Hoster.ID}})
	equal(t, "removed", told(b.feed()), []string{"hoster003.example three", "hoster001.example one again", "hoster002.example removed"})
	for n, want := range map[int]bool{1: true, 2: false, 3: true, 9: false} {
		equal(t, "listed", good[bool](t)(b.Listed(b.ctx, listing(n, "").Hoster.ID)), want)
	}
	newer := good[[]directory.ListingChange](t)(b.ListingChanges(b.ctx, before[2].Sequence, 10))
	equal(t, "after a sequence", told(newer), []string{"hoster002.example removed"})
	b.apply(ap.Change{RemoveListings: []directory.ID{listing(2, "").Hoster.ID}})
	equal(t, "removed again changes nothing", b.feed()[2].Sequence, newer[0].Sequence)

	b.apply(ap.Change{Listings: []directory.Listing{listing(2, "back")}})
	all := b.feed()
	equal(t, "listed again", told(all), []string{"hoster003.example three", "hoster001.example one again", "hoster002.example back"})
	for i := range all[1:] {
		if all[i].Sequence >= all[i+1].Sequence {
			t.Errorf("sequences do not grow: %d, %d", all[i].Sequence, all[i+1].Sequence)
		}
	}
	newest := all[2].Sequence
	b.reopen()
	b.apply(ap.Change{Listings: []directory.Listing{listing(4, "four")}})
	if got := b.feed()[3].Sequence; got <= newest {
		t.Errorf("after a restart: sequence %d, want more than %d", got, newest)
	}
	equal(t, "a page", len(good[[]directory.ListingChange](t)(b.ListingChanges(b.ctx, 0, 2))), 2)
}

func testWake(t *testing.T, b *bench) {
	woken, end := b.ListingsChanged()
	token := func() bool {
		select {
		case <-woken:
			return true
		default:
			return false
		}
	}
	b.apply(ap.Change{Hosts: []ap.Host{{Name: "x.example"}}})
	equal(t, "by something else", token(), false)
	b.apply(ap.Change{Listings: []directory.Listing{listing(1, "one")}})
	b.apply(ap.Change{Listings: []directory.Listing{listing(2, "two")}})
	equal(t, "by listings", token(), true)
	equal(t, "once for both", token(), false)
	b.apply(ap.Change{RemoveListings: []directory.ID{listing(1, "").Hoster.ID}})
	equal(t, "by a removal", token(), true)
	end()
	b.apply(ap.Change{Listings: []directory.Listing{listing(3, "three")}})
	equal(t, "after its end", token(), false)
	end()
}

func testListingPages(t *testing.T, b *bench) {
	var c ap.Change
	for i := range 9 {
		c.Listings = append(c.Listings, listing(i, "x"))
	}
	want := slices.Clone(c.Listings)
	slices.Reverse(c.Listings)
	b.apply(c)
	var got []directory.Listing
	for after := directory.ID(""); ; {
		page := good[[]directory.Listing](t)(b.Listings(b.ctx, after, 4))
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		after = page[len(page)-1].Hoster.ID
	}
	equal(t, "listings", got, want)
}

func testHandle(t *testing.T, b *bench) {
	b.apply(ap.Change{Listings: []directory.Listing{listing(1, "one"), listing(2, "two")}})
	for _, handle := range []string{"@hoster@hoster001.example", "hoster@hoster001.example", "@Hoster@HOSTER001.example"} {
		equal(t, handle, good[directory.Listing](t)(b.ListingByHandle(b.ctx, handle)).Hoster.Name, "one")
	}
	found := func(handle string) bool {
		_, err := b.ListingByHandle(b.ctx, handle)
		return err == nil
	}
	shared := func(id directory.ID) (string, error) {
		l, err := b.SharedListing(b.ctx, id)
		return l.Hoster.Name, err
	}
	for range 2 { // read, and read again
		equal(t, "shared", good[string](t)(shared(listing(1, "").Hoster.ID)), "one")
	}
	version := func(n int) uint64 { return good[uint64](t)(b.ListingVersion(b.ctx, listing(n, "").Hoster.ID)) }
	one, two := version(1), version(2)
	renamed := listing(1, "renamed")
	renamed.Handle = "@chat@hoster001.example"
	b.apply(ap.Change{Listings: []directory.Listing{renamed}})
	equal(t, "another version, when it has changed", version(1) != one, true)
	equal(t, "the version of one that has not", version(2), two)
	equal(t, "shared, when it has changed", good[string](t)(shared(renamed.Hoster.ID)), "renamed")
	equal(t, "its new handle", found(renamed.Handle), true)
	equal(t, "its former handle", found("@hoster@hoster001.example"), false)

	// The handle goes over to another listing, and the former holder leaves.
	heir := listing(3, "heir")
	heir.Handle = renamed.Handle
	b.apply(ap.Change{Listings: []directory.Listing{heir}})
	b.apply(ap.Change{RemoveListings: []directory.ID{renamed.Hoster.ID}})
	if _, err := shared(renamed.Hoster.ID); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("shared, when it has left: got %v, want %v", err, directory.ErrNotFound)
	}
	equal(t, "the heir", good[directory.Listing](t)(b.ListingByHandle(b.ctx, renamed.Handle)), heir)
	b.apply(ap.Change{RemoveListings: []directory.ID{heir.Hoster.ID}})
	equal(t, "when all have left", found(renamed.Handle), false)
}

func testNotices(t *testing.T, b *bench) {
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	ours, theirs := directory.ID(us), directory.ID(peer(1))
	b.apply(ap.Change{Notices: []directory.Notice{notice(1, ours, at(1)), notice(2, theirs, at(2)), notice(3, ours, at(3))}})
	equal(t, "of one", good[[]directory.Notice](t)(b.Notices(b.ctx, ours, 10)), []directory.Notice{notice(3, ours, at(3)), notice(1, ours, at(1))})
	equal(t, "of all, at most", good[[]directory.Notice](t)(b.Notices(b.ctx, "", 2)), []directory.Notice{notice(3, ours, at(3)), notice(2, theirs, at(2))})

	b.apply(ap.Change{Notices: []directory.Notice{notice(1, ours, at(9))}})
	equal(t, "updated", good[[]directory.Notice](t)(b.Notices(b.ctx, ours, 10)), []directory.Notice{notice(1, ours, at(9)), notice(3, ours, at(3))})
	equal(t, "by id", good[directory.Notice](t)(b.Notice(b.ctx, notice(1, "", start).ID)), notice(1, ours, at(9)))

	b.apply(ap.Change{RemoveNotices: []directory.ID{notice(1, "", start).ID}})
	equal(t, "removed", good[[]directory.Notice](t)(b.Notices(b.ctx, "", 10)), []directory.Notice{notice(3, ours, at(3)), notice(2, theirs, at(2))})
}
