package activitystreams

import (
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// NoteView is a note of another node as far as a directory reads it.
type NoteView struct {
	ID           ap.IRI
	Type         string // "Note", "Article", …
	AttributedTo ap.IRI
	InReplyTo    ap.IRI
	Context      ap.IRI               // the thread
	Kind         directory.NoticeKind // "" where the note is no notice
	Stage        directory.Stage
	Affects      []directory.ID // services
	StartsAt     time.Time
	EndsAt       time.Time
	NextUpdateAt time.Time
	Title        string // without markup
	HTML         string // sanitised
	Language     directory.Language
	Public       bool // addressed to everyone, listed or not
	PublishedAt  time.Time
	UpdatedAt    time.Time
	URL          string // its page, on the host of the id
}

// EncodeNote gives a note of a notice: with which -1 the first note of the
// thread as it stands now, else the reply that tells n.Updates[which]. services
// holds the names of the services by id.
func EncodeNote(e Endpoints, n directory.Notice, which int, hosterName string, services map[directory.ID]string) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// DecodeNote reads a note. Its owner is checked by the caller.
func DecodeNote(raw []byte) (NoteView, error) { return NoteView{}, errSkeleton }

// Context is the thread of a notice: /ap/contexts/ULID for the note ULID.
func (e Endpoints) Context(notice directory.ID) ap.IRI { return "" }

// NotePage is the HTML page of a note: /@handle/ULID.
func (e Endpoints) NotePage(note directory.ID) string { return "" }
