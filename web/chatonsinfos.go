package web

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/exchange"
)

// routeChatonsInfos adds the hoster's ChatonsInfos files, so that whoever
// gathers these keeps being able to read them from the node itself.
func (s *Site) routeChatonsInfos(r *mux.Router) {
	for _, path := range []string{"{handle}.properties", "{handle}/{slug}.properties"} {
		r.Handle(exchange.WellKnown+path, guard(http.HandlerFunc(s.showChatonsInfos))).
			Methods(http.MethodGet, http.MethodHead)
	}
}

// showChatonsInfos answers one file, as text in UTF-8. What was imported comes
// back with its unknown keys and comments; facts that changed since are new.
func (s *Site) showChatonsInfos(w http.ResponseWriter, r *http.Request) {
	vars := mux.Vars(r)
	file, err := s.chatonsInfos(r.Context(), vars["handle"], vars["slug"])
	if err != nil {
		status, _ := statusOf(err)
		if status == http.StatusInternalServerError {
			s.log.ErrorContext(r.Context(), "answer failed", "path", r.URL.Path, "error", err)
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "public, max-age=60")
	serve(w, r, file.Bytes())
}

// chatonsInfos gives the organization file for an empty slug, else the file of
// the service of that slug.
func (s *Site) chatonsInfos(ctx context.Context, handle, slug string) (*exchange.File, error) {
	h, err := s.ownHoster(ctx)
	if err != nil {
		return nil, err
	}
	if handle != h.Handle {
		return nil, directory.ErrNotFound
	}
	imported, err := s.options.Own.Imported(ctx)
	if err != nil {
		return nil, err
	}
	base, bases := exchange.Bases(imported)
	org, services := exchange.ChatonsInfos(h, base, bases)
	if slug == "" {
		return org, nil
	}
	if f, ok := services[slug]; ok {
		return f, nil
	}
	return nil, directory.ErrNotFound
}
