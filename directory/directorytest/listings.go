package directorytest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"matou/directory"
)

// Listings gives n varied valid listings, always the same for the same n and
// seed, in the proportions that one meets among small hosters: most are
// associations of volunteers with a few services, and most leave something
// unsaid.
func Listings(n int, seed uint64) []directory.Listing {
	g := generator{rand.New(rand.NewPCG(seed, 0x6d61746f75))}
	all := make([]directory.Listing, n)
	for i := range all {
		all[i] = listing(g.hoster(i))
	}
	return all
}

type generator struct{ *rand.Rand }

// chance is true p times in a hundred.
func (g generator) chance(p int) bool { return g.IntN(100) < p }

func pick[T any](g generator, all []T) T { return all[g.IntN(len(all))] }

// weighted is one choice and how often it comes.
type weighted[T any] struct {
	weight int
	value  T
}

func choose[T any](g generator, all []weighted[T]) T {
	sum := 0
	for _, w := range all {
		sum += w.weight
	}
	at := g.IntN(sum)
	for _, w := range all {
		if at -= w.weight; at < 0 {
			return w.value
		}
	}
	return all[0].value
}

// some gives at most k of all, in their order.
func some[T any](g generator, all []T, k int) []T {
	keep := g.Perm(len(all))[:min(g.IntN(k+1), len(all))]
	slices.Sort(keep)
	var out []T
	for _, i := range keep {
		out = append(out, all[i])
	}
	return out
}

func (g generator) hoster(i int) directory.Hoster {
	t := pick(g, towns)
	name := pick(g, things) + " " + t.of
	if i >= len(things) {
		name += " " + strconv.Itoa(i)
	}
	host := "h" + strconv.Itoa(i) + ".hosters.example"
	site := "https://" + host
	h := directory.Hoster{
		ID:      directory.ID(site + "/ap/actors/" + Handle(name)),
		Handle:  Handle(name),
		Name:    name,
		Summary: directory.Text{"fr": pick(g, purposes) + " " + t.of + "."},
		Form: choose(g, []weighted[directory.LegalForm]{
			{60, directory.FormAssociation}, {12, directory.FormInformal}, {8, directory.FormMicroCompany},
			{7, directory.FormCompany}, {6, directory.FormCooperative}, {5, directory.FormIndividual}, {2, ""},
		}),
		State:     choose(g, []weighted[directory.State]{{90, directory.StateActive}, {7, ""}, {3, directory.StatePaused}}),
		Website:   site + "/",
		Languages: []directory.Language{"fr"},
		Audiences: some(g, []directory.Audience{directory.AudienceIndividual, directory.AudienceSmallOrganisation, directory.AudienceLargeOrganisation}, 3),
		Since:     directory.Date{Year: 2004 + g.IntN(22)},
		Seat:      directory.Place{Name: t.name, Area: t.area, Country: t.country},
		Contact:   directory.Contact{Email: "contact@" + host},

		ConfirmedAt: Day.AddDate(0, 0, -g.IntN(400)), UpdatedAt: Day, Discoverable: true, Indexable: true,
	}
	if g.chance(90) {
		h.Seat.Point = &directory.Point{Latitude: round(t.latitude + g.Float64()/5), Longitude: round(t.longitude + g.Float64()/5)}
	}
	if g.chance(25) {
		h.Languages = append(h.Languages, pick(g, []directory.Language{"en", "br", "oc", "de", "es"}))
	}
	g.place(&h, t)
	g.work(&h)
	g.collectives(&h)
	for k, j := range g.Perm(len(kinds))[:1+min(g.IntN(5), g.IntN(9))] {
		h.Services = append(h.Services, g.service(site, kinds[j], k))
	}
	return h
}

func round(degrees float64) float64 { return float64(int(degrees*1e4)) / 1e4 }

func (g generator) place(h *directory.Hoster, t town) {
	switch r := g.IntN(100); {
	case r < 45:
		h.Serves = []directory.AreaCode{t.area}
	case r < 65:
		h.Serves = []directory.AreaCode{t.region}
	case r < 85:
		h.Serves = []directory.AreaCode{t.country}
	}
	if g.chance(60) {
		h.DataIn = []directory.AreaCode{t.country}
	}
}

