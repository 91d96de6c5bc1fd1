package exchange

import (
	"reflect"
	"time"

	"matou/directory"
)

// Entry is the public JSON of one listing: a plain document whose field names
// stay, whatever becomes of the types inside. What a hoster does not say is
// left out; texts in several languages are objects from language to text;
// dates are ISO 8601, as precise as they were given.
//
//	{
//	  "id": "https://chat-droite.example/ap/actors/chat_droite",
//	  "handle": "@chat_droite@chat-droite.example",
//	  "page": "https://chat-droite.example/",
//	  "name": "Chat Droite",
//	  "summary": {"fr": "Association d'hébergement du Trégor"},
//	  "seat": {"name": "Lannion", "area": "insee:22113", "country": "FR",
//	           "latitude": 48.7322, "longitude": -3.459},
//	  "services": [{"name": "Pad", "website": "https://pad.chat-droite.example/",
//	                "software": "Etherpad", "withoutAccount": "full"}],
//	  "source": "https://chat-droite.example/ap/actors/chat_droite",
//	  "fetchedAt": "2026-02-01T10:00:00Z"
//	}
type Entry struct {
	ID           directory.ID          `json:"id"`
	Handle       string                `json:"handle"`         // "@name@host"; the host of its website where a file tells of it
	Page         string                `json:"page,omitempty"` // its own page on its own node
	Name         string                `json:"name"`
	Summary      directory.Text        `json:"summary,omitempty"`
	Description  directory.Text        `json:"description,omitempty"` // Markdown
	Form         directory.LegalForm   `json:"form,omitempty"`
	State        directory.State       `json:"state,omitempty"`
	StateComment string                `json:"stateComment,omitempty"` // in its own words
	Website      string                `json:"website,omitempty"`
	Logo         string                `json:"logo,omitempty"`
	Legal        string                `json:"legal,omitempty"` // address of its legal notice
	Guides       directory.Guides      `json:"guides,omitzero"`
	Links        []directory.Link      `json:"links,omitempty"`
	Owner        *directory.Owner      `json:"owner,omitempty"` // the body that it belongs to
	Contact      *EntryContact         `json:"contact,omitempty"`
	Languages    []directory.Language  `json:"languages,omitempty"`
	Audiences    []directory.Audience  `json:"audiences,omitempty"`
	Since        directory.Date        `json:"since,omitzero"`
	Until        directory.Date        `json:"until,omitzero"`
	Seat         *EntryPlace           `json:"seat,omitempty"`
	Serves       []directory.AreaCode  `json:"serves,omitempty"` // where it intervenes
	DataIn       []directory.AreaCode  `json:"dataIn,omitempty"` // where the data are
	Maintenance  directory.Maintenance `json:"maintenance,omitempty"`
	PaidPeople   *int                  `json:"paidPeople,omitempty"`
	Volunteers   *int                  `json:"volunteers,omitempty"`
	EntryWork
	Governance   directory.Text      `json:"governance,omitempty"` // who decides, and how
	Decisions    directory.Decisions `json:"decisions,omitzero"`
	FundingWords directory.Text      `json:"funding,omitempty"`  // what pays for the work, in words
	Funding      []directory.Funding `json:"fundedBy,omitempty"` // the same as facts
	Prices       directory.Text      `json:"prices,omitempty"`
	Hosting      *directory.Hosting  `json:"hosting,omitempty"`     // of the services that say nothing else
	Seeks        directory.Text      `json:"seeks,omitempty"`       // the help that it looks for
	Collectives  []EntryMembership   `json:"collectives,omitempty"` // by their slugs, with who says so
	Relations    []EntryRelation     `json:"relations,omitempty"`   // that it states, with who says so
	Closing      *EntryClosing       `json:"closing,omitempty"`
	Statements   []EntryStatement    `json:"statements,omitempty"`
	Services     []EntryService      `json:"services"`         // never null
	Source       string              `json:"source,omitempty"` // the address that it was fetched from
	FetchedAt    time.Time           `json:"fetchedAt,omitzero"`
	ToldBy       directory.Voice     `json:"toldBy"`                // "hoster", or "file" where a file tells of one that did not publish this itself
	File         *EntryFile          `json:"file,omitempty"`        // that file
	LearnedFrom  []directory.ID      `json:"learnedFrom,omitempty"` // the directories that told this one of it
	ConfirmedAt  time.Time           `json:"confirmedAt,omitzero"`  // when the hoster last stood by it
	UpdatedAt    time.Time           `json:"updatedAt,omitzero"`
}

// EntryFile is the file that tells of a hoster that did not publish its entry
// itself.
type EntryFile struct {
	Source     string    `json:"source"`               // its address, or its name where the keeper has it on disk
	Collective string    `json:"collective,omitempty"` // the name that it gives to those who keep it
	SaidAt     time.Time `json:"saidAt,omitzero"`      // when the hoster's part of it says that it was written
}

