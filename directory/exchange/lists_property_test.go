package exchange_test

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/exchange"
)

// The file of a collective reads back as it was, with a link for each member.
func TestExportOfAFederationReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := exchange.Collective{
			Slug: "meute", Name: names.Draw(t, "name"), Website: maybe(t, "website", urls), Logo: maybe(t, "logo", urls),
			Legal: maybe(t, "legal", urls), Since: maybe(t, "since", dates), UpdatedAt: maybe(t, "updated", times),
			Contact: directory.Contact{URL: maybe(t, "contact", urls), Email: maybe(t, "mail", emails)},
			Guides:  directory.Guides{User: maybe(t, "user", urls), Technical: maybe(t, "technical", urls)},
		}
		if words := maybe(t, "description", prose); words != "" {
			c.Description = directory.Text{"fr": words}
		}
		var members []exchange.Member
		for i := range rapid.IntRange(0, 6).Draw(t, "members") {
			members = append(members, exchange.Member{Handle: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "handle"), URL: fmt.Sprintf("https://h%d.example/f.properties", i)})
		}
		again := mustRead(t, exchange.ExportFederation(c, "https://annuaire.example/meute.properties", members).Bytes())
		got, warnings, err := exchange.Federation(again)
		if err != nil || len(warnings) > 0 {
			t.Fatalf("got %v, %q from %s", err, sentences(warnings), again.Bytes())
		}
		got.Slug = c.Slug // it is the name of the file
		if !reflect.DeepEqual(got, c) {
			t.Fatalf("got  %+v\nwant %+v\nfrom %s", got, c, again.Bytes())
		}
		linked := map[string]bool{}
		for _, s := range again.Subs() {
			linked[s.URL] = true
		}
		for _, m := range members {
			if !linked[m.URL] {
				t.Fatalf("no link leads to %s: %s", m.URL, again.Bytes())
			}
		}
	})
}

// A directory.json leads to the file of every hoster that has a node, once.
func TestLibrehostersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var listings []directory.Listing
		want := map[string]bool{}
		for i := range rapid.IntRange(1, 8).Draw(t, "hosters") {
			host := fmt.Sprintf("h%d.example", i)
			listings = append(listings, directory.Listing{Hoster: directory.Hoster{ID: directory.ID("https://" + host + "/ap/actors/a"), Handle: "a", Name: names.Draw(t, "name")}})
			want["https://"+host+exchange.LibrehostPath] = true
		}
		raw, err := exchange.ExportLibrehosters(listings)
		if err != nil {
			t.Fatal(err)
		}
		r, err := exchange.Read(exchange.FormatLibrehosters, "https://annuaire.example/directory.json", raw)
		if err != nil || len(r.Warnings) > 0 || len(r.Links) != len(want) {
			t.Fatalf("got %+v, %v; want a link to each of %v", r, err, want)
		}
		for _, l := range r.Links {
			if !want[l.URL] {
				t.Fatalf("got a link to %s, want one of %v", l.URL, want)
			}
		}
	})
}

// A map reads back as where each hoster is; those who do not say are not on it.
func TestGeoJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var listings []directory.Listing
		want := map[string]string{} // by site
		for i := range rapid.IntRange(0, 8).Draw(t, "hosters") {
			site := fmt.Sprintf("https://h%d.example/", i)
			h := directory.Hoster{ID: directory.ID(site + "ap/actors/a"), Handle: "a", Name: names.Draw(t, "name"), Website: site}
			if rapid.Bool().Draw(t, "placed") {
				p := directory.Point{
					Latitude:  float64(rapid.IntRange(-900_000, 900_000).Draw(t, "latitude")) / 10_000,
					Longitude: float64(rapid.IntRange(-1_800_000, 1_800_000).Draw(t, "longitude")) / 10_000,
				}
				h.Seat.Point = &p
				want[site] = strconv.FormatFloat(p.Latitude, 'f', -1, 64) + "," + strconv.FormatFloat(p.Longitude, 'f', -1, 64)
			}
			listings = append(listings, directory.Listing{Hoster: h})
		}
		raw := exchange.GeoJSON(listings, "fr")
		r, err := exchange.Read(exchange.FormatGeoJSON, "map.geojson", raw)
		if err != nil || len(r.Warnings) > 0 {
			t.Fatalf("got %v, %q from %s", err, sentences(r.Warnings), raw)
		}
		got := map[string]string{}
		for _, h := range r.Hints {
			if h.Field == exchange.HintPoint {
				var latitude, longitude float64
				if _, err := fmt.Sscanf(h.Value, "%g,%g", &latitude, &longitude); err != nil {
					t.Fatalf("got the point %q", h.Value)
				}
				got[h.About] = strconv.FormatFloat(latitude, 'f', -1, 64) + "," + strconv.FormatFloat(longitude, 'f', -1, 64)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v from %s", got, want, raw)
		}
	})
}
