package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"matou/directory"
	"matou/directory/exchange"
	"matou/federation/ap"
	"matou/federation/fetch"
)

// hosterImportCommand is matou hoster import.
type hosterImportCommand struct {
	From    string `arg:"" help:"A ChatonsInfos file of an organisation: a path, or its address. Files that it links to are read from beside it where they are there, else fetched."`
	DryRun  bool   `help:"Show what would be kept, and write nothing."`
	Replace bool   `help:"Replace a profile file that was written before; the old one is kept beside it."`
	List    bool   `help:"Agree that directories list the hoster: sets discoverable and indexable."`
	Publish bool   `help:"Publish the imported profile at once."`
}

// Run reads the files, shows what will be kept, and writes the profile file.
func (i *hosterImportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	cfg, err := loadConfig(c.Config, t.environ)
	if err != nil {
		return err
	}
	if !cfg.has(roleHoster) {
		return fault(exitInvalid, nil, "this node has no hoster role: add \"hoster\" to roles in %s", filepath.Base(cfg.path))
	}
	tree := exchange.NewTree(i.From, exchange.DefaultLimits)
	tree.Expect(exchange.FormatChatonsInfos)
	result, source, err := readTree(ctx, tree, i.From, importClient(cfg), t)
	if err != nil {
		return err
	}
	org, err := oneOrganization(result, i.From)
	if err != nil {
		return err
	}
	h := org.Hoster
	h.Handle = cfg.Hoster.Handle
	// A ChatonsInfos file says nothing of consent, so that none is assumed.
	h.Discoverable, h.Indexable = i.List, i.List
	placed, err := seatByPoint(&h, i.From)
	if err != nil {
		return err
	}
	result.Warnings = append(result.Warnings, placed...)
	t.preview(h, result)
	if err := h.Validate(); err != nil {
		return fault(exitInvalid, err, "the imported profile cannot be published as it is: %s", sentence(err))
	}
	if i.DryRun {
		t.printf("nothing was written\n")
		return nil
	}
	written, err := i.write(ctx, cfg, t, h, source)
	if err != nil || !written {
		return err
	}
	if !i.Publish {
		t.printf("read it, complete it, and publish it: matou hoster publish\n")
		return nil
	}
	return (&hosterPublishCommand{}).Run(ctx, c, t)
}

// importClient fetches the files of an import. It signs nothing: the files are
// public, and the node may not be running.
func importClient(cfg *config) *fetch.Client {
	return fetch.New(fetch.Options{
		Development: cfg.Development,
		UserAgent:   fmt.Sprintf("matou/%s (+%s/)", Version, cfg.origin),
		Timeout:     20 * time.Second,
	})
}

// oneOrganization picks the hoster of a walk.
func oneOrganization(r exchange.TreeResult, from string) (exchange.Organization, error) {
	switch {
	case len(r.Organizations) == 1:
		return r.Organizations[0], nil
	case len(r.Organizations) > 1:
		var names []string
		for _, o := range r.Organizations {
			names = append(names, o.URL)
		}
		return exchange.Organization{}, fault(exitInvalid, nil, "%s is the file of a federation of %d organisations: import the one of yours, e.g. %s", from, len(names), names[0])
	case len(r.Failures) > 0:
		err, url := r.Failures[0].Err, printable(r.Failures[0].URL)
		if r.Failures[0].URL != from {
			return exchange.Organization{}, fault(exitCode(err), err, "%s is the file of a federation, and no organisation of it can be read (%s: %s): import the file of yours", from, url, sentence(err))
		}
		return exchange.Organization{}, fault(exitCode(err), err, "%s cannot be imported: %s", url, strings.TrimPrefix(sentence(err), url+": "))
	}
	return exchange.Organization{}, fault(exitInvalid, nil, "%s names no organisation", from)
}

// importFor is how long an import may take: servers that answer one byte after
// the other would hold it for hours.
const importFor = 10 * time.Minute

// readTree reads the file at from and those that it links to.
func readTree(ctx context.Context, tree *exchange.Tree, from string, client *fetch.Client, t *terminal) (exchange.TreeResult, map[string][]byte, error) {
	source := map[string][]byte{}
	within, cancel := context.WithTimeout(ctx, importFor)
	defer cancel()
	defer t.progressDone()
	for done := 1; ; done++ {
		address, ok := tree.Next()
		if !ok {
			return tree.Result(), source, nil
		}
		if ctx.Err() != nil {
			return exchange.TreeResult{}, nil, ctx.Err()
		}
		t.progress("reading %d of %d: %s", done, tree.Known(), printable(address))
		if within.Err() != nil {
			tree.Fail(address, fmt.Errorf("it was not asked any more: an import takes at most %d minutes: %w", int(importFor.Minutes()), within.Err()))
			continue
		}
		raw, err := readOne(within, from, address, tree.Room(address), client)
		if err != nil {
			tree.Fail(address, err)
			continue
		}
		source[address] = raw
		tree.AddAt(address, raw, time.Now().UTC().Truncate(time.Second))
	}
}

