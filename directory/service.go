package directory

import "reflect"

// Service is one free-software service that a hoster runs for others.
type Service struct {
	ID           ID            `json:"id,omitempty"`
	Slug         string        `json:"slug"` // unique within its hoster, [a-z0-9-]{1,64}
	Name         string        `json:"name"`
	Summary      Text          `json:"summary,omitempty"`
	Needs        []NeedID      `json:"needs,omitempty"` // empty: those of the software in the vocabulary
	Software     Software      `json:"software"`
	Website      string        `json:"website,omitempty"` // http or https
	Logo         string        `json:"logo,omitempty"`
	Terms        string        `json:"terms,omitempty"`    // terms of use, an address
	Contract     string        `json:"contract,omitempty"` // model of the contract, an address (demand 37)
	Guides       Guides        `json:"guides,omitzero"`
	Contact      Contact       `json:"contact,omitzero"` // empty: the hoster's
	Since        Date          `json:"since,omitzero"`
	Until        Date          `json:"until,omitzero"`
	Registration Registration  `json:"registration"`
	Share        int           `json:"share,omitempty"` // 1..100: the weight of the visitors without an account that it takes over from others; 0: none
	Level        Level         `json:"level,omitempty"`
	LevelComment string        `json:"levelComment,omitempty"`
	Price        Text          `json:"price,omitempty"`        // in words
	Limits       Text          `json:"limits,omitempty"`       // in words: "5 GB a box"
	Holds        Holds         `json:"holds,omitzero"`         // up to what size it can serve
	Leaving      Text          `json:"leaving,omitempty"`      // how to leave with one's data
	LeavesIn     []string      `json:"leavesIn,omitempty"`     // formats in which the data come out: "ODT", "iCalendar"
	Allowance    *Allowance    `json:"allowance,omitempty"`    // nil: nothing said
	Intervention *Intervention `json:"intervention,omitempty"` // nil: nothing said
	Hosting      Hosting       `json:"hosting,omitzero"`       // empty: the hoster's (HostingOf)
	Statements   []Statement   `json:"statements,omitempty"`
}

// Software is the program behind a service.
type Software struct {
	Name       string   `json:"name,omitempty"`
	Website    string   `json:"website,omitempty"`
	Licence    string   `json:"licence,omitempty"` // SPDX identifier
	LicenceURL string   `json:"licenceURL,omitempty"`
	Source     string   `json:"source,omitempty"` // where its source is
	Version    string   `json:"version,omitempty"`
	Modules    []string `json:"modules,omitempty"`
}

// Guides are the addresses of a hoster's or service's documentation.
type Guides struct {
	User      string `json:"user,omitempty"`
	Technical string `json:"technical,omitempty"`
	Leaving   string `json:"leaving,omitempty"` // how to move away with one's data
}

// Registration is three separate facts about who may use a service.
type Registration struct {
	WithoutAccount WithoutAccount `json:"withoutAccount,omitempty"`
	OpenTo         []OpenTo       `json:"openTo,omitempty"` // who may open an account
	Capacity       Capacity       `json:"capacity,omitempty"`
}

// Holds is up to what size a service can serve, as its hoster says it (demand
// 17). It tells people whether they have come to the right place, and is never
// an order. nil is not said.
type Holds struct {
	Accounts  *int     `json:"accounts,omitempty"`  // accounts in all
	Gigabytes *float64 `json:"gigabytes,omitempty"` // for one account, in units of 10^9 bytes
	People    *int     `json:"people,omitempty"`    // in the largest organisation that it can take
}

// WithoutAccount says what a person can do with a service without an account.
type WithoutAccount string

// What can be done without an account; "" is not said.
const (
	UseNothing WithoutAccount = "nothing" // an account is needed
	UseRead    WithoutAccount = "read"    // anyone may watch or read
	UseFull    WithoutAccount = "full"    // no account is needed at all
)

// OpenTo is a public that may open an account.
type OpenTo string

// Who may open an account. An empty list is not said; NoOne stands alone.
const (
	OpenToAnyone  OpenTo = "anyone"  // free of charge, everyone (ChatonsInfos Free)
	OpenToMembers OpenTo = "members" // members, family, friends (Member)
	OpenToClients OpenTo = "clients" // against an invoice (Client)
	OpenToNoOne   OpenTo = "no-one"
)

// Capacity says whether a service takes new accounts now.
type Capacity string

