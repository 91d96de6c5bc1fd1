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

// directoryHandle is the name of a directory in @name@host.
const directoryHandle = "annuaire"

// initCommand is matou init.
type initCommand struct {
	Dir         string   `arg:"" optional:"" default:"." help:"The folder to write to (default: this one)."`
	Origin      string   `placeholder:"URL" help:"The public address of the node, e.g. https://hoster.example."`
	Role        []string `placeholder:"ROLE" help:"What the node is for: hoster, aggregator (a directory), or both: hoster,aggregator (default: by --handle and --directory, else hoster)."`
	Handle      string   `placeholder:"NAME" help:"The hoster's name in @name@host (default: from the origin)."`
	Directory   string   `placeholder:"NAME" help:"What the directory is called (role aggregator)."`
	Listen      string   `default:"127.0.0.1:8420" help:"The address on which the node answers (default: 127.0.0.1:8420)."`
	Development bool     `help:"Plain http on this machine, for trials."`
}

// Run asks what is missing, where a person is there to answer, and writes the
// files. Nothing that exists is overwritten.
func (i *initCommand) Run(ctx context.Context, t *terminal) error {
	file := filepath.Join(i.Dir, "matou.toml")
	if _, err := os.Lstat(file); err == nil {
		return fault(exitBusy, nil, "%s exists already: nothing was changed", file)
	}
	i.inferRole()
	if t.interactive {
		if sure, err := i.ask(ctx, t); err != nil || !sure {
			return err
		}
	}
	if len(i.Role) == 0 {
		i.Role = []string{roleHoster}
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
			t.printf("%s is written: fill it in, at least the name\n", c.profilePath())
		}
		t.printf("the hoster will be @%s@%s, for good: this name cannot be changed later\n", c.Hoster.Handle, c.origin.Host)
	}
	t.printf("next: matou --config %s serve\n", file)
	if c.has(roleHoster) {
		t.printf("then, beside it: matou --config %s hoster publish\n", file)
	}
	if c.has(roleAggregator) {
		t.printf("then, beside it: matou --config %s follow @name@host\n", file)
	}
	return nil
}

// inferRole takes a flag that only one role needs for that role.
func (i *initCommand) inferRole() {
	if len(i.Role) > 0 {
		return
	}
	if i.Handle != "" {
		i.Role = append(i.Role, roleHoster)
	}
	if i.Directory != "" {
		i.Role = append(i.Role, roleAggregator)
	}
}

// ask puts the questions whose answers no flag has given, each until its
// answer can be used, and reports whether the person wants what follows.
func (i *initCommand) ask(ctx context.Context, t *terminal) (sure bool, err error) {
	asked := false
	put := func(missing bool, question, suggested string, take func(string) error) {
		for missing && err == nil {
			asked = true
			var answer string
			if answer, err = t.ask(ctx, question, suggested); err != nil {
				return
			}
			fault := take(answer)
			if missing = fault != nil; missing {
				t.printf("  %s\n", sentence(fault))
			}
		}
	}
	put(len(i.Role) == 0, "Is this node for a hoster, for a directory of hosters, or both?", roleHoster, i.takeRole)
	put(i.Origin == "", "Public address of the node (as in https://matou.hoster.example; it cannot be changed later)?", "", i.takeOrigin)
	put(i.Handle == "" && slices.Contains(i.Role, roleHoster), "Name of the hoster in @name@host (it cannot be changed later)?", i.suggestedHandle(), i.takeHandle)
	put(i.Directory == "" && slices.Contains(i.Role, roleAggregator), "What is the directory called?", "", i.takeDirectory)
	if err != nil || !asked {
		return err == nil, err
	}
	folder := i.Dir
	if folder == "." {
		folder = "this folder"
	}
	return t.confirm(ctx, "Write a node for "+strings.Join(i.names(), " and ")+" to "+folder+"?")
}

// names says who will be on the node.
func (i *initCommand) names() []string {
	var names []string
	_, host, _ := strings.Cut(i.Origin, "://")
	if slices.Contains(i.Role, roleHoster) {
		names = append(names, "@"+i.Handle+"@"+host)
	}
	if slices.Contains(i.Role, roleAggregator) {
		names = append(names, fmt.Sprintf("the directory %q, @%s@%s,", i.Directory, directoryHandle, host))
	}
	return names
}

func (i *initCommand) takeRole(answer string) error {
	switch strings.ToLower(answer) {
	case roleHoster:
		i.Role = []string{roleHoster}
	case roleAggregator, "directory":
		i.Role = []string{roleAggregator}
	case "both":
		i.Role = []string{roleHoster, roleAggregator}
	default:
		return errors.New("answer hoster, directory or both")
	}
	return nil
}

// takeOrigin takes a host for the address that it has with https.
func (i *initCommand) takeOrigin(answer string) error {
	if answer != "" && !strings.Contains(answer, "://") {
		answer = "https://" + answer
	}
	c := config{Origin: strings.ToLower(strings.TrimRight(answer, "/")), Development: i.Development}
	var err error
	c.checkOrigin(func(_, reason string, args ...any) { err = errors.Join(err, fmt.Errorf("it "+reason, args...)) })
	if err == nil {
		i.Origin = c.Origin
	}
	return err
}

func (i *initCommand) takeHandle(answer string) error {
	answer = strings.ToLower(answer)
	if !isHandle(answer) {
		return errors.New("it must be 1 to 64 letters a to z, digits or _")
	}
	i.Handle = answer
	return nil
}

func (i *initCommand) takeDirectory(answer string) error {
	if answer == "" {
		return errors.New("a directory needs a name, for its visitors")
	}
	i.Directory = answer
	return nil
}

// suggestedHandle derives a handle from the host of the origin, which is often
// a subdomain named after the program.
func (i *initCommand) suggestedHandle() string {
	u, err := url.Parse(i.Origin)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return exchange.Handle(strings.TrimPrefix(u.Hostname(), "matou."))
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
		if c.Aggregator.Handle = directoryHandle; i.Directory == "" {
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
