package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/directory/exchange"
)

// importCommand is matou import.
type importCommand struct {
	From    string `arg:"" placeholder:"FILE|ADDRESS" help:"A file, or its address: ChatonsInfos, librehost.json, directory.json, matou's JSON, CSV, GeoJSON, schema.org, NodeInfo, PeerTube's /api/v1/config/about, a file for XMPP Providers, or carbon.txt."`
	Format  string `placeholder:"FORMAT" help:"The format of the file, where its content does not tell: chatonsinfos, librehost, librehosters, json, csv, geojson, jsonld, nodeinfo, peertube, xmpp or carbon."`
	Hoster  string `placeholder:"NAME" help:"Of a file that tells of several hosters, the one that is yours: its name, its handle or its address."`
	Service string `placeholder:"SLUG" help:"The service of yours that a machine's file (NodeInfo, PeerTube, XMPP) tells of, where its address does not say."`
	Apply   bool   `help:"Write what is shown to the profile file; the old one is kept beside it. On the node of a directory: matou directory import --apply. Without it, nothing is changed."`
}

// Run reads a file and those that it links to, and says what would change.
func (i *importCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	cfg, err := loadConfig(c.Config, t.environ)
	if err != nil {
		return err
	}
	if i.Apply && !cfg.has(roleHoster) {
		return i.list(ctx, c, t)
	}
	tree := exchange.NewTree(i.From, exchange.DefaultLimits)
	if i.Format != "" {
		tree.Expect(exchange.Format(i.Format))
	}
	result, source, err := readTree(ctx, tree, i.From, importClient(cfg), t)
	if err != nil {
		return err
	}
	if err := nothingRead(result, i.From); err != nil {
		return err
	}
	if !cfg.has(roleHoster) || cfg.has(roleAggregator) && len(result.Hosters) > 1 && i.Hoster == "" {
		if i.Apply {
			return i.list(ctx, c, t)
		}
		return i.previewDirectory(ctx, c, t, result)
	}
	found, err := i.pick(result)
	if err != nil {
		return err
	}
	have, err := ownProfile(cfg)
	if err != nil {
		return err
	}
	p := proposal{from: i.From, have: have, found: found, hints: result.Hints, result: result}
	p.weigh(i.Service)
	t.showProposal(p)
	if i.Apply {
		return i.apply(cfg, t, p, source)
	}
	if p.changes() {
		t.printf("\nnothing was changed: add --apply to write this to %s\n", filepath.Base(cfg.profilePath()))
	}
	return nil
}

// list lists in the node's directory whom the file tells of.
func (i *importCommand) list(ctx context.Context, c *cli, t *terminal) error {
	d := directoryImportCommand{From: i.From, Format: i.Format, Apply: true}
	return d.Run(ctx, c, t)
}

// nothingRead says why nothing could be read, where that is so.
func nothingRead(r exchange.TreeResult, from string) error {
	if len(r.Hosters) > 0 || len(r.Hints) > 0 {
		return nil
	}
	if len(r.Failures) > 0 {
		f := r.Failures[0]
		url := printable(f.URL)
		return fault(exitCode(f.Err), f.Err, "%s cannot be imported: %s", url, strings.TrimPrefix(sentence(f.Err), url+": "))
	}
	if len(r.Warnings) > 0 {
		return fault(exitInvalid, nil, "%s", printable(r.Warnings[0].String()))
	}
	return fault(exitInvalid, nil, "%s tells of no hoster", printable(from))
}

// pick gives the hoster that the keeper means; of a file that only has hints,
// none.
func (i *importCommand) pick(r exchange.TreeResult) (exchange.Found, error) {
	var match []exchange.Found
	for _, f := range r.Hosters {
		if i.Hoster == "" || isCalled(f, i.Hoster) {
			match = append(match, f)
		}
	}
	switch {
	case len(match) == 1:
		return match[0], nil
	case len(r.Hosters) == 0:
		return exchange.Found{}, nil
	case len(match) == 0:
		return exchange.Found{}, fault(exitNotFound, nil, "%s tells of no hoster called %q; it tells of %s", printable(i.From), i.Hoster, someNames(r.Hosters))
	}
	return exchange.Found{}, fault(exitInvalid, nil, "%s tells of %d hosters: say which one is yours with --hoster, e.g. --hoster %q", printable(i.From), len(match), printable(match[0].Hoster.Name))
}

