package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"matou/directory"
	"matou/directory/search"
	"matou/federation/ap"
)

// records is what the pages read of the store.
type records interface {
	// What these two give is shared by all who read, and not to be changed.
	SharedListing(ctx context.Context, id directory.ID) (directory.Listing, error)
	ListingByHandle(ctx context.Context, handle string) (directory.Listing, error)
	ListingVersion(ctx context.Context, id directory.ID) (uint64, error)
	MoveByHandle(ctx context.Context, handle string) (ap.Move, error)
	Site(ctx context.Context, host string) (directory.Site, error)
	Notices(ctx context.Context, hoster directory.ID, limit int) ([]directory.Notice, error)
	Notice(ctx context.Context, id directory.ID) (directory.Notice, error)
	History(ctx context.Context, hoster directory.ID) (directory.History, error)
	Document(ctx context.Context, iri ap.IRI) (ap.Document, error)
}

// shownDirectory is the web.Directory of a node: the search index, and the
// records of the store that may be shown.
type shownDirectory struct {
	records records
	index   *search.Index
	bonds   *bonds       // nil: what others say is not told
	own     directory.ID // the node's own hoster, whose notices it always shows; "" for none

	changes func() uint64 // the last change of the feed that the index has
	told    func() uint64 // changes of notices
}

// Told grows with each change of a notice.
func (d *shownDirectory) Told() uint64 { return d.told() }

// Changes grows with each change of what is listed.
func (d *shownDirectory) Changes() uint64 { return d.changes() + d.bonds.turns() }

// Search answers from memory.
func (d *shownDirectory) Search(ctx context.Context, q directory.Query) (directory.Result, error) {
	if err := ctx.Err(); err != nil {
		return directory.Result{}, err
	}
	return d.index.Search(q), nil
}

// Listing gives one listing, or directory.ErrNotFound.
func (d *shownDirectory) Listing(ctx context.Context, id directory.ID) (directory.Listing, error) {
	l, err := d.records.SharedListing(ctx, id)
	return d.bonds.complete(l), err
}

// Version tells one state of a listing from another, without reading it: the
// record's version, and how often the lists of members have changed.
func (d *shownDirectory) Version(ctx context.Context, id directory.ID) (uint64, error) {
	version, err := d.records.ListingVersion(ctx, id)
	return version + d.bonds.turns(), err
}

// History gives the past of a listing.
func (d *shownDirectory) History(ctx context.Context, id directory.ID) (directory.History, error) {
	return d.records.History(ctx, id)
}

// mostMoves is how many moves of one hoster are followed.
const mostMoves = 8

// ListingByHandle gives the listing of "name@host", under the handle that the
// hoster has now where it moved, or directory.ErrNotFound.
func (d *shownDirectory) ListingByHandle(ctx context.Context, handle string) (directory.Listing, error) {
	listing, err := d.records.ListingByHandle(ctx, handle)
	for range mostMoves {
		if !errors.Is(err, directory.ErrNotFound) {
			break
		}
		m, lost := d.records.MoveByHandle(ctx, handle)
		if lost != nil && !errors.Is(lost, directory.ErrNotFound) {
			return directory.Listing{}, lost
		}
		if lost != nil || m.ToHandle == "" {
			break
		}
		handle = m.ToHandle
		listing, err = d.records.ListingByHandle(ctx, handle)
	}
	if errors.Is(err, directory.ErrNotFound) && !strings.Contains(handle, "@") {
		listing, err = d.spoken(ctx, handle)
	}
	return d.bonds.complete(listing), err
}

// spoken gives the listing of a hoster that speaks for itself now, and stood
// here from a file under the host of its website.
func (d *shownDirectory) spoken(ctx context.Context, site string) (directory.Listing, error) {
	s, err := d.records.Site(ctx, strings.ToLower(site))
	if err == nil && s.Spoken == nil {
		err = fmt.Errorf("listing: %w", directory.ErrNotFound)
	}
	if err != nil {
		return directory.Listing{}, err
	}
	return d.records.SharedListing(ctx, s.Spoken.Hoster)
}

// Notices gives a hoster's notices, or those of every listed hoster for "".
func (d *shownDirectory) Notices(ctx context.Context, hoster directory.ID, limit int) ([]directory.Notice, error) {
	if hoster != "" {
		return d.records.Notices(ctx, hoster, limit)
	}
	// A hoster that is not listed any more leaves no notices behind; one that
	// is followed and not listed yet may have some. They are few.
	all, err := d.records.Notices(ctx, "", 2*limit)
	if err != nil {
		return nil, err
	}
	listed := map[directory.ID]bool{}
	var shown []directory.Notice
	for _, n := range all {
		ok, asked := listed[n.Hoster]
		if !asked {
			if ok, err = d.isListed(ctx, n.Hoster); err != nil {
				return nil, err
			}
			listed[n.Hoster] = ok
		}
		if ok && len(shown) < limit {
			shown = append(shown, n)
		}
	}
	return shown, nil
}

// Notice gives one that may be shown, directory.ErrNotFound, or
// directory.ErrGone where its hoster deleted it.
func (d *shownDirectory) Notice(ctx context.Context, id directory.ID) (directory.Notice, error) {
	n, err := d.records.Notice(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		if doc, err := d.records.Document(ctx, ap.IRI(id)); err == nil && doc.Tombstone {
			return directory.Notice{}, fmt.Errorf("notice: %w", directory.ErrGone)
		}
		return directory.Notice{}, err
	}
	if err != nil || n.Hoster == d.own {
		return n, err
	}
	if ok, err := d.isListed(ctx, n.Hoster); err != nil {
		return directory.Notice{}, err
	} else if !ok {
		return directory.Notice{}, fmt.Errorf("notice: %w", directory.ErrNotFound)
	}
	return n, nil
}

// isListed reports whether a hoster is in the directory.
func (d *shownDirectory) isListed(ctx context.Context, id directory.ID) (bool, error) {
	_, err := d.records.SharedListing(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
