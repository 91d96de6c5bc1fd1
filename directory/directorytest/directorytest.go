// Package directorytest gives valid invented hosters, listings and notices to
// tests and demos. Everything in it is made up; hosts are under example
// domains (RFC 2606). The same arguments always give equal values, which are
// the caller's to change.
package directorytest

import (
	"strings"
	"time"
	"unicode"

	"matou/directory"
)

// Day is when everything here was written, published and fetched.
var Day = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// Handle makes the handle of a name: "Les Lucioles" gives "les_lucioles".
// Letters outside a-z are left out.
func Handle(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsSpace(r) || r == '-' || r == '\'':
			b.WriteByte('_')
		}
	}
	handle := strings.Trim(b.String(), "_")
	if handle == "" {
		handle = "hoster"
	}
	return handle[:min(len(handle), 64)]
}

// Host gives the host of the node of a name: "les-lucioles.example".
func Host(name string) string {
	return strings.Trim(strings.ReplaceAll(Handle(name), "_", "-"), "-") + ".example"
}

// Hoster gives a hoster of that name, valid, listed by its own will, and with
// every field filled; it runs two services, "pad" and "cloud".
func Hoster(name string) directory.Hoster {
	site := "https://" + Host(name)
	return directory.Hoster{
		ID:           directory.ID(site + "/ap/actors/" + Handle(name)),
		Handle:       Handle(name),
		Name:         name,
		Summary:      directory.Text{"fr": "Des outils libres, tenus par des voisins.", "en": "Free tools, kept by neighbours."},
		Description:  directory.Text{"fr": "Nous sommes *neuf* et nous hébergeons le Trégor.", "en": "There are *nine* of us, and we host the Trégor."},
		Form:         directory.FormAssociation,
		State:        directory.StateActive,
		StateComment: "Permanence fermée en août.",
		Website:      site + "/",
		Logo:         site + "/logo.png",
		Legal:        site + "/mentions",
		Guides:       directory.Guides{User: site + "/guides", Technical: site + "/technique", Leaving: site + "/partir"},
		Languages:    []directory.Language{"fr", "br"},
		Audiences:    []directory.Audience{directory.AudienceIndividual, directory.AudienceSmallOrganisation},
		Since:        directory.Date{Year: 2018, Month: time.June, Day: 1},
		Seat: directory.Place{
			Name: "Lannion", Address: "2 quai d'Aiguillon, 22300 Lannion", Area: "FR-22", Country: "FR",
			Point: &directory.Point{Latitude: 48.7322, Longitude: -3.4592},
		},
		Serves: []directory.AreaCode{"FR-22", "FR-29"},
		DataIn: []directory.AreaCode{"FR-BRE"},
		Contact: directory.Contact{
			URL: site + "/contact", Email: "contact@" + Host(name), Phone: "+33 2 96 00 00 00",
			Hours: []directory.Hours{
				{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00", TimeZone: "Europe/Paris", Channel: "phone"},
				{Days: []string{"sat"}, From: "10:00", To: "12:00", TimeZone: "Europe/Paris", Channel: "on-site"},
			},
			Languages: []directory.Language{"fr"},
			Delay:     directory.Text{"fr": "Sous deux jours ouvrés.", "en": "Within two working days."},
		},
		Work:       work(),
		Governance: directory.Text{"fr": "Assemblée chaque trimestre, une personne, une voix."},
		Decisions: directory.Decisions{
			Voters: []directory.Voter{directory.VoterVolunteers, directory.VoterEmployees}, Documents: site + "/statuts",
			Meetings: directory.Text{"fr": "Un samedi par trimestre."},
		},
		Funding:  directory.Text{"fr": "Adhésions et dons."},
		FundedBy: []directory.Funding{directory.FundingMembership, directory.FundingDonations},
		Prices:   directory.Text{"fr": "Prix libre, 10 € conseillés."},
		Hosting:  own(),
		Seeks:    directory.Text{"fr": "Quelqu'un pour relire nos guides."},
		Relations: []directory.Relation{{
			Kind: directory.RelationBackedUpBy, With: "https://les-etoiles.example/ap/actors/les_etoiles", Name: "Les Étoiles", Website: "https://les-etoiles.example/",
			Services: []string{"cloud"}, Since: directory.Date{Year: 2022}, Comment: directory.Text{"fr": "Une copie chaque nuit, chiffrée."},
		}},
		Closing: directory.Closing{
			NoticeDays: new(90), Plan: directory.Text{"fr": "Chacun reçoit ses données, et l'adresse d'une structure amie."},
		},
		Owner:       &directory.Owner{Name: "La Maison du Libre", Website: "https://maison.example/", Logo: "https://maison.example/logo.png"},
		Memberships: []directory.Membership{{Collective: "chatons", Since: directory.Date{Year: 2019, Month: time.March}, State: directory.StateActive, Comment: "Portée 8.", Charter: "chatons-2"}},
		Statements: []directory.Statement{
			{Criterion: "several-can-repair", Value: directory.Met, Since: directory.Date{Year: 2020}, SaidAt: Day, Comment: directory.Text{"fr": "Trois personnes, dont une en apprentissage."}},
			{Criterion: "restore-tried", Value: directory.PartlyMet, SaidAt: Day, Proof: site + "/sauvegardes"},
			{
				Criterion: "accounts-published", Value: directory.Unmet, SaidAt: Day, Charter: "chatons-2",
				Derogation: &directory.Derogation{
					By: "chatons", On: directory.Date{Year: 2019, Month: time.March}, Until: directory.Date{Year: 2030},
					Why: directory.Text{"fr": "Le temps d'écrire le premier rapport."}, Proof: "https://collectif.example/portee-8",
				},
			},
		},
		Links: []directory.Link{
			{Kind: directory.LinkSocial, Name: "mastodon", URL: "https://social.example/@" + Handle(name)},
			{Kind: directory.LinkChat, Name: "xmpp", URL: "xmpp:accueil@salons.example?join"},
			{Kind: directory.LinkFunding, Name: "liberapay", URL: "https://dons.example/" + Handle(name)},
		},
		Services:     []directory.Service{pad(site), cloud(site)},
		ConfirmedAt:  Day,
		UpdatedAt:    Day,
		Discoverable: true,
		Indexable:    true,
	}
}

func work() directory.Work {
	return directory.Work{
		Maintenance:   directory.MaintenanceMixed,
		PaidPeople:    new(2),
		Volunteers:    new(9),
		CanRepair:     new(3),
		CanActAlone:   new(true),
		PeopleComment: directory.Text{"fr": "Deux salariées à mi-temps et neuf bénévoles."},
		OnCall: &directory.OnCall{
			Rotation: 3, MaxConsecutive: 1,
			Rest:         directory.Text{"fr": "Le lendemain est libre."},
			Compensation: directory.Text{"fr": "Une journée récupérée."},
			DecidedBy:    directory.Text{"fr": "L'équipe, avec les personnes concernées."},
			Agreed:       new(true),
		},
		Guarantee: directory.Text{"fr": "Aucune : nous faisons de notre mieux."},
		Qualifications: []directory.Qualification{
			{Kind: "training", Title: "Accompagner les associations", Issuer: "École du Libre", URL: "https://ecole.example/promotion", Year: 2023, AttestedBy: "https://ecole.example/ap/actors/ecole"},
		},
	}
}

func pad(site string) directory.Service {
	return directory.Service{
		ID:      directory.ID(site + "/ap/services/pad"),
		Slug:    "pad",
		Name:    "Le Pad",
		Summary: directory.Text{"fr": "Écrire à plusieurs, sans compte.", "en": "Write together, without an account."},
		Needs:   []directory.NeedID{"write-together"},
		Software: directory.Software{
			Name: "Etherpad", Website: "https://etherpad.example/", Licence: "Apache-2.0",
			LicenceURL: "https://etherpad.example/licence", Source: "https://forge.example/etherpad",
			Version: "2.2.7", Modules: []string{"ep_comments"},
		},
		Website: site + "/pad",
		Logo:    site + "/pad.png",
		Terms:   site + "/cgu",
		Guides:  directory.Guides{User: site + "/guides/pad", Technical: site + "/technique/pad", Leaving: site + "/partir/pad"},
		Since:   directory.Date{Year: 2019},
		Registration: directory.Registration{
			WithoutAccount: directory.UseFull, OpenTo: []directory.OpenTo{directory.OpenToAnyone}, Capacity: directory.CapacityOpen,
		},
		Share:   10,
		Level:   directory.LevelOK,
		Price:   directory.Text{"fr": "Prix libre."},
		Limits:  directory.Text{"fr": "Textes gardés un an."},
		Leaving: directory.Text{"fr": "Exportez chaque texte au format ODT."}, LeavesIn: []string{"ODT", "HTML"},
		Hosting: hosting(),
	}
}

func cloud(site string) directory.Service {
	return directory.Service{
		ID:       directory.ID(site + "/ap/services/cloud"),
		Slug:     "cloud",
		Name:     "Le Nuage",
		Summary:  directory.Text{"fr": "Fichiers, agendas et contacts.", "en": "Files, calendars and contacts."},
		Needs:    []directory.NeedID{"file-storage", "calendar", "contacts"},
		Software: directory.Software{Name: "Nextcloud", Website: "https://nextcloud.example/", Licence: "AGPL-3.0-or-later", Modules: []string{"Calendar"}},
		Website:  site + "/nuage",
		Contact:  directory.Contact{Email: "nuage@" + strings.TrimPrefix(site, "https://")},
		Since:    directory.Date{Year: 2018, Month: time.June},
		Registration: directory.Registration{
			WithoutAccount: directory.UseNothing, OpenTo: []directory.OpenTo{directory.OpenToMembers, directory.OpenToClients}, Capacity: directory.CapacityWaitingList,
		},
		Contract:     site + "/convention",
		Holds:        directory.Holds{Accounts: new(300), Gigabytes: new(5.0), People: new(50)},
		Level:        directory.LevelWarning,
		LevelComment: "Mise à jour en cours.",
		Allowance:    &directory.Allowance{DaysPerYear: 7, Why: directory.Text{"fr": "Nous réparons en semaine."}, WhenPassed: directory.RedressTime, Compensation: directory.Text{"fr": "Un mois d'adhésion."}},
		Intervention: &directory.Intervention{
			WithinHours: 8, Staffing: directory.Text{"fr": "Deux salariées."},
			Hours: []directory.Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"}},
		},
		Hosting:    hosting(),
		Statements: []directory.Statement{{Criterion: "open-formats", Value: directory.Met}},
	}
}

func hosting() directory.Hosting {
	return directory.Hosting{
		MachineRoom: "La Baie Commune", MachineRoomKind: directory.RoomHostedBay, ServerKind: directory.ServerPhysical,
		Distribution: "Debian 13", Description: "Deux machines à nous.", Country: "FR",
	}
}

// own is where the services stand that say nothing else.
func own() directory.Hosting {
	h := hosting()
	h.Control = directory.ControlOwns
	h.Access = directory.Text{"fr": "Deux personnes ont la clef de la salle."}
	h.Way = directory.Text{"fr": "Vingt minutes à vélo."}
	return h
}

// Listing gives the listing of Hoster(name).
func Listing(name string) directory.Listing { return listing(Hoster(name)) }

// listing gives h's entry in a directory that fetched it from its own node.
func listing(h directory.Hoster) directory.Listing {
	return directory.Listing{
		Hoster:    h,
		Handle:    "@" + h.Handle + "@" + h.ID.Host(),
		URL:       "https://" + h.ID.Host() + "/@" + h.Handle,
		Origin:    string(h.ID),
		FetchedAt: Day,
		ListedAt:  Day.AddDate(0, -1, 0),
	}
}

// Notice gives an incident of h's first service, opened on Day and still being
// looked into.
func Notice(h directory.Hoster) directory.Notice {
	n := directory.Notice{
		ID:          directory.ID("https://" + h.ID.Host() + "/ap/notes/01JQ0000000000000000000000"),
		Hoster:      h.ID,
		Kind:        directory.NoticeIncident,
		Stage:       directory.Investigating,
		Title:       "Les pads ne répondent plus",
		Body:        "Nous cherchons. Vos textes sont à l'abri.",
		Language:    "fr",
		StartsAt:    Day,
		PublishedAt: Day,
		UpdatedAt:   Day,
		URL:         "https://" + h.ID.Host() + "/etat",
	}
	if len(h.Services) > 0 {
		n.Affects = []directory.ID{h.Services[0].ID}
	}
	return n
}
