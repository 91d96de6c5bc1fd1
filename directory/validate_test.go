package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/directory/directorytest"
)

// fields gives the fields that err refuses, in order.
func fields(err error) []string {
	var all []string
	for _, e := range directory.FieldErrors(err) {
		all = append(all, e.Field)
	}
	return all
}

func TestFieldErrorsLooksThroughWrapping(t *testing.T) {
	err := fmt.Errorf("save hoster: %w", directory.Hoster{}.Validate())
	if got, want := fields(err), []string{"handle", "name"}; !slices.Equal(got, want) {
		t.Errorf("wrapped: got %v, want %v", got, want)
	}
	if got := fields(errors.New("disk full")); got != nil {
		t.Errorf("another error: got %v, want none", got)
	}
}

func TestHosterRefusals(t *testing.T) {
	long := strings.Repeat("é", directory.MaxSummary+1)
	for name, c := range map[string]struct {
		change func(*directory.Hoster)
		want   []string
	}{
		"nothing changed":                  {func(*directory.Hoster) {}, nil},
		"only what it must":                {func(h *directory.Hoster) { *h = directory.Hoster{Handle: "a", Name: "A"} }, nil},
		"nothing at all":                   {func(h *directory.Hoster) { *h = directory.Hoster{} }, []string{"handle", "name"}},
		"handle with a capital":            {func(h *directory.Hoster) { h.Handle = "Lucioles" }, []string{"handle"}},
		"name of spaces":                   {func(h *directory.Hoster) { h.Name = " \u00a0" }, []string{"name"}},
		"name of two lines":                {func(h *directory.Hoster) { h.Name = "A\nB" }, []string{"name"}},
		"name turned round":                {func(h *directory.Hoster) { h.Name = "A\u202eB" }, []string{"name"}},
		"name not UTF-8":                   {func(h *directory.Hoster) { h.Name = "A\xff" }, []string{"name"}},
		"summary too long in one language": {func(h *directory.Hoster) { h.Summary["en"] = long }, []string{"summary.en"}},
		"summary just long enough":         {func(h *directory.Hoster) { h.Summary["en"] = long[:len(long)-2] }, nil},
		"language of a text":               {func(h *directory.Hoster) { h.Summary["FR-fr"] = "a" }, []string{"summary.FR-fr"}},
		"unknown form":                     {func(h *directory.Hoster) { h.Form = "club" }, []string{"form"}},
		"closing without a date":           {func(h *directory.Hoster) { h.State = directory.StateClosing }, []string{"until"}},
		"script for a site":                {func(h *directory.Hoster) { h.Website = "javascript:alert(1)" }, []string{"website"}},
		"site without a host":              {func(h *directory.Hoster) { h.Website = "https:///chemin" }, []string{"website"}},
		"site with a password":             {func(h *directory.Hoster) { h.Website = "https://moi:secret@hoster.example/" }, []string{"website"}},
		"site with a line break":           {func(h *directory.Hoster) { h.Website = "https://hoster.example/\n" }, []string{"website"}},
		"site with an encoded line break":  {func(h *directory.Hoster) { h.Website = "https://hoster.example/%0a" }, []string{"website"}},
		"site too long":                    {func(h *directory.Hoster) { h.Website = "https://hoster.example/" + long + long + long }, []string{"website"}},
		"accented site":                    {func(h *directory.Hoster) { h.Website = "https://hébergeur.example/été" }, nil},
		"six languages":                    {func(h *directory.Hoster) { h.Languages = []directory.Language{"fr", "en", "br", "oc", "eu", "co"} }, []string{"languages"}},
		"a language twice":                 {func(h *directory.Hoster) { h.Languages = []directory.Language{"fr", "en", "fr"} }, []string{"languages[2]"}},
		"unknown audience":                 {func(h *directory.Hoster) { h.Audiences[1] = "everyone" }, []string{"audiences[1]"}},
		"ends before it begins":            {func(h *directory.Hoster) { h.Until = directory.Date{Year: 2018, Month: time.May} }, []string{"until"}},
		"ends in the year it begins":       {func(h *directory.Hoster) { h.Until = directory.Date{Year: 2018} }, nil},
		"30 February":                      {func(h *directory.Hoster) { h.Since = directory.Date{Year: 2018, Month: time.February, Day: 30} }, []string{"since"}},
		"beyond the pole":                  {func(h *directory.Hoster) { h.Seat.Point.Latitude = 90.1 }, []string{"seat.point.latitude"}},
		"area in words": {func(h *directory.Hoster) {
			h.Serves = []directory.AreaCode{"FR-BRE", "Bretagne", "insee:2A004", "siren:200065928"}
		}, []string{"serves[1]"}},
		"mail without a host":      {func(h *directory.Hoster) { h.Contact.Email = "contact@local" }, []string{"contact.email"}},
		"mail with a name":         {func(h *directory.Hoster) { h.Contact.Email = "Moi <moi@hoster.example>" }, []string{"contact.email"}},
		"telephone in words":       {func(h *directory.Hoster) { h.Contact.Phone = "appelez-nous" }, []string{"contact.phone"}},
		"hours past midnight":      {func(h *directory.Hoster) { h.Contact.Hours[1].From, h.Contact.Hours[1].To = "22:00", "02:00" }, []string{"contact.hours[1].to"}},
		"hours until midnight":     {func(h *directory.Hoster) { h.Contact.Hours[1].To = "24:00" }, nil},
		"hours on no day":          {func(h *directory.Hoster) { h.Contact.Hours[0].Days = nil }, []string{"contact.hours[0].days"}},
		"hours on a French day":    {func(h *directory.Hoster) { h.Contact.Hours[0].Days[0] = "lundi" }, []string{"contact.hours[0].days[0]"}},
		"people below zero":        {func(h *directory.Hoster) { h.Work.Volunteers = new(-1) }, []string{"work.volunteers"}},
		"nobody and a rotation":    {func(h *directory.Hoster) { h.Work.OnCall.None = true }, []string{"work.onCall.none"}},
		"qualification of no kind": {func(h *directory.Hoster) { h.Work.Qualifications[0].Kind = "" }, []string{"work.qualifications[0].kind"}},
		"statement made twice":     {func(h *directory.Hoster) { h.Statements = append(h.Statements, h.Statements[0]) }, []string{"statements[3].criterion"}},
		"statement of two people": {func(h *directory.Hoster) {
			s := h.Statements[0]
			s.SaidBy = "https://auditor.example/ap/actors/pair"
			h.Statements = append(h.Statements, s)
		}, nil},
		"statement without a value": {func(h *directory.Hoster) { h.Statements[0].Value = "" }, []string{"statements[0].value"}},
		"link to a file":            {func(h *directory.Hoster) { h.Links[0].URL = "file:///etc/passwd" }, []string{"links[0].url"}},
		"two services of one slug":  {func(h *directory.Hoster) { h.Services[1].Slug = "pad" }, []string{"services[1].slug"}},
		"service without a name":    {func(h *directory.Hoster) { h.Services[1].Name = "" }, []string{"services[1].name"}},
		"no-one and members": {func(h *directory.Hoster) {
			h.Services[1].Registration.OpenTo = []directory.OpenTo{directory.OpenToNoOne, directory.OpenToMembers}
		}, []string{"services[1].registration.openTo[0]"}},
		"an allowance of nothing": {func(h *directory.Hoster) { h.Services[1].Allowance.DaysPerYear = 0 }, []string{"services[1].allowance.daysPerYear"}},
		"an allowance and none":   {func(h *directory.Hoster) { h.Services[1].Allowance.None = true }, []string{"services[1].allowance.daysPerYear"}},
		"everything at once": {func(h *directory.Hoster) {
			h.Handle, h.Website, h.Contact.Email, h.Services[0].Slug = "", "x", "x", "À"
		}, []string{"handle", "website", "contact.email", "services[0].slug"}},
	} {
		h := directorytest.Hoster("Les Lucioles")
		c.change(&h)
		err := h.Validate()
		if got := fields(err); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v (%v), want %v", name, got, err, c.want)
		}
		if err != nil && !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: got %v, want an ErrInvalid", name, err)
		}
	}
}

