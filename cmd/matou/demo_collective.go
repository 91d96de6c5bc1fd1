package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The directory of the demo, and the file of the admissions in its folder.
const (
	demoDirectory  = "annuaire"
	demoAdmissions = "admissions.toml"
)

// initDirectory prepares the directory, where there is none yet.
func (d *demoCommand) initDirectory(ctx context.Context, f *fleet) error {
	if f.exists(demoDirectory, "matou.toml") {
		return nil
	}
	if err := f.command(ctx, demoDirectory, d.initLine(0, demoDirectory, "--role", "aggregator", "--directory", "Annuaire de démonstration")...); err != nil {
		return err
	}
	if err := copyCollective(filepath.Join(f.dir, demoDirectory)); err != nil {
		return fmt.Errorf("write the collective of the demo: %w", err)
	}
	c, err := loadConfig(f.configFile(demoDirectory), nil)
	if err != nil {
		return err
	}
	c.Aggregator.Collective, c.Aggregator.Charter = "semailles", "semailles-1"
	c.Aggregator.Rules, c.Vocabulary.Dir = "rules", "vocabulary"
	if err := replaceFile(c.path, writeConfig(c)); err != nil {
		return fmt.Errorf("write the configuration of the demo: %w", err)
	}
	return nil
}

// copyCollective writes into a folder the rules and the charter of the invented
// collective whose word the directory carries, and how it took its members in.
func copyCollective(dir string) error {
	files, err := fs.Sub(demoFiles, "demo/annuaire")
	if err != nil {
		return err
	}
	return os.CopyFS(dir, files)
}

// admit writes down how the collective took its members in, the first time.
func (d *demoCommand) admit(ctx context.Context, f *fleet) error {
	if !f.exists(demoDirectory, demoAdmissions) || f.exists(demoDirectory, "told") {
		return nil
	}
	if err := f.command(ctx, demoDirectory, "collective", "admit", filepath.Join(f.dir, demoDirectory, demoAdmissions)); err != nil {
		return err
	}
	return f.note(demoDirectory)
}
