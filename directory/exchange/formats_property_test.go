package exchange_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/exchange"
)

// --- Hosters of every kind ---------------------------------------------------

// awkward are texts that one format or another could take for something else.
var awkward = rapid.SampledFrom([]string{
	"Chat Droite", "=cmd()", "+33 1", "-1+1", "@sum", "'=x", "''@y", "'", "＝全角", "a,b;c\td", `"quoted"`, "deux\nlignes", "<script>&amp;</script>",
	"\\n;,\\", "^'^n^^", "🐈 été", strings.Repeat("long ", 60) + "é", "BEGIN:VCARD", "null", "0", "--- a: b",
})

// lines are those of one line.
var lines = awkward.Filter(func(s string) bool { return !strings.ContainsAny(s, "\n\t") && len(s) < 200 })

func someText(t *rapid.T, label string) directory.Text {
	text := directory.Text{}
	for _, l := range []directory.Language{"fr", "en"} {
		if rapid.Bool().Draw(t, label+" "+string(l)) {
			text[l] = awkward.Draw(t, label)
		}
	}
	if len(text) == 0 {
		return nil
	}
	return text
}

// whole draws a valid hoster with something in every field that a format may
// hold, and awkward texts.
var whole = rapid.Custom(func(t *rapid.T) directory.Hoster {
	h := directorytest.Hoster("Les Lucioles")
	h.Name = lines.Draw(t, "name")
	h.Summary, h.Description, h.Prices = someText(t, "summary"), someText(t, "description"), someText(t, "prices")
	h.Form = maybe(t, "form", rapid.SampledFrom([]directory.LegalForm{directory.FormAssociation, directory.FormMicroCompany, directory.FormOther}))
	h.Website, h.Logo = maybe(t, "website", urls), maybe(t, "logo", urls)
	h.Since = maybe(t, "since", dates)
	h.Until = directory.Date{}
	h.Languages = rapid.SampledFrom([][]directory.Language{nil, {"fr"}, {"fr", "br", "en"}}).Draw(t, "languages")
	h.Seat.Name, h.Seat.Address = maybe(t, "town", lines), maybe(t, "address", awkward)
	if rapid.Bool().Draw(t, "nowhere") {
		h.Seat.Point = nil
	}
	h.Work.PaidPeople = rapid.SampledFrom([]*int{nil, new(0), new(7)}).Draw(t, "paid")
	if rapid.Bool().Draw(t, "no services") {
		h.Services = nil
	}
	for i := range h.Services {
		h.Services[i].Name = lines.Draw(t, "service")
		h.Services[i].Summary = someText(t, "service summary")
	}
	if err := h.Validate(); err != nil {
		t.Fatalf("drew what is not valid: %v", err)
	}
	return h
})

func reading(t *rapid.T, format exchange.Format, raw []byte) exchange.Found {
	if got, err := exchange.Detect("hosters", raw); err != nil || got != format {
		t.Fatalf("detected %q, %v, want %q in %s", got, err, format, raw)
	}
	r, err := exchange.Read("", "hosters", raw)
	if err != nil || len(r.Hosters) != 1 {
		t.Fatalf("read %d hosters, %v, from %s", len(r.Hosters), err, raw)
	}
	if w := r.Hosters[0].Warnings; len(w) > 0 || len(r.Warnings) > 0 {
		t.Fatalf("warned %q %q of its own words %s", sentences(w), sentences(r.Warnings), raw)
	}
	return r.Hosters[0]
}

func same(t *rapid.T, got, want directory.Hoster, raw []byte) {
	if !reflect.DeepEqual(got, want) {
		for _, d := range exchange.Differences(want, got) {
			t.Logf("%s: wrote %q, read %q", d.Field, d.Old, d.New)
		}
		t.Fatalf("got  %+v\nwant %+v\nfrom %s", got, want, raw)
	}
}

// Our own format loses nothing.
func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := directorytest.Listing("Les Lucioles")
		l.Hoster = whole.Draw(t, "hoster")
		raw, err := exchange.ExportJSON([]directory.Listing{l})
		if err != nil {
			t.Fatal(err)
		}
		f := reading(t, exchange.FormatJSON, raw)
		same(t, f.Hoster, l.Hoster, raw)
		if f.Source != l.Origin || !f.SaidAt.Equal(l.Hoster.UpdatedAt) {
			t.Fatalf("got %s of %s, want %s of %s", f.Source, f.SaidAt, l.Origin, l.Hoster.UpdatedAt)
		}
	})
}