func TestAroundTheClockNeedsThePeopleBehindIt(t *testing.T) {
	h := directorytest.Hoster("Les Lucioles")
	h.Work.OnCall = &directory.OnCall{AroundTheClock: true, Rotation: 1}
	err := h.Validate()
	want := []string{"work.onCall.rotation", "work.onCall.maxConsecutive", "work.onCall.rest", "work.onCall.compensation", "work.onCall.decidedBy"}
	if got := fields(err); !slices.Equal(got, want) {
		t.Errorf("alone day and night: got %v, want %v", got, want)
	}
	for _, e := range directory.FieldErrors(err) {
		if !strings.Contains(e.Reason, "people need rest") {
			t.Errorf("%s: got %q, want it to say why", e.Field, e.Reason)
		}
	}
	h.Work.OnCall = &directory.OnCall{
		AroundTheClock: true, Rotation: 4, MaxConsecutive: 1,
		Rest: directory.Text{"fr": "Deux jours."}, Compensation: directory.Text{"fr": "Payée."}, DecidedBy: directory.Text{"fr": "L'assemblée."},
	}
	if err := h.Validate(); err != nil {
		t.Errorf("four who take turns: got %v, want valid", err)
	}
}

// Hours without an end are "24/7" by another door, whoever writes them how.
func TestHoursWithoutAnEndNeedThePeopleBehindThem(t *testing.T) {
	all := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	halves := []directory.Hours{{Days: all, From: "00:00", To: "13:00", Channel: "phone"}, {Days: all, From: "12:00", To: "24:00", Channel: "chat"}}
	for field, say := range map[string]func(*directory.Hoster){
		"contact.hours":             func(h *directory.Hoster) { h.Contact.Hours = halves },
		"services[1].contact.hours": func(h *directory.Hoster) { h.Services[1].Contact.Hours = halves },
		"services[1].intervention.hours": func(h *directory.Hoster) {
			h.Services[1].Intervention = &directory.Intervention{WithinHours: 4, Hours: halves, Staffing: directory.Text{"fr": "Nous."}}
		},
	} {
		h := directorytest.Hoster("Les Lucioles")
		say(&h)
		err := h.Validate()
		if got := fields(err); !slices.Equal(got, []string{field}) || !strings.Contains(err.Error(), "people need rest") {
			t.Errorf("%s: got %v (%v), want it refused with the reason", field, got, err)
		}
		h.Work.OnCall = &directory.OnCall{
			AroundTheClock: true, Rotation: 4, MaxConsecutive: 1,
			Rest: directory.Text{"fr": "Deux jours."}, Compensation: directory.Text{"fr": "Payée."}, DecidedBy: directory.Text{"fr": "L'assemblée."},
		}
		if err := h.Validate(); err != nil {
			t.Errorf("%s, with four who take turns: got %v, want valid", field, err)
		}
	}
	h := directorytest.Hoster("Les Lucioles")
	h.Contact.Hours = []directory.Hours{{Days: all, From: "00:00", To: "23:00"}}
	if err := h.Validate(); err != nil {
		t.Errorf("an hour of sleep: got %v, want valid", err)
	}
}

