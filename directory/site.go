package directory

import (
	"net/url"
	"time"
)

// FromFile marks a Listing that its hoster did not publish itself: it was read
// from a file that others keep, of a hoster that has no node. Listing.Origin is
// the document that tells of this hoster, Listing.FetchedAt when it was read.
// Nothing of it claims that the hoster agreed to be listed.
type FromFile struct {
	Site       string    `json:"site"`                 // the host of the hoster's website, by which alone it is known: see Site.Host
	Source     string    `json:"source"`               // the file that the directory reads: SiteFile.Address
	Collective string    `json:"collective,omitempty"` // the name that the file gives to those who keep it
	SaidAt     time.Time `json:"saidAt,omitzero"`      // when the document says that it was written
}

// Site is what a directory remembers of the host of a website that a file
// named: who may not be listed from a file, and why. It outlives the listing,
// so that nobody comes back who left.
type Site struct {
	Host     string     `json:"host"`               // ASCII, small letters, without "www.": "hoster.example"; with the port, where it is not the usual one
	Excluded *Exclusion `json:"excluded,omitempty"` // the keeper decided that no file lists it
	Spoken   *Spoken    `json:"spoken,omitempty"`   // the hoster said something of its listing from its own node
}

// Exclusion is a keeper's decision that no file lists a site.
type Exclusion struct {
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"` // why, in the keeper's words
}

// Spoken says that a hoster spoke for itself from its own node: its word counts
// from then on, and where it wants to be listed no more, that counts too.
type Spoken struct {
	Hoster ID        `json:"hoster"`
	At     time.Time `json:"at"`
}

// Closed reports whether no file may list the site.
func (s Site) Closed() bool { return s.Excluded != nil || s.Spoken != nil }

// SiteFile is a file that a directory reads again every week, and lists from it
// hosters that have no node.
type SiteFile struct {
	Address    string    `json:"address"`              // https://…, or the name of a file on the node's machine
	Path       string    `json:"path,omitempty"`       // of that file, in full; never shown to others
	Format     string    `json:"format,omitempty"`     // of the file; "": as its content tells
	Collective string    `json:"collective,omitempty"` // the name that it gives to those who keep it
	AddedAt    time.Time `json:"addedAt"`
	ReadAt     time.Time `json:"readAt,omitzero"` // when it was last read
	DueAt      time.Time `json:"dueAt"`           // when it is to be read again
	Tries      int       `json:"tries,omitempty"` // in vain since then
	Error      string    `json:"error,omitempty"` // why the last one was
	Listed     int       `json:"listed"`          // hosters, after the last reading
	LeftOut    int       `json:"leftOut"`         // of the last reading
}

// SiteID is the id of the listing of a site that a file names: the address of
// its page at the directory, so that it is never taken for an actor of the
// hoster. origin is the directory's, "https://directory.example".
func SiteID(origin, site string) ID {
	return ID(origin + "/h/" + url.PathEscape(site))
}
