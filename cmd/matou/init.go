package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"matou/directory/exchange"
)

// profileExample is the profile that matou init writes: every key, explained,
// and nothing said yet.
//
//go:embed templates/profile.toml
var profileExample []byte

// initCommand is matou init.
type initCommand struct {
	Dir         string   `arg:"" optional:"" default:"." help:"The folder to write to (default: this one)."`
	Origin      string   `placeholder:"URL" help:"The public address of the node, e.g. https://hoster.example."`
	Role        []string `enum:"hoster,aggregator" default:"hoster" help:"hoster, aggregator, or both (--role hoster,aggregator)."`
	Handle      string   `placeholder:"NAME" help:"The hoster's name in @name@host."`
	Directory   string   `placeholder:"NAME" help:"What the directory is called (role aggregator)."`
	Listen      string   `default:"127.0.0.1:8420" help:"The address on which the node answers (default: 127.0.0.1:8420)."`
	Development bool     `help:"Plain http on this machine, for trials."`
}

// Run asks what is missing, where a person is there to answer, and writes the
// files. Nothing that exists is overwritten.
func (i *initCommand) Run(_ context.Context, t *terminal) error {
	file := filepath.Join(i.Dir, "matou.toml")
	if _, err := os.Lstat(file); err == nil {
		return fault(exitBusy, nil, "%s exists already: nothing was changed", file)
	}
	if t.interactive {
		if err := i.ask(t); err != nil {
			return err
		}
	}
	c, err := i.config(file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.dataDir(), 0o700); err != nil {
		return fault(exitStorage, err, "the data folder %s cannot be made: %v", c.dataDir(), unwrapPath(err))
	}
	if err := writeNew(file, writeConfig(c)); err != nil {
		return err
	}
	t.printf("%s is written\n", file)
	if c.has(roleHoster) {
		switch err := writeNew(c.profilePath(), profileExample); {
		case errors.Is(err, fs.ErrExist):
			t.printf("%s was there already, and is as it was\n", c.profilePath())
		case err != nil:
			return err
		default:
			t.printf("%s is written: fill it in\n", c.profilePath())
		}
		t.printf("the hoster will be @%s@%s, for good: this name cannot be changed later\n", c.Hoster.Handle, c.origin.Host)
	}
	t.printf("next: matou --config %s serve\n", file)
	return nil
}

// ask puts the questions whose answers no flag has given.
func (i *initCommand) ask(t *terminal) error {
	var err error
	if i.Origin == "" {
		if i.Origin, err = t.ask("Public address of the node (https://…; it cannot be changed later)?", ""); err != nil {
			return err
		}
	}
	if i.Handle == "" && slices.Contains(i.Role, roleHoster) {
		if i.Handle, err = t.ask("Name of the hoster in @name@host?", i.suggestedHandle()); err != nil {
			return err
		}
	}
	if i.Directory == "" && slices.Contains(i.Role, roleAggregator) {
		if i.Directory, err = t.ask("Name of the directory?", ""); err != nil {
			return err
		}
	}
	return nil
}

// suggestedHandle derives a handle from the host of the origin.
func (i *initCommand) suggestedHandle() string {
	u, err := url.Parse(i.Origin)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return exchange.Handle(u.Hostname())
}

// config makes the configuration that the answers describe, and checks it.
func (i *initCommand) config(file string) (*config, error) {
	if i.Origin == "" {
		return nil, usageError{errors.New("--origin is missing: the public address of the node, e.g. https://hoster.example")}
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("find the folder: %w", err)
	}
	c := &config{path: absolute}
	setDefaults(reflect.ValueOf(c).Elem())
	c.Origin, c.Listen, c.Roles, c.Development = strings.TrimSuffix(i.Origin, "/"), i.Listen, i.Role, i.Development
	if c.has(roleHoster) {
		if c.Hoster.Handle = i.Handle; i.Handle == "" {
			c.Hoster.Handle = i.suggestedHandle()
		}
	}
	if c.has(roleAggregator) {
		c.Aggregator.Name = i.Directory
		if c.Aggregator.Handle = "annuaire"; i.Directory == "" {
			return nil, usageError{errors.New("--directory is missing: what the directory is called")}
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// writeNew writes a file that must not exist yet.
func writeNew(file string, raw []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fault(exitBusy, err, "%s cannot be written: %v", file, unwrapPath(err))
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Close()); err != nil {
		return fault(exitStorage, err, "%s cannot be written: %v", file, unwrapPath(err))
	}
	return nil
}

// writeConfig gives the configuration file that says c: every key with its
// explanation, those that stand at their default as comments.
func writeConfig(c *config) []byte {
	var b bytes.Buffer
	b.WriteString("# The configuration of a matou node. Every key can also be set in the\n# environment, e.g. MATOU_LISTEN; docs/configuration.md has them all.\n")
	table := ""
	for _, s := range settings(reflect.ValueOf(c).Elem(), "") {
		key := s.Path
		if at := strings.LastIndexByte(key, '.'); at >= 0 {
			if key[:at] != table {
				table = key[:at]
				fmt.Fprintf(&b, "\n[%s]\n", table)
			}
			key = key[at+1:]
		}
		b.WriteByte('\n')
		for line := range strings.Lines(wrap(s.Help, 76)) {
			fmt.Fprintf(&b, "# %s\n", strings.TrimRight(line, "\n"))
		}
		word := settingValue(s)
		if s.value.IsZero() || strings.Trim(word, `"`) == s.Default {
			b.WriteString("# ")
		}
		fmt.Fprintf(&b, "%s = %s\n", key, word)
	}
	return b.Bytes()
}

// settingValue writes the value of a setting as TOML.
func settingValue(s setting) string {
	if s.value.Type() == textType {
		return `""` // init does not ask for one
	}
	return tomlValue(s.value)
}

// wrap breaks a text into lines of at most width letters.
func wrap(text string, width int) string {
	var b strings.Builder
	length := 0
	for word := range strings.FieldsSeq(text) {
		n := len([]rune(word))
		switch {
		case length == 0:
		case length+1+n > width:
			b.WriteByte('\n')
			length = 0
		default:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += n
	}
	return b.String()
}