// inTable gives what a table can hold of a hoster: see docs/exchange.md.
func inTable(h directory.Hoster) directory.Hoster {
	p := directory.Hoster{
		ID: h.ID, Handle: h.Handle, Name: h.Name, Summary: h.Summary, Description: h.Description, Form: h.Form, State: h.State,
		Website: h.Website, Logo: h.Logo, Legal: h.Legal, Contact: directory.Contact{URL: h.Contact.URL, Email: h.Contact.Email, Phone: h.Contact.Phone},
		Languages: h.Languages, Audiences: h.Audiences, Since: h.Since, Until: h.Until, Seat: h.Seat, Serves: h.Serves, DataIn: h.DataIn,
		Work:   directory.Work{Maintenance: h.Work.Maintenance, PaidPeople: h.Work.PaidPeople, Volunteers: h.Work.Volunteers, CanRepair: h.Work.CanRepair},
		Prices: h.Prices,
	}
	for _, m := range h.Memberships {
		p.Memberships = append(p.Memberships, directory.Membership{Collective: m.Collective})
	}
	for _, s := range h.Services {
		p.Services = append(p.Services, directory.Service{
			Slug: s.Slug, Name: s.Name, Summary: s.Summary, Website: s.Website,
			Software: directory.Software{Name: s.Software.Name, Licence: s.Software.Licence, Source: s.Software.Source},
			Needs:    s.Needs, Registration: s.Registration, Level: s.Level, Price: s.Price, Terms: s.Terms, Since: s.Since,
			Hosting: directory.Hosting{Country: s.Hosting.Country},
		})
	}
	return p
}

// A table gives back what it can hold, and nothing in it is a formula.
func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := whole.Draw(t, "hoster")
		raw, err := exchange.ExportCSV([]directory.Hoster{h})
		if err != nil {
			t.Fatal(err)
		}
		same(t, reading(t, exchange.FormatCSV, raw).Hoster, inTable(h), raw)
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range slices.Concat(rows...) {
			if strings.IndexAny(cell, "=+-@\t\r＝＋－＠") == 0 && json.Unmarshal([]byte(cell), new(float64)) != nil {
				t.Fatalf("a spreadsheet would run %q", cell)
			}
		}
	})
}

// A librehost.json gives back what it can hold, and keys of others.
func TestLibrehostRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := whole.Draw(t, "hoster")
		raw, err := exchange.ExportLibrehost(h, []byte(`{"name": "before", "tagLine": "gone", "futureKey": {"deep": [1]}, "privacyPolicyUrl": "https://a.example/p"}`))
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(raw, &keys); err != nil || len(keys) != 18 || !strings.Contains(string(raw), `"deep"`) {
			t.Fatalf("got %d keys, %v: %s", len(keys), err, raw)
		}
		raw, err = exchange.ExportLibrehost(h, nil)
		if err != nil {
			t.Fatal(err)
		}
		english := func(text directory.Text) directory.Text {
			if s, _ := text.In("en"); s != "" {
				return directory.Text{"en": s}
			}
			return nil
		}
		want := directory.Hoster{
			Handle: exchange.Handle(h.Name), Name: h.Name, Summary: english(h.Summary), Description: english(h.Description), Form: h.Form,
			Website: h.Website, Logo: h.Logo, Legal: h.Legal, Languages: h.Languages, Contact: directory.Contact{URL: h.Contact.URL},
			Since: h.Since, UpdatedAt: h.UpdatedAt, ConfirmedAt: h.UpdatedAt,
		}
		same(t, reading(t, exchange.FormatLibrehost, raw).Hoster, want, raw)
	})
}

