package directory

import "time"

// Hoster is a structure that runs services for others, as it describes itself.
// A field left empty is "not said", which never counts against anyone.
type Hoster struct {
	ID           ID           `json:"id,omitempty"`
	Handle       string       `json:"handle"` // the name in @name@host: [a-z0-9_]{1,64}
	Name         string       `json:"name"`
	Summary      Text         `json:"summary,omitempty"`     // a sentence in its own words
	Description  Text         `json:"description,omitempty"` // Markdown
	Form         LegalForm    `json:"form,omitempty"`
	State        State        `json:"state,omitempty"`
	StateComment string       `json:"stateComment,omitempty"`
	Website      string       `json:"website,omitempty"`
	Logo         string       `json:"logo,omitempty"`
	Legal        string       `json:"legal,omitempty"` // legal notice, an address
	Guides       Guides       `json:"guides,omitzero"`
	Languages    []Language   `json:"languages,omitempty"` // spoken with people, at most 5
	Audiences    []Audience   `json:"audiences,omitempty"` // whom it can serve, at most 3
	Since        Date         `json:"since,omitzero"`
	Until        Date         `json:"until,omitzero"`
	Seat         Place        `json:"seat"`             // where the structure is
	Serves       []AreaCode   `json:"serves,omitempty"` // where it intervenes
	DataIn       []AreaCode   `json:"dataIn,omitempty"` // where the data are
	Contact      Contact      `json:"contact"`
	Work         Work         `json:"work"`
	Governance   Text         `json:"governance,omitempty"` // who decides, and how
	Decisions    Decisions    `json:"decisions,omitzero"`   // the same as facts
	Funding      Text         `json:"funding,omitempty"`    // what pays for the work
	FundedBy     []Funding    `json:"fundedBy,omitempty"`   // the same as facts
	Prices       Text         `json:"prices,omitempty"`
	Hosting      Hosting      `json:"hosting,omitzero"`    // of the services that say nothing else
	Seeks        Text         `json:"seeks,omitempty"`     // the help that it looks for
	Relations    []Relation   `json:"relations,omitempty"` // with other hosters, as it says itself
	Closing      Closing      `json:"closing,omitzero"`    // how it stops, should it stop
	Owner        *Owner       `json:"owner,omitempty"`
	Memberships  []Membership `json:"memberships,omitempty"`
	Statements   []Statement  `json:"statements,omitempty"`
	Links        []Link       `json:"links,omitempty"`
	Services     []Service    `json:"services,omitempty"`
	ConfirmedAt  time.Time    `json:"confirmedAt,omitzero"` // when the hoster last said that this is still right
	UpdatedAt    time.Time    `json:"updatedAt,omitzero"`

	// Discoverable and Indexable are the hoster's consent to be found; both
	// must be true for a directory to list it (FEP-5feb). Missing is false.
	Discoverable bool `json:"discoverable"`
	Indexable    bool `json:"indexable"`
}

// LegalForm is the kind of structure, in the words of ChatonsInfos.
type LegalForm string

// The legal forms; "" is not said.
const (
	FormAssociation  LegalForm = "association"
	FormInformal     LegalForm = "informal"
	FormCooperative  LegalForm = "cooperative"
	FormMicroCompany LegalForm = "microcompany"
	FormCompany      LegalForm = "company"
	FormIndividual   LegalForm = "individual"
	FormOther        LegalForm = "other"
)

// State is where a hoster stands in its life; "" is active.
type State string

// The states of a hoster.
const (
	StateActive  State = "active"
	StatePaused  State = "paused"  // ChatonsInfos IDLE
	StateClosing State = "closing" // announced, with a date in Until
	StateClosed  State = "closed"  // ChatonsInfos AWAY
)

// Audience is a public that a hoster says it can serve.
type Audience string

// The audiences (demand 10).
const (
	AudienceIndividual        Audience = "individual"
	AudienceSmallOrganisation Audience = "small-organisation"
	AudienceLargeOrganisation Audience = "large-organisation"
)

// Decisions is how a hoster decides (demand 23).
type Decisions struct {
	Voters    []Voter `json:"voters,omitempty"`    // who has a say
	Documents string  `json:"documents,omitempty"` // statutes, minutes: an address
	Meetings  Text    `json:"meetings,omitempty"`  // how often people meet to decide
}

// Voter is a group of people who have a say in what a hoster decides.
type Voter string

// The groups.
const (
	VoterVolunteers Voter = "volunteers"
	VoterEmployees  Voter = "employees"
	VoterMembers    Voter = "members" // of the structure
	VoterHosted     Voter = "hosted"  // the people whom it hosts
	VoterFounders   Voter = "founders"
)

// Funding is something that pays for the work (demand 27).
type Funding string

// What pays.
const (
	FundingMembership Funding = "membership" // what members pay
	FundingPrices     Funding = "prices"     // what services are paid
	FundingDonations  Funding = "donations"
	FundingGrants     Funding = "grants" // public money, foundations
	FundingOwn        Funding = "own"    // the pockets of those who do the work
)

