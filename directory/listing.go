package directory

import "time"

// Listing is a hoster's entry in a directory: its own words as they were
// fetched from its node, or what a file tells of one that has no node, and
// where they came from.
type Listing struct {
	Hoster    Hoster    `json:"hoster"`
	Handle    string    `json:"handle"`    // "@name@host", checked both ways; the host of its website where File is set
	URL       string    `json:"url"`       // its own page
	Origin    string    `json:"origin"`    // the address that the profile was fetched from
	FetchedAt time.Time `json:"fetchedAt"` // when
	ListedAt  time.Time `json:"listedAt"`  // since when it is listed here

	// File is set where the hoster did not publish this itself: a file tells of it.
	File *FromFile `json:"file,omitempty"`

	// LearnedFrom names the directories that told this one of the hoster; none
	// where the keeper did. Their word made this one ask the hoster's own node.
	LearnedFrom []ID `json:"learnedFrom,omitempty"`

	// Members and Ties are what others say of the hoster: collectives that
	// have it in their lists, hosters that say they stand in a relation to it.
	// They are not kept with the listing, but put together when it is read.
	Members []MemberWord `json:"-"`
	Ties    []Tie        `json:"-"`
}

// ToldBy says whose words a listing holds: the hoster's own, or those of a file
// (VoiceHoster, VoiceFile).
func (l Listing) ToldBy() Voice {
	if l.File != nil {
		return VoiceFile
	}
	return VoiceHoster
}

// ListingChange is one step of a directory's change feed.
type ListingChange struct {
	Sequence uint64
	ID       ID
	Listing  *Listing // nil: removed
}
