package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"matou/directory"
)

// The roles of a node. One node may have both.
const (
	roleHoster     = "hoster"
	roleAggregator = "aggregator"
)

// config is matou.toml. Every key is also an environment variable: MATOU_ and
// its path in capitals, with "_" for ".". Its help texts are the source of
// docs/configuration.md.
type config struct {
	Origin      string           `toml:"origin" help:"The public address of the node, scheme and host only: https://hoster.example. It is part of every name that other nodes keep: it cannot be changed later."`
	Listen      string           `toml:"listen" help:"The address and port on which the node answers HTTP, behind a reverse proxy that holds the certificate." default:"127.0.0.1:8420"`
	Data        string           `toml:"data" help:"The folder of the stored data, from the folder of this file. It holds the node's keys: only the node may read it." default:"data"`
	Roles       []string         `toml:"roles" help:"What the node is for: \"hoster\" publishes one hoster, \"aggregator\" keeps a directory of many; one or both."`
	Development bool             `toml:"development" help:"Plain http, and peers on this machine only: for trials. Refused where origin or listen is not a loopback address." default:"false"`
	Memory      int              `toml:"memory" help:"The memory, in MiB, that the node tries to stay under; 0: 256, and 512 where it keeps a directory." default:"0"`
	Languages   string           `toml:"languages" help:"A folder of further languages for the pages, a file each, such as br.toml: the form and the sentences are those of web/locales/en.toml, and what a file leaves out is said in English."`
	Log         logConfig        `toml:"log"`
	Hoster      hosterConfig     `toml:"hoster"`
	Aggregator  aggregatorConfig `toml:"aggregator"`
	Legal       legalConfig      `toml:"legal"`
	Access      accessConfig     `toml:"accessibility"`
	Person      personConfig     `toml:"person"`
	Vocabulary  vocabularyConfig `toml:"vocabulary"`
	Federation  federationRules  `toml:"federation"`
	Server      serverConfig     `toml:"server"`
	Limits      limitsConfig     `toml:"limits"`
	Metrics     metricsConfig    `toml:"metrics"`

	path   string   // of the file, absolute
	origin *url.URL // Origin, parsed
}

type logConfig struct {
	Format string `toml:"format" help:"The form of the log: \"text\" or \"json\"." default:"text"`
	Level  string `toml:"level" help:"What is logged at least: \"debug\", \"info\", \"warn\" or \"error\"." default:"info"`
}

type hosterConfig struct {
	Handle  string `toml:"handle" help:"The name in @name@host: small letters a-z, digits and _, at most 64. It cannot be changed later."`
	Profile string `toml:"profile" help:"The file that says who the hoster is, from the folder of this file." default:"profile.toml"`
}

type aggregatorConfig struct {
	Handle     string             `toml:"handle" help:"The name in @name@host of the directory."`
	Name       string             `toml:"name" help:"What the directory is called."`
	Summary    directory.Text     `toml:"summary" help:"What it lists, in a sentence; one for each language: summary.fr = \"…\"."`
	Language   directory.Language `toml:"language" help:"The language of texts without one." default:"fr"`
	Contact    string             `toml:"contact" help:"Where its keepers are reached: an address of a page, or mailto:…"`
	Collective string             `toml:"collective" help:"The short name of the collective whose members this directory lists, such as \"chatons\": being listed here is then the collective's word that a hoster is its member. Left out: the directory speaks for no collective."`
	Charter    string             `toml:"charter" help:"The version of the charter that those members follow, such as \"chatons-2\"."`
	Rules      string             `toml:"rules" help:"A file of rules in Markdown, or a folder: rules.md, who.md (who decides, and how) and the decisions, such as 2026-03-14-second-charter.md; with .fr or .en before .md where there are several languages. A change shows within a minute."`
	Licence    directory.Text     `toml:"licence" help:"On what terms the data of the directory may be used again, in Markdown."`
	Learn      string             `toml:"learn" help:"What is done with the hosters that a followed directory lists: \"propose\" leaves each to the keeper (matou directory candidates), \"follow\" follows some each day, \"ignore\" nothing. For one directory: matou directory learn." default:"propose"`
}

