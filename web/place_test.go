package web

import (
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

func TestHosterOfCoordinatesAloneIsNearATown(t *testing.T) {
	l := directorytest.Listing("Les Lucioles")
	tests := []struct {
		seat directory.Place
		want string // "": nothing is said of where it is
	}{
		{directory.Place{Name: "Le Yaudet", Point: &directory.Point{Latitude: 48.73, Longitude: -3.46}}, "Le Yaudet"},
		{directory.Place{Point: &directory.Point{Latitude: 48.73, Longitude: -3.46}}, "près de Lannion (Côtes-d'Armor)"},
		{directory.Place{Point: &directory.Point{Latitude: 45, Longitude: -30}}, ""},
	}
	for _, test := range tests {
		l.Hoster.Seat, l.Hoster.Serves = test.seat, nil
		n := directoryNode(t, []directory.Listing{l}, nil)
		for _, address := range []string{"/hebergeurs", "/h/les_lucioles@les-lucioles.example"} {
			var got string
			for _, p := range n.page(address).all("p") {
				if attribute(p, "class") == "place" {
					got = squeeze(words(p))
				}
			}
			if got != test.want {
				t.Errorf("%s: got %q, want %q", address, got, test.want)
			}
		}
	}
}

func TestHoursNameAClockThatDiffers(t *testing.T) {
	fr := bothLocales(t)["fr"]
	h := directory.Hours{Days: []string{"mon"}, From: "09:00", To: "12:00"}
	for zone, want := range map[string]string{
		"": "lundi, 9 h – 12 h", "Europe/Paris": "lundi, 9 h – 12 h", "Europe/Brussels": "lundi, 9 h – 12 h",
		"Indian/Reunion": "lundi, 9 h – 12 h, à l'heure de Indian/Reunion",
		"Africa/Lagos":   "lundi, 9 h – 12 h, à l'heure de Africa/Lagos", // Paris's in winter only
		"Nowhere":        "lundi, 9 h – 12 h, à l'heure de Nowhere",
	} {
		h.TimeZone = zone
		if got := strings.ReplaceAll(fr.hours(h), "\u00a0", " "); got != want {
			t.Errorf("%s: got %q, want %q", zone, got, want)
		}
	}
}

// TestServiceOfAnIncidentIsConcerned: a team that writes of an incident does
// not have to write it twice.
func TestServiceOfAnIncidentIsConcerned(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	h.Services = h.Services[:1]
	h.Services[0].Level = ""
	incident := directorytest.Notice(h)
	for _, test := range []struct {
		kind  directory.NoticeKind
		stage directory.Stage
		want  bool
	}{
		{directory.NoticeIncident, directory.Investigating, true},
		{directory.NoticeIncident, directory.Resolved, false},
		{directory.NoticeMaintenance, directory.Planned, false},
	} {
		n := incident
		n.Kind, n.Stage, n.Affects = test.kind, test.stage, []directory.ID{h.Services[0].ID}
		page := hosterNode(t, &h, []directory.Notice{n}).page("/etat").words()
		if got := strings.Contains(page, "touché par un incident"); got != test.want {
			t.Errorf("%s, %s: said %t, want %t", test.kind, test.stage, got, test.want)
		}
	}
}