func isCalled(f exchange.Found, name string) bool {
	h := f.Hoster
	return strings.EqualFold(h.Name, name) || h.Handle == strings.TrimPrefix(name, "@") || string(h.ID) == name || h.Website == name || f.Source == name
}

// someNames gives the first names of a list.
func someNames(all []exchange.Found) string {
	var names []string
	for _, f := range all[:min(len(all), 5)] {
		names = append(names, printable(f.Hoster.Name))
	}
	if len(all) > len(names) {
		names = append(names, fmt.Sprintf("%d others", len(all)-len(names)))
	}
	return strings.Join(names, ", ")
}

// ownProfile reads the profile file as it stands; an example that nobody has
// filled in, or no file, says nothing.
func ownProfile(cfg *config) (directory.Hoster, error) {
	nobody := directory.Hoster{Handle: cfg.Hoster.Handle}
	raw, err := os.ReadFile(cfg.profilePath())
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && bytes.Equal(raw, profileExample):
		return nobody, nil
	case err != nil:
		return nobody, fault(exitInvalid, err, "the profile %s cannot be read: %v", cfg.profilePath(), unwrapPath(err))
	}
	return parseProfile(filepath.Base(cfg.profilePath()), raw, cfg.Hoster.Handle)
}

// apply writes the profile that was proposed, and keeps the imported files
// that an export needs.
func (i *importCommand) apply(cfg *config, t *terminal, p proposal, source map[string][]byte) error {
	if err := p.merged.Validate(); err != nil {
		return fault(exitInvalid, err, "nothing was changed: the profile could not be published as it would be: %s", sentence(err))
	}
	file := cfg.profilePath()
	kept, err := keptSources(file, source)
	if err != nil {
		return err
	}
	if !p.changes() && kept == nil {
		t.printf("\nnothing to write\n")
		return nil
	}
	if p.changes() {
		if err := i.replaceProfile(file, t, p.merged); err != nil {
			return err
		}
	}
	if kept != nil {
		if err := writeSource(file, kept); err != nil {
			return fmt.Errorf("keep the imported files: %w", err)
		}
	}
	if !p.changes() {
		t.printf("\nthe profile stays as it is; the imported files are kept beside it, and known to others after matou hoster publish\n")
		return nil
	}
	t.printf("\n%s is written; read it, complete it, and publish it: matou hoster publish\n", file)
	t.consent(p.merged)
	return nil
}

// replaceProfile writes the profile file, and keeps what a person had written.
func (i *importCommand) replaceProfile(file string, t *terminal, h directory.Hoster) error {
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault(exitInvalid, err, "the profile %s cannot be read: %v", file, unwrapPath(err))
	}
	if err == nil && !bytes.Equal(old, profileExample) {
		name, err := keepOld(file, old)
		if err != nil {
			return err
		}
		t.printf("\nthe old profile is kept as %s\n", name)
	}
	comment := "Imported from " + printable(i.From) + " on " + time.Now().Format(time.DateOnly) + ".\nEvery key is explained in docs/configuration.md."
	if err := replaceFile(file, writeProfile(h, comment)); err != nil {
		return fmt.Errorf("write the profile: %w", err)
	}
	return nil
}

// kept formats are those whose files an export gives back with what is not
// known here, or whose address is kept.
var keptFormats = []exchange.Format{exchange.FormatChatonsInfos, exchange.FormatLibrehost, exchange.FormatCarbon}

// keptSources gives the imported files to keep beside a profile: those kept
// already, with the new ones in place of those of their formats. nil where
// none of the new ones is to be kept.
func keptSources(profile string, source map[string][]byte) (map[string][]byte, error) {
	fresh := map[exchange.Format]bool{}
	add := map[string][]byte{}
	for address, raw := range source {
		if f, err := exchange.Detect(address, raw); err == nil && slices.Contains(keptFormats, f) {
			fresh[f], add[address] = true, raw
		}
	}
	if len(add) == 0 {
		return nil, nil //nolint:nilnil // no files to keep is an answer
	}
	all, err := readSource(profile)
	if err != nil {
		return nil, err
	}
	if all == nil {
		all = map[string][]byte{}
	}
	maps.DeleteFunc(all, func(address string, raw []byte) bool {
		f, err := exchange.Detect(address, raw)
		return err == nil && fresh[f]
	})
	maps.Copy(all, add)
	return all, nil
}
