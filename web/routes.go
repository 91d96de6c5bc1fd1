package web

import (
	"maps"
	"net/http"

	"github.com/gorilla/mux"

	"matou/directory"
)

// handler answers one page.
type handler func(v *visit) (page, error)

// Routes adds the pages, the static files and the JSON of the site to r, and
// the pages for what is not found, where r has none yet.
func (s *Site) Routes(r *mux.Router) {
	get := func(path string, h http.HandlerFunc) {
		r.Handle(path, guard(h)).Methods(http.MethodGet, http.MethodHead)
	}
	for name, h := range s.handlers() {
		for _, l := range s.languages {
			get(pathOf(name, l), s.show(name, l, h))
		}
	}
	for _, l := range s.languages[1:] {
		get("/"+string(l), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, address(l, "home"), http.StatusMovedPermanently)
		})
	}
	get("/tags/{tag}", s.showTag)
	sameSite := http.NewCrossOriginProtection()
	if s.options.Aggregator != nil {
		s.routePlaces(r, sameSite)
		for _, l := range s.languages {
			get(pathOf("sheet", l), s.sendSheet(l))
		}
	}
	if s.options.Homes != nil {
		for _, l := range s.languages {
			r.Handle(pathOf("follow", l), guard(sameSite.Handler(s.sendHome(l)))).Methods(http.MethodPost)
		}
	}
	s.routeForms(func(path string, h http.Handler) {
		r.Handle(path, guard(sameSite.Handler(h))).Methods(http.MethodPost)
	})
	get("/static/{file}", s.showAsset)
	if s.options.Logos != nil {
		get(logoPath+"{file}", s.showLogo)
	}
	s.routeFeeds(r)
	s.routeBadges(r)
	s.routeMachineFiles(r)
	if s.options.Aggregator != nil {
		s.routeAPI(r)
		s.routeMutualAid(r)
	}
	if s.options.Hoster != "" {
		s.routeChatonsInfos(r)
	}
	if r.NotFoundHandler == nil {
		r.NotFoundHandler = guard(http.HandlerFunc(s.missing))
	}
	if r.MethodNotAllowedHandler == nil {
		r.MethodNotAllowedHandler = guard(http.HandlerFunc(s.wrongMethod))
	}
}

// showTag leads from a hashtag of a note, as other software links it, to what
// this node has to tell: a hoster's notices, else a directory's news. There
// are too few of them to sort by tag.
func (s *Site) showTag(w http.ResponseWriter, r *http.Request) {
	name := "home"
	switch {
	case s.options.Hoster != "":
		name = "state"
	case s.options.Aggregator != nil:
		name = "news"
	}
	w.Header().Set("Vary", "Accept-Language")
	http.Redirect(w, r, address(s.preferred(r), name), http.StatusFound)
}

// handlers are the pages of this node's roles, by their name in paths.
func (s *Site) handlers() map[string]handler {
	pages := map[string]handler{
		"home":        s.showHome,
		"follow":      s.showFollow,
		"own":         s.showOwn,
		"interaction": s.showInteraction,
	}
	if s.options.Aggregator != nil {
		pages["find"] = s.showFind
		pages["found"] = s.showFound
		pages["guarantee"] = s.showGuarantee
		pages["compare"] = s.showCompare
		pages["listings"] = s.showListings
		pages["map"] = s.showMap
		pages["area"] = s.showArea
		pages["hoster"] = s.showListing
		pages["replace"] = s.showReplacement
		pages["replacing"] = s.showReplacements
		pages["news"] = s.showNews
		pages["news-item"] = s.showNewsItem
		pages["listed-state"] = s.showListedState
		pages["service"] = s.showService
		pages["mutual-aid"] = s.showMutualAid
		pages["mutual-need"] = s.showMutualNeed
	}
	if s.options.Hoster != "" {
		pages["own-notice"] = s.showOwnNotice
		pages["state"] = s.showState
		pages["services"] = s.showServices
		pages["own-service"] = s.showOwnService
		pages["commitments"] = s.showCommitments
		pages["incident"] = s.showIncident
	}
	maps.Copy(pages, s.owedPages())
	return pages
}

// show answers a page in language l.
func (s *Site) show(name string, l directory.Language, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if (name == "home" || name == "interaction") && s.redirectByLanguage(w, r, name, l) {
			return
		}
		v := s.visit(r, name, l)
		p, err := h(v)
		if err != nil {
			s.fail(w, v, err)
			return
		}
		if p.moved != "" {
			http.Redirect(w, r, p.moved, p.status)
			return
		}
		if p.alternate != "" && wantsActivity(r) {
			w.Header().Set("Vary", "Accept, Accept-Language")
			http.Redirect(w, r, p.alternate, http.StatusFound)
			return
		}
		s.render(w, v, p)
	}
}

// contentPolicy is the policy of a page whose forms lead to those sites.
func contentPolicy(formAction string) string {
	return "default-src 'none'; style-src 'self'; img-src 'self'; form-action " + formAction + "; base-uri 'none'; frame-ancestors 'none'"
}

// guard sets what every answer to a browser carries. Nothing of a page comes
// from elsewhere, runs, or is framed.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy("'self'"))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