func (g generator) work(h *directory.Hoster) {
	w := &h.Work
	w.Maintenance = choose(g, []weighted[directory.Maintenance]{
		{50, directory.MaintenanceVolunteer}, {18, directory.MaintenanceMixed}, {12, directory.MaintenancePaid}, {20, ""},
	})
	switch w.Maintenance {
	case directory.MaintenanceVolunteer:
		w.PaidPeople, w.Volunteers = new(0), new(1+g.IntN(12))
	case directory.MaintenanceMixed:
		w.PaidPeople, w.Volunteers = new(1+g.IntN(4)), new(1+g.IntN(12))
	case directory.MaintenancePaid:
		w.PaidPeople = new(1 + g.IntN(6))
	}
	if g.chance(60) {
		w.CanRepair = new(1 + g.IntN(4))
	}
	switch r := g.IntN(100); {
	case r < 35:
		w.OnCall = &directory.OnCall{None: true}
	case r < 45:
		w.OnCall = &directory.OnCall{Rotation: 2 + g.IntN(3), MaxConsecutive: 1}
	}
	switch r := g.IntN(100); {
	case r < 30:
		h.Contact.Hours = []directory.Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:30", To: "17:00", Channel: "phone"}}
	case r < 50:
		h.Contact.Hours = []directory.Hours{{Days: []string{"tue", "thu"}, From: "18:00", To: "21:00", Channel: "chat"}}
	case r < 58:
		h.Contact.Hours = []directory.Hours{{Days: []string{"sat"}, From: "10:00", To: "12:30", Channel: "on-site"}}
	}
}

func (g generator) collectives(h *directory.Hoster) {
	if g.chance(45) {
		h.Memberships = append(h.Memberships, directory.Membership{Collective: "chatons", Since: directory.Date{Year: 2017 + g.IntN(9)}})
	}
	if g.chance(8) {
		h.Memberships = append(h.Memberships, directory.Membership{Collective: "librehosters"})
	}
	if g.chance(30) {
		return // nothing said on any criterion
	}
	for _, c := range criteria {
		if !g.chance(35) {
			continue
		}
		h.Statements = append(h.Statements, directory.Statement{
			Criterion: c,
			Value:     choose(g, []weighted[directory.Value]{{60, directory.Met}, {20, directory.PartlyMet}, {15, directory.Unmet}, {5, directory.Undeclared}}),
			SaidAt:    Day.AddDate(0, -g.IntN(20), 0),
		})
	}
}

func (g generator) service(site string, k kind, i int) directory.Service {
	slug := fmt.Sprintf("%s-%d", k.slug, i)
	s := directory.Service{
		ID:       directory.ID(site + "/ap/services/" + slug),
		Slug:     slug,
		Name:     k.name,
		Software: directory.Software{Name: k.software, Licence: k.licence},
		Website:  site + "/" + k.slug,
		Since:    directory.Date{Year: 2015 + g.IntN(11), Month: time.Month(1 + g.IntN(12))},
		Level: choose(g, []weighted[directory.Level]{
			{85, directory.LevelOK}, {5, ""}, {4, directory.LevelWarning}, {2, directory.LevelAlert}, {2, directory.LevelError}, {2, directory.LevelOver},
		}),
	}
	if g.chance(20) {
		s.Needs = slices.Clone(k.needs)
	}
	s.Registration = choose(g, []weighted[directory.Registration]{
		{30, directory.Registration{OpenTo: []directory.OpenTo{directory.OpenToMembers}, WithoutAccount: directory.UseNothing}},
		{25, directory.Registration{OpenTo: []directory.OpenTo{directory.OpenToAnyone}}},
		{20, directory.Registration{WithoutAccount: directory.UseFull}},
		{10, directory.Registration{OpenTo: []directory.OpenTo{directory.OpenToClients}, WithoutAccount: directory.UseNothing}},
		{5, directory.Registration{OpenTo: []directory.OpenTo{directory.OpenToNoOne}, WithoutAccount: directory.UseRead}},
		{10, directory.Registration{}},
	})
	s.Registration.OpenTo = slices.Clone(s.Registration.OpenTo)
	s.Registration.Capacity = choose(g, []weighted[directory.Capacity]{
		{55, directory.CapacityOpen}, {8, directory.CapacityWaitingList}, {7, directory.CapacityFull}, {30, ""},
	})
	switch r := g.IntN(100); {
	case r < 10:
		s.Allowance = &directory.Allowance{DaysPerYear: pick(g, []float64{3.5, 7, 10, 18, 36, 60})}
	case r < 20:
		s.Allowance = &directory.Allowance{None: true}
	}
	return s
}
