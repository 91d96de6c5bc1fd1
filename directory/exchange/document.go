package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"matou/directory"
)

// documentFormat marks matou's own documents.
const documentFormat = "matou-listings/1"

// document is matou's own format: listings whole, as directory.Listing has
// them, so that nothing is lost on the way out and in.
//
//	{"format": "matou-listings/1", "listings": [{"hoster": {…}, "handle": "@chat@chat.example", "url": …, "origin": …}]}
type document struct {
	Format   string              `json:"format"`
	Next     string              `json:"next,omitempty"` // address of the next page
	Listings []directory.Listing `json:"listings"`
}

// ExportJSON writes listings in matou's own format, which loses nothing. Of a
// profile that is in no directory, the hoster alone is set.
func ExportJSON(listings []directory.Listing) ([]byte, error) { return ExportJSONPage(listings, "") }

// ExportJSONPage writes some of many listings, and the address of those that
// come after them, "" for none.
func ExportJSONPage(listings []directory.Listing, next string) ([]byte, error) {
	if listings == nil {
		listings = []directory.Listing{}
	}
	return encodeJSON(document{Format: documentFormat, Next: next, Listings: listings})
}

// readDocument reads matou's own format, or the public JSON of a directory,
// whose listings are Entry. A listing that cannot be read is told and left
// out; so are keys that are not known.
func readDocument(source string, raw []byte) (Reading, error) {
	if len(raw) > MaxDocumentBytes && isOwnFormat(raw) {
		return streamDocument(source, raw)
	}
	v, err := parseJSON(source, raw)
	if err != nil {
		return Reading{}, err
	}
	o, _ := v.(object)
	items := o.list("listings")
	if len(items) == 0 && (o.has("hoster") || o.has("handle")) {
		items = []any{o}
	}
	if len(items) > MaxHosters {
		return Reading{}, directory.Invalid(source, "has %d listings, and may have %d", len(items), MaxHosters)
	}
	var r Reading
	if o.has("next") {
		r.Warnings = append(r.Warnings, Warning{File: source, Key: "next", Reason: "this is one page of several; only what stands in it is read"})
	}
	for i, item := range items {
		one, _ := item.(object)
		f, err := readListing(source, one)
		if err != nil {
			r.Warnings = append(r.Warnings, Warning{File: source, Key: fmt.Sprintf("listings[%d]", i), Reason: err.Error() + "; this listing is left out"})
			continue
		}
		r.Hosters = append(r.Hosters, f)
	}
	return r, nil
}

// readListing reads one item: a listing, or an Entry where it has no hoster.
func readListing(source string, o object) (Found, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return Found{}, directory.Invalid(source, "cannot be read")
	}
	if !o.has("hoster") {
		var e Entry
		warnings, err := decodeKnown(source, raw, &e)
		f := Found{Hoster: e.hoster(), Source: e.Source, SaidAt: e.UpdatedAt, Warnings: warnings}
		return f, err
	}
	var l directory.Listing
	warnings, err := decodeKnown(source, raw, &l)
	f := Found{Hoster: l.Hoster, Source: l.Origin, SaidAt: lastSaid(l.Hoster), Warnings: warnings}
	return f, err
}

// decodeKnown decodes a value. What is of another type than it should be, and
// keys that are not known, are told and left out.
func decodeKnown[T any](source string, raw []byte, into *T) (warnings []Warning, err error) {
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(raw, into); {
	case errors.As(err, &wrong):
		warnings = append(warnings, Warning{File: source, Key: wrong.Field, Reason: "a JSON " + wrong.Value + " cannot stand here; it is left out"})
	case err != nil:
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var again T
	if err := d.Decode(&again); err != nil && wrong == nil {
		key := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		warnings = append(warnings, Warning{File: source, Key: key, Reason: "this is no key that is known here; it is not used", Unknown: true})
	}
	return warnings, nil
}

// hoster gives back what an Entry says, as far as it says it.
func (e Entry) hoster() directory.Hoster {
	h := directory.Hoster{
		ID: e.ID, Handle: handleName(e.Handle), Name: e.Name, Summary: e.Summary, Form: e.Form, State: e.State,
		Website: e.Website, Logo: e.Logo, Languages: e.Languages, Audiences: e.Audiences, Since: e.Since, Until: e.Until,
		Serves: e.Serves, DataIn: e.DataIn,
		Work:        directory.Work{Maintenance: e.Maintenance, PaidPeople: e.PaidPeople, Volunteers: e.Volunteers},
		ConfirmedAt: e.ConfirmedAt, UpdatedAt: e.UpdatedAt,
	}
	if c := e.Contact; c != nil {
		h.Contact = directory.Contact(*c)
	}
	if p := e.Seat; p != nil {
		h.Seat = directory.Place{Name: p.Name, Address: p.Address, Area: p.Area, Country: p.Country}
		if p.Latitude != nil && p.Longitude != nil {
			h.Seat.Point = &directory.Point{Latitude: *p.Latitude, Longitude: *p.Longitude}
		}
	}
	for _, m := range e.Collectives {
		h.Memberships = append(h.Memberships, directory.Membership{Collective: m.Collective, Since: m.Since, Until: m.Until, State: m.State})
	}
	h.Statements = statementsOf(e.Statements, e.ID)
	e.moreOf(&h)
	taken := map[string]bool{}
	for _, s := range e.Services {
		slug := s.Slug
		if slug == "" {
			slug = Slug(s.Name)
		}
		h.Services = append(h.Services, s.service(unique(taken, slug, maxName), e.ID))
	}
	return h
}

func (s EntryService) service(slug string, hoster directory.ID) directory.Service {
	back := directory.Service{
		ID: s.ID, Slug: slug, Name: s.Name, Summary: s.Summary, Website: s.Website, Needs: s.Needs,
		Software:     directory.Software{Name: s.Software, Licence: s.Licence, Source: s.Source},
		Registration: directory.Registration{WithoutAccount: s.WithoutAccount, OpenTo: s.OpenTo, Capacity: s.Capacity},
		Share:        s.Share,
		Level:        s.Level, Price: s.Price, Terms: s.Terms,
	}
	s.moreOf(&back, hoster)
	return back
}

// handleName gives the name in "@name@host".
func handleName(handle string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(handle, "@"), "@")
	return name
}
