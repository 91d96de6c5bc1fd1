package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/directory/exchange"
	"matou/federation"
	"matou/federation/fetch"
	"matou/federation/robots"
)

// siteLimits bound the tree of a collective: a hundred hosters with twenty
// services each, and no more of what a stranger may write.
var siteLimits = exchange.Limits{Depth: 3, Files: 2000, Bytes: exchange.MaxFileBytes}

// siteReadFor is how long one file and all that it links to may take.
const siteReadFor = 30 * time.Minute

// siteReader reads a file that tells of hosters without a node, and what it
// links to, as far as each host lets machines read it.
type siteReader struct {
	config   *config
	client   *fetch.Client
	guard    *robots.Guard
	progress func(done, known int, address string)
}

// newSiteReader makes a reader for one walk.
func newSiteReader(cfg *config) *siteReader {
	guard := robots.NewGuard(importClient(cfg))
	return &siteReader{
		config: cfg, guard: guard, progress: func(int, int, string) {},
		client: fetch.New(fetch.Options{
			Development: cfg.Development, Ask: guard.Allow, Timeout: 20 * time.Second,
			UserAgent: fmt.Sprintf("matou/%s (+%s/)", Version, cfg.origin),
		}),
	}
}

// read reads a file. Its error is that of the first document: what others are
// not to be had is told in the result, and no reason to stop.
func (s *siteReader) read(ctx context.Context, file directory.SiteFile) (federation.SiteReading, exchange.TreeResult, error) {
	defer s.client.Close()
	from := file.Address
	if file.Path != "" {
		from = file.Path
	}
	tree := exchange.NewTree(from, siteLimits)
	if file.Format != "" {
		tree.Expect(exchange.Format(file.Format))
	}
	if err := s.walk(ctx, tree, from); err != nil {
		return federation.SiteReading{}, exchange.TreeResult{}, err
	}
	result := tree.Result()
	if err := nothingRead(exchange.TreeResult{Hosters: result.Hosters, Failures: result.Failures, Warnings: result.Warnings}, file.Address); err != nil {
		return federation.SiteReading{}, result, err
	}
	reading := federation.SiteReading{File: file, Partial: tree.Known() >= siteLimits.Files}
	if result.Collective != nil {
		reading.File.Collective = result.Collective.Name
	}
	for _, f := range result.Failures {
		if !isGoneForGood(f.Err) {
			reading.Unread = append(reading.Unread, f.URL)
		}
	}
	for _, f := range result.Hosters {
		if err := s.add(ctx, &reading, f, result.Organizations); err != nil {
			return federation.SiteReading{}, result, err
		}
	}
	return reading, result, nil
}

// walk asks for each document of a tree.
func (s *siteReader) walk(ctx context.Context, tree *exchange.Tree, from string) error {
	within, cancel := context.WithTimeout(ctx, siteReadFor)
	defer cancel()
	for done := 1; ; done++ {
		address, ok := tree.Next()
		if !ok {
			return nil
		}
		s.progress(done, tree.Known(), address)
		if within.Err() != nil && ctx.Err() == nil {
			tree.Fail(address, fmt.Errorf("it was not asked any more: a file and what it links to may take %d minutes: %w", int(siteReadFor.Minutes()), within.Err()))
			continue
		}
		raw, err := readOne(within, from, address, tree.Room(address), s.client)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			tree.Fail(address, err)
			continue
		}
		tree.AddAt(address, raw, time.Now().UTC().Truncate(time.Second))
	}
}

// isGoneForGood reports whether a document is not to be had because its host
// says so: it is not there, or not for machines. Everything else may be better
// tomorrow.
func isGoneForGood(err error) bool {
	return errors.Is(err, robots.ErrDisallowed) || errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone)
}

// add adds one hoster of a file, unless its own website keeps machines away.
func (s *siteReader) add(ctx context.Context, r *federation.SiteReading, f exchange.Found, all []exchange.Organization) error {
	e := federation.SiteEntry{Hoster: f.Hoster, Document: f.Source, SaidAt: f.SaidAt}
	if !isAddress(e.Document) {
		e.Document = filepath.Base(e.Document)
	}
	for _, o := range all {
		if o.URL != f.Source {
			continue
		}
		for _, sub := range o.File.Subs() {
			if slices.Contains(r.Unread, sub.URL) {
				e.Pending = append(e.Pending, strings.TrimSuffix(exchange.SiblingName(sub.URL), path.Ext(sub.URL)))
			}
		}
	}
	if _, err := seatByPoint(&e.Hoster, e.Document); err != nil {
		return err
	}
	site, err := federation.SiteOf(e.Hoster.Website, s.config.Development)
	if err == nil {
		err = s.guard.Allow(ctx, s.front(e.Hoster.Website))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, robots.ErrDisallowed):
			r.LeftOut = append(r.LeftOut, federation.SiteLeftOut{Name: e.Hoster.Name, Site: site, Why: "its robots.txt asks matou to stay away"})
			return nil
		case err != nil:
			e.Unsure = "its robots.txt cannot be had now, so that nobody knows what it wants"
		}
	}
	r.Entries = append(r.Entries, e)
	return nil
}

// front is the address of a website as this node would ask for it: in
// production over https, whatever a file says.
func (s *siteReader) front(website string) string {
	u, err := url.Parse(strings.TrimSpace(website))
	if err != nil {
		return website
	}
	if !s.config.Development {
		u.Scheme = "https"
	}
	return u.String()
}

// keepSitesEvery is how often the node looks whether a file is to be read.
const keepSitesEvery = 10 * time.Minute

// keepSites reads the files of a directory again, each when it is due, until
// ctx ends.
func keepSites(ctx context.Context, n *node, every time.Duration) error {
	if !n.config.has(roleAggregator) {
		return nil
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := readDueSites(ctx, n); err != nil && ctx.Err() == nil {
			n.log.ErrorContext(ctx, "files of hosters left: tried again later", slog.String("reason", err.Error()))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// readDueSites reads what is due now, one file after the other. Its error is
// the store's.
func readDueSites(ctx context.Context, n *node) error {
	due, err := n.federation.DueSiteFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range due {
		reading, _, err := newSiteReader(n.config).read(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			n.log.WarnContext(ctx, "file of hosters not read", slog.String("file", f.Address), slog.String("reason", err.Error()))
			if err := n.federation.SiteFileFailed(ctx, f.Address, err); err != nil {
				return err
			}
			continue
		}
		plan, err := n.federation.ApplySites(ctx, reading, decided("list from a file", f.Address, ""))
		if err != nil {
			return err
		}
		n.log.InfoContext(ctx, "file of hosters read again", slog.String("file", f.Address),
			slog.Int("added", len(plan.Added)), slog.Int("changed", len(plan.Changed)), slog.Int("gone", len(plan.Gone)))
	}
	return nil
}
