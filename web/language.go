package web

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"matou/directory"
)

// matcher chooses among languages; the first is for those who ask for neither.
var matcher = language.NewMatcher([]language.Tag{language.French, language.English})

// preferred gives the language that a browser asks for (RFC 9110 12.5.4).
func preferred(r *http.Request) directory.Language {
	_, i := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	return languages[i]
}

// asked gives the language of ?lang=, else of the path, where the request has one.
func asked(r *http.Request) (directory.Language, bool) {
	for _, l := range languages {
		if r.URL.Query().Get("lang") == string(l) {
			return l, true
		}
	}
	if strings.HasPrefix(r.URL.Path, "/en/") {
		return "en", true
	}
	return languages[0], false
}

// redirectHome sends who comes to "/" to the first page in the language that
// the address or the browser asks for; every other page has its language in
// its address.
func (s *Site) redirectHome(w http.ResponseWriter, r *http.Request, l directory.Language) bool {
	if l != languages[0] {
		return false
	}
	w.Header().Set("Vary", "Accept, Accept-Language")
	wanted, said := asked(r)
	if !said {
		wanted = preferred(r)
	}
	if wanted == l {
		return false
	}
	http.Redirect(w, r, address(wanted, "home"), http.StatusFound)
	return true
}
