package exchange_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/exchange"
)

func TestHandle(t *testing.T) {
	for name, want := range map[string]string{
		"Chat Droite": "chat_droite", "www.chat-droite.example": "chat_droite", "Libre-Service.eu": "libre_service",
		"L'Été d'Ici": "lete_dici", "  Ça & là!! ": "ca_la", "Œuvre Łódź ß": "oeuvre_lodz_ss", "chat.example:8443": "chat",
		"": "hoster", "猫": "hoster", "...": "hoster", strings.Repeat("ab ", 40): strings.TrimRight(strings.Repeat("ab_", 22)[:64], "_"),
	} {
		if got := exchange.Handle(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if got := exchange.Slug("Pad du Trégor"); got != "pad-du-tregor" {
		t.Errorf("got %q", got)
	}
}

func TestHandleIsAlwaysOne(t *testing.T) {
	handle, slug := regexp.MustCompile(`^[a-z0-9_]{1,64}$`), regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if got := exchange.Handle(name); !handle.MatchString(got) {
			t.Fatalf("%q: got the handle %q", name, got)
		}
		if got := exchange.Slug(name); !slug.MatchString(got) {
			t.Fatalf("%q: got the slug %q", name, got)
		}
	})
}

func listing(name string, p *directory.Point) directory.Listing {
	handle, host := exchange.Handle(name), exchange.Slug(name)+".example"
	id := directory.ID(fmt.Sprintf("https://%s/ap/actors/%s", host, handle))
	paid := 2
	return directory.Listing{
		Hoster: directory.Hoster{
			ID: id, Handle: handle, Name: name, Form: directory.FormAssociation,
			Summary: directory.Text{"fr": "Près de chez vous", "en": "Near <you>"},
			Website: "https://" + host + "/",
			Contact: directory.Contact{Email: "bonjour@" + host},
			Seat:    directory.Place{Name: "Lannion", Area: "insee:22113", Country: "FR", Point: p},
			Since:   directory.Date{Year: 2017, Month: 3},
			Work:    directory.Work{Maintenance: directory.MaintenanceMixed, PaidPeople: &paid},
			Memberships: []directory.Membership{
				{Collective: "chatons", Since: directory.Date{Year: 2018}, State: directory.StateActive},
			},
			Statements: []directory.Statement{
				{Criterion: "free-software-only", Value: directory.Met},
				{Criterion: "backups", Value: directory.PartlyMet, SaidBy: "https://collectif.example/ap/actors/c"},
			},
			Services: []directory.Service{{
				ID: id + "/services/pad", Slug: "pad", Name: "Pad", Website: "https://pad." + host + "/",
				Software:     directory.Software{Name: "Etherpad", Licence: "Apache-2.0"},
				Registration: directory.Registration{WithoutAccount: directory.UseFull},
			}},
			UpdatedAt: time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC),
		},
		Handle: "@" + handle + "@" + host, URL: "https://" + host + "/",
		Origin: string(id), FetchedAt: time.Date(2026, 2, 2, 10, 0, 0, 0, time.UTC),
	}
}

func TestGeoJSON(t *testing.T) {
	listings := []directory.Listing{
		listing("Chat Droite", &directory.Point{Latitude: 48.7322, Longitude: -3.459}),
		listing("Sans Lieu", nil),
		listing("Hors Globe", &directory.Point{Latitude: math.NaN(), Longitude: 3}),
	}
	got := exchange.GeoJSON(listings, "en")
	if !json.Valid(got) {
		t.Fatalf("not JSON: %s", got)
	}
	var indented any
	if err := json.Unmarshal(got, &indented); err != nil {
		t.Fatal(err)
	}
	golden(t, "listings.geojson", asJSON(t, indented))
	if got := string(exchange.GeoJSON(nil, "fr")); got != `{"type":"FeatureCollection","features":[]}` {
		t.Errorf("of nothing: got %s", got)
	}
}

func TestEntry(t *testing.T) {
	golden(t, "entry.json", asJSON(t, exchange.EntryOf(listing("Chat Droite", &directory.Point{Latitude: 48.7322, Longitude: -3.459}))))
	golden(t, "entry-bare.json", asJSON(t, exchange.EntryOf(directory.Listing{Hoster: directory.Hoster{ID: "https://a.example/ap/actors/a", Name: "A"}, Handle: "@a@a.example"})))
}
