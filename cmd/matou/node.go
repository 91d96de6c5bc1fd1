package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"matou/directory"
	"matou/directory/geo"
	"matou/federation"
	"matou/federation/delivery"
	"matou/storage"
	"matou/storage/badger"
	"matou/web"
	"matou/web/logo"
)

// What the engines must satisfy, proved where they are tied together.
var (
	_ federation.Store = (*told)(nil)
	_ delivery.Queue   = (*badger.Store)(nil)
	_ listingFeed      = (*badger.Store)(nil)
	_ records          = (*badger.Store)(nil)
	_ web.Directory    = (*shownDirectory)(nil)
	_ web.Own          = (*federation.Node)(nil)
	_ web.Homes        = (*federation.Node)(nil)
	_ web.Relays       = (*federation.Node)(nil)
	_ web.Desk         = (*federation.Node)(nil)
	_ web.Examiner     = (*federation.Node)(nil)
	_ web.Keys         = (*federation.Node)(nil)
	_ web.Logos        = (*logo.Cache)(nil)
)

// node is an open node: its store and its federation, whether it answers the
// network (serve) or one command (all others).
type node struct {
	config     *config
	vocabulary directory.Vocabulary
	store      *badger.Store
	told       *told
	federation *federation.Node
	log        *slog.Logger
}

// openNode opens the store of a configuration and prepares its federation.
// Only one process can hold it open.
func openNode(ctx context.Context, c *config, log *slog.Logger) (*node, error) {
	vocabulary, err := loadVocabulary(c)
	if err != nil {
		return nil, err
	}
	store, err := openStore(c, log)
	if err != nil {
		return nil, err
	}
	told := &told{Store: store}
	f, err := federation.New(ctx, federationConfig(c, vocabulary), told, store, log)
	if err != nil {
		return nil, errors.Join(storageFault(c, err), store.Close())
	}
	return &node{config: c, vocabulary: vocabulary, store: store, told: told, federation: f, log: log}, nil
}

// Close gives the store back.
func (n *node) Close() error { return n.store.Close() }

// openStore opens the data folder, and turns what can go wrong there into
// sentences.
func openStore(c *config, log *slog.Logger) (*badger.Store, error) {
	dir := c.dataDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault(exitStorage, err, "the data folder %s cannot be made: %v", dir, unwrapPath(err))
	}
	store, err := badger.Open(badger.Options{Dir: filepath.Join(dir, "badger"), Log: log})
	if err != nil {
		return nil, storageFault(c, err)
	}
	return store, nil
}

// storageFault says what a failure of the store asks of its keeper.
func storageFault(c *config, err error) error {
	dir := c.dataDir()
	switch {
	case errors.Is(err, storage.ErrLocked):
		return fault(exitBusy, err, "a node is already running on %s, and does not answer commands: stop it first", dir)
	case errors.Is(err, storage.ErrFull), errors.Is(err, storage.ErrNewer), errors.Is(err, storage.ErrDamaged):
		return err // the engine says what stands where and what to do about it
	case errors.Is(err, fs.ErrPermission):
		return fault(exitStorage, err, "the data folder %s is not readable and writable by this user: run matou as the user that owns it", dir)
	}
	return fmt.Errorf("open the data in %s: %w", dir, err)
}

// federationConfig is what federation needs to know of a configuration.
func federationConfig(c *config, v directory.Vocabulary) federation.Config {
	f := federation.Config{
		Origin: c.origin, Development: c.Development, Software: Version, Vocabulary: v,
		AuthorizedFetch: c.Federation.AuthorizedFetch, Limits: federationLimits(c),
		Allowlist: c.Federation.Mode == modeAllowlist,
		NoQuotes:  c.Federation.Quotes == whomNobody, NoFeatures: c.Federation.Features == whomNobody,
	}
	if c.has(roleHoster) {
		f.Hoster = c.Hoster.Handle
	}
	if c.has(roleAggregator) {
		f.Aggregator = &federation.Aggregator{
			Handle: c.Aggregator.Handle, Name: c.Aggregator.Name, Summary: c.Aggregator.Summary,
			Language: c.Aggregator.Language, Contact: c.Aggregator.Contact,
			Collective: c.Aggregator.Collective, Charter: c.Aggregator.Charter, Learn: c.Aggregator.learns(),
		}
		f.Regions = func() (*federation.Regions, error) { return loadRegions(c.Aggregator.Language) }
	}
	return f
}

// loadRegions gives the places that a directory's featured collections are of.
// The gazetteer is read when it is first asked for.
func loadRegions(l directory.Language) (*federation.Regions, error) {
	areas, err := geo.Load()
	if err != nil {
		return nil, fmt.Errorf("load the gazetteer: %w", err)
	}
	return &federation.Regions{
		Areas: areas,
		Page:  func(code directory.AreaCode) string { return web.AreaAddress(l, code) },
	}, nil
}

// loadVocabulary gives the built-in vocabulary with the operator's files in
// place of those of the same name.
func loadVocabulary(c *config) (directory.Vocabulary, error) {
	if c.Vocabulary.Dir == "" {
		return directory.LoadVocabulary(), nil
	}
	dir := c.resolve(c.Vocabulary.Dir)
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	charters, _ := filepath.Glob(filepath.Join(dir, directory.ChartersFolder, "*.json"))
	if names = append(names, charters...); err != nil || len(names) == 0 {
		return directory.Vocabulary{}, fault(exitInvalid, err, "vocabulary.dir: the folder %s holds no .json file", dir)
	}
	files := map[string][]byte{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return directory.Vocabulary{}, fault(exitInvalid, err, "the vocabulary %s cannot be read: %v", name, unwrapPath(err))
		}
		key, err := filepath.Rel(dir, name)
		if err != nil {
			return directory.Vocabulary{}, fmt.Errorf("name of the vocabulary %s: %w", name, err)
		}
		files[filepath.ToSlash(key)] = raw
	}
	return directory.ParseVocabulary(files)
}

// newLog makes the log that the configuration asks for.
func newLog(c *config, t *terminal) *slog.Logger {
	options := &slog.HandlerOptions{Level: logLevels[c.Log.Level]}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(t.errOut, options))
	}
	return slog.New(slog.NewTextHandler(t.errOut, options))
}
