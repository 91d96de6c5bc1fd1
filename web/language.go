package web

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"

	"matou/directory"
)

// newMatcher chooses among languages; the first is for those who ask for none.
func newMatcher(all []directory.Language) language.Matcher {
	tags := make([]language.Tag, len(all))
	for i, l := range all {
		tags[i] = language.Make(string(l))
	}
	return language.NewMatcher(tags)
}

// preferred gives the language that a browser asks for (RFC 9110 12.5.4).
func (s *Site) preferred(r *http.Request) directory.Language {
	_, i := language.MatchStrings(s.matcher, r.Header.Get("Accept-Language"))
	return s.languages[i]
}

// asked gives the language of ?lang=, else of the path, where the request has one.
func (s *Site) asked(r *http.Request) (directory.Language, bool) {
	for _, l := range s.languages {
		if r.URL.Query().Get("lang") == string(l) {
			return l, true
		}
	}
	for _, l := range s.languages[1:] {
		if strings.HasPrefix(r.URL.Path, "/"+string(l)+"/") {
			return l, true
		}
	}
	return languages[0], false
}

// redirectByLanguage sends who comes to "/", or is sent by another server, to
// the same page in the language that the address or the browser asks for; every
// other page has its language in its address.
func (s *Site) redirectByLanguage(w http.ResponseWriter, r *http.Request, name string, l directory.Language) bool {
	if l != languages[0] {
		return false
	}
	w.Header().Set("Vary", "Accept, Accept-Language")
	wanted, said := s.asked(r)
	if !said {
		wanted = s.preferred(r)
	}
	if wanted == l {
		return false
	}
	query := url.Values{}
	if name != "home" {
		query = r.URL.Query()
		query.Del("lang")
	}
	http.Redirect(w, r, withQuery(address(wanted, name), query), http.StatusFound) //nolint:gosec // a path of ours; what the request says stays in the query
	return true
}
