package search_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/geo"
	"matou/directory/search"
)

// asker holds a directory of three hundred invented hosters, and says which of
// them answer a question, by reading each of them in full. It knows nothing of
// how the index reads words.
type asker struct {
	areas    *geo.Gazetteer
	listings []directory.Listing
	terms    []map[directory.Facet][]string
	said     []map[string]bool // small letters without accents
}

// rule says whether the hoster of that place in the list answers a question.
type rule func(a *asker, i int) bool

func newAsker(t *testing.T) (*asker, *search.Index) {
	t.Helper()
	areas, err := geo.Load()
	if err != nil {
		t.Fatal(err)
	}
	v := directory.LoadVocabulary()
	byHand := handmade()
	a := &asker{areas: areas, listings: append(directorytest.Listings(300-len(byHand), 11), byHand...)}
	x := search.New(&v, areas)
	x.PutAll(a.listings)
	for _, l := range a.listings {
		if err := l.Hoster.Validate(); err != nil {
			t.Fatalf("%s: %v", l.Hoster.Name, err)
		}
		a.terms = append(a.terms, directory.Terms(l, &v, areas))
		a.said = append(a.said, said(l.Hoster))
	}
	return a, x
}

// handmade are hosters that say in their own words what their services do not
// tell, and that are in towns and villages known by their code.
func handmade() []directory.Listing {
	one := func(host, name, summary, description, town string, seat directory.AreaCode, serves []directory.AreaCode, services ...directory.Service) directory.Listing {
		l := directory.Listing{Hoster: directory.Hoster{
			ID: directory.ID("https://" + host + ".example/ap/actors/" + host), Handle: host, Name: name,
			Summary: directory.Text{"fr": summary}, Seat: directory.Place{Name: town, Area: seat, Country: "FR"}, Serves: serves,
			Services: services, Discoverable: true, Indexable: true,
		}, FetchedAt: directorytest.Day}
		if description != "" {
			l.Hoster.Description = directory.Text{"fr": description}
		}
		return l
	}
	service := func(name, software string, needs ...directory.NeedID) directory.Service {
		slug := strings.ToLower(strings.ReplaceAll(directorytest.Handle(name), "_", "-"))
		return directory.Service{Slug: slug, Name: name, Software: directory.Software{Name: software}, Needs: needs}
	}
	areas := func(all ...directory.AreaCode) []directory.AreaCode { return all }
	return []directory.Listing{
		one("goeland", "Le Goéland", "Des machines dans un grenier.", "Nous prêtons aussi une *imprimante* aux fanfares du quartier.", "Lannion", "insee:22113", areas("siren:200065928"), service("Tube breton", "PeerTube")),
		one("trieux", "L'Atelier du Trieux", "Réparer plutôt que jeter.", "Hébergement de boîtes aux lettres pour les radios associatives.", "Paimpol", "insee:22162", areas("FR-BRE"), service("Radio", "AzuraCast")),
		one("pente", "La Pente", "Un cloud de voisinage à la Croix-Rousse.", "", "Lyon", "insee:69123", areas("insee:69123"), service("Nuage", "Seafile")),
		one("gone", "Les Gones du Libre", "Une équipe lyonnaise.", "Formation au choix d'un système libre.", "Lyon", "insee:69123", areas("FR-ARA"), service("Nuage et agenda", "Nextcloud"), service("Réunions", "BigBlueButton")),
		one("paillon", "Le Paillon", "Courriel et listes.", "", "Nice", "insee:06088", areas("FR-06"), service("Courriel", "Mailu"), service("Listes", "Mailman")),
		one("perche", "La Perche", "Pour les maraîchers et les ruches.", "Nous tenons la comptabilité des petites fermes.", "Nogent-le-Rotrou", "insee:28280", areas("FR-28", "FR-61"), service("Comptes", "Dolibarr")),
		one("larzac", "Le Causse", "Tout en solaire.", "", "Millau", "insee:12145", areas("FR-12"), service("Podcasts", "Castopod"), service("Formulaires", "LimeSurvey")),
		one("vosges", "Le Schlitteur", "Une forge dans les Vosges.", "", "Épinal", "insee:88160", areas("FR-88"), service("Git", "Forgejo"), service("Wiki", "DokuWiki")),
		one("sud", "Réunion Libre", "Libérer l'île.", "", "Saint-Denis", "insee:97411", areas("FR-974"), service("Photos", "Immich"), service("Sauvegardes", "BorgBackup")),
		one("paris", "La Cour", "Un hébergeur de quartier, sans chichis.", "", "Paris", "insee:75111", areas("FR-75C"), service("Bureau", "CryptPad"), service("Visio", "Galène")),
		one("voix", "Voix Claire", "On vote, on décide.", "Urnes et assemblées.", "Tours", "insee:37261", areas("FR-37"), service("Votes", "Belenios"), service("Débats", "Loomio")),
		one("muet", "Le Muet", "", "", "", "", nil, service("Chose", "Bidouille")),
		one("bzh", "Chaîne du Menez", "Des vidéos en breton.", "", "Carhaix", "insee:29024", areas("FR-BRE"), service("Chaîne", "PeerTube"), service("Infolettre", "Listmonk")),
	}
}