// readOne reads one file of a tree: the first one from disk where it is a
// path, linked ones from beside it where they are there, all others from the
// network.
func readOne(ctx context.Context, from, address string, room int, client *fetch.Client) ([]byte, error) {
	sibling := exchange.SiblingName(address)
	if !isAddress(from) && (address == from || sibling != "") {
		file := from
		if address != from {
			file = filepath.Join(filepath.Dir(from), sibling)
		}
		raw, err := readBounded(file, room)
		if address == from || !errors.Is(err, fs.ErrNotExist) {
			return raw, err
		}
	}
	r, err := client.Get(ctx, address, "text/plain, application/json, */*;q=0.1", int64(room))
	return r.Body, err
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// readBounded reads a file of at most that many bytes.
func readBounded(name string, room int) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(exitNotFound, err, "there is no such file (an address begins with https://)")
	case err != nil:
		return nil, fault(exitInvalid, err, "it cannot be read: %v", unwrapPath(err))
	case !info.Mode().IsRegular():
		return nil, fault(exitInvalid, nil, "it is no file")
	case info.Size() > int64(room):
		return nil, fault(exitInvalid, nil, "it is longer than %d KiB", room>>10)
	}
	return os.ReadFile(name)
}

// preview shows what an import will keep, and what it could not take.
func (t *terminal) preview(h directory.Hoster, r exchange.TreeResult) {
	t.printf("\nThis will be kept:\n\n")
	t.showHoster(h)
	if len(r.Warnings) > 0 {
		t.printf("\nTo look at:\n")
		for _, w := range r.Warnings {
			t.printf("  %s\n", printable(w.String()))
		}
	}
	if len(r.Failures) > 0 {
		t.printf("\nCould not be read, and is left out:\n")
		for _, f := range r.Failures {
			t.printf("  %s: %s\n", printable(f.URL), sentence(f.Err))
		}
	}
	t.printf("\n")
}

// write writes the profile file and the imported files beside it. A profile
// that a person has written is not replaced unless asked, and is then kept.
func (i *hosterImportCommand) write(ctx context.Context, cfg *config, t *terminal, h directory.Hoster, source map[string][]byte) (bool, error) {
	file := cfg.profilePath()
	comment := "Imported from " + printable(i.From) + " on " + time.Now().Format(time.DateOnly) + ".\nEvery key is explained in docs/configuration.md."
	raw := writeProfile(h, comment)
	old, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return false, fault(exitInvalid, err, "the profile %s cannot be read: %v", file, unwrapPath(err))
	case !bytes.Equal(old, profileExample) && !i.Replace:
		if !t.interactive {
			return false, fault(exitBusy, nil, "%s is written already: add --replace to replace it (the old one is kept)", file)
		}
		if yes, err := t.confirm(ctx, "Replace "+file+"? The old one is kept."); err != nil || !yes {
			return false, err
		}
		fallthrough
	case !bytes.Equal(old, profileExample):
		kept, err := keepOld(file, old)
		if err != nil {
			return false, err
		}
		t.printf("the old profile is kept as %s\n", kept)
	}
	if err := replaceFile(file, raw); err != nil {
		return false, fmt.Errorf("write the profile: %w", err)
	}
	if err := writeSource(file, source); err != nil {
		return false, fmt.Errorf("keep the imported files: %w", err)
	}
	t.printf("%s is written\n", file)
	t.consent(h)
	return true, nil
}

// keepOld writes a copy of a file beside it, under a name that is free.
func keepOld(file string, old []byte) (string, error) {
	for n := 1; n < 1000; n++ {
		name := fmt.Sprintf("%s.old%d", file, n)
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("keep the old profile: %w", err)
		}
		_, err = f.Write(old)
		return name, errors.Join(err, f.Close())
	}
	return "", fault(exitBusy, nil, "there are too many old profiles beside %s: remove some", file)
}

// replaceFile writes a file whole or not at all.
func replaceFile(file string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".matou-*")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// hosterProfile is the profile of the configuration, for commands that need the
// hoster role.
func hosterProfile(cfg *config) (ap.Profile, error) {
	if !cfg.has(roleHoster) {
		return ap.Profile{}, fault(exitInvalid, nil, "this node has no hoster role: add \"hoster\" to roles in %s", filepath.Base(cfg.path))
	}
	return readProfile(cfg.profilePath(), cfg.Hoster.Handle)
}

// exampleName is the name in the profile that matou init writes.
const exampleName = "Name of the hoster"

// filledIn refuses to tell the world what nobody has written.
func filledIn(cfg *config, p ap.Profile) error {
	if p.Hoster.Name == exampleName {
		return fault(exitInvalid, nil, "%s is still the example: fill in at least the name, then run the command again", cfg.profilePath())
	}
	return nil
}
