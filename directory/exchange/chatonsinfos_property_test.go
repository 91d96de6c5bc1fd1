package exchange_test

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/exchange"
)

// --- Files as hosters write them -------------------------------------------

// someKeys are keys of the format, old spellings and mistyped ones.
var someKeys = []string{
	"file.class", "file.datetime", "file.url",
	"organization.name", "organization.description", "organization.type", "organization.startDate", "organization.enddate",
	"organization.status.level", "organization.status", "organization.status.description", "organization.website",
	"organization.logo", "organization.logo.url", "organization.technical.url", "organization.guide.technical",
	"organization.owner.name", "organization.owner.website", "organization.country.name", "organization.country.code",
	"organization.geolocation.latitude", "organization.geolocation.longitude", "organization.geography", "organization.geolocation.address",
	"organization.memberof.chatons.startdate", "organization.memberof.chatons.status.level", "organization.memberof.autre.enddate",
	"organization.socialnetworks.pixelfeld", "organization.socialnetworks.pixelfed", "organization.chatrooms.xmpp", "organization.funding.Tipee",
	"organization.contact.email", "subs.pad", "subs.Nextcloud",
	"service.name", "service.description", "service.registration", "service.registration.load", "service.status.level", "service.status",
	"service.startdate", "software.name", "software.modules", "software.license.name", "host.name", "host.provider", "host.server.type",
	"host.provider.type", "host.country.name", "host.country.code", "service.install.type",
	"metrics.http.visits.2025.months", "unknown.future.key", "organization.futur", "é.ô",
}

// someValues are values, right and wrong for one key or another.
var someValues = []string{
	"", "Chat Droite", `L\'été<br/>arrive\nici`, "association", "ACTIVE", "IDLE", "Away", "club", "OK", "VOID", "over", "None;Free", "free ; member;x", "FULL", "open",
	"2018-06-01", "03/04/2016", "2018", "2018-06", "hier", "2026-02-01T10:00:00", "48.73", "-3,46", "15,23456", "181", "France", "be", "Atlantide",
	"https://chat.example/", "http://chat.example", "xmpp:a@chat.example?join", "javascript:x", "a@chat.example", "12;;30;", "\u202eesrever", "HOME", "nano", "PHYSICAL", "'", `"quoted" inside`,
}

// propertiesFile draws a file of a class, with its oddities.
func propertiesFile(class string) *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		var b strings.Builder
		if rapid.Bool().Draw(t, "mark") {
			b.WriteString("\ufeff")
		}
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end")
		fmt.Fprintf(&b, "file.class=%s%s", class, end)
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			b.WriteString(propertiesLine(t) + end)
		}
		return []byte(b.String())
	})
}

func propertiesLine(t *rapid.T) string {
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0:
		return rapid.SampledFrom([]string{"", "   ", "# [Organization]", "#organization.name = no", " # c = d", "neither", "= x"}).Draw(t, "other")
	default:
		key := rapid.SampledFrom(someKeys).Draw(t, "key")
		if rapid.Bool().Draw(t, "capitals") {
			key = strings.ToUpper(key)
		}
		value := rapid.SampledFrom(someValues).Draw(t, "value")
		quote := rapid.SampledFrom([]string{"", "", "'", `"`}).Draw(t, "quote")
		equals := rapid.SampledFrom([]string{"=", " = ", "\t=", " =\u00a0"}).Draw(t, "equals")
		return key + equals + quote + value + quote + rapid.SampledFrom([]string{"", " "}).Draw(t, "tail")
	}
}

// --- Hosters as far as the format can say them ------------------------------

func maybe[T any](t *rapid.T, label string, g *rapid.Generator[T]) (v T) {
	if rapid.Bool().Draw(t, label+"?") {
		v = g.Draw(t, label)
	}
	return v
}

