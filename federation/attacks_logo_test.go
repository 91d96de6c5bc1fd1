package federation_test

import (
	"net/http"
	"strings"

	"matou/federation/federationtest"
)

// Logos that lead inside, are programs, have no end, or come under another
// name than their own.
func attackFetchedPictures(a *attack) {
	const accept, most = "image/png, image/webp", 64 << 10
	picture := func(kind string, size int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(make([]byte, size)) // whoever asked may have heard enough
		}
	}
	for _, address := range inside {
		a.undialled(address, func() {
			if raw, err := a.n.Picture(a.Context(), address, accept, most); err == nil {
				a.Errorf("%s gave %d bytes", address, len(raw))
			}
			a.evil.Fault("/logo.png", federationtest.Redirect(address))
			if raw, err := a.n.Picture(a.Context(), a.evil.URL+"/logo.png", accept, most); err == nil {
				a.Errorf("a redirect to %s gave %d bytes", address, len(raw))
			}
		})
	}
	for _, kind := range []string{"image/svg+xml", "text/html", "image/png+xml", "application/octet-stream", ""} {
		a.evil.Fault("/logo.png", picture(kind, 100))
		if raw, err := a.n.Picture(a.Context(), a.evil.URL+"/logo.png", accept, most); err == nil {
			a.Errorf("a file of type %q gave %d bytes", kind, len(raw))
		}
	}
	a.evil.Fault("/logo.png", picture("image/png", most+1))
	if raw, err := a.n.Picture(a.Context(), a.evil.URL+"/logo.png", accept, most); err == nil {
		a.Errorf("a file that is too large gave %d bytes", len(raw))
	}
	a.evil.Fault("/logo.png", picture("image/png", 100))
	if raw, err := a.n.Picture(a.Context(), a.evil.URL+"/logo.png", accept, most); err != nil || len(raw) != 100 {
		a.Errorf("a picture gave %d bytes, %v", len(raw), err)
	}
	for _, r := range a.evil.Requests() {
		if !strings.Contains(r, "/logo.png") {
			a.Errorf("the node asked for %s", r)
		}
	}
}
