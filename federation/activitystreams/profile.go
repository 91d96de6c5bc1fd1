package activitystreams

import (
	"fmt"
	"maps"
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"matou/directory"
)

// What other software shows of a hoster: summary, fields, hashtags.

// maxSummary is what peers keep of a summary, in characters.
const maxSummary = 2048

// mainLanguage is the language of a document with one text: that of the
// sentence by which the hoster presents itself.
func mainLanguage(h directory.Hoster) directory.Language {
	if _, l := h.Summary.In(h.Languages...); l != "" {
		return l
	}
	if len(h.Languages) > 0 {
		return h.Languages[0]
	}
	return "fr"
}

// summaries sets summary and summaryMap; compose gives the HTML for the words
// in a language. The plain one is in lang.
func summaries(doc map[string]any, t directory.Text, lang directory.Language, compose func(string, directory.Language) string) {
	plain, l := t.In(lang)
	if l == "" {
		l = lang
	}
	doc["summary"] = compose(plain, l)
	m := map[string]any{string(l): doc["summary"]}
	for _, other := range slices.Sorted(maps.Keys(t)) {
		if t[other] != "" {
			m[string(other)] = compose(t[other], other)
		}
	}
	doc["summaryMap"] = m
}

// hosterSummary is the sentence, the services and the hashtags, short enough
// for every peer.
func (e Endpoints) hosterSummary(sentence string, h directory.Hoster, lang directory.Language) string {
	tags := e.hashtagLine(hosterTags(h, lang))
	html := paragraph(sentence)
	var names []string
	for _, s := range h.Services {
		if s.Level != directory.LevelOver {
			names = append(names, s.Name)
		}
	}
	for n := len(names); n > 0; n-- {
		list := strings.Join(names[:n], ", ")
		if n < len(names) {
			list += "…"
		}
		line := paragraph(wordsIn(lang).services + wordsIn(lang).colon + list)
		if utf8.RuneCountInString(html+line+tags) <= maxSummary {
			return html + line + tags
		}
	}
	if utf8.RuneCountInString(html+tags) <= maxSummary {
		return html + tags
	}
	return html
}

// hosterTags are the hashtags of the collectives that a hoster says it is in,
// or of what all have in common.
func hosterTags(h directory.Hoster, lang directory.Language) []string {
	var tags []string
	for _, m := range h.Memberships {
		if t := camel(m.Collective); t != "" && m.Until.IsZero() && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	if len(tags) == 0 {
		tags = []string{wordsIn(lang).tag}
	}
	return tags[:min(len(tags), 5)]
}

// camel makes a hashtag of a name: letters and digits, each word with a
// capital where there are several.
func camel(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(parts) > 1 {
		for i, p := range parts {
			r, n := utf8.DecodeRuneInString(p)
			parts[i] = string(unicode.ToUpper(r)) + p[n:]
		}
	}
	tag := strings.Join(parts, "")
	if strings.Trim(tag, "0123456789") == "" || len(tag) > 100 {
		return "" // digits alone are no hashtag
	}
	return tag
}

func (e Endpoints) tagPage(tag string) string {
	return e.Origin + "/tags/" + url.PathEscape(strings.ToLower(tag))
}

// hashtags are the tag objects.
func (e Endpoints) hashtags(tags []string) []any {
	all := make([]any, len(tags))
	for i, t := range tags {
		all[i] = map[string]any{"type": "Hashtag", "name": "#" + t, "href": e.tagPage(t)}
	}
	return all
}

// hashtagLine is the same for readers, as peers recognise it.
func (e Endpoints) hashtagLine(tags []string) string {
	links := make([]string, len(tags))
	for i, t := range tags {
		links[i] = fmt.Sprintf(`<a href="%s" class="mention hashtag" rel="tag">#<span>%s</span></a>`, escape(e.tagPage(t)), escape(t))
	}
	if len(links) == 0 {
		return ""
	}
	return "<p>" + strings.Join(links, " ") + "</p>"
}

// hosterFields are the fields of a profile; the four that a person looks for
// first come first, since some software shows no more.
func hosterFields(h directory.Hoster, v directory.Vocabulary, lang directory.Language) []any {
	w := wordsIn(lang)
	fields := []any{}
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, property(name, value))
		}
	}
	if a := webAddress(h.Website); a != "" {
		add(w.site, anchor(a, shortAddress(a)))
	}
	add(w.place, escape(placeWords(h.Seat)))
	add(w.contact, joined(" · ", contactLink(first(h.Contact.URL, h.Contact.Email)), escape(h.Contact.Phone), escape(w.hours(h.Contact.Hours))))
	add(w.joining, escape(joiningWords(h, v, lang)))
	add(w.work, escape(workWords(h.Work, v, lang)))
	return fields
}