var (
	names    = rapid.SampledFrom([]string{"Chat Droite", "L'été d'Ici", `"Guillemets"`, "'Apostrophes'", "=égal=", "# croisillon", "Nuage & Cie"})
	prose    = rapid.SampledFrom([]string{"Deux\nlignes", "L'une\n\nl'autre", "simple", "a = b"})
	urls     = rapid.SampledFrom([]string{"https://chat.example/", "http://chat.example/a?b=c#d", "https://été.example"})
	emails   = rapid.SampledFrom([]string{"a@chat.example", "b+c@chat.example"})
	contacts = rapid.Custom(func(t *rapid.T) directory.Contact {
		return directory.Contact{URL: maybe(t, "url", urls), Email: maybe(t, "email", emails)}
	})
	guides = rapid.Custom(func(t *rapid.T) directory.Guides {
		return directory.Guides{User: maybe(t, "user", urls), Technical: maybe(t, "technical", urls)}
	})
	dates = rapid.Custom(func(t *rapid.T) directory.Date {
		d := directory.Date{Year: rapid.IntRange(2, 9999).Draw(t, "year")}
		if d.Month = time.Month(rapid.IntRange(0, 12).Draw(t, "month")); d.Month > 0 {
			d.Day = rapid.IntRange(0, 28).Draw(t, "day")
		}
		return d
	})
	times = rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "second"), 0).UTC()
	})
	lands = rapid.SampledFrom([]directory.AreaCode{"FR", "BE", "ZZ"})
)

// inOrder swaps a beginning and an end that lies before it.
func inOrder(since, until *directory.Date) {
	if !until.IsZero() && until.Year < since.Year {
		*since, *until = *until, *since
	} else if !until.IsZero() && until.Year == since.Year {
		since.Year--
	}
}

// fine rounds to the eight decimals that the format has.
func fine(d float64) float64 { return math.Round(d*1e8) / 1e8 }

var hosters = rapid.Custom(func(t *rapid.T) directory.Hoster {
	h := directory.Hoster{
		Name:         names.Draw(t, "name"),
		Form:         maybe(t, "form", rapid.SampledFrom([]directory.LegalForm{directory.FormAssociation, directory.FormOther})),
		StateComment: maybe(t, "state comment", prose),
		Website:      maybe(t, "website", urls),
		Logo:         maybe(t, "logo", urls),
		Legal:        maybe(t, "legal", urls),
		Guides:       guides.Draw(t, "guides"),
		Since:        maybe(t, "since", dates),
		Contact:      contacts.Draw(t, "contact"),
		UpdatedAt:    maybe(t, "updated", times),
	}
	h.Handle, h.ConfirmedAt = exchange.Handle(h.Name), h.UpdatedAt
	if s := maybe(t, "summary", prose); s != "" {
		h.Summary = directory.Text{"fr": s}
	}
	switch rapid.IntRange(0, 4).Draw(t, "state") {
	case 1:
		h.State = directory.StateActive
	case 2:
		h.State = directory.StatePaused
	case 3:
		h.State, h.Until = directory.StateClosing, dates.Draw(t, "until")
	case 4:
		h.State, h.Until = directory.StateClosed, maybe(t, "until", dates)
	}
	inOrder(&h.Since, &h.Until)
	h.Seat.Country = maybe(t, "country", lands)
	h.Seat.Address = maybe(t, "address", names)
	if rapid.Bool().Draw(t, "point") {
		h.Seat.Point = &directory.Point{
			Latitude:  fine(rapid.Float64Range(-90, 90).Draw(t, "latitude")),
			Longitude: fine(rapid.Float64Range(-180, 180).Draw(t, "longitude")),
		}
	}
	if rapid.Bool().Draw(t, "owner") {
		h.Owner = &directory.Owner{Name: names.Draw(t, "owner name"), Website: maybe(t, "owner website", urls)}
	}
	for _, slug := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"chatons", "autre", "un-tiers-2"}), 0, 3, rapid.ID).Draw(t, "collectives") {
		h.Memberships = append(h.Memberships, directory.Membership{
			Collective: slug, State: directory.StatePaused, Since: maybe(t, "since", dates), Comment: maybe(t, "comment", prose),
		})
	}
	for _, kind := range []directory.LinkKind{directory.LinkSocial, directory.LinkChat, directory.LinkFunding} {
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"mastodon", "pixelfed", "tipee", "un autre", "a.b"}), 0, 3, rapid.ID).Draw(t, "links") {
			h.Links = append(h.Links, directory.Link{Kind: kind, Name: name, URL: urls.Draw(t, "link")})
		}
	}
	return h
})

