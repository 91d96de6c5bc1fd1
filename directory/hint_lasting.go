package directory

import "regexp"

// recovery finds promises that something works again by a given time.
var recovery = regexp.MustCompile(`(?i)\bGTR\b|temps de rétablissement|délai de rétablissement|rétabli(?:e|s|es)? (?:en|sous|dans)\b|recovery time|time to recover|restored within|back within`)

// nightAndDay finds words that promise people at every hour.
var nightAndDay = regexp.MustCompile(`(?i)\b24\s?h?\s?/\s?(?:7|24)|\b24 (?:heures|hours) (?:sur|out of) 24|\b7\s?j\s?/\s?7|\bjour et nuit\b|\bday and night\b|\bround the clock\b`)

// nightAndDayHints speak of texts that say "24/7" where nothing is said of those
// who would be there. In a field it is refused; words may also say "never", so
// that they only get advice.
func nightAndDayHints(h Hoster) []Hint {
	if o := h.Work.OnCall; o != nil && o.AroundTheClock {
		return nil
	}
	w := wording{pattern: nightAndDay, code: "night-and-day-in-words", words: Text{
		"fr": "Ces mots parlent de jour et de nuit. Si quelqu'un est vraiment là, dites qui se relaie, avec quel repos, et qui l'a décidé ; sinon, dites à quelles heures on répond.",
		"en": "These words speak of day and night. If somebody is really there, say who takes turns, with what rest, and who decided on it; else say in what hours people are answered.",
	}}
	w.look("summary", h.Summary)
	w.look("description", h.Description)
	w.look("contact.delay", h.Contact.Delay)
	w.look("work.guarantee", h.Work.Guarantee)
	for i, s := range h.Services {
		f := item("services", i)
		w.look(path(f, "summary"), s.Summary)
		w.look(path(f, "contact.delay"), s.Contact.Delay)
		w.look(path(f, "limits"), s.Limits)
		if s.Allowance != nil {
			w.look(path(f, "allowance.why"), s.Allowance.Why)
		}
		if s.Intervention != nil {
			w.look(path(f, "intervention.staffing"), s.Intervention.Staffing)
		}
	}
	return w.hints
}

// recoveryHints speak of texts that promise a time of recovery. There is no
// field for one: nobody knows beforehand how long a repair takes.
func recoveryHints(h Hoster) []Hint {
	w := wording{pattern: recovery, code: "recovery-promised", words: Text{
		"fr": "Promettre un délai de rétablissement, c'est promettre ce que personne ne maîtrise. Le délai dans lequel quelqu'un s'y met, lui, dépend de vous.",
		"en": "To promise a time of recovery is to promise what is in nobody's hands. The time within which somebody sets to work is in yours.",
	}}
	w.look("work.guarantee", h.Work.Guarantee)
	for i, s := range h.Services {
		f := item("services", i)
		w.look(path(f, "limits"), s.Limits)
		if s.Allowance != nil {
			w.look(path(f, "allowance.why"), s.Allowance.Why)
		}
		if s.Intervention != nil {
			w.look(path(f, "intervention.staffing"), s.Intervention.Staffing)
		}
	}
	return w.hints
}

// lastingHints speak of what becomes of people's data, and of relations that
// the other side cannot confirm.
func lastingHints(h Hoster) []Hint {
	var hints []Hint
	succeeded := false
	for i, r := range h.Relations {
		succeeded = succeeded || r.Kind == RelationSuccessor
		if r.With == "" {
			hints = append(hints, Hint{path(item("relations", i), "with"), "relation-without-actor", Text{
				"fr": "Sans l'identifiant de l'autre structure, elle ne peut pas dire la même chose de son côté, et ce lien restera votre seule parole.",
				"en": "Without the other hoster's id, it cannot say the same on its side, and this stays your word alone.",
			}})
		}
	}
	if h.State == StateClosing && !succeeded && blank(h.Closing.Plan) {
		hints = append(hints, Hint{"closing.plan", "closing-without-plan", Text{
			"fr": "Vous annoncez une fermeture : dites où les personnes peuvent aller avec leurs données, ou quelle structure prend la suite.",
			"en": "You announce that you close: say where people can go with their data, or which hoster takes over.",
		}})
	}
	return hints
}

// wording gathers a hint for each text in which a pattern is found.
type wording struct {
	pattern *regexp.Regexp
	code    string
	words   Text
	hints   []Hint
}

func (w *wording) look(field string, t Text) {
	for _, l := range sortedLanguages(t) {
		if w.pattern.MatchString(t[l]) {
			w.hints = append(w.hints, Hint{field, w.code, w.words})
			return
		}
	}
}