func property(name, value string) any {
	return map[string]any{"type": "PropertyValue", "name": name, "value": value}
}

func placeWords(p directory.Place) string {
	code := first(string(p.Area), string(p.Country))
	switch {
	case p.Name == "":
		return code
	case code == "" || strings.Contains(code, ":"):
		return p.Name
	}
	return p.Name + " (" + code + ")"
}

// joiningWords says who may use at least one of the services.
func joiningWords(h directory.Hoster, v directory.Vocabulary, lang directory.Language) string {
	var open []string
	for _, o := range []directory.OpenTo{directory.OpenToAnyone, directory.OpenToMembers, directory.OpenToClients, directory.OpenToNoOne} {
		if slices.ContainsFunc(h.Services, func(s directory.Service) bool { return slices.Contains(s.Registration.OpenTo, o) }) {
			open = append(open, label(v, directory.FacetOpenTo, string(o), lang))
		}
	}
	if len(open) > 1 && !slices.ContainsFunc(h.Services, func(s directory.Service) bool {
		return len(s.Registration.OpenTo) == 1 && s.Registration.OpenTo[0] != directory.OpenToNoOne
	}) {
		open = slices.DeleteFunc(open, func(s string) bool {
			return s == label(v, directory.FacetOpenTo, string(directory.OpenToNoOne), lang)
		})
	}
	n := 0
	for _, s := range h.Services {
		if s.Registration.WithoutAccount == directory.UseFull {
			n++
		}
	}
	words := strings.Join(open, ", ")
	if n > 0 {
		words = joined(" · ", words, fmt.Sprintf("%s%s%d", wordsIn(lang).noAccount, wordsIn(lang).colon, n))
	}
	return words
}

func workWords(k directory.Work, v directory.Vocabulary, lang directory.Language) string {
	w := wordsIn(lang)
	var parts []string
	if k.Maintenance != "" {
		parts = append(parts, label(v, directory.FacetMaintenance, string(k.Maintenance), lang))
	}
	if k.Volunteers != nil {
		parts = append(parts, fmt.Sprintf("%s%s%d", w.volunteers, w.colon, *k.Volunteers))
	}
	if k.PaidPeople != nil {
		parts = append(parts, fmt.Sprintf("%s%s%d", w.paid, w.colon, *k.PaidPeople))
	}
	return strings.Join(parts, " · ")
}

// factsOf tells of a service who may use it.
func factsOf(s directory.Service, v directory.Vocabulary, lang directory.Language) string {
	var open []string
	for _, o := range s.Registration.OpenTo {
		open = append(open, label(v, directory.FacetOpenTo, string(o), lang))
	}
	if len(open) == 0 {
		return ""
	}
	return paragraph(wordsIn(lang).joining + wordsIn(lang).colon + strings.Join(open, ", "))
}

func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

// contactLink is a link to a page or mailbox, or the words as they are.
func contactLink(c string) string {
	switch {
	case c == "":
		return ""
	case webAddress(c) != "":
		return anchor(c, shortAddress(c))
	case strings.Contains(c, "@"):
		c = strings.TrimPrefix(c, "mailto:")
		return anchor("mailto:"+c, c)
	}
	return escape(c)
}

// webAddress is s where it is an http or https address, else "".
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return s
}

// shortAddress is an address as people say it.
func shortAddress(s string) string {
	_, rest, _ := strings.Cut(s, "://")
	return strings.TrimSuffix(rest, "/")
}

// image is the icon, for a raster picture behind https; nil for anything else.
func image(address, name string) any {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil
	}
	t := mime.TypeByExtension(strings.ToLower(path.Ext(u.Path)))
	switch t {
	case "image/png", "image/jpeg", "image/webp", "image/gif":
		return map[string]any{"type": "Image", "mediaType": t, "url": address, "name": name}
	}
	return nil
}

// fieldNames are the names in the directory of terms that are called
// otherwise on the wire.
var fieldNames = map[string]string{
	"tagline": "summary", "legalForm": "form", "legalNotice": "legal", "location": "seat",
	"belongsTo": "owner", "termsOfUse": "terms",
}

// tooLarge is a *directory.FieldError where body is over what peers take. It
// names the longest part.
func tooLarge(body []byte, doc map[string]any, prefix string) error {
	if len(body) <= maxActor {
		return nil
	}
	longest, size := "", 0
	for name := range doc {
		_, ours := terms[name]
		if b, err := encode(doc[name]); err == nil && ours && (len(b) > size || len(b) == size && name < longest) {
			longest, size = name, len(b)
		}
	}
	return directory.Invalid(prefix+first(fieldNames[longest], longest),
		"must be shorter: written out, the whole takes %d KiB, and other servers refuse more than 64; take at least %d bytes away here, in the longest part (%d KiB)",
		len(body)>>10+1, len(body)-maxActor, size>>10+1)
}
