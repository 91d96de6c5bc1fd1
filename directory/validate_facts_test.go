package directory_test

import (
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

func TestRefusalsOfFacts(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*directory.Hoster)
		want   []string
	}{
		"who votes":               {func(h *directory.Hoster) { h.Decisions.Voters = []directory.Voter{"shareholders"} }, []string{"decisions.voters[0]"}},
		"what pays, twice":        {func(h *directory.Hoster) { h.FundedBy = []directory.Funding{"grants", "grants"} }, []string{"fundedBy[1]"}},
		"what pays":               {func(h *directory.Hoster) { h.FundedBy = []directory.Funding{"adverts"} }, []string{"fundedBy[0]"}},
		"a relation with itself":  {func(h *directory.Hoster) { h.Relations[0].With = h.ID }, []string{"relations[0].with"}},
		"a relation with nobody":  {func(h *directory.Hoster) { h.Relations[0].With, h.Relations[0].Name = "", "" }, []string{"relations[0].with"}},
		"a relation by name only": {func(h *directory.Hoster) { h.Relations[0].With = "" }, nil},
		"a relation twice":        {func(h *directory.Hoster) { h.Relations = append(h.Relations, h.Relations[0]) }, []string{"relations[1].with"}},
		"an unknown relation":     {func(h *directory.Hoster) { h.Relations[0].Kind = "buys" }, []string{"relations[0].kind"}},
		"notice before it is due": {func(h *directory.Hoster) { h.Closing.NoticeDays = new(-1) }, []string{"closing.noticeDays"}},
		"room for nobody":         {func(h *directory.Hoster) { h.Services[1].Holds.Accounts = new(0) }, []string{"services[1].holds.accounts"}},
		"no gigabyte":             {func(h *directory.Hoster) { h.Services[1].Holds.Gigabytes = new(0.0) }, []string{"services[1].holds.gigabytes"}},
		"a format of two lines":   {func(h *directory.Hoster) { h.Services[0].LeavesIn = []string{"OD\nT"} }, []string{"services[0].leavesIn[0]"}},
		"hours and days":          {func(h *directory.Hoster) { h.Services[1].Intervention.WithinDays = 2 }, []string{"services[1].intervention.withinDays"}},
		"neither hours nor days":  {func(h *directory.Hoster) { h.Services[1].Intervention.WithinHours = 0 }, []string{"services[1].intervention.withinHours"}},
		"what follows an allowance": {func(h *directory.Hoster) { h.Services[1].Allowance.WhenPassed = "flowers" },
			[]string{"services[1].allowance.whenPassed"}},
		"a refund of no promise": {func(h *directory.Hoster) {
			h.Services[1].Allowance = &directory.Allowance{None: true, WhenPassed: directory.RedressRefund}
		}, []string{"services[1].allowance.whenPassed"}},
		"unknown control":        {func(h *directory.Hoster) { h.Hosting.Control = "leases" }, []string{"hosting.control"}},
		"a derogation of nobody": {func(h *directory.Hoster) { h.Statements[2].Derogation.By = "" }, []string{"statements[2].derogation.by"}},
		"a charter with a space": {func(h *directory.Hoster) { h.Statements[2].Charter = "chatons 2" }, []string{"statements[2].charter"}},
		"an answer to each version": {func(h *directory.Hoster) {
			h.Statements = append(h.Statements, directory.Statement{Criterion: "accounts-published", Value: "met", Charter: "chatons-3"})
		}, nil},
	} {
		h := directorytest.Hoster("Les Lucioles")
		c.change(&h)
		if got := fields(h.Validate()); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v (%v), want %v", name, got, h.Validate(), c.want)
		}
	}
}

