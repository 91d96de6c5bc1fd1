package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"matou/directory"
)

// statuses say which answer an error gets; what is not here is a 500.
var statuses = []struct {
	err    error
	status int
	key    string // of its words
}{
	{directory.ErrNotFound, http.StatusNotFound, "missing"},
	{directory.ErrGone, http.StatusGone, "gone"},
	{directory.ErrInvalid, http.StatusBadRequest, "unreadable"},
	{directory.ErrForbidden, http.StatusNotFound, "missing"},
}

// statusOf gives the answer to err and the key of its words.
func statusOf(err error) (int, string) {
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return s.status, s.key
		}
	}
	return http.StatusInternalServerError, "broken"
}

// errorView is what the page of an error shows.
type errorView struct {
	Title, Words string
	Listings     bool // there is a directory to go on in
}

// fail answers err in words; what went wrong inside goes to the log alone.
func (s *Site) fail(w http.ResponseWriter, v *visit, err error) {
	if errors.Is(err, context.Canceled) {
		return // the visitor has left
	}
	status, key := statusOf(err)
	if status == http.StatusInternalServerError {
		s.log.ErrorContext(v.Context(), "page failed", "page", v.name, "error", err)
	}
	s.failWith(w, v, status, key)
}

func (s *Site) failWith(w http.ResponseWriter, v *visit, status int, key string) {
	view := errorView{
		Title:    v.locale.word("error", key),
		Words:    v.locale.word("error", key+"_words"),
		Listings: s.options.Aggregator != nil,
	}
	s.render(w, v, page{template: "error", title: view.Title, status: status, data: view})
}

// missing answers an address that leads nowhere.
func (s *Site) missing(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, http.StatusNotFound, "missing")
}

// wrongMethod answers what is no GET or HEAD.
func (s *Site) wrongMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, HEAD")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
	s.refuse(w, r, http.StatusMethodNotAllowed, "method")
}

// refuse answers people with a page and programs with a problem document.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, status int, key string) {
	l, said := s.asked(r)
	if !said {
		l = s.preferred(r)
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || !wantsHTML(r) {
		s.problem(w, l, status, key, nil)
		return
	}
	s.failWith(w, s.visit(r, "home", l), status, key)
}

// wantsHTML reports whether a page is of use to who asks; a program that
// names only JSON gets JSON.
func wantsHTML(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return !strings.Contains(accept, "json") || strings.Contains(accept, "html")
}

// problem is an error of the JSON interface (RFC 9457).
type problem struct {
	Type      string `json:"type"` // where openapi.json describes it
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Parameter string `json:"parameter,omitempty"` // what could not be read
	Reason    string `json:"reason,omitempty"`    // why, in English
}

// problemTypes are the answers of openapi.json that describe a problem, by the
// key of its words.
var problemTypes = map[string]string{
	"missing": "NotFound", "gone": "NotFound", "unreadable": "BadRequest", "method": "MethodNotAllowed",
	"unacceptable": "NotAcceptable", "broken": "InternalError",
}

// problem answers an error; err, where it is a directory.FieldError, tells which
// parameter could not be read.
func (s *Site) problem(w http.ResponseWriter, l directory.Language, status int, key string, err error) {
	p := problem{
		Type: "about:blank", Title: s.locales[l].word("error", key), Status: status, Detail: s.locales[l].word("error", key+"_words"),
	}
	if name, ok := problemTypes[key]; ok && s.options.Aggregator != nil {
		p.Type = s.absolute(openAPIPath) + "#/components/responses/" + name
	}
	var field *directory.FieldError
	if errors.As(err, &field) {
		p.Parameter, p.Reason = field.Field, field.Reason
	}
	body, err := json.Marshal(p)
	if err != nil {
		s.log.Error("problem not encoded", "error", err)
		w.WriteHeader(status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", string(l))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the peer has left where this fails
}
