package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"

	"github.com/gorilla/mux"
)

//go:embed static
var staticFiles embed.FS

// asset is one file of static/, served under a name that changes with it.
type asset struct {
	body    []byte
	kind    string
	version string // start of its SHA-256, hexadecimal
}

func loadAssets() (map[string]asset, error) {
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	assets := make(map[string]asset, len(entries))
	for _, e := range entries {
		body, err := fs.ReadFile(staticFiles, "static/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("read static files: %w", err)
		}
		sum := sha256.Sum256(body)
		assets[e.Name()] = asset{
			body:    body,
			kind:    mime.TypeByExtension(path.Ext(e.Name())),
			version: hex.EncodeToString(sum[:6]),
		}
	}
	return assets, nil
}

// assetAddress gives the address of a static file in its present version.
func (s *Site) assetAddress(name string) string {
	return "/static/" + name + "?v=" + s.assets[name].version
}

func (s *Site) showAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := s.assets[mux.Vars(r)["file"]]
	if !ok {
		s.missing(w, r)
		return
	}
	life := "public, max-age=3600"
	if r.URL.Query().Get("v") == a.version {
		life = "public, max-age=31536000, immutable"
	}
	w.Header().Set("Cache-Control", life)
	w.Header().Set("Content-Type", a.kind)
	serve(w, r, a.body)
}