// EntryContact is how to reach a hoster.
type EntryContact struct {
	URL   string `json:"url,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`

	Hours     []directory.Hours    `json:"hours,omitempty"` // when somebody answers
	Languages []directory.Language `json:"languages,omitempty"`
	Delay     directory.Text       `json:"delay,omitempty"` // within what time an answer comes, in words
}

// EntryWork is who does the work, beside how many they are, and how that is
// bearable.
type EntryWork struct {
	CanRepair      *int                      `json:"canRepair,omitempty"`   // people able to act on the machines
	CanActAlone    *bool                     `json:"canActAlone,omitempty"` // somebody can intervene alone
	PeopleComment  directory.Text            `json:"peopleComment,omitempty"`
	OnCall         *directory.OnCall         `json:"onCall,omitempty"`    // left out: not said
	Guarantee      directory.Text            `json:"guarantee,omitempty"` // what is promised, or why nothing is
	Qualifications []directory.Qualification `json:"qualifications,omitempty"`
}

// EntryPlace is where a hoster is; coordinates are decimal degrees, WGS 84,
// both there or neither.
type EntryPlace struct {
	Name      string             `json:"name,omitempty"`
	Address   string             `json:"address,omitempty"`
	Area      directory.AreaCode `json:"area,omitempty"`
	Country   directory.AreaCode `json:"country,omitempty"`
	Latitude  *float64           `json:"latitude,omitempty"`
	Longitude *float64           `json:"longitude,omitempty"`
}

// EntryMembership is a membership in a collective. Dates and state are the
// hoster's own words; where it says nothing, the collective's.
type EntryMembership struct {
	Collective string           `json:"collective"`
	SaidBy     directory.SaidBy `json:"saidBy,omitempty"`  // "both", "hoster" (the hoster alone), "other" (the collective alone); left out once it has ended
	Sources    []string         `json:"sources,omitempty"` // where the collective says so
	Since      directory.Date   `json:"since,omitzero"`
	Until      directory.Date   `json:"until,omitzero"`
	State      directory.State  `json:"state,omitempty"`
	Charter    string           `json:"charter,omitempty"`
}

// EntryRelation is what a hoster does for or with another one.
type EntryRelation struct {
	Kind   directory.RelationKind `json:"kind"`
	With   directory.ID           `json:"with,omitempty"`
	Name   string                 `json:"name,omitempty"`
	SaidBy directory.SaidBy       `json:"saidBy"` // "both" or "hoster"
}

// EntryClosing is how a hoster stops, should it stop.
type EntryClosing struct {
	NoticeDays  *int           `json:"noticeDays,omitempty"`
	AnnouncedOn directory.Date `json:"announcedOn,omitzero"`
	Plan        directory.Text `json:"plan,omitempty"`
}

// EntryStatement is what somebody says on one criterion.
type EntryStatement struct {
	Criterion directory.CriterionID `json:"criterion"`
	Value     directory.Value       `json:"value"`
	SaidBy    directory.ID          `json:"saidBy"` // the hoster itself, or another
	Proof     string                `json:"proof,omitempty"`
	Comment   directory.Text        `json:"comment,omitempty"`
	Charter   string                `json:"charter,omitempty"` // the version under which it was said
}

// EntryService is one service of a hoster.
type EntryService struct {
	ID             directory.ID             `json:"id,omitempty"`
	Slug           string                   `json:"slug,omitempty"` // unique within its hoster
	Name           string                   `json:"name"`
	Summary        directory.Text           `json:"summary,omitempty"`
	Website        string                   `json:"website,omitempty"`
	Software       string                   `json:"software,omitempty"`
	Licence        string                   `json:"licence,omitempty"` // SPDX identifier
	Source         string                   `json:"source,omitempty"`  // where the program's source is
	Needs          []directory.NeedID       `json:"needs,omitempty"`
	WithoutAccount directory.WithoutAccount `json:"withoutAccount,omitempty"`
	OpenTo         []directory.OpenTo       `json:"openTo,omitempty"`
	Capacity       directory.Capacity       `json:"capacity,omitempty"`
	Share          int                      `json:"share,omitempty"` // of mutual aid: see directory.Service
	Level          directory.Level          `json:"level,omitempty"`
	LevelComment   string                   `json:"levelComment,omitempty"` // in words of the hoster
	Since          directory.Date           `json:"since,omitzero"`
	Until          directory.Date           `json:"until,omitzero"`
	Price          directory.Text           `json:"price,omitempty"`
	Limits         directory.Text           `json:"limits,omitempty"` // in words
	Terms          string                   `json:"terms,omitempty"`
	Contract       string                   `json:"contract,omitempty"` // address of the model contract
	Guides         directory.Guides         `json:"guides,omitzero"`
	Contact        *EntryContact            `json:"contact,omitempty"`      // left out: the hoster's
	Holds          directory.Holds          `json:"holds,omitzero"`         // up to what size it can serve
	Leaving        directory.Text           `json:"leaving,omitempty"`      // how to leave with one's data
	LeavesIn       []string                 `json:"leavesIn,omitempty"`     // formats in which the data come out
	Allowance      *directory.Allowance     `json:"allowance,omitempty"`    // days of interruption a year that the hoster allows itself
	Intervention   *directory.Intervention  `json:"intervention,omitempty"` // within what time somebody starts to act
	Hosting        *directory.Hosting       `json:"hosting,omitempty"`      // left out: the hoster's
	Statements     []EntryStatement         `json:"statements,omitempty"`
}

