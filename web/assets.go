package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/gorilla/mux"
)

//go:embed static
var staticFiles embed.FS

// asset is one file of static/, served under a name that changes with it.
type asset struct {
	body    []byte
	zipped  []byte // body as gzip, for browsers that take it
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
		zipped, err := zip(body)
		if err != nil {
			return nil, fmt.Errorf("compress static files: %w", err)
		}
		sum := sha256.Sum256(body)
		assets[e.Name()] = asset{
			body:    body,
			zipped:  zipped,
			kind:    mime.TypeByExtension(path.Ext(e.Name())),
			version: hex.EncodeToString(sum[:6]),
		}
	}
	return assets, nil
}

// zip gives body as gzip.
func zip(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// takesGzip reports whether a browser says that it reads gzip.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return err != nil || q > 0 // without a weight it is taken; 0 refuses it
		}
	}
	return false
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
	w.Header().Set("Vary", "Accept-Encoding")
	if takesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		serve(w, r, a.zipped)
		return
	}
	serve(w, r, a.body)
}
