package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
	"matou/directory/exchange"
)

const (
	// wholeLimit bounds the listings of a file on the whole directory, which
	// is written at most every wholeFor.
	wholeLimit = 10_000
	wholeFor   = 5 * time.Minute
)

// wholeFiles keeps the files on the whole directory for a while: each takes
// every listing to write, and anybody may ask for it.
type wholeFiles struct {
	mu    sync.Mutex
	files map[string]wholeFile
}

type wholeFile struct {
	body []byte
	at   time.Time
}

// routeDirectoryFiles adds the files of a directory.
func (s *Site) routeDirectoryFiles(file func(path string, f machineFile)) {
	file("/directory.json", s.whole("directory.json", "application/json", exchange.ExportLibrehosters))
	file(exchange.WellKnown+s.options.Aggregator.Handle+".properties", s.whole("federation", "text/plain; charset=utf-8", s.federation))
	file(exchange.WellKnown+s.options.Aggregator.Handle+"/{hoster}.properties", s.listedFile)
	file(exchange.WellKnown+s.options.Aggregator.Handle+"/{hoster}/{slug}.properties", s.listedFile)
}

// exportPath is where a directory gives its listings whole.
const exportPath = "/api/v1/export.json"

// exportPage answers a page of the listings that the query of its address
// finds, in matou's own format, which loses nothing.
func (s *Site) exportPage(r *http.Request) ([]byte, string, error) {
	values := r.URL.Query()
	if !values.Has("limit") {
		values.Set("limit", itoa(directory.MaxLimit))
	}
	q, err := s.askPage("fr", values)
	if err != nil {
		return nil, "", err
	}
	found, err := s.searchPage(r.Context(), &q)
	if err != nil {
		return nil, "", err
	}
	var page []directory.Listing
	err = s.eachListing(r.Context(), found.Hits, func(l directory.Listing, _ directory.Hit) error {
		page = append(page, l)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	body, err := exchange.ExportJSONPage(page, s.nextPage(exportPath, "", q, found))
	return body, jsonType, err
}

// whole is a file on every listing, in the order of their handles.
func (s *Site) whole(name, kind string, write func([]directory.Listing) ([]byte, error)) machineFile {
	return func(r *http.Request) ([]byte, string, error) {
		s.wholeFiles.mu.Lock()
		defer s.wholeFiles.mu.Unlock()
		if f, ok := s.wholeFiles.files[name]; ok && s.clock().Sub(f.at) < wholeFor {
			return f.body, kind, nil
		}
		// Who asked first may leave; the others wait for the same file.
		all, err := s.listingsOf(context.WithoutCancel(r.Context()), directory.Query{}, wholeLimit)
		if err != nil {
			return nil, "", err
		}
		slices.SortFunc(all, func(a, b directory.Listing) int { return cmp.Compare(a.Handle, b.Handle) })
		body, err := write(all)
		if err != nil {
			return nil, "", err
		}
		if s.wholeFiles.files == nil {
			s.wholeFiles.files = map[string]wholeFile{}
		}
		s.wholeFiles.files[name] = wholeFile{body, s.clock()}
		return body, kind, nil
	}
}

// foundFile is a file on the listings that the query of its address finds.
func (s *Site) foundFile(kind string, write func([]directory.Listing) ([]byte, error)) machineFile {
	return func(r *http.Request) ([]byte, string, error) {
		q, err := s.ask("fr", r.URL.Query())
		if err != nil {
			return nil, "", err
		}
		all, err := s.listingsOf(r.Context(), q.found(), mapLimit)
		if err != nil {
			return nil, "", err
		}
		body, err := write(all)
		return body, kind, err
	}
}

// listingsOf gives the listings that answer q, whatever page it asks for.
func (s *Site) listingsOf(ctx context.Context, q directory.Query, most int) ([]directory.Listing, error) {
	var all []directory.Listing
	q.Limit, q.OnlyHits = directory.MaxLimit, true
	for q.Offset = 0; q.Offset < most; q.Offset += q.Limit {
		found, err := s.search(ctx, q)
		if err != nil {
			return nil, err
		}
		err = s.eachListing(ctx, found.Hits, func(l directory.Listing, _ directory.Hit) error {
			all = append(all, l)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if q.Offset+q.Limit >= found.Total {
			break
		}
	}
	return all, nil
}

func hostersOf(all []directory.Listing) []directory.Hoster {
	hosters := make([]directory.Hoster, len(all))
	for i, l := range all {
		hosters[i] = l.Hoster
	}
	return hosters
}

// federation writes the directory as a federation of ChatonsInfos: a link to
// the own file of each hoster where it is known, else to the one that is
// written here of what the hoster says.
func (s *Site) federation(all []directory.Listing) ([]byte, error) {
	a := s.options.Aggregator
	c := exchange.Collective{Slug: a.Handle, Name: a.Name, Description: a.Summary, Website: s.absolute("/"), UpdatedAt: latest(all)}
	if mail, ok := strings.CutPrefix(a.Contact, "mailto:"); ok {
		c.Contact.Email = mail
	} else {
		c.Contact.URL = a.Contact
	}
	members := make([]exchange.Member, len(all))
	for i, l := range all {
		if members[i] = exchange.MemberOf(l); members[i].URL == "" {
			members[i].URL = s.copyURL(l)("")
		}
	}
	return exchange.ExportFederation(c, exchange.HosterFileURL(s.absolute(""), a.Handle), members).Bytes(), nil
}

// latest is when one of the listings last changed.
func latest(all []directory.Listing) (at time.Time) {
	for _, l := range all {
		if l.Hoster.UpdatedAt.After(at) {
			at = l.Hoster.UpdatedAt
		}
	}
	return at
}

// copyURL gives where the files of a listed hoster are written here.
func (s *Site) copyURL(l directory.Listing) func(slug string) string {
	return exchange.CopyURL(s.absolute(""), s.options.Aggregator.Handle, l)
}

// listedFile answers what a listed hoster says, or what it says of a service,
// as a ChatonsInfos file of its own.
func (s *Site) listedFile(r *http.Request) ([]byte, string, error) {
	const kind = "text/plain; charset=utf-8"
	vars := mux.Vars(r)
	l, err := s.options.Directory.ListingByHandle(r.Context(), vars["hoster"])
	if err != nil {
		return nil, "", fmt.Errorf("listing: %w", err)
	}
	at := s.copyURL(l)
	if vars["slug"] == "" {
		return exchange.ExportHosterAt(l.Hoster, at).Bytes(), kind, nil
	}
	for _, service := range l.Hoster.Services {
		if service.Slug == vars["slug"] {
			return exchange.ExportServiceAt(service, l.Hoster, at).Bytes(), kind, nil
		}
	}
	return nil, "", fmt.Errorf("service: %w", directory.ErrNotFound)
}