// federationRules is what this node asks of others.
type federationRules struct {
	Mode            string `toml:"mode" help:"With whom the node federates: \"open\", with everyone who is not blocked, or \"allowlist\", only with the domains that matou federation allow names. In that mode a block counts for more than an allowance." default:"open"`
	AuthorizedFetch bool   `toml:"authorized_fetch" help:"Give actors, notes and collections only to nodes that sign their requests and are not blocked (pages for people stay open). It keeps blocked nodes from reading, and costs every reader a signature." default:"false"`
	Quotes          string `toml:"quotes" help:"Who may quote the notices of this node's hoster: \"everyone\" or \"nobody\". Quotes that were permitted stay so until matou stamp revoke." default:"everyone"`
	Features        string `toml:"features" help:"Who may feature this node's hoster and directory in a collection of recommendations: \"everyone\" or \"nobody\". A hoster that does not want to be found is featured by nobody; what was permitted counts only while it may be." default:"everyone"`
}

type vocabularyConfig struct {
	Dir string `toml:"dir" help:"A folder with criteria, families, replacements and presets that replace the built-in ones, file by file."`
}

// has reports whether the node has that role.
func (c *config) has(role string) bool { return slices.Contains(c.Roles, role) }

// resolve gives a path of the configuration as an absolute one.
func (c *config) resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(c.path), path)
}

// dataDir is the folder of the stored data.
func (c *config) dataDir() string { return c.resolve(c.Data) }

// profilePath is the file that says who the hoster is.
func (c *config) profilePath() string { return c.resolve(c.Hoster.Profile) }

// loadConfig reads the configuration at path and the environment, and checks
// both. Faults are told all at once, with their lines.
func loadConfig(path string, environ []string) (*config, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the configuration: %w", err)
	}
	raw, err := os.ReadFile(absolute)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(exitNotFound, err, "there is no configuration %s: write one with matou init, or name it with --config", path)
	case err != nil:
		return nil, fault(exitInvalid, err, "the configuration %s cannot be read: %v", path, unwrapPath(err))
	}
	c := &config{path: absolute}
	setDefaults(reflect.ValueOf(c).Elem())
	r, err := readTOML(filepath.Base(path), raw, c, "fr")
	if err != nil {
		return nil, err
	}
	if err := c.readEnvironment(environ); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, r.locate(err)
	}
	return c, nil
}

// unwrapPath gives the cause of a file error without the path, which the
// sentence around it names already.
func unwrapPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// check says what is wrong with the configuration as a whole.
func (c *config) check() error {
	var errs []error
	add := func(field, reason string, args ...any) {
		errs = append(errs, directory.Invalid(field, reason, args...))
	}
	c.checkOrigin(add)
	host, port, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil || port == "":
		add("listen", "must be an address and a port, as in 127.0.0.1:8420, not %q", c.Listen)
	case c.Development && !isLoopback(host):
		add("listen", "must be an address of this machine (127.0.0.1) in development, not %q", c.Listen)
	}
	if len(c.Roles) == 0 {
		add("roles", "must name what the node is for: [\"hoster\"], [\"aggregator\"] or both")
	}
	for _, role := range c.Roles {
		if role != roleHoster && role != roleAggregator {
			add("roles", "must be \"hoster\" or \"aggregator\", not %q", role)
		}
	}
	if c.has(roleHoster) && !isHandle(c.Hoster.Handle) {
		add("hoster.handle", "must be 1 to 64 small letters, digits or _, not %q", c.Hoster.Handle)
	}
	if c.has(roleAggregator) {
		c.checkAggregator(add)
	}
	if !slices.Contains([]string{"open", modeAllowlist}, c.Federation.Mode) {
		add("federation.mode", "must be \"open\" or \"allowlist\", not %q", c.Federation.Mode)
	}
	checkWhom("federation.quotes", c.Federation.Quotes, add)
	checkWhom("federation.features", c.Federation.Features, add)
	if !slices.Contains([]string{"text", "json"}, c.Log.Format) {
		add("log.format", "must be \"text\" or \"json\", not %q", c.Log.Format)
	}
	if _, ok := logLevels[c.Log.Level]; !ok {
		add("log.level", "must be \"debug\", \"info\", \"warn\" or \"error\", not %q", c.Log.Level)
	}
	c.checkServer(add)
	c.checkKeepers(add)
	if c.Memory != 0 && c.Memory < 64 {
		add("memory", "must be at least 64 MiB, or 0, not %d", c.Memory)
	}
	return errors.Join(errs...)
}

