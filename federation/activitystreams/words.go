package activitystreams

import (
	"strings"
	"time"

	"matou/directory"
)

// phrases are the words that documents carry for people who read them in other
// software. Labels of values come from the vocabulary first.
type phrases struct {
	site, place, contact, joining, work, services    string
	directory, automatic, automaticWhy               string
	affected, starts, began, ends, ended, next, more string
	noAccount, volunteers, paid                      string
	tag, colon                                       string
	hosters                                          string
	featured, repeated                               func(directory, area string) string
	stages                                           map[directory.Stage]string
	kinds                                            map[directory.NoticeKind]string
	labels                                           map[string]string
	days                                             map[string]string
	month                                            func(time.Time) string
}

// wordsIn gives the phrases in French for French, else in English.
func wordsIn(l directory.Language) *phrases {
	if l == "fr" {
		return &french
	}
	return &english
}

var french = phrases{
	site: "Site", place: "Lieu", contact: "Contact", joining: "Ouvert à", work: "Qui travaille", services: "Services",
	directory: "Annuaire", automatic: "Automate",
	automaticWhy: "Ce compte relaie automatiquement ce que publient les hébergeurs de cet annuaire ; personne ne lit ici les réponses.",
	affected:     "Services concernés", starts: "Début prévu", began: "Début", ends: "Fin prévue", ended: "Fin", next: "Prochaines nouvelles",
	more: "Suite", noAccount: "services sans compte", volunteers: "bénévoles", paid: "personnes payées", tag: "LogicielLibre", colon: "\u00a0: ",
	hosters: "Hébergeurs",
	featured: func(directory, area string) string {
		return "Les hébergeurs de l'annuaire «\u00a0" + directory + "\u00a0» qui y ont leur siège ou y interviennent\u00a0: " + area +
			". Chacun a accepté d'y figurer\u00a0; l'ordre ne dit rien de personne."
	},
	repeated: func(directory, area string) string {
		return "Les nouvelles des hébergeurs de l'annuaire «\u00a0" + directory + "\u00a0» qui y ont leur siège ou y interviennent\u00a0: " + area + "."
	},
	stages: map[directory.Stage]string{
		directory.Investigating: "⚠ En cours, cause recherchée", directory.Identified: "⚠ En cours, cause trouvée",
		directory.Monitoring: "Réparé, sous surveillance", directory.Resolved: "✔ Terminé",
		directory.Planned: "Prévu", directory.Underway: "En cours", directory.Completed: "✔ Terminé",
		directory.Cancelled: "✖ Annulé", directory.Closed: "✔ Clos",
	},
	kinds: map[directory.NoticeKind]string{directory.NoticeIncident: "Incident", directory.NoticeMaintenance: "Maintenance", directory.NoticeAnnouncement: "Annonce"},
	labels: map[string]string{
		"anyone": "toute personne", "members": "membres", "clients": "contre facture", "no-one": "personne pour le moment",
		"volunteer": "bénévole", "paid": "payé", "mixed": "bénévole et payé",
	},
	days:  map[string]string{"mon": "lun.", "tue": "mar.", "wed": "mer.", "thu": "jeu.", "fri": "ven.", "sat": "sam.", "sun": "dim."},
	month: func(t time.Time) string { return frenchMonths[t.Month()-1] },
}

var english = phrases{
	site: "Site", place: "Place", contact: "Contact", joining: "Open to", work: "Who works", services: "Services",
	directory: "Directory", automatic: "Automatic",
	automaticWhy: "This account repeats automatically what the hosters of this directory publish; nobody reads replies here.",
	affected:     "Services concerned", starts: "Planned start", began: "Start", ends: "Expected end", ended: "End", next: "Next news",
	more: "Read on", noAccount: "services without an account", volunteers: "volunteers", paid: "paid people", tag: "FreeSoftware", colon: ": ",
	hosters: "Hosters",
	featured: func(directory, area string) string {
		return "The hosters of the directory “" + directory + "” that have their seat or work there: " + area +
			". Each of them agreed to be here; the order says nothing about anybody."
	},
	repeated: func(directory, area string) string {
		return "The news of the hosters of the directory “" + directory + "” that have their seat or work there: " + area + "."
	},
	stages: map[directory.Stage]string{
		directory.Investigating: "⚠ Under way, looking for the cause", directory.Identified: "⚠ Under way, cause found",
		directory.Monitoring: "Repaired, being watched", directory.Resolved: "✔ Resolved",
		directory.Planned: "Planned", directory.Underway: "Under way", directory.Completed: "✔ Completed",
		directory.Cancelled: "✖ Cancelled", directory.Closed: "✔ Closed",
	},
	kinds: map[directory.NoticeKind]string{directory.NoticeIncident: "Incident", directory.NoticeMaintenance: "Maintenance", directory.NoticeAnnouncement: "Announcement"},
	labels: map[string]string{
		"anyone": "anyone", "members": "members", "clients": "against an invoice", "no-one": "nobody for now",
		"volunteer": "volunteer", "paid": "paid", "mixed": "volunteer and paid",
	},
	days:  map[string]string{"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"},
	month: func(t time.Time) string { return t.Month().String() },
}

var frenchMonths = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

// at tells an instant in words, in UTC, since readers are anywhere.
func (w *phrases) at(t time.Time) string {
	t = t.UTC()
	return t.Format("2 ") + w.month(t) + t.Format(" 2006, 15:04 UTC")
}

// label gives the words of a value: the vocabulary's, else ours, else itself.
func label(v directory.Vocabulary, f directory.Facet, value string, lang directory.Language) string {
	for _, facet := range v.Facets {
		if facet.Facet == f {
			if s, _ := facet.Values[value].In(lang); s != "" {
				return s
			}
		}
	}
	return first(wordsIn(lang).labels[value], value)
}

// hours tells the first span of a week in which somebody answers.
func (w *phrases) hours(all []directory.Hours) string {
	if len(all) == 0 || len(all[0].Days) == 0 {
		return ""
	}
	h := all[0]
	week := "mon tue wed thu fri sat sun"
	days := make([]string, len(h.Days))
	for i, d := range h.Days {
		days[i] = first(w.days[d], d)
	}
	s := strings.Join(days, " ")
	if len(days) > 2 && strings.Contains(week, strings.Join(h.Days, " ")) {
		s = days[0] + "–" + days[len(days)-1]
	}
	return s + " " + h.From + "–" + h.To
}

// first is the first string that says something.
func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
