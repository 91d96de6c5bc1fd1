package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"matou/directory"
	"matou/directory/exchange"
)

// exportCommand is matou export.
type exportCommand struct {
	Format    string `required:"" placeholder:"FORMAT" help:"chatonsinfos, librehost, csv, geojson, jsonld, vcard, json (matou's own, which loses nothing) or xmpp."`
	To        string `default:"-" placeholder:"DIR|-" help:"A folder to write the files to, or - for the standard output (default: -)."`
	Directory bool   `help:"On a node that is both: what the directory lists, not what the hoster publishes."`
	Draft     bool   `help:"The profile file as it stands, not what is published."`
}

// Run writes what the node publishes, or lists, in another format.
func (e *exportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	write, ok := exporters[exchange.Format(e.Format)]
	if !ok {
		return usageError{fmt.Errorf("--format must be one of %s, not %q", strings.Join(exportFormats(), ", "), printable(e.Format))}
	}
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		x, err := e.gather(ctx, cfg, g)
		if err != nil {
			return err
		}
		files, err := write(x)
		if err != nil {
			return err
		}
		return e.write(t, files)
	})
}

// exported is what is to be exported.
type exported struct {
	cfg      *config
	listings []directory.Listing // one, without much around it, for a hoster's own profile
	own      bool
	source   map[string][]byte // files that the own profile was imported from
}

func (x exported) hosters() []directory.Hoster {
	all := make([]directory.Hoster, len(x.listings))
	for i, l := range x.listings {
		all[i] = l.Hoster
	}
	return all
}

// base gives the imported file of a format, or nil.
func (x exported) base(format exchange.Format) []byte {
	for _, address := range slices.Sorted(maps.Keys(x.source)) {
		if f, err := exchange.Detect(address, x.source[address]); err == nil && f == format {
			return x.source[address]
		}
	}
	return nil
}

// gather asks the node for what is to be exported.
func (e *exportCommand) gather(ctx context.Context, cfg *config, g *target) (exported, error) {
	x := exported{cfg: cfg}
	if e.Directory || !cfg.has(roleHoster) {
		if !cfg.has(roleAggregator) {
			return x, fault(exitInvalid, nil, "this node has no directory: leave --directory out")
		}
		var err error
		x.listings, err = allListings(ctx, g)
		return x, err
	}
	x.own = true
	var h directory.Hoster
	var err error
	if e.Draft {
		h, err = ownProfile(cfg)
	} else {
		h, err = showHoster.call(ctx, g, nothing{})
	}
	if err != nil {
		return x, err
	}
	x.listings = []directory.Listing{{
		Hoster: h, Handle: "@" + cfg.Hoster.Handle + "@" + cfg.origin.Host,
		URL: cfg.origin.String() + "/@" + cfg.Hoster.Handle, Origin: string(h.ID),
	}}
	x.source, err = readSource(cfg.profilePath())
	return x, err
}

// exporters write each format as files by their names, in folders with "/".
var exporters = map[exchange.Format]func(exported) (map[string][]byte, error){
	exchange.FormatChatonsInfos: exportChatonsInfos,
	exchange.FormatLibrehost: func(x exported) (map[string][]byte, error) {
		if !x.own {
			return one("directory.json")(exchange.ExportLibrehosters(x.listings))
		}
		return one("librehost.json")(exchange.ExportLibrehost(x.listings[0].Hoster, x.base(exchange.FormatLibrehost)))
	},
	exchange.FormatCSV: func(x exported) (map[string][]byte, error) {
		if !x.own {
			return one("hosters.csv")(exchange.ExportListingsCSV(x.listings))
		}
		return one("hosters.csv")(exchange.ExportCSV(x.hosters()))
	},
	exchange.FormatJSONLD: func(x exported) (map[string][]byte, error) {
		return one("hosters.jsonld")(exchange.ExportJSONLD(x.hosters()))
	},
	exchange.FormatJSON: func(x exported) (map[string][]byte, error) {
		return one("hosters.json")(exchange.ExportJSON(x.listings))
	},
	exchange.FormatGeoJSON: func(x exported) (map[string][]byte, error) {
		return one("hosters.geojson")(exchange.GeoJSON(x.listings, "fr"), nil)
	},
	exchange.FormatVCard: func(x exported) (map[string][]byte, error) {
		return one("hosters.vcf")(exchange.ExportVCard(x.hosters()), nil)
	},
	exchange.FormatXMPP: exportXMPP,
}

func exportFormats() []string {
	var all []string
	for _, f := range slices.Sorted(maps.Keys(exporters)) {
		all = append(all, string(f))
	}
	return all
}

// one makes a single file of what a writer gave.
func one(name string) func([]byte, error) (map[string][]byte, error) {
	return func(raw []byte, err error) (map[string][]byte, error) {
		return map[string][]byte{name: raw}, err
	}
}

