package ap

import (
	"slices"
	"time"
)

// Bounds of what other directories tell ours.
const (
	MaxCandidates = 1000 // that one aggregator may have proposed: so many are changed in one transaction when it is forgotten
	MaxSources    = 8    // of one Candidate that are remembered
)

// Candidate is a hoster that other directories list and that ours may follow.
// All that is kept of what they said is its id: who it is stands on its own
// node, and whether it is listed here is its own word.
type Candidate struct {
	Hoster    IRI               `json:"hoster"`
	State     CandidateState    `json:"state"`
	Sources   []CandidateSource `json:"sources,omitempty"` // in the order in which they came; at most MaxSources
	FirstAt   time.Time         `json:"firstAt"`
	DecidedAt time.Time         `json:"decidedAt,omitzero"` // when somebody asked it, dismissed it, or was refused
}

// CandidateSource is an aggregator that lists, or listed, a Candidate.
type CandidateSource struct {
	Aggregator  IRI       `json:"aggregator"`
	At          time.Time `json:"at"`
	WithdrawnAt time.Time `json:"withdrawnAt,omitzero"` // it lists it no more
}

// CandidateState is where a Candidate stands.
type CandidateState string

// The states of a Candidate.
const (
	CandidateProposed  CandidateState = "proposed"  // waits for the keeper
	CandidateWanted    CandidateState = "wanted"    // to be followed as soon as the day's number allows
	CandidateAsked     CandidateState = "asked"     // a Follow was sent
	CandidateDismissed CandidateState = "dismissed" // the keeper does not want it: nobody can propose it again
	CandidateRefused   CandidateState = "refused"   // the hoster ended the Follow itself: only the keeper asks again
)

// Undecided reports whether neither the keeper nor the hoster has said anything
// on the Candidate yet.
func (c Candidate) Undecided() bool {
	return c.State == CandidateProposed || c.State == CandidateWanted
}

// Source gives what is noted of one aggregator.
func (c Candidate) Source(aggregator IRI) (CandidateSource, bool) {
	i := slices.IndexFunc(c.Sources, func(s CandidateSource) bool { return s.Aggregator == aggregator })
	if i < 0 {
		return CandidateSource{}, false
	}
	return c.Sources[i], true
}

// Proposal is the word of one aggregator on one hoster: that it lists it, or
// lists it no more.
type Proposal struct {
	Aggregator IRI
	Hoster     IRI
	State      CandidateState // proposed or wanted, by what the keeper thinks of the aggregator
	At         time.Time
	Withdrawn  bool
}

// Verdict is what became of a Candidate.
type Verdict struct {
	Hoster IRI
	State  CandidateState
	At     time.Time
}

// Source is an aggregator from which ours learns of hosters.
type Source struct {
	Aggregator IRI       `json:"aggregator"`
	Learn      Learn     `json:"learn,omitempty"` // "": as the configuration says
	WalkedAt   time.Time `json:"walkedAt,omitzero"`
	Day        time.Time `json:"day,omitzero"` // the UTC day that Asked counts
	Asked      int       `json:"asked,omitempty"`
}

// Learn is what a directory does with hosters that another one lists.
type Learn string

// What a directory may do.
const (
	LearnPropose Learn = "propose" // the keeper decides on each
	LearnFollow  Learn = "follow"  // each is followed, some a day
	LearnIgnore  Learn = "ignore"
)
