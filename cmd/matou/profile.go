package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"matou/directory"
	"matou/federation/ap"
)

// maxProfileBytes bounds the profile file; a hundred services fit.
const maxProfileBytes = 1 << 20

// profileFile is profile.toml: directory.Hoster one to one, its keys in snake
// case, and the language of the texts that are written as plain strings.
type profileFile struct {
	Language directory.Language `toml:"language"`
	directory.Hoster
}

// notInProfile are the fields that the node itself fills in: names and times,
// and who said a statement (the hoster, in its own file).
var notInProfile = []string{
	"Hoster.ID", "Hoster.Handle", "Hoster.UpdatedAt", "Service.ID",
	"Statement.SaidBy", "NoticeUpdate.ID",
}

// readProfile reads and validates a profile file, and the imported files kept
// beside it. Its errors are sentences with lines.
func readProfile(path, handle string) (ap.Profile, error) {
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ap.Profile{}, fault(exitNotFound, err, "there is no profile %s: write it (matou init gives an example), or import one with matou hoster import", path)
	case err != nil:
		return ap.Profile{}, fault(exitInvalid, err, "the profile %s cannot be read: %v", path, unwrapPath(err))
	case len(raw) > maxProfileBytes:
		return ap.Profile{}, fault(exitInvalid, nil, "the profile %s is longer than %d KiB", path, maxProfileBytes>>10)
	}
	h, err := parseProfile(filepath.Base(path), raw, handle)
	if err != nil {
		return ap.Profile{}, err
	}
	source, err := readSource(path)
	if err != nil {
		return ap.Profile{}, err
	}
	return ap.Profile{Hoster: h, Source: source}, nil
}

// parseProfile reads a hoster from a profile file's text.
func parseProfile(name string, raw []byte, handle string) (directory.Hoster, error) {
	p := profileFile{Language: "fr"}
	r, err := readTOML(name, raw, &p, "fr", notInProfile...)
	if err != nil {
		return directory.Hoster{}, err
	}
	p.Handle = handle
	if err := p.Validate(); err != nil {
		return directory.Hoster{}, r.locate(err)
	}
	return p.Hoster, nil
}

// sourcePath is where the files of an import are kept as they were read, so
// that an export gives back the keys that matou does not know.
func sourcePath(profile string) string { return profile + ".source.json" }

// readSource gives the imported files beside a profile, by their address; none
// where nothing was imported.
func readSource(profile string) (map[string][]byte, error) {
	raw, err := os.ReadFile(sourcePath(profile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the imported files: %w", err)
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, fault(exitInvalid, err, "%s is damaged: remove it, or run the import again", sourcePath(profile))
	}
	source := make(map[string][]byte, len(texts))
	for address, text := range texts {
		source[address] = []byte(text)
	}
	return source, nil
}

// writeSource keeps imported files beside a profile.
func writeSource(profile string, source map[string][]byte) error {
	texts := make(map[string]string, len(source))
	for address, raw := range source {
		texts[address] = string(raw)
	}
	raw, err := json.MarshalIndent(texts, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the imported files: %w", err)
	}
	return os.WriteFile(sourcePath(profile), append(raw, '\n'), 0o600)
}
