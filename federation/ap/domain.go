package ap

import (
	"strings"
	"time"
)

// Severity is how much a keeper wants to do with a domain and all below it.
// The values are those of Mastodon's list of domain blocks.
type Severity string

// The severities, from the mildest.
const (
	// SeverityNoop limits nothing by itself; the marks beside it do.
	SeverityNoop Severity = "noop"
	// SeveritySilence: follows stay, but the hosters of the domain are neither
	// listed nor announced.
	SeveritySilence Severity = "silence"
	// SeveritySuspend: nothing is taken from the domain and nothing sent to it.
	SeveritySuspend Severity = "suspend"
)

// Weight orders severities: 0 for none and noop, 1 for silence, 2 for suspend.
func (s Severity) Weight() int {
	switch s {
	case SeveritySuspend:
		return 2
	case SeveritySilence:
		return 1
	}
	return 0
}

// DomainBlock is what a keeper has decided on a domain: it holds for the hosts
// of that name and below. Several may cover one host; the most severe counts.
type DomainBlock struct {
	Domain         string    `json:"domain"` // ASCII, lower case, without a port (but in development)
	Severity       Severity  `json:"severity"`
	RejectMedia    bool      `json:"rejectMedia,omitempty"`   // kept for others' lists: no media are fetched here
	RejectReports  bool      `json:"rejectReports,omitempty"` // what it reports (Flag) is dropped
	Obfuscate      bool      `json:"obfuscate,omitempty"`     // not to be written out where others read it
	PublicComment  string    `json:"publicComment,omitempty"`
	PrivateComment string    `json:"privateComment,omitempty"` // never leaves the node
	At             time.Time `json:"at"`
}

// DomainAllow lets the hosts of a domain and below federate with a node that
// federates only with those that it names. A DomainBlock counts for more.
type DomainAllow struct {
	Domain  string    `json:"domain"` // as DomainBlock's
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"`
}

// Decision is one line of the keeper's log: what was decided, when, by whom,
// and why. It is never sent anywhere.
type Decision struct {
	Key     string    `json:"key"` // ULID
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"`   // the account on the machine, as far as it is known
	Verb    string    `json:"verb"`           // "block", "unblock", "allow", "disallow", "import", "purge", …
	Subject string    `json:"subject"`        // domain, handle or IRI
	Note    string    `json:"note,omitempty"` // why, in the keeper's words
	Effect  string    `json:"effect,omitempty"`
}

// Covers reports whether a host, with or without its port, is a domain or below
// it. Both are ASCII in small letters.
func Covers(domain, host string) bool {
	if host == domain {
		return true
	}
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.Trim(host, "[]")
	below, ok := strings.CutSuffix(host, domain)
	return ok && (below == "" || below[len(below)-1] == '.')
}
