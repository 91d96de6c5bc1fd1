package badger

import (
	"context"
	"math"
	"slices"
	"strings"

	"matou/directory"
	"matou/federation/ap"
)

// turned is a host with its labels turned round, a dot after each, so that what
// lies below a domain begins as it does: "asso.hoster.example:8443" is
// "example.hoster.asso.:8443".
func turned(host string) []byte {
	port := ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') && i > 0 {
		host, port = host[:i], host[i:]
	}
	labels := strings.Split(host, ".")
	slices.Reverse(labels)
	return []byte(strings.Join(labels, ".") + "." + port)
}

func siteKey(s directory.Site) []byte { return join(kindSite, turned(s.Host)) }

func siteFileKey(f directory.SiteFile) []byte { return byHash(kindSiteFile, f.Address) }

// Site gives what is kept of the host of a website, or directory.ErrNotFound.
func (s *Store) Site(ctx context.Context, host string) (directory.Site, error) {
	return read(ctx, s, func(t *tx) (directory.Site, error) {
		site, found, err := t.site(host)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return site, err
	})
}

func (t *tx) site(host string) (directory.Site, bool, error) {
	return load(t, siteKey(directory.Site{Host: host}), func(s directory.Site) bool { return s.Host == host })
}

// Sites gives those of a domain, or all for "": the host of that name and those
// below it; the cursor is the last host.
func (s *Store) Sites(ctx context.Context, domain string, p ap.Page) ([]directory.Site, error) {
	return read(ctx, s, func(t *tx) ([]directory.Site, error) {
		w := walk{prefix: []byte{kindSite}}
		if domain != "" {
			w.prefix = join(kindSite, turned(domain))
		}
		if p.After != "" {
			w.from, w.past = siteKey(directory.Site{Host: p.After})[len(w.prefix):], true
		}
		return collect[directory.Site](t, w, pageOf(p))
	})
}

// SiteFiles gives the files that are read, in an order that stays.
func (s *Store) SiteFiles(ctx context.Context) ([]directory.SiteFile, error) {
	return read(ctx, s, func(t *tx) ([]directory.SiteFile, error) {
		return collect[directory.SiteFile](t, walk{prefix: []byte{kindSiteFile}}, math.MaxInt)
	})
}

func (t *tx) saveSite(s directory.Site) error { return t.save(siteKey(s), s) }

func (t *tx) removeSite(host string) error { return t.Delete(siteKey(directory.Site{Host: host})) }

func (t *tx) saveSiteFile(f directory.SiteFile) error { return t.save(siteFileKey(f), f) }

func (t *tx) removeSiteFile(address string) error {
	return t.Delete(siteFileKey(directory.SiteFile{Address: address}))
}

// openSite reports whether a file may list a site, which is made where nothing
// is kept of it.
func (t *tx) openSite(host string) (bool, error) {
	site, found, err := t.site(host)
	if err != nil {
		return false, err
	}
	if !found {
		return true, t.saveSite(directory.Site{Host: host})
	}
	return !site.Closed(), nil
}
