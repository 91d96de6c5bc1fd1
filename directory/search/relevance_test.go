package search_test

import (
	"slices"
	"testing"

	"matou/directory"
	"matou/directory/search"
)

// village is a small directory in which questions have known answers.
func village() *search.Index {
	hoster := func(host, name, town, summary string, services ...directory.Service) directory.Listing {
		return directory.Listing{Hoster: directory.Hoster{
			ID: directory.ID("https://" + host + ".example/ap/actors/a"), Handle: "a", Name: name,
			Summary:  directory.Text{"fr": summary},
			Seat:     directory.Place{Name: town},
			Services: services, Discoverable: true, Indexable: true,
		}}
	}
	service := func(name, software string) directory.Service {
		return directory.Service{Slug: "s", Name: name, Software: directory.Software{Name: software}}
	}
	return index(
		hoster("verger", "Le Verger", "Évreux", "Des boîtes aux lettres pour les écoles.", service("Courrier", "Dovecot"), service("Listes", "Sympa")),
		hoster("phare", "L'Œil du Phare", "Saint-Malo", "Réunions et vidéos.", service("Visio", "Jitsi Meet"), service("Tube", "PeerTube")),
		hoster("atelier", "Atelier d'à côté", "Rennes", "Écrire et ranger ensemble.", service("Pad", "etherpad-lite"), service("Nuage", "Nextcloud")),
		hoster("journal", "Les Journaux", "Brest", "Sites et blogs.", service("Sites", "WordPress")),
	)
}

func TestQuestions(t *testing.T) {
	x := village()
	for _, c := range []struct {
		text string
		want []string
	}{
		// what people ask, in French
		{"je veux quitter Google Drive", []string{"atelier"}},
		{"remplacer Gmail", []string{"verger"}},
		{"une boîte mail", []string{"verger"}},
		{"visioconférence", []string{"phare"}},
		{"où faire de la visio près de Saint-Malo ?", []string{"phare"}},
		{"sites web", []string{"journal"}},
		{"agenda partagé", []string{"atelier"}},
		{"liste de diffusion", []string{"verger"}},
		// and in English
		{"I want to leave Google Docs", []string{"atelier"}},
		{"alternative to YouTube", []string{"phare"}},
		{"mailing lists", []string{"verger"}},
		{"store files near Rennes", []string{"atelier"}},
		{"video meeting", []string{"phare"}},
		// accents, case, ligatures, apostrophes, plurals
		{"EVREUX", []string{"verger"}},
		{"évreux", []string{"verger"}},
		{"oeil", []string{"phare"}},
		{"l’œil", []string{"phare"}},
		{"d'Évreux", []string{"verger"}},
		{"école", []string{"verger"}},
		{"journal brest", []string{"journal"}},
		{"video", []string{"phare"}},
		// programs, however they are written
		{"Etherpad", []string{"atelier"}},
		{"nextcloud rennes", []string{"atelier"}},
		{"nextcloud brest", nil},
		// a word need not be finished
		{"nextcl", []string{"atelier"}},
		{"rennes nextc", []string{"atelier"}},
		{"nextc rennes", []string{"atelier"}},
		// one slip in a longer word that is found nowhere; not in a short one
		{"nexcloud", []string{"atelier"}},
		{"nextclould", []string{"atelier"}},
		{"nextlcoud", []string{"atelier"}},
		{"nextdloud rennes", []string{"atelier"}},
		{"nxtclod", nil},
		{"pda", nil},
		// nothing to go by
		{"", []string{"atelier", "journal", "phare", "verger"}},
		{"je cherche un hébergeur", []string{"atelier", "journal", "phare", "verger"}},
		{"? !", []string{"atelier", "journal", "phare", "verger"}},
		{"zzzzzz", nil},
		// words that ask, where a hoster bears one as its name
		{"alternative", []string{"atelier", "journal", "phare", "verger"}},
	} {
		var got []string
		for _, id := range ids(x.Search(directory.Query{Text: c.text, Day: today})) {
			got = append(got, id.Host()[:len(id.Host())-len(".example")])
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.text, got, c.want)
		}
	}
}

func FuzzSearchText(f *testing.F) {
	for _, s := range []string{"", "l'été", "ﬁn", "\xff", "a\u0301", "qu'", "É", "İstanbul", "\u202e", "🦊 renard"} {
		f.Add(s)
	}
	x := village()
	f.Fuzz(func(t *testing.T, text string) {
		if r := x.Search(directory.Query{Text: text}); r.Total > x.Len() || len(r.Hits) > r.Total {
			t.Errorf("%q: got %d hits of %d, want at most %d", text, len(r.Hits), r.Total, x.Len())
		}
	})
}
