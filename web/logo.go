package web

import (
	"net/http"

	"github.com/gorilla/mux"
)

// Logos are the pictures of hosters that this node keeps. Visitors see these
// and never the hosters' own: no page loads anything from elsewhere.
type Logos interface {
	// Logo gives the name and version of the picture that was made of the one at
	// address; "", "" where there is none.
	Logo(address string) (name, version string)
	// Picture gives a PNG by that name and its version; nil where there is none.
	Picture(name string) (raw []byte, version string, err error)
}

// logoPath is where pictures are served, by their name.
const logoPath = "/logos/"

// face is what stands beside a hoster's name: its logo, or a letter.
type face struct {
	Logo string // address on this node; "" for none
	Name string
	Big  bool
}

// face gives what stands beside a name.
func (s *Site) face(name, logo string) face {
	f := face{Name: name}
	if s.options.Logos == nil {
		return f
	}
	if file, version := s.options.Logos.Logo(logo); file != "" {
		f.Logo = logoPath + file + "?v=" + version
	}
	return f
}

// showLogo answers one picture. In the version that a page names it never
// changes.
func (s *Site) showLogo(w http.ResponseWriter, r *http.Request) {
	raw, version, err := s.options.Logos.Picture(mux.Vars(r)["file"])
	if err != nil {
		s.failFile(w, r, err)
		return
	}
	if raw == nil {
		s.missing(w, r)
		return
	}
	life := "public, max-age=3600"
	if r.URL.Query().Get("v") == version {
		life = "public, max-age=31536000, immutable"
	}
	w.Header().Set("Cache-Control", life)
	w.Header().Set("Content-Type", "image/png")
	serve(w, r, raw)
}
