package directory

import (
	"slices"
	"time"
)

// The bounds of what is kept of a listing's past.
const (
	MaxHistory      = 200 // entries of one listing; of older ones only the number and the first day are kept
	MaxHistoryFacts = 40  // named in one entry; the rest is counted
)

// History is the past of one listing, as far as the law of consent lets it be
// kept: which facts came, changed and went, never what they were.
type History struct {
	Entries []HistoryEntry `json:"entries"`        // the latest first, at most MaxHistory
	Folded  int            `json:"folded"`         // earlier entries that are not kept
	Since   time.Time      `json:"since,omitzero"` // of the very first entry
}

// HistoryEntry is one step in the past of a listing.
type HistoryEntry struct {
	Hoster  ID           `json:"hoster"` // whose listing it is
	At      time.Time    `json:"at"`
	Event   HistoryEvent `json:"event"`
	SaidBy  Voice        `json:"saidBy"`
	Source  string       `json:"source,omitempty"` // address that it was read from; "" where there is none
	Added   []Fact       `json:"added,omitempty"`
	Changed []Fact       `json:"changed,omitempty"`
	Removed []Fact       `json:"removed,omitempty"`
	More    int          `json:"more,omitempty"` // facts beyond MaxHistoryFacts
}

// Fact names one thing that a listing says, by the key under which the JSON of
// a profile has it: {"prices", ""}, {"service.capacity", "pad"}.
type Fact struct {
	Field string `json:"field"`
	Of    string `json:"of,omitempty"` // slug of the service or collective, id of the criterion; "" where there is one alone
}

// HistoryEvent is what happened to a listing.
type HistoryEvent string

// The events.
const (
	HistoryEntered   HistoryEvent = "entered"    // it came into the directory
	HistoryChanged   HistoryEvent = "changed"    // what it says changed
	HistoryTakenOver HistoryEvent = "taken-over" // the hoster itself speaks now, where a file spoke for it
	HistoryMoved     HistoryEvent = "moved"      // the hoster has another home in the fediverse
	HistoryLeft      HistoryEvent = "left"       // it left the directory
)

// Voice is whose word made an entry of a history.
type Voice string

// The voices.
const (
	VoiceHoster Voice = "hoster" // the hoster's own node
	VoiceFile   Voice = "file"   // a collective's file
	VoiceKeeper Voice = "keeper" // who keeps this directory
	VoiceNode   Voice = "node"   // nobody: this directory could not make sure of the hoster any more
)

// Enters gives the entry of a listing that comes into the directory.
func Enters(l Listing, at time.Time, by Voice) HistoryEntry {
	return HistoryEntry{Hoster: l.Hoster.ID, At: at, Event: HistoryEntered, SaidBy: by, Source: l.Origin}
}

// Changes gives the entry of a listing that is replaced by a newer word; false
// where both say the same. When something was read, or confirmed as it is, is
// no change.
func Changes(before, after Listing, at time.Time, by Voice) (HistoryEntry, bool) {
	e := HistoryEntry{Hoster: after.Hoster.ID, At: at, Event: HistoryChanged, SaidBy: by, Source: after.Origin}
	e.Added, e.Changed, e.Removed = factsOf(before).compare(factsOf(after))
	some := len(e.Added)+len(e.Changed)+len(e.Removed) > 0
	e.bound()
	return e, some
}

// Leaves gives the entry of a listing that left the directory: all that may be
// kept of it.
func Leaves(hoster ID, at time.Time, by Voice) HistoryEntry {
	return HistoryEntry{Hoster: hoster, At: at, Event: HistoryLeft, SaidBy: by}
}

// bound counts the facts beyond MaxHistoryFacts in place of naming them.
func (e *HistoryEntry) bound() {
	left := MaxHistoryFacts
	for _, list := range []*[]Fact{&e.Added, &e.Changed, &e.Removed} {
		n := min(len(*list), left)
		e.More += len(*list) - n
		*list = slices.Clip((*list)[:n])
		left -= n
	}
}
