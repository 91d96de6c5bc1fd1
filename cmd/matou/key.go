package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
)

// keyCommands are matou key rotate, export and import.
type keyCommands struct {
	Rotate keyRotateCommand `cmd:"" help:"Give this node new keys. Followers and followed hear of it by the old ones."`
	Export keyExportCommand `cmd:"" help:"Write this node's keys to a file, to move it to another machine."`
	Import keyImportCommand `cmd:"" help:"Take the keys of a file that matou key export wrote for the same address."`
}

// The verbs on keys.
var (
	rotateKeys = verb[keyRotation, []federation.Rotation]{"key/rotate", func(ctx context.Context, n *node, r keyRotation) ([]federation.Rotation, error) {
		return n.federation.RotateKeys(ctx, r.Name, r.Force)
	}}
	exportKeys = verb[nothing, keyFile]{"key/export", func(_ context.Context, n *node, _ nothing) (keyFile, error) {
		return keyFile{
			Format: keyFormat, Version: keyVersion, Origin: n.config.origin.String(),
			ExportedAt: time.Now().UTC().Truncate(time.Second), Actors: n.federation.Secrets(),
		}, nil
	}}
	importKeys = verb[keyTaking, nothing]{"key/import", func(ctx context.Context, n *node, k keyTaking) (nothing, error) {
		return nothing{}, n.federation.TakeSecrets(ctx, k.Actors, k.Replace)
	}}
)

// keyRotation is what matou key rotate asks for.
type keyRotation struct {
	Name  string `json:"name,omitempty"`
	Force bool   `json:"force,omitempty"`
}

// keyTaking is what matou key import hands over.
type keyTaking struct {
	Actors  []ap.LocalActor `json:"actors"`
	Replace bool            `json:"replace,omitempty"`
}

// The form of a file of keys. A version that is not known is refused.
const (
	keyFormat   = "matou keys"
	keyVersion  = 1
	maxKeyBytes = 1 << 20
)

// keyFile is the file that moves a node's keys: JSON.
type keyFile struct {
	Format     string          `json:"format"`
	Version    int             `json:"version"`
	Origin     string          `json:"origin"`
	ExportedAt time.Time       `json:"exportedAt"`
	Actors     []ap.LocalActor `json:"actors"`
}

// keyRotateCommand is matou key rotate.
type keyRotateCommand struct {
	Actor string `placeholder:"NAME" help:"The handle of the one actor that gets new keys; \"actor\" is the node itself (default: all)."`
	Force bool   `help:"Also within a day of the last time: where the present keys may be in other hands."`
}

// Run gives new keys.
func (k *keyRotateCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		done, err := rotateKeys.call(ctx, g, keyRotation{Name: k.Actor, Force: k.Force})
		if err != nil {
			return err
		}
		for _, r := range done {
			t.printf("%s has a new key, %s; %s\n", r.Name, r.KeyID, heard(r.Inboxes))
		}
		if len(done) > 0 {
			t.printf("the key before is kept until %s, for what must still be signed by it\n", done[0].Until.Local().Format("2006-01-02 15:04"))
		}
		t.later(g)
		return nil
	})
}

// heard says how many are told of a new key.
func heard(inboxes int) string {
	switch inboxes {
	case 0:
		return "nobody needs to be told"
	case 1:
		return "1 inbox is told"
	}
	return fmt.Sprintf("%d inboxes are told", inboxes)
}

// keyExportCommand is matou key export.
type keyExportCommand struct {
	File string `arg:"" help:"The file to write, which must not exist yet; - is the standard output."`
}

// Run writes the keys.
func (k *keyExportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		keys, err := exportKeys.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		raw, err := json.MarshalIndent(keys, "", "  ")
		if err != nil {
			return fmt.Errorf("write the keys: %w", err)
		}
		raw = append(raw, '\n')
		if k.File == "-" {
			t.printf("%s", raw)
		} else if err := writeSecret(k.File, raw); err != nil {
			return err
		}
		t.errorf("whoever has these keys speaks in the name of %s: carry them by a safe way, delete every copy that is not needed, and let one node alone use them\n", keys.Origin)
		return nil
	})
}

// writeSecret writes a new file that only its owner may read.
func writeSecret(path string, raw []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fault(exitBusy, err, "%s exists already: name another file, keys are not written over anything", path)
	case err != nil:
		return fault(exitStorage, err, "the file %s cannot be made: %v", path, unwrapPath(err))
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fault(exitStorage, err, "the file %s cannot be written: %v", path, unwrapPath(err)), os.Remove(path))
	}
	return nil
}

// keyImportCommand is matou key import.
type keyImportCommand struct {
	File    string `arg:"" help:"The file that matou key export wrote; - is the standard input."`
	Replace bool   `help:"Also where this node has used other keys: whoever knows it by those loses it."`
}

// Run takes the keys.
func (k *keyImportCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		keys, err := k.read(t)
		if err != nil {
			return err
		}
		if origin := cfg.origin.String(); keys.Origin != origin {
			return directory.Invalid("origin", "these keys are those of %s, and this node is %s: keys hold for one address only", keys.Origin, origin)
		}
		if _, err := importKeys.call(ctx, g, keyTaking{Actors: keys.Actors, Replace: k.Replace}); err != nil {
			return err
		}
		t.printf("this node now has the keys of %s, as they were on %s\n", keys.Origin, keys.ExportedAt.Format("2006-01-02"))
		if len(keys.Actors) > 0 && slices.ContainsFunc(keys.Actors, func(a ap.LocalActor) bool { return a.Kind == ap.KindHoster }) {
			t.printf("its profile is not among them: run matou hoster publish\n")
		}
		t.errorf("stop the node that had them before, and delete %s\n", k.named())
		return nil
	})
}

// named is how sentences call the file.
func (k *keyImportCommand) named() string {
	if k.File == "-" {
		return "every copy"
	}
	return k.File
}

// read reads a file of keys, strictly.
func (k *keyImportCommand) read(t *terminal) (keyFile, error) {
	var keys keyFile
	in := t.in
	if k.File != "-" {
		f, err := os.Open(k.File)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return keys, fault(exitNotFound, err, "there is no file %s", k.File)
		case err != nil:
			return keys, fault(exitInvalid, err, "the file %s cannot be read: %v", k.File, unwrapPath(err))
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Mode().Perm()&0o077 != 0 {
			t.errorf("others on this machine may read %s: chmod 600 it, and think of the keys as known to them\n", k.File)
		}
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxKeyBytes+1))
	if err != nil {
		return keys, fault(exitInvalid, err, "the keys cannot be read: %v", unwrapPath(err))
	}
	err = parseKeys(raw, &keys)
	return keys, err
}

// parseKeys reads what matou key export wrote.
func parseKeys(raw []byte, keys *keyFile) error {
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if len(raw) > maxKeyBytes || json.Unmarshal(raw, &head) != nil || head.Format != keyFormat {
		return directory.Invalid("keys", "this is no file that matou key export wrote")
	}
	if head.Version != keyVersion {
		return directory.Invalid("keys", "this file is of version %d, and this matou reads version %d: use the version of matou that wrote it", head.Version, keyVersion)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(keys); err != nil {
		return directory.Invalid("keys", "this file is damaged, or of a newer matou: %v", err)
	}
	return nil
}
