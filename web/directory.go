// Package web shows what a node holds to people: pages without JavaScript in
// French and English, and the same as JSON and GeoJSON.
package web

import (
	"context"

	"matou/directory"
)

// Directory is what the pages read.
type Directory interface {
	// Search answers a query by the in-memory index.
	Search(ctx context.Context, q directory.Query) (directory.Result, error)
	// Listing gives one listing, or directory.ErrNotFound. What it and
	// ListingByHandle give is shared by all who read, and not to be changed.
	Listing(ctx context.Context, id directory.ID) (directory.Listing, error)
	// Version gives a number that is another once the listing is, or directory.ErrNotFound.
	Version(ctx context.Context, id directory.ID) (uint64, error)
	// ListingByHandle gives the listing of "name@host", under the handle that
	// the hoster has now where it moved, or directory.ErrNotFound.
	ListingByHandle(ctx context.Context, handle string) (directory.Listing, error)
	// History gives the past of a listing, the latest entry first; one without
	// entries where there is none.
	History(ctx context.Context, id directory.ID) (directory.History, error)
	// Notices gives a hoster's notices (every listed hoster's for ""), last updated first.
	Notices(ctx context.Context, hoster directory.ID, limit int) ([]directory.Notice, error)
	// Notice gives one, or directory.ErrNotFound or directory.ErrGone.
	Notice(ctx context.Context, id directory.ID) (directory.Notice, error)
	// Changes gives a number that grows with each change of what is listed, once
	// searches see it.
	Changes() uint64
	// Told gives a number that grows with each change of a notice.
	Told() uint64
}

// Own is what a hoster node shows of its own hoster.
type Own interface {
	// Hoster gives the node's own profile with its services, or
	// directory.ErrNotFound where none has been written yet.
	Hoster(ctx context.Context) (directory.Hoster, error)
	// Imported gives the files that the profile was imported from, as read, by
	// their address; none where it was written by hand.
	Imported(ctx context.Context) (map[string][]byte, error)
}