// In the words of schema.org, too, comes back what they can say; alone and in
// a page.
func TestJSONLDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := whole.Draw(t, "hoster")
		raw, err := exchange.ExportJSONLD([]directory.Hoster{h})
		if err != nil {
			t.Fatal(err)
		}
		want := directory.Hoster{
			ID: h.ID, Handle: exchange.Handle(h.Name), Name: h.Name, Summary: h.Summary, Description: h.Description, Website: h.Website, Logo: h.Logo,
			Contact:   directory.Contact{URL: h.Contact.URL, Email: h.Contact.Email, Phone: h.Contact.Phone, Languages: h.Contact.Languages},
			Languages: h.Languages, Since: h.Since, Owner: h.Owner, Memberships: []directory.Membership{{Collective: "chatons"}},
			Seat:  directory.Place{Name: h.Seat.Name, Address: h.Seat.Address, Country: h.Seat.Country, Point: h.Seat.Point},
			Links: []directory.Link{{Kind: directory.LinkSocial, Name: "social", URL: h.Links[0].URL}},
		}
		for _, hours := range h.Contact.Hours {
			want.Contact.Hours = append(want.Contact.Hours, directory.Hours{Days: hours.Days, From: hours.From, To: hours.To})
		}
		for _, s := range h.Services {
			want.Services = append(want.Services, directory.Service{
				ID: s.ID, Slug: s.Slug, Name: s.Name, Summary: s.Summary, Website: s.Website, Logo: s.Logo, Terms: s.Terms,
				Software: directory.Software{Name: s.Software.Name},
			})
		}
		if len(want.Summary) == 0 && len(want.Description) > 0 { // a short description is a summary
			want.Summary, want.Description = want.Description, nil
		}
		same(t, reading(t, exchange.FormatJSONLD, raw).Hoster, want, raw)
		if !bytes.Contains(raw, []byte("</script")) {
			page := slices.Concat([]byte("<!doctype html><SCRIPT>1</script><script type='application/LD+json'>"), raw, []byte("</script>"))
			same(t, reading(t, exchange.FormatJSONLD, page).Hoster, want, raw)
		}
	})
}

