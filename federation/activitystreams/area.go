package activitystreams

import (
	"matou/directory"
	"matou/federation/ap"
)

// AreaProfile is what the actor of an area says of itself.
type AreaProfile struct {
	Area      directory.Text // name of the region or country
	Directory string         // name of the directory whose hosters it repeats
	Language  directory.Language
	Contact   string // of the directory's keeper
	Page      string // of the area, in the directory; "" for none
}

// EncodeArea gives the actor of a region or country of a directory: a Service
// that repeats what the hosters say that have their seat or work there.
func EncodeArea(e Endpoints, a AreaProfile) (ap.Document, error) {
	lang := a.Language
	if lang == "" {
		lang = "fr"
	}
	in := func(l directory.Language) string {
		name, _ := a.Area.In(l)
		return name
	}
	doc := map[string]any{}
	e.actor(doc, "Service", in(lang)+" · "+a.Directory, lang)
	doc["discoverable"], doc["indexable"] = true, true
	w := wordsIn(lang)
	fields := []any{property(w.directory, anchor(e.Origin+"/", a.Directory))}
	if a.Page != "" {
		fields = append(fields, property(w.hosters, anchor(a.Page, in(lang))))
	}
	if c := contactLink(a.Contact); c != "" {
		fields = append(fields, property(w.contact, c))
	}
	doc["attachment"] = append(fields, property(w.automatic, escape(w.automaticWhy)))
	doc["tag"] = []any{}
	both := directory.Text{"fr": in("fr"), "en": in("en")}
	summaries(doc, both, lang, func(name string, l directory.Language) string {
		return paragraph(wordsIn(l).repeated(a.Directory, name)) + paragraph(wordsIn(l).automaticWhy)
	})
	return document(doc, contextAggregator, e.Actor, e.updated())
}
