package search_test

import (
	"testing"

	"matou/directory"
)

// stubborn are questions that go wrong easily: slips of the finger, elision,
// plurals, places said in passing, postcodes, departments overseas.
var stubborn = []struct {
	text string
	want rule
}{
	// slips
	{"nextclod brest", all(says("nextcloud"), at("insee:29019", "brest"))},
	{"pertube", says("peertube")},
	{"peertubbe rennes", all(says("peertube"), rennes)},
	{"framadtae", says("framadate")},
	{"googel docs", leaving("google-docs")},
	{"whatsap", leaving("whatsapp")},
	{"remplacer dropobx", leaving("dropbox")},
	{"courreil", either(need("mail"), says("courriel|courriels"))},
	{"hebergment nextcloud", says("nextcloud")},
	{"nextcloud renes", all(says("nextcloud"), rennes)},
	{"agneda partagé", need("calendar")},
	// elision and apostrophes
	{"qu'est-ce qui remplace Doodle", leaving("doodle")},
	{"d'agenda", need("calendar")},
	{"l’imprimante", says("imprimante")},
	{"l'hébergement d'un site web à Lyon", all(either(need("website"), says("site|sites", "web", "hebergement")), lyon)},
	{"jusqu'à Brest", at("insee:29019", "brest")},
	// plurals
	{"courriels", either(need("mail"), says("courriel|courriels"))},
	{"calendriers partagés", need("calendar")},
	{"wikis", either(need("wiki"), says("wiki|wikis"))},
	{"forges logicielles", either(need("code-forge"), says("forge|forges", "logicielle|logicielles"))},
	{"raccourcisseurs de liens", need("short-link")},
	{"visioconférences", video},
	// places said in passing
	{"nextcloud près de Guingamp", all(says("nextcloud"), at("insee:22070", "guingamp"))},
	{"nextcloud autour de Brest", all(says("nextcloud"), at("insee:29019", "brest"))},
	{"peertube à côté de Rennes", all(says("peertube"), rennes)},
	{"pad proche de Vannes", all(need("write-together"), at("insee:56260", "vannes"))},
	{"stockage pas loin de Villeurbanne", all(storage, at("insee:69266", "villeurbanne"))},
	{"jitsi dans le Finistère", all(says("jitsi"), at("FR-29", "finistere"))},
	{"un pad du côté de Saint-Malo", all(need("write-together"), at("insee:35288"))},
	// postcodes
	{"29200 nextcloud", all(says("nextcloud"), at("insee:29019"))},
	{"agenda 75011", all(need("calendar"), at("insee:75111"))},
	{"59000", at("insee:59350", "lille")},
	{"courriel 06000", all(need("mail"), at("insee:06088"))},
	// overseas
	{"97400 photos", all(need("photo-album"), at("insee:97411"))},
	{"hébergeur en Guadeloupe", at("FR-971", "guadeloupe")},
	{"nextcloud Martinique", all(says("nextcloud"), at("FR-972", "martinique"))},
	{"hébergeur à Mayotte", at("FR-976", "mayotte")},
	{"sauvegarde dans le 974", all(need("backup"), at("FR-974"))},
	{"nextcloud Cayenne", all(says("nextcloud"), at("insee:97302", "cayenne"))},
	// English
	{"nextcluod near Rennes", all(says("nextcloud"), rennes)},
	{"calenders", need("calendar")},
	{"replacing Trello", leaving("trello")},
	{"what replaces YouTube?", leaving("youtube")},
	{"web hosting close to Brest", all(need("website"), at("insee:29019", "brest"))},
	{"I'm looking for a host in Brittany", at("FR-BRE")},
}

func TestStubbornQuestions(t *testing.T) {
	a, x := newAsker(t)
	for _, c := range stubborn {
		a.ask(t, x, c.text, c.want)
	}
}

// Where nothing answers, the next step is told, and finds what it says.
func TestNothingFoundIsNoDeadEnd(t *testing.T) {
	a, x := newAsker(t)
	for _, text := range []string{"votes en ligne Mayotte", "podcast Bruxelles", "seafile Guadeloupe", "imprimante Marseille", "dolibarr 97400"} {
		r := x.Search(directory.Query{Text: text, Day: today})
		if r.Total > 0 {
			t.Errorf("%q: got %d, want a question that nobody answers", text, r.Total)
			continue
		}
		if len(r.Wider) == 0 {
			t.Errorf("%q: got no step, want one that finds somebody; read as %+v", text, r.Read)
		}
		for _, step := range r.Wider {
			if got := x.Search(step.Query).Total; got != step.Total || got == 0 || got > len(a.listings) {
				t.Errorf("%q: the step %+v finds %d, want the %d that it tells", text, step, got, step.Total)
			}
		}
	}
}