// Lines of a vCard are short and whole, and what it says reads back.
func TestVCardReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := whole.Draw(t, "hoster")
		raw := string(exchange.ExportVCard([]directory.Hoster{h}))
		for line := range strings.SplitSeq(strings.TrimSuffix(raw, "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") || !json.Valid([]byte(`"`+strings.NewReplacer(`\`, "", `"`, "").Replace(line)+`"`)) || strings.ToValidUTF8(line, "") != line {
				t.Fatalf("got the line %q", line)
			}
		}
		unfolded := strings.ReplaceAll(raw, "\r\n ", "")
		said := map[string]string{}
		for line := range strings.SplitSeq(unfolded, "\r\n") {
			property, value, _ := strings.Cut(line, ":")
			if _, twice := said[property]; twice && strings.HasPrefix(property, "FN") {
				t.Fatalf("a text became a property: %s", raw)
			}
			said[property] = strings.NewReplacer(`\n`, "\n", `\,`, ",", `\\`, `\`).Replace(value)
		}
		want := map[string]string{"FN": strings.TrimSpace(h.Name), "EMAIL": h.Contact.Email, "NOTE;LANGUAGE=fr": strings.TrimSpace(h.Summary["fr"]), "URL": h.Website}
		for property, value := range want {
			if strings.Contains(value, "\t") {
				continue // an address book has no tabs
			}
			if said[property] != value {
				t.Fatalf("%s: got %q, want %q in %s", property, said[property], value, raw)
			}
		}
		if strings.Count(unfolded, "\r\nEND:VCARD\r\n") != 1 {
			t.Fatalf("got %s", raw)
		}
	})
}

// What is written for XMPP Providers is read as the same hints.
func TestXMPPRoundTrip(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	s := directory.Service{
		Slug: "chat", Name: "Chat", Website: "https://chat.example/", Terms: "https://chat.example/cgu", Since: directory.Date{Year: 2020, Month: time.May, Day: 4},
		Software: directory.Software{Name: "Prosody"}, Registration: directory.Registration{OpenTo: []directory.OpenTo{directory.OpenToAnyone}},
		Hosting: directory.Hosting{Country: "FR"},
	}
	if !exchange.SpeaksXMPP(s) || exchange.SpeaksXMPP(h.Services[0]) {
		t.Fatal("XMPP servers are not told from others")
	}
	raw, err := exchange.ExportXMPP(s, h)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "export-xmpp.json", raw)
	r, err := exchange.Read("", "https://chat.example"+exchange.XMPPPath, raw)
	if err != nil || r.Format != exchange.FormatXMPP {
		t.Fatalf("got %q, %v", r.Format, err)
	}
	filled, used := exchange.Fill(directory.Service{Slug: "chat", Name: "Chat", Software: s.Software, Website: "https://autre.example/"}, r.Hints)
	want := s
	want.Registration = directory.Registration{}
	want.Website = "https://autre.example/" // what the hoster says stays
	if !reflect.DeepEqual(filled, want) || len(used) != 3 {
		t.Errorf("got %+v by %+v, want %+v", filled, used, want)
	}
}

// --- Merging -----------------------------------------------------------------

// What a document says counts, what it is silent on stays, and nothing of the
// node's own is touched.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have, said := whole.Draw(t, "have"), inTable(whole.Draw(t, "said"))
		said.ID, said.Handle, said.Discoverable, said.Indexable = "https://stranger.example/actor", "stranger", true, true
		have.Discoverable = false
		before, _ := exchange.ExportJSON([]directory.Listing{{Hoster: have}})
		merged := exchange.Merge(have, said)
		if after, _ := exchange.ExportJSON([]directory.Listing{{Hoster: have}}); !bytes.Equal(before, after) {
			t.Fatal("the profile was changed by the comparison")
		}
		if merged.ID != have.ID || merged.Handle != have.Handle || merged.Discoverable || merged.UpdatedAt != have.UpdatedAt {
			t.Fatalf("got %+v", merged)
		}
		if again := exchange.Merge(merged, said); !reflect.DeepEqual(again, merged) {
			t.Fatalf("a second import changes more: %+v", exchange.Differences(merged, again))
		}
		if d := exchange.Differences(have, exchange.Merge(have, directory.Hoster{})); len(d) > 0 {
			t.Fatalf("silence changed %+v", d)
		}
		for _, field := range exchange.Silent(have, said) {
			for _, d := range exchange.Differences(have, merged) {
				if d.Field == field {
					t.Fatalf("%s was to be kept, and became %q", field, d.New)
				}
			}
		}
		if merged, _ = exchange.Fit(merged, "test"); merged.Validate() != nil {
			t.Fatal(merged.Validate())
		}
	})
}

// A service that a document calls by another slug is the same where its
// address is.
func TestMergeKnowsServicesByTheirAddress(t *testing.T) {
	have := directory.Hoster{Services: []directory.Service{{Slug: "nuage", Name: "Le Nuage", Website: "https://nuage.example/"}}}
	said := directory.Hoster{Services: []directory.Service{
		{Slug: "nextcloud", Name: "Nextcloud", Website: "http://www.NUAGE.example"}, {Slug: "pad", Name: "Pad"},
	}}
	var slugs []string
	for _, s := range exchange.Merge(have, said).Services {
		slugs = append(slugs, s.Slug+" "+s.Name)
	}
	if want := []string{"nuage Nextcloud", "pad Pad"}; !slices.Equal(slugs, want) {
		t.Errorf("got %q, want %q", slugs, want)
	}
	if got := said.Services[0].Slug; got != "nextcloud" {
		t.Errorf("the document was changed: %q", got)
	}
}

// What is not valid goes, with a word for each; the rest stays.
func TestFit(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	h.Website, h.Form = "javascript:alert(1)", "gang"
	h.Summary["zz9"] = "?"
	h.Seat.Point = &directory.Point{Latitude: 91, Longitude: 3}
	h.State, h.Until = directory.StateClosing, directory.Date{}
	h.Owner = &directory.Owner{Website: "https://nobody.example/"}
	h.Work.OnCall = &directory.OnCall{AroundTheClock: true}
	h.Services = append(h.Services, directory.Service{Slug: "sans-nom"}, directory.Service{Slug: "pad", Name: "Pad", Website: "x"})
	for range 300 {
		h.Languages = append(h.Languages, "fr")
	}
	got, warnings := exchange.Fit(h, "f.json")
	if err := got.Validate(); err != nil {
		t.Fatalf("still not valid: %v", err)
	}
	if got.Website != "" || got.Form != "" || got.State != "" || got.Owner != nil || got.Work.OnCall != nil || got.Seat.Point != nil || len(got.Services) != 2 {
		t.Errorf("got %+v", got)
	}
	if got.Name != h.Name || got.Contact.Email != h.Contact.Email || len(got.Summary) != 2 {
		t.Errorf("what is valid went too: %+v", got)
	}
	if len(warnings) < 9 || len(warnings) > 20 {
		t.Errorf("got %d warnings: %q", len(warnings), sentences(warnings))
	}
	if h.Website != "javascript:alert(1)" || len(h.Services) != 4 {
		t.Error("the argument was changed")
	}
}
