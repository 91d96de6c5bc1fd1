package directory

import "time"

// Notice is something that a hoster tells people while it lasts: an incident,
// a maintenance, an announcement. It is one thread: the first text, and one
// update for each change.
type Notice struct {
	ID           ID             `json:"id"`
	Hoster       ID             `json:"hoster"`
	Kind         NoticeKind     `json:"kind"`
	Stage        Stage          `json:"stage"`
	Title        string         `json:"title"`
	Body         string         `json:"body,omitempty"` // Markdown where the notice is ours; sanitised HTML where it was received
	HTML         bool           `json:"html,omitempty"` // Body and the updates' are sanitised HTML
	Language     Language       `json:"language"`
	Affects      []ID           `json:"affects,omitempty"`     // services
	StartsAt     time.Time      `json:"startsAt,omitzero"`     // when it began or will begin
	EndsAt       time.Time      `json:"endsAt,omitzero"`       // when it ended or is expected to end
	NextUpdateAt time.Time      `json:"nextUpdateAt,omitzero"` // when news will come
	PublishedAt  time.Time      `json:"publishedAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
	URL          string         `json:"url,omitempty"`
	Updates      []NoticeUpdate `json:"updates,omitempty"` // oldest first
}

// NoticeUpdate is one change of a notice, with the words that tell it.
type NoticeUpdate struct {
	ID    ID        `json:"id"` // the note that says it
	Stage Stage     `json:"stage"`
	Body  string    `json:"body"`
	At    time.Time `json:"at"`

	// EndsAt, where it is given, replaces the notice's; NextUpdateAt always
	// does, because this update is the news that the last one promised.
	EndsAt       time.Time `json:"endsAt,omitzero"`
	NextUpdateAt time.Time `json:"nextUpdateAt,omitzero"`
}

// NoticeDraft is what a person writes to open a notice.
type NoticeDraft struct {
	Hoster       ID
	Kind         NoticeKind
	Stage        Stage // "": the first of the kind
	Title        string
	Body         string // Markdown
	Language     Language
	Affects      []ID
	StartsAt     time.Time // zero: now, where something is going on
	EndsAt       time.Time
	NextUpdateAt time.Time
	URL          string
}

// NoticeKind is the kind of a notice.
type NoticeKind string

// The kinds of notices.
const (
	NoticeIncident     NoticeKind = "incident"
	NoticeMaintenance  NoticeKind = "maintenance"
	NoticeAnnouncement NoticeKind = "announcement"
)

// Stage is where a notice stands.
type Stage string

// The stages. An incident goes Investigating, Identified, Monitoring,
// Resolved; a maintenance Planned, Underway, Completed or Cancelled; an
// announcement is Published, then Closed. An incident may step back (what was
// resolved breaks again); a closed notice is reopened by an update only.
const (
	Investigating Stage = "investigating"
	Identified    Stage = "identified"
	Monitoring    Stage = "monitoring"
	Resolved      Stage = "resolved"
	Planned       Stage = "planned"
	Underway      Stage = "underway"
	Completed     Stage = "completed"
	Cancelled     Stage = "cancelled"
	Published     Stage = "published"
	Closed        Stage = "closed"
)