// EntryOf gives the public JSON document of a listing.
func EntryOf(l directory.Listing) Entry {
	h := l.Hoster
	e := Entry{
		ID: h.ID, Handle: l.Handle, Page: l.URL, Name: h.Name, Summary: h.Summary,
		Form: h.Form, State: h.State, Website: h.Website, Logo: h.Logo,
		Languages: h.Languages, Audiences: h.Audiences, Since: h.Since, Until: h.Until,
		Seat: entryPlace(h.Seat), Serves: h.Serves, DataIn: h.DataIn,
		Maintenance: h.Work.Maintenance, PaidPeople: h.Work.PaidPeople, Volunteers: h.Work.Volunteers,
		Services: make([]EntryService, 0, len(h.Services)),
		Source:   l.Origin, FetchedAt: l.FetchedAt, LearnedFrom: l.LearnedFrom, ConfirmedAt: h.ConfirmedAt, UpdatedAt: h.UpdatedAt,
	}
	if e.ToldBy = l.ToldBy(); l.File != nil {
		e.File = &EntryFile{Source: l.File.Source, Collective: l.File.Collective, SaidAt: l.File.SaidAt}
	}
	e.Description, e.StateComment, e.Legal, e.Guides, e.Links, e.Owner = h.Description, h.StateComment, h.Legal, h.Guides, h.Links, h.Owner
	e.Contact = entryContact(h.Contact)
	e.EntryWork = EntryWork{
		CanRepair: h.Work.CanRepair, CanActAlone: h.Work.CanActAlone, PeopleComment: h.Work.PeopleComment,
		OnCall: h.Work.OnCall, Guarantee: h.Work.Guarantee, Qualifications: h.Work.Qualifications,
	}
	e.Governance, e.Decisions, e.FundingWords, e.Funding = h.Governance, h.Decisions, h.Funding, h.FundedBy
	e.Prices, e.Hosting, e.Seeks = h.Prices, entryHosting(h.Hosting), h.Seeks
	e.Collectives = entryMemberships(l)
	e.Relations = entryRelations(l)
	if c := h.Closing; c.NoticeDays != nil || !c.AnnouncedOn.IsZero() || len(c.Plan) > 0 {
		e.Closing = &EntryClosing{NoticeDays: c.NoticeDays, AnnouncedOn: c.AnnouncedOn, Plan: c.Plan}
	}
	for _, s := range h.Statements {
		e.Statements = append(e.Statements, entryStatement(s, h.ID))
	}
	for _, s := range h.Services {
		e.Services = append(e.Services, entryService(s, h.ID))
	}
	return e
}

func entryPlace(p directory.Place) *EntryPlace {
	if p == (directory.Place{}) {
		return nil
	}
	e := &EntryPlace{Name: p.Name, Address: p.Address, Area: p.Area, Country: p.Country}
	if p.Point != nil {
		e.Latitude, e.Longitude = &p.Point.Latitude, &p.Point.Longitude
	}
	return e
}

func entryStatement(s directory.Statement, hoster directory.ID) EntryStatement {
	by := s.SaidBy
	if by == "" {
		by = hoster
	}
	return EntryStatement{Criterion: s.Criterion, Value: s.Value, SaidBy: by, Proof: s.Proof, Comment: s.Comment, Charter: s.Charter}
}

func entryContact(c directory.Contact) *EntryContact {
	e := EntryContact(c)
	if reflect.ValueOf(e).IsZero() {
		return nil
	}
	return &e
}

func entryHosting(h directory.Hosting) *directory.Hosting {
	if reflect.ValueOf(h).IsZero() {
		return nil
	}
	return &h
}

func entryService(s directory.Service, hoster directory.ID) EntryService {
	e := EntryService{
		ID: s.ID, Slug: s.Slug, Name: s.Name, Summary: s.Summary, Website: s.Website,
		Software: s.Software.Name, Licence: s.Software.Licence, Source: s.Software.Source, Needs: s.Needs,
		WithoutAccount: s.Registration.WithoutAccount, OpenTo: s.Registration.OpenTo, Capacity: s.Registration.Capacity, Share: s.Share,
		Level: s.Level, LevelComment: s.LevelComment, Since: s.Since, Until: s.Until,
		Price: s.Price, Limits: s.Limits, Terms: s.Terms, Contract: s.Contract, Guides: s.Guides, Contact: entryContact(s.Contact),
		Holds: s.Holds, Leaving: s.Leaving, LeavesIn: s.LeavesIn, Allowance: s.Allowance, Intervention: s.Intervention,
		Hosting: entryHosting(s.Hosting),
	}
	for _, st := range s.Statements {
		e.Statements = append(e.Statements, entryStatement(st, hoster))
	}
	return e
}
