package web

import (
	"net/http"
	"net/url"
	"strings"

	"matou/directory"
)

// Moves tells where those who lived here live now.
type Moves interface {
	// MovedTo gives the address of the node's own hoster on the node where it
	// lives now (FEP-7628), "" while it lives here.
	MovedTo() directory.ID
}

// wasField is the parameter by which a page is told under what handle its
// hoster was asked for.
const wasField = "was"

// movedTo leads from a handle of before to the same page under the one of now.
// The hoster's own page says so in words.
func (s *Site) movedTo(v *visit, l directory.Listing) page {
	values := v.addressed()
	query := url.Values{}
	if v.name == "hoster" && strings.Contains(values[0], "@") { // else a file told of it: it did not move
		query.Set(wasField, "@"+strings.TrimPrefix(values[0], "@"))
	}
	values[0] = handleOf(l)
	return page{moved: withQuery(address(v.language(), v.name, values...), query), status: http.StatusMovedPermanently}
}

// movedFrom reports whether a listing was asked for by a handle that its hoster
// had before it moved.
func movedFrom(handle string, l directory.Listing) bool {
	return !strings.EqualFold(strings.TrimPrefix(handle, "@"), handleOf(l))
}

// before gives the handle that a listing had before it moved, where the address
// says it and it is true, else "".
func (s *Site) before(v *visit, l directory.Listing) string {
	was := strings.ToLower(strings.TrimPrefix(v.URL.Query().Get(wasField), "@"))
	if was == "" || !movedFrom(was, l) {
		return ""
	}
	if now, err := s.options.Directory.ListingByHandle(v.Context(), was); err != nil || now.Hoster.ID != l.Hoster.ID {
		return ""
	}
	return "@" + plain(was)
}

// gone gives the address where the node's own hoster lives now, on its pages.
func (s *Site) gone(name string) link {
	if s.options.Moves == nil || s.options.Hoster == "" {
		return link{}
	}
	switch name {
	case "home", "follow":
		if s.options.Aggregator != nil {
			return link{} // the directory's
		}
	case "own", "services", "own-service", "commitments", "state", "incident", "own-notice":
	default:
		return link{}
	}
	return outward(string(s.options.Moves.MovedTo()))
}