var flat = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "î", "i", "ï", "i", "ô", "o", "û", "u", "ù", "u", "ç", "c", "œ", "oe")

func wordsIn(s string) []string {
	return strings.FieldsFunc(flat.Replace(strings.ToLower(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func said(h directory.Hoster) map[string]bool {
	texts := []string{h.Name, h.Seat.Name}
	for _, t := range []directory.Text{h.Summary, h.Description} {
		for _, s := range t {
			texts = append(texts, s)
		}
	}
	for _, s := range h.Services {
		texts = append(texts, s.Name, s.Software.Name)
		for _, t := range s.Summary {
			texts = append(texts, t)
		}
	}
	all := make(map[string]bool)
	for _, w := range wordsIn(strings.Join(texts, " ")) {
		all[w] = true
	}
	return all
}

// says holds of hosters that say every group of words, in one of the forms
// that the group gives: "fichier|fichiers".
func says(groups ...string) rule {
	return func(a *asker, i int) bool {
		for _, g := range groups {
			if !slices.ContainsFunc(strings.Split(g, "|"), func(w string) bool { return a.said[i][w] }) {
				return false
			}
		}
		return true
	}
}

// need holds of hosters with a service for any of these needs.
func need(needs ...string) rule { return has(directory.FacetNeed, needs...) }

func has(f directory.Facet, values ...string) rule {
	return func(a *asker, i int) bool {
		return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(a.terms[i][f], v) })
	}
}

// leaving holds of hosters with a service for what people do with a product.
func leaving(product string) rule { return has(directory.FacetReplaces, product) }

func either(rules ...rule) rule {
	return func(a *asker, i int) bool { return slices.ContainsFunc(rules, func(r rule) bool { return r(a, i) }) }
}

func all(rules ...rule) rule {
	return func(a *asker, i int) bool { return !slices.ContainsFunc(rules, func(r rule) bool { return !r(a, i) }) }
}

// at holds of hosters that serve a place, a part of it or an area around it,
// that are in it, or that speak of it by these words.
func at(code directory.AreaCode, words ...string) rule {
	return func(a *asker, i int) bool {
		h := a.listings[i].Hoster
		inside := func(inner, outer directory.AreaCode) bool {
			return inner != "" && slices.Contains(a.areas.Ancestors(inner), a.areas.Ancestors(outer)[0])
		}
		for _, s := range h.Serves {
			if inside(s, code) || inside(code, s) {
				return true
			}
		}
		return inside(h.Seat.Area, code) || inside(h.Seat.Country, code) || len(words) > 0 && says(words...)(a, i)
	}
}

func everyone(*asker, int) bool { return true }
func nobody(*asker, int) bool   { return false }

// What the words of questions mean, said once.
var (
	mail    = either(need("mail"), says("mail|mails"))
	storage = need("file-storage")
	rennes  = at("insee:35238", "rennes")
	lyon    = at("insee:69123", "lyon")
	video   = need("video-meeting")
)

// visitor is one who asks.
type visitor struct {
	text   string
	want   rule
	offers string // a filter that the answer must offer besides: "account=full"
}

// visitors are questions as people type them, by language.
var visitors = map[string][]visitor{"fr": {
	{"stockage de fichiers association Rennes", all(storage, rennes), "audience=small-organisation"},
	{"remplacer google drive lyon", all(leaving("google-drive"), lyon), ""},
	{"visio sans compte", either(video, says("visio")), "account=full"},
	{"mail pour asso 50 personnes", mail, "audience=small-organisation"},
	{"peertube bretagne", all(says("peertube"), at("FR-BRE", "bretagne")), ""},
	{"je veux quitter gmail", leaving("gmail"), ""},
	{"je cherche une alternative à google docs", leaving("google-docs"), ""},
	{"alternative à Doodle", leaving("doodle"), ""},
	{"remplacer WhatsApp pour notre asso", leaving("whatsapp"), "audience=small-organisation"},
	{"quitter facebook", either(leaving("facebook-page")), ""},
	{"remplaçer zoom", leaving("zoom"), ""},
	{"autre chose que teams", leaving("microsoft-teams"), ""},
	{"boite mail", either(need("mail"), says("boite|boites", "mail|mails")), ""},
	{"Boîtes aux lettres", either(need("mail"), says("boite|boites", "lettre|lettres")), ""},
	{"adresse e-mail", need("mail"), ""},
	{"courriel", either(need("mail"), says("courriel|courriels")), ""},
	{"messagerie", need("mail", "chat"), ""},
	{"liste de diffusion", either(need("mailing-list"), says("liste|listes", "diffusion")), ""},
	{"listes de diffusions", either(need("mailing-list"), says("liste|listes", "diffusion")), ""},
	{"newsletter", need("newsletter"), ""},
	{"infolettre", either(need("newsletter"), says("infolettre")), ""},
	{"l'agenda partagé", need("calendar"), ""},
	{"agenda partage", need("calendar"), ""},
	{"visioconférence à Nantes", all(video, at("insee:44109", "nantes")), ""},
	{"visioconference nantes", all(video, at("insee:44109", "nantes")), ""},
	{"réunion en ligne", either(video, says("reunion|reunions", "ligne")), ""},
	{"écrire à plusieurs", need("write-together"), ""},
	{"un pad", need("write-together"), ""},
	{"pads collaboratifs", need("write-together"), ""},
	{"tableur partagé", need("spreadsheet"), ""},
	{"sondage de dates", either(need("poll-date")), ""},
	{"formulaire en ligne", either(need("forms"), says("formulaire|formulaires", "ligne")), ""},
	{"questionnaires", need("forms"), ""},
	{"hébergement de site web pour mairie", either(need("website"), says("site|sites", "web", "hebergement")), "audience=large-organisation"},
	{"site internet pour mon asso à Brest", all(either(need("website"), says("site|sites", "internet")), at("insee:29019", "brest")), ""},
	{"blog", need("blog"), ""},
	{"nom de domaine", need("domain-name"), ""},
	{"mots de passe", either(need("password-manager"), says("mots|mot", "passe")), ""},
	{"mot de passes partagés", either(need("password-manager"), says("mots|mot", "passe")), ""},
	{"envoyer un gros fichier", need("send-file"), ""},
	{"partage de fichiers 35000", all(either(need("file-storage", "send-file"), says("fichiers|fichier", "partage")), rennes), ""},
	{"nextcloud 22300", all(says("nextcloud"), at("insee:22113")), ""},
	{"nextcloud lannion", all(says("nextcloud"), at("insee:22113", "lannion")), ""},
	{"peertube Trégor", says("peertube"), ""},
	{"nexcloud rennes", all(says("nextcloud"), rennes), ""},
	{"nextlcoud", says("nextcloud"), ""},
	{"mastodonte", says("mastodon"), ""},
	{"etherpad grenobel", all(says("etherpad"), at("insee:38185", "grenoble")), ""},
	{"visoconférence", either(video), ""},
	{"gogle drive", leaving("google-drive"), ""},
	{"jitsi Cotes d'Armor", all(says("jitsi"), at("FR-22")), ""},
	{"hébergeur Marseille", at("insee:13055", "marseille"), ""},
	{"un hébergeur près de Villeurbanne", at("insee:69266", "villeurbanne"), ""},
	{"hébergeur associatif dans le 35", at("FR-35"), ""},
	{"courrier Île-de-France", all(either(need("mail"), says("courrier|courriers")), at("FR-IDF")), ""},
	{"La Réunion photos", all(either(need("photo-album"), says("photo|photos")), at("FR-974", "reunion")), ""},
	{"forge logicielle", either(need("code-forge"), says("forge", "logicielle")), ""},
	{"forge", either(need("code-forge"), says("forge")), ""},
	{"comptabilité d'association", either(need("accounting"), says("comptabilite")), "audience=small-organisation"},
	{"gérer les adhérents", need("membership"), ""},
	{"réseau social libre", either(need("social-network"), says("reseau|reseaux", "social|sociaux")), ""},
	{"réseaux sociaux", either(need("social-network"), says("reseau|reseaux", "social|sociaux")), ""},
	{"cloud pas cher", either(storage, says("cloud")), ""},
	{"drive éthique", storage, ""},
	{"podcast", either(need("audio"), says("podcast|podcasts")), ""},
	{"voter en ligne", either(need("decide"), says("vote|votes", "ligne")), ""},
	{"raccourcir un lien", need("short-link"), ""},
	{"flux RSS", need("rss"), ""},
	{"sauvegarde externe", need("backup"), ""},
	{"carte collaborative", need("maps"), ""},
	{"fanfares", says("fanfare|fanfares"), ""},
	{"imprimante", says("imprimante"), ""},
	{"radios associatives", either(need("audio"), says("radio|radios")), "form=association"},
	{"hébergement solaire", says("solaire"), ""},
	{"équipe lyonnaise", says("lyonnaise|lyonnais"), ""},
	{"Les Lucioles", says("lucioles"), ""},
	{"les sémaphores de brest", all(says("semaphores"), at("insee:29019", "brest")), ""},
	{"bigbluebutton 69001", all(says("bigbluebutton"), at("insee:69381")), ""},
	{"pad en belgique", all(need("write-together"), at("BE")), ""},
	{"nextcloud Bruxelles", all(says("nextcloud"), at("BE-BRU", "bruxelles")), ""},
	{"je cherche un hébergeur", everyone, ""},
	{"xyzzyx", nobody, ""},
	{"peertube xyzzyx", says("peertube"), ""},
}, "en": {
	{"file storage for a charity", either(storage), "audience=small-organisation"},
	{"replace Google Drive", leaving("google-drive"), ""},
	{"alternative to Zoom without an account", leaving("zoom"), "account=full"},
	{"mailing lists", need("mailing-list"), ""},
	{"email hosting in Brittany", all(need("mail"), at("FR-BRE")), ""},
	{"leave gmail", leaving("gmail"), ""},
	{"shared calendar", need("calendar"), ""},
	{"video calls", video, ""},
	{"video conference Lyon", all(video, lyon), ""},
	{"web hosting", need("website"), ""},
	{"a website for my club", need("website"), "audience=small-organisation"},
	{"online form", need("forms"), ""},
	{"instead of WeTransfer", leaving("wetransfer"), ""},
	{"send large files", need("send-file"), ""},
	{"git hosting", either(need("code-forge"), nobody), ""},
	{"short links", need("short-link"), ""},
	{"password manager", need("password-manager"), ""},
	{"team chat", need("chat"), ""},
	{"social network in France", all(need("social-network"), at("FR")), ""},
	{"nextclowd paris", all(says("nextcloud"), at("FR-75C", "paris")), ""},
	{"peertube near Brest", all(says("peertube"), at("insee:29019", "brest")), ""},
	{"host videos", need("video-platform"), ""},
	{"knowledge base", need("wiki"), ""},
}}

func TestVisitorsFindWhoAnswers(t *testing.T) {
	a, x := newAsker(t)
	if fr, en := len(visitors["fr"]), len(visitors["en"]); len(a.listings) != 300 || fr < 60 || en < 20 {
		t.Errorf("%d hosters, %d questions in French, %d in English: want 300, and 60 and 20 at least", len(a.listings), fr, en)
	}
	for _, c := range slices.Concat(visitors["fr"], visitors["en"]) {
		r := a.ask(t, x, c.text, c.want)
		if c.offers != "" && !slices.ContainsFunc(r.Read, func(w directory.Reading) bool {
			f, v, _ := strings.Cut(c.offers, "=")
			return string(w.Facet) == f && slices.Contains(w.Values, v) && w.Offer != nil
		}) {
			t.Errorf("%q: got %+v, want an offer of %s", c.text, r.Read, c.offers)
		}
	}
}

// ask holds the whole answer to a question against who should be in it.
func (a *asker) ask(t *testing.T, x *search.Index, text string, want rule) directory.Result {
	t.Helper()
	r := x.Search(directory.Query{Text: text, Day: today, Limit: directory.MaxLimit})
	for r.Total > len(r.Hits) {
		r.Hits = append(r.Hits, x.Search(directory.Query{Text: text, Day: today, Limit: directory.MaxLimit, Offset: len(r.Hits)}).Hits...)
	}
	found := make(map[directory.ID]bool)
	for _, h := range r.Hits {
		found[h.ID] = true
	}
	var missing, beside []string
	for i, l := range a.listings {
		want := want(a, i)
		switch id := l.Hoster.ID; {
		case want && !found[id]:
			missing = append(missing, l.Hoster.Name)
		case !want && found[id]:
			beside = append(beside, l.Hoster.Name)
		}
	}
	if len(missing)+len(beside) > 0 {
		t.Errorf("%q: got %d; missing %d %.200q; beside %d %.200q; read as %+v", text, r.Total, len(missing), missing, len(beside), beside, r.Read)
	}
	return r
}
