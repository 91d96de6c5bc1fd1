package directorytest

import "matou/directory"

// town is a place where invented hosters live. The codes are ISO 3166-2.
type town struct {
	name, of              string // "Rennes", "de Rennes"
	area, region, country directory.AreaCode
	latitude, longitude   float64
}

var towns = []town{
	{"Rennes", "de Rennes", "FR-35", "FR-BRE", "FR", 48.117, -1.678},
	{"Brest", "de Brest", "FR-29", "FR-BRE", "FR", 48.390, -4.486},
	{"Nantes", "de Nantes", "FR-44", "FR-PDL", "FR", 47.218, -1.554},
	{"Rouen", "de Rouen", "FR-76", "FR-NOR", "FR", 49.443, 1.099},
	{"Lille", "de Lille", "FR-59", "FR-HDF", "FR", 50.629, 3.057},
	{"Strasbourg", "de Strasbourg", "FR-67", "FR-GES", "FR", 48.573, 7.752},
	{"Montreuil", "de Montreuil", "FR-93", "FR-IDF", "FR", 48.864, 2.443},
	{"Dijon", "de Dijon", "FR-21", "FR-BFC", "FR", 47.322, 5.041},
	{"Orléans", "d'Orléans", "FR-45", "FR-CVL", "FR", 47.903, 1.909},
	{"Villeurbanne", "de Villeurbanne", "FR-69", "FR-ARA", "FR", 45.767, 4.880},
	{"Grenoble", "de Grenoble", "FR-38", "FR-ARA", "FR", 45.188, 5.724},
	{"Bordeaux", "de Bordeaux", "FR-33", "FR-NAQ", "FR", 44.837, -0.579},
	{"Toulouse", "de Toulouse", "FR-31", "FR-OCC", "FR", 43.605, 1.444},
	{"Montpellier", "de Montpellier", "FR-34", "FR-OCC", "FR", 43.611, 3.877},
	{"Marseille", "de Marseille", "FR-13", "FR-PAC", "FR", 43.296, 5.370},
	{"Ajaccio", "d'Ajaccio", "FR-2A", "FR-20R", "FR", 41.926, 8.737},
	{"Saint-Denis de La Réunion", "de La Réunion", "FR-974", "FR-974", "FR", -20.882, 55.450},
	{"Bruxelles", "de Bruxelles", "BE-BRU", "BE-BRU", "BE", 50.850, 4.352},
}

var things = []string{
	"Les Lucioles", "La Passerelle", "Le Bocal", "Racines", "L'Escale", "La Ruche", "Le Hamac", "Les Cagettes",
	"La Lanterne", "Le Moulin", "L'Établi", "La Gouttière", "Le Panier", "Les Sémaphores", "La Coquille", "Le Terrier",
	"La Verveine", "L'Abri", "Le Lavoir", "Les Passeurs", "La Boussole", "Le Grenier", "L'Échoppe", "La Ferme",
}

var purposes = []string{
	"Des outils libres pour les habitants", "L'informatique en commun des associations", "Un hébergement à taille humaine au cœur",
	"Des services en ligne sobres, tenus par des voisins", "Courrier, fichiers et sites pour les collectifs", "Un atelier numérique ouvert, tout près",
}

// kind is a service that invented hosters run.
type kind struct {
	slug, name, software, licence string
	needs                         []directory.NeedID
}

var kinds = []kind{
	{"pad", "Écrire ensemble", "Etherpad", "Apache-2.0", []directory.NeedID{"write-together"}},
	{"cryptpad", "Bureau chiffré", "CryptPad", "AGPL-3.0-or-later", []directory.NeedID{"write-together", "spreadsheet", "forms"}},
	{"nuage", "Nuage", "Nextcloud", "AGPL-3.0-or-later", []directory.NeedID{"file-storage", "calendar"}},
	{"courrier", "Courrier", "Dovecot", "MIT", []directory.NeedID{"mail"}},
	{"listes", "Listes", "Sympa", "GPL-2.0-or-later", []directory.NeedID{"mailing-list"}},
	{"visio", "Visio", "Jitsi Meet", "Apache-2.0", []directory.NeedID{"video-meeting"}},
	{"salons", "Salons", "Matrix Synapse", "AGPL-3.0-or-later", []directory.NeedID{"chat"}},
	{"equipe", "Discussions d'équipe", "Mattermost", "MIT", []directory.NeedID{"chat"}},
	{"pouet", "Réseau", "Mastodon", "AGPL-3.0-or-later", []directory.NeedID{"social-network"}},
	{"tube", "Vidéos", "PeerTube", "AGPL-3.0-or-later", []directory.NeedID{"video-platform"}},
	{"agenda", "Rencontres", "Mobilizon", "AGPL-3.0-or-later", []directory.NeedID{"events"}},
	{"sites", "Sites", "WordPress", "GPL-2.0-or-later", []directory.NeedID{"website"}},
	{"spip", "Sites SPIP", "SPIP", "GPL-3.0-or-later", []directory.NeedID{"website"}},
	{"date", "Dates", "Framadate", "CECILL-B", []directory.NeedID{"poll-date"}},
	{"depot", "Dépôt de fichiers", "Lufi", "AGPL-3.0-or-later", []directory.NeedID{"send-file"}},
	{"images", "Images", "Lutim", "AGPL-3.0-or-later", []directory.NeedID{"share-image"}},
	{"textes", "Textes d'un jour", "PrivateBin", "Zlib", []directory.NeedID{"paste"}},
	{"liens", "Liens courts", "LSTU", "WTFPL", []directory.NeedID{"short-link"}},
	{"forge", "Forge", "Forgejo", "GPL-3.0-or-later", []directory.NeedID{"code-forge"}},
	{"cles", "Mots de passe", "Vaultwarden", "AGPL-3.0-only", []directory.NeedID{"password-manager"}},
	{"flux", "Flux", "FreshRSS", "AGPL-3.0-or-later", []directory.NeedID{"rss"}},
	{"cartes", "Cartes", "uMap", "AGPL-3.0-only", []directory.NeedID{"maps"}},
	{"compta", "Comptes et adhésions", "Paheko", "AGPL-3.0-only", []directory.NeedID{"accounting", "membership"}},
	{"tableau", "Tableaux de tâches", "Kanboard", "MIT", []directory.NeedID{"tasks"}},
	{"maison", "Un programme maison", "Bidouille", "AGPL-3.0-or-later", nil},
}

var criteria = []directory.CriterionID{
	"work-described", "several-can-repair", "rest-respected", "contact-hours-said", "answers-on-weekdays", "answers-by-phone",
	"helps-to-start", "governance-described", "users-have-a-say", "prices-published", "solidarity-price", "announces-incidents",
	"restore-tried", "leave-with-data", "owns-machines", "data-place-told", "terms-reachable", "statistics-published",
	"accounts-published", "only-free-software", "no-data-exploited", "authority-requests-listed", "meets-people", "open-to-newcomers",
}
