package ap

import (
	"time"

	"matou/directory"
)

// Change is everything that one step of the node does to what it keeps. A
// store applies it whole or not at all, durably, in one transaction; many
// Changes that arrive together may share one. Its rules are the store's, so
// that two engines cannot differ (storagetest holds both to them):
//
//   - Activity set and already recorded of the same Actor (and not expired):
//     nothing at all is applied, and Apply reports false.
//   - Documents: one whose IRI holds a Tombstone that has not expired is not
//     saved, unless the Tombstone is a remote one of another Owner; one whose UpdatedAt is older than the stored one's is not saved.
//     A Tombstone replaces whatever stands.
//   - Follows replace the record of the same Actor and Object.
//   - Deliveries join the lane of their inbox; a new lane is due at once
//     (DueAt = Delivery.CreatedAt).
//   - Refreshes replace the record of the same actor; where that had
//     ReasonRebuild, the new one has it too. RefreshesDone settle one
//     that was carried out: where the stored record's DueAt is still TakenDueAt
//     it becomes Next, or is removed where Next is nil; where it has changed
//     meanwhile it stays. One that is asked for less than a millisecond after
//     the stored one is due a nanosecond before that, to be told from it.
//   - RetryLanes become due at once, with the tries that they have had; a lane
//     that does not exist stays so.
//   - DropLanes lose what they hold: 8,000 deliveries each, the rest stays for
//     another Change.
//   - Silences replace the record of the same host.
//   - Listings and RemoveListings each append to the change feed; removing what
//     is not listed changes nothing, so that strangers cannot grow it.
//   - Domain blocks and allowances replace the record of the same domain.
//   - RemoveRefreshes removes what was due, whenever it was.
//   - Stamps, Reports and Moves replace the record of the same ID, Key and
//     From; a Stamp also replaces the one of its pair. Reports that have expired
//     are not found any more.
//   - Proposals note with the Candidate of their Hoster, which is made in their
//     State where there is none, that their Aggregator lists it; a Candidate
//     that is proposed and comes as wanted is wanted from then on. Withdrawn
//     ones only mark the source that is noted. Beyond MaxCandidates of one
//     Aggregator, or MaxSources of one Candidate, nothing is noted.
//   - Verdicts set the State of a Candidate, which is made where there is none.
//   - Sources replace the record of the same Aggregator. RemoveSources removes
//     it, the Aggregator from every Candidate, those Candidates that nobody
//     decided on and nobody else proposed, and the lists of members that it gave.
//   - FeaturedItems replace the record of the same Collection and Actor.
//   - Collectives replace the list of the same Slug from the same Source; those
//     who watch the change feed are woken, because a list changes what is shown
//     of listings.
//   - Listings with a File are not saved where the Site that they name is
//     closed; where nothing is kept of it, its Site is made. Sites of the same
//     Change count. So a hoster that was left out, or speaks for itself, while a
//     file was being read is not listed from it.
//   - Sites and SiteFiles replace the record of the same Host and Address.
//   - CarryHistories add the past of one listing to that of another, in the
//     order of time, and leave none with the first. ForgetHistories remove what
//     there was until then. History comes after both: its entries join the past
//     of their listings, of which the last directory.MaxHistory are kept; earlier
//     ones are counted. Neither is seen in the change feed.
//   - What one Change both saves and removes is removed, but for History.
type Change struct {
	Activity        *Activity
	LocalActors     []LocalActor
	Actors          []Actor
	RemoveActors    []IRI
	Documents       []Document
	RemoveDocuments []IRI
	Follows         []Follow
	RemoveFollows   []Edge
	Outbox          []OutboxItem
	RemoveOutbox    []OutboxItem
	Deliveries      []Delivery
	RetryLanes      []IRI
	DropLanes       []IRI
	Silences        []Silence
	RemoveSilences  []string
	Refreshes       []Refresh
	RefreshesDone   []RefreshDone
	Hosts           []Host
	Profiles        []Profile
	Listings        []directory.Listing
	RemoveListings  []directory.ID
	Notices         []directory.Notice
	RemoveNotices   []directory.ID

	FeaturedItems       []FeaturedItem
	RemoveFeaturedItems []FeaturedEdge
	Proposals           []Proposal
	Verdicts            []Verdict
	Sources             []Source
	RemoveSources       []IRI // by aggregator

	Stamps        []Stamp
	RemoveStamps  []IRI
	Reports       []Report
	RemoveReports []string // by key
	Moves         []Move
	RemoveMoves   []IRI // by From

	Collectives       []directory.Collective
	RemoveCollectives []MemberList

	CarryHistories  []HistoryCarry
	ForgetHistories []directory.ID
	History         []directory.HistoryEntry

	DomainBlocks       []DomainBlock
	RemoveDomainBlocks []string
	DomainAllows       []DomainAllow
	RemoveDomainAllows []string
	Decisions          []Decision
	RemoveActivities   []IRI
	RemoveHosts        []string
	RemoveRefreshes    []IRI // by actor
	RemoveCandidates   []IRI // by hoster

	Sites           []directory.Site
	RemoveSites     []string // by host
	SiteFiles       []directory.SiteFile
	RemoveSiteFiles []string // by address
}

// Activity records that an activity was received, so that it takes effect
// once.
type Activity struct {
	ID         IRI       `json:"id"`
	Type       string    `json:"type"`
	Actor      IRI       `json:"actor"`
	ReceivedAt time.Time `json:"receivedAt"`
	ExpiresAt  time.Time `json:"expiresAt"` // when the id may be forgotten
}

// MemberList names the list of a collective's members as one source gives it.
type MemberList struct {
	Slug   string `json:"slug"`
	Source string `json:"source"`
}

// HistoryCarry names the listing whose past becomes that of another: of a hoster
// that has another home, or speaks for itself where a file spoke for it.
type HistoryCarry struct{ From, To directory.ID }

// Edge names a Follow by its two ends.
type Edge struct{ Actor, Object IRI }

// Profile is what this node's own hoster says, and the keys of an imported
// file that matou does not know, so that an export gives them back.
type Profile struct {
	Actor  IRI               `json:"actor"`
	Hoster directory.Hoster  `json:"hoster"`
	Source map[string][]byte `json:"source,omitempty"` // imported files as read, by address
}

// RefreshDone settles one Refresh.
type RefreshDone struct {
	Actor      IRI
	TakenDueAt time.Time
	Next       *Refresh
}
