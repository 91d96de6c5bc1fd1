package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/exchange"
)

// machineFile gives a file for programs and its media type.
type machineFile func(r *http.Request) (body []byte, kind string, err error)

// routeMachineFiles adds the files that other directories, spreadsheets and
// address books read: those of the node's own hoster, and those of a
// directory.
func (s *Site) routeMachineFiles(r *mux.Router) {
	file := func(path string, f machineFile) {
		r.Handle(path, guard(s.serveFile(f))).Methods(http.MethodGet, http.MethodHead)
	}
	if s.options.Hoster != "" {
		file(exchange.LibrehostPath, s.librehost)
		file(summaryPath, s.summary)
		file("/services/{slug}"+exchange.XMPPPath, s.xmppService)
		file("/profile.json", s.ownFile("application/json", func(h directory.Hoster) ([]byte, error) {
			return exchange.ExportJSON([]directory.Listing{s.ownListing(h)})
		}))
		file("/profile.jsonld", s.ownFile("application/ld+json", ofOne(exchange.ExportJSONLD)))
		file("/profile.csv", s.ownFile("text/csv; charset=utf-8; header=present", ofOne(exchange.ExportCSV)))
		file("/profile.vcf", s.ownFile("text/vcard; charset=utf-8", func(h directory.Hoster) ([]byte, error) {
			return exchange.ExportVCard([]directory.Hoster{h}), nil
		}))
		file("/profile.geojson", s.ownFile("application/geo+json", func(h directory.Hoster) ([]byte, error) {
			return exchange.GeoJSON([]directory.Listing{s.ownListing(h)}, "fr"), nil
		}))
		r.Handle(exchange.CarbonPath, guard(http.HandlerFunc(s.leadToCarbon))).Methods(http.MethodGet, http.MethodHead)
	}
	if s.options.Aggregator != nil {
		s.routeDirectoryFiles(file)
	}
}

// serveFile answers a file for programs of any site, or a status in words.
func (s *Site) serveFile(f machineFile) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, kind, err := f(r)
		if err != nil {
			s.failFile(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "public, max-age=60")
		serve(w, r, body)
	})
}

// failFile answers err to a program.
func (s *Site) failFile(w http.ResponseWriter, r *http.Request, err error) {
	status, _ := statusOf(err)
	if status == http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.ErrorContext(r.Context(), "answer failed", "path", r.URL.Path, "error", err)
	}
	http.Error(w, http.StatusText(status), status)
}

// ofOne makes a writer of hosters one of a hoster.
func ofOne(write func([]directory.Hoster) ([]byte, error)) func(directory.Hoster) ([]byte, error) {
	return func(h directory.Hoster) ([]byte, error) { return write([]directory.Hoster{h}) }
}

// ownFile is a file of the node's own hoster.
func (s *Site) ownFile(kind string, write func(directory.Hoster) ([]byte, error)) machineFile {
	return func(r *http.Request) ([]byte, string, error) {
		h, err := s.ownHoster(r.Context())
		if err != nil {
			return nil, "", err
		}
		body, err := write(h)
		return body, kind, err
	}
}

// ownListing is the node's own hoster as a directory would hold it.
func (s *Site) ownListing(h directory.Hoster) directory.Listing {
	return directory.Listing{
		Hoster: h, Handle: "@" + h.Handle + "@" + s.host(),
		URL: s.absolute("/@" + h.Handle), Origin: string(h.ID),
	}
}

// librehost answers the hoster's librehost.json. What was imported comes back
// with the keys that nobody here knows.
func (s *Site) librehost(r *http.Request) ([]byte, string, error) {
	h, err := s.ownHoster(r.Context())
	if err != nil {
		return nil, "", err
	}
	_, base, err := s.importedOf(r.Context(), exchange.FormatLibrehost)
	if err != nil {
		return nil, "", err
	}
	body, err := exchange.ExportLibrehost(h, base)
	return body, "application/json", err
}

// importedOf gives the file of a format that the profile was imported from,
// and its address; nothing where there is none.
func (s *Site) importedOf(ctx context.Context, format exchange.Format) (address string, raw []byte, err error) {
	files, err := s.options.Own.Imported(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("imported files: %w", err)
	}
	for _, address := range slices.Sorted(maps.Keys(files)) {
		if f, err := exchange.Detect(address, files[address]); err == nil && f == format {
			return address, files[address], nil
		}
	}
	return "", nil, nil
}

// xmppService answers the file for XMPP Providers of one service, to be served
// or linked on the domain of its accounts.
func (s *Site) xmppService(r *http.Request) ([]byte, string, error) {
	h, err := s.ownHoster(r.Context())
	if err != nil {
		return nil, "", err
	}
	for _, service := range h.Services {
		if service.Slug == mux.Vars(r)["slug"] && exchange.SpeaksXMPP(service) {
			body, err := exchange.ExportXMPP(service, h)
			return body, "application/json", err
		}
	}
	return nil, "", fmt.Errorf("XMPP service: %w", directory.ErrNotFound)
}

// leadToCarbon leads to the carbon.txt whose address an import kept: what the
// hoster discloses stays where it discloses it.
func (s *Site) leadToCarbon(w http.ResponseWriter, r *http.Request) {
	address, _, err := s.importedOf(r.Context(), exchange.FormatCarbon)
	if err == nil && (address == "" || address == s.absolute(exchange.CarbonPath)) {
		err = fmt.Errorf("carbon.txt: %w", directory.ErrNotFound)
	}
	if err != nil {
		s.failFile(w, r, err)
		return
	}
	http.Redirect(w, r, address, http.StatusFound)
}