// Closing is how a hoster would stop in good order, or does (demand 38). The
// day itself is Hoster.Until, the state StateClosing; who takes over is a
// Relation (RelationSuccessor), a proposal until that hoster says the same.
type Closing struct {
	NoticeDays  *int `json:"noticeDays,omitempty"` // days' notice that it gives, at least
	AnnouncedOn Date `json:"announcedOn,omitzero"`
	Plan        Text `json:"plan,omitempty"` // what becomes of services and data
}

// Owner is the body that a hoster belongs to.
type Owner struct {
	Name    string `json:"name"`
	Website string `json:"website,omitempty"`
	Logo    string `json:"logo,omitempty"`
}

// Contact is how and when somebody answers.
type Contact struct {
	URL       string     `json:"url,omitempty"`
	Email     string     `json:"email,omitempty"`
	Phone     string     `json:"phone,omitempty"`
	Hours     []Hours    `json:"hours,omitempty"`
	Languages []Language `json:"languages,omitempty"`
	Delay     Text       `json:"delay,omitempty"` // within what time an answer comes, in words
}

// Hours is a span of the week in which somebody answers.
type Hours struct {
	Days     []string `json:"days"` // "mon" … "sun"
	From     string   `json:"from"` // "09:00"
	To       string   `json:"to"`   // "17:00", after From
	TimeZone string   `json:"timeZone,omitempty"`
	Channel  string   `json:"channel,omitempty"` // "phone", "mail", "chat", "on-site"
}

// Work is who does the work behind the services, and how that is bearable.
type Work struct {
	Maintenance    Maintenance     `json:"maintenance,omitempty"`
	PaidPeople     *int            `json:"paidPeople,omitempty"`
	Volunteers     *int            `json:"volunteers,omitempty"`
	CanRepair      *int            `json:"canRepair,omitempty"`      // people able to act on the machines
	CanActAlone    *bool           `json:"canActAlone,omitempty"`    // somebody can intervene alone (demand 41)
	PeopleComment  Text            `json:"peopleComment,omitempty"`  // in its own words
	OnCall         *OnCall         `json:"onCall,omitempty"`         // nil: not said
	Guarantee      Text            `json:"guarantee,omitempty"`      // what is promised, or why nothing is (demand 26)
	Qualifications []Qualification `json:"qualifications,omitempty"` // demand 24
}

// Maintenance says whether the work is paid; "" is not said.
type Maintenance string

// The kinds of work (demand 19).
const (
	MaintenanceVolunteer Maintenance = "volunteer"
	MaintenancePaid      Maintenance = "paid"
	MaintenanceMixed     Maintenance = "mixed"
)

// OnCall is duty outside the contact hours, never told without its human cost
// (demands 21 and 22).
type OnCall struct {
	None           bool  `json:"none,omitempty"`           // said: nobody is on call
	AroundTheClock bool  `json:"aroundTheClock,omitempty"` // "24/7": refused without the fields below
	Rotation       int   `json:"rotation,omitempty"`       // people who take turns
	MaxConsecutive int   `json:"maxConsecutive,omitempty"` // duties in a row, at most
	Rest           Text  `json:"rest,omitempty"`
	Compensation   Text  `json:"compensation,omitempty"`
	DecidedBy      Text  `json:"decidedBy,omitempty"`
	Agreed         *bool `json:"agreed,omitempty"` // the people on duty agreed to it
}

// Qualification is something learnt or done that a hoster points at.
type Qualification struct {
	Kind       string `json:"kind"` // "training", "diploma", "contribution", "accompaniment", "mentoring"
	Title      string `json:"title"`
	Issuer     string `json:"issuer,omitempty"`
	URL        string `json:"url,omitempty"`
	Year       int    `json:"year,omitempty"`
	AttestedBy ID     `json:"attestedBy,omitempty"`
}

// Membership is the claim of a hoster to belong to a collective. It is a claim
// until the collective says the same.
type Membership struct {
	Collective string `json:"collective"` // slug: "chatons"
	Since      Date   `json:"since,omitzero"`
	Until      Date   `json:"until,omitzero"`
	State      State  `json:"state,omitempty"`
	Comment    string `json:"comment,omitempty"`
	Charter    string `json:"charter,omitempty"` // id of the version that it follows: "chatons-2"
}

// Link is an address of a hoster elsewhere.
type Link struct {
	Kind LinkKind `json:"kind"`
	Name string   `json:"name"` // "mastodon", "matrix", "liberapay"
	URL  string   `json:"url"`  // http, https, xmpp, irc, ircs or matrix
}

// LinkKind groups links as ChatonsInfos does.
type LinkKind string

// The kinds of links.
const (
	LinkSocial  LinkKind = "social"
	LinkChat    LinkKind = "chat"
	LinkFunding LinkKind = "funding"
)