// A time of intervention is a promise of people: where nobody is said to be
// there in its hours, the refusal says so, and what to do.
func TestInterventionNeedsPeople(t *testing.T) {
	night := []directory.Hours{{Days: []string{"sat", "sun"}, From: "20:00", To: "23:00"}}
	for name, c := range map[string]struct {
		change func(*directory.Hoster, *directory.Intervention)
		want   string // part of the reason; "" is valid
	}{
		"within the contact hours": {func(*directory.Hoster, *directory.Intervention) {}, ""},
		"at night":                 {func(_ *directory.Hoster, v *directory.Intervention) { v.Hours = night }, "on sat at 20:00, when nobody is said to be there"},
		"at night, with a rotation": {func(h *directory.Hoster, v *directory.Intervention) {
			v.Hours, h.Work.OnCall = night, &directory.OnCall{Rotation: 2}
		}, ""},
		"at night, told in words": {func(_ *directory.Hoster, v *directory.Intervention) {
			v.Hours, v.Staffing = night, directory.Text{"fr": "La veilleuse de la salle commune."}
		}, ""},
		"in the service's own hours": {func(h *directory.Hoster, v *directory.Intervention) {
			v.Hours, h.Services[1].Contact.Hours = night, night
		}, ""},
		"a minute too long": {func(_ *directory.Hoster, v *directory.Intervention) { v.Hours[0].To = "17:01" }, "on mon at 17:00"},
		"nobody can act":    {func(h *directory.Hoster, _ *directory.Intervention) { h.Work.CanRepair = new(0) }, "work.can_repair is 0"},
		"no hours given":    {func(h *directory.Hoster, v *directory.Intervention) { v.Hours, h.Contact.Hours = nil, nil }, ""},
	} {
		h := directorytest.Hoster("Les Lucioles")
		h.Work.OnCall = &directory.OnCall{None: true}
		v := h.Services[1].Intervention
		v.Staffing = nil
		c.change(&h, v)
		err := h.Validate()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: got %v, want valid", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "staffing")):
			t.Errorf("%s: got %v, want %q and what to do", name, err, c.want)
		}
	}
}

// Nobody can be held to a time of recovery: there is no field for one.
func TestNoFieldPromisesRecovery(t *testing.T) {
	eachField(func(path string) {
		for _, word := range []string{"recover", "restor", "repairedwithin", "gtr", "uptime", "availab"} {
			if strings.Contains(strings.ToLower(path), word) {
				t.Errorf("%s: got a field that promises what works again or never stops, want none", path)
			}
		}
	})
}

func TestAdviceOnLasting(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*directory.Hoster)
		want   string
	}{
		"a time of recovery":       {func(h *directory.Hoster) { h.Work.Guarantee = directory.Text{"fr": "Rétablie en 4 heures."} }, "recovery-promised work.guarantee"},
		"there at night, in words": {func(h *directory.Hoster) { h.Work.Guarantee = directory.Text{"fr": "Une équipe 24h/24 et 7j/7."} }, "night-and-day-in-words work.guarantee"},
		"and in English":           {func(h *directory.Hoster) { h.Contact.Delay = directory.Text{"en": "We answer 24/7."} }, "night-and-day-in-words contact.delay"},
		"the 24th of July": {func(h *directory.Hoster) {
			h.Contact.Delay = directory.Text{"fr": "Fermé du 24/07 au 31/07, 24 heures au plus."}
		}, ""},
		"said with its people": {func(h *directory.Hoster) {
			h.Work.Guarantee, h.Work.OnCall = directory.Text{"fr": "Jour et nuit."}, &directory.OnCall{AroundTheClock: true, Rotation: 5}
		}, ""},
		"closing, and then": {func(h *directory.Hoster) {
			h.State, h.Until, h.Closing.Plan = directory.StateClosing, directory.Date{Year: 2027}, nil
		}, "closing-without-plan closing.plan"},
		"closing with a successor": {func(h *directory.Hoster) {
			h.State, h.Until, h.Closing.Plan = directory.StateClosing, directory.Date{Year: 2027}, nil
			h.Relations[0].Kind = directory.RelationSuccessor
		}, ""},
		"a friend without an id": {func(h *directory.Hoster) { h.Relations[0].With = "" }, "relation-without-actor relations[0].with"},
	} {
		h := directorytest.Hoster("Les Lucioles")
		c.change(&h)
		got := ""
		for _, hint := range directory.Hints(h) {
			got += hint.ID + " " + hint.Field
			for language, unwelcome := range unwelcome {
				if text := hint.Text[language]; text == "" || unwelcome.MatchString(text) {
					t.Errorf("%s in %s: got %q, want advice in our words", hint.ID, language, text)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
