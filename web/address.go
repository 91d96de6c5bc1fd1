package web

import (
	"net/url"
	"strings"

	"matou/directory"
)

// paths are the addresses of the pages: French ones stand at the root,
// English ones under /en/. What stands in braces is a variable of the page.
// Languages that a file adds take the English ones under their own tag: pathOf.
var paths = map[string]map[directory.Language]string{
	"home":      {"fr": "/", "en": "/en/"},
	"find":      {"fr": "/trouver", "en": "/en/find"},
	"found":     {"fr": "/trouver/resultat", "en": "/en/find/result"},
	"guarantee": {"fr": "/trouver/garantie", "en": "/en/find/guarantee"},
	"sheet":     {"fr": "/trouver/garantie/fiche.txt", "en": "/en/find/guarantee/sheet.txt"},
	"compare":   {"fr": "/comparer", "en": "/en/compare"},
	"listings":  {"fr": "/hebergeurs", "en": "/en/hosters"},
	"hoster":    {"fr": "/h/{handle}", "en": "/en/h/{handle}"},
	"replacing": {"fr": "/remplacer", "en": "/en/instead-of"},
	"replace":   {"fr": "/remplacer/{slug}", "en": "/en/instead-of/{slug}"},
	"map":       {"fr": "/hebergeurs/carte", "en": "/en/hosters/map"},
	"area":      {"fr": "/territoires/{code}", "en": "/en/areas/{code}"},
	"news":      {"fr": "/nouvelles", "en": "/en/news"},
	"news-item": {"fr": "/nouvelle", "en": "/en/notice"},
	"own":       {"fr": "/@{handle}", "en": "/en/@{handle}"},

	"listed-state": {"fr": "/h/{handle}/etat", "en": "/en/h/{handle}/status"},
	"service":      {"fr": "/h/{handle}/services/{slug}", "en": "/en/h/{handle}/services/{slug}"},
	"services":     {"fr": "/services", "en": "/en/services"},
	"own-service":  {"fr": "/services/{slug}", "en": "/en/services/{slug}"},
	"commitments":  {"fr": "/engagements", "en": "/en/commitments"},
	"incident":     {"fr": "/etat/{note:[0-9A-Za-z]+}", "en": "/en/status/{note:[0-9A-Za-z]+}"},
	"mutual-aid":   {"fr": "/entraide", "en": "/en/mutual-aid"},
	"mutual-need":  {"fr": "/entraide/{slug}", "en": "/en/mutual-aid/{slug}"},
	"mutual-open":  {"fr": "/entraide/{slug}/ouvrir", "en": "/en/mutual-aid/{slug}/open"}, // leads on; no page

	"own-notice": {"fr": "/@{handle}/{note}", "en": "/en/@{handle}/{note}"},
	"state":      {"fr": "/etat", "en": "/en/status"},
	"follow":     {"fr": "/suivre", "en": "/en/follow"},

	// What a site owes its visitors.
	"rules":         {"fr": "/charte", "en": "/en/rules"},
	"collective":    {"fr": "/collectif", "en": "/en/collective"},
	"data":          {"fr": "/donnees", "en": "/en/data"},
	"accessibility": {"fr": "/accessibilite", "en": "/en/accessibility"},
	"legal":         {"fr": "/mentions", "en": "/en/legal"},
	"privacy":       {"fr": "/vie-privee", "en": "/en/privacy"},
	"about":         {"fr": "/a-propos", "en": "/en/about"},
	"report":        {"fr": "/signaler", "en": "/en/report"},
	"reported":      {"fr": "/signaler/merci", "en": "/en/report/thanks"},
	"join":          {"fr": "/proposer", "en": "/en/join"},
	"ask":           {"fr": "/demander", "en": "/en/ask"},

	// Other servers send their visitors to this address, whatever they speak.
	"interaction": {"fr": "/authorize_interaction", "en": "/en/authorize_interaction"},
}

// pathOf gives the address of a page in language l, its variables in braces:
// "/trouver", "/en/find", and "/br/find" in a language that a file adds.
func pathOf(name string, l directory.Language) string {
	if path, ok := paths[name][l]; ok {
		return path
	}
	return "/" + string(l) + strings.TrimPrefix(paths[name]["en"], "/en")
}

// address gives the path of a page in language l, its variables filled with
// values in their order.
func address(l directory.Language, name string, values ...string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(pathOf(name, l), "/") {
		if open := strings.IndexByte(part, '{'); open >= 0 && len(values) > 0 {
			part = part[:open] + url.PathEscape(values[0])
			values = values[1:]
		}
		b.WriteString("/")
		b.WriteString(part)
	}
	return b.String()[1:]
}

// homeAddress is where links to the first page lead. The French one says its
// language, since "/" alone goes by what the browser asks for.
func homeAddress(l directory.Language) string {
	if l == languages[0] {
		return address(l, "home") + "?lang=" + string(l)
	}
	return address(l, "home")
}

// withLanguage says the language of a page that would go by what the browser
// asks for.
func withLanguage(path string, l directory.Language) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + "lang=" + string(l)
}

// AreaAddress gives the path of the directory's page of an area, in language l:
// its hosters, those that have their seat there and those that work there.
func AreaAddress(l directory.Language, area directory.AreaCode) string {
	if _, ok := paths["area"][l]; !ok {
		l = languages[0]
	}
	return areaAddress(l, area)
}

// withQuery puts parameters behind a path.
func withQuery(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// hosterAddress is the page of a listing on this node.
func hosterAddress(l directory.Language, handle string) string {
	return address(l, "hoster", strings.TrimPrefix(handle, "@"))
}

// listingsAddress is the page that answers q.
func listingsAddress(l directory.Language, q directory.Query) string {
	return withQuery(address(l, "listings"), q.Values())
}

// absolute gives the address of a path on this node.
func (s *Site) absolute(path string) string {
	return s.options.Origin.Scheme + "://" + s.options.Origin.Host + path
}
