package directory_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
)

var read = time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)

func TestHistoryNamesWhatCameChangedAndWent(t *testing.T) {
	people, none := 2, 0
	before := directory.Listing{
		Handle: "@lucioles@lucioles.example", Origin: "https://lucioles.example/actor", FetchedAt: read,
		Hoster: directory.Hoster{
			ID: "https://lucioles.example/actor", Name: "Les Lucioles", Prices: directory.Text{"fr": "prix libre"},
			Work:        directory.Work{PaidPeople: &people, Maintenance: directory.MaintenanceMixed},
			Statements:  []directory.Statement{{Criterion: "no-tracking", Value: directory.Met}},
			Memberships: []directory.Membership{{Collective: "chatons"}},
			Services: []directory.Service{
				{Slug: "pad", Name: "Pad", Level: directory.LevelOK, Registration: directory.Registration{Capacity: directory.CapacityOpen}},
				{Slug: "visio", Name: "Visio", Website: "https://visio.lucioles.example/"},
			},
		},
	}
	after := before
	after.FetchedAt = read.Add(time.Hour)
	h := &after.Hoster
	h.ConfirmedAt, h.UpdatedAt = read, read
	h.Prices = nil
	h.Funding = directory.Text{"fr": "les adhésions"}
	h.Work.PaidPeople = &none
	h.Statements = []directory.Statement{{Criterion: "no-tracking", Value: directory.PartlyMet}, {Criterion: "backups", Value: directory.Met}}
	h.Memberships = nil
	h.Services = []directory.Service{
		{Slug: "pad", Name: "Pad", Level: directory.LevelAlert, Registration: directory.Registration{Capacity: directory.CapacityFull}},
		{Slug: "agenda", Name: "Agenda", Website: "https://agenda.lucioles.example/"},
	}
	got, some := directory.Changes(before, after, read, directory.VoiceHoster)
	want := directory.HistoryEntry{
		Hoster: "https://lucioles.example/actor", At: read, Event: directory.HistoryChanged,
		SaidBy: directory.VoiceHoster, Source: "https://lucioles.example/actor",
		Added:   []directory.Fact{{Field: "funding"}, {Field: "service", Of: "agenda"}, {Field: "statement", Of: "backups"}},
		Changed: []directory.Fact{{Field: "service.capacity", Of: "pad"}, {Field: "statement", Of: "no-tracking"}, {Field: "work.paidPeople"}},
		Removed: []directory.Fact{{Field: "membership", Of: "chatons"}, {Field: "prices"}, {Field: "service", Of: "visio"}},
	}
	if !some || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// A hoster that confirms its profile, and services that go up and down, change
// nothing of what is said.
func TestHistoryPassesOverWhatIsReadAnew(t *testing.T) {
	for _, l := range directorytest.Listings(60, 1) {
		again := l
		again.FetchedAt = l.FetchedAt.Add(time.Hour)
		again.Hoster.ConfirmedAt = again.FetchedAt
		again.Hoster.UpdatedAt = again.FetchedAt
		again.Hoster.Services = append([]directory.Service(nil), l.Hoster.Services...)
		for i := range again.Hoster.Services {
			again.Hoster.Services[i].Level = directory.LevelError
		}
		if e, some := directory.Changes(l, again, read, directory.VoiceHoster); some {
			t.Errorf("%s: got %+v, want nothing changed", l.Hoster.Name, e)
		}
	}
}

// What is kept of a withdrawal names no fact.
func TestHistoryOfAWithdrawalNamesNothing(t *testing.T) {
	e := directory.Leaves("https://lucioles.example/actor", read, directory.VoiceHoster)
	want := directory.HistoryEntry{Hoster: "https://lucioles.example/actor", At: read, Event: directory.HistoryLeft, SaidBy: directory.VoiceHoster}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got %+v, want %+v", e, want)
	}
}

func TestHistoryEntryIsBounded(t *testing.T) {
	var before, after directory.Listing
	for i := range directory.MaxServices {
		before.Hoster.Services = append(before.Hoster.Services, directory.Service{Slug: fmt.Sprintf("a%d", i)})
		after.Hoster.Services = append(after.Hoster.Services, directory.Service{Slug: fmt.Sprintf("b%d", i)})
	}
	e, _ := directory.Changes(before, after, read, directory.VoiceHoster)
	if got := len(e.Added) + len(e.Changed) + len(e.Removed); got != directory.MaxHistoryFacts {
		t.Errorf("got %d facts named, want %d", got, directory.MaxHistoryFacts)
	}
	if want := 2*directory.MaxServices - directory.MaxHistoryFacts; e.More != want {
		t.Errorf("got %d more, want %d", e.More, want)
	}
}