// memoryMiB is what the node tries to stay under. A directory of ten thousand
// hosters holds 140 MiB; with little room beside that, its pages wait for the
// collector of garbage.
func (c *config) memoryMiB() int {
	switch {
	case c.Memory != 0:
		return c.Memory
	case c.has(roleAggregator):
		return 512
	}
	return 256
}

// checkSlug says what is wrong with a short name that may be left out.
func checkSlug(field, slug string, add func(string, string, ...any)) {
	if slug != "" && !directory.IsSlug(slug) {
		add(field, "must have 1 to 64 small letters, digits and hyphens, not %q", slug)
	}
}

func (c *config) checkAggregator(add func(string, string, ...any)) {
	if !isHandle(c.Aggregator.Handle) {
		add("aggregator.handle", "must be 1 to 64 small letters, digits or _, not %q", c.Aggregator.Handle)
	}
	if c.has(roleHoster) && c.Aggregator.Handle == c.Hoster.Handle {
		add("aggregator.handle", "must differ from the hoster's")
	}
	if strings.TrimSpace(c.Aggregator.Name) == "" {
		add("aggregator.name", "must say what the directory is called")
	}
	if len(c.Aggregator.Language) != 2 && len(c.Aggregator.Language) != 3 {
		add("aggregator.language", "must be a language tag such as \"fr\", not %q", c.Aggregator.Language)
	}
	checkSlug("aggregator.collective", c.Aggregator.Collective, add)
	checkSlug("aggregator.charter", c.Aggregator.Charter, add)
	checkLearn(c.Aggregator.Learn, add)
	if a := c.Aggregator.Contact; a != "" {
		if u, err := url.Parse(a); err != nil || !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
			add("aggregator.contact", "must begin with https:// or mailto:, not %q", a)
		}
	}
}

// checkOrigin parses the origin, and keeps it where nothing is wrong with it.
func (c *config) checkOrigin(add func(string, string, ...any)) {
	u, err := url.Parse(c.Origin)
	switch {
	case c.Origin == "":
		add("origin", "must be set to the public address of this node, as in https://hoster.example")
	case err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		add("origin", "must be a scheme and a host only, as in https://hoster.example, not %q", c.Origin)
	case u.Scheme != "https" && u.Scheme != "http":
		add("origin", "must begin with https://, not %q", c.Origin)
	case u.Scheme == "http" && !c.Development:
		add("origin", "must begin with https:// (plain http is for trials on one machine: development = true)")
	case c.Development && !isLoopback(u.Hostname()):
		add("origin", "must be an address of this machine (http://127.0.0.1:8420) in development, not %q", c.Origin)
	case u.Host != strings.ToLower(u.Host):
		add("origin", "must be written in small letters, not %q", c.Origin)
	default:
		u.Path = ""
		c.origin = u
	}
}

// isLoopback reports whether a host can only mean this machine.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}

// isHandle reports whether s can be the name in @name@host everywhere in the
// fediverse.
func isHandle(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