var services = rapid.Custom(func(t *rapid.T) directory.Service {
	s := directory.Service{
		Slug: "pad", Name: names.Draw(t, "name"),
		Website: maybe(t, "website", urls), Logo: maybe(t, "logo", urls), Terms: maybe(t, "terms", urls),
		Guides: guides.Draw(t, "guides"), Contact: contacts.Draw(t, "contact"),
		Since: maybe(t, "since", dates), Until: maybe(t, "until", dates),
		Level:        maybe(t, "level", rapid.SampledFrom([]directory.Level{directory.LevelOK, directory.LevelAlert, directory.LevelOver})),
		LevelComment: maybe(t, "level comment", prose),
		Software: directory.Software{
			Name: maybe(t, "software", names), Website: maybe(t, "software website", urls), Licence: maybe(t, "licence", rapid.Just("AGPL-3.0-or-later")),
			LicenceURL: maybe(t, "licence address", urls), Source: maybe(t, "source", urls), Version: maybe(t, "version", rapid.Just("1.8.7")),
			Modules: maybe(t, "modules", rapid.Just([]string{"ep_align", "ep_comments_page"})),
		},
		Hosting: directory.Hosting{
			MachineRoom: maybe(t, "provider", names), Description: maybe(t, "hosting", prose), Distribution: maybe(t, "distribution", rapid.Just("Debian 12")),
			MachineRoomKind: maybe(t, "provider kind", rapid.SampledFrom([]string{directory.RoomHome, directory.RoomHostedBay})),
			ServerKind:      maybe(t, "server kind", rapid.SampledFrom([]string{directory.ServerPhysical, directory.ServerCloud})),
			Country:         maybe(t, "country", lands),
		},
	}
	inOrder(&s.Since, &s.Until)
	if x := maybe(t, "summary", prose); x != "" {
		s.Summary = directory.Text{"fr": x}
	}
	s.Registration.WithoutAccount = maybe(t, "without account", rapid.Just(directory.UseFull))
	s.Registration.Capacity = maybe(t, "capacity", rapid.SampledFrom([]directory.Capacity{directory.CapacityOpen, directory.CapacityFull}))
	for _, p := range []directory.OpenTo{directory.OpenToAnyone, directory.OpenToMembers, directory.OpenToClients} {
		if rapid.Bool().Draw(t, string(p)) {
			s.Registration.OpenTo = append(s.Registration.OpenTo, p)
		}
	}
	return s
})

// --- The properties ---------------------------------------------------------

func mustRead(t *rapid.T, raw []byte) *exchange.File {
	f, _, err := exchange.ReadChatonsInfos("pad.properties", raw)
	if err != nil {
		t.Fatalf("reading %q: %v", raw, err)
	}
	return f
}

// foreign gives the entries that matou has no word for: an export must give
// them back.
func foreign(f *exchange.File) []string {
	var lines []string
	for _, prefix := range []string{"metrics.", "unknown.", "organization.futur", "é.", "service.install.type", "subs."} {
		for _, e := range f.Prefix(prefix) {
			lines = append(lines, e.Key+"="+e.Value)
		}
	}
	slices.Sort(lines)
	return lines
}

// What nobody changed is given back byte for byte.
func TestExportOfAnUnchangedImportIsTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := propertiesFile("organization").Draw(t, "file")
		f := mustRead(t, raw)
		h, _, err := exchange.Hoster(f, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := exchange.ExportHoster(h, f).Bytes(); !bytes.Equal(got, raw) {
			t.Fatalf("read  %q\nwrote %q", raw, got)
		}
		if h.Name = "Chat"; h.Validate() != nil {
			t.Fatalf("imported what is not valid: %v", h.Validate())
		}
		raw = propertiesFile("service").Draw(t, "service file")
		f = mustRead(t, raw)
		s, _, err := exchange.Service(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := exchange.ExportService(s, h, f).Bytes(); !bytes.Equal(got, raw) {
			t.Fatalf("read  %q\nwrote %q", raw, got)
		}
		if s.Name = "Pad"; s.Validate("") != nil {
			t.Fatalf("imported what is not valid: %v", s.Validate(""))
		}
	})
}

