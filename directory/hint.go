package directory

// Hint is advice to the hoster who writes a profile: something that is allowed
// and that its people may wish to think over. It is never shown to visitors
// and never counts against anyone.
type Hint struct {
	Field string // path in the profile, as in FieldError
	ID    string // names the hint: "rotation-of-one"
	Text  Text   // the advice, in French and in English
}

// Hints gives what h's own people may wish to think over, in the order of the
// profile's fields.
func Hints(h Hoster) []Hint {
	hints := onCallHints(h.Work)
	hints = append(hints, recoveryHints(h)...)
	hints = append(hints, nightAndDayHints(h)...)
	hints = append(hints, lastingHints(h)...)
	if h.Work.Maintenance == MaintenanceVolunteer {
		hints = append(hints, guaranteeHints(h)...)
	}
	for i, s := range h.Services {
		f := item("services", i)
		answered := len(s.Contact.Hours) > 0 || len(h.Contact.Hours) > 0
		if s.Allowance != nil && !s.Allowance.None && !answered {
			hints = append(hints, Hint{path(f, "allowance"), "allowance-without-hours", Text{
				"fr": "Un nombre de jours d'interruption se lit avec vos horaires : une panne du samedi peut attendre le lundi. Dites quand quelqu'un répond.",
				"en": "Days of interruption are read with your hours: what breaks on Saturday may wait for Monday. Say when somebody answers.",
			}})
		}
		if s.Intervention != nil && len(s.Intervention.Hours) == 0 && !answered {
			hints = append(hints, Hint{path(f, "intervention"), "intervention-without-hours", Text{
				"fr": "Un délai d'intervention se compte pendant les heures où quelqu'un répond. Sans horaires, on le lira jour et nuit.",
				"en": "The time within which you act counts in the hours when somebody answers. Without hours, people will read it day and night.",
			}})
		}
	}
	return hints
}

func onCallHints(w Work) []Hint {
	var hints []Hint
	if w.CanRepair != nil && *w.CanRepair == 1 {
		hints = append(hints, Hint{"work.canRepair", "one-can-repair", Text{
			"fr": "Une seule personne peut réparer : prévoyez avec elle ce qui se passe quand elle est malade, en congé, ou qu'elle arrête.",
			"en": "One person alone can repair: plan with them what happens when they are ill, away, or stop.",
		}})
	}
	if w.Maintenance == MaintenancePaid && w.PaidPeople != nil && *w.PaidPeople == 0 {
		hints = append(hints, Hint{"work.paidPeople", "paid-by-nobody", Text{
			"fr": "Le travail est dit rémunéré, mais personne ne l'est. Est-il confié à une autre structure ? Dites-le en quelques mots.",
			"en": "The work is said to be paid, and nobody is. Is it done by another structure? Say so in a few words.",
		}})
	}
	if w.OnCall == nil || w.OnCall.None {
		return hints
	}
	if w.OnCall.Rotation == 1 {
		hints = append(hints, Hint{"work.onCall.rotation", "rotation-of-one", Text{
			"fr": "Une astreinte portée par une seule personne ne s'arrête jamais pour elle. À deux ou plus, chacun se repose ; sinon, mieux vaut dire que personne n'est d'astreinte.",
			"en": "Duty borne by one person never ends for them. With two or more, each can rest; else it is better to say that nobody is on call.",
		}})
	}
	if w.OnCall.Agreed != nil && !*w.OnCall.Agreed {
		hints = append(hints, Hint{"work.onCall.agreed", "duty-not-agreed", Text{
			"fr": "Les personnes d'astreinte ne l'ont pas acceptée : parlez-en avec elles avant d'en parler ici.",
			"en": "Those on duty have not agreed to it: speak with them before you speak of it here.",
		}})
	}
	return hints
}

// guaranteeHints warns a structure of volunteers that makes promises.
func guaranteeHints(h Hoster) []Hint {
	advice := func(field string) Hint {
		return Hint{field, "volunteers-who-guarantee", Text{
			"fr": "Une association de bénévoles qui garantit un résultat peut se mettre en danger : le fisc peut y voir une activité lucrative, et le droit du travail un lien de subordination. Vous pouvez aussi écrire que vous ne garantissez rien, et pourquoi.",
			"en": "In France, volunteers who guarantee a result may endanger their association: tax law may see a commercial activity in it, and labour law an employment. You may also write that you guarantee nothing, and why.",
		}}
	}
	var hints []Hint
	if !blank(h.Work.Guarantee) {
		hints = append(hints, advice("work.guarantee"))
	}
	for i, s := range h.Services {
		if s.Allowance != nil && !s.Allowance.None {
			hints = append(hints, advice(path(item("services", i), "allowance")))
		}
		if s.Intervention != nil {
			hints = append(hints, advice(path(item("services", i), "intervention")))
		}
	}
	return hints
}
