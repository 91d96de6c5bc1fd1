package ap

import "time"

// Silence is a host to which nothing can be delivered: since when, and what
// is done about it. There is one for each such host; it is removed once the
// host answers, or speaks to us.
type Silence struct {
	Host      string    `json:"host"`
	Since     time.Time `json:"since"`               // the first try that failed since it last answered
	NoNameAt  time.Time `json:"noNameAt,omitzero"`   // since when its name leads nowhere; zero: it leads somewhere
	DeadAt    time.Time `json:"deadAt,omitzero"`     // when it was given up; zero: it is still tried
	ProbeAt   time.Time `json:"probeAt,omitzero"`    // of a dead one: when something is tried again
	LastError string    `json:"lastError,omitempty"` // at most 200 bytes
}

// QueuedLane is a Lane and how many deliveries it holds.
type QueuedLane struct {
	Lane
	Waiting int `json:"waiting"`
}
