package directory_test

import (
	"maps"
	"slices"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// brittany knows two areas more than their form says.
type brittany struct{}

func (brittany) Area(directory.AreaCode) (directory.Area, bool) { return directory.Area{}, false }
func (brittany) Locate(string) []directory.Area                 { return nil }
func (brittany) Ancestors(a directory.AreaCode) []directory.AreaCode {
	switch a {
	case "insee:22113":
		return []directory.AreaCode{a, "FR-22", "FR-BRE", "FR"}
	case "FR-22":
		return []directory.AreaCode{a, "FR-BRE", "FR"}
	}
	return []directory.AreaCode{a}
}

func TestTermsOfAFullListing(t *testing.T) {
	v := directory.LoadVocabulary()
	got := directory.Terms(directorytest.Listing("Les Lucioles"), &v, nil)
	for f, want := range map[directory.Facet][]string{
		"family":      {"collaborative-work", "file-sharing"},
		"need":        {"calendar", "contacts", "file-storage", "write-together"},
		"software":    {"etherpad", "nextcloud"},
		"account":     {"full", "nothing"},
		"join":        {"anyone", "clients", "members"},
		"capacity":    {"open", "waiting-list"},
		"serves":      {"FR", "FR-22", "FR-29"},
		"seat":        {"FR", "FR-22"},
		"data":        {"FR", "FR-BRE"},
		"form":        {"association"},
		"audience":    {"individual", "small-organisation"},
		"maintenance": {"mixed"},
		"paid":        {"yes"},
		"hours":       {"office", "weekend"},
		"oncall":      {"yes"},
		"allowance":   {"18", "36", "7"},
		"language":    {"br", "fr"},
		"collective":  {"chatons", "chatons:hoster"},
		"criterion":   {"several-can-repair"},
	} {
		if !slices.Equal(got[f], want) {
			t.Errorf("%s: got %v, want %v", f, got[f], want)
		}
	}
	for _, product := range []string{"google-docs", "dropbox", "google-calendar"} {
		if !slices.Contains(got["replaces"], product) {
			t.Errorf("replaces: got %v, want %s among them", got["replaces"], product)
		}
	}
	if slices.Contains(got["replaces"], "gmail") {
		t.Errorf("replaces: got %v, want no gmail", got["replaces"])
	}
}

func TestWhatIsNotSaidGivesNoTerm(t *testing.T) {
	v := directory.LoadVocabulary()
	l := directory.Listing{Hoster: directory.Hoster{
		Handle: "a", Name: "A", Work: directory.Work{Maintenance: directory.MaintenanceVolunteer},
		Services: []directory.Service{{Slug: "s", Name: "S"}},
	}}
	got := slices.Sorted(maps.Keys(directory.Terms(l, &v, nil)))
	if want := []directory.Facet{"maintenance"}; !slices.Equal(got, want) {
		t.Errorf("facets: got %v, want %v", got, want)
	}
}

func TestTermsOfOneFact(t *testing.T) {
	v := directory.LoadVocabulary()
	for name, c := range map[string]struct {
		change func(*directory.Hoster)
		facet  directory.Facet
		want   []string // nil: not said
	}{
		"nobody is paid":        {func(h *directory.Hoster) { h.Work = directory.Work{PaidPeople: new(0)} }, "paid", []string{"no"}},
		"paid work, no number":  {func(h *directory.Hoster) { h.Work = directory.Work{Maintenance: directory.MaintenancePaid} }, "paid", []string{"yes"}},
		"volunteers, no number": {func(h *directory.Hoster) { h.Work = directory.Work{Maintenance: directory.MaintenanceVolunteer} }, "paid", nil},
		"nobody on call":        {func(h *directory.Hoster) { h.Work.OnCall = &directory.OnCall{None: true} }, "oncall", []string{"no"}},
		"on call not said":      {func(h *directory.Hoster) { h.Work.OnCall = nil }, "oncall", nil},
		"Monday morning only": {func(h *directory.Hoster) {
			h.Contact.Hours = []directory.Hours{{Days: []string{"mon"}, From: "09:00", To: "12:00"}}
		}, "hours", []string{}},
		"three days and a half": {func(h *directory.Hoster) { h.Services[1].Allowance.DaysPerYear = 3.5 }, "allowance", []string{"18", "3.5", "36", "7"}},
		"forty days":            {func(h *directory.Hoster) { h.Services[1].Allowance.DaysPerYear = 40 }, "allowance", []string{}},
		"no allowance":          {func(h *directory.Hoster) { h.Services[1].Allowance = &directory.Allowance{None: true} }, "allowance", []string{"none"}},
		"nothing met":           {func(h *directory.Hoster) { h.Statements = h.Statements[1:] }, "criterion", []string{}},
		"undeclared": {func(h *directory.Hoster) {
			h.Statements = []directory.Statement{{Criterion: "meets-people", Value: directory.Undeclared}}
		}, "criterion", nil},
		"unknown criterion": {func(h *directory.Hoster) {
			h.Statements = []directory.Statement{{Criterion: "has-a-cat", Value: directory.Met}}
		}, "criterion", nil},
		"met until last year": {func(h *directory.Hoster) {
			h.Statements = h.Statements[:1]
			h.Statements[0].Until = directory.Date{Year: 2025}
		}, "criterion", []string{}},
		"met until this year": {func(h *directory.Hoster) {
			h.Statements = h.Statements[:1]
			h.Statements[0].Until = directory.Date{Year: 2026}
		}, "criterion", []string{"several-can-repair"}},
		"left the collective": {func(h *directory.Hoster) { h.Memberships[0].Until = directory.Date{Year: 2024, Month: 5} }, "collective", []string{}},
		"service over":        {func(h *directory.Hoster) { h.Services[0].Level = directory.LevelOver }, "software", []string{"nextcloud"}},
		"service ended":       {func(h *directory.Hoster) { h.Services[0].Until = directory.Date{Year: 2026, Month: 3, Day: 1} }, "software", []string{"nextcloud"}},
		"needs of the program": {func(h *directory.Hoster) {
			h.Services = []directory.Service{{Slug: "s", Name: "S", Software: directory.Software{Name: "etherpad-lite"}}}
		}, "need", []string{"write-together"}},
		"needs stated are the needs": {func(h *directory.Hoster) {
			h.Services = []directory.Service{{Slug: "s", Name: "S", Needs: []directory.NeedID{"paste", "unheard-of"}, Software: directory.Software{Name: "Etherpad"}}}
		}, "need", []string{"paste"}},
		"needs of modules": {func(h *directory.Hoster) {
			h.Services = []directory.Service{{Slug: "s", Name: "S", Software: directory.Software{Name: "Nextcloud", Modules: []string{"Nextcloud Talk"}}}}
		}, "need", []string{"calendar", "chat", "contacts", "file-storage", "photo-album", "video-meeting"}},
	} {
		l := directorytest.Listing("Les Lucioles")
		c.change(&l.Hoster)
		got, said := directory.Terms(l, &v, nil)[c.facet]
		if said != (c.want != nil) || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %s %v (said %t), want %v", name, c.facet, got, said, c.want)
		}
	}
}

func TestTermsOfAreasKnowTheirAncestors(t *testing.T) {
	v := directory.LoadVocabulary()
	l := directorytest.Listing("Les Lucioles")
	l.Hoster.Serves = []directory.AreaCode{"insee:22113"}
	got := directory.Terms(l, &v, brittany{})["serves"]
	if want := []string{"FR", "FR-22", "FR-BRE", "insee:22113"}; !slices.Equal(got, want) {
		t.Errorf("with areas: got %v, want %v", got, want)
	}
	if got := directory.Terms(l, &v, nil)["serves"]; !slices.Equal(got, []string{"insee:22113"}) {
		t.Errorf("without: got %v, want the code alone", got)
	}
}