func TestHints(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*directory.Hoster)
		want   []string
	}{
		"nothing to think over": {func(*directory.Hoster) {}, nil},
		"one bears the duty":    {func(h *directory.Hoster) { h.Work.OnCall.Rotation = 1 }, []string{"rotation-of-one work.onCall.rotation"}},
		"nobody is on call":     {func(h *directory.Hoster) { h.Work.OnCall = &directory.OnCall{None: true} }, nil},
		"not agreed":            {func(h *directory.Hoster) { h.Work.OnCall.Agreed = new(false) }, []string{"duty-not-agreed work.onCall.agreed"}},
		"one can repair":        {func(h *directory.Hoster) { h.Work.CanRepair = new(1) }, []string{"one-can-repair work.canRepair"}},
		"volunteers who promise": {func(h *directory.Hoster) { h.Work.Maintenance = directory.MaintenanceVolunteer }, []string{
			"volunteers-who-guarantee work.guarantee",
			"volunteers-who-guarantee services[1].allowance",
			"volunteers-who-guarantee services[1].intervention",
		}},
		"volunteers who promise nothing": {func(h *directory.Hoster) {
			h.Work.Maintenance, h.Work.Guarantee = directory.MaintenanceVolunteer, nil
			h.Services[1].Intervention, h.Services[1].Allowance = nil, &directory.Allowance{None: true}
		}, nil},
		"days without hours": {func(h *directory.Hoster) { h.Contact.Hours = nil }, []string{"allowance-without-hours services[1].allowance"}},
	} {
		h := directorytest.Hoster("Les Lucioles")
		c.change(&h)
		if err := h.Validate(); err != nil {
			t.Fatalf("%s: got %v, want valid: a hint is no error", name, err)
		}
		var got []string
		for _, hint := range directory.Hints(h) {
			got = append(got, hint.ID+" "+hint.Field)
			for language, unwelcome := range unwelcome {
				if text := hint.Text[language]; text == "" || unwelcome.MatchString(text) {
					t.Errorf("%s in %s: got %q, want advice in our words", hint.ID, language, text)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestHoursKinds(t *testing.T) {
	week := []string{"mon", "tue", "wed", "thu", "fri"}
	for name, c := range map[string]struct {
		hours []directory.Hours
		want  []directory.HoursKind
	}{
		"nothing said":          {nil, nil},
		"all day":               {[]directory.Hours{{Days: week, From: "09:00", To: "17:00"}}, []directory.HoursKind{"office"}},
		"mornings":              {[]directory.Hours{{Days: week, From: "08:00", To: "12:00"}}, nil},
		"long mornings":         {[]directory.Hours{{Days: week, From: "08:00", To: "13:00"}}, []directory.HoursKind{"office"}},
		"four days":             {[]directory.Hours{{Days: week[:4], From: "09:00", To: "13:00"}}, []directory.HoursKind{"office"}},
		"three days":            {[]directory.Hours{{Days: week[:3], From: "09:00", To: "17:00"}}, nil},
		"morning and afternoon": {[]directory.Hours{{Days: week, From: "10:00", To: "12:00"}, {Days: week, From: "14:00", To: "16:00"}}, []directory.HoursKind{"office"}},
		"the same hours twice":  {[]directory.Hours{{Days: week, From: "10:00", To: "12:00"}, {Days: week, From: "10:00", To: "12:30"}}, nil},
		"until six":             {[]directory.Hours{{Days: week[:1], From: "14:00", To: "18:00"}}, nil},
		"until half past six":   {[]directory.Hours{{Days: week[:1], From: "14:00", To: "18:30"}}, []directory.HoursKind{"evening"}},
		"Saturday morning":      {[]directory.Hours{{Days: []string{"sat"}, From: "10:00", To: "12:00"}}, []directory.HoursKind{"weekend"}},
		"always": {[]directory.Hours{{Days: append(week, "sat", "sun"), From: "00:00", To: "24:00"}},
			[]directory.HoursKind{"office", "evening", "weekend"}},
		"not hours": {[]directory.Hours{{Days: week, From: "9h", To: "17h"}, {Days: []string{"sat"}, From: "12:00", To: "10:00"}}, nil},
	} {
		if got := directory.HoursKinds(c.hours); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func FuzzHosterAddresses(f *testing.F) {
	for _, s := range []string{"", "https://hoster.example/", "http://[::1]:80/", "https://a@b.example", "//x", "https://x.example/%00", "xmpp:a@b?join"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, address, mail string) {
		h := directory.Hoster{Handle: "a", Name: "A", Website: address, Contact: directory.Contact{Email: mail}}
		err := h.Validate()
		if err == nil && address != "" && !strings.HasPrefix(strings.ToLower(address), "http") {
			t.Errorf("website %q: got it accepted, want http or https only", address)
		}
		if err == nil && strings.ContainsAny(address+mail, "\r\n\x00 ") {
			t.Errorf("%q %q: got it accepted, want no line breaks or spaces", address, mail)
		}
	})
}
