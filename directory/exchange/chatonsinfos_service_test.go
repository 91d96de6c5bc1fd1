package exchange_test

import (
	"reflect"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/exchange"
)

func TestMembershipsAndLinks(t *testing.T) {
	f, _ := read(t, "o.properties", `file.class = organization
organization.name = Chat
organization.memberof.CHATONS.startdate = 2018
organization.memberof.chatons.status.level = IDLE
organization.memberof.chatons.status.description = pause d'été
organization.memberof.nulle-part.startdate =
organization.memberof.d'ici.startdate = 2020
organization.socialnetworks.Mastodon = https://social.example/@chat
organization.socialnetworks.pixelfed = https://pix.example/chat
organization.socialnetworks.pixelfeld = https://pix.example/other
organization.chatrooms.irc = ircs://irc.example/chat
organization.chatrooms.matrix = #chat:matrix.example
organization.funding.Tipee = https://tip.example/chat
`)
	h, warnings, err := exchange.Hoster(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantMemberships := []directory.Membership{{Collective: "chatons", Since: directory.Date{Year: 2018}, State: directory.StatePaused, Comment: "pause d'été"}}
	if !reflect.DeepEqual(h.Memberships, wantMemberships) {
		t.Errorf("got memberships %+v", h.Memberships)
	}
	wantLinks := []directory.Link{
		{Kind: directory.LinkSocial, Name: "mastodon", URL: "https://social.example/@chat"},
		{Kind: directory.LinkSocial, Name: "pixelfed", URL: "https://pix.example/chat"},
		{Kind: directory.LinkChat, Name: "irc", URL: "ircs://irc.example/chat"},
		{Kind: directory.LinkFunding, Name: "tipee", URL: "https://tip.example/chat"},
	}
	if !reflect.DeepEqual(h.Links, wantLinks) {
		t.Errorf("got links %+v", h.Links)
	}
	if len(warnings) != 3 {
		t.Errorf("want a warning each of d'ici, the second pixelfed and matrix, got %q", sentences(warnings))
	}
}

func TestServiceValues(t *testing.T) {
	tests := []struct {
		lines string
		get   func(directory.Service) any
		want  any
		warns string
	}{
		{"service.registration = None", registration, directory.Registration{WithoutAccount: directory.UseFull}, ""},
		{"service.registration = none ; FREE;;", registration, directory.Registration{WithoutAccount: directory.UseFull, OpenTo: []directory.OpenTo{directory.OpenToAnyone}}, ""},
		{"service.registration = Client;Member;Client", registration, directory.Registration{OpenTo: []directory.OpenTo{directory.OpenToMembers, directory.OpenToClients}}, ""},
		{"service.registration = Free;Amis", registration, directory.Registration{OpenTo: []directory.OpenTo{directory.OpenToAnyone}}, `"Amis" is none of None, Free, Member, Client`},
		{"service.registration.load = full", registration, directory.Registration{Capacity: directory.CapacityFull}, ""},
		{"service.status.level = OVER", level, directory.LevelOver, ""},
		{"service.status.level = VOID", level, directory.Level(""), ""},
		{"service.status.level = MAINTENANCE", level, directory.LevelWarning, ""},
		{"service.status = DOWN", level, directory.LevelError, ""},
		{"service.status.level = en panne", level, directory.Level(""), `"en panne" is none of OK, WARNING`},
		{"software.modules = a; b ;;c", modules, []string{"a", "b", "c"}, ""},
		{"host.provider = Nuage", provider, "Nuage", ""},
		{"host.name = Chez nous\nhost.provider = Nuage", provider, "Chez nous", ""},
		{"host.name =\nhost.provider = Nuage", provider, "Nuage", ""},
		{"host.provider.type = HOSTEDSERVER\nhost.server.type = NANO", provider, "", "seldom goes with that host.provider.type"},
		{"host.provider.hypervisor = KVM\nservice.install.type = CONTAINER", provider, "", ""},
	}
	for _, test := range tests {
		t.Run(test.lines, func(t *testing.T) {
			f, _ := read(t, "pad.properties", "file.class = service\nservice.name = Pad\n"+test.lines+"\n")
			s, warnings, err := exchange.Service(f)
			if err != nil {
				t.Fatal(err)
			}
			if got := test.get(s); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			switch {
			case test.warns == "" && len(warnings) > 0:
				t.Errorf("warned of %q", sentences(warnings))
			case test.warns != "" && !strings.Contains(strings.Join(sentences(warnings), "\n"), test.warns):
				t.Errorf("got warnings %q, want %q in them", sentences(warnings), test.warns)
			}
		})
	}
}

func registration(s directory.Service) any { return s.Registration }
func level(s directory.Service) any        { return s.Level }
func modules(s directory.Service) any      { return s.Software.Modules }
func provider(s directory.Service) any     { return s.Hosting.MachineRoom }

// The format knows machines of services only: a service that says nothing of
// its own goes out with its hoster's.
func TestServiceGoesOutWithTheMachinesOfItsHoster(t *testing.T) {
	h := directory.Hoster{Handle: "chat", Hosting: directory.Hosting{MachineRoom: "La Baie Commune", Country: "BE"}}
	s := directory.Service{Slug: "pad", Name: "Pad"}
	f := exchange.ExportService(s, h, nil)
	for key, want := range map[string]string{"host.name": "La Baie Commune", "host.country.code": "BE"} {
		if got, _ := f.Lookup(key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	s.Hosting.Country = "DE"
	if got, ok := exchange.ExportService(s, h, nil).Lookup("host.name"); ok && got != "" {
		t.Errorf("a service that speaks for itself goes out with %q of its hoster's", got)
	}
}