func exportXMPP(x exported) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, h := range x.hosters() {
		for _, s := range h.Services {
			if !exchange.SpeaksXMPP(s) {
				continue
			}
			raw, err := exchange.ExportXMPP(s, h)
			if err != nil {
				return nil, err
			}
			files[path.Join(folderOf(x, h), s.Slug, path.Base(exchange.XMPPPath))] = raw
		}
	}
	if len(files) == 0 {
		return nil, fault(exitNotFound, nil, "no service runs an XMPP server (by the name of its software: ejabberd, Prosody, Snikket …)")
	}
	return files, nil
}

// folderOf keeps the files of several hosters apart.
func folderOf(x exported, h directory.Hoster) string {
	if x.own {
		return ""
	}
	return h.Handle + "@" + h.ID.Host()
}

// exportChatonsInfos writes the files as the node serves them.
func exportChatonsInfos(x exported) (map[string][]byte, error) {
	files := map[string][]byte{}
	if x.own {
		h := x.listings[0].Hoster
		base, bases := exchange.Bases(x.source)
		org, services := exchange.ChatonsInfos(h, base, bases)
		files[h.Handle+".properties"] = org.Bytes()
		for slug, f := range services {
			files[path.Join(h.Handle, slug+".properties")] = f.Bytes()
		}
		return files, nil
	}
	a := x.cfg.Aggregator
	c := exchange.Collective{Slug: a.Handle, Name: a.Name, Description: a.Summary, Website: x.cfg.origin.String() + "/"}
	folder := exchange.HosterFileURL(x.cfg.origin.String(), a.Handle)
	var members []exchange.Member
	for _, l := range x.listings {
		at := exchange.CopyURL(x.cfg.origin.String(), a.Handle, l)
		m := exchange.MemberOf(l)
		if m.URL == "" {
			m.URL = at("")
		}
		members = append(members, m)
		name := strings.TrimPrefix(l.Handle, "@")
		files[path.Join(a.Handle, name+".properties")] = exchange.ExportHosterAt(l.Hoster, at).Bytes()
		for _, s := range l.Hoster.Services {
			files[path.Join(a.Handle, name, s.Slug+".properties")] = exchange.ExportServiceAt(s, l.Hoster, at).Bytes()
		}
	}
	files[a.Handle+".properties"] = exchange.ExportFederation(c, folder, members).Bytes()
	return files, nil
}

// write puts the files where they are asked for.
func (e *exportCommand) write(t *terminal, files map[string][]byte) error {
	if e.To == "-" {
		if len(files) > 1 {
			return fault(exitUsage, nil, "this gives %d files: name a folder for them with --to", len(files))
		}
		for _, raw := range files {
			t.printf("%s", raw)
		}
		return nil
	}
	if err := os.MkdirAll(e.To, 0o755); err != nil { //nolint:gosec // what is exported is public
		return fault(exitInvalid, err, "the folder %s cannot be made: %v", e.To, unwrapPath(err))
	}
	root, err := os.OpenRoot(e.To)
	if err != nil {
		return fault(exitInvalid, err, "the folder %s cannot be opened: %v", e.To, unwrapPath(err))
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := writeInto(root, safeName(name), files[name]); err != nil {
			return fault(exitInvalid, err, "%s cannot be written: %v", filepath.Join(e.To, safeName(name)), unwrapPath(err))
		}
	}
	t.printf("%d files are written to %s\n", len(files), e.To)
	return nil
}

// writeInto writes a file under a folder, and never outside of it.
func writeInto(root *os.Root, name string, raw []byte) error {
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return root.WriteFile(name, raw, 0o644)
}

// safeName keeps of a file's name what every file system takes: names of hosts
// may hold a colon.
func safeName(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		p = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._@-", r) {
				return r
			}
			return '_'
		}, p)
		if parts[i] = strings.TrimLeft(p, "."); parts[i] == "" {
			parts[i] = "_"
		}
	}
	return strings.Join(parts, "/")
}

// listingPage asks for listings by their ids, in order.
type listingPage struct {
	After directory.ID `json:"after"`
}

// listingsAPage is how many listings cross the control socket at once.
const listingsAPage = 200

var listListings = verb[listingPage, []directory.Listing]{"directory/listings", func(ctx context.Context, n *node, p listingPage) ([]directory.Listing, error) {
	return n.store.Listings(ctx, p.After, listingsAPage)
}}

// allListings gives every listing of the node's directory.
func allListings(ctx context.Context, g *target) ([]directory.Listing, error) {
	var all []directory.Listing
	for after := directory.ID(""); ; {
		page, err := listListings.call(ctx, g, listingPage{After: after})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < listingsAPage {
			return all, nil
		}
		after = page[len(page)-1].Hoster.ID
	}
}