// Capacity now; "" is not said.
const (
	CapacityOpen        Capacity = "open"
	CapacityWaitingList Capacity = "waiting-list"
	CapacityFull        Capacity = "full"
)

// Level is the state of a service now, in the words of ChatonsInfos
// (service.status.level); "" is not said.
type Level string

// The levels of a service.
const (
	LevelOK      Level = "ok"
	LevelWarning Level = "warning"
	LevelAlert   Level = "alert"
	LevelError   Level = "error"
	LevelOver    Level = "over" // closed for good
)

// Allowance is how many days a year of interruption a hoster allows itself.
// It is never a contest: see demands 28-33.
type Allowance struct {
	DaysPerYear  float64 `json:"daysPerYear"`            // 0 < days <= 366; usual: 3.5, 7, 18, 36
	None         bool    `json:"none,omitempty"`         // said: no allowance is promised (DaysPerYear 0)
	Why          Text    `json:"why,omitempty"`          // what it is read with: hours, people
	WhenPassed   Redress `json:"whenPassed,omitempty"`   // what happens then
	Compensation Text    `json:"compensation,omitempty"` // the same in words
}

// Redress is what a hoster does once it has stood still for longer than it
// allows itself (demands 31 and 33); "" is not said.
type Redress string

// What is done.
const (
	RedressNone   Redress = "none"       // said: nothing
	RedressTime   Redress = "extra-time" // the time that people paid for lasts longer
	RedressRefund Redress = "refund"     // money goes back
)

// AllowancePresets gives the usual allowances in days a year (demand 28).
func AllowancePresets() []float64 { return []float64{3.5, 7, 18, 36} }

// Intervention is within what time somebody starts to act, never a time of
// recovery: nobody can promise that (demand 32). It is given in hours or in
// days, both counted in Hours, or where there are none in the contact hours.
type Intervention struct {
	WithinHours float64 `json:"withinHours,omitempty"`
	WithinDays  float64 `json:"withinDays,omitempty"` // days on which somebody answers
	Hours       []Hours `json:"hours,omitempty"`
	Staffing    Text    `json:"staffing,omitempty"` // who keeps it, in words
}

// Hosting is where and on what a service runs, in the words of ChatonsInfos.
type Hosting struct {
	MachineRoom     string         `json:"machineRoom,omitempty"` // who owns it; oneself where self-hosted
	MachineRoomKind string         `json:"machineRoomKind,omitempty"`
	ServerKind      string         `json:"serverKind,omitempty"`
	Distribution    string         `json:"distribution,omitempty"`
	Description     string         `json:"description,omitempty"`
	Country         AreaCode       `json:"country,omitempty"`
	Control         MachineControl `json:"control,omitempty"` // demand 54
	Access          Text           `json:"access,omitempty"`  // who can touch the machines
	Way             Text           `json:"way,omitempty"`     // how one gets to them, and in what time
}

// IsZero reports whether nothing is said.
func (h Hosting) IsZero() bool {
	words := len(h.Access) + len(h.Way)
	h.Access, h.Way = nil, nil
	return words == 0 && reflect.ValueOf(h).IsZero()
}

// HostingOf gives where s runs: what the service says itself or, where it says
// nothing, what h says of all its services. It is one or the other whole: half
// of each would describe machines that nobody has. inherited tells that it is
// h's word.
func (h Hoster) HostingOf(s Service) (on Hosting, inherited bool) {
	if s.Hosting.IsZero() && !h.Hosting.IsZero() {
		return h.Hosting, true
	}
	return s.Hosting, false
}

// The kinds of Hosting.MachineRoomKind.
const (
	RoomHome         = "home"          // at home
	RoomHostedBay    = "hosted-bay"    // own server in somebody's bay
	RoomHostedServer = "hosted-server" // somebody's server
	RoomOutsourced   = "outsourced"    // all subcontracted
)

// MachineControl is how far a hoster holds its machines in its own hands; ""
// is not said.
type MachineControl string

// The degrees of control, the most first; none is better than another.
const (
	ControlOwns        MachineControl = "owns"         // the machines are its own
	ControlRents       MachineControl = "rents"        // it rents whole machines
	ControlRentsShare  MachineControl = "rents-share"  // it rents virtual machines
	ControlSubcontract MachineControl = "subcontracts" // another body does it all
)

// The kinds of Hosting.ServerKind.
const (
	ServerNano     = "nano"
	ServerPhysical = "physical"
	ServerVirtual  = "virtual"
	ServerShared   = "shared"
	ServerCloud    = "cloud"
)