// Whatever file a hoster was imported from, and whatever became of it since,
// its export reads back as it is now, and the keys of others are still there.
func TestExportOfAHosterReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := hosters.Draw(t, "hoster")
		var base *exchange.File
		if rapid.Bool().Draw(t, "base?") {
			base = mustRead(t, propertiesFile("organization").Draw(t, "base"))
		}
		out := exchange.ExportHoster(h, base)
		again := mustRead(t, out.Bytes())
		got, _, err := exchange.Hoster(again, nil)
		if err != nil {
			t.Fatal(err)
		}
		byName := func(h *directory.Hoster) {
			slices.SortFunc(h.Links, func(a, b directory.Link) int { return strings.Compare(string(a.Kind)+a.Name, string(b.Kind)+b.Name) })
			slices.SortFunc(h.Memberships, func(a, b directory.Membership) int { return strings.Compare(a.Collective, b.Collective) })
		}
		byName(&got) // in an older file, a new link goes beside its like
		byName(&h)
		if !reflect.DeepEqual(got, h) {
			t.Fatalf("got  %+v\nwant %+v\nfrom %s", got, h, out.Bytes())
		}
		if base != nil && !slices.Equal(foreign(again), foreign(base)) {
			t.Fatalf("got  %q\nwant %q", foreign(again), foreign(base))
		}
	})
}

func TestExportOfAServiceReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := services.Draw(t, "service")
		var base *exchange.File
		if rapid.Bool().Draw(t, "base?") {
			base = mustRead(t, propertiesFile("service").Draw(t, "base"))
		}
		out := exchange.ExportService(s, directory.Hoster{UpdatedAt: maybe(t, "updated", times)}, base)
		again := mustRead(t, out.Bytes())
		got, _, err := exchange.Service(again)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, s) {
			t.Fatalf("got  %+v\nwant %+v\nfrom %s", got, s, out.Bytes())
		}
		if base != nil && !slices.Equal(foreign(again), foreign(base)) {
			t.Fatalf("got  %q\nwant %q", foreign(again), foreign(base))
		}
	})
}

// FuzzReadChatonsInfos: any bytes are refused with a reason or kept as they
// are, and what is read of them can be written and read again.
func FuzzReadChatonsInfos(f *testing.F) {
	for _, name := range []string{"federation", "organization-clean", "organization-oddities", "service-pad"} {
		raw, err := readSample(name + ".properties")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("file.class=organization\norganization.soc\u212aalnetworks.a=https://b.example/"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, _, err := exchange.ReadChatonsInfos("f.properties", raw)
		if err != nil {
			return
		}
		if got := file.Bytes(); !bytes.Equal(got, raw) {
			t.Fatalf("read %q, gave back %q", raw, got)
		}
		if h, _, err := exchange.Hoster(file, nil); err == nil {
			if got := exchange.ExportHoster(h, file).Bytes(); !bytes.Equal(got, raw) {
				t.Fatalf("read %q, exported %q", raw, got)
			}
			if h.Name = "Chat"; h.Validate() != nil {
				t.Fatalf("imported what is not valid from %q: %v", raw, h.Validate())
			}
			fresh := exchange.ExportHoster(h, nil)
			again, _, err := exchange.ReadChatonsInfos("f.properties", fresh.Bytes())
			if err == nil && again.Class() != exchange.ClassOrganization {
				t.Fatalf("a fresh export of %q reads as %q", raw, fresh.Bytes())
			}
		}
		if c, _, err := exchange.Federation(file); err == nil {
			again, _, err := exchange.ReadChatonsInfos("f.properties", exchange.ExportFederation(c, "", nil).Bytes())
			if err != nil {
				t.Fatalf("a fresh export of %q is refused: %v", raw, err)
			}
			if got, _, err := exchange.Federation(again); err != nil || got.Name != c.Name || got.Website != c.Website {
				t.Fatalf("a fresh export of %q reads as %+v, %v", raw, got, err)
			}
		}
		if s, _, err := exchange.Service(file); err == nil {
			v := s
			if v.Name == "" {
				v.Name = "Pad"
			}
			if err := v.Validate(""); err != nil {
				t.Fatalf("imported what is not valid from %q: %v", raw, err)
			}
			if got := exchange.ExportService(s, directory.Hoster{}, file).Bytes(); !bytes.Equal(got, raw) {
				t.Fatalf("read %q, exported %q", raw, got)
			}
		}
	})
}
